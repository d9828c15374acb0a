//! Bodies of every kind: each is answered as the caller's error or as what it says, and soon.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use reqwest::blocking::Body;

use crate::bad_input::{CHECK, EVALUATE, MAX_BODY_BYTES, Shop, check, is_cut};
use crate::client::{read, request};
use crate::stack::Stack;
use crate::wire::{Wire, post_head};

/// The statuses that a body may have at the evaluation and at a path of the origin.
type Expected = (&'static [u16], &'static [u16]);
const TAKEN: Expected = (&[200], &[200, 422]);
const INVALID: Expected = (&[422], &[200, 400, 422]);
const MALFORMED: Expected = (&[400], &[400, 422]);
const TOO_LARGE: Expected = (&[413], &[413]);

/// Bodies as data: name, bytes, what they are answered.
fn bodies() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let good = request("bad-input").to_string();
    // Puts a field in front of the good ones.
    let with = |field: &str| good.replacen('{', &format!("{{{field},"), 1).into_bytes();
    let instead = |old: &str, new: &str| {
        assert!(good.contains(old), "{old} is not in {good}");
        good.replacen(old, new, 1).into_bytes()
    };
    let padded = |bytes: usize| format!("{good}{}", " ".repeat(bytes.saturating_sub(good.len()))).into_bytes();
    let keys = |count: usize| {
        let keys: Vec<_> = (0..count).map(|key| format!("\"k{key:x}\":0")).collect();
        with(&keys.join(","))
    };
    let nested = |open: &str, close: &str, depth: usize| {
        with(&format!("\"other\":{}0{}", open.repeat(depth), close.repeat(depth)))
    };
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("64 KiB exactly", padded(MAX_BODY_BYTES), TAKEN),
        ("64 KiB + 1", padded(MAX_BODY_BYTES + 1), TOO_LARGE),
        ("5 MiB", padded(5 * 1024 * 1024), TOO_LARGE),
        ("as many keys as fit", keys(5_500), TAKEN),
        ("100,000 keys", keys(100_000), TOO_LARGE),
        ("lists 10,000 deep", nested("[", "]", 10_000), MALFORMED),
        ("objects 10,000 deep", nested("{\"a\":", "}", 10_000), MALFORMED),
        (
            "10,000 lists opened",
            "[".repeat(10_000).into_bytes(),
            (&[400, 422], &[400, 422]),
        ),
        ("a key twice", with("\"transaction_id\":\"other\""), INVALID),
        (
            "an attribute twice",
            instead("\"total\":", "\"total\":1,\"total\":"),
            INVALID,
        ),
        ("NaN", instead("120.5", "NaN"), MALFORMED),
        ("Infinity", instead("120.5", "-Infinity"), MALFORMED),
        ("1e999", instead("120.5", "1e999"), INVALID),
        ("1e-999", instead("120.5", "1e-999"), INVALID),
        ("an amount of 1e999", instead("12050", "1e999"), INVALID),
        ("an amount of 2^64", instead("12050", "18446744073709551616"), INVALID),
        ("60,000 digits", instead("120.5", &"9".repeat(60_000)), INVALID),
        ("a hexadecimal number", instead("120.5", "0x10"), MALFORMED),
        ("a number with a leading zero", instead("120.5", "0120.5"), MALFORMED),
        ("a lone surrogate", instead("\"bad-input\"", "\"\\ud800\""), INVALID),
        (
            "surrogates the wrong way round",
            instead("\"bad-input\"", "\"\\udc00\\ud800\""),
            INVALID,
        ),
        (
            "NUL in an identifier",
            instead("\"bad-input\"", "\"a\\u0000b\""),
            INVALID,
        ),
        ("NUL as it is", instead("\"bad-input\"", "\"a\0b\""), MALFORMED),
        ("a byte order mark", format!("\u{feff}{good}").into_bytes(), MALFORMED),
        ("UTF-16", utf16, MALFORMED),
        ("no UTF-8", [b"{\"other\":\"\xff\xfe\"}".as_slice()].concat(), MALFORMED),
        (
            "an overlong NUL",
            [b"{\"other\":\"\xc0\x80\"}".as_slice()].concat(),
            MALFORMED,
        ),
        ("nothing", Vec::new(), MALFORMED),
        ("white space", b" \r\n\t".to_vec(), MALFORMED),
        ("two values", format!("{good}{good}").into_bytes(), MALFORMED),
        ("a comment", format!("{good}//").into_bytes(), MALFORMED),
        ("null", b"null".to_vec(), INVALID),
        (
            "a text of 60,000 bytes",
            with(&format!("\"other\":\"{}\"", "x".repeat(60_000))),
            TAKEN,
        ),
        (
            "a key of 60,000 bytes",
            with(&format!("\"{}\":0", "x".repeat(60_000))),
            TAKEN,
        ),
        (
            "a transaction of 60,000 bytes",
            instead("\"bad-input\"", &format!("\"{}\"", "x".repeat(60_000))),
            INVALID,
        ),
    ]
}

/// Each with a declared length and in chunks, to the edge's own path and to one of the origin's.
pub(crate) fn bodies_of_every_kind(stack: &Stack) -> Result<()> {
    let shop = Shop::open(stack)?;
    let token = shop.merchant.token.as_str();
    let mut times = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, body, (at_edge, at_origin)) in bodies() {
        for (path, bearer, expected) in [(EVALUATE, shop.key, at_edge), (CHECK, token, at_origin)] {
            for is_chunked in [false, true] {
                let post = stack.edge.raw(Method::POST, path).bearer_auth(bearer);
                let post = post.header("content-type", "application/json");
                let content = if is_chunked {
                    Body::new(std::io::Cursor::new(body.clone()))
                } else {
                    body.clone().into()
                };
                let started = Instant::now();
                let answer = match read(post.body(content)) {
                    // Whoever goes on sending after the refusal may lose it with the connection.
                    Err(_) if body.len() > MAX_BODY_BYTES * 2 => continue,
                    Ok(answer) if body.len() > MAX_BODY_BYTES * 2 && is_cut(&answer.text) => continue,
                    answer => answer.with_context(|| format!("{name} to {path}"))?,
                };
                let took: &mut Duration = times.entry(name).or_default();
                *took = (*took).max(started.elapsed());
                if let Err(error) = check(&answer, expected) {
                    wrong.push(format!("{name} to {path}, in chunks: {is_chunked}: {error:#}"));
                }
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unanswered: Vec<_> = bodies()
        .into_iter()
        .filter(|(name, ..)| !times.contains_key(name))
        .collect();
    ensure!(unanswered.is_empty(), "{} bodies without an answer", unanswered.len());
    shop.is_well("after-bodies")?;
    println!("longest answers, with the way there and back through two proxies:");
    for (name, took) in times {
        println!("  {name:32} {:>7.1} ms", took.as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Each is answered soon, by the Worker itself: no proxy stands between it and the client here. The least of some tries
/// counts, as a busy machine adds to the others.
pub(crate) fn soon(stack: &Stack) -> Result<()> {
    const LEAST_TRIES: usize = 5;
    const MOST_TRIES: usize = 20;
    const LONGEST: Duration = Duration::from_millis(50);
    let shop = Shop::open(stack)?;
    let mut times = Vec::new();
    for (name, body, (expected, _)) in bodies() {
        let mut least = Duration::MAX;
        for number in 0..MOST_TRIES {
            if number >= LEAST_TRIES && least <= LONGEST {
                break;
            }
            let (status, took) = post(&stack.edge_url, shop.key, &body)?;
            let is_expected = status.is_some_and(|status| expected.contains(&status));
            ensure!(is_expected, "{name}: {status:?} instead of {expected:?}");
            least = least.min(took);
        }
        times.push((least, name));
    }
    times.sort_unstable();
    for (took, name) in times.iter().rev().take(6) {
        println!("  {name:32} {:>7.1} ms", took.as_secs_f64() * 1e3);
    }
    let slow: Vec<_> = times.iter().filter(|(took, _)| *took > LONGEST).collect();
    ensure!(slow.is_empty(), "not within {LONGEST:?}: {slow:?}");
    shop.is_well("after-soon")
}

/// The status, and the time from the first byte sent until the answer is read.
fn post(url: &str, key: &str, body: &[u8]) -> Result<(Option<u16>, Duration)> {
    let mut wire = Wire::connect(url)?;
    let length = format!("Content-Length: {}", body.len());
    let head = post_head(EVALUATE, key, &["Content-Type: application/json", &length]);
    let started = Instant::now();
    wire.send(head.as_bytes());
    // Whoever is refused by the length need not be listened to.
    wire.send(body);
    let reply = wire.read()?;
    Ok((reply.status(), started.elapsed()))
}

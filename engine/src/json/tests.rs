use super::*;
use proptest::prelude::*;

fn accepts(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.skip().and_then(|()| scanner.end()).is_ok()
}

fn check(text: &str) {
    let expected = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    assert_eq!(accepts(text), expected, "{text}");
}

#[test]
fn texts() {
    for text in [
        "",
        " ",
        "{}",
        "[]",
        "[[]]",
        "[1,2]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"b\":[{},{\"c\":null}]}",
        "\"\"",
        "\"a",
        "\"\\\"\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"\u{1}\"",
        "\"abcdefgh\u{1f}\"",
        "\"abcdefghij\\n\"",
        "0",
        "-0",
        "01",
        "-",
        "1.",
        ".5",
        "1.5",
        "1e5",
        "1e",
        "1E+5",
        "1e-",
        "-1.5e-5",
        "+1",
        "0x1",
        "00",
        "tru",
        "true",
        "truex",
        "nul",
        "null",
        "false",
        "[true,false,null]",
        "1 2",
        "{} x",
        "]",
        "}",
        "[}",
        "{]",
        " \t\r\n1\n",
        "\u{feff}1",
        "\"é\u{7f}\"",
        "12345678901234567890123",
        "1e400",
        "[1e999]",
    ] {
        check(text);
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(accepts(&nested(32)));
    assert!(!accepts(&nested(33)));
    assert!(!accepts(&"{\"a\":".repeat(100_000)));
}

#[test]
fn errors_say_what_and_where() {
    let check = |text: &str, expected: &str| {
        let mut scanner = Scanner::new(text);
        assert!(scanner.skip().and_then(|()| scanner.end()).is_err(), "{text}");
        assert_eq!(scanner.error().to_string(), expected, "{text}");
    };
    check("[1, x]", "expected a value at byte 4");
    check("{\"a\": 1; }", "expected `,` or `}` at byte 7");
    check("{1: 1}", "expected a key in quotes at byte 1");
    check("{\"a\" 1}", "expected `:` at byte 5");
    check("[1 2]", "expected `,` or `]` at byte 3");
    check(
        "\"a\u{1f}\"",
        "expected control characters in strings to be escaped at byte 2",
    );
    check("\"abc", "expected a closing quote at byte 4");
    check(
        "\"abcdefgh\\x\"",
        "expected an escape such as \\n or \\u00e9 at byte 10",
    );
    check("\"\\u00g0\"", "expected four hexadecimal digits at byte 5");
    check("-012", "expected no digit after a leading zero at byte 2");
    check("1.x", "expected a digit at byte 2");
    check("1e+", "expected a digit at byte 3");
    check("[nil]", "expected `true`, `false` or `null` at byte 1");
    check("{} \n}", "expected the end at byte 4");
    check(&"[".repeat(33), "expected at most 32 levels of nesting at byte 32");
}

#[test]
fn strings() {
    let check = |json: &str, expected: Option<&str>| {
        let mut scanner = Scanner::new(json);
        let raw = scanner.string().unwrap();
        let mut text = String::new();
        let found = scanner.unescape(raw, &mut text).then_some(text);
        assert_eq!(found.as_deref(), expected, "{json}");
        if let Some(expected) = expected {
            assert!(scanner.says(raw, expected));
            assert!(!scanner.says(raw, "other"));
            assert_eq!(raw.escaped(), json.contains('\\'));
            assert_eq!(serde_json::from_str::<String>(json).unwrap(), expected);
        }
    };
    check(r#""visa""#, Some("visa"));
    check(r#""a\"\\\/\b\f\n\r\tz""#, Some("a\"\\/\u{8}\u{c}\n\r\tz"));
    check(r#""\u0076isa \ud83d\ude00 \u00e9é""#, Some("visa 😀 éé"));
    check(r#""\ud800""#, None);
    check(r#""\ud800\u0041""#, None);
    check(r#""\ud800xxdc00""#, None);
    check(r#""\udc00""#, None);
}

#[test]
fn numbers() {
    let check = |json: &str, decimal: Option<&str>, unsigned: Option<u64>| {
        let mut scanner = Scanner::new(json);
        let raw = scanner.number().unwrap();
        let found = scanner.value(raw).ok().map(|number| number.decimal().to_string());
        assert_eq!(found.as_deref(), decimal, "{json}");
        assert_eq!(raw.unsigned(), unsigned, "{json}");
    };
    check("120.50", Some("120.50"), None);
    check("-3", Some("-3"), None);
    check("-0", Some("0"), None);
    check("-0.0", Some("0.0"), None);
    check(
        "999999999999999999",
        Some("999999999999999999"),
        Some(999_999_999_999_999_999),
    );
    check("9999999999999999999", Some("9999999999999999999"), None);
    check("-999999999999999999", Some("-999999999999999999"), None);
    check("99999999999999999999", Some("99999999999999999999"), None);
    check("9.999999999999999999", Some("9.999999999999999999"), None);
    check("1e3", Some("1000"), None);
    check("0.0000000000000000001", Some("0.0000000000000000001"), None);
    check("1e40", None, None);
}

/// Members as a program writes them, some of them not quite.
fn members() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["", "a", "sku", "quantity", "a longer key", "é", "a\\n"]);
    let value = prop::sample::select(vec![
        "0",
        "7",
        "12",
        "1250.5",
        "123456",
        "1234567",
        "12345.67",
        "-1",
        "1e3",
        "1.5E+7",
        "01",
        "1.",
        "true",
        "false",
        "null",
        "tru",
        "falsy",
        "\"\"",
        "\"SKU-000417\"",
        "\"Mate cup, steel é\"",
        "\"a\\n\"",
        "[]",
        "{\"a\":1}",
        " 1",
        "1 ",
        "",
    ]);
    let member = (key, value).prop_map(|(key, value)| format!("\"{key}\":{value}"));
    prop::collection::vec(member, 0..6).prop_map(|members| members.join(","))
}

proptest! {
    #[test]
    fn accepts_members_that_serde_json_accepts(
        objects in prop::collection::vec(members(), 1..4),
        around in prop::sample::select(vec![
            ("{", "}"), ("[{", "}]"), ("[1,[{", "}],{}]"), ("{\"a\":{", "}}"), ("[{\"a\":{", "},\"z\":[1]}]"), ("{\"a\":[{", "}]}"),
        ]),
        rest in prop::sample::select(vec!["", "        "]),
        at in any::<prop::sample::Index>(), byte in prop::option::of(prop::sample::select(b"\"\\{}[]:,0.eE-t \x01".to_vec())),
    ) {
        let ((before, after), objects) = (around, objects.join("},{"));
        let mut text = format!("{before}{objects}{after}{rest}").into_bytes();
        if let Some(byte) = byte {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if let Ok(text) = String::from_utf8(text) {
            check(&text);
        }
    }

    #[test]
    fn accepts_what_serde_json_accepts(text in "[\\[\\]{}:,\"\\\\ntruefalsd0-9.eE+ \\-\u{1}é]{0,24}") {
        check(&text);
    }
}

//! `Idempotency-Key`: the caller's name for a call.

use engine::problem::ProblemType;
use worker::Request;

use crate::problem::Failure;

/// The header.
const HEADER: &str = "Idempotency-Key";
/// Longest key, in characters: a UUID with a prefix, as of most clients, and it bounds what the ledger stores.
const MAX_CHARS: usize = 64;

/// The key that a request carries.
pub(super) fn read(request: &Request) -> Result<Option<String>, Failure> {
    match request.headers().get(HEADER)? {
        Some(key) if !is_key(&key) => {
            let detail = format!("Send `{HEADER}` with 1 to {MAX_CHARS} printable characters.");
            Err(Failure::rejection(ProblemType::Malformed, detail))
        }
        key => Ok(key),
    }
}

fn is_key(text: &str) -> bool {
    (1..=MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let check = |text: &str, expected| assert_eq!(is_key(text), expected, "{text:?}");
        check("", false);
        check("a", true);
        check("a b/ñ", true);
        check("a\tb", false);
        check(&"é".repeat(MAX_CHARS), true);
        check(&"x".repeat(MAX_CHARS + 1), false);
    }
}

//! What a password may be: at registration, at a reset and at a change alike.

use std::collections::HashSet;
use std::sync::LazyLock;

use engine::problem::FieldError;

/// Shortest password, in characters (NIST SP 800-63B §5.1.1.1).
pub(crate) const MIN_PASSWORD_CHARS: usize = 8;
/// Longest password, in characters: a passphrase fits, and hashing it stays cheap.
pub(crate) const MAX_PASSWORD_CHARS: usize = 128;

/// What guessers try first, in lower case; see `origin/data/common_passwords.license` for where it is from.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../data/common_passwords.txt").lines().collect());

/// The error of a field that holds an unacceptable password. `owner`: the e-mail address and name that it is for.
pub(crate) fn check_password(pointer: &str, password: &str, owner: [&str; 2]) -> Option<FieldError> {
    if !has_fitting_length(password) {
        let detail = format!("Send a password of {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters.");
        return Some(FieldError::new(pointer, "password_invalid", detail));
    }
    let lower = password.to_lowercase();
    if COMMON.contains(lower.as_str()) {
        let detail = "This password is among those that guessers try first: choose another one.";
        return Some(FieldError::new(pointer, "password_common", detail));
    }
    let [email, name] = owner.map(str::to_lowercase);
    let local = email.split('@').next().unwrap_or_default();
    if [email.as_str(), local, name.as_str()].contains(&lower.as_str()) {
        let detail = "Your own name and e-mail address are guessed first: choose another password.";
        return Some(FieldError::new(pointer, "password_personal", detail));
    }
    None
}

/// Whether a password of this length can be stored. A longer one fits nobody, and is not hashed.
pub(crate) fn has_fitting_length(password: &str) -> bool {
    (MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS).contains(&password.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        let check = |password: &str, expected: Option<&str>| {
            let error = check_password("/password", password, ["ana.nunez@example.com", "Ana Núñez"]);
            assert_eq!(error.as_ref().map(|error| error.code.as_str()), expected, "{password}");
            assert!(error.is_none_or(|error| error.pointer == "/password"), "{password}");
        };
        check("correct horse", None);
        check("ññññññññ", None);
        check(&"ñ".repeat(128), None);
        for text in ["", "seven77", &"x".repeat(129)] {
            check(text, Some("password_invalid"));
        }
        for text in ["password", "PassWord1", "12345678", "qwertyuiop", "iloveyou"] {
            check(text, Some("password_common"));
        }
        for text in ["ana.nunez@example.com", "Ana.Nunez", "ana núñez", "ANA NÚÑEZ"] {
            check(text, Some("password_personal"));
        }
    }

    #[test]
    fn the_list_is_as_its_licence_file_says() {
        let lines: Vec<_> = include_str!("../../data/common_passwords.txt").lines().collect();
        assert!(lines.len() > 8_000 && lines.is_sorted(), "{}", lines.len());
        for line in lines {
            assert!(
                line.chars().count() >= MIN_PASSWORD_CHARS && line == line.to_lowercase(),
                "{line}"
            );
        }
    }
}

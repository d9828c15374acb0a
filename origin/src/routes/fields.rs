//! Fields that several bodies have: e-mail, password, language.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::input::Fields;
use crate::auth::password_rule::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, check_password};

/// Longest e-mail address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_EMAIL_CHARS: usize = 254;
/// Longest local part of an e-mail address (RFC 5321 §4.5.3.1.1).
const MAX_EMAIL_LOCAL_CHARS: usize = 64;
/// Longest label of a domain (RFC 1035 §2.3.4).
const MAX_DOMAIN_LABEL_CHARS: usize = 63;
/// Longest language tag that is kept (RFC 5646 §4.4.1).
const MAX_LOCALE_CHARS: usize = 35;

/// An e-mail address.
pub(crate) fn email<'a>(fields: &mut Fields<'a>) -> &'a str {
    let email = fields.text("email").map(str::trim).unwrap_or_default();
    if !is_email(email) {
        let detail = "Send an e-mail address, such as \"ana@example.com\".";
        fields.error("/email", "email_invalid", detail);
    }
    email
}

/// A new password in the field `name`; `owner` are the e-mail and the name that it is for.
pub(crate) fn password<'a>(fields: &mut Fields<'a>, name: &str, owner: [&str; 2]) -> &'a str {
    let password = fields.text(name).unwrap_or_default();
    fields.extend(check_password(&format!("/{name}"), password, owner));
    password
}

/// A language, or none. Mails are Spanish for `es` and its regions, else English.
pub(crate) fn locale(fields: &mut Fields<'_>) -> Option<String> {
    let locale = fields
        .value("locale")
        .map(|locale| locale.as_str().unwrap_or_default().to_owned());
    if locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
        let detail = "Send a language tag, such as \"es-UY\", or null.";
        fields.error("/locale", "locale_invalid", detail);
    }
    locale
}

/// The schema of [`email`].
pub(crate) fn email_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "email", "maxLength": MAX_EMAIL_CHARS})
}

/// The schema of [`password`].
pub(crate) fn password_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": MIN_PASSWORD_CHARS, "maxLength": MAX_PASSWORD_CHARS})
}

/// The schema of [`locale`].
pub(crate) fn locale_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "null"], "pattern": "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", "maxLength": MAX_LOCALE_CHARS,
        "description": "A language tag, such as `es-UY`. Mails are Spanish for `es` and its regions, else English."
    })
}

/// The addresses that browsers accept (WHATWG HTML, "valid e-mail address"), with a dot in the domain.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        (1..=MAX_DOMAIN_LABEL_CHARS).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_EMAIL_CHARS
        && (1..=MAX_EMAIL_LOCAL_CHARS).contains(&local.len())
        && local.bytes().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

fn is_locale(text: &str) -> bool {
    let is_subtag = |subtag: &str| !subtag.is_empty() && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= MAX_LOCALE_CHARS && text.split('-').all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for text in ["ana@example.com", "a.b+c@sub.example.co", "o'neil@x-y.io", "A@B.UY"] {
            assert!(is_email(text), "{text}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@localhost",
            "a b@c.de",
            "a@b..c",
            "a@-b.c",
            "a@b@c.de",
            "ñ@c.de",
            &long,
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}

//! The message of a letter: headers around the two forms of its words.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use reqwest::Url;

use super::content::one_line;
use super::{Content, Letter, Mail, MailError};

/// Nobody wrote it, so no out-of-office answer follows (RFC 3834 §5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
/// Mail clients show a button beside the sender (RFC 2369, RFC 8058).
const LIST_UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
const LIST_UNSUBSCRIBE_POST: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");

/// The whole message. The same letter gives the same bytes.
pub(super) fn compose(from: &Mailbox, letter: &Letter<'_>) -> Result<Message, MailError> {
    let address = letter
        .email
        .parse()
        .map_err(|error| MailError::Permanent(format!("the recipient's address is none: {error}")))?;
    let name = letter.name.map(one_line).filter(|name| !name.is_empty());
    let content = Content::render(letter.mail, letter.language)
        .map_err(|error| MailError::Permanent(format!("the template failed: {error}")))?;
    let mut message = Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .date(SystemTime::from(letter.written_at))
        .from(from.clone())
        .to(Mailbox::new(name, address))
        .subject(content.subject)
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
    if let Some(url) = unsubscribe_url(letter.mail) {
        message = message
            .raw_header(HeaderValue::new(LIST_UNSUBSCRIBE, format!("<{url}>")))
            .raw_header(HeaderValue::new(
                LIST_UNSUBSCRIBE_POST,
                "List-Unsubscribe=One-Click".to_owned(),
            ));
    }
    let body = MultiPart::alternative()
        .boundary(format!("part-{}", letter.id))
        .singlepart(SinglePart::plain(content.text))
        .singlepart(SinglePart::html(content.html));
    message
        .multipart(body)
        .map_err(|error| MailError::Permanent(format!("the message cannot be composed: {error}")))
}

/// Where one refuses mails of this kind. What concerns one's own account cannot be refused.
fn unsubscribe_url(mail: &Mail) -> Option<&Url> {
    match mail {
        Mail::Invitation(invitation) => Some(&invitation.decline_url),
        // A program cannot sign in, where these are turned off; their text says how.
        Mail::PromotionEnding(_) | Mail::PromotionExpired(_) => None,
        Mail::PasswordReset(_) | Mail::PasswordChanged(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use engine::ids::JobId;
    use mail_parser::{Address, HeaderValue as Parsed, MessageParser};

    use super::super::{Language, samples};
    use super::*;

    fn letter<'a>(mail: &'a Mail, name: &'a str, email: &'a str, language: Language) -> Letter<'a> {
        let id = JobId::from_parts(1_790_000_000_000, [7; 10]);
        let written_at = "2026-11-21T10:30:00Z".parse().unwrap();
        Letter {
            id,
            written_at,
            name: Some(name),
            email,
            language,
            mail,
        }
    }

    fn compose_sample(letter: &Letter<'_>) -> Result<Message, MailError> {
        let from = "Coupons <no-reply@coupons.example.com>".parse().unwrap();
        compose(&from, letter)
    }

    #[test]
    fn every_mail_in_every_language() {
        let public_url = "https://coupons.example.com".parse().unwrap();
        for (name, mail) in samples::all(&public_url) {
            for language in [Language::English, Language::Spanish] {
                let message = compose_sample(&letter(&mail, "Ana Núñez", "ana@example.com", language)).unwrap();
                let content = Content::render(&mail, language).unwrap();
                let headers = message.headers().to_string().replace("\r\n", "\n");
                let whole = format!(
                    "Subject: {}\n\n{headers}\n----- text -----\n{}\n----- html -----\n{}",
                    content.subject, content.text, content.html
                );
                insta::assert_snapshot!(format!("{name}.{}", language.tag()), whole);
            }
        }
    }

    #[test]
    fn no_name_writes_a_header() {
        let public_url = "https://coupons.example.com".parse().unwrap();
        let check = |hostile: &str| {
            let mail = samples::invitation(&public_url, hostile);
            let message = compose_sample(&letter(&mail, hostile, "ana@example.com", Language::English)).unwrap();
            let raw = message.formatted();
            let parsed = MessageParser::new().parse(&raw).unwrap();
            let names: Vec<_> = parsed
                .headers()
                .iter()
                .map(|header| header.name.as_str().to_owned())
                .collect();
            let expected = [
                "Message-ID",
                "Date",
                "From",
                "To",
                "Subject",
                "Auto-Submitted",
                "List-Unsubscribe",
                "List-Unsubscribe-Post",
                "MIME-Version",
                "Content-Type",
            ];
            assert_eq!(names, expected, "{hostile:?}");
            let Some(Address::List(to)) = parsed.to() else {
                panic!("{hostile:?}: {:?}", parsed.to())
            };
            let addresses: Vec<_> = to.iter().map(|to| to.address.as_deref()).collect();
            assert_eq!(addresses, [Some("ana@example.com")], "{hostile:?}");
            assert_eq!(message.envelope().to().len(), 1, "{hostile:?}");
            let subject = parsed.subject().unwrap();
            assert!(!subject.contains(['\r', '\n']), "{subject:?}");
            assert!(
                matches!(parsed.header("Bcc"), None | Some(Parsed::Empty)),
                "{hostile:?}"
            );
        };
        for hostile in [
            "Ana\r\nBcc: mallory@example.com",
            "Ana\nBcc: mallory@example.com",
            "Ana\rBcc: mallory@example.com",
            "Ana\r\n\r\n<script>",
            "\r\n.\r\nMAIL FROM:<mallory@example.com>",
            "Ana\" <mallory@example.com>, \"x",
            "Ana, mallory@example.com",
            "=?utf-8?q?x=0D=0ABcc:_mallory@example.com?=",
            "Ñandú \u{2028} 日本 \u{1f389}",
            &"long ".repeat(100),
            &"ñ".repeat(200),
        ] {
            check(hostile);
        }
    }

    #[test]
    fn no_address_writes_a_header() {
        let public_url = "https://coupons.example.com".parse().unwrap();
        let mail = samples::invitation(&public_url, "Ana");
        for hostile in [
            "ana@example.com\r\nBcc: mallory@example.com",
            "ana@example.com>\r\nRCPT TO:<mallory@example.com",
            "ana@example.com, mallory@example.com",
            "ana@exa\nmple.com",
            "",
        ] {
            let composed = compose_sample(&letter(&mail, "Ana", hostile, Language::English));
            assert!(matches!(composed, Err(MailError::Permanent(_))), "{hostile:?}");
        }
    }
}

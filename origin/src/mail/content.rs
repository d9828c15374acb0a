//! The words of each mail: templates, compiled in, a subject, a text and an HTML form in each language.

use askama::Template;

use super::{Invitation, Language, Mail, PasswordChanged, PasswordReset, PromotionEnd};

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// One line.
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Content {
    /// Writes a mail in a language.
    pub(crate) fn render(mail: &Mail, language: Language) -> askama::Result<Self> {
        match (mail, language) {
            (Mail::Invitation(mail), Language::English) => invitation_en(mail, language),
            (Mail::Invitation(mail), Language::Spanish) => invitation_es(mail, language),
            (Mail::PasswordReset(mail), Language::English) => password_reset_en(mail, language),
            (Mail::PasswordReset(mail), Language::Spanish) => password_reset_es(mail, language),
            (Mail::PasswordChanged(mail), Language::English) => password_changed_en(mail, language),
            (Mail::PasswordChanged(mail), Language::Spanish) => password_changed_es(mail, language),
            (Mail::PromotionEnding(mail), Language::English) => promotion_ending_en(mail, language),
            (Mail::PromotionEnding(mail), Language::Spanish) => promotion_ending_es(mail, language),
            (Mail::PromotionExpired(mail), Language::English) => promotion_expired_en(mail, language),
            (Mail::PromotionExpired(mail), Language::Spanish) => promotion_expired_es(mail, language),
        }
    }
}

/// A function that writes a mail from three templates; `.txt` escapes nothing, `.html` does.
macro_rules! templates {
    ($($name:ident($data:ident) = $subject:literal, $text:literal, $html:literal;)*) => {
        $(#[allow(dead_code, reason = "not every template reads everything")]
        fn $name(mail: &$data, language: Language) -> askama::Result<Content> {
            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> { mail: &'a $data, language: Language }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> { mail: &'a $data, language: Language }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> { mail: &'a $data, language: Language, title: &'a str }

            let subject = one_line(&Subject { mail, language }.render()?);
            let text = Text { mail, language }.render()?;
            let html = Html { mail, language, title: &subject }.render()?;
            Ok(Content { subject, text, html })
        })*
    };
}

templates! {
    invitation_en(Invitation) =
        "mail/invitation.en.subject.txt", "mail/invitation.en.txt", "mail/invitation.en.html";
    invitation_es(Invitation) =
        "mail/invitation.es.subject.txt", "mail/invitation.es.txt", "mail/invitation.es.html";
    password_reset_en(PasswordReset) =
        "mail/password-reset.en.subject.txt", "mail/password-reset.en.txt", "mail/password-reset.en.html";
    password_reset_es(PasswordReset) =
        "mail/password-reset.es.subject.txt", "mail/password-reset.es.txt", "mail/password-reset.es.html";
    password_changed_en(PasswordChanged) =
        "mail/password-changed.en.subject.txt", "mail/password-changed.en.txt", "mail/password-changed.en.html";
    password_changed_es(PasswordChanged) =
        "mail/password-changed.es.subject.txt", "mail/password-changed.es.txt", "mail/password-changed.es.html";
    promotion_ending_en(PromotionEnd) =
        "mail/promotion-ending.en.subject.txt", "mail/promotion-ending.en.txt", "mail/promotion-ending.en.html";
    promotion_ending_es(PromotionEnd) =
        "mail/promotion-ending.es.subject.txt", "mail/promotion-ending.es.txt", "mail/promotion-ending.es.html";
    promotion_expired_en(PromotionEnd) =
        "mail/promotion-expired.en.subject.txt", "mail/promotion-expired.en.txt", "mail/promotion-expired.en.html";
    promotion_expired_es(PromotionEnd) =
        "mail/promotion-expired.es.subject.txt", "mail/promotion-expired.es.txt", "mail/promotion-expired.es.html";
}

/// What a header may hold, whatever a name holds: no line breaks or other control characters, and nothing that a reader
/// would take for an encoded word (RFC 2047 §2) and decode into such.
pub(super) fn one_line(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    printable
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("=?", "= ?")
}

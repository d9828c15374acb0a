//! A sample of every mail, for the preview and for tests.

use chrono::DateTime;
use chrono_tz::America::Montevideo;
use reqwest::Url;

use super::{Invitation, Mail, PasswordChanged, PasswordReset, PromotionEnd, RoleName, links};
use crate::auth::permission::BuiltIn;

/// Every mail, by its name.
pub(crate) fn all(public_url: &Url) -> [(&'static str, Mail); 5] {
    // A link is as long as a real one.
    let token = format!(
        "reset_019a0000000070008000000000000000.{}",
        "0123456789abcdef".repeat(4)
    );
    let reset = PasswordReset {
        name: "Ana Núñez".to_owned(),
        reset_url: links::reset_password(public_url, &token),
        valid_minutes: 30,
    };
    let changed = PasswordChanged {
        name: "Ana Núñez".to_owned(),
        at: DateTime::from_timestamp_nanos(1_795_257_000_000_000_000),
        forgot_url: links::forgot_password(public_url),
    };
    [
        ("invitation", invitation(public_url, "Tienda Ñandú & Co.")),
        ("password-reset", Mail::PasswordReset(reset)),
        ("password-changed", Mail::PasswordChanged(changed)),
        ("promotion-ending", Mail::PromotionEnding(promotion_end(public_url))),
        ("promotion-expired", Mail::PromotionExpired(promotion_end(public_url))),
    ]
}

/// An invitation into an organisation of this name.
pub(crate) fn invitation(public_url: &Url, organization_name: &str) -> Mail {
    let token = format!(
        "inv_019a0000000070008000000000000000.org_019a0000000070008000000000000000.{}",
        "0123456789abcdef".repeat(4)
    );
    Mail::Invitation(Invitation {
        organization_name: organization_name.to_owned(),
        inviter_name: "Bruno Díaz".to_owned(),
        role: RoleName {
            built_in: Some(BuiltIn::Analyst),
            name: BuiltIn::Analyst.name().to_owned(),
        },
        accept_url: links::accept_invitation(public_url, &token),
        decline_url: links::decline_invitation(public_url, &token),
        expires_at: DateTime::from_timestamp_nanos(1_795_861_800_000_000_000),
    })
}

fn promotion_end(public_url: &Url) -> PromotionEnd {
    PromotionEnd {
        name: "Ana Núñez".to_owned(),
        organization_name: "Tienda Ñandú & Co.".to_owned(),
        promotion_name: "Summer 10 %".to_owned(),
        promotion_url: links::promotion(public_url, "summer-10"),
        ends_at: DateTime::from_timestamp_nanos(1_801_450_799_000_000_000).with_timezone(&Montevideo),
        days_left: 3,
    }
}

//! The link of an invitation: `<invitation>.<organisation>.<secret>`.
//!
//! The secret is derived from the origin's own, the invitation and the number of its sending. It is stored nowhere, so
//! a mail that has to be sent again is the same mail, and who reads the database accepts nothing.

use base16ct::lower as hex;
use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::{InvitationId, OrganizationId};
use engine::problem::ProblemType;
use subtle::ConstantTimeEq;

use crate::db::invitations::InvitationRow;
use crate::problem::Error;
use crate::secret::OriginSecret;

/// How long a link is good.
pub(crate) const INVITATION_LIFETIME: TimeDelta = TimeDelta::days(7);

/// What a link says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InvitationToken {
    pub(crate) invitation: InvitationId,
    pub(crate) organization: OrganizationId,
    secret: [u8; 32],
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "InvitationStatus")]
pub(crate) enum Standing {
    Open,
    Expired,
    Accepted,
    Revoked,
    Declined,
}

impl InvitationToken {
    /// The link's text for one sending of an invitation.
    pub(crate) fn text(
        secret: &OriginSecret,
        organization: OrganizationId,
        invitation: InvitationId,
        generation: i32,
    ) -> String {
        let secret = hex::encode_string(&derive(secret, organization, invitation, generation));
        format!("{invitation}.{organization}.{secret}")
    }

    /// Reads a link's text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let token = Self {
            invitation: parts.next()?.parse().ok()?,
            organization: parts.next()?.parse().ok()?,
            secret: hex::decode_vec(parts.next()?).ok()?.try_into().ok()?,
        };
        parts.next().is_none().then_some(token)
    }

    /// The invitation, if this is its newest link and it may still be answered. A link that was replaced, or was never
    /// one, is told apart from an open one alone.
    pub(crate) fn require_open(
        &self,
        secret: &OriginSecret,
        row: Option<InvitationRow>,
        now: DateTime<Utc>,
    ) -> Result<InvitationRow, Error> {
        let gone = |detail: &str| Error::new(ProblemType::Gone, detail);
        let row = row
            .filter(|row| {
                let expected = derive(secret, self.organization, self.invitation, row.generation);
                expected.ct_eq(&self.secret).into()
            })
            .ok_or_else(|| gone("This link is not good, or a newer one replaced it: use the newest mail."))?;
        match standing(&row, now) {
            Standing::Open => Ok(row),
            Standing::Expired => Err(gone("The invitation has expired: ask to be invited again.")),
            Standing::Revoked => Err(gone("The invitation was taken back: ask to be invited again.")),
            Standing::Declined => Err(gone("The invitation was declined: ask to be invited again.")),
            Standing::Accepted => Err(Error::new(
                ProblemType::Conflict,
                "The invitation was accepted already: sign in.",
            )),
        }
    }
}

/// Where an invitation stands.
pub(crate) fn standing(row: &InvitationRow, now: DateTime<Utc>) -> Standing {
    if row.accepted_at.is_some() {
        Standing::Accepted
    } else if row.revoked_at.is_some() {
        Standing::Revoked
    } else if row.declined_at.is_some() {
        Standing::Declined
    } else if row.expires_at <= now {
        Standing::Expired
    } else {
        Standing::Open
    }
}

fn derive(secret: &OriginSecret, organization: OrganizationId, invitation: InvitationId, generation: i32) -> [u8; 32] {
    let (organization, invitation) = (organization.uuid(), invitation.uuid());
    let parts = [
        organization.as_bytes().as_slice(),
        invitation.as_bytes(),
        &generation.to_be_bytes(),
    ];
    secret.derive("invitation", &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(now: DateTime<Utc>) -> InvitationRow {
        InvitationRow {
            id: uuid::Uuid::nil(),
            email: "ana@example.com".to_owned(),
            role_id: None,
            role_name: None,
            role_built_in: None,
            generation: 2,
            invited_by: None,
            inviter_name: None,
            created_at: now,
            sent_at: now,
            expires_at: now + INVITATION_LIFETIME,
            accepted_at: None,
            revoked_at: None,
            declined_at: None,
            mail_ended: None,
            mail_error: None,
        }
    }

    #[test]
    fn only_the_newest_link_of_an_open_invitation_is_good() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let secret = OriginSecret::new(&"s".repeat(32)).unwrap();
        let (organization, invitation) = (
            OrganizationId::from_parts(1, [1; 10]),
            InvitationId::from_parts(1, [2; 10]),
        );
        let text = |generation| InvitationToken::text(&secret, organization, invitation, generation);
        let check = |text: &str, row: Option<InvitationRow>, after, expected: Option<&str>| {
            let outcome = InvitationToken::parse(text)
                .unwrap()
                .require_open(&secret, row, now + after);
            let problem = outcome.err().map(|error| error.to_string());
            assert_eq!(problem.is_some(), expected.is_some(), "{problem:?}");
            assert!(problem.unwrap_or_default().contains(expected.unwrap_or_default()));
        };
        let zero = TimeDelta::zero();
        check(&text(2), Some(row(now)), zero, None);
        check(&text(2), None, zero, Some("gone"));
        check(&text(1), Some(row(now)), zero, Some("newer one"));
        check(&text(3), Some(row(now)), zero, Some("gone"));
        check(&text(2), Some(row(now)), INVITATION_LIFETIME, Some("expired"));
        let at = Some(now);
        check(
            &text(2),
            Some(InvitationRow {
                revoked_at: at,
                ..row(now)
            }),
            zero,
            Some("taken back"),
        );
        check(
            &text(2),
            Some(InvitationRow {
                declined_at: at,
                ..row(now)
            }),
            zero,
            Some("declined"),
        );
        check(
            &text(2),
            Some(InvitationRow {
                accepted_at: at,
                ..row(now)
            }),
            zero,
            Some("conflict"),
        );
    }

    #[test]
    fn texts() {
        let secret = OriginSecret::new(&"s".repeat(32)).unwrap();
        let (organization, invitation) = (
            OrganizationId::from_parts(1, [1; 10]),
            InvitationId::from_parts(1, [2; 10]),
        );
        let text = InvitationToken::text(&secret, organization, invitation, 1);
        assert_eq!(text, InvitationToken::text(&secret, organization, invitation, 1));
        assert!(InvitationToken::parse(&text).is_some());
        for broken in [
            "",
            "a.b.c",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}."),
            &format!("{text}0"),
        ] {
            assert!(InvitationToken::parse(broken).is_none(), "{broken}");
        }
    }
}

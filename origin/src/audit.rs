//! The audit trail: who did what to which object, with the object before and after.
//!
//! An entry is written in the transaction of its change, so there is none without the other. What is recorded are the
//! forms that the API shows, which hold no secret.

use engine::ids::{AuditEventId, OrganizationId, UserId};
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::db::audit_events::{AuditEventRow, insert_audit_event};
use crate::db::{Person, Tenant};
use crate::problem::Error;
use crate::random::new_id;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal on $object:literal;)*) => {
        /// What was done. The part before the dot is the kind of object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action, for filters and documentation.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the trail.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => concat!($object, ".", $text),)* }
            }

            /// The kind of object.
            const fn object_type(self) -> &'static str {
                match self { $(Self::$name => $object,)* }
            }
        }
    };
}

actions! {
    /// A key was made.
    AppKeyCreated = "created" on "app_key";
    /// A key has a successor.
    AppKeyRotated = "rotated" on "app_key";
    /// A key ended.
    AppKeyRevoked = "revoked" on "app_key";
    /// Coupons were generated.
    CouponBatchCreated = "created" on "coupon_batch";
    /// All coupons of a batch were taken back.
    CouponBatchRevoked = "revoked" on "coupon_batch";
    /// A coupon with a chosen code was made.
    CouponCreated = "created" on "coupon";
    /// A coupon was taken back.
    CouponRevoked = "revoked" on "coupon";
    /// Nothing names a customer any more.
    CustomerForgotten = "forgotten" on "customer";
    /// A person took an invitation.
    InvitationAccepted = "accepted" on "invitation";
    /// A person was invited.
    InvitationCreated = "created" on "invitation";
    /// A person does not want to be invited.
    InvitationDeclined = "declined" on "invitation";
    /// An invitation was sent once more.
    InvitationResent = "resent" on "invitation";
    /// An invitation was taken back.
    InvitationRevoked = "revoked" on "invitation";
    /// The organisation began.
    OrganizationCreated = "created" on "organization";
    /// Its settings changed.
    OrganizationUpdated = "updated" on "organization";
    /// A promotion became active.
    PromotionActivated = "activated" on "promotion";
    /// A promotion ended for good.
    PromotionArchived = "archived" on "promotion";
    /// A promotion has further coupons, from a file.
    PromotionCouponsImported = "coupons_imported" on "promotion";
    /// A draft was made.
    PromotionCreated = "created" on "promotion";
    /// A draft is gone.
    PromotionDeleted = "deleted" on "promotion";
    /// A promotion has ended.
    PromotionExpired = "expired" on "promotion";
    /// A promotion was paused.
    PromotionPaused = "paused" on "promotion";
    /// A promotion has the terms of an earlier version again.
    PromotionRestored = "restored" on "promotion";
    /// The terms of a promotion changed.
    PromotionUpdated = "updated" on "promotion";
    /// A role was made.
    RoleCreated = "created" on "role";
    /// A role is gone.
    RoleDeleted = "deleted" on "role";
    /// A role permits something else, or has another name.
    RoleUpdated = "updated" on "role";
    /// A request is kept with a promotion.
    SampleCreated = "created" on "sample";
    /// A request is no longer kept with a promotion.
    SampleDeleted = "deleted" on "sample";
    /// A request that is kept with a promotion changed.
    SampleUpdated = "updated" on "sample";
    /// A user signed out, or a session was ended by them.
    SessionEnded = "ended" on "session";
    /// A user signed in.
    SessionStarted = "started" on "session";
    /// A refresh token was used twice: somebody copied it.
    SessionTokenReused = "token_reused" on "session";
    /// A user chose another password.
    UserPasswordChanged = "password_changed" on "user";
    /// A user chose a new password by the link of a mail.
    UserPasswordReset = "password_reset" on "user";
    /// A user's role, state, name or language changed.
    UserUpdated = "updated" on "user";
    /// A user left the organisation.
    UserRemoved = "removed" on "user";
}

/// Who did it, as they were then.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    who: Who,
    request_id: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Who {
    User {
        id: UserId,
        name: String,
        email: String,
    },
    /// Whoever runs the service, by hand.
    Operator,
    /// Whoever holds a link from a mail.
    Recipient {
        email: String,
    },
    /// Nobody: the time came.
    System,
}

impl Actor {
    pub(crate) fn user(id: UserId, name: &str, email: &str) -> Self {
        let (name, email) = (name.to_owned(), email.to_owned());
        Self {
            who: Who::User { id, name, email },
            request_id: None,
        }
    }

    pub(crate) const fn operator() -> Self {
        Self {
            who: Who::Operator,
            request_id: None,
        }
    }

    pub(crate) const fn system() -> Self {
        Self {
            who: Who::System,
            request_id: None,
        }
    }

    pub(crate) fn recipient(email: &str) -> Self {
        Self {
            who: Who::Recipient {
                email: email.to_owned(),
            },
            request_id: None,
        }
    }

    pub(crate) fn in_request(self, request_id: Option<String>) -> Self {
        Self { request_id, ..self }
    }

    /// The form in which it is kept.
    pub(crate) fn to_json(&self) -> Result<Value, Error> {
        serde_json::to_value(&self.who).map_err(Error::fault)
    }

    const fn user_id(&self) -> Option<UserId> {
        match &self.who {
            Who::User { id, .. } => Some(*id),
            Who::Operator | Who::Recipient { .. } | Who::System => None,
        }
    }
}

/// What was done to which object.
#[derive(Debug)]
pub(crate) struct Entry {
    action: Action,
    object_id: String,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    pub(crate) fn new(action: Action, object_id: impl ToString) -> Self {
        Self {
            action,
            object_id: object_id.to_string(),
            before: None,
            after: None,
        }
    }

    /// The object before.
    pub(crate) fn before(self, before: &impl Serialize) -> Result<Self, Error> {
        let before = Some(serde_json::to_value(before).map_err(Error::fault)?);
        Ok(Self { before, ..self })
    }

    /// The object after.
    pub(crate) fn after(self, after: &impl Serialize) -> Result<Self, Error> {
        let after = Some(serde_json::to_value(after).map_err(Error::fault)?);
        Ok(Self { after, ..self })
    }
}

/// Writes an entry in the transaction of its change.
pub(crate) async fn record(app: &App, tenant: &mut Tenant, actor: &Actor, entry: Entry) -> Result<(), Error> {
    let (row, organization) = (row(app, actor, entry)?, tenant.organization());
    Ok(insert_audit_event(tenant.connection(), organization, &row, actor.user_id()).await?)
}

/// The same for what concerns a person in all their organisations, of which the transaction has entered this one.
pub(crate) async fn record_of_person(
    app: &App,
    person: &mut Person,
    organization: OrganizationId,
    actor: &Actor,
    entry: Entry,
) -> Result<(), Error> {
    let row = row(app, actor, entry)?;
    Ok(insert_audit_event(person.connection(), organization, &row, actor.user_id()).await?)
}

fn row(app: &App, actor: &Actor, entry: Entry) -> Result<AuditEventRow, Error> {
    let now = app.clock.now();
    Ok(AuditEventRow {
        id: new_id(AuditEventId::from_parts, now)?.uuid(),
        at: now,
        actor: actor.to_json()?,
        action: entry.action.as_str().to_owned(),
        object_type: entry.action.object_type().to_owned(),
        object_id: entry.object_id,
        before: entry.before,
        after: entry.after,
        request_id: actor.request_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn actions_name_their_object_and_are_unique() {
        let words: std::collections::BTreeSet<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(words.len(), Action::ALL.len());
        for action in Action::ALL {
            assert!(action.as_str().starts_with(action.object_type()), "{action:?}");
        }
    }

    #[test]
    fn actors_are_pinned() {
        let json = |actor: Actor| serde_json::to_value(actor.who).unwrap();
        let id = UserId::from_parts(1_790_000_000_000, [7; 10]);
        assert_eq!(
            json(Actor::user(id, "Ana", "ana@example.com")),
            json!({"type": "user", "id": "user_01a0c4506c0077078707070707070707", "name": "Ana",
                   "email": "ana@example.com"})
        );
        assert_eq!(json(Actor::operator()), json!({"type": "operator"}));
        assert_eq!(json(Actor::system()), json!({"type": "system"}));
        assert_eq!(
            json(Actor::recipient("ana@example.com")),
            json!({"type": "recipient", "email": "ana@example.com"})
        );
    }
}

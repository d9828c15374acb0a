//! Every kind of job, as the database stores it, and how one fails.
//!
//! Each runs at least once: a worker that dies after the work and before it is written down leaves a job that runs
//! again. So a handler's documentation names each await and why repeating it is safe; what it makes goes by the job's
//! identifier.

use chrono::{DateTime, Utc};
use engine::ids::{AppKeyId, InvitationId, JobId, OrganizationId, PromotionId, UserId};
use engine::wire::v1::V1;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clean_up::clean_up;
use super::coupons::push_coupons;
use super::customers::forget_customer;
use super::demographics::disclose_demographics;
use super::invitations::send_invitation;
use super::ledger;
use super::notices::{reschedule_notices, send_notice, tell_notice};
use super::partitions::keep_partitions;
use super::passwords::{send_password_changed, send_password_reset};
use super::reconcile::reconcile;
use super::revoked_keys::push_revoked_key;
use crate::app::App;
use crate::mail::MailError;
use crate::notices::Occasion;
use crate::problem::Error;

/// What to do. A kind is added here, in [`Job::run`] and in the test that pins the stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Remove what is over, and ask for the same again a day later.
    CleanUp,
    /// Tell the demographic figures of hours that are over, and ask for the same again an hour later.
    DiscloseDemographics {
        /// The organisation of the promotion behind which to begin.
        after_organization: Option<OrganizationId>,
        /// The promotion.
        after_promotion: Option<PromotionId>,
    },
    /// Make the partitions of the days to come, drop those that are over, and ask for the same again a day later.
    KeepPartitions,
    /// Have the ledger forget who a customer is.
    ForgetCustomer {
        /// Whose.
        organization_id: OrganizationId,
        /// The shop's name for the shopper.
        customer_id: String,
        /// The promotion behind which to begin.
        after: Option<PromotionId>,
    },
    /// Tell the ledger of the coupons of a promotion that it has to list.
    PushCoupons {
        /// Whose.
        organization_id: OrganizationId,
        /// Which.
        promotion_id: PromotionId,
    },
    /// Tell the ledger of an application key that is good no more.
    PushRevokedKey {
        /// Whose.
        organization_id: OrganizationId,
        /// Which.
        key_id: AppKeyId,
        /// The promotion behind which to begin.
        after: Option<PromotionId>,
    },
    /// Compare what the edge has with what it was told, and ask for the same again an hour later.
    Reconcile {
        /// The key behind which to begin.
        after: String,
    },
    /// Compare what the ledger decided with what is stored of it, and ask for the same again a day later.
    ReconcileLedger {
        /// The organisation of the promotion behind which to begin.
        after_organization: Option<OrganizationId>,
        /// The promotion.
        after_promotion: Option<PromotionId>,
    },
    /// Send the mail of an invitation.
    SendInvitation {
        /// Whose.
        organization_id: OrganizationId,
        /// Which.
        invitation_id: InvitationId,
        /// Which sending of it: each has its own link.
        generation: i32,
    },
    /// Make a password reset for whoever has this e-mail address, if anybody has, and send its link.
    SendPasswordReset {
        /// In lower case.
        email: String,
    },
    /// Tell a person that their password was changed.
    SendPasswordChanged {
        /// Whom.
        user_id: UserId,
        /// When it was.
        at: DateTime<Utc>,
    },
    /// Tell those who chose it that a promotion ends, once the time has come.
    TellNotice(Occasion),
    /// Send one of them the mail.
    SendNotice {
        /// What is told.
        #[serde(flatten)]
        occasion: Occasion,
        /// Whom.
        user_id: UserId,
        /// When it was told: however often and late it is sent, the mail says the same.
        told_at: DateTime<Utc>,
    },
    /// Plan the notices of an organisation's promotions anew, a page at a time.
    RescheduleNotices {
        /// Whose.
        organization_id: OrganizationId,
        /// The promotion before the page.
        after: Option<PromotionId>,
    },
}

/// How an attempt fails.
#[derive(Debug)]
pub(crate) enum JobError {
    /// Another attempt may succeed.
    Retry(anyhow::Error),
    /// No attempt will: somebody has to look at it.
    Permanent(anyhow::Error),
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Self::Retry(anyhow::Error::new(error).context("the database failed"))
    }
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        Self::Retry(error.into())
    }
}

impl From<getrandom::Error> for JobError {
    fn from(error: getrandom::Error) -> Self {
        Self::Retry(anyhow::Error::new(error).context("no random bytes"))
    }
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Temporary(_) => Self::Retry(error.into()),
            MailError::Permanent(_) => Self::Permanent(error.into()),
        }
    }
}

impl JobError {
    /// Why, whatever follows from it.
    pub(crate) fn into_cause(self) -> anyhow::Error {
        match self {
            Self::Retry(cause) | Self::Permanent(cause) => cause,
        }
    }
}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Payload<J> {
    v: V1,
    #[serde(flatten)]
    job: J,
}

impl Job {
    /// As it is stored.
    pub(crate) fn to_payload(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(Payload { v: V1, job: self })
    }

    /// From what is stored. An error means that a newer release stored it: that one's workers know it.
    pub(crate) fn from_payload(payload: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(payload).map(|payload: Payload<Self>| payload.job)
    }

    /// Does it.
    pub(crate) async fn run(&self, app: &App, id: JobId) -> Result<(), JobError> {
        match self {
            Self::CleanUp => clean_up(app).await,
            Self::DiscloseDemographics {
                after_organization,
                after_promotion,
            } => disclose_demographics(app, after_organization.zip(*after_promotion)).await,
            Self::KeepPartitions => keep_partitions(app).await,
            Self::ForgetCustomer {
                organization_id,
                customer_id,
                after,
            } => forget_customer(app, *organization_id, customer_id, *after).await,
            Self::PushCoupons {
                organization_id,
                promotion_id,
            } => push_coupons(app, *organization_id, *promotion_id).await,
            Self::PushRevokedKey {
                organization_id,
                key_id,
                after,
            } => push_revoked_key(app, *organization_id, *key_id, *after).await,
            Self::Reconcile { after } => reconcile(app, after).await,
            Self::ReconcileLedger {
                after_organization,
                after_promotion,
            } => ledger::run(app, after_organization.zip(*after_promotion)).await,
            Self::SendInvitation {
                organization_id,
                invitation_id,
                generation,
            } => send_invitation(app, id, *organization_id, *invitation_id, *generation).await,
            Self::SendPasswordReset { email } => send_password_reset(app, id, email).await,
            Self::SendPasswordChanged { user_id, at } => send_password_changed(app, id, *user_id, *at).await,
            Self::TellNotice(occasion) => tell_notice(app, occasion).await,
            Self::SendNotice {
                occasion,
                user_id,
                told_at,
            } => send_notice(app, id, occasion, *user_id, *told_at).await,
            Self::RescheduleNotices { organization_id, after } => {
                reschedule_notices(app, *organization_id, *after).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::Notice;

    fn check(job: Job, text: &str) {
        assert_eq!(job.to_payload().unwrap().to_string(), text);
        assert_eq!(Job::from_payload(serde_json::from_str(text).unwrap()).unwrap(), job);
    }

    #[test]
    fn stored_forms_are_pinned() {
        check(Job::CleanUp, r#"{"kind":"clean_up","v":1}"#);
        check(Job::KeepPartitions, r#"{"kind":"keep_partitions","v":1}"#);
        check(
            Job::DiscloseDemographics {
                after_organization: None,
                after_promotion: None,
            },
            r#"{"after_organization":null,"after_promotion":null,"kind":"disclose_demographics","v":1}"#,
        );
        check(
            Job::Reconcile {
                after: "key/ab12".to_owned(),
            },
            r#"{"after":"key/ab12","kind":"reconcile","v":1}"#,
        );
        check(
            Job::ForgetCustomer {
                organization_id: OrganizationId::from_parts(1, [1; 10]),
                customer_id: "c-77".to_owned(),
                after: None,
            },
            r#"{"after":null,"customer_id":"c-77","kind":"forget_customer","organization_id":"org_00000000000171018101010101010101","v":1}"#,
        );
        check(
            Job::PushCoupons {
                organization_id: OrganizationId::from_parts(1, [1; 10]),
                promotion_id: PromotionId::from_parts(1, [2; 10]),
            },
            r#"{"kind":"push_coupons","organization_id":"org_00000000000171018101010101010101","promotion_id":"prom_00000000000172028202020202020202","v":1}"#,
        );
        check(
            Job::PushRevokedKey {
                organization_id: OrganizationId::from_parts(1, [1; 10]),
                key_id: AppKeyId::from_parts(1, [2; 10]),
                after: None,
            },
            r#"{"after":null,"key_id":"key_00000000000172028202020202020202","kind":"push_revoked_key","organization_id":"org_00000000000171018101010101010101","v":1}"#,
        );
        check(
            Job::ReconcileLedger {
                after_organization: Some(OrganizationId::from_parts(1, [1; 10])),
                after_promotion: Some(PromotionId::from_parts(1, [2; 10])),
            },
            r#"{"after_organization":"org_00000000000171018101010101010101","after_promotion":"prom_00000000000172028202020202020202","kind":"reconcile_ledger","v":1}"#,
        );
        check(
            Job::SendInvitation {
                organization_id: OrganizationId::from_parts(1, [1; 10]),
                invitation_id: InvitationId::from_parts(1, [2; 10]),
                generation: 3,
            },
            r#"{"generation":3,"invitation_id":"inv_00000000000172028202020202020202","kind":"send_invitation","organization_id":"org_00000000000171018101010101010101","v":1}"#,
        );
        check(
            Job::SendPasswordReset {
                email: "ana@example.com".to_owned(),
            },
            r#"{"email":"ana@example.com","kind":"send_password_reset","v":1}"#,
        );
        check(
            Job::SendPasswordChanged {
                user_id: UserId::from_parts(1_790_000_000_000, [7; 10]),
                at: "2026-11-21T10:30:00.123Z".parse().unwrap(),
            },
            r#"{"at":"2026-11-21T10:30:00.123Z","kind":"send_password_changed","user_id":"user_01a0c4506c0077078707070707070707","v":1}"#,
        );
    }

    #[test]
    fn stored_forms_of_notices_are_pinned() {
        let organization_id = OrganizationId::from_parts(1, [1; 10]);
        let promotion_id = PromotionId::from_parts(1, [2; 10]);
        let occasion = Occasion {
            organization_id,
            promotion_id,
            notice: Notice::Expiry,
            ends_at: "2027-01-31T23:59:59.123456Z".parse().unwrap(),
        };
        check(
            Job::TellNotice(occasion),
            r#"{"ends_at":"2027-01-31T23:59:59.123456Z","kind":"tell_notice","notice":"expiry","organization_id":"org_00000000000171018101010101010101","promotion_id":"prom_00000000000172028202020202020202","v":1}"#,
        );
        check(
            Job::SendNotice {
                occasion: Occasion {
                    notice: Notice::Reminder,
                    ..occasion
                },
                user_id: UserId::from_parts(1, [3; 10]),
                told_at: "2027-01-28T23:59:59Z".parse().unwrap(),
            },
            r#"{"ends_at":"2027-01-31T23:59:59.123456Z","kind":"send_notice","notice":"reminder","organization_id":"org_00000000000171018101010101010101","promotion_id":"prom_00000000000172028202020202020202","told_at":"2027-01-28T23:59:59Z","user_id":"user_00000000000173038303030303030303","v":1}"#,
        );
        check(
            Job::RescheduleNotices {
                organization_id,
                after: Some(promotion_id),
            },
            r#"{"after":"prom_00000000000172028202020202020202","kind":"reschedule_notices","organization_id":"org_00000000000171018101010101010101","v":1}"#,
        );
    }

    #[test]
    fn forms_of_other_releases_are_refused() {
        for text in [
            r#"{"kind":"clean_up","v":2}"#,
            r#"{"kind":"fly","v":1}"#,
            r#"{"kind":"clean_up"}"#,
            "1",
        ] {
            assert!(
                Job::from_payload(serde_json::from_str(text).unwrap()).is_err(),
                "{text}"
            );
        }
    }
}

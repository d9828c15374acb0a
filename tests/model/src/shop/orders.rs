//! Commands of the clients' steps, and what is made of their outcomes.

use chrono::{DateTime, TimeDelta, Utc};
use engine::ids::RedemptionId;
use engine::ledger::{Claim, Command, CouponClaim, Entry, Handle, Outcome, Redeem, RollBack};
use engine::money::Money;
use engine::wire::v1::{EvaluationRecord, KeyScope};

use super::{DISCOUNT, Order, Shop, Step, Told};
use crate::bug::Bug;

impl Shop {
    /// The instant of a tick.
    pub(super) fn instant(tick: u8) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(tick))
    }

    /// The identifier that the edge gives to one sending of one step.
    pub(super) fn redemption_id(client: u8, step: u8, send: u8) -> RedemptionId {
        RedemptionId::from_parts(1, [client, step, send, 0, 0, 0, 0, 0, 0, 0])
    }

    /// The command of a step; `None` when it needs a redemption and there is none.
    pub(super) fn command(
        &self,
        order: &Order,
        step: Step,
        id: RedemptionId,
        redemption: Option<RedemptionId>,
        now: u8,
    ) -> Option<Command> {
        let until = Self::instant(now.saturating_add(self.hold_ticks));
        let handle = redemption.map(|redemption_id| Handle {
            redemption_id,
            app_key_id: self.template.1.app_key_id,
            scope: KeyScope::ALL,
        });
        match step {
            Step::Redeem => Some(self.redeem(order, id, None)),
            Step::Reserve => Some(self.redeem(order, id, Some(until))),
            Step::Confirm => handle.map(Command::Confirm),
            Step::Release => handle.map(Command::Release),
            Step::RollBackPart(amount) => {
                let amount = Money::new(amount, self.template.0.discount?.currency()).ok()?;
                handle.map(|handle| roll_back(handle, Some(amount)))
            }
            Step::RollBackAll => handle.map(|handle| roll_back(handle, None)),
        }
    }

    /// A command that consumes.
    pub(super) fn redeem(&self, order: &Order, id: RedemptionId, until: Option<DateTime<Utc>>) -> Command {
        let code = order.coupon.and_then(|coupon| coupon.parse().ok());
        let coupon = code.map(|code| CouponClaim {
            code,
            batch: self.batch(),
        });
        Command::Redeem(Box::new(Redeem {
            entry: self.entry(order, id),
            id,
            claim: Claim {
                revision: 1,
                counted: true,
                limits: self.limits,
                customer_id: Some(order.key.to_owned()),
                coupon,
            },
            transaction_id: Some(order.key.to_owned()),
            until,
        }))
    }

    fn entry(&self, order: &Order, id: RedemptionId) -> Entry {
        let (mut answer, record) = self.template.clone();
        let currency = answer.discount.map(|money| money.currency());
        answer.discount = currency.and_then(|currency| Money::new(DISCOUNT, currency).ok());
        if let Some(redemption) = &mut answer.redemption {
            redemption.id = id;
        }
        let record = EvaluationRecord {
            // The order, so that a client can see whose answer it got.
            city: Some(order.fingerprint.to_owned()),
            ..record
        };
        let fingerprint = if self.bug == Some(Bug::MissingFingerprint) {
            ""
        } else {
            order.fingerprint
        };
        Entry::new(fingerprint.to_owned(), &answer, &record)
    }

    fn batch(&self) -> Option<engine::coupon::BatchTerms> {
        Some(engine::coupon::BatchTerms {
            id: engine::ids::CouponBatchId::from_parts(1, [1; 10]),
            max_uses: std::num::NonZeroU32::new(self.coupon_uses),
            expires_at: None,
            revoked: false,
        })
    }
}

fn roll_back(handle: Handle, amount: Option<Money>) -> Command {
    Command::RollBack(Box::new(RollBack {
        handle,
        amount,
        idempotency_key: Some(amount.map_or_else(|| "all".to_owned(), |money| money.amount().to_string())),
    }))
}

/// What a client learns, of the redemption that its request named or made.
pub(super) fn told(outcome: &Outcome, id: RedemptionId, reserve: bool) -> Told {
    use engine::wire::v1::RedemptionStatus::{Committed, Reserved};
    match outcome {
        Outcome::Granted { .. } => Told::Stands(id, if reserve { Reserved } else { Committed }),
        Outcome::Replayed(answer) => answer
            .redemption
            .as_ref()
            .map_or(Told::No, |redemption| Told::Stands(redemption.id, redemption.status)),
        Outcome::Stands(answer) => Told::Stands(answer.id, answer.status),
        Outcome::Conflict
        | Outcome::Refused { .. }
        | Outcome::Unused
        | Outcome::Closed { .. }
        | Outcome::Excess { .. }
        | Outcome::Unknown
        | Outcome::NotAllowed
        | Outcome::KeyRevoked => Told::No,
    }
}

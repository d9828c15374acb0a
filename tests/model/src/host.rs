//! The ledger's object in memory.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::coupon::CouponCode;
use engine::ids::{LedgerEventId, RedemptionId};
use engine::ledger::{Changed, Command, Config, Event, Outcome, Remembered, State, Stored, decide};
use engine::wire::v1::{LedgerEvent, RedemptionStatus};

use crate::bug::Bug;

/// A redemption at its place.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is found by.
    pub key: &'static str,
    /// What is stored.
    pub stored: Arc<Stored>,
}

/// What makes two rows behave differently.
impl Row {
    fn essence(&self) -> (&'static str, RedemptionId, RedemptionStatus, u64, &str) {
        let stored = &self.stored;
        (
            self.key,
            stored.id,
            stored.status,
            stored.rolled_back,
            stored.entry.fingerprint(),
        )
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence() && self.stored.reserved_until == other.stored.reserved_until
    }
}

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
        self.stored.reserved_until.hash(state);
    }
}

/// The sums of what rows hold, kept beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Redemptions of the promotion.
    pub redemptions: i64,
    /// Discounts, in minor units.
    pub spent: i64,
    /// By customer.
    pub customers: BTreeMap<String, i64>,
    /// By coupon.
    pub coupons: BTreeMap<String, i64>,
}

impl Counts {
    fn add(&mut self, stored: &Stored, sign: i64) {
        let held = stored.held();
        let (uses, amount) = (sign * signed(held.uses), sign * signed(held.amount));
        if let Some(coupon) = &stored.coupon {
            add(&mut self.coupons, coupon.as_str(), uses);
        }
        if !stored.counted {
            return;
        }
        self.redemptions += uses;
        self.spent += amount;
        if let Some(customer) = &stored.customer_id {
            add(&mut self.customers, customer, uses);
        }
    }

    /// What `rows` hold.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut counts = Self::default();
        rows.into_iter().for_each(|row| counts.add(&row.stored, 1));
        counts
    }
}

fn add(counts: &mut BTreeMap<String, i64>, name: &str, value: i64) {
    let count = counts.entry(name.to_owned()).or_default();
    *count += value;
    // A count of nothing is like none.
    counts.retain(|_, count| *count != 0);
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// An event that the origin has not acknowledged.
#[derive(Debug, Clone)]
pub struct Told(pub Arc<LedgerEvent>);

impl Told {
    fn essence(&self) -> (LedgerEventId, RedemptionId, &'static str, Option<u64>) {
        let event = &self.0;
        (
            event.id,
            event.redemption_id,
            event.kind.as_str(),
            event.discount.map(|money| money.amount()),
        )
    }
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence()
    }
}

impl Hash for Told {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

/// A write that is still to come: what a host with an await before its write has in its hands.
#[derive(Debug, Clone)]
pub struct Pending {
    key: &'static str,
    event: Event,
    /// Of a roll-back.
    idempotency_key: Option<String>,
}

/// One object.
#[derive(Debug, Clone, Default, PartialEq, Hash)]
pub struct Book {
    /// Every redemption, in the order of their writing.
    pub rows: Vec<Row>,
    /// What they hold.
    pub counts: Counts,
    /// Roll-backs that are remembered, by redemption and idempotency key.
    answers: Vec<(RedemptionId, String, Answer)>,
    /// What the origin has not acknowledged.
    pub outbox: Vec<Told>,
    /// Events ever written.
    pub written: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Answer(Remembered);

impl Hash for Answer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.amount.map(|money| money.amount()).hash(state);
        self.0.answer.status.hash(state);
    }
}

impl Book {
    /// Ends what is over, decides, and writes at once.
    pub fn execute(
        &mut self,
        key: &'static str,
        command: Command,
        config: Option<&Config>,
        now: DateTime<Utc>,
        bug: Option<Bug>,
    ) -> Outcome {
        let (pending, outcome) = self.decide(key, command, config, now, bug);
        if let Some(pending) = pending {
            self.write(&pending, bug);
        }
        outcome
    }

    /// The first half of [`Book::execute`], alone only for a host with a [`Bug`].
    pub fn decide(
        &mut self,
        key: &'static str,
        command: Command,
        config: Option<&Config>,
        now: DateTime<Utc>,
        bug: Option<Bug>,
    ) -> (Option<Pending>, Outcome) {
        if bug != Some(Bug::NoSweepBeforeCommand) {
            self.expire_due(now, bug);
        }
        let state = self.state(key, &command, config);
        let idempotency_key = idempotency_key(&command);
        let released = matches!(command, Command::Release(_))
            .then(|| state.redemption.clone())
            .flatten();
        let (event, outcome) = decide(&state, command, now).expect("an entry of the model's");
        let event = match (bug, released) {
            (Some(Bug::ReleaseWithoutOldState), Some(stored)) => Some(force_released(&stored, now)),
            (Some(Bug::CounterInsteadOfRows), Some(_)) if event.is_none() => {
                self.counts.redemptions -= 1;
                None
            }
            _ => event,
        };
        let pending = event.map(|event| Pending {
            key,
            event,
            idempotency_key,
        });
        (pending, outcome)
    }

    /// Whether a write would be refused: a redemption's identifier is unique, and a request that the platform repeats
    /// brings its own again.
    pub fn refuses(&self, pending: &Pending) -> bool {
        match &pending.event {
            Event::Granted(stored) => self.find(stored.id).is_some(),
            Event::Changed(_) => false,
        }
    }

    /// The second half: one step, as the statement of the object is.
    pub fn write(&mut self, pending: &Pending, bug: Option<Bug>) {
        match &pending.event {
            Event::Granted(stored) => {
                self.counts.add(stored, 1);
                self.rows.push(Row {
                    key: pending.key,
                    stored: Arc::new((**stored).clone()),
                });
            }
            Event::Changed(changed) => {
                let Some(row) = self.rows.iter_mut().find(|row| row.stored.id == changed.before.id) else {
                    return;
                };
                if bug == Some(Bug::SwallowedZeroRows) && *row.stored != changed.before {
                    return;
                }
                self.counts.add(&row.stored, -1);
                self.counts.add(&changed.after, 1);
                row.stored = Arc::new(changed.after.clone());
                self.remember(changed, pending.idempotency_key.as_ref());
            }
        }
        self.written += 1;
        if bug == Some(Bug::EventAfterWrite) && matches!(pending.event, Event::Changed(_)) {
            // The object died before the second write.
            return;
        }
        let id = LedgerEventId::from_parts(self.written, [0; 10]);
        let message = pending.event.message(id).expect("an entry of the model's");
        let message = serde_json::from_slice(&message).expect("an event");
        self.outbox.push(Told(Arc::new(message)));
    }

    /// Ends every reservation whose time is over.
    pub fn expire_due(&mut self, now: DateTime<Utc>, bug: Option<Bug>) {
        let late = TimeDelta::seconds(i64::from(bug == Some(Bug::ExpiryOffByOne)));
        let due: Vec<_> = self
            .due(now - late)
            .map(|row| (row.key, Arc::clone(&row.stored)))
            .collect();
        for (key, stored) in due {
            let state = State {
                redemption: Some((*stored).clone()),
                ..State::default()
            };
            if let Ok((Some(event), _)) = decide(&state, Command::Expire, now) {
                let pending = Pending {
                    key,
                    event,
                    idempotency_key: None,
                };
                self.write(&pending, None);
            }
        }
    }

    /// Whether a reservation's end is still to be written.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due(now).next().is_some()
    }

    fn due(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| {
            let stored = &row.stored;
            stored.status == RedemptionStatus::Reserved && stored.reserved_until.is_some_and(|until| until <= now)
        })
    }

    /// The origin has stored an event.
    pub fn acknowledge(&mut self, id: LedgerEventId) {
        self.outbox.retain(|told| told.0.id != id);
    }

    /// A redemption by its identifier.
    pub fn find(&self, id: RedemptionId) -> Option<&Row> {
        self.rows.iter().find(|row| row.stored.id == id)
    }

    fn remember(&mut self, changed: &Changed, idempotency_key: Option<&String>) {
        if let (Some(remembered), Some(key)) = (&changed.remembered, idempotency_key) {
            let answer = Answer(remembered.clone());
            self.answers.push((changed.after.id, key.clone(), answer));
        }
    }

    fn state<'c>(&self, key: &str, command: &Command, config: Option<&'c Config>) -> State<'c> {
        let mut state = State {
            config,
            redemption: self.redemption(key, command).map(|row| (*row.stored).clone()),
            ..State::default()
        };
        if let Command::RollBack(wanted) = command {
            state.remembered = self.remembered(wanted.handle.redemption_id, wanted.idempotency_key.as_deref());
        }
        if let Command::Redeem(redeem) = command {
            let claim = &redeem.claim;
            state.redemptions = unsigned(self.counts.redemptions);
            state.spent = unsigned(self.counts.spent);
            let count = |counts: &BTreeMap<String, i64>, name: &str| unsigned(counts.get(name).copied().unwrap_or(0));
            if let Some(customer) = &claim.customer_id {
                state.customer_redemptions = count(&self.counts.customers, customer);
            }
            if let Some(coupon) = &claim.coupon {
                let code: &CouponCode = &coupon.code;
                state.coupon_uses = count(&self.counts.coupons, code.as_str());
            }
        }
        state
    }

    fn redemption(&self, key: &str, command: &Command) -> Option<&Row> {
        let named = match command {
            Command::Redeem(_) | Command::LookUp { .. } | Command::Expire => {
                return self.rows.iter().rev().find(|row| row.key == key);
            }
            Command::Confirm(handle) | Command::Release(handle) | Command::Find(handle) => handle.redemption_id,
            Command::RollBack(wanted) => wanted.handle.redemption_id,
        };
        self.find(named)
    }

    fn remembered(&self, id: RedemptionId, key: Option<&str>) -> Option<Remembered> {
        let key = key?;
        let found = self.answers.iter().find(|(of, named, _)| *of == id && named == key);
        found.map(|(_, _, Answer(remembered))| remembered.clone())
    }
}

fn idempotency_key(command: &Command) -> Option<String> {
    if let Command::RollBack(wanted) = command {
        wanted.idempotency_key.clone()
    } else {
        None
    }
}

fn force_released(stored: &Stored, now: DateTime<Utc>) -> Event {
    let after = Stored {
        status: RedemptionStatus::Released,
        updated_at: now,
        ..stored.clone()
    };
    Event::Changed(Box::new(Changed {
        before: stored.clone(),
        after,
        remembered: None,
    }))
}

//! A small shop around the ledger: clients that lose patience, a network that loses, repeats and reorders, a clock, and
//! the way of events to the origin.

mod laws;
mod orders;
mod run;

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use engine::ids::{LedgerEventId, RedemptionId};
use engine::ledger::Entry;
use engine::promotion::Limits;
use engine::wire::v1::{EvaluateAnswer, EvaluationRecord, RedemptionStatus};

use crate::bug::Bug;
use crate::host::{Book, Pending};

/// What a client does, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Consume at once.
    Redeem,
    /// Consume for [`Shop::hold_ticks`].
    Reserve,
    /// Make its reservation final.
    Confirm,
    /// Give its reservation back.
    Release,
    /// Give back a part of what it consumed.
    RollBackPart(u64),
    /// Give back all of it.
    RollBackAll,
}

/// One client's order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The shop's name for it: its place in the ledger.
    pub key: &'static str,
    /// What is in it.
    pub fingerprint: &'static str,
    /// The coupon it uses, if any.
    pub coupon: Option<&'static str>,
    /// What is done with it.
    pub steps: &'static [Step],
}

/// The model: what stays the same.
#[derive(Debug, Clone)]
pub struct Shop {
    /// A client each.
    pub orders: Vec<Order>,
    /// Of the promotion.
    pub limits: Limits,
    /// Uses of each coupon.
    pub coupon_uses: u32,
    /// For how long a reservation holds, in ticks.
    pub hold_ticks: u8,
    /// How far time goes.
    pub last_tick: u8,
    /// How often a client sends one step.
    pub sends: u8,
    /// How many messages are lost, in all.
    pub losses: u8,
    /// How many messages come twice, in all.
    pub repetitions: u8,
    /// Whether the way of events is part of the model.
    pub relays: bool,
    /// What the host does wrong.
    pub bug: Option<Bug>,
    /// An answer and a record to fill in.
    pub template: (EvaluateAnswer, EvaluationRecord),
}

/// A discount of every order, in minor units.
pub const DISCOUNT: u64 = 10;

/// What changes.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct World {
    now: u8,
    book: Book,
    clients: Vec<Client>,
    /// In no order.
    network: Vec<Message>,
    losses: u8,
    repetitions: u8,
    /// Of a host that awaits before it writes.
    pending: Vec<(u8, u8, Written)>,
    events: Events,
}

#[derive(Debug, Clone)]
struct Written(Pending, Told);

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.1 == other.1
    }
}

impl Hash for Written {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash(state);
    }
}

/// The way of events.
#[derive(Debug, Clone, Default, PartialEq, Hash)]
struct Events {
    queue: BTreeSet<LedgerEventId>,
    stored: BTreeSet<LedgerEventId>,
    /// Those that entered the reports, in the order of their identifiers.
    counted: Vec<LedgerEventId>,
    /// Acknowledged by an origin that has not committed.
    uncommitted: BTreeSet<LedgerEventId>,
    last_sent: Option<LedgerEventId>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Client {
    step: u8,
    sends: u8,
    waiting: bool,
    over: bool,
    redemption: Option<RedemptionId>,
    /// What it was told last of its redemption.
    told: Option<RedemptionStatus>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Message {
    Request {
        client: u8,
        step: u8,
        send: u8,
        redemption: Option<RedemptionId>,
    },
    Reply {
        client: u8,
        step: u8,
        told: Told,
    },
}

/// What a reply says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Told {
    Stands(RedemptionId, RedemptionStatus),
    /// Refused, in conflict, or closed.
    No,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// A client sends its step, or sends it again.
    Send(u8),
    /// A message arrives.
    Deliver(usize),
    /// A message arrives, and will once more.
    DeliverTwice(usize),
    /// A message, or an answer with the object that gave it, is lost.
    Lose(usize),
    /// A write that was awaited happens.
    Write(usize),
    /// Time goes on.
    Tick,
    /// The alarm ends what is over.
    Alarm,
    /// The alarm sends an event.
    Relay(LedgerEventId),
    /// The queue loses an event.
    LoseEvent(LedgerEventId),
    /// The origin takes an event; its acknowledgement arrives or is lost, the event comes again or not.
    Take {
        /// Which.
        event: LedgerEventId,
        /// Whether the object learns of it.
        acknowledged: bool,
        /// Whether the queue delivers it again.
        again: bool,
    },
    /// An origin that acknowledged too early dies.
    LoseUncommitted,
    /// It commits.
    Commit,
}

impl Shop {
    /// A shop without faults of the network, and with one use of each coupon.
    ///
    /// # Panics
    /// The template has no answer or no record.
    pub fn new(orders: Vec<Order>, limits: Limits, template: &Entry) -> Self {
        let record = serde_json::from_slice(template.record_json()).expect("a record");
        Self {
            orders,
            limits,
            coupon_uses: 1,
            hold_ticks: 1,
            last_tick: 2,
            sends: 1,
            losses: 0,
            repetitions: 0,
            relays: false,
            bug: None,
            template: (template.answer().expect("an answer"), record),
        }
    }
}

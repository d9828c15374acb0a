//! A message of the queue: the record of an evaluation, or a change of the ledger.

use engine::ids::{OrganizationId, PromotionId};
use engine::wire::v1::{EvaluationRecord, LedgerEvent};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use uuid::Uuid;

/// What a message says.
#[derive(Debug)]
pub(super) enum Message {
    Record(EvaluationRecord),
    Event(LedgerEvent),
}

/// What makes a message's repetition known: records and events are numbered apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MessageId {
    Record(Uuid),
    Event(Uuid),
}

/// What tells the two apart.
#[derive(Deserialize)]
struct Outline {
    kind: Option<IgnoredAny>,
}

impl Message {
    /// A message that the database takes, or why it is none.
    pub(super) fn parse(raw: &RawValue) -> Result<Self, String> {
        let outline: Outline = read(raw)?;
        if outline.kind.is_none() {
            let record = read(raw)?;
            check_record(&record)?;
            return Ok(Self::Record(record));
        }
        let event: LedgerEvent = read(raw)?;
        if let Some(record) = &event.record {
            check_record(record)?;
            if (record.organization_id, record.promotion_id) != (event.organization_id, event.promotion_id) {
                return Err("the event's record is of another promotion".to_owned());
            }
        }
        Ok(Self::Event(event))
    }

    pub(super) const fn id(&self) -> MessageId {
        match self {
            Self::Record(record) => MessageId::Record(record.id.uuid()),
            Self::Event(event) => MessageId::Event(event.id.uuid()),
        }
    }

    pub(super) const fn organization(&self) -> OrganizationId {
        match self {
            Self::Record(record) => record.organization_id,
            Self::Event(event) => event.organization_id,
        }
    }

    pub(super) const fn promotion(&self) -> PromotionId {
        match self {
            Self::Record(record) => record.promotion_id,
            Self::Event(event) => event.promotion_id,
        }
    }

    /// The record that it is or brings along.
    pub(super) fn record(&self) -> Option<&EvaluationRecord> {
        match self {
            Self::Record(record) => Some(record),
            Self::Event(event) => event.record.as_deref(),
        }
    }

    pub(super) const fn event(&self) -> Option<&LedgerEvent> {
        match self {
            Self::Record(_) => None,
            Self::Event(event) => Some(event),
        }
    }
}

fn read<'m, T: Deserialize<'m>>(raw: &'m RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}

fn check_record(record: &EvaluationRecord) -> Result<(), String> {
    let fits = |text: &Option<String>, chars: usize, allowed: fn(u8) -> bool| {
        text.as_ref()
            .is_none_or(|text| text.len() == chars && text.bytes().all(allowed))
    };
    if !fits(&record.country, 2, |byte| byte.is_ascii_uppercase()) {
        return Err("country is no ISO 3166-1 alpha-2 code".to_owned());
    }
    if !fits(&record.city, 3, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit()
    }) {
        return Err("city is no UN/LOCODE location".to_owned());
    }
    i64::try_from(record.version)
        .map(drop)
        .map_err(|_| "version is too large".to_owned())
}

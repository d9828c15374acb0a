//! A message of the queue: the record of an evaluation, or a change of the ledger.

use chrono::{DateTime, Utc};
use engine::ids::{OrganizationId, PromotionId};
use engine::wire::v1::{EvaluationRecord, LedgerEvent, V1};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::clock::unix_millis;

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

/// Why a message is not stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Of a version that this release does not know.
    Unknown(String),
    /// It will never be stored.
    Bad(String),
}

/// What tells the two apart, and which versions they have.
#[derive(Deserialize)]
struct Outline {
    v: Option<u64>,
    kind: Option<IgnoredAny>,
    record: Option<Box<Outline>>,
}

impl Message {
    /// A message that the database takes, or why it is none. What is older than `oldest` is not kept any more.
    pub(super) fn parse(raw: &RawValue, oldest: DateTime<Utc>) -> Result<Self, Refusal> {
        let outline: Outline = read(raw)?;
        outline.check_versions()?;
        let message = if outline.kind.is_some() {
            Self::Event(read(raw)?)
        } else {
            Self::Record(read(raw)?)
        };
        message.check(oldest).map_err(Refusal::Bad)?;
        Ok(message)
    }

    fn check(&self, oldest: DateTime<Utc>) -> Result<(), String> {
        if let Some(record) = self.record() {
            check_record(record)?;
            check_time(record.id.unix_millis(), record.at, oldest)?;
        }
        let Some(event) = self.event() else { return Ok(()) };
        check_time(event.id.unix_millis(), event.at, oldest)?;
        match &event.record {
            Some(record)
                if (record.organization_id, record.promotion_id) != (event.organization_id, event.promotion_id) =>
            {
                Err("the event's record is of another promotion".to_owned())
            }
            Some(_) | None => Ok(()),
        }
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

impl Outline {
    fn check_versions(&self) -> Result<(), Refusal> {
        match self.v {
            Some(version) if version != u64::from(u8::from(V1)) => {
                Err(Refusal::Unknown(format!("format version {version} is not known here")))
            }
            Some(_) | None => self.record.as_ref().map_or(Ok(()), |record| record.check_versions()),
        }
    }
}

fn read<'m, T: Deserialize<'m>>(raw: &'m RawValue) -> Result<T, Refusal> {
    serde_json::from_str(raw.get()).map_err(|error| Refusal::Bad(error.to_string()))
}

/// The database keeps rows by the time in their identifiers, and reports count them by `at`: one time, not two.
fn check_time(id_millis: u64, at: DateTime<Utc>, oldest: DateTime<Utc>) -> Result<(), String> {
    if id_millis != unix_millis(at) {
        return Err("at is another time than the identifier's".to_owned());
    }
    if at < oldest {
        return Err("it is older than records are kept: EVALUATION_RETENTION_DAYS".to_owned());
    }
    Ok(())
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

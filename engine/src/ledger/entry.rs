//! What the ledger keeps of an evaluation.

use chrono::{DateTime, Utc};

use crate::app_key::Mode;
use crate::ids::{AppKeyId, OrganizationId, PromotionId};
use crate::json::{JsonWriter, Scanned, Scanner};
use crate::money::Money;
use crate::promotion::PromotionCode;
use crate::wire::v1::{EvaluateAnswer, EvaluationRecord, PromotionRef, V1};

/// Bytes of an entry, with some room for its effect.
const USUAL_BYTES: usize = 1_536;

/// The first answer, so that the same request gets it again, and the record that the reports get: as texts, of which only that
/// is read which a decision and its event take. An object keeps what it was sent; to read all of it, and to write it anew,
/// would be a third of what it does for a redemption itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    fingerprint: String,
    /// The JSON of an [`EvaluateAnswer`].
    answer: Box<[u8]>,
    /// The JSON of an [`EvaluationRecord`].
    record: Vec<u8>,
    /// Bytes of the record before what [`Entry::complete`] writes.
    known: usize,
    facts: Facts,
}

/// What is read of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What was evaluated: the answer's.
    pub promotion: PromotionRef,
    /// What it gives: the answer's.
    pub discount: Option<Money>,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Of what.
    pub promotion_id: PromotionId,
    /// By which key.
    pub app_key_id: AppKeyId,
    /// Live or test.
    pub mode: Mode,
    /// When it was evaluated.
    pub at: DateTime<Utc>,
}

/// What is stored cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored entry cannot be read: {0}")]
pub struct Unreadable(String);

impl Entry {
    /// Of an evaluation, by the fingerprint of its request ([`crate::evaluate::Request::fingerprint`]): what the shop is told
    /// and what the reports are told.
    pub fn new(fingerprint: String, answer: &EvaluateAnswer, record: &EvaluationRecord) -> Self {
        let facts = Facts {
            promotion: answer.promotion.clone(),
            discount: answer.discount,
            organization_id: record.organization_id,
            promotion_id: record.promotion_id,
            app_key_id: record.app_key_id,
            mode: record.mode,
            at: record.at,
        };
        let answer = answer.to_json().into();
        let mut json = Vec::with_capacity(USUAL_BYTES);
        record.write_known(&mut JsonWriter(&mut json));
        let mut entry = Self {
            fingerprint,
            answer,
            known: json.len(),
            record: json,
            facts,
        };
        entry.complete(record.exhausted, record.response_ms);
        entry
    }

    /// What tells two requests apart.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What is read of it.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What the shop was told, as its JSON text.
    pub const fn answer_json(&self) -> &[u8] {
        &self.answer
    }

    /// What the shop was told.
    ///
    /// # Errors
    /// The text is none.
    pub fn answer(&self) -> Result<EvaluateAnswer, Unreadable> {
        serde_json::from_str(text(&self.answer)?).map_err(|error| Unreadable(error.to_string()))
    }

    /// What the reports are told, as its JSON text.
    pub fn record_json(&self) -> &[u8] {
        &self.record
    }

    /// The same without what it gives.
    pub(super) fn record_without_gifts(&self) -> Result<Vec<u8>, Unreadable> {
        let record = text(&self.record)?;
        let mut json = Vec::with_capacity(record.len());
        let mut out = JsonWriter(&mut json);
        let mut before = "{\"";
        let read = Scanner::read_all(record, |scanner| {
            scanner.object(&mut |scanner, key| {
                let value = scanner.slice(Scanner::skip)?;
                let value = match key {
                    "coupon" => return Ok(()),
                    "discount" | "redemption_id" => "null",
                    _ => value,
                };
                for piece in [before, key, "\":", value] {
                    out.raw(piece);
                }
                before = ",\"";
                Ok(())
            })
        });
        out.raw("}");
        read.map_err(Unreadable)?;
        Ok(json)
    }

    /// Has the record tell whether the grant took the last, and how many milliseconds it took.
    pub(super) fn complete(&mut self, exhausted: bool, response_ms: u32) {
        self.record.truncate(self.known);
        EvaluationRecord::write_end(exhausted, response_ms, &mut JsonWriter(&mut self.record));
    }

    /// Reads an entry as it is stored.
    ///
    /// # Errors
    /// What is read of it is not there, or not as it should be.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let read = Scanner::read_all(json, |scanner| {
            let mut parts = Parts::default();
            scanner.object(&mut |scanner, key| parts.read(scanner, key))?;
            parts.entry(scanner)
        });
        read.map_err(Unreadable)
    }

    /// Its JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(USUAL_BYTES);
        let mut out = JsonWriter(&mut json);
        out.raw("{");
        self.write(&mut out);
        out.raw("}");
        json
    }

    /// Its members.
    pub(super) fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("\"v\":1,\"fingerprint\":");
        out.text(&self.fingerprint);
        out.raw(",\"answer\":");
        out.0.extend_from_slice(&self.answer);
        out.raw(",\"record\":");
        out.0.extend_from_slice(&self.record);
    }
}

fn text(json: &[u8]) -> Result<&str, Unreadable> {
    str::from_utf8(json).map_err(|error| Unreadable(error.to_string()))
}

/// What was read of an entry so far.
#[derive(Default)]
pub(super) struct Parts<'a> {
    version: Option<V1>,
    fingerprint: Option<String>,
    answer: Option<&'a str>,
    code: Option<PromotionCode>,
    promotion_version: Option<u64>,
    discount: Option<Money>,
    record: Option<&'a str>,
    organization_id: Option<OrganizationId>,
    promotion_id: Option<PromotionId>,
    app_key_id: Option<AppKeyId>,
    mode: Option<Mode>,
    at: Option<DateTime<Utc>>,
    /// As it stands in the record.
    response_ms: &'a str,
}

impl<'a> Parts<'a> {
    /// Reads a member of an entry, or passes over what is none.
    pub(super) fn read(&mut self, scanner: &mut Scanner<'a>, key: &str) -> Scanned<()> {
        match key {
            "v" => self.version = Some(scanner.serde("expected the format version 1")?),
            "fingerprint" => self.fingerprint = Some(scanner.owned()?),
            "answer" => {
                let answer =
                    |scanner: &mut Scanner<'a>| scanner.object(&mut |scanner, key| self.read_answer(scanner, key));
                self.answer = Some(scanner.slice(answer)?);
            }
            "record" => {
                let record =
                    |scanner: &mut Scanner<'a>| scanner.object(&mut |scanner, key| self.read_record(scanner, key));
                self.record = Some(scanner.slice(record)?);
            }
            _ => scanner.skip()?,
        }
        Ok(())
    }

    fn read_answer(&mut self, scanner: &mut Scanner<'a>, key: &str) -> Scanned<()> {
        match key {
            "discount" => self.discount = scanner.optional(Scanner::money)?,
            "promotion" => scanner.object(&mut |scanner, key| {
                match key {
                    "code" => self.code = Some(scanner.parsed("expected a promotion's code")?),
                    "version" => self.promotion_version = Some(scanner.unsigned()?),
                    _ => scanner.skip()?,
                }
                Ok(())
            })?,
            _ => scanner.skip()?,
        }
        Ok(())
    }

    fn read_record(&mut self, scanner: &mut Scanner<'a>, key: &str) -> Scanned<()> {
        const ID: &str = "expected an identifier";
        match key {
            "organization_id" => self.organization_id = Some(scanner.parsed(ID)?),
            "promotion_id" => self.promotion_id = Some(scanner.parsed(ID)?),
            "app_key_id" => self.app_key_id = Some(scanner.parsed(ID)?),
            "mode" => self.mode = Some(scanner.serde("expected a mode")?),
            "at" => self.at = Some(scanner.time()?),
            "response_ms" => self.response_ms = scanner.slice(Scanner::skip)?,
            _ => scanner.skip()?,
        }
        Ok(())
    }

    /// All of it.
    pub(super) fn entry(self, scanner: &mut Scanner<'a>) -> Scanned<Entry> {
        const EXPECTED: &str = "expected an entry with all its members";
        let V1 = scanner.required(self.version, EXPECTED)?;
        let record = scanner.required(self.record, EXPECTED)?;
        let known = record
            .strip_suffix('}')
            .and_then(|record| record.strip_suffix(self.response_ms))
            .and_then(|record| record.strip_suffix(EvaluationRecord::RESPONSE_MS));
        let known = scanner.required(known, "expected a record that ends with its time")?;
        Ok(Entry {
            fingerprint: scanner.required(self.fingerprint, EXPECTED)?,
            answer: scanner.required(self.answer, EXPECTED)?.as_bytes().into(),
            record: record.into(),
            known: known.len(),
            facts: Facts {
                promotion: PromotionRef {
                    code: scanner.required(self.code, EXPECTED)?,
                    version: scanner.required(self.promotion_version, EXPECTED)?,
                },
                discount: self.discount,
                organization_id: scanner.required(self.organization_id, EXPECTED)?,
                promotion_id: scanner.required(self.promotion_id, EXPECTED)?,
                app_key_id: scanner.required(self.app_key_id, EXPECTED)?,
                mode: scanner.required(self.mode, EXPECTED)?,
                at: scanner.required(self.at, EXPECTED)?,
            },
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::ids::{LedgerEventId, RedemptionId};
    use crate::ledger::{Event, Stored};
    use crate::wire::v1::record::tests::any_record;
    use crate::wire::v1::{LedgerEvent, RedemptionStatus};

    const STORED: &str = include_str!("../../tests/data/ledger_entry.v1.json");

    /// Its record, read.
    pub(crate) fn record_of(entry: &Entry) -> EvaluationRecord {
        serde_json::from_slice(entry.record_json()).unwrap()
    }

    #[test]
    fn stored_form_is_pinned() {
        let entry = Entry::from_json(STORED).unwrap();
        assert_eq!(String::from_utf8(entry.to_json()).unwrap(), STORED.trim_end());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            record in any_record(),
            fingerprint in any::<String>(),
            exhausted in any::<bool>(),
            response_ms in any::<u32>(),
            status in prop_oneof![Just(RedemptionStatus::Reserved), Just(RedemptionStatus::Committed)],
        ) {
            let answer = Entry::from_json(STORED).unwrap().answer().unwrap();
            let record = EvaluationRecord { exhausted: false, ..record };
            let mut entry = Entry::new(fingerprint, &answer, &record);
            let read = |entry: &Entry| Entry::from_json(&String::from_utf8(entry.to_json()).unwrap()).unwrap();
            prop_assert_eq!(&read(&entry), &entry);
            prop_assert_eq!(&record_of(&entry), &record);
            prop_assert_eq!(entry.answer().unwrap(), answer);
            entry.complete(exhausted, response_ms);
            let record = EvaluationRecord { exhausted, response_ms, ..record };
            prop_assert_eq!(&record_of(&entry), &record);

            let told = Event::Granted(Box::new(granted(entry, status))).message(LedgerEventId::from_parts(1, [7; 10]));
            let told: LedgerEvent = serde_json::from_slice(&told.unwrap()).unwrap();
            let record = if status == RedemptionStatus::Reserved {
                EvaluationRecord { discount: None, redemption_id: None, coupon: None, ..record }
            } else {
                record
            };
            prop_assert_eq!(told.record, Some(Box::new(record)));
        }
    }

    fn granted(entry: Entry, status: RedemptionStatus) -> Stored {
        let at = entry.facts().at;
        Stored {
            id: RedemptionId::from_parts(1, [7; 10]),
            entry,
            transaction_id: None,
            customer_id: None,
            coupon: None,
            counted: true,
            status,
            reserved_until: Some(at),
            rolled_back: 0,
            updated_at: at,
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        let check = |from: &str, to: &str, expected: &str| {
            assert!(STORED.contains(from), "{from}");
            let error = Entry::from_json(&STORED.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}, not {expected}");
        };
        let member = "expected an entry with all its members";
        check("{\"v\":1", "[", "expected an object");
        check("{\"v\":1", "{\"v\":2", "expected the format version 1");
        check("\"v\":1,", "", member);
        check("\"fingerprint\"", "\"f\"", member);
        check("\"answer\"", "\"a\"", member);
        check("\"promotion\"", "\"p\"", member);
        check("summer-10", "summer 10", "expected a promotion's code");
        check("\"record\"", "\"r\"", member);
        check("1205", "-1205", "expected a whole number");
        check("\"org_", "\"prom_", "expected an identifier");
        check("\"live\"", "\"real\"", "expected a mode");
        check("\"at\"", "\"on\"", member);
        let end = "expected a record that ends with its time";
        check(",\"response_ms\":4", "", end);
        check("\"response_ms\":4", "\"response_ms\": 4", end);
        check("\"response_ms\":4", "\"response_ms\":4,\"more\":1", end);
    }

    #[test]
    fn an_answer_that_is_none_is_told() {
        let entry = Entry::from_json(&STORED.replace("\"applicable\":true", "\"applicable\":1")).unwrap();
        let error = entry.answer().unwrap_err().to_string();
        assert!(error.contains("a stored entry cannot be read: invalid type"), "{error}");
    }

    /// A release before this one wrote what the ledger tells in front of the last members.
    #[test]
    fn the_order_of_an_older_release_is_read() {
        let exhausted = STORED.replace("\"country\"", "\"exhausted\":true,\"country\"");
        let entry = Entry::from_json(&exhausted).unwrap();
        assert!(record_of(&entry).exhausted);
        let read: Value = serde_json::from_slice(&entry.to_json()).unwrap();
        assert_eq!(read, serde_json::from_str::<Value>(&exhausted).unwrap());
    }
}

//! Reading rows, column by column.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use engine::ledger::{Entry, Stored};
use engine::wire::v1::RedemptionStatus;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, de::value};
use serde_json::Value;

/// Why the storage cannot be used.
pub(super) type Fallible<T> = Result<T, String>;

/// A row, whose columns are taken one after the other.
pub(super) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// A whole number, if there is one.
    pub(super) fn integer(&mut self) -> Fallible<Option<u64>> {
        match self.0.next() {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number
                .as_u64()
                .map(Some)
                .ok_or_else(|| "a stored number is a fraction, negative or too large".to_owned()),
            Some(Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err("a stored number is none".to_owned())
            }
        }
    }

    /// The same, where none means zero.
    pub(super) fn count(&mut self) -> Fallible<u64> {
        Ok(self.integer()?.unwrap_or(0))
    }

    pub(super) fn flag(&mut self) -> Fallible<bool> {
        Ok(self.count()? > 0)
    }

    pub(super) fn optional_text(&mut self) -> Fallible<Option<String>> {
        match self.0.next() {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err("a stored text is none".to_owned())
            }
        }
    }

    pub(super) fn text(&mut self) -> Fallible<String> {
        self.optional_text()?
            .ok_or_else(|| "a stored text is missing".to_owned())
    }

    /// What a text stands for, if there is one.
    pub(super) fn parsed<T: FromStr<Err: ToString>>(&mut self) -> Fallible<Option<T>> {
        let text = self.optional_text()?;
        text.map(|text| text.parse()).transpose().map_err(self::text)
    }

    /// A JSON text, if there is one.
    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Fallible<Option<T>> {
        let value = self.optional_text()?.map(|text| serde_json::from_str(&text));
        value.transpose().map_err(unreadable)
    }

    /// A status, if there is one.
    pub(super) fn status(&mut self) -> Fallible<Option<RedemptionStatus>> {
        self.optional_text()?.as_deref().map(read_status).transpose()
    }

    /// A row within, if there is one.
    pub(super) fn nested(&mut self) -> Fallible<Option<Self>> {
        match self.0.next() {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => Ok(Some(Self::new(values))),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                Err("a stored row is none".to_owned())
            }
        }
    }

    /// The redemption in the remaining columns.
    pub(super) fn stored(&mut self) -> Fallible<Stored> {
        Ok(Stored {
            id: self
                .parsed()?
                .ok_or_else(|| "a stored redemption has no identifier".to_owned())?,
            status: self
                .status()?
                .ok_or_else(|| "a stored redemption has no status".to_owned())?,
            transaction_id: self.optional_text()?,
            customer_id: self.optional_text()?,
            coupon: self.parsed()?,
            counted: self.flag()?,
            reserved_until: self.integer()?.map(time),
            rolled_back: self.count()?,
            updated_at: time(self.count()?),
            entry: Entry::from_json(&self.text()?).map_err(text)?,
        })
    }
}

fn unreadable(error: impl ToString) -> String {
    format!("a stored row cannot be read: {}", error.to_string())
}

fn read_status(word: &str) -> Fallible<RedemptionStatus> {
    let word: StrDeserializer<'_, value::Error> = serde::de::IntoDeserializer::into_deserializer(word);
    RedemptionStatus::deserialize(word).map_err(text)
}

/// A time of the platform's clock.
pub(super) fn time(millis: u64) -> DateTime<Utc> {
    i64::try_from(millis)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_default()
}

pub(super) fn text(error: impl ToString) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_taken_in_turn() {
        let row = json!([7, null, "a", 0.5, -1, 1e21, true, [1]]);
        let Value::Array(values) = row else { panic!("no row") };
        let mut row = Row::new(values);
        assert_eq!(row.integer(), Ok(Some(7)));
        assert_eq!(row.count(), Ok(0));
        assert_eq!(row.text(), Ok("a".to_owned()));
        for wrong in ["a fraction", "negative", "too large", "no number", "no column"] {
            assert!(row.integer().is_err(), "{wrong}");
        }
        assert_eq!(row.optional_text(), Ok(None));
    }

    #[test]
    fn statuses_are_read_by_their_words() {
        for status in [
            RedemptionStatus::Reserved,
            RedemptionStatus::Committed,
            RedemptionStatus::Released,
            RedemptionStatus::Expired,
            RedemptionStatus::RolledBack,
        ] {
            assert_eq!(read_status(status.as_str()), Ok(status));
        }
        assert!(read_status("lost").is_err());
    }
}

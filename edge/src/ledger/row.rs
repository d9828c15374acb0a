//! Reading rows, column by column.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use engine::ledger::Stored;
use engine::wire::v1::RedemptionStatus;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, de::value};
use worker::SqlStorageValue;

/// 2⁶⁴: the least whole number that is too large.
const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;

/// Why the storage cannot be used.
pub(super) type Fallible<T> = Result<T, String>;

/// A row, whose columns are taken one after the other.
pub(super) struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    pub(super) fn new(values: Vec<SqlStorageValue>) -> Self {
        Self(values.into_iter())
    }

    /// A whole number, if there is one.
    pub(super) fn integer(&mut self) -> Fallible<Option<u64>> {
        match self.0.next() {
            None | Some(SqlStorageValue::Null) => Ok(None),
            Some(SqlStorageValue::Integer(number)) => u64::try_from(number).map(Some).map_err(text),
            // The platform hands a number over as JavaScript has it, a whole one above 2⁵³ too.
            Some(SqlStorageValue::Float(number)) => whole(number).map(Some),
            Some(SqlStorageValue::Boolean(_) | SqlStorageValue::String(_) | SqlStorageValue::Blob(_)) => {
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
            None | Some(SqlStorageValue::Null) => Ok(None),
            Some(SqlStorageValue::String(text)) => Ok(Some(text)),
            Some(
                SqlStorageValue::Boolean(_)
                | SqlStorageValue::Integer(_)
                | SqlStorageValue::Float(_)
                | SqlStorageValue::Blob(_),
            ) => Err("a stored text is none".to_owned()),
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
        value
            .transpose()
            .map_err(|error| format!("a stored row cannot be read: {error}"))
    }

    /// The redemption in the remaining columns, if there is one.
    pub(super) fn stored(&mut self) -> Fallible<Option<Stored>> {
        let Some(id) = self.parsed()? else {
            return Ok(None);
        };
        let status = self.text()?;
        Ok(Some(Stored {
            id,
            status: read_status(&status)?,
            transaction_id: self.optional_text()?,
            customer_id: self.optional_text()?,
            coupon: self.parsed()?,
            counted: self.flag()?,
            reserved_until: self.integer()?.map(time),
            rolled_back: self.count()?,
            updated_at: time(self.count()?),
            entry: self
                .json()?
                .ok_or_else(|| "a stored redemption has no entry".to_owned())?,
        }))
    }
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

/// What is stored is below 2⁵³.
pub(super) fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn whole(value: f64) -> Fallible<u64> {
    // Not by way of a text: each row has several of these.
    if value.fract() != 0.0 || !(0.0..TOO_LARGE).contains(&value) {
        return Err("a stored number is a fraction, negative or too large".to_owned());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, and within the bounds above"
    )]
    Ok(value as u64)
}

pub(super) fn text(error: impl ToString) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_taken_in_turn() {
        let mut row = Row::new(vec![
            SqlStorageValue::Integer(7),
            SqlStorageValue::Null,
            SqlStorageValue::Float(9_007_199_254_740_993.0),
            "a".into(),
            SqlStorageValue::Float(0.5),
            SqlStorageValue::Float(-1.0),
            SqlStorageValue::Float(f64::NAN),
            SqlStorageValue::Float(TOO_LARGE),
            SqlStorageValue::Integer(-1),
        ]);
        assert_eq!(row.integer(), Ok(Some(7)));
        assert_eq!(row.count(), Ok(0));
        assert_eq!(row.count(), Ok(9_007_199_254_740_992));
        assert_eq!(row.text(), Ok("a".to_owned()));
        for wrong in ["a fraction", "negative", "no number", "too large", "a negative integer"] {
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

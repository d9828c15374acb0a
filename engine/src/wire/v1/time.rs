//! Times as every event and record has one.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// What chrono's own does, of the whole text at once: chrono hands over digit by digit, and each is searched for what to escape.
pub(super) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_chrono_writes() {
        for nanos in [0, 1, 1_000, 120_000_000, 999_999_999] {
            let at = DateTime::from_timestamp(1_790_000_000, nanos).unwrap();
            let written = serialize(&at, serde_json::value::Serializer).unwrap();
            assert_eq!(written, serde_json::to_value(at).unwrap());
        }
    }
}

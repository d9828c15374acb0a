//! Enums whose variant is named by the first entry of their JSON object.
//!
//! `#[serde(tag = …)]` alone writes them so; to read, it takes the whole object into a buffer, because the name might stand at the
//! end, and the variant from there: the work twice, and a second reader of everything inside for the Worker to carry. Here the
//! name has to come first, and the variant reads the rest where it stands.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// An enum that is read by [`read`].
pub(crate) trait Tagged: Sized {
    /// The key of the name.
    const TAG: &'static str;
    /// The names of the variants.
    const NAMES: &'static [&'static str];

    /// Reads the variant from the entries behind its name, to the last; [`unknown`] for another name.
    ///
    /// # Errors
    /// There is no such variant, or the entries are not its own.
    fn read<'de, A: MapAccess<'de>>(name: &str, rest: MapAccessDeserializer<A>) -> Result<Self, A::Error>;
}

/// Reads the name, and the variant from the rest.
///
/// # Errors
/// It is no object, the name is unknown or does not come first, or the rest is not the variant's.
pub(crate) fn read<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Entries(PhantomData))
}

/// Reads nothing for a variant that is a name alone: entries of a later release are passed over.
///
/// # Errors
/// What follows is no JSON.
pub(crate) fn read_none<'de, A: MapAccess<'de>>(rest: MapAccessDeserializer<A>) -> Result<(), A::Error> {
    IgnoredAny::deserialize(rest).map(|IgnoredAny| ())
}

/// What [`Tagged::read`] says to a name that is none of [`Tagged::NAMES`].
///
/// # Errors
/// Always.
pub(crate) fn unknown<T: Tagged, E: Error>(name: &str) -> Result<T, E> {
    Err(E::unknown_variant(name, T::NAMES))
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Tagged> Visitor<'de> for Entries<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object that starts with `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        if entries.next_key::<String>()?.as_deref() != Some(T::TAG) {
            return Err(A::Error::custom(format_args!("expected `{}` first", T::TAG)));
        }
        let name: String = entries.next_value()?;
        T::read(&name, MapAccessDeserializer::new(entries))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::wire::v1::IngestResult;

    /// Whether each variant, of which there is a sample, is read as it is written. `name` matches all variants, so that a new
    /// one is missed here and not where it is received.
    pub(crate) fn check<T: Tagged + Serialize + DeserializeOwned + PartialEq + fmt::Debug>(
        samples: &[T],
        name: impl Fn(&T) -> &'static str,
    ) {
        let mut names: Vec<_> = samples.iter().map(&name).collect();
        let mut known = T::NAMES.to_vec();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known, "one sample of each variant, and each variant in NAMES");
        for sample in samples {
            let text = serde_json::to_string(sample).unwrap();
            let start = format!(r#"{{"{}":"{}""#, T::TAG, name(sample));
            assert!(text.starts_with(&start), "{text}");
            assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), sample);
            let more = format!(r#"{text:.0$},"later":{{"a":[1]}}}}"#, text.len() - 1);
            assert_eq!(&serde_json::from_str::<T>(&more).unwrap(), sample, "{more}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, said: &str| {
            let error = serde_json::from_str::<IngestResult>(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        };
        check(r#"{"detail":"a","state":"rejected"}"#, "expected `state` first");
        check("{}", "expected `state` first");
        check("[]", "expected an object that starts with `state`");
        check("null", "expected an object that starts with `state`");
        check(
            r#"{"state":"lost"}"#,
            "unknown variant `lost`, expected one of `rejected`",
        );
        check(r#"{"state":1}"#, "expected a string");
        check(r#"{"state":"rejected"}"#, "missing field `detail`");
    }
}

//! Countries (ISO 3166-1 alpha-2) and cities (UN/LOCODE locations), as sets that are asked for membership.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest as _, Sha256};

/// Where one country's locations stand in the file that `build.rs` writes.
#[derive(PartialEq, Eq)]
pub(super) struct Row {
    code: [u8; 2],
    /// Bits of a location that are stored as they are.
    low_bits: u32,
    /// Among the low bits.
    low_start: usize,
    /// Among the high bits.
    high_start: usize,
    /// Among the samples.
    sample_start: usize,
}

mod table {
    use super::Row;
    include!(concat!(env!("OUT_DIR"), "/locations.rs"));
}

/// The locations of all countries. What names a city cannot be judged without them.
///
/// They are a file of 92 kB, because not every host carries them along: one that is kept small fetches them.
pub struct Locations(Cow<'static, [u8]>);

/// The bytes are not those of the locations that this program was built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes that are not {}", Locations::FILE_NAME)]
pub struct LocationsError {
    /// How many there are.
    pub bytes: usize,
}

/// A country of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country(&'static Row);

/// A UN/LOCODE location of a country.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct City([u8; 3]);

/// Why a text names no place; the sentences are for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Not an assigned alpha-2 code.
    #[error("Send an ISO 3166-1 alpha-2 country code in capitals, such as \"UY\".")]
    CountryUnknown,
    /// Not three capitals or digits: probably a name.
    #[error("Send the three-character UN/LOCODE location in capitals, such as \"MVD\", not the city's name.")]
    CityNotACode,
    /// A code that this country does not have.
    #[error("This UN/LOCODE location does not exist in the given country: check both.")]
    CityNotInCountry,
}

impl Country {
    /// Reads an assigned code in capitals.
    ///
    /// # Errors
    /// [`PlaceError::CountryUnknown`].
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| PlaceError::CountryUnknown)?;
        row(letters).map(Self).ok_or(PlaceError::CountryUnknown)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0.code).unwrap_or_default()
    }
}

fn row(letters: [u8; 2]) -> Option<&'static Row> {
    let slot = letters.into_iter().try_fold(0, |slot, letter| {
        letter
            .is_ascii_uppercase()
            .then(|| slot * 26 + usize::from(letter.wrapping_sub(b'A')))
    })?;
    table::ROWS.get(usize::from(*table::INDEX.get(slot)?))
}

impl Locations {
    /// What their file is called. The name holds their hash, so that a file of other locations has another name.
    pub const FILE_NAME: &'static str = table::FILE_NAME;

    /// Those that the program carries along. A program that never calls this does not.
    pub const fn embedded() -> Self {
        Self(Cow::Borrowed(include_bytes!(concat!(
            env!("OUT_DIR"),
            "/locations.bin"
        ))))
    }

    /// Takes the content of [`Locations::FILE_NAME`].
    ///
    /// # Errors
    /// When the bytes differ from those that this program was built with, in whatever bit.
    ///
    /// ```
    /// use engine::demographics::Locations;
    ///
    /// assert!(Locations::read(b"<!doctype html>".to_vec()).is_err());
    /// ```
    pub fn read(bytes: Vec<u8>) -> Result<Self, LocationsError> {
        let is_right = bytes.len() == table::BYTES && <[u8; 32]>::from(Sha256::digest(&bytes)) == table::SHA256;
        if is_right {
            Ok(Self(bytes.into()))
        } else {
            Err(LocationsError { bytes: bytes.len() })
        }
    }

    /// `None` only if the file were wrong.
    fn sets(&self) -> Option<Sets<'_>> {
        let (low, rest) = self.0.split_at_checked(table::HIGH_START)?;
        let (high, samples) = rest.split_at_checked(table::SAMPLES_START - table::HIGH_START)?;
        Some(Sets {
            low: low.as_chunks().0,
            high: high.as_chunks().0,
            samples: samples.as_chunks().0,
        })
    }
}

impl fmt::Debug for Locations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::FILE_NAME)
    }
}

impl City {
    /// Reads a location of `country`.
    ///
    /// # Errors
    /// [`PlaceError::CityNotACode`], [`PlaceError::CityNotInCountry`].
    pub fn parse(text: &str, country: Country, locations: &Locations) -> Result<Self, PlaceError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| PlaceError::CityNotACode)?;
        let number = number(code).ok_or(PlaceError::CityNotACode)?;
        match locations.sets().and_then(|sets| sets.contains(country.0, number)) {
            Some(true) => Ok(Self(code)),
            Some(false) | None => Err(PlaceError::CityNotInCountry),
        }
    }

    /// Whether a text has the form of a location: three capitals or digits.
    pub(crate) fn is_code(text: &str) -> bool {
        text.as_bytes().try_into().is_ok_and(|code| number(code).is_some())
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for City {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A location code as a number in base 36.
fn number(code: [u8; 3]) -> Option<usize> {
    code.into_iter().try_fold(0, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        Some(number * 36 + usize::from(digit))
    })
}

/// A word as it stands in the file, which need not be aligned: the lowest byte first.
type Word = [u8; 8];

/// The parts of the file.
#[derive(Clone, Copy)]
struct Sets<'a> {
    low: &'a [Word],
    high: &'a [Word],
    samples: &'a [[u8; 2]],
}

impl Sets<'_> {
    /// Whether a country's set holds `number`. `None` only if the tables were wrong.
    ///
    /// Its high bits name a bucket, which starts behind as many zeros of the unary part; each one in the bucket stands for
    /// a member, whose low bits are compared. Members ascend.
    fn contains(self, row: &Row, number: usize) -> Option<bool> {
        let bucket = number >> row.low_bits;
        let mask = (1_u64 << row.low_bits) - 1;
        let wanted = u64::try_from(number).ok()? & mask;
        let low_bits = usize::try_from(row.low_bits).ok()?;
        let mut at = self.bucket_start(row, bucket)?;
        loop {
            let members = usize::try_from(window(self.high, row.high_start + at)?.trailing_ones()).ok()?;
            let first = at - bucket;
            for member in first..first + members {
                let low = window(self.low, row.low_start + member * low_bits)? & mask;
                if low >= wanted {
                    return Some(low == wanted);
                }
            }
            if members < 64 {
                return Some(false);
            }
            at += members;
        }
    }

    /// The position behind `bucket` zeros: from the nearest sample, then word by word.
    fn bucket_start(self, row: &Row, bucket: usize) -> Option<usize> {
        let sample = self.samples.get(row.sample_start + bucket / table::ZEROS_A_SAMPLE)?;
        let mut at = row.high_start + usize::from(u16::from_le_bytes(*sample));
        let mut zeros = u64::try_from(bucket % table::ZEROS_A_SAMPLE).ok()?;
        while zeros > 0 {
            let offset = at % 64;
            let unset = !u64::from_le_bytes(*self.high.get(at / 64)?) >> offset << offset;
            at -= offset;
            match select(unset, zeros) {
                Ok(position) => return (at + position + 1).checked_sub(row.high_start),
                Err(found) => zeros -= found,
            }
            at += 64;
        }
        at.checked_sub(row.high_start)
    }
}

/// The position of a word's `nth` set bit, counted from 1 and at most 64, or how many there are, when they are fewer.
///
/// The sums of bytes are those of Sebastiano Vigna's "Broadword Implementation of Rank/Select Queries" (2008).
fn select(word: u64, nth: u64) -> Result<usize, u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let bytes = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    // In each byte the set bits up to and with it.
    let sums = bytes.wrapping_mul(ONES);
    if sums >> 56 < nth {
        return Err(sums >> 56);
    }
    let first = (((sums | HIGHS) - nth * ONES) & HIGHS).trailing_zeros() / 8 * 8;
    let before = (sums << 8 >> first) & 0xFF;
    let mut rest = word >> first;
    for _ in before + 1..nth {
        rest &= rest - 1;
    }
    Ok((first + rest.trailing_zeros()) as usize)
}

/// The 64 bits from bit `at` on, the lowest first; zeros behind the end.
fn window(words: &[Word], at: usize) -> Option<u64> {
    let offset = at % 64;
    let first = u64::from_le_bytes(*words.get(at / 64)?) >> offset;
    let second = words.get(at / 64 + 1).map_or(0, |word| u64::from_le_bytes(*word));
    // Two shifts, because one by 64 would be an overflow.
    Some(first | second << 1 << (63 - offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn source() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let mut countries: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for line in include_str!("../../data/unlocode.csv").lines().skip(1) {
            let mut fields = line.split(',');
            countries
                .entry(fields.next().unwrap())
                .or_default()
                .insert(fields.next().unwrap());
        }
        countries
    }

    #[test]
    fn sets_hold_exactly_the_source() {
        let (source, locations) = (source(), Locations::embedded());
        assert_eq!(source.values().map(BTreeSet::len).sum::<usize>(), 115_768);
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for row in &table::ROWS {
            let country = Country(row);
            let expected = source.get(country.as_str()).cloned().unwrap_or_default();
            for code in 0..36_usize.pow(3) {
                let code = [digits[code / 1296], digits[code / 36 % 36], digits[code % 36]];
                let code = std::str::from_utf8(&code).unwrap();
                assert_eq!(
                    City::parse(code, country, &locations).is_ok(),
                    expected.contains(code),
                    "{country:?} {code}"
                );
            }
        }
    }

    #[test]
    fn countries_are_those_of_iso_3166() {
        assert_eq!(table::ROWS.len(), 249);
        for code in ["UY", "BV", "US", "ZW", "AD"] {
            assert!(Country::parse(code).is_ok(), "{code}");
        }
        for code in ["", "U", "uy", "XZ", "XK", "URY", "É", "AA", "ZZ"] {
            assert_eq!(Country::parse(code), Err(PlaceError::CountryUnknown), "{code}");
        }
    }

    #[test]
    fn cities() {
        let locations = Locations::embedded();
        let check = |country: &str, city: &str, expected: Option<PlaceError>| {
            assert_eq!(
                City::parse(city, Country::parse(country).unwrap(), &locations).err(),
                expected,
                "{country} {city}"
            );
        };
        check("UY", "MVD", None);
        check("UY", "NYC", Some(PlaceError::CityNotInCountry));
        check("US", "NYC", None);
        check("BV", "AAA", Some(PlaceError::CityNotInCountry));
        for name in ["", "Montevideo", "mvd", "MV", "MVDX", "M-D", "ÉX"] {
            check("UY", name, Some(PlaceError::CityNotACode));
        }
    }

    #[test]
    fn only_their_own_bytes_are_read() {
        let bytes = Locations::embedded().0.into_owned();
        let read = Locations::read(bytes.clone()).unwrap();
        assert!(City::parse("MVD", Country::parse("UY").unwrap(), &read).is_ok());
        let check = |name: &str, change: fn(&mut Vec<u8>)| {
            let mut bytes = bytes.clone();
            change(&mut bytes);
            let expected = LocationsError { bytes: bytes.len() };
            assert_eq!(Locations::read(bytes).err(), Some(expected), "{name}");
        };
        check("the first bit", |bytes| bytes[0] ^= 1);
        check("a bit in the middle", |bytes| bytes[table::HIGH_START] ^= 1 << 3);
        check("the last bit", |bytes| *bytes.last_mut().unwrap() ^= 1 << 7);
        check("one short", |bytes| bytes.truncate(bytes.len() - 1));
        check("one more", |bytes| bytes.push(0));
        check("nothing", Vec::clear);
        check("a page", |bytes| *bytes = b"<!doctype html>".to_vec());
        check("a page as long", |bytes| bytes.fill(b' '));
    }

    #[test]
    fn tables_stay_small() {
        let bytes = table::BYTES + size_of_val(&table::INDEX) + size_of_val(&table::ROWS);
        assert!(bytes < 104 * 1024, "{bytes} bytes");
    }
}

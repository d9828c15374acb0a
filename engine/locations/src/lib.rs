//! Codes the locations of UN/LOCODE as sets, when the engine and the app are built.
//!
//! Each country's locations are an Elias–Fano coded set (P. Elias, "Efficient Storage and Retrieval by Content and
//! Address of Static Files", 1974): a location is a number in base 36; its low bits are stored as they are, its high
//! bits as gaps in unary. That takes about 2 + log₂(46,656 ÷ n) bits for each of a country's n locations.
//!
//! The bits of all countries are one file. The engine's build script writes it for what carries it along, and xtask among
//! the app's files for what fetches it; the same text gives both the same bytes, under a name that holds their hash. Where
//! each country's bits stand is Rust source, which the engine is compiled with in any case.

use std::collections::{BTreeMap, BTreeSet};
use std::num::TryFromIntError;

use base16ct::lower as hex;
use sha2::{Digest as _, Sha256};

/// One past the largest location number: 36³.
const UNIVERSE: u32 = 36 * 36 * 36;
/// Zeros between two entries of the directory into the unary part.
const ZEROS_A_SAMPLE: usize = 32;
/// ISO 3166-1 assigns it, and it has no location.
const WITHOUT_LOCATIONS: &str = "BV";
/// UN/LOCODE uses it for installations in international waters; it is no country.
const NOT_A_COUNTRY: &str = "XZ";
/// How much of the content's hash its name holds: enough that two contents never share a name.
const HASH_CHARS: usize = 16;

/// What is made of the list of locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// The sets: words of low bits, words of high bits, and the directory's entries of two bytes, the lowest byte first.
    pub bytes: Vec<u8>,
    /// What the file with the bytes is called.
    pub file_name: String,
    /// What `engine::demographics` reads them with.
    pub source: String,
}

/// Why a text is no list of locations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    /// A line without a country or a location.
    #[error("not a location: {0}")]
    NotALocation(String),
    /// A location that is not three digits or capitals.
    #[error("not a location code: {0}")]
    NotALocationCode(String),
    /// A country that is not two capitals.
    #[error("not a country code: {0}")]
    NotACountryCode(String),
    /// More countries or locations than the tables have room for.
    #[error("too many countries or locations: {0}")]
    TooMany(#[from] TryFromIntError),
}

/// Codes a list: a heading, then a country, a location and whatever else in each line, with commas between.
///
/// # Errors
/// When the text is no such list.
///
/// ```
/// let coded = locations::code("country,location,name\nUY,MVD,Montevideo\nUY,PDU,Paysandú\n").unwrap();
/// assert!(coded.file_name.starts_with("locations-") && coded.file_name.ends_with(".bin"));
/// assert!(coded.source.contains("b\"UY\""));
/// ```
pub fn code(csv: &str) -> Result<Coded, CodingError> {
    let mut countries: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    countries.entry(WITHOUT_LOCATIONS).or_default();
    for line in csv.lines().skip(1) {
        let mut fields = line.split(',');
        let (Some(country), Some(location)) = (fields.next(), fields.next()) else {
            return Err(CodingError::NotALocation(line.to_owned()));
        };
        if country != NOT_A_COUNTRY {
            countries.entry(country).or_default().insert(number(location)?);
        }
    }
    encode(&countries)
}

fn number(location: &str) -> Result<u32, CodingError> {
    let wrong = || CodingError::NotALocationCode(location.to_owned());
    if location.len() != 3 || location.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(wrong());
    }
    u32::from_str_radix(location, 36).map_err(|_| wrong())
}

/// Bits that grow at the end.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if let (true, Some(word)) = (bit, self.words.last_mut()) {
            *word |= 1 << (self.len % 64);
        }
        self.len += 1;
    }
}

fn encode(countries: &BTreeMap<&str, BTreeSet<u32>>) -> Result<Coded, CodingError> {
    let (mut low, mut high, mut samples) = (Bits::default(), Bits::default(), Vec::new());
    let mut rows = String::new();
    let mut index = [u8::MAX; 26 * 26];
    for (row, (code, locations)) in countries.iter().enumerate() {
        *slot(&mut index, code)? = u8::try_from(row)?;
        let low_bits = (UNIVERSE / u32::try_from(locations.len().max(1))?).ilog2();
        rows += &format!(
            "    Row {{ code: *b\"{code}\", low_bits: {low_bits}, low_start: {}, high_start: {}, sample_start: {} }},\n",
            low.len,
            high.len,
            samples.len()
        );
        let start = high.len;
        let mut rest = locations.iter().copied().peekable();
        for (zeros, bucket) in (0..=(UNIVERSE - 1) >> low_bits).enumerate() {
            if zeros.is_multiple_of(ZEROS_A_SAMPLE) {
                samples.push(u16::try_from(high.len - start)?);
            }
            while let Some(location) = rest.next_if(|location| location >> low_bits == bucket) {
                high.push(true);
                (0..low_bits).for_each(|bit| low.push(location >> bit & 1 == 1));
            }
            high.push(false);
        }
    }
    let words = |bits: &Bits| {
        bits.words
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let (low, high) = (words(&low), words(&high));
    let (high_start, samples_start) = (low.len(), low.len() + high.len());
    let samples = samples.into_iter().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = low.into_iter().chain(high).chain(samples).collect();
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let in_name: String = hex::encode_string(&hash).chars().take(HASH_CHARS).collect();
    let file_name = format!("locations-{in_name}.bin");
    let source = format!(
        "pub(super) const ZEROS_A_SAMPLE: usize = {ZEROS_A_SAMPLE};\n\
         pub(super) const HIGH_START: usize = {high_start};\n\
         pub(super) const SAMPLES_START: usize = {samples_start};\n\
         pub(super) const BYTES: usize = {};\n\
         pub(super) const SHA256: [u8; 32] = {hash:?};\n\
         pub(super) const FILE_NAME: &str = \"{file_name}\";\n\
         pub(super) static ROWS: [Row; {}] = [\n{rows}];\n\
         pub(super) static INDEX: [u8; {}] = {index:?};\n",
        bytes.len(),
        countries.len(),
        index.len()
    );
    Ok(Coded {
        bytes,
        file_name,
        source,
    })
}

/// The place of a country's row number.
fn slot<'a>(index: &'a mut [u8], code: &str) -> Result<&'a mut u8, CodingError> {
    let wrong = || CodingError::NotACountryCode(code.to_owned());
    let &[first, second] = code.as_bytes() else {
        return Err(wrong());
    };
    if !first.is_ascii_uppercase() || !second.is_ascii_uppercase() {
        return Err(wrong());
    }
    let place = usize::from(first - b'A') * 26 + usize::from(second - b'A');
    index.get_mut(place).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_list_gives_the_same_file() {
        let list = "country,location\nUY,MVD\nUY,PDU\nAR,BUE\n";
        let coded = code(list).unwrap();
        assert_eq!(code(list).unwrap(), coded);
        // The order of the lines does not count, a location more does.
        assert_eq!(code("country,location\nAR,BUE\nUY,PDU\nUY,MVD\n").unwrap(), coded);
        let other = code("country,location\nUY,MVD\nUY,PDU\nAR,BUE\nAR,COR\n").unwrap();
        assert_ne!(other.file_name, coded.file_name);
        assert_ne!(other.bytes, coded.bytes);
    }

    #[test]
    fn other_texts_are_refused() {
        let check = |line: &str, expected: fn(String) -> CodingError, said: &str| {
            let found = code(&format!("country,location\n{line}\n"));
            assert_eq!(found, Err(expected(said.to_owned())), "{line}");
        };
        check("UY", CodingError::NotALocation, "UY");
        check("UY,Montevideo", CodingError::NotALocationCode, "Montevideo");
        check("UY,mvd", CodingError::NotALocationCode, "mvd");
        check("UY,M-D", CodingError::NotALocationCode, "M-D");
        check("UY,", CodingError::NotALocationCode, "");
        check("uy,MVD", CodingError::NotACountryCode, "uy");
        check("URY,MVD", CodingError::NotACountryCode, "URY");
    }
}

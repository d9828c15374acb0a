//! Derives the location sets of `demographics` from UN/LOCODE (`data/unlocode.csv`).
//!
//! Each country's locations are an Elias–Fano coded set (P. Elias, "Efficient Storage and Retrieval by Content and
//! Address of Static Files", 1974): a location is a number in base 36; its low bits are stored as they are, its high
//! bits as gaps in unary. That takes about 2 + log₂(46,656 ÷ n) bits for each of a country's n locations.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this runs at build time, where the engine's purity does not apply"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;

/// One past the largest location number: 36³.
const UNIVERSE: u32 = 36 * 36 * 36;
/// Zeros between two entries of the directory into the unary part.
const ZEROS_A_SAMPLE: usize = 32;
/// ISO 3166-1 assigns it, and it has no location.
const WITHOUT_LOCATIONS: &str = "BV";
/// UN/LOCODE uses it for installations in international waters; it is no country.
const NOT_A_COUNTRY: &str = "XZ";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/unlocode.csv");
    println!("cargo::rerun-if-changed=build.rs");
    let csv = std::fs::read_to_string("data/unlocode.csv")?;
    let mut countries: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    countries.entry(WITHOUT_LOCATIONS).or_default();
    for line in csv.lines().skip(1) {
        let mut fields = line.split(',');
        let (Some(country), Some(location)) = (fields.next(), fields.next()) else {
            return Err(format!("data/unlocode.csv: not a location: {line}").into());
        };
        if country != NOT_A_COUNTRY {
            countries.entry(country).or_default().insert(number(location)?);
        }
    }
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(format!("{out}/locations.rs"), encode(&countries)?)?;
    Ok(())
}

fn number(location: &str) -> Result<u32, Box<dyn Error>> {
    if location.len() != 3 || location.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(format!("data/unlocode.csv: not a location code: {location}").into());
    }
    Ok(u32::from_str_radix(location, 36)?)
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

fn encode(countries: &BTreeMap<&str, BTreeSet<u32>>) -> Result<String, Box<dyn Error>> {
    let (mut low, mut high, mut samples) = (Bits::default(), Bits::default(), Vec::new());
    let mut rows = String::new();
    let mut index = [u8::MAX; 26 * 26];
    for (row, (code, locations)) in countries.iter().enumerate() {
        let letters = code.bytes().map(|letter| usize::from(letter.wrapping_sub(b'A')));
        let slot = index.get_mut(letters.fold(0, |slot, letter| slot * 26 + letter));
        *slot.ok_or_else(|| format!("data/unlocode.csv: not a country code: {code}"))? = u8::try_from(row)?;
        let low_bits = (UNIVERSE / u32::try_from(locations.len().max(1))?).ilog2();
        writeln!(
            rows,
            "    Row {{ code: *b\"{code}\", low_bits: {low_bits}, low_start: {}, high_start: {}, sample_start: {} }},",
            low.len,
            high.len,
            samples.len()
        )?;
        let start = high.len;
        let mut rest = locations.iter().copied().peekable();
        for (zeros, bucket) in (0..=(UNIVERSE - 1) >> low_bits).enumerate() {
            if zeros.is_multiple_of(ZEROS_A_SAMPLE) {
                samples.push(high.len - start);
            }
            while let Some(location) = rest.next_if(|location| location >> low_bits == bucket) {
                high.push(true);
                (0..low_bits).for_each(|bit| low.push(location >> bit & 1 == 1));
            }
            high.push(false);
        }
    }
    let mut source = String::new();
    writeln!(source, "pub(super) const ZEROS_A_SAMPLE: usize = {ZEROS_A_SAMPLE};")?;
    writeln!(
        source,
        "pub(super) static ROWS: [Row; {}] = [\n{rows}];",
        countries.len()
    )?;
    writeln!(source, "pub(super) static INDEX: [u8; {}] = {index:?};", index.len())?;
    writeln!(
        source,
        "pub(super) static LOW: [u64; {}] = {:?};",
        low.words.len(),
        low.words
    )?;
    writeln!(
        source,
        "pub(super) static HIGH: [u64; {}] = {:?};",
        high.words.len(),
        high.words
    )?;
    writeln!(
        source,
        "pub(super) static SAMPLES: [u16; {}] = {samples:?};",
        samples.len()
    )?;
    Ok(source)
}

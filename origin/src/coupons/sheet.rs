//! CSV files of coupons (RFC 4180): read record by record in bounded memory, and written.

use std::borrow::Cow;
use std::str::Utf8Error;

use axum::body::Bytes;
use csv_core::{ReadRecordResult, Reader};

/// Most fields of a record: twice what an export has. A file of more columns is no list of coupons.
const MAX_FIELDS: usize = 12;
/// Most text of a record, in bytes: the fields of a coupon take less than 1,000.
const MAX_RECORD_BYTES: usize = 4_096;
/// Some editors write it before UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A record and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// As an editor counts.
    pub(super) line: usize,
    /// `None` for a record that is longer or has more fields than any coupon.
    pub(super) fields: Option<Vec<String>>,
}

/// The records of a file.
#[derive(Debug)]
pub(super) struct Records {
    text: Bytes,
    at: usize,
    /// The line of the byte `at`.
    line: usize,
    reader: Reader,
    /// The record that is being read.
    output: Vec<u8>,
    ends: [usize; MAX_FIELDS],
}

impl Records {
    /// The records of a text in UTF-8.
    ///
    /// # Errors
    /// The line that is no UTF-8.
    pub(super) fn open(text: Bytes) -> Result<Self, usize> {
        let at = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let wrong = |error: Utf8Error| 1 + line_breaks(text.get(..error.valid_up_to()).unwrap_or_default());
        std::str::from_utf8(&text).map_err(wrong)?;
        Ok(Self {
            text,
            at,
            line: 1,
            reader: Reader::new(),
            output: vec![0; MAX_RECORD_BYTES],
            ends: [0; MAX_FIELDS],
        })
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on by some bytes, and counts lines. A line break counts with its last byte.
    fn advance(&mut self, bytes: usize) {
        let passed = self.text.get(self.at..self.at + bytes).unwrap_or_default();
        let next = self.text.get(self.at + bytes);
        let is_cut = passed.last() == Some(&b'\r') && next == Some(&b'\n');
        self.line += line_breaks(passed) - usize::from(is_cut);
        self.at += bytes;
    }

    /// The fields in `output`, which is of a record that fits.
    fn fields(&self, ends: usize) -> Option<Vec<String>> {
        let mut start = 0;
        let field = |end: &usize| {
            let field = self.output.get(start..*end)?;
            start = *end;
            Some(std::str::from_utf8(field).ok()?.to_owned())
        };
        self.ends.get(..ends)?.iter().map(field).collect()
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        // The reader passes over empty lines too, and would count them to the record.
        let empty = self
            .rest()
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        self.advance(empty);
        let line = self.line;
        let (mut written, mut ended, mut fits) = (0, 0, true);
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, bytes, fields) = self.reader.read_record(rest, output, ends);
            self.advance(read);
            written += bytes;
            ended += fields;
            match result {
                ReadRecordResult::End => return None,
                ReadRecordResult::InputEmpty => {}
                // What is read of a record that does not fit is overwritten.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (written, ended, fits) = (0, 0, false);
                }
                ReadRecordResult::Record => {
                    let fields = fits.then(|| self.fields(ended)).flatten();
                    return Some(Record { line, fields });
                }
            }
        }
    }
}

/// How many lines end in a text: with LF, CR LF, or CR alone.
fn line_breaks(text: &[u8]) -> usize {
    let mut breaks = 0;
    let mut after_cr = false;
    for byte in text {
        breaks += usize::from(*byte == b'\r' || (*byte == b'\n' && !after_cr));
        after_cr = *byte == b'\r';
    }
    breaks
}

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn escape_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(is_formula_start) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// What [`escape_formula`] escaped.
pub(super) fn unescape_formula(text: &str) -> &str {
    let plain = text
        .strip_prefix('\'')
        .filter(|plain| plain.starts_with(is_formula_start));
    plain.unwrap_or(text)
}

const fn is_formula_start(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Option<Vec<String>>)> {
        let records = Records::open(Bytes::copy_from_slice(text.as_bytes())).unwrap();
        records.map(|record| (record.line, record.fields)).collect()
    }

    #[test]
    fn records_have_the_lines_of_an_editor() {
        let check = |text: &str, expected: &[(usize, &[&str])]| {
            let owned = |fields: &[&str]| fields.iter().map(|&field| field.to_owned()).collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(line, fields)| (*line, Some(owned(fields))))
                .collect();
            assert_eq!(read(text), expected, "{text:?}");
        };
        check("", &[]);
        check("\r\n\n\r", &[]);
        check("a,b\nc,d", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check("a\r\nb\r\n\r\nc\r\n", &[(1, &["a"]), (2, &["b"]), (4, &["c"])]);
        check("a\rb\r\rc", &[(1, &["a"]), (2, &["b"]), (4, &["c"])]);
        check("\u{feff}\na,\n,", &[(2, &["a", ""]), (3, &["", ""])]);
        check("\u{feff}a\nb", &[(1, &["a"]), (2, &["b"])]);
        check(
            "a,\"b\r\nc \"\"d\"\"\"\r\ne",
            &[(1, &["a", "b\r\nc \"d\""]), (3, &["e"])],
        );
        check("é,ñ\n\"\n", &[(1, &["é", "ñ"]), (2, &["\n"])]);
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let fields = |count: usize| vec!["x"; count].join(",");
        let check = |middle: String, fits: bool| {
            let records = read(&format!("a\n{middle}\nb\n"));
            assert_eq!(records.len(), 3);
            assert_eq!((records[1].0, records[1].1.is_some()), (2, fits), "{}", middle.len());
            assert_eq!(records[2], (3, Some(vec!["b".to_owned()])));
        };
        check(fields(MAX_FIELDS - 1), true);
        check(fields(MAX_FIELDS + 1), false);
        check(fields(1_000_000), false);
        check("é".repeat(MAX_RECORD_BYTES / 2 - 1), true);
        check("é".repeat(MAX_RECORD_BYTES), false);
    }

    #[test]
    fn other_encodings_are_refused_with_their_line() {
        let check = |text: &[u8], line| {
            assert_eq!(Records::open(Bytes::copy_from_slice(text)).err(), line, "{text:?}");
        };
        check(b"code\r\nA\xC3\xB1\r\n", None);
        check(b"code\r\nA\r\n\xF1", Some(3));
        check(b"\xFF\xFEc\0o\0", Some(1));
    }

    #[test]
    fn formulas_are_escaped_and_back() {
        let check = |text: &str, expected: &str| {
            assert_eq!(escape_formula(text), expected, "{text:?}");
            assert_eq!(unescape_formula(expected), text, "{text:?}");
        };
        for first in ["=", "+", "-", "@", "\t", "\r"] {
            check(&format!("{first}1+1"), &format!("'{first}1+1"));
        }
        check("c-77", "c-77");
        check("", "");
        check("'quoted", "'quoted");
        check("a=b", "a=b");
    }
}

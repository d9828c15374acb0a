//! Import of listed coupons from CSV: good lines are stored, the others reported.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use engine::coupon::{CouponCode, CouponSet, MAX_COUPON_CHARS};
use engine::problem::FieldError;
use schemars::JsonSchema;
use serde::Serialize;

use super::coupon::{DEFAULT_USES, MAX_USES, NewCoupon, code_help, customer_help, is_customer, is_generated};
use super::sheet::{Record, Records, unescape_formula};
use crate::db::coupons::CouponColumns;
use crate::problem::Error;
use crate::routes::input::{TIME_HELP, parse_time};

/// Largest file: some 100,000 coupons with all of their columns, stored in a few seconds.
pub(crate) const MAX_IMPORT_BYTES: usize = 5 * 1024 * 1024;
/// Most refused lines that are shown: whoever made the file sees by then what is wrong with it.
const MAX_SHOWN_LINES: usize = 1_000;
/// Coupons of one statement: some milliseconds of the database's time.
const CHUNK_COUPONS: usize = 5_000;
/// The word for no limit of uses.
pub(super) const UNLIMITED: &str = "unlimited";
/// Columns of an export that an import does not read.
const IGNORED: [&str; 2] = ["state", "uses"];

/// What became of an import.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "CouponImport")]
pub(crate) struct Report {
    /// Coupons that were stored.
    pub(crate) imported: usize,
    /// Lines that were not.
    pub(crate) refused: usize,
    /// The first of the refused lines.
    #[schemars(length(max = MAX_SHOWN_LINES))]
    lines: Vec<RefusedLine>,
    /// How many more there are.
    lines_not_shown: usize,
}

/// A line that was not imported.
#[derive(Debug, Serialize, JsonSchema)]
struct RefusedLine {
    /// As an editor counts; that of the header is 1.
    line: usize,
    /// The code in it, or the beginning of what stands there.
    coupon: String,
    /// A stable slug.
    code: &'static str,
    /// A sentence that says what to do.
    detail: String,
}

/// An import under way.
#[derive(Debug)]
pub(crate) struct Import {
    records: Records,
    columns: Columns,
    now: DateTime<Utc>,
    report: Report,
}

/// Where the columns stand.
#[derive(Debug, Clone, Copy)]
struct Columns {
    code: usize,
    max_uses: Option<usize>,
    expires_at: Option<usize>,
    customer_id: Option<usize>,
    count: usize,
}

/// Why a line is refused.
type Refusal = (&'static str, String);

/// Coupons of some lines, to be stored with one statement, each with its line.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    coupons: BTreeMap<CouponCode, (usize, NewCoupon)>,
    /// Whether the file may have more.
    pub(crate) has_more: bool,
}

impl Import {
    /// Reads the header.
    pub(crate) fn open(file: Bytes, now: DateTime<Utc>) -> Result<Self, Error> {
        let mut records = Records::open(file).map_err(|line| {
            let detail = format!("Line {line} is not UTF-8: save the file as CSV in UTF-8, and send it again.");
            refuse_file("encoding_invalid", detail)
        })?;
        let header = records.next().and_then(|record| record.fields);
        let columns = Columns::parse(&header.unwrap_or_default())?;
        Ok(Self {
            records,
            columns,
            now,
            report: Report::default(),
        })
    }

    /// Reads on, up to the coupons of one statement. Generated coupons have some of the codes: comparing takes
    /// microseconds of hashing for each line.
    pub(crate) fn read_chunk(&mut self, set: Option<&CouponSet>) -> Chunk {
        let mut chunk = Chunk::default();
        for _ in 0..CHUNK_COUPONS {
            let Some(record) = self.records.next() else {
                return chunk;
            };
            let line = record.line;
            let read = self.columns.read(&record, self.now).and_then(|coupon| {
                if set.is_some_and(|set| is_generated(set, &coupon.code)) {
                    let detail = "This is the code of a coupon that was generated here: choose another code.";
                    return Err(("code_taken", detail.to_owned()));
                }
                Ok(coupon)
            });
            match read {
                Ok(coupon) if chunk.coupons.contains_key(&coupon.code) => self.refuse_taken(line, &coupon.code),
                Ok(coupon) => _ = chunk.coupons.insert(coupon.code.clone(), (line, coupon)),
                Err((code, detail)) => self.refuse(line, self.columns.shown_code(&record), code, detail),
            }
        }
        chunk.has_more = true;
        chunk
    }

    /// Notes which codes of a chunk were not taken, and keeps the first of the refused lines.
    pub(crate) fn settle(&mut self, mut chunk: Chunk, stored: &[String]) {
        self.report.imported += stored.len();
        let stored = stored.iter().filter_map(|code| code.parse::<CouponCode>().ok());
        for code in stored {
            chunk.coupons.remove(&code);
        }
        for (code, (line, _)) in &chunk.coupons {
            self.refuse_taken(*line, code);
        }
        let report = &mut self.report;
        report.lines.sort_by_key(|refused| refused.line);
        report.lines.truncate(MAX_SHOWN_LINES);
        report.lines_not_shown = report.refused - report.lines.len();
    }

    /// What became of it.
    pub(crate) fn finish(self) -> Report {
        self.report
    }

    fn refuse_taken(&mut self, line: usize, code: &CouponCode) {
        let detail = "A coupon of the promotion or an earlier line has this code: choose another code.";
        self.refuse(line, code.to_string(), "code_taken", detail.to_owned());
    }

    fn refuse(&mut self, line: usize, coupon: String, code: &'static str, detail: String) {
        self.report.refused += 1;
        self.report.lines.push(RefusedLine {
            line,
            coupon,
            code,
            detail,
        });
    }
}

impl Chunk {
    pub(crate) fn is_empty(&self) -> bool {
        self.coupons.is_empty()
    }

    /// What is to be stored, in the order of the lines.
    pub(crate) fn columns(&self) -> CouponColumns {
        let mut coupons: Vec<_> = self.coupons.values().collect();
        coupons.sort_by_key(|(line, _)| *line);
        let mut columns = CouponColumns::default();
        coupons.into_iter().for_each(|(_, coupon)| columns.push(coupon));
        columns
    }
}

impl CouponColumns {
    pub(crate) fn push(&mut self, coupon: &NewCoupon) {
        self.codes.push(coupon.code.to_string());
        self.max_uses.push(coupon.max_uses.map(|uses| uses.get().into()));
        self.expires_at.push(coupon.expires_at);
        self.customer_ids.push(coupon.customer_id.clone());
    }
}

impl Columns {
    fn parse(header: &[String]) -> Result<Self, Error> {
        let names: Vec<_> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let known = ["code", "max_uses", "expires_at", "customer_id"];
        let is_known = |name: &String| known.contains(&name.as_str()) || IGNORED.contains(&name.as_str());
        let is_twice = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
        let place = |name: &str| names.iter().position(|other| other == name);
        let expected = known.join("`, `");
        let Some(code) = place("code") else {
            let detail = format!("Begin the file with a line that names its columns: `{expected}`. `code` is needed.");
            return Err(refuse_file("header_missing", detail));
        };
        if let Some(name) = names.iter().find(|name| !is_known(name) || is_twice(name)) {
            let name: String = name.chars().take(MAX_COUPON_CHARS).collect();
            let detail = format!("Leave out the column `{name}`: the columns are `{expected}`, each once.");
            return Err(refuse_file("column_unknown", detail));
        }
        Ok(Self {
            code,
            max_uses: place("max_uses"),
            expires_at: place("expires_at"),
            customer_id: place("customer_id"),
            count: names.len(),
        })
    }

    fn shown_code(self, record: &Record) -> String {
        let cell = record.fields.as_ref().and_then(|fields| fields.get(self.code));
        cell.map(|cell| cell.chars().take(MAX_COUPON_CHARS).collect())
            .unwrap_or_default()
    }

    fn read(self, record: &Record, now: DateTime<Utc>) -> Result<NewCoupon, Refusal> {
        let Some(fields) = record.fields.as_ref().filter(|fields| fields.len() <= self.count) else {
            let detail = "It has more fields than the header, or too much text: see whether a quote is left open.";
            return Err(("line_invalid", detail.to_owned()));
        };
        let cell = |place: Option<usize>| {
            let cell = place.and_then(|place| fields.get(place)).map(String::as_str);
            cell.map(str::trim).filter(|cell| !cell.is_empty())
        };
        let code = cell(Some(self.code)).unwrap_or_default();
        let code = code.parse::<CouponCode>().map_err(|_| ("code_invalid", code_help()))?;
        let customer_id = cell(self.customer_id).map(unescape_formula);
        if customer_id.is_some_and(|customer| !is_customer(customer)) {
            return Err(("customer_invalid", customer_help()));
        }
        Ok(NewCoupon {
            code,
            max_uses: read_uses(cell(self.max_uses))?,
            expires_at: read_expiry(cell(self.expires_at), now)?,
            customer_id: customer_id.map(str::to_owned),
        })
    }
}

fn read_uses(cell: Option<&str>) -> Result<Option<NonZeroU32>, Refusal> {
    let Some(cell) = cell else {
        return Ok(Some(DEFAULT_USES));
    };
    if cell.eq_ignore_ascii_case(UNLIMITED) {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| {
        let detail = format!("Send a whole number of uses from 1 to {MAX_USES}, or `{UNLIMITED}`.");
        ("max_uses_invalid", detail)
    })
}

fn read_expiry(cell: Option<&str>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(cell) = cell else { return Ok(None) };
    let expires_at = parse_time(cell).ok_or_else(|| ("time_invalid", TIME_HELP.to_owned()))?;
    if expires_at <= now {
        let detail = "Send a time in the future, or nothing for a coupon without end.";
        return Err(("time_past", detail.to_owned()));
    }
    Ok(Some(expires_at))
}

fn refuse_file(code: &str, detail: String) -> Error {
    Error::invalid(vec![FieldError::new("", code, detail)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-21T10:30:00Z".parse().unwrap()
    }

    /// A coupon that is read: code, uses, end and customer.
    type Cells<'a> = (&'a str, Option<u32>, Option<&'a str>, Option<&'a str>);

    #[test]
    fn lines_are_read() {
        let check = |header: &str, line: &str, expected: Result<Cells<'_>, &str>| {
            let file = Bytes::from(format!("{header}\n{line}\n"));
            let mut import = Import::open(file, now()).unwrap();
            let chunk = import.read_chunk(None);
            let read: Vec<_> = chunk.coupons.values().map(|(_, coupon)| coupon.clone()).collect();
            import.settle(
                chunk,
                &read.iter().map(|coupon| coupon.code.to_string()).collect::<Vec<_>>(),
            );
            let refused: Vec<_> = import
                .finish()
                .lines
                .iter()
                .map(|line| (line.line, line.code))
                .collect();
            match expected {
                Err(code) => assert_eq!(refused, [(2, code)], "{line}"),
                Ok((code, max_uses, expires_at, customer_id)) => {
                    let expected = NewCoupon {
                        code: code.parse().unwrap(),
                        max_uses: max_uses.and_then(NonZeroU32::new),
                        expires_at: expires_at.map(|time| time.parse().unwrap()),
                        customer_id: customer_id.map(str::to_owned),
                    };
                    assert_eq!((read, refused), (vec![expected], vec![]), "{line}");
                }
            }
        };
        let all = "code,max_uses,expires_at,customer_id";
        check("code", "welcome", Ok(("WELCOME", Some(1), None, None)));
        check(all, "A,,,", Ok(("A", Some(1), None, None)));
        check(all, "A", Ok(("A", Some(1), None, None)));
        check(
            all,
            "A,5,2027-01-31T23:59:59Z,c-77",
            Ok(("A", Some(5), Some("2027-01-31T23:59:59Z"), Some("c-77"))),
        );
        check(all, " a , Unlimited ,,'=1+1", Ok(("A", None, None, Some("=1+1"))));
        check(
            " Customer_ID , CODE ",
            "\"c, \"\"d\"\"\",a",
            Ok(("A", Some(1), None, Some("c, \"d\""))),
        );
        check("code,state,uses", "A,revoked,7", Ok(("A", Some(1), None, None)));
        check(all, "A,1,,,", Err("line_invalid"));
        check(all, ",1", Err("code_invalid"));
        check(all, "=A,1", Err("code_invalid"));
        check(all, "A\0,1", Err("code_invalid"));
        check(all, "A,0", Err("max_uses_invalid"));
        check(all, "A,-1", Err("max_uses_invalid"));
        check(all, "A,4294967296", Err("max_uses_invalid"));
        check(all, "A,1.5", Err("max_uses_invalid"));
        check(all, "A,,yesterday", Err("time_invalid"));
        check(all, "A,,2026-11-21T10:30:00Z", Err("time_past"));
        check(all, "A,,,\u{1}", Err("customer_invalid"));
        check(all, &format!("A,,,{}", "x".repeat(129)), Err("customer_invalid"));
        check(all, &format!("{}\n", "A,".repeat(1_000_000)), Err("line_invalid"));
    }

    #[test]
    fn headers_are_checked() {
        let check = |file: &str, expected: &str| {
            let error = Import::open(Bytes::copy_from_slice(file.as_bytes()), now()).unwrap_err();
            let Error::Rejection(occurrence) = error else {
                panic!("{error}")
            };
            assert_eq!(occurrence.errors[0].code, expected, "{}", file.len());
        };
        check("", "header_missing");
        check("\n\n", "header_missing");
        check("WELCOME\n", "header_missing");
        check("max_uses\n5\n", "header_missing");
        check("code,colour\n", "column_unknown");
        check("code,CODE\n", "column_unknown");
        check(&"code,".repeat(1_000_000), "header_missing");
    }

    #[test]
    fn chunks_are_bounded_and_reports_too() {
        let mut file = "code\n".to_owned();
        for number in 0..CHUNK_COUPONS {
            file += &format!("A{number}\n");
        }
        file += &"-\n".repeat(MAX_SHOWN_LINES + 2);
        let mut import = Import::open(file.into(), now()).unwrap();
        let chunk = import.read_chunk(None);
        assert!(chunk.has_more && chunk.columns().codes.len() == CHUNK_COUPONS);
        assert_eq!(chunk.columns().codes[10], "A10");
        import.settle(chunk, &["A0".to_owned()]);
        let chunk = import.read_chunk(None);
        assert!(!chunk.has_more && chunk.is_empty());
        import.settle(chunk, &[]);
        let report = import.finish();
        let refused = CHUNK_COUPONS - 1 + MAX_SHOWN_LINES + 2;
        assert_eq!((report.imported, report.refused), (1, refused));
        assert_eq!(report.lines.len(), MAX_SHOWN_LINES);
        assert_eq!(report.lines_not_shown, refused - MAX_SHOWN_LINES);
    }
}

//! The comparison of a promotion's ledger with what is stored of it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use engine::ids::OrganizationId;
use engine::wire::v1::TallyAnswer;

use crate::db::ledger_events::LedgerTotalsRow;

/// What the ledger of a promotion decided beside what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The tenant.
    pub organization: OrganizationId,
    /// The promotion's code.
    pub code: String,
    /// Changes that the ledger made.
    pub accepted: u64,
    /// Those of them that are stored.
    pub stored: u64,
    /// Those of the stored that say again what another one said.
    pub duplicate: u64,
    /// Those that are not stored.
    pub missing: u64,
    /// Those of the missing that the ledger was told to be stored, and so sends no more.
    pub lost: u64,
    /// When the oldest change was made that the ledger still sends.
    pub oldest_outstanding_at: Option<DateTime<Utc>>,
    /// Sums that differ although every change is stored.
    pub differences: Vec<Difference>,
}

/// A sum that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub what: String,
    /// In the ledger.
    pub ledger: u128,
    /// In the reports.
    pub reports: u128,
}

impl Tally {
    /// Compares; the rows are one at least, and were read after the answer.
    pub(super) fn new(
        organization: OrganizationId,
        code: String,
        answer: &TallyAnswer,
        rows: &[LedgerTotalsRow],
    ) -> anyhow::Result<Self> {
        let first = rows.first();
        let stored = u64::try_from(first.map_or(0, |row| row.events))?;
        let missing = answer.events.saturating_sub(stored);
        let acknowledged = answer.events.saturating_sub(answer.outstanding);
        // While something is under way, sums differ rightly.
        let is_settled = answer.outstanding == 0 && answer.events == stored;
        let differences = if is_settled {
            differences(sums_of_ledger(answer), sums_of_reports(rows)?)
        } else {
            Vec::new()
        };
        Ok(Self {
            organization,
            code,
            accepted: answer.events,
            stored,
            duplicate: u64::try_from(first.map_or(0, |row| row.duplicates))?,
            missing,
            lost: acknowledged.saturating_sub(stored),
            oldest_outstanding_at: answer.oldest_outstanding_at,
            differences,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            organization,
            code,
            accepted,
            stored,
            duplicate,
            missing,
            lost,
            ..
        } = self;
        write!(
            f,
            "{organization} {code}: {accepted} accepted, {stored} stored, {duplicate} duplicate, {missing} missing"
        )?;
        if *lost > 0 {
            write!(f, " ({lost} lost)")?;
        }
        for Difference { what, ledger, reports } in &self.differences {
            write!(f, "; {what}: {ledger} in the ledger, {reports} in the reports")?;
        }
        Ok(())
    }
}

/// By name. A sum of nothing is left out, so that both sides have the same names.
type Sums = BTreeMap<String, u128>;

fn sums_of_ledger(answer: &TallyAnswer) -> Sums {
    let mut sums = Sums::new();
    add(&mut sums, "redemptions".to_owned(), answer.committed.into());
    add(&mut sums, "rolled back".to_owned(), answer.rolled_back.into());
    for discount in &answer.discounts {
        let currency = discount.currency.code();
        add(&mut sums, format!("discount {currency}"), discount.committed.into());
        add(&mut sums, format!("given back {currency}"), discount.returned.into());
    }
    sums
}

fn sums_of_reports(rows: &[LedgerTotalsRow]) -> anyhow::Result<Sums> {
    let mut sums = Sums::new();
    for row in rows {
        let currency = row.currency.as_deref().unwrap_or_default();
        add(
            &mut sums,
            "redemptions".to_owned(),
            u128::try_from(row.redemptions.unwrap_or_default())?,
        );
        add(
            &mut sums,
            "rolled back".to_owned(),
            u128::try_from(row.rolled_back.unwrap_or_default())?,
        );
        let amount = |text: &Option<String>| text.as_deref().unwrap_or("0").parse::<u128>();
        add(&mut sums, format!("discount {currency}"), amount(&row.discount)?);
        add(&mut sums, format!("given back {currency}"), amount(&row.given_back)?);
    }
    Ok(sums)
}

fn add(sums: &mut Sums, name: String, amount: u128) {
    if amount > 0 {
        *sums.entry(name).or_default() += amount;
    }
}

fn differences(ledger: Sums, mut reports: Sums) -> Vec<Difference> {
    let mut names: Vec<_> = ledger.into_iter().map(|(what, ledger)| (what, ledger, 0)).collect();
    for (what, _, of_reports) in &mut names {
        *of_reports = reports.remove(what).unwrap_or_default();
    }
    names.extend(reports.into_iter().map(|(what, reports)| (what, 0, reports)));
    names
        .into_iter()
        .filter(|(_, ledger, reports)| ledger != reports)
        .map(|(what, ledger, reports)| Difference { what, ledger, reports })
        .collect()
}

#[cfg(test)]
mod tests {
    use engine::wire::v1::{TallyDiscount, V1};

    use super::*;

    fn answer(events: u64, outstanding: u64) -> TallyAnswer {
        TallyAnswer {
            v: V1,
            events,
            outstanding,
            oldest_outstanding_at: None,
            committed: 2,
            rolled_back: 1,
            discounts: vec![TallyDiscount {
                currency: "UYU".parse().unwrap(),
                committed: 2_410,
                returned: 1_205,
            }],
        }
    }

    fn row(events: i64, currency: &str, redemptions: i64, discount: &str) -> LedgerTotalsRow {
        LedgerTotalsRow {
            events,
            duplicates: 0,
            currency: Some(currency.to_owned()),
            redemptions: Some(redemptions),
            rolled_back: Some(1),
            discount: Some(discount.to_owned()),
            given_back: Some("1205".to_owned()),
        }
    }

    fn check(answer: &TallyAnswer, rows: &[LedgerTotalsRow], expected: &str) {
        let organization = OrganizationId::from_parts(1, [1; 10]);
        let tally = Tally::new(organization, "summer".to_owned(), answer, rows).unwrap();
        let text = tally.to_string();
        assert_eq!(text.split_once("summer: ").unwrap().1, expected);
    }

    #[test]
    fn both_sides_are_compared() {
        let whole = "3 accepted, 3 stored, 0 duplicate, 0 missing";
        check(&answer(3, 0), &[row(3, "UYU", 2, "2410")], whole);
        check(
            &answer(3, 0),
            &[row(3, "UYU", 3, "2410")],
            &format!("{whole}; redemptions: 2 in the ledger, 3 in the reports"),
        );
        check(
            &answer(3, 0),
            &[row(3, "UYU", 2, "3615")],
            &format!("{whole}; discount UYU: 2410 in the ledger, 3615 in the reports"),
        );
        check(
            &answer(3, 0),
            &[row(3, "USD", 2, "2410")],
            &format!(
                "{whole}; discount UYU: 2410 in the ledger, 0 in the reports; given back UYU: 1205 in the ledger, 0 in the \
                 reports; discount USD: 0 in the ledger, 2410 in the reports; given back USD: 0 in the ledger, 1205 in \
                 the reports"
            ),
        );
    }

    #[test]
    fn what_is_on_its_way_is_missing_and_not_lost() {
        let rows = |events| [row(events, "UYU", 1, "0")];
        check(&answer(3, 1), &rows(2), "3 accepted, 2 stored, 0 duplicate, 1 missing");
        check(
            &answer(3, 1),
            &rows(1),
            "3 accepted, 1 stored, 0 duplicate, 2 missing (1 lost)",
        );
        check(&answer(3, 1), &rows(3), "3 accepted, 3 stored, 0 duplicate, 0 missing");
        // Decided after the ledger was asked.
        check(&answer(3, 0), &rows(5), "3 accepted, 5 stored, 0 duplicate, 0 missing");
    }
}

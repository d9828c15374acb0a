//! A figure of today against the same time a week ago, in words.

use engine::money::Money;

use crate::browser::{format_money, format_number, format_percent};
use crate::i18n::home as text;

/// A count against an earlier one.
pub(crate) fn compare_counts(now: u64, before: u64) -> String {
    compare(now, before, || format_number(before))
}

/// A sum against an earlier one of the same currency; `None` where nothing was summed.
pub(crate) fn compare_sums(now: Option<&Money>, before: Option<&Money>) -> String {
    let amount = |sum: Option<&Money>| sum.map(|sum| sum.amount()).unwrap_or_default();
    compare(amount(now), amount(before), || {
        before.map(format_money).unwrap_or_default()
    })
}

fn compare(now: u64, before: u64, shown_before: impl Fn() -> String) -> String {
    if before == 0 {
        return if now == 0 { text::same() } else { text::none_before() }.to_owned();
    }
    // A share of what is shown rounded anyway; counts beyond 2⁵³ lose digits that nobody would see.
    let share = now.abs_diff(before) as f64 / before as f64;
    if now > before {
        text::more(&format_percent(share), &shown_before())
    } else if now < before {
        text::less(&format_percent(share), &shown_before())
    } else {
        text::same().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::in_language;

    #[test]
    fn counts_in_words() {
        let check = |now, before, english: &str, spanish: &str| {
            let shown = Language::ALL.map(|language| in_language(language, || compare_counts(now, before)));
            assert_eq!(shown, [english, spanish], "{now} {before}");
        };
        check(0, 0, "As a week ago", "Igual que hace una semana");
        check(7, 7, "As a week ago", "Igual que hace una semana");
        check(7, 0, "None a week ago", "Hace una semana no hubo");
        check(
            1_500,
            1_000,
            "50 % more than a week ago (1,000)",
            "50 % más que hace una semana (1.000)",
        );
        check(
            0,
            1_000,
            "100 % less than a week ago (1,000)",
            "100 % menos que hace una semana (1.000)",
        );
    }

    #[test]
    fn sums_in_words() {
        let uyu = |amount| Money::new(amount, "UYU".parse().unwrap()).unwrap();
        let check = |now: Option<Money>, before: Option<Money>, expected: &str| {
            assert_eq!(compare_sums(now.as_ref(), before.as_ref()), expected);
        };
        check(
            Some(uyu(15_000)),
            Some(uyu(20_000)),
            "25 % less than a week ago (200.00 UYU)",
        );
        check(None, Some(uyu(20_000)), "100 % less than a week ago (200.00 UYU)");
        check(Some(uyu(1)), None, "None a week ago");
    }
}

//! A figure against the same one of an earlier time, in words.

use crate::browser::format_decimal;
use crate::i18n::reports as text;

/// How many times as much is said in place of a percentage that nobody pictures.
const MANY_TIMES: f64 = 10.0;

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    /// One of the two is not known.
    Unknown,
    Same,
    /// There was nothing before.
    New,
    /// In percent of what was, at least 1.
    More {
        percent: f64,
    },
    Less {
        percent: f64,
    },
    /// By less than one percent.
    Slight {
        is_more: bool,
    },
    /// This many times as much.
    Times(f64),
}

impl Change {
    pub(super) fn between(now: Option<f64>, before: Option<f64>) -> Self {
        let Some((now, before)) = now.zip(before) else {
            return Self::Unknown;
        };
        if now == before {
            return Self::Same;
        }
        if before == 0.0 {
            return Self::New;
        }
        let percent = (now - before) / before * 100.0;
        if percent.abs() < 1.0 {
            Self::Slight { is_more: percent > 0.0 }
        } else if now / before >= MANY_TIMES {
            Self::Times((now / before).round())
        } else if percent > 0.0 {
            Self::More {
                percent: percent.round(),
            }
        } else {
            Self::Less {
                percent: -percent.round(),
            }
        }
    }

    /// A sentence, with the earlier figure as it is shown.
    pub(super) fn in_words(self, before: &str) -> String {
        let number = |number: f64| format_decimal(&number.to_string());
        match self {
            Self::Unknown => String::new(),
            Self::Same => text::as_before().to_owned(),
            Self::New => text::none_before().to_owned(),
            Self::More { percent } => text::more_than_before(&number(percent), before),
            Self::Less { percent } => text::less_than_before(&number(percent), before),
            Self::Slight { is_more: true } => text::slightly_more(before),
            Self::Slight { is_more: false } => text::slightly_less(before),
            Self::Times(times) => text::times_before(&number(times), before),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes() {
        let check = |now: f64, before: f64, expected: &str| {
            let change = Change::between(Some(now), Some(before));
            assert_eq!(change.in_words(&before.to_string()), expected, "{now} {before}");
        };
        check(0.0, 0.0, "As before");
        check(5.0, 0.0, "None before");
        check(0.0, 5.0, "100% less than before (5)");
        check(112.0, 100.0, "12% more than before (100)");
        check(92.4, 100.0, "8% less than before (100)");
        check(1004.0, 1000.0, "Slightly more than before (1000)");
        check(996.0, 1000.0, "Slightly less than before (1000)");
        check(999.0, 100.0, "899% more than before (100)");
        check(1_249.0, 100.0, "12 times as much as before (100)");
        assert_eq!(Change::between(None, Some(1.0)).in_words("1"), "");
        assert_eq!(Change::between(Some(1.0), None).in_words(""), "");
    }
}

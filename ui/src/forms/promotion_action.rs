//! What can be done to a promotion as it stands, from a list.

use engine::promotion::Standing;

/// Something done to a promotion by one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Activate,
    Pause,
    /// Ends it for good; its versions and reports stay.
    Archive,
    /// A draft, to which nothing refers.
    Delete,
}

impl Action {
    /// What can be done to a promotion that stands so; the server decides, this only spares a refusal.
    pub(crate) const fn offered(standing: Standing) -> &'static [Self] {
        match standing {
            Standing::Draft => &[Self::Activate, Self::Delete],
            Standing::Active | Standing::Exhausted => &[Self::Pause, Self::Archive],
            Standing::Paused => &[Self::Activate, Self::Archive],
            Standing::Expired => &[Self::Archive],
            Standing::Archived => &[],
        }
    }

    /// Whether it can be done to a promotion that stands so.
    pub(crate) fn fits(self, standing: Standing) -> bool {
        Self::offered(standing).contains(&self)
    }
}

/// What can be done to several promotions at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BulkAction {
    Pause,
    Archive,
}

impl BulkAction {
    /// The same, done to each.
    pub(crate) const fn each(self) -> Action {
        match self {
            Self::Pause => Action::Pause,
            Self::Archive => Action::Archive,
        }
    }
}

/// A code for the copy of a promotion: `summer-10-copy`, of that `summer-10-copy-2`, at most `max_chars` long.
pub(crate) fn copy_code(code: &str, max_chars: usize) -> String {
    let (base, number) = match code.rsplit_once("-copy") {
        Some((base, "")) => (base, 2),
        Some((base, rest)) => match rest.strip_prefix('-').and_then(|number| number.parse::<u32>().ok()) {
            Some(number) => (base, number.saturating_add(1)),
            None => (code, 1),
        },
        None => (code, 1),
    };
    let end = if number > 1 {
        format!("-copy-{number}")
    } else {
        "-copy".to_owned()
    };
    let kept: String = base.chars().take(max_chars.saturating_sub(end.len())).collect();
    kept + &end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered() {
        let check = |action: Action, expected: &[Standing]| {
            let fitting: Vec<_> = Standing::ALL
                .into_iter()
                .filter(|standing| action.fits(*standing))
                .collect();
            assert_eq!(fitting, expected, "{action:?}");
        };
        check(Action::Activate, &[Standing::Draft, Standing::Paused]);
        check(Action::Pause, &[Standing::Active, Standing::Exhausted]);
        check(
            Action::Archive,
            &[
                Standing::Active,
                Standing::Paused,
                Standing::Expired,
                Standing::Exhausted,
            ],
        );
        check(Action::Delete, &[Standing::Draft]);
    }

    #[test]
    fn codes_of_copies() {
        let check = |code: &str, expected: &str| assert_eq!(copy_code(code, 20), expected, "{code}");
        check("summer-10", "summer-10-copy");
        check("summer-10-copy", "summer-10-copy-2");
        check("summer-10-copy-2", "summer-10-copy-3");
        check("a-copycat", "a-copycat-copy");
        check("a-copy-b", "a-copy-b-copy");
        check("a23456789012345678901", "a23456789012345-copy");
        check("a2345678901234-copy-9", "a23456789012-copy-10");
    }
}

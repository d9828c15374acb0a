//! Two texts compared word by word.

/// A run of words of one or both texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Both,
    /// Only before: it was taken out.
    Before,
    /// Only after: it was put in.
    After,
}

/// Most pairs of words that are compared, which bounds time and memory to some milliseconds and megabytes. Two texts that
/// differ in more than about two thousand words have nothing in common that would help a reader.
const MAX_PAIRS: usize = 4_000_000;

/// What stays, goes and comes between two texts, in reading order: without what came it is `before`, without what went
/// `after`.
pub(crate) fn compare_words(before: &str, after: &str) -> Vec<Run> {
    let (old, new) = (words(before), words(after));
    let head = common(old.iter(), new.iter());
    let (old_rest, new_rest) = (tail(&old, head), tail(&new, head));
    let foot = common(old_rest.iter().rev(), new_rest.iter().rev());
    let old_middle = old_rest.get(..old_rest.len() - foot).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - foot).unwrap_or_default();
    let mut runs = Vec::new();
    for word in old.iter().take(head) {
        push(&mut runs, word, Origin::Both);
    }
    compare_middle(old_middle, new_middle, &mut runs);
    for word in tail(old_rest, old_rest.len() - foot) {
        push(&mut runs, word, Origin::Both);
    }
    runs
}

/// The longest common subsequence, by the table of its lengths from each pair of places to the ends.
fn compare_middle(old: &[&str], new: &[&str], runs: &mut Vec<Run>) {
    let width = new.len() + 1;
    let is_small = old.len().saturating_mul(new.len()) <= MAX_PAIRS;
    let lengths = if is_small { lengths(old, new) } else { Vec::new() };
    let length = |row: usize, column: usize| lengths.get(row * width + column).copied().unwrap_or_default();
    let (mut row, mut column) = (0, 0);
    loop {
        match (old.get(row), new.get(column)) {
            (Some(gone), Some(come)) if is_small && gone == come => {
                push(runs, gone, Origin::Both);
                (row, column) = (row + 1, column + 1);
            }
            (Some(gone), come) if come.is_none() || length(row + 1, column) >= length(row, column + 1) => {
                push(runs, gone, Origin::Before);
                row += 1;
            }
            (_, Some(come)) => {
                push(runs, come, Origin::After);
                column += 1;
            }
            (_, None) => return,
        }
    }
}

fn lengths(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for (row, gone) in old.iter().enumerate().rev() {
        for (column, come) in new.iter().enumerate().rev() {
            let at = |row: usize, column: usize| lengths.get(row * width + column).copied().unwrap_or_default();
            let best = if gone == come {
                at(row + 1, column + 1) + 1
            } else {
                at(row + 1, column).max(at(row, column + 1))
            };
            if let Some(cell) = lengths.get_mut(row * width + column) {
                *cell = best;
            }
        }
    }
    lengths
}

/// How many words two texts begin with.
fn common<'a>(old: impl Iterator<Item = &'a &'a str>, new: impl Iterator<Item = &'a &'a str>) -> usize {
    old.zip(new).take_while(|(old, new)| old == new).count()
}

fn tail<'a, 'b>(words: &'b [&'a str], from: usize) -> &'b [&'a str] {
    words.get(from..).unwrap_or_default()
}

/// Words, white space and each other character by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = kind_of(first);
        let end = match kind {
            Kind::Other => first.len_utf8(),
            Kind::Word | Kind::Space => rest.find(|next| kind_of(next) != kind).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Space,
    Other,
}

fn kind_of(character: char) -> Kind {
    match character {
        // A number is one word, whatever its decimals.
        '_' | '.' => Kind::Word,
        letter if letter.is_alphanumeric() => Kind::Word,
        space if space.is_whitespace() => Kind::Space,
        _ => Kind::Other,
    }
}

fn push(runs: &mut Vec<Run>, word: &str, origin: Origin) {
    match runs.last_mut() {
        Some(last) if last.origin == origin => last.text.push_str(word),
        Some(_) | None => runs.push(Run {
            text: word.to_owned(),
            origin,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(runs: &[Run], left_out: Origin) -> String {
        let kept = runs.iter().filter(|run| run.origin != left_out);
        kept.map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn differences() {
        let check = |before: &str, after: &str, expected: &str| {
            let shown: String = compare_words(before, after)
                .iter()
                .map(|run| match run.origin {
                    Origin::Both => run.text.clone(),
                    Origin::Before => format!("[-{}]", run.text),
                    Origin::After => format!("[+{}]", run.text),
                })
                .collect();
            assert_eq!(shown, expected);
        };
        check("total >= 100", "total >= 100", "total >= 100");
        check("total >= 100", "total >= 150", "total >= [-100][+150]");
        check("total >= 100.50", "total >= 100.75", "total >= [-100.50][+100.75]");
        check("a and b", "a and b and c", "a and b[+ and c]");
        check("a and b and c", "a and c", "a and [-b and ]c");
        check("m in ['visa']", "m in ['visa', 'oca']", "m in ['visa'[+, 'oca']]");
        check("", "true", "[+true]");
        check("true", "", "[-true]");
        check("", "", "");
        check("x == 'é'", "x == 'ñ'", "x == '[-é][+ñ]'");
    }

    #[test]
    fn very_long_texts_are_replaced_as_a_whole() {
        let before = "a b ".repeat(2_000);
        let after = "c d ".repeat(2_000);
        let runs = compare_words(&before, &after);
        assert_eq!(
            (side(&runs, Origin::After), side(&runs, Origin::Before)),
            (before, after)
        );
        assert!(runs.len() <= 4);
    }

    #[test]
    fn nothing_is_lost() {
        let texts = [
            "",
            "a",
            "a b",
            "b a",
            "a b.c (d, é)",
            "(a b) a",
            " a",
            "a ",
            "é é é",
            "d, é\na b.c",
        ];
        for before in texts {
            for after in texts {
                let runs = compare_words(before, after);
                assert_eq!(side(&runs, Origin::After), before);
                assert_eq!(side(&runs, Origin::Before), after);
            }
        }
    }
}

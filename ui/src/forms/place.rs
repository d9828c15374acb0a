//! Places in a condition: byte offsets of the engine → lines and columns for people, UTF-16 offsets for the browser,
//! and the pieces that an editor underlines.

/// Where a diagnostic points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// Start in UTF-16 code units, as `setSelectionRange` counts.
    pub(crate) utf16_start: u32,
    /// End, exclusive.
    pub(crate) utf16_end: u32,
}

/// The place of `start..end`, two byte offsets into `source`. Offsets outside of it, or inside a character, move to
/// the nearest boundary before them.
pub(crate) fn place(source: &str, start: usize, end: usize) -> Place {
    let (start, end) = bounds(source, start, end);
    let before = source.get(..start).unwrap_or("");
    let within = source.get(start..end).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let utf16_start = utf16_len(before);
    Place {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        utf16_start,
        utf16_end: utf16_start.saturating_add(utf16_len(within)),
    }
}

/// A piece of a condition's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The text.
    pub(crate) text: String,
    /// Whether a diagnostic points at it.
    pub(crate) marked: bool,
}

/// Cuts `source` at the ranges (byte offsets) of its diagnostics. An empty range marks the character after it, and at
/// the end of the source a space, so that it can be seen.
pub(crate) fn segments(source: &str, ranges: &[(usize, usize)]) -> Vec<Segment> {
    let mut ranges: Vec<_> = ranges
        .iter()
        .map(|(start, end)| visible(source, *start, *end))
        .collect();
    ranges.sort_unstable();
    let mut segments = Vec::new();
    let mut push = |text: &str, marked| {
        if !text.is_empty() {
            segments.push(Segment {
                text: text.to_owned(),
                marked,
            });
        }
    };
    let mut done = 0;
    for (start, end) in ranges {
        let start = start.max(done);
        push(source.get(done..start).unwrap_or(""), false);
        if start == end && start == source.len() {
            push(" ", true);
        }
        push(source.get(start..end).unwrap_or(""), true);
        done = done.max(end).max(start);
    }
    push(source.get(done..).unwrap_or(""), false);
    segments
}

fn visible(source: &str, start: usize, end: usize) -> (usize, usize) {
    let (start, end) = bounds(source, start, end);
    let next = source
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .filter(|next| *next != '\n');
    match next {
        Some(next) if start == end => (start, start + next.len_utf8()),
        Some(_) | None => (start, end),
    }
}

fn bounds(source: &str, start: usize, end: usize) -> (usize, usize) {
    let start = source.floor_char_boundary(start);
    (start, source.floor_char_boundary(end).max(start))
}

fn utf16_len(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let check = |source: &str, (start, end), expected: (usize, usize, u32, u32)| {
            let found = place(source, start, end);
            assert_eq!(
                (found.line, found.column, found.utf16_start, found.utf16_end),
                expected,
                "{source:?}"
            );
        };
        check("total >= 100", (0, 5), (1, 1, 0, 5));
        check("total >= 100", (6, 8), (1, 7, 6, 8));
        check("a\nand b", (6, 7), (2, 5, 6, 7));
        check("a\n", (2, 2), (2, 1, 2, 2));
        check("", (0, 0), (1, 1, 0, 0));
        // An accent is two bytes and one character; an emoji is four bytes, one character and two UTF-16 units.
        check("x == 'é🎁' x", (14, 15), (1, 11, 11, 12));
        check("é", (1, 9), (1, 1, 0, 1));
        check("short", (90, 99), (1, 6, 5, 5));
    }

    #[test]
    fn pieces() {
        let check = |source: &str, ranges: &[(usize, usize)], expected: &str| {
            let shown: String = segments(source, ranges)
                .iter()
                .map(|segment| {
                    if segment.marked {
                        format!("[{}]", segment.text)
                    } else {
                        segment.text.clone()
                    }
                })
                .collect();
            assert_eq!(shown, expected, "{source:?} {ranges:?}");
        };
        check("totl >= 100", &[], "totl >= 100");
        check("totl >= 100", &[(0, 4)], "[totl] >= 100");
        check("a and b", &[(6, 7), (0, 1)], "[a] and [b]");
        check("abcdef", &[(0, 4), (2, 6)], "[abcd][ef]");
        check("abcdef", &[(0, 6), (2, 3)], "[abcdef]");
        check("total >", &[(7, 7)], "total >[ ]");
        check("total > )", &[(8, 8)], "total > [)]");
        check("", &[(0, 0)], "[ ]");
        check("é", &[(1, 2)], "[é]");
    }
}

//! A condition's trace over its text: the text cut into stretches, each with what became of the part that it shows, and
//! the values that this part saw behind the words that have them.

use engine::expression::{Trace, TraceOutcome, TraceValue};

/// A stretch of a condition: a part that was decided by itself, or what stands between such parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// What became of it; `None` between parts, such as `and`.
    pub(crate) outcome: Option<TraceOutcome>,
    pub(crate) pieces: Vec<Piece>,
}

/// Text, and the value of what ends with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) value: Option<String>,
}

/// Cuts `source` into stretches; together their texts are the source. A part that asked the elements of a list is shown
/// as one, because its text was asked more than once.
pub(crate) fn stretches(source: &str, traces: &[Trace]) -> Vec<Stretch> {
    let mut parts = Vec::new();
    collect_parts(traces, &mut parts);
    parts.sort_unstable_by_key(|part| (part.start, part.end));
    let mut stretches = Vec::new();
    let mut done = 0;
    for part in parts {
        let (start, end) = span(source, part.start, part.end);
        let start = start.max(done);
        if start >= end {
            continue;
        }
        push(&mut stretches, None, vec![piece(source, done, start, None)]);
        push(&mut stretches, Some(part.outcome), pieces(source, part, start, end));
        done = end;
    }
    push(&mut stretches, None, vec![piece(source, done, source.len(), None)]);
    stretches
}

/// The text of a part or a value; empty where the places are not of this source.
pub(crate) fn text_at(source: &str, start: usize, end: usize) -> &str {
    let (start, end) = span(source, start, end);
    source.get(start..end).unwrap_or_default()
}

/// Whether a trace asked the elements of a list, one by one.
pub(crate) fn asks_elements(trace: &Trace) -> bool {
    trace.parts.iter().any(|part| part.element.is_some())
}

/// How many elements a list has, where a value says that instead of the list.
pub(crate) fn element_count(value: &str) -> Option<u64> {
    let (count, word) = value.split_once(' ')?;
    matches!(word, "element" | "elements")
        .then(|| count.parse().ok())
        .flatten()
}

/// The parts that no other part is inside of.
fn collect_parts<'t>(traces: &'t [Trace], into: &mut Vec<&'t Trace>) {
    for trace in traces {
        if trace.parts.is_empty() || asks_elements(trace) {
            into.push(trace);
        } else {
            collect_parts(&trace.parts, into);
        }
    }
}

/// Cuts a part behind each of its values.
fn pieces(source: &str, part: &Trace, start: usize, end: usize) -> Vec<Piece> {
    let mut values: Vec<_> = part
        .values
        .iter()
        .filter(|value| is_telling(part, value))
        .map(|value| (span(source, value.start, value.end).1, value))
        .filter(|(at, _)| (start..=end).contains(at))
        .collect();
    values.sort_by_key(|(at, _)| *at);
    let mut done = start;
    let mut pieces: Vec<_> = Vec::new();
    for (at, value) in values {
        pieces.push(piece(source, done, at, Some(value.value.clone())));
        done = at;
    }
    if done < end {
        pieces.push(piece(source, done, end, None));
    }
    pieces
}

/// Whether a value says more than the outcome does, and is the only one of its words: a sum sees many.
fn is_telling(part: &Trace, value: &TraceValue) -> bool {
    let is_same = |other: &&TraceValue| (other.start, other.end) == (value.start, value.end);
    let is_whole = (value.start, value.end) == (part.start, part.end);
    !is_whole && part.values.iter().filter(is_same).count() == 1
}

fn piece(source: &str, start: usize, end: usize, value: Option<String>) -> Piece {
    Piece {
        text: source.get(start..end).unwrap_or_default().to_owned(),
        value,
    }
}

fn push(stretches: &mut Vec<Stretch>, outcome: Option<TraceOutcome>, pieces: Vec<Piece>) {
    if pieces.iter().any(|piece| !piece.text.is_empty()) {
        stretches.push(Stretch { outcome, pieces });
    }
}

/// Places inside the source, at boundaries of characters.
fn span(source: &str, start: usize, end: usize) -> (usize, usize) {
    let start = source.floor_char_boundary(start);
    (start, source.floor_char_boundary(end).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(start: usize, end: usize, outcome: TraceOutcome) -> Trace {
        Trace {
            start,
            end,
            outcome,
            element: None,
            values: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn value(start: usize, end: usize, value: &str) -> TraceValue {
        TraceValue {
            start,
            end,
            value: value.to_owned(),
        }
    }

    /// `{+total=120.50 >= 100} and {…}`
    fn drawn(source: &str, traces: &[Trace]) -> String {
        let stretches = stretches(source, traces);
        let texts = stretches.iter().flat_map(|stretch| &stretch.pieces);
        assert_eq!(texts.map(|piece| piece.text.as_str()).collect::<String>(), source);
        let draw = |stretch: &Stretch| {
            let pieces = stretch.pieces.iter().map(|piece| {
                let value = piece.value.as_ref().map(|value| format!("={value}"));
                piece.text.clone() + &value.unwrap_or_default()
            });
            let pieces: String = pieces.collect();
            let mark = match stretch.outcome {
                None => return pieces,
                Some(TraceOutcome::True) => '+',
                Some(TraceOutcome::False) => '-',
                Some(TraceOutcome::Absent) => '?',
                Some(TraceOutcome::Fault) => '!',
                Some(TraceOutcome::Skipped) => '.',
            };
            format!("{{{mark}{pieces}}}")
        };
        stretches.iter().map(draw).collect()
    }

    #[test]
    fn parts_are_drawn_over_the_text() {
        let mut met = trace(0, 12, TraceOutcome::True);
        met.values = vec![value(0, 5, "120.50")];
        let skipped = trace(17, 20, TraceOutcome::Skipped);
        assert_eq!(
            drawn("total >= 100 and vip", &[met, skipped]),
            "{+total=120.50 >= 100} and {.vip}"
        );
        assert_eq!(drawn("true", &[]), "true");
        assert_eq!(drawn("", &[trace(0, 0, TraceOutcome::True)]), "");
    }

    #[test]
    fn the_innermost_parts_are_drawn() {
        let mut either = trace(1, 12, TraceOutcome::Absent);
        either.parts = vec![trace(1, 4, TraceOutcome::Absent), trace(8, 12, TraceOutcome::False)];
        let not = Trace {
            parts: vec![either],
            ..trace(0, 13, TraceOutcome::Absent)
        };
        assert_eq!(drawn("(vip or good)", &[not]), "({?vip} or {-good})");
    }

    #[test]
    fn a_question_to_a_list_is_one_part() {
        let source = "any(lines, l => l.gift)";
        let element = |element, outcome| Trace {
            element: Some(element),
            ..trace(16, 22, outcome)
        };
        let any = Trace {
            values: vec![value(4, 9, "2 elements")],
            parts: vec![element(0, TraceOutcome::False), element(1, TraceOutcome::True)],
            ..trace(0, 23, TraceOutcome::True)
        };
        assert_eq!(drawn(source, &[any]), "{+any(lines=2 elements, l => l.gift)}");
    }

    #[test]
    fn values_that_say_nothing_more_are_left_out() {
        let mut vip = trace(0, 3, TraceOutcome::True);
        vip.values = vec![value(0, 3, "true")];
        assert_eq!(drawn("vip", &[vip]), "{+vip}");
        let mut sum = trace(0, 15, TraceOutcome::True);
        sum.values = vec![value(4, 10, "10"), value(4, 10, "2.50"), value(0, 11, "12.50")];
        assert_eq!(drawn("sum(prices) > 5", &[sum]), "{+sum(prices)=12.50 > 5}");
    }

    #[test]
    fn places_are_moved_to_boundaries() {
        let source = "x == 'é' and y";
        assert_eq!(drawn(source, &[trace(0, 7, TraceOutcome::True)]), "{+x == '}é' and y");
        assert_eq!(
            drawn(source, &[trace(5, 900, TraceOutcome::False)]),
            "x == {-'é' and y}"
        );
        assert_eq!(text_at(source, 5, 9), "'é'");
        assert_eq!(text_at(source, 50, 90), "");
    }

    #[test]
    fn counts_of_elements() {
        let check = |value: &str, expected| assert_eq!(element_count(value), expected, "{value}");
        check("3 elements", Some(3));
        check("1 element", Some(1));
        check("'3 elements'", None);
        check("absent", None);
        check("3", None);
    }
}

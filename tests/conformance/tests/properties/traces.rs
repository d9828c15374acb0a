//! What people read of a condition fits what was decided, and points into its source.

use engine::expression::{Outcome, Trace, TraceOutcome, explain, parse};

use super::{evaluated, is_out_of_fuel};

/// Each sub-condition lies inside the one around it, and so do its values.
fn check_places(trace: &Trace, source: &str, around: (usize, usize)) -> Result<(), String> {
    let inside = |start: usize, end: usize| {
        let is_inside = around.0 <= start && start < end && end <= around.1;
        let is_text = source.get(start..end).is_some();
        (is_inside && is_text)
            .then_some(())
            .ok_or_else(|| format!("{start}..{end} in {around:?}"))
    };
    inside(trace.start, trace.end)?;
    for value in &trace.values {
        inside(value.start, value.end)?;
        let is_list = value.value == "1 element" || value.value.ends_with(" elements");
        let is_written = is_list || parse(&value.value).is_ok();
        if !is_written && !value.value.contains('\u{7f}') {
            return Err(format!("`{}` is no value", value.value));
        }
    }
    trace
        .parts
        .iter()
        .try_for_each(|part| check_places(part, source, (trace.start, trace.end)))
}

/// The requirements up to the one that decides, which says what was decided, and then those that nobody looked at.
fn check_decision(outcome: Outcome, traces: &[Trace]) -> Result<(), String> {
    let held = traces
        .iter()
        .take_while(|trace| trace.outcome == TraceOutcome::True)
        .count();
    let (decisive, rest) = match traces.get(held..).and_then(<[Trace]>::split_first) {
        None => {
            return (outcome == Outcome::Met)
                .then_some(())
                .ok_or_else(|| "all are true".to_owned());
        }
        Some(split) => split,
    };
    let says = match outcome {
        Outcome::Met => None,
        Outcome::NotMet { at, absent: false } => Some((TraceOutcome::False, at)),
        Outcome::NotMet { at, absent: true } => Some((TraceOutcome::Absent, at)),
        Outcome::Fault { at, .. } => Some((TraceOutcome::Fault, at)),
    };
    let (said, at) = says.ok_or_else(|| "one is not true".to_owned())?;
    let is_inside = decisive.start <= at.start && at.end <= decisive.end;
    let fits = decisive.outcome == said && is_inside && rest.iter().all(|trace| trace.outcome == TraceOutcome::Skipped);
    fits.then_some(())
        .ok_or_else(|| "the trace says something else".to_owned())
}

#[test]
fn the_trace_tells_the_decision() {
    evaluated(7, |sound, evaluator| {
        let source = &sound.case.source;
        let (outcome, traces) = explain(&sound.condition, evaluator.inputs(), &sound.case.zone);
        if is_out_of_fuel(outcome) {
            return;
        }
        let checked = traces
            .iter()
            .try_for_each(|trace| check_places(trace, source, (0, source.len())));
        let checked = checked.and_then(|()| check_decision(outcome, &traces));
        assert_eq!(checked, Ok(()), "{outcome:?} {traces:#?}\n{:#?}", sound.case);
    });
}

//! Where things are in a chart: round numbers at the axis, points, and the lines between them.

/// About how many distances between ticks there are: few, so that their labels can be read on a phone.
const STEPS: u64 = 4;
/// The side of the square that lines are drawn in, whatever size it is shown at.
pub(super) const SIDE: f64 = 1_000.0;

/// Round numbers at equal distances, from 0 to at least `max`, of which there are three at least.
pub(super) fn ticks(max: u64) -> Vec<u64> {
    let step = step(max);
    let count = max.div_ceil(step).max(2);
    (0..=count).map(|index| index.saturating_mul(step)).collect()
}

/// The least of 1, 2, 5, 10, 20, 50, … of which [`STEPS`] reach `max`.
fn step(max: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        let steps = [1, 2, 5].map(|factor| power.saturating_mul(factor));
        if let Some(step) = steps.into_iter().find(|step| step.saturating_mul(STEPS) >= max) {
            return step;
        }
        power = power.saturating_mul(10);
    }
}

/// How far something is from one side, in percent: the middle of the part `index` of `count`.
pub(super) fn across(index: usize, count: usize) -> f64 {
    // Exact: nothing has 2⁵² parts.
    (index as f64 + 0.5) / count.max(1) as f64 * 100.0
}

/// How far a value is from the top, in percent.
pub(super) fn down(value: u64, top: u64) -> f64 {
    100.0 - share(value, top)
}

/// A value in percent of another, at most 100.
pub(super) fn share(value: u64, of: u64) -> f64 {
    (value as f64 / of.max(1) as f64 * 100.0).min(100.0)
}

/// The part of `count` in which something at a distance lies, as a share of the whole width.
pub(super) fn part_at(distance: f64, count: usize) -> Option<usize> {
    // Rounded down, and below `count` because the share is below 1.
    (0..count).find(|index| distance < (*index as f64 + 1.0) / count as f64)
}

/// A line through the values, interrupted where there is none. A value between two gaps is a dot.
pub(super) fn line(values: &[Option<u64>], top: u64) -> String {
    let runs = runs(values);
    let pieces = runs.iter().map(|run| {
        let points: Vec<_> = run.iter().map(|point| place(*point, values.len(), top)).collect();
        // A line without length has round ends, which are a dot.
        let dot = if run.len() == 1 { "h0" } else { "" };
        format!("M{}{dot}", points.join("L"))
    });
    pieces.collect()
}

/// What is below the line.
pub(super) fn area(values: &[Option<u64>], top: u64) -> String {
    let ends = |run: &[(usize, u64)]| Some((run.first()?.0, run.last()?.0));
    let runs = runs(values);
    let pieces = runs.iter().filter_map(|run| {
        let (first, last) = ends(run)?;
        let points: Vec<_> = run.iter().map(|point| place(*point, values.len(), top)).collect();
        let foot = |index| place((index, 0), values.len(), top);
        Some(format!("M{}L{}L{}Z", foot(first), points.join("L"), foot(last)))
    });
    pieces.collect()
}

/// Values that follow each other, with their places.
fn runs(values: &[Option<u64>]) -> Vec<Vec<(usize, u64)>> {
    let mut runs = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index, *value)),
            (Some(_) | None, _) => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn place((index, value): (usize, u64), count: usize, top: u64) -> String {
    let scale = SIDE / 100.0;
    format!("{:.1} {:.1}", across(index, count) * scale, down(value, top) * scale)
}

/// The places of labels among `count` parts, `most` at most, at equal distances.
pub(super) fn labelled(count: usize, most: usize) -> Vec<usize> {
    let step = count.div_ceil(most.max(1)).max(1);
    (0..count).step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let check = |max, expected: &[u64]| assert_eq!(ticks(max), expected, "{max}");
        check(0, &[0, 1, 2]);
        check(1, &[0, 1, 2]);
        check(3, &[0, 1, 2, 3]);
        check(4, &[0, 1, 2, 3, 4]);
        check(7, &[0, 2, 4, 6, 8]);
        check(17, &[0, 5, 10, 15, 20]);
        check(1_234, &[0, 500, 1_000, 1_500]);
        check(80_000, &[0, 20_000, 40_000, 60_000, 80_000]);
        assert!(ticks(u64::MAX).last().is_some_and(|last| *last > u64::MAX / 2));
    }

    #[test]
    fn places() {
        assert_eq!((across(0, 2), across(1, 2), across(0, 0)), (25.0, 75.0, 50.0));
        assert_eq!((down(0, 10), down(10, 10), down(5, 10)), (100.0, 0.0, 50.0));
        assert_eq!((share(1, 4), share(5, 4), share(0, 0)), (25.0, 100.0, 0.0));
        let check = |distance, expected| assert_eq!(part_at(distance, 4), expected, "{distance}");
        check(0.0, Some(0));
        check(0.24, Some(0));
        check(0.25, Some(1));
        check(0.99, Some(3));
        check(1.0, None);
        assert_eq!(part_at(0.5, 0), None);
    }

    #[test]
    fn lines_stop_at_gaps() {
        let check = |values: &[Option<u64>], expected: &str| assert_eq!(line(values, 10), expected, "{values:?}");
        check(&[Some(0), Some(10)], "M250.0 1000.0L750.0 0.0");
        check(&[None, Some(5)], "M750.0 500.0h0");
        check(
            &[Some(10), Some(10), None, Some(0)],
            "M125.0 0.0L375.0 0.0M875.0 1000.0h0",
        );
        check(&[None, None], "");
        check(&[], "");
        assert_eq!(
            area(&[Some(10), Some(5)], 10),
            "M250.0 1000.0L250.0 0.0L750.0 500.0L750.0 1000.0Z"
        );
        assert_eq!(area(&[None], 10), "");
    }

    #[test]
    fn labels_are_few() {
        assert_eq!(labelled(3, 6), [0, 1, 2]);
        assert_eq!(labelled(24, 6), [0, 4, 8, 12, 16, 20]);
        assert_eq!(labelled(31, 6), [0, 6, 12, 18, 24, 30]);
        assert_eq!(labelled(0, 6), [0_usize; 0]);
    }
}

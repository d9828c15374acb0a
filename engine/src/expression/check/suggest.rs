//! "Did you mean": the known name that is nearest to an unknown one.

/// The nearest of `known` by edits (optimal string alignment), if it is near enough to be what was meant: one edit
/// for each three characters, as rustc does.
pub(super) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (unknown.chars().count() / 3).max(1);
    let lower = unknown.to_lowercase();
    let distances = known
        .into_iter()
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name));
    let best = distances.min()?;
    (best.0 <= most).then_some(best.1)
}

/// The only one of `known` that has a word in common, where `_` stands between words: `payment` and `payment_method`.
pub(super) fn sharing_a_word<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let words: Vec<_> = unknown.split('_').filter(|word| word.len() > 2).collect();
    let mut sharing = known
        .into_iter()
        .filter(|name| name.split('_').any(|word| words.contains(&word)));
    let only = sharing.next()?;
    sharing.next().is_none().then_some(only)
}

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

/// ``Did you mean `total`?`` or nothing, to follow a sentence.
pub(super) fn question(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!(" Did you mean `{name}`?"))
}

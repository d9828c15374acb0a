//! Which field of a form an error belongs to, by its JSON pointer (RFC 6901).

use engine::problem::FieldError;

/// The pointer of a member of an object.
pub(crate) fn pointer(parent: &str, member: &str) -> String {
    format!("{parent}/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// The errors that `field` shows: those at its pointer or below.
pub(crate) fn at(errors: &[FieldError], field: &str) -> Vec<FieldError> {
    errors
        .iter()
        .filter(|error| is_within(&error.pointer, field))
        .cloned()
        .collect()
}

/// The errors that none of the `fields` shows; the form shows them as a whole, so that none is lost.
pub(crate) fn elsewhere(errors: &[FieldError], fields: &[String]) -> Vec<FieldError> {
    let is_shown = |error: &&FieldError| fields.iter().any(|field| is_within(&error.pointer, field));
    errors.iter().filter(|error| !is_shown(error)).cloned().collect()
}

/// `found` without the errors at or around a place that `known` already complains about, after `known`.
pub(crate) fn merge(known: Vec<FieldError>, found: Vec<FieldError>) -> Vec<FieldError> {
    let is_known = |error: &FieldError| {
        known
            .iter()
            .any(|known| is_within(&error.pointer, &known.pointer) || is_within(&known.pointer, &error.pointer))
    };
    let found: Vec<_> = found.into_iter().filter(|error| !is_known(error)).collect();
    known.into_iter().chain(found).collect()
}

fn is_within(pointer: &str, field: &str) -> bool {
    pointer
        .strip_prefix(field)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(pointers: &[&str]) -> Vec<FieldError> {
        pointers
            .iter()
            .map(|pointer| FieldError::new(*pointer, "code", "detail"))
            .collect()
    }

    fn pointers(errors: Vec<FieldError>) -> Vec<String> {
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn fields_show_what_is_at_or_below_them() {
        let check = |field: &str, expected: &[&str]| {
            let errors = errors(&[
                "",
                "/code",
                "/codes",
                "/effect/amount/currency",
                "/effect/amount",
                "/attributes/a~1b",
            ]);
            assert_eq!(pointers(at(&errors, field)), expected, "{field}");
        };
        check("/code", &["/code"]);
        check("/effect/amount", &["/effect/amount/currency", "/effect/amount"]);
        check("/effect/amount/currency", &["/effect/amount/currency"]);
        check(&pointer("/attributes", "a/b"), &["/attributes/a~1b"]);
        check("/name", &[]);
    }

    #[test]
    fn no_error_is_lost() {
        let fields = ["/code".to_owned(), "/effect/amount".to_owned()];
        let errors = errors(&["", "/code", "/codes", "/effect/amount/currency", "/effect"]);
        assert_eq!(pointers(elsewhere(&errors, &fields)), ["", "/codes", "/effect"]);
    }

    #[test]
    fn one_complaint_for_one_place() {
        let merged = merge(
            errors(&["/effect/amount"]),
            errors(&["/code", "/effect/amount/amount", "/effect"]),
        );
        assert_eq!(pointers(merged), ["/effect/amount", "/code"]);
    }
}

//! Actors, actions and objects as people call them; what this version of the app does not know stays as it came.

use serde_json::Value;

use crate::i18n::audit as text;
use crate::wire::team::{Actor, AuditEvent};

/// Who did it.
pub(super) fn actor_name(actor: &Actor) -> String {
    let named = actor.name.clone().or_else(|| actor.email.clone());
    named.unwrap_or_else(|| match actor.kind.as_str() {
        "operator" => text::operator().to_owned(),
        "system" => text::system().to_owned(),
        _ => text::somebody().to_owned(),
    })
}

/// What was done, as the end of a sentence.
pub(super) fn name_action(word: &str) -> String {
    name(&text::ACTIONS, word)
}

/// What it was done to.
pub(super) fn name_kind(word: &str) -> String {
    name(&text::KINDS, word)
}

fn name(names: &[text::Named], word: &str) -> String {
    let known = names.iter().find(|(other, _)| *other == word);
    known.map_or(word, |(_, name)| name()).to_owned()
}

/// An object of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectName {
    pub(super) name: String,
    pub(super) code: Option<String>,
}

/// The object's name, code or e-mail, as it was last in the entry, or else its id.
pub(super) fn object_name(event: &AuditEvent) -> ObjectName {
    let states = [&event.after, &event.before];
    let find = |field: &str| {
        let mut values = states
            .iter()
            .filter_map(|state| state.as_ref()?.get(field).and_then(Value::as_str));
        values.next().map(str::to_owned)
    };
    let code = find("code");
    let name = find("name").or_else(|| code.clone()).or_else(|| find("email"));
    ObjectName {
        name: name.unwrap_or_else(|| event.object.id.clone()),
        code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(actor: Value, before: Value, after: Value) -> AuditEvent {
        serde_json::from_value(json!({
            "id": "audit_1", "time": "2026-11-21T10:00:00Z", "actor": actor, "action": "promotion.updated",
            "object": {"type": "promotion", "id": "promo_1"}, "before": before, "after": after,
        }))
        .unwrap()
    }

    #[test]
    fn actors() {
        let check = |actor: Value, expected: &str| {
            assert_eq!(actor_name(&event(actor, Value::Null, Value::Null).actor), expected);
        };
        check(
            json!({"type": "user", "id": "user_1", "name": "Ana", "email": "ana@example.com"}),
            "Ana",
        );
        check(
            json!({"type": "recipient", "email": "ana@example.com"}),
            "ana@example.com",
        );
        check(json!({"type": "system"}), "The system");
        check(json!({"type": "operator"}), "The operator of the service");
        check(json!({"type": "of_a_later_version"}), "Somebody");
    }

    #[test]
    fn words() {
        assert_eq!(name_action("promotion.paused"), "paused a promotion");
        assert_eq!(name_action("moon.landed"), "moon.landed");
        assert_eq!(name_kind("role"), "Role");
        // The part before the dot is the kind: both tables know the same ones.
        for (action, _) in text::ACTIONS {
            let kind = action.split('.').next().unwrap();
            assert!(text::KINDS.iter().any(|(other, _)| *other == kind), "{action}");
        }
    }

    #[test]
    fn objects() {
        let check = |before: Value, after: Value, name: &str, code: Option<&str>| {
            let found = object_name(&event(json!({"type": "system"}), before, after));
            assert_eq!((found.name.as_str(), found.code.as_deref()), (name, code));
        };
        check(
            json!({"name": "Old"}),
            json!({"name": "New", "code": "summer-10"}),
            "New",
            Some("summer-10"),
        );
        check(
            json!({"email": "ana@example.com"}),
            Value::Null,
            "ana@example.com",
            None,
        );
        check(Value::Null, Value::Null, "promo_1", None);
    }
}

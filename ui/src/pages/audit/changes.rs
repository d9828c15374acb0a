//! What is different between an object before and after.

use std::collections::BTreeMap;

use serde_json::Value;

/// One field that changed, began or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldChange {
    /// Its path, such as `effect.percent`.
    pub(super) field: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Every field that is not the same, in the order of their paths.
pub(super) fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let changes = changed.map(|name| FieldChange {
        field: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    });
    changes.collect()
}

/// Paths and their values; what is null is as if it were not there.
fn fields(object: Option<&Value>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    if let Some(object) = object {
        collect(&mut fields, String::new(), object);
    }
    fields
}

/// Objects are taken apart, as deep as the server's own bound on nesting; lists are told whole.
fn collect(fields: &mut BTreeMap<String, String>, path: String, value: &Value) {
    let text = match value {
        Value::Null => return,
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                collect(fields, path, member);
            }
            return;
        }
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    fields.insert(path, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_differ() {
        let check = |before: Option<Value>, after: Option<Value>, expected: &[(&str, Option<&str>, Option<&str>)]| {
            let found = changes(before.as_ref(), after.as_ref());
            let found: Vec<_> = found
                .iter()
                .map(|change| (change.field.as_str(), change.before.as_deref(), change.after.as_deref()))
                .collect();
            assert_eq!(found, expected);
        };
        check(None, None, &[]);
        check(Some(json!({"a": 1})), Some(json!({"a": 1})), &[]);
        check(
            Some(json!({"name": "Old", "effect": {"percent": "10", "type": "percentage"}, "ends_at": null})),
            Some(json!({"name": "New", "effect": {"percent": "12.5", "type": "percentage"}, "tags": ["a"]})),
            &[
                ("effect.percent", Some("10"), Some("12.5")),
                ("name", Some("Old"), Some("New")),
                ("tags", None, Some("[\"a\"]")),
            ],
        );
        check(
            None,
            Some(json!({"disabled": false, "limits": {}})),
            &[("disabled", None, Some("false")), ("limits", None, Some("{}"))],
        );
        check(Some(json!({"a": 1})), None, &[("a", Some("1"), None)]);
    }
}

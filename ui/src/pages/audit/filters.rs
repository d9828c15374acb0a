//! Which entries are shown, as it stands in the page's address.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::forms::window::{Bound, instant_of};

/// What entries have to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filters {
    /// A user's id.
    pub(super) actor: Option<String>,
    pub(super) action: Option<String>,
    /// The kind of object.
    pub(super) kind: Option<String>,
    /// An object's id.
    pub(super) object: Option<String>,
    pub(super) from: Option<NaiveDate>,
    /// The last day.
    pub(super) to: Option<NaiveDate>,
}

impl Filters {
    /// From the parameters of an address; what cannot be read there is as if it were not.
    pub(super) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| parameter(name).filter(|text| !text.is_empty());
        let day = |name| text(name).and_then(|day| day.parse().ok());
        Self {
            actor: text("actor"),
            action: text("action"),
            kind: text("object_type"),
            object: text("object_id"),
            from: day("from"),
            to: day("to"),
        }
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        let mut query = ParamsMap::new();
        for (name, value) in self.parameters(|day| Some(day.to_string()), |day| Some(day.to_string())) {
            query.insert(name, value);
        }
        format!("/audit{}", query.to_query_string())
    }

    /// What the server is asked; days are those of a zone, whose distance from UTC in seconds `offset_at` tells.
    pub(super) fn query(&self, offset_at: impl Fn(DateTime<Utc>) -> Option<i32> + Copy) -> Vec<(&'static str, String)> {
        let start = |day: NaiveDate| {
            let start = instant_of(day.and_time(NaiveTime::MIN), Bound::Start, offset_at).ok()?;
            Some(start.to_rfc3339_opts(SecondsFormat::Secs, true))
        };
        self.parameters(start, |day| start(day.succ_opt()?))
    }

    fn parameters(
        &self,
        from: impl Fn(NaiveDate) -> Option<String>,
        to: impl Fn(NaiveDate) -> Option<String>,
    ) -> Vec<(&'static str, String)> {
        let parameters = [
            ("actor", self.actor.clone()),
            ("action", self.action.clone()),
            ("object_type", self.kind.clone()),
            ("object_id", self.object.clone()),
            ("from", self.from.and_then(from)),
            ("to", self.to.and_then(to)),
        ];
        let given = parameters.into_iter();
        given.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub(super) fn with_actor(&self, id: &str) -> Self {
        Self {
            actor: Some(id.to_owned()),
            ..self.clone()
        }
    }

    pub(super) fn with_object(&self, kind: &str, id: &str) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            object: Some(id.to_owned()),
            ..self.clone()
        }
    }
}

/// What the controls hold.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) action: RwSignal<String>,
    pub(super) kind: RwSignal<String>,
    pub(super) from: RwSignal<String>,
    pub(super) to: RwSignal<String>,
}

impl Fields {
    pub(super) fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            action: empty(),
            kind: empty(),
            from: empty(),
            to: empty(),
        }
    }

    pub(super) fn show(self, filters: &Filters) {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let shown = [
            (self.action, filters.action.clone().unwrap_or_default()),
            (self.kind, filters.kind.clone().unwrap_or_default()),
            (self.from, day(filters.from)),
            (self.to, day(filters.to)),
        ];
        for (field, text) in shown {
            // A control under somebody's hands is not written to.
            if field.with_untracked(|shown| *shown != text) {
                field.set(text);
            }
        }
    }

    /// What is chosen, tracked; the rest is of `shown`. Another kind of object lets go of the single one.
    pub(super) fn read(self, shown: &Filters) -> Filters {
        let given = |field: RwSignal<String>| Some(field.get()).filter(|text| !text.is_empty());
        let kind = given(self.kind);
        Filters {
            actor: shown.actor.clone(),
            action: given(self.action),
            object: shown.object.clone().filter(|_| kind == shown.kind),
            kind,
            from: given(self.from).and_then(|day| day.parse().ok()),
            to: given(self.to).and_then(|day| day.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions() {
        let read = |parameters: &[(&str, &str)]| {
            Filters::read(|name| {
                let found = parameters.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let check = |parameters: &[(&str, &str)], expected: &[&str]| {
            // Montevideo: three hours behind UTC.
            let query = read(parameters).query(|_| Some(-10_800));
            let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(query, expected, "{parameters:?}");
        };
        check(&[], &[]);
        check(
            &[("actor", "user_1"), ("action", ""), ("from", "soon")],
            &["actor=user_1"],
        );
        check(
            &[
                ("from", "2026-11-01"),
                ("to", "2026-11-01"),
                ("object_type", "role"),
                ("object_id", "role_1"),
            ],
            &[
                "object_type=role",
                "object_id=role_1",
                "from=2026-11-01T03:00:00Z",
                "to=2026-11-02T03:00:00Z",
            ],
        );
        let one = read(&[("action", "role.updated")]).with_object("role", "role_1");
        assert_eq!(
            (one.kind.as_deref(), one.object.as_deref()),
            (Some("role"), Some("role_1"))
        );
        assert_eq!(one.with_actor("user_1").action.as_deref(), Some("role.updated"));
    }
}

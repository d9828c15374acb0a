//! How the service does, and how far a new organisation has come.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// `GET /health_check`, with 200 and with 503.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Health {
    /// Each part by its name.
    pub(crate) components: BTreeMap<String, Component>,
}

/// A part of the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Component {
    state: String,
}

impl Component {
    /// Whether it works.
    pub(crate) fn is_up(&self) -> bool {
        self.state == "up"
    }
}

/// An application key, as far as it was used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct KeyUse {
    /// When it last evaluated, as far as its records have come in.
    #[serde(default)]
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn health_is_read() {
        let health: Health = serde_json::from_value(json!({
            "status": "down",
            "components": {
                "kv": {"state": "up"},
                "origin": {"state": "down", "detail": "The origin cannot be reached: evaluations go on, records wait."},
            },
        }))
        .unwrap();
        let states: Vec<_> = health
            .components
            .iter()
            .map(|(name, component)| (name.as_str(), component.is_up()))
            .collect();
        assert_eq!(states, [("kv", true), ("origin", false)]);
    }
}

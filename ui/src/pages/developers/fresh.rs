//! Keys that were made in this tab: the server shows each once, so they stay in memory until the tab or the session ends,
//! for the calls to try.

use engine::ids::AppKeyId;
use leptos::ev::beforeunload;
use leptos::prelude::*;

use crate::wire::keys::CreatedAppKey;

/// A key that was made in this tab.
#[derive(Clone)]
pub(crate) struct FreshKey {
    pub(crate) id: AppKeyId,
    pub(crate) name: String,
    /// A secret: in memory alone.
    pub(crate) key: String,
    /// Whether whoever made it has said that they have it.
    is_copied: bool,
}

/// The keys of this tab. Made once by the frame, and gone with it: at the latest with the session.
#[derive(Clone, Copy)]
pub(crate) struct FreshKeys(RwSignal<Vec<FreshKey>>);

impl FreshKeys {
    /// None yet. While one is not copied the browser asks before it leaves the app.
    pub(crate) fn new() -> Self {
        let keys = Self(RwSignal::new(Vec::new()));
        let handle = window_event_listener(beforeunload, move |event| {
            if untrack(|| keys.not_copied().is_some()) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
        keys
    }

    /// The keys of the frame around.
    pub(crate) fn current() -> Self {
        expect_context()
    }

    /// Takes over a key that was just made.
    pub(crate) fn add(self, created: CreatedAppKey) {
        let key = FreshKey {
            id: created.id,
            name: created.name,
            key: created.key,
            is_copied: false,
        };
        self.0.update(|keys| keys.push(key));
    }

    /// The first key that nobody said to have copied, tracked.
    pub(crate) fn not_copied(self) -> Option<FreshKey> {
        self.0.with(|keys| keys.iter().find(|key| !key.is_copied).cloned())
    }

    /// Notes that somebody has copied a key.
    pub(crate) fn mark_copied(self, id: AppKeyId) {
        self.0.update(|keys| {
            for key in keys.iter_mut().filter(|key| key.id == id) {
                key.is_copied = true;
            }
        });
    }

    /// The text of a key, if it was made here, tracked.
    pub(crate) fn find(self, id: &str) -> Option<String> {
        self.0.with(|keys| {
            let key = keys.iter().find(|key| key.id.to_string() == id);
            key.map(|key| key.key.clone())
        })
    }
}

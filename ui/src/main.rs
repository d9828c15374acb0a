//! The merchant app: signing up and in, promotions, trying them at the edge, their counts, app keys.
//!
//! ```text
//! pages ── forms (what was typed → body) ── session (token) ── api (the server) ── load / Form ──▶ pages
//!              └── workbench (the engine: is it right?) ──────────────────────────────────┘
//!   └── i18n (every text) ◀── language (which one)
//! ```

#![cfg_attr(
    not(target_family = "wasm"),
    allow(
        dead_code,
        reason = "elsewhere than in a browser only the tests of the pure parts run"
    )
)]
#![allow(
    unreachable_pub,
    reason = "the component macro writes `pub` items into private modules"
)]

mod api;
mod app;
mod browser;
mod components;
mod forms;
mod frame;
mod guard;
mod i18n;
mod language;
mod link;
mod load;
mod organizations;
mod outage;
mod pages;
mod part;
mod session;
mod task;
mod theme;
mod wire;
mod workbench;

fn main() {
    leptos::mount::mount_to_body(app::App);
    // The page came with a loading state of its own.
    if let Some(placeholder) = leptos::prelude::document().get_element_by_id("loading") {
        placeholder.remove();
    }
}

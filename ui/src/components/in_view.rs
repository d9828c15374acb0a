//! Whether something is in sight, or about to be.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// Follows an element until it is dropped.
pub(crate) struct InView {
    observer: IntersectionObserver,
    /// What the browser calls; it has to live as long as the observer.
    _on_change: Closure<dyn FnMut(Array)>,
}

impl InView {
    /// Calls `on_change` soon, and then each time that `element` comes into sight or leaves it, with whether it is in
    /// sight and how high it is, in pixels. `margin` is added around the screen, as in CSS: `800px 0px` calls 800 px
    /// ahead. `None` in a browser without such observers.
    pub(crate) fn follow(element: &Element, margin: &str, on_change: impl Fn(bool, f64) + 'static) -> Option<Self> {
        let on_change = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let newest = entries.get(entries.length().saturating_sub(1));
            if let Ok(entry) = newest.dyn_into::<IntersectionObserverEntry>() {
                on_change(entry.is_intersecting(), entry.bounding_client_rect().height());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(margin);
        let observer = IntersectionObserver::new_with_options(on_change.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _on_change: on_change,
        })
    }
}

impl Drop for InView {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

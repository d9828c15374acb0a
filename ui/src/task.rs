//! Work that goes on beside the page.

use std::pin::Pin;

/// Starts a future. It is boxed, so that what runs futures is in the app once and not once for each of them: the app is
/// downloaded before it is run.
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(work));
}

fn spawn_boxed(work: Pin<Box<dyn Future<Output = ()>>>) {
    leptos::task::spawn_local(work);
}

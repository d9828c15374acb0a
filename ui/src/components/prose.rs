//! Sentences of the server and the engine.

use leptos::prelude::*;

/// A sentence in which backticks mark code.
pub(crate) fn prose(sentence: &str) -> AnyView {
    let pieces = sentence.split('`').enumerate().map(|(index, piece)| {
        let piece = piece.to_owned();
        if index % 2 == 1 {
            view! { <code>{piece}</code> }.into_any()
        } else {
            piece.into_any()
        }
    });
    pieces.collect_view().into_any()
}

//! Files that the app makes, for the browser to save.

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Has the browser save a file of `pieces`, which are strings or arrays of bytes, under `name`; whether it took it.
pub(crate) fn save_file(name: &str, media_type: &str, pieces: &Array) -> bool {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let address = Blob::new_with_buffer_source_sequence_and_options(pieces, &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    let link = document().create_element("a").ok();
    let (Ok(address), Some(link)) = (address, link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok())) else {
        return false;
    };
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has its own hold of the file by now; an address that is none cannot be given back.
    _ = Url::revoke_object_url(&address);
    true
}

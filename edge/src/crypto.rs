//! Cryptography of the platform: what the Worker need not carry itself.

use worker::js_sys::{self, Array, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

/// The algorithm's name in WebCrypto.
const ED25519: &str = "Ed25519";

/// Whether an Ed25519 signature fits. Awaits the platform's own code, no I/O.
pub(crate) async fn verify_ed25519(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> worker::Result<bool> {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let subtle = scope.crypto()?.subtle();
    let usages = Array::of1(&JsValue::from_str("verify"));
    let raw = Uint8Array::from(key.as_slice());
    let imported = subtle.import_key_with_str("raw", &raw, ED25519, false, &usages)?;
    let key: web_sys::CryptoKey = JsFuture::from(imported).await?.unchecked_into();
    let fits = subtle.verify_with_str_and_u8_array_and_u8_array(ED25519, &key, signature, message)?;
    Ok(JsFuture::from(fits).await?.as_bool() == Some(true))
}

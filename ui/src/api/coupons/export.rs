//! Coupons as CSV: read as they come, since a batch may have a million.

use engine::ids::CouponBatchId;
use gloo_net::http::{Method, Response};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::below;
use crate::api::{Answer, Failure, send_as};

/// Which coupons a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Export {
    /// Those whose code was chosen or imported.
    Listed,
    /// Those of a batch.
    Batch(CouponBatchId),
}

/// The bytes of one CSV file with all the `exports` in their order, under one header. `progress` is told how many coupons
/// are there and says whether to go on; `Ok(None)` when it did not want to.
pub(crate) async fn export(
    token: &str,
    promotion: &str,
    exports: &[Export],
    progress: &dyn Fn(u64) -> bool,
) -> Answer<Option<Array>> {
    let pieces = Array::new();
    let mut lines = Lines::default();
    for export in exports {
        let path = match export {
            Export::Listed => format!("{}/coupons.csv", below(promotion)),
            Export::Batch(id) => format!("{}/coupon-batches/{id}/coupons.csv", below(promotion)),
        };
        let response = send_as(Method::GET, &path, Some(token), None, None).await?;
        lines.begin_file();
        if !read(&response, &pieces, &mut lines, progress).await? {
            return Ok(None);
        }
    }
    Ok(Some(pieces))
}

/// Appends what an answer brings to `pieces`; false when `progress` did not want the rest.
async fn read(response: &Response, pieces: &Array, lines: &mut Lines, progress: &dyn Fn(u64) -> bool) -> Answer<bool> {
    let broken = |_: JsValue| Failure::Unreachable;
    // An answer without a body has no coupons.
    let Some(stream) = response.body() else {
        return Ok(true);
    };
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let next = JsFuture::from(reader.read()).await.map_err(broken)?;
        let is_done = Reflect::get(&next, &"done".into()).is_ok_and(|done| done.is_truthy());
        if is_done {
            return Ok(true);
        }
        let piece: Uint8Array = Reflect::get(&next, &"value".into()).map_err(broken)?.unchecked_into();
        let kept_from = lines.take(&piece.to_vec());
        pieces.push(&piece.subarray(kept_from, piece.length()));
        if !progress(lines.coupons()) {
            // The answer is no longer wanted, whatever becomes of it.
            _ = reader.cancel();
            return Ok(false);
        }
    }
}

/// Counts the lines of CSV files that come in pieces, and tells where what is kept of a piece begins: all headers but the
/// first are left out. No cell of these files has a line break.
#[derive(Debug, Default)]
struct Lines {
    files: u64,
    ended: u64,
    /// Within a header that is not kept.
    is_dropping: bool,
}

impl Lines {
    fn begin_file(&mut self) {
        self.is_dropping = self.files > 0;
        self.files += 1;
    }

    /// How many bytes of the piece are dropped.
    fn take(&mut self, piece: &[u8]) -> u32 {
        let ended = piece.iter().filter(|byte| **byte == b'\n').count();
        self.ended += u64::try_from(ended).unwrap_or_default();
        if !self.is_dropping {
            return 0;
        }
        let header = piece.iter().position(|byte| *byte == b'\n');
        self.is_dropping = header.is_none();
        let dropped = header.map_or(piece.len(), |end| end + 1);
        // A piece is some kilobytes.
        u32::try_from(dropped).unwrap_or(u32::MAX)
    }

    /// Lines that are no headers.
    const fn coupons(&self) -> u64 {
        self.ended.saturating_sub(self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of files that come in pieces, and the number of coupons.
    fn joined(files: &[&[&str]]) -> (String, u64) {
        let mut lines = Lines::default();
        let mut kept = String::new();
        for file in files {
            lines.begin_file();
            for piece in *file {
                let from = lines.take(piece.as_bytes());
                kept.push_str(&piece[from as usize..]);
            }
        }
        (kept, lines.coupons())
    }

    #[test]
    fn one_header_for_all_files() {
        let check = |files: &[&[&str]], expected: &str, coupons| {
            assert_eq!(joined(files), (expected.to_owned(), coupons), "{files:?}");
        };
        check(&[&["code,uses\r\n", "A,1\r\n"]], "code,uses\r\nA,1\r\n", 1);
        check(
            &[&["code\r\nA\r\n"], &["co", "de\r\nB\r\nC", "\r\n"], &["code\r\n"]],
            "code\r\nA\r\nB\r\nC\r\n",
            3,
        );
        check(&[&["code\r\n"], &["code\r", "\nD\r\n"]], "code\r\nD\r\n", 1);
        check(&[], "", 0);
    }
}

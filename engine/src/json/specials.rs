//! Where strings may end. A text is looked at in windows of 64 bytes, each once, in vectors where the target has them; what
//! was seen is kept as bits, which is how simdjson finds a text's structure (Langdale and Lemire, "Parsing Gigabytes of JSON
//! per Second").

use wide::u8x64;

const WINDOW: usize = size_of::<u8x64>();

/// The quotes, backslashes and control characters of a window of one text.
#[derive(Debug)]
pub(super) struct Specials {
    /// Where the window starts.
    start: usize,
    /// A bit for each of its bytes, the first lowest. Behind the text's end all are set.
    bits: u64,
}

impl Specials {
    /// Before any window is looked at.
    pub(super) const fn new() -> Self {
        Self {
            start: usize::MAX - WINDOW,
            bits: 0,
        }
    }

    /// The first place from `at` where a quote, a backslash or a control character of `text` stands, or the text's end.
    #[inline(always)]
    pub(super) fn next(&mut self, text: &[u8], mut at: usize) -> usize {
        loop {
            let offset = at.wrapping_sub(self.start);
            if offset < WINDOW {
                let following = self.bits >> offset;
                if following != 0 {
                    return at + following.trailing_zeros() as usize;
                }
                at = self.start + WINDOW;
            }
            *self = Self {
                start: at,
                bits: look(text, at),
            };
        }
    }
}

#[inline(never)]
fn look(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(window) = rest.first_chunk() {
        return bits(*window);
    }
    // NUL is special too.
    let mut window = [0; WINDOW];
    for (to, from) in window.iter_mut().zip(rest) {
        *to = *from;
    }
    bits(window)
}

#[inline(always)]
fn bits(window: [u8; WINDOW]) -> u64 {
    let window = u8x64::new(window);
    let quote = window.simd_eq(u8x64::splat(b'"'));
    let backslash = window.simd_eq(u8x64::splat(b'\\'));
    let control = window.simd_lt(u8x64::splat(b' '));
    (quote | backslash | control).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes_are_told_from_others() {
        let is_special = |byte: &u8| matches!(byte, ..b' ' | b'"' | b'\\');
        for byte in 0..=u8::MAX {
            for place in 0..WINDOW {
                let mut window = [b'a'; WINDOW];
                window[place] = byte;
                let expected = u64::from(is_special(&byte)) << place;
                assert_eq!(bits(window), expected, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn the_next_one_is_found_from_any_place() {
        for length in [0, 1, 16, 63, 64, 65, 127, 128, 200] {
            for special in 0..=length {
                let mut text = vec![b'a'; length];
                if let Some(byte) = text.get_mut(special) {
                    *byte = b'"';
                }
                for from in 0..=length {
                    let expected = if from <= special { special } else { length };
                    let mut specials = Specials::new();
                    assert_eq!(
                        specials.next(&text, from),
                        expected,
                        "{special} of {length} from {from}"
                    );
                    // From the window that is there now, and back.
                    for again in [from, expected, 0, length] {
                        let expected = if again <= special { special } else { length };
                        assert_eq!(
                            specials.next(&text, again),
                            expected,
                            "{special} of {length} from {again}"
                        );
                    }
                }
            }
        }
    }
}

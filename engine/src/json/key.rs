//! Keys that are known before a text is read.

/// A key as most texts have it: quoted, with the colon right behind it. Its first bytes are compared at once, without a
/// call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    text: String,
    /// The first bytes, the rest zero.
    head: u128,
    /// All ones where `head` has bytes of the key.
    mask: u128,
}

const HEAD: usize = size_of::<u128>();

impl Key {
    /// Of a name in which nothing is escaped in JSON.
    pub(crate) fn new(name: &str) -> Self {
        let text = format!("\"{name}\":");
        let (mut head, mut mask) = ([0; HEAD], [0; HEAD]);
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(text.bytes()) {
            (*head, *mask) = (byte, u8::MAX);
        }
        Self {
            text,
            head: u128::from_le_bytes(head),
            mask: u128::from_le_bytes(mask),
        }
    }

    /// In bytes.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether a text starts with the key.
    #[inline(always)]
    pub(super) fn starts(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk() else {
            return self.starts_short(text);
        };
        u128::from_le_bytes(*head) & self.mask == self.head && (self.len() <= HEAD || self.starts_short(text))
    }

    fn starts_short(&self, text: &[u8]) -> bool {
        text.starts_with(self.text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        // Of all lengths below, at and above that of the head.
        for length in 0..20 {
            let name = "abcdefghijklmnopqrst".get(..length).unwrap();
            let key = Key::new(name);
            let text = format!("\"{name}\":");
            let check = |text: &str, expected| assert_eq!(key.starts(text.as_bytes()), expected, "{name} {text}");
            check(&text, true);
            check(&format!("{text} 1, \"another\": 2, \"third\": 3"), true);
            check("", false);
            for place in 0..text.len() {
                check(text.get(..place).unwrap(), false);
                for rest in ["", "                    "] {
                    let mut other = format!("{text}{rest}");
                    other.replace_range(place..=place, "-");
                    check(&other, false);
                }
            }
        }
    }
}

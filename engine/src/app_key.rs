//! Application keys: `ck_<live|test>_<organisation hint>_<secret><checksum>`.
//!
//! Only the SHA-256 of a key is stored. The checksum lets any holder of the text (a secret scanner, the edge) tell a
//! mistyped or invented key from a real one without a look-up. The secret has 190 bits, so a plain hash is enough.

use std::fmt;

use base16ct::lower as hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::OrganizationId;

/// Characters of the secret: 32 of base 62 are 190 bits.
pub const SECRET_CHARS: usize = 32;
/// Characters of the checksum: six of base 62 hold the 32 bits of a CRC.
pub const CHECKSUM_CHARS: usize = 6;
/// Characters of the organisation hint, the end of the organisation's identifier.
pub const HINT_CHARS: usize = 8;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a key's traffic counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real traffic.
    Live,
    /// A developer's tests.
    Test,
}

impl Mode {
    /// The part of the key's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// A well-formed key. Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AppKey {
    text: String,
    mode: Mode,
}

/// Why a text is not an application key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an application key: expected `ck_<live|test>_…` as it was shown when the key was created")]
pub struct AppKeyError;

impl AppKey {
    /// Makes a key from the host's random bytes; each contributes one character.
    pub fn from_random(mode: Mode, organization: OrganizationId, random: [u8; 2 * SECRET_CHARS]) -> Self {
        let id = organization.to_string();
        let hint: String = id.chars().skip(id.len().saturating_sub(HINT_CHARS)).collect();
        // Two bytes a character keep the bias of `% 62` below 0.1 %.
        let secret: String = random
            .chunks_exact(2)
            .map(|pair| base62(pair.iter().fold(0, |value, byte| value * 256 + u32::from(*byte))))
            .collect();
        let body = format!("ck_{}_{hint}_{secret}", mode.as_str());
        let text = format!("{body}{}", checksum(&body));
        Self { text, mode }
    }

    /// Reads a key and checks its checksum, in time that depends on its length alone.
    ///
    /// # Errors
    /// [`AppKeyError`] for any text that no [`AppKey::from_random`] made.
    pub fn parse(text: &str) -> Result<Self, AppKeyError> {
        let mode = if text.starts_with("ck_live_") {
            Mode::Live
        } else {
            Mode::Test
        };
        let rest = text
            .strip_prefix("ck_live_")
            .or_else(|| text.strip_prefix("ck_test_"))
            .ok_or(AppKeyError)?;
        let (hint, tail) = rest.split_once('_').ok_or(AppKeyError)?;
        let shape = hint.len() == HINT_CHARS
            && tail.len() == SECRET_CHARS + CHECKSUM_CHARS
            && hint
                .bytes()
                .chain(tail.bytes())
                .all(|byte| byte.is_ascii_alphanumeric());
        if !shape {
            return Err(AppKeyError);
        }
        let (body, check) = text.split_at(text.len() - CHECKSUM_CHARS);
        if checksum(body) != check {
            return Err(AppKeyError);
        }
        Ok(Self {
            text: text.to_owned(),
            mode,
        })
    }

    /// The key as the shop sends it. A secret: shown once, never logged.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Live or test.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// SHA-256 of the text in lower-case hex: what is stored and looked up.
    pub fn hash(&self) -> String {
        Self::hash_of(&self.text)
    }

    /// The same of a text that may be no key. Whoever knows the key of such a hash need not parse the text: no other has it.
    pub fn hash_of(text: &str) -> String {
        hex::encode_string(&Sha256::digest(text.as_bytes()))
    }

    /// What a list of keys shows: everything before the secret, and its first four characters.
    pub fn preview(&self) -> String {
        self.text.chars().take("ck_live_".len() + HINT_CHARS + 1 + 4).collect()
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppKey({}…)", self.preview())
    }
}

fn base62(value: u32) -> char {
    let index = usize::try_from(value % 62).unwrap_or(0);
    BASE62.get(index).map_or('0', |byte| char::from(*byte))
}

/// CRC-32 (IEEE 802.3, reflected) in six characters of base 62, most significant first.
fn checksum(body: &str) -> String {
    let crc = !body.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    let mut rest = crc;
    let mut chars = [' '; CHECKSUM_CHARS];
    for slot in chars.iter_mut().rev() {
        *slot = base62(rest);
        rest /= 62;
    }
    chars.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AppKey {
        let organization = OrganizationId::from_parts(1_790_000_000_000, [9; 10]);
        AppKey::from_random(
            Mode::Live,
            organization,
            std::array::from_fn(|i| u8::try_from(i * 3).unwrap()),
        )
    }

    #[test]
    fn text_and_hash_are_pinned() {
        assert_eq!(
            key().reveal(),
            "ck_live_09090909_3vnfXPH91tldVNF7zrjbTLD5xphZRJB313g8f8"
        );
        assert_eq!(
            key().hash(),
            "a26a5fe4cc1ec75ae5c5aede713837624604ff14882827777c04ce6d7fc02e60"
        );
    }

    #[test]
    fn reads_back() {
        assert_eq!(AppKey::parse(key().reveal()), Ok(key()));
    }

    #[test]
    fn each_changed_character_is_noticed() {
        let text = key().reveal().to_owned();
        for index in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[index] = if bytes[index] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(AppKey::parse(&changed), Err(AppKeyError), "{changed}");
        }
    }

    #[test]
    fn crc_is_the_standard_one() {
        // The check value of CRC-32/ISO-HDLC.
        let mut rest = 0xCBF4_3926_u32;
        let mut expected = Vec::new();
        for _ in 0..CHECKSUM_CHARS {
            expected.push(base62(rest));
            rest /= 62;
        }
        assert_eq!(checksum("123456789"), expected.iter().rev().collect::<String>());
    }

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", key());
        assert!(!shown.contains(&key().reveal()[25..]), "{shown}");
    }
}

//! The secrets that edge and origin need; made by the origin, so that their form is known in one place.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::origin;
use crate::{paths, step};

/// The secrets of one stack; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Signs the calls between edge and origin.
    pub internal_secret: String,
    /// Signs the users' tokens.
    pub token_signing_key: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

impl Secrets {
    /// New ones.
    ///
    /// # Errors
    /// When the origin is not built or does not make them.
    pub fn generate() -> Result<Self> {
        parse(&step::read(
            Command::new(origin::program()).args(["admin", "generate-secrets"]),
        )?)
    }

    /// Those kept in `file`, else new ones that are then kept there for its owner's eyes.
    ///
    /// # Errors
    /// When they cannot be made, kept or read.
    pub fn kept_in(file: &Path) -> Result<Self> {
        if file.exists() {
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            return parse(&text).with_context(|| format!("{} is damaged: delete it", file.display()));
        }
        let secrets = Self::generate()?;
        let (internal, signing) = (&secrets.internal_secret, &secrets.token_signing_key);
        paths::write_private(
            file,
            &format!("INTERNAL_SECRET={internal}\nTOKEN_SIGNING_KEY={signing}\n"),
        )?;
        Ok(secrets)
    }
}

/// Random text of `bytes` bytes in hexadecimal, for passwords of local accounts.
///
/// # Errors
/// When the system has no randomness.
pub fn random_text(bytes: usize) -> Result<String> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).context("the system gives no random numbers")?;
    Ok(hex::encode(buffer))
}

fn parse(text: &str) -> Result<Secrets> {
    let value = |name: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let take = |name: &str| value(name).with_context(|| format!("no {name} among the secrets"));
    Ok(Secrets {
        internal_secret: take("INTERNAL_SECRET")?,
        token_signing_key: take("TOKEN_SIGNING_KEY")?,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn values_may_hold_equals_signs() {
        let secrets = parse("# made\nINTERNAL_SECRET=a==\nTOKEN_SIGNING_KEY=b=c\n").unwrap();
        assert_eq!(
            (secrets.internal_secret.as_str(), secrets.token_signing_key.as_str()),
            ("a==", "b=c")
        );
        assert!(
            parse("INTERNAL_SECRET=a\nTOKEN_SIGNING_KEY=\n")
                .unwrap_err()
                .to_string()
                .contains("TOKEN_SIGNING_KEY")
        );
    }

    #[test]
    fn private_files_are_private_even_when_they_replace_others() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        fs::write(&file, "old and longer").unwrap();
        paths::write_private(&file, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

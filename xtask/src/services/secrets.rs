//! The secrets that edge and origin need; made by the origin, so that their form is known in one place.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use base16ct::lower as hex;

use super::origin;
use crate::{paths, step};

/// The secrets of one stack; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Signs the calls between edge and origin.
    pub internal_secret: String,
    /// What the origin derives its own keys from.
    pub origin_secret: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

impl Secrets {
    /// New ones, of the origin's built program.
    ///
    /// # Errors
    /// When the origin is not built or does not make them.
    pub fn generate() -> Result<Self> {
        Self::generate_by(&origin::program())
    }

    /// New ones, of another build of the origin.
    ///
    /// # Errors
    /// As [`Secrets::generate`].
    pub fn generate_by(program: &Path) -> Result<Self> {
        let text = step::read(Command::new(program).args(["admin", "generate-secrets"]))?;
        parse(&text, || bail!("the origin made no ORIGIN_SECRET"))
    }

    /// Those kept in `file`, else new ones that are then kept there for its owner's eyes. A file of an older release
    /// lacks the origin's secret and gets one; what it has stays.
    ///
    /// # Errors
    /// When they cannot be made, kept or read.
    pub fn kept_in(file: &Path) -> Result<Self> {
        if !file.exists() {
            return Self::generate()?.keep_in(file);
        }
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let secrets = parse(&text, || Ok(Self::generate()?.origin_secret));
        secrets
            .with_context(|| format!("{} is damaged: delete it", file.display()))?
            .keep_in(file)
    }

    fn keep_in(self, file: &Path) -> Result<Self> {
        let (internal, origin) = (&self.internal_secret, &self.origin_secret);
        let text = format!("INTERNAL_SECRET={internal}\nORIGIN_SECRET={origin}\n");
        paths::write_private(file, &text)?;
        Ok(self)
    }
}

/// Random text of `bytes` bytes in hexadecimal, for passwords of local accounts.
///
/// # Errors
/// When the system has no randomness.
pub fn random_text(bytes: usize) -> Result<String> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).context("the system gives no random numbers")?;
    Ok(hex::encode_string(&buffer))
}

/// The secrets in a text; `make_origin_secret` makes the one that a text of an older release lacks.
fn parse(text: &str, make_origin_secret: impl FnOnce() -> Result<String>) -> Result<Secrets> {
    let value = |name: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let take = |name: &str| value(name).with_context(|| format!("no {name} among the secrets"));
    Ok(Secrets {
        internal_secret: take("INTERNAL_SECRET")?,
        origin_secret: value("ORIGIN_SECRET").map_or_else(make_origin_secret, Ok)?,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn texts() {
        let check = |text: &str, expected: Result<[&str; 2], &str>| {
            let read = parse(text, || Ok("made".to_owned()));
            let read = read.map(|secrets| [secrets.internal_secret, secrets.origin_secret]);
            let expected = expected.map(|values| values.map(str::to_owned)).map_err(str::to_owned);
            assert_eq!(read.map_err(|error| error.to_string()), expected, "{text}");
        };
        // Values may hold equals signs.
        check("# made\nINTERNAL_SECRET=a==\nORIGIN_SECRET=b=c\n", Ok(["a==", "b=c"]));
        check("INTERNAL_SECRET=a\nANOTHER=b\n", Ok(["a", "made"]));
        check(
            "INTERNAL_SECRET=\nORIGIN_SECRET=b\n",
            Err("no INTERNAL_SECRET among the secrets"),
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

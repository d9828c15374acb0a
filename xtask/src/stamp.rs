//! Stamps: a hash of a step's inputs, kept beside its output, so that a step with unchanged inputs is skipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base16ct::lower as hex;
use sha2::{Digest as _, Sha256};

use crate::paths;

/// Hashes inputs one after the other; the order counts.
#[derive(Debug, Default)]
pub struct Stamp(Sha256);

impl Stamp {
    /// A stamp of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text, such as a compiler's version.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
        self
    }

    /// Adds a file, or a folder with everything below: relative paths and contents.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn path(mut self, path: &Path, without: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        list_files(path, without, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned();
            let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            self = self.text(&name);
            self.0.update(content.len().to_le_bytes());
            self.0.update(content);
        }
        Ok(self)
    }

    /// The hash, in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hex::encode_string(&self.0.finalize())
    }
}

/// Whether `file` holds exactly `stamp`.
#[must_use]
pub fn is_current(file: &Path, stamp: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|kept| kept == stamp)
}

/// Keeps `stamp` in `file`; called after the step has succeeded.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(file: &Path, stamp: &str) -> Result<()> {
    if let Some(parent) = file.parent() {
        paths::create_dir(parent)?;
    }
    fs::write(file, stamp).with_context(|| format!("cannot write {}", file.display()))
}

fn list_files(path: &Path, without: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    let describe = || format!("cannot read {}", path.display());
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(describe)? {
        let entry = entry.with_context(describe)?;
        if !without.iter().any(|name| entry.file_name() == *name) {
            list_files(&entry.path(), without, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_counts() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = || Stamp::new().text("1.95").path(dir.path(), &["dist"]).unwrap().finish();
        fs::create_dir_all(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("src/a.rs"), "a").unwrap();
        let first = stamp();
        assert_eq!(first, stamp(), "unchanged inputs");
        let mut seen = vec![first.clone()];
        let mut check = |what: &str| {
            let now = stamp();
            assert!(!seen.contains(&now), "{what} must change the stamp");
            seen.push(now);
        };
        fs::write(dir.path().join("src/a.rs"), "b").unwrap();
        check("another content");
        fs::rename(dir.path().join("src/a.rs"), dir.path().join("src/b.rs")).unwrap();
        check("another name");
        fs::write(dir.path().join("src/c.rs"), "").unwrap();
        check("a new empty file");
        let before = stamp();
        fs::create_dir_all(dir.path().join("dist")).unwrap();
        fs::write(dir.path().join("dist/out.js"), "out").unwrap();
        assert_eq!(before, stamp(), "the output is no input");
        assert_ne!(
            Stamp::new().text("ab").text("c").finish(),
            Stamp::new().text("a").text("bc").finish()
        );
    }
}

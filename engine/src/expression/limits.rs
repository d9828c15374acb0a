//! How large a condition may be, and the check that makes the grammar's recursion safe.

use super::error::{Diagnostic, DiagnosticCode};
use super::tree::Span;

/// Longest source of a condition, in bytes: far above what a person reads, and it bounds the parser's work.
pub const MAX_SOURCE_BYTES: usize = 4 * 1024;
/// Deepest nesting: bounds recursion, whose frames must fit the 1 MiB stack of a Wasm module.
pub const MAX_DEPTH: usize = 32;
/// Most nodes of a condition; the literals of a list do not count. Bounds the work of every pass over it.
pub const MAX_NODES: usize = 256;
/// Most elements of a list, in a condition and in a request.
pub const MAX_LIST_ELEMENTS: usize = 1_000;
/// Longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// Refuses what would make the parser recurse or work too much, and characters that no source holds.
pub(super) fn check_size(source: &str) -> Result<(), Diagnostic> {
    if source.len() > MAX_SOURCE_BYTES {
        let message = format!(
            "The condition has {} bytes: shorten it to {MAX_SOURCE_BYTES}.",
            source.len()
        );
        let span = Span {
            start: 0,
            end: source.len(),
        };
        return Err(Diagnostic::error(span, DiagnosticCode::TooLong, message));
    }
    let mut nesting = Nesting::new();
    for (start, byte) in source.bytes().enumerate() {
        let end = start + 1;
        if byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') {
            let message = format!("The character U+{byte:04X} cannot stand in a condition: remove it.");
            return Err(Diagnostic::error(
                Span { start, end },
                DiagnosticCode::ControlCharacter,
                message,
            ));
        }
        nesting.step(source.as_bytes(), start, byte);
        if nesting.depth() > MAX_DEPTH {
            return Err(too_deep(Span { start, end }));
        }
    }
    Ok(())
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    let message = format!("Nesting goes deeper than {MAX_DEPTH} here: simplify the condition.");
    Diagnostic::error(span, DiagnosticCode::TooDeep, message)
}

/// Counts what the grammar recurses into: brackets, and each `if`, whose end only a bracket shows.
struct Nesting {
    /// The `if`s inside each open bracket, the outermost first.
    conditionals: [usize; MAX_DEPTH + 2],
    brackets: usize,
    quote: Option<u8>,
    escaped: bool,
    comment: bool,
}

impl Nesting {
    const fn new() -> Self {
        Self {
            conditionals: [0; MAX_DEPTH + 2],
            brackets: 0,
            quote: None,
            escaped: false,
            comment: false,
        }
    }

    fn depth(&self) -> usize {
        let conditionals = self.conditionals.iter().take(self.brackets + 1);
        self.brackets + conditionals.sum::<usize>()
    }

    fn step(&mut self, source: &[u8], at: usize, byte: u8) {
        match (self.quote, byte) {
            _ if self.comment => self.comment = byte != b'\n',
            (Some(_), _) if self.escaped => self.escaped = false,
            (Some(_), b'\\') => self.escaped = true,
            (Some(open), byte) if open == byte => self.quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => self.quote = Some(byte),
            (None, b'/') if source.get(at + 1) == Some(&b'/') => self.comment = true,
            (None, b'(' | b'[') => self.open(),
            (None, b')' | b']') => self.brackets = self.brackets.saturating_sub(1),
            (None, b'i') if is_if(source, at) => self.count_if(),
            (None, _) => {}
        }
    }

    fn open(&mut self) {
        self.brackets += 1;
        if let Some(count) = self.conditionals.get_mut(self.brackets) {
            *count = 0;
        }
    }

    fn count_if(&mut self) {
        if let Some(count) = self.conditionals.get_mut(self.brackets) {
            *count += 1;
        }
    }
}

fn is_if(source: &[u8], at: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = at.checked_sub(1).and_then(|before| source.get(before));
    source.get(at + 1) == Some(&b'f') && !is_word(before) && !is_word(source.get(at + 2))
}

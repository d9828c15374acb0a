//! What is timed: one engine with one rule, ready to run.

use std::fmt::Debug;
use std::hint::black_box;
use std::str::FromStr;

use crate::cases::{Case, Input};

/// What an evaluation starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Values in the engine's own form.
    Parsed,
    /// The bytes of the request.
    Bytes,
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "parsed" => Ok(Self::Parsed),
            "bytes" => Ok(Self::Bytes),
            _ => Err("say `parsed` or `bytes`".to_owned()),
        }
    }
}

/// An engine with one compiled rule.
pub trait Contender: Sized {
    /// A request in the engine's own form.
    type Data;

    /// Compiles the rule.
    ///
    /// # Errors
    /// Why this engine cannot express it.
    fn prepare(case: &Case) -> Result<Self, String>;

    /// Reads a request; outside the timing.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&mut self, input: &Input) -> Result<Self::Data, String>;

    /// Decides on values that were read before.
    ///
    /// # Errors
    /// Why the rule cannot be evaluated.
    fn decide(&mut self, data: &mut Self::Data) -> Result<bool, String>;

    /// Reads a request and decides.
    ///
    /// # Errors
    /// Why it cannot be read or evaluated.
    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String>;
}

/// A contender with its requests, behind one type for all engines. The loop is inside, so that its dynamic call is
/// not measured.
pub trait Lane {
    /// Decides on every request once.
    ///
    /// # Errors
    /// Why one cannot be evaluated.
    fn decisions(&mut self, start: Start) -> Result<Vec<bool>, String>;

    /// Decides on every request `times` times; answers with how many applied, so that no work can be left out.
    fn run(&mut self, start: Start, times: u64) -> u64;
}

struct Prepared<C: Contender> {
    contender: C,
    inputs: Vec<Input>,
    data: Vec<C::Data>,
}

/// Prepares an engine for a rule.
///
/// # Errors
/// Why the engine cannot express the rule or read a request.
pub fn lane<C: Contender + 'static>(case: &Case) -> Result<Box<dyn Lane>, String> {
    let mut contender = C::prepare(case)?;
    let inputs = case.inputs.clone();
    let data = inputs
        .iter()
        .map(|input| contender.read(input))
        .collect::<Result<_, _>>()?;
    Ok(Box::new(Prepared {
        contender,
        inputs,
        data,
    }))
}

impl<C: Contender> Lane for Prepared<C> {
    fn decisions(&mut self, start: Start) -> Result<Vec<bool>, String> {
        match start {
            Start::Parsed => self.data.iter_mut().map(|data| self.contender.decide(data)).collect(),
            Start::Bytes => self
                .inputs
                .iter()
                .map(|input| self.contender.decide_bytes(input))
                .collect(),
        }
    }

    fn run(&mut self, start: Start, times: u64) -> u64 {
        let mut applied = 0;
        for _ in 0..times {
            match start {
                Start::Parsed => {
                    for data in &mut self.data {
                        applied += u64::from(self.contender.decide(black_box(data)) == Ok(true));
                    }
                }
                Start::Bytes => {
                    for input in &self.inputs {
                        applied += u64::from(self.contender.decide_bytes(black_box(input)) == Ok(true));
                    }
                }
            }
        }
        black_box(applied)
    }
}

/// An error in words.
pub(crate) fn words(error: impl Debug) -> String {
    format!("{error:?}")
}

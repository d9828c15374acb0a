//! datalogic-rs: the arena interface, the arena reset and reused.

use bumpalo::Bump;
use datalogic_rs::{Engine, Logic, ParsedData};

use crate::cases::{Case, Input};
use crate::lanes::{Contender, words};

pub(super) struct Datalogic {
    engine: Engine,
    logic: Logic,
    arena: Bump,
}

impl Datalogic {
    fn evaluate<'a>(&'a self, data: impl datalogic_rs::EvalInput<'a>) -> Result<bool, String> {
        let result = self.engine.evaluate(&self.logic, data, &self.arena).map_err(words)?;
        result.as_bool().ok_or_else(|| format!("not a boolean: {result:?}"))
    }
}

impl Contender for Datalogic {
    type Data = ParsedData;

    fn prepare(case: &Case) -> Result<Self, String> {
        let engine = Engine::new();
        let logic = engine.compile(case.datalogic.to_string().as_str()).map_err(words)?;
        Ok(Self {
            engine,
            logic,
            arena: Bump::new(),
        })
    }

    fn read(&mut self, input: &Input) -> Result<ParsedData, String> {
        let text = std::str::from_utf8(&input.flat).map_err(words)?;
        ParsedData::from_json(text).map_err(words)
    }

    fn decide(&mut self, data: &mut ParsedData) -> Result<bool, String> {
        self.arena.reset();
        self.evaluate(&*data)
    }

    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String> {
        self.arena.reset();
        let text = std::str::from_utf8(&input.flat).map_err(words)?;
        self.evaluate(text)
    }
}

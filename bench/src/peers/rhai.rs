//! rhai: its bytecode machine (`grain`), on a scope that is reused.

use rhai::grain::{Compiler, Program, Vm};
use rhai::{Dynamic, Engine, Map, OptimizationLevel, Scope};

use crate::cases::{Case, Input};
use crate::lanes::{Contender, words};

pub(super) struct Rhai {
    program: Program<'static>,
    machine: Vm<'static>,
    scope: Scope<'static>,
}

impl Contender for Rhai {
    type Data = Scope<'static>;

    fn prepare(case: &Case) -> Result<Self, String> {
        let mut engine = Engine::new();
        engine.set_optimization_level(OptimizationLevel::Full);
        // The machine borrows the engine; one for each rule lives as long as the process.
        let engine: &'static Engine = Box::leak(Box::new(engine));
        let ast = engine.compile(&case.rhai).map_err(words)?;
        let program = Compiler::new().compile(&ast);
        Ok(Self {
            program: program.into_owned(),
            machine: Vm::new(engine),
            scope: Scope::new(),
        })
    }

    fn read(&mut self, input: &Input) -> Result<Scope<'static>, String> {
        let mut scope = Scope::new();
        fill(&mut scope, &input.flat)?;
        Ok(scope)
    }

    fn decide(&mut self, data: &mut Scope<'static>) -> Result<bool, String> {
        let length = data.len();
        let result = self.machine.eval_with_scope(data, &self.program).map_err(words)?;
        data.rewind(length);
        result.as_bool().map_err(words)
    }

    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String> {
        self.scope.clear();
        fill(&mut self.scope, &input.flat)?;
        let result = self
            .machine
            .eval_with_scope(&mut self.scope, &self.program)
            .map_err(words)?;
        result.as_bool().map_err(words)
    }
}

fn fill(scope: &mut Scope<'static>, json: &[u8]) -> Result<(), String> {
    let object: Dynamic = serde_json::from_slice(json).map_err(words)?;
    for (name, value) in object.try_cast::<Map>().unwrap_or_default() {
        scope.push_dynamic(name, value);
    }
    Ok(())
}

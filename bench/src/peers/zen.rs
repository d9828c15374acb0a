//! zen-expression: compiled bytecode on a virtual machine that is reused; its numbers are decimals, as ours.

use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

use crate::cases::{Case, Input};
use crate::lanes::{Contender, words};

pub(super) struct Zen {
    expression: Expression<Standard>,
    machine: VM,
}

impl Zen {
    fn evaluate(&mut self, scope: &Scope) -> Result<bool, String> {
        let result = self
            .expression
            .evaluate_with_scope(scope, &mut self.machine)
            .map_err(words)?;
        result.as_bool().ok_or_else(|| format!("not a boolean: {result:?}"))
    }
}

impl Contender for Zen {
    type Data = Scope;

    fn prepare(case: &Case) -> Result<Self, String> {
        Ok(Self {
            expression: compile_expression(&case.zen).map_err(words)?,
            machine: VM::new(),
        })
    }

    fn read(&mut self, input: &Input) -> Result<Scope, String> {
        let variable: Variable = serde_json::from_slice(&input.flat).map_err(words)?;
        Ok(Scope::new(variable))
    }

    fn decide(&mut self, data: &mut Scope) -> Result<bool, String> {
        self.evaluate(data)
    }

    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String> {
        let scope = self.read(input)?;
        self.evaluate(&scope)
    }
}

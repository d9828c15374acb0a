//! A stored program: whatever the bytes, an error or a program that can be stored again and ends.
//!
//! An input is a condition's source, a byte 0xFF and edits of four bytes each, which damage the compiled condition; or,
//! when that source is none, the stored bytes themselves. So the corpus outlives changes of the stored form.

#![no_main]

use std::sync::LazyLock;

use engine::evaluate::{AnswerHead, Evaluator, write_answer};
use engine::expression::{Condition, FUEL, FaultKind, Inputs, Machine, Outcome, Program};
use engine::ids::{EvaluationId, RedemptionId};
use engine::promotion::Rule;
use engine_fuzz::{CASES, SPARSE_BODY, rule_of_cases, with_program, zone};
use libfuzzer_sys::fuzz_target;

/// Ends a source; no text in UTF-8 holds it.
const END: u8 = 0xFF;
/// What an edit writes is one byte: some dozens of them are enough for any damage.
const MAX_EDITS: usize = 64;
/// The fuel of the comparisons; the last is too little for the longest loops.
const FUELS: [u32; 4] = [0, 9, 200, 20_000];

static RULE: LazyLock<Rule> = LazyLock::new(|| rule_of_cases("total > 100 and any(lines, l => l.sku == 'A')"));

fuzz_target!(|input: &[u8]| {
    let Ok(program) = Program::load(&stored(input)) else {
        return;
    };
    let bytes = program.to_bytes();
    let again = Program::load(&bytes).unwrap();
    assert_eq!(again, program);
    assert_eq!(again.to_bytes(), bytes);
    check_fuel(&program, &Inputs::default());
    let rule = with_program(&RULE, &program);
    for body in [CASES.request.body.as_str(), SPARSE_BODY] {
        let mut evaluator = Evaluator::default();
        check_answer(&mut evaluator, &rule, body);
        check_fuel(&program, evaluator.inputs());
    }
});

fn stored(input: &[u8]) -> Vec<u8> {
    let mut halves = input.splitn(2, |byte| *byte == END);
    let source = halves.next().and_then(|source| std::str::from_utf8(source).ok());
    let condition = source.and_then(|source| Condition::check(source, &CASES.attributes).ok());
    let Some(condition) = condition else {
        return input.to_vec();
    };
    let mut bytes = Program::compile(&condition, &zone()).to_bytes();
    for edit in halves.next().unwrap_or_default().chunks_exact(4).take(MAX_EDITS) {
        let [kind, low, high, value] = *edit else { continue };
        let place = usize::from(u16::from_le_bytes([low, high])) % (bytes.len() + 1);
        // One more or less is what bounds are missed by, and seldom what a random byte is.
        match (kind % 5, bytes.get_mut(place)) {
            (0, Some(byte)) => *byte = value,
            (1, Some(_)) => _ = bytes.remove(place),
            (2, Some(byte)) => *byte = byte.wrapping_add(1),
            (3, Some(byte)) => *byte = byte.wrapping_sub(1),
            _ => bytes.insert(place, value),
        }
    }
    bytes
}

/// An answer or field errors; an answer is JSON.
fn check_answer(evaluator: &mut Evaluator, rule: &Rule, body: &str) {
    let Ok(evaluation) = evaluator.evaluate(rule, body.as_bytes(), CASES.request.now) else {
        return;
    };
    assert_eq!(evaluation.request.fingerprint().len(), 64);
    let head = AnswerHead {
        evaluation_id: EvaluationId::from_parts(0, [0; 10]),
        redemption_id: RedemptionId::from_parts(0, [0; 10]),
        rule_age_seconds: 0,
    };
    let mut answer = Vec::new();
    write_answer(&mut answer, &head, rule, &evaluation.decision);
    serde_json::from_slice::<serde_json::Value>(&answer).unwrap();
}

/// No evaluation takes more steps than it was given, and more fuel changes no decision.
fn check_fuel(program: &Program, inputs: &Inputs) {
    let mut machine = Machine::default();
    let mut decided = None;
    for fuel in FUELS {
        let (outcome, steps) = program.evaluate_with(inputs, &mut machine, fuel);
        assert!(steps <= fuel, "{steps} steps of {fuel}");
        let out_of_fuel = matches!(
            outcome,
            Outcome::Fault {
                kind: FaultKind::OutOfFuel,
                ..
            }
        );
        match decided {
            None if out_of_fuel => {}
            None => decided = Some((outcome, steps)),
            Some(decided) => assert_eq!((outcome, steps), decided),
        }
    }
    let (outcome, steps) = program.evaluate_with(inputs, &mut machine, FUEL);
    assert!(steps <= FUEL);
    assert!(decided.is_none_or(|decided| decided == (outcome, steps)));
}

//! Laws that hold for every condition and every request, held against random ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod defaults;
mod mix;
mod numbers;
mod traces;

use conformance::{Case, deepest, run_deepest};
use engine::evaluate::{AnswerHead, Evaluator, write_answer};
use engine::expression::{Condition, FUEL, FaultKind, Machine, Outcome, Program, explain, parse};
use engine::ids::{EvaluationId, OrganizationId, PromotionId, RedemptionId};
use engine::promotion::{Rule, Status};

/// Cases of each property: some seconds without optimisation.
const CASES: u32 = 3_000;

/// A case whose condition fits its attributes.
struct Sound {
    case: Case,
    condition: Condition,
    rule: Rule,
}

/// The sound cases of a seed; each property has its own seed.
fn sound(seed: u64) -> impl Iterator<Item = Sound> {
    (0..CASES).filter_map(move |number| {
        let case = Case::generate(seed, number);
        let terms = case.terms().ok()?;
        let organization = OrganizationId::from_parts(0, [0; 10]);
        let promotion = PromotionId::from_parts(0, [0; 10]);
        let rule = Rule::new(organization, promotion, 1, Status::Active, &terms, &case.zone);
        let condition = terms.condition().clone();
        Some(Sound { case, condition, rule })
    })
}

/// The same, with requests that fit as well: `check` gets them read.
fn evaluated(seed: u64, mut check: impl FnMut(&Sound, &Evaluator)) {
    let mut evaluator = Evaluator::default();
    let mut checked = 0;
    for sound in sound(seed) {
        if evaluator
            .read(&sound.rule, sound.case.body.as_bytes(), sound.case.now)
            .is_ok()
        {
            check(&sound, &evaluator);
            checked += 1;
        }
    }
    assert!(checked > CASES * 4 / 5, "only {checked} cases were checked");
}

fn is_out_of_fuel(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Fault {
            kind: FaultKind::OutOfFuel,
            ..
        }
    )
}

/// A tree without its places, as text.
fn without_spans(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut parts = text.split("Span { start: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once('}').unwrap().1)
}

#[test]
fn a_printed_tree_parses_to_the_same_tree() {
    let mut checked = 0;
    for number in 0..CASES {
        let source = Case::generate(1, number).source;
        let Ok(tree) = parse(&source) else { continue };
        let printed = tree.to_string();
        match parse(&printed) {
            Ok(again) => {
                assert_eq!(without_spans(&tree), without_spans(&again), "{source}\n{printed}");
                checked += 1;
            }
            // With `and` for `&&` and a space after each comma it may be longer than a source may be.
            Err(error) => assert_eq!(error.code, "too_long", "{source}\n{printed}"),
        }
    }
    assert!(checked > CASES * 9 / 10, "only {checked} trees were checked");
}

#[test]
fn diagnostics_name_parts_of_the_source() {
    for number in 0..CASES {
        let case = Case::generate(2, number);
        let found = match Condition::check(&case.source, &case.schema()) {
            Ok(condition) => condition.warnings().to_vec(),
            Err(errors) => {
                assert!(!errors.is_empty(), "{}", case.source);
                errors
            }
        };
        for diagnostic in found {
            let place = case.source.get(diagnostic.start..diagnostic.end);
            assert!(place.is_some(), "{}: {diagnostic:?}", case.source);
        }
    }
}

#[test]
fn every_way_to_the_outcome_is_the_same() {
    let mut machine = Machine::default();
    evaluated(3, |sound, evaluator| {
        let Sound { case, condition, rule } = sound;
        let inputs = evaluator.inputs();
        let compiled = rule.program().evaluate(inputs, &mut machine);
        let loaded = Program::load(&rule.program().to_bytes()).unwrap();
        assert_eq!(&loaded, rule.program(), "{case:#?}");
        assert_eq!(loaded.evaluate(inputs, &mut machine), compiled, "{case:#?}");
        let unoptimised = Program::compile_unoptimised(condition, &case.zone).evaluate(inputs, &mut machine);
        let (explained, traces) = explain(condition, inputs, &case.zone);
        for other in [unoptimised, explained] {
            let comparable = !is_out_of_fuel(compiled) && !is_out_of_fuel(other);
            assert!(
                !comparable || other == compiled,
                "{compiled:?}, but {other:?}\n{case:#?}\n{traces:#?}"
            );
        }
    });
}

#[test]
fn fuel_only_decides_whether_there_is_an_outcome() {
    let mut machine = Machine::default();
    evaluated(4, |Sound { case, condition, rule }, evaluator| {
        let inputs = evaluator.inputs();
        for program in [rule.program(), &Program::compile_unoptimised(condition, &case.zone)] {
            let mut evaluate = |fuel| program.evaluate_with(inputs, &mut machine, fuel);
            let (outcome, steps) = evaluate(FUEL);
            let most = condition.most_steps() + 1;
            assert!(u64::from(steps) <= most, "{steps} steps, at most {most}\n{case:#?}");
            if is_out_of_fuel(outcome) {
                assert!(is_out_of_fuel(evaluate(FUEL / 2).0), "{case:#?}");
                continue;
            }
            assert_eq!(evaluate(steps), (outcome, steps), "{case:#?}");
            assert_eq!(evaluate(FUEL * 2), (outcome, steps), "{case:#?}");
            for less in [0, steps / 2, steps - 1] {
                assert!(is_out_of_fuel(evaluate(less).0), "{less} of {steps}\n{case:#?}");
            }
        }
    });
}

/// Everything that one evaluation says.
fn said(evaluator: &mut Evaluator, sound: &Sound) -> String {
    let Sound { case, rule, .. } = sound;
    match evaluator.evaluate(rule, case.body.as_bytes(), case.now) {
        Err(error) => format!("{error:?}"),
        Ok(evaluation) => {
            let head = AnswerHead {
                evaluation_id: EvaluationId::from_parts(0, [0; 10]),
                redemption_id: RedemptionId::from_parts(0, [0; 10]),
                rule_age_seconds: 0,
            };
            let mut answer = Vec::new();
            write_answer(&mut answer, &head, rule, &evaluation.decision);
            let request = evaluation.request;
            format!("{answer:?} {} {request:?}", request.fingerprint())
        }
    }
}

#[test]
fn nothing_of_a_request_is_left_for_the_next() {
    let mut reused = Evaluator::default();
    for sound in sound(5) {
        let fresh = said(&mut Evaluator::default(), &sound);
        assert_eq!(said(&mut reused, &sound), fresh, "{:#?}", sound.case);
        assert_eq!(said(&mut reused, &sound), fresh, "the second time: {:#?}", sound.case);
    }
}

#[test]
fn answers_are_json() {
    let mut evaluator = Evaluator::default();
    for sound in sound(6) {
        let Ok(evaluation) = evaluator.evaluate(&sound.rule, sound.case.body.as_bytes(), sound.case.now) else {
            continue;
        };
        let head = AnswerHead {
            evaluation_id: EvaluationId::from_parts(0, [0; 10]),
            redemption_id: RedemptionId::from_parts(0, [0; 10]),
            rule_age_seconds: 0,
        };
        let mut answer = Vec::new();
        write_answer(&mut answer, &head, &sound.rule, &evaluation.decision);
        let read = serde_json::from_slice::<engine::wire::v1::EvaluateAnswer>(&answer);
        assert!(
            read.is_ok(),
            "{read:?}\n{}\n{:#?}",
            String::from_utf8_lossy(&answer),
            sound.case
        );
    }
}

#[test]
fn the_deepest_conditions_are_answered() {
    assert_eq!(run_deepest().mix.broken, 0);
    let accepted = deepest().iter().filter(|case| case.terms().is_ok()).count();
    assert!(accepted > 20, "only {accepted} are accepted");
}

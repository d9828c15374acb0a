//! A condition's source: whatever the text, the diagnostics point into it; and when it is a condition, every way to its
//! decision gives the same one.

#![no_main]

use engine::evaluate::Evaluator;
use engine::expression::{
    Argument, Condition, Diagnostic, Expr, ExprKind, FUEL, FaultKind, Identifier, Inputs, MAX_SOURCE_BYTES, Machine,
    Outcome, Program, Span, explain, parse,
};
use engine_fuzz::{CASES, SPARSE_BODY, rule_of_cases, zone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    if let Ok(tree) = parse(source) {
        check_print(&tree);
    }
    match Condition::check(source, &CASES.attributes) {
        Ok(condition) => {
            check_places(source, condition.warnings());
            assert!(condition.references().is_sorted());
            check_evaluations(&condition);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            check_places(source, &errors);
        }
    }
});

fn check_places(source: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        assert!(source.get(diagnostic.start..diagnostic.end).is_some(), "{diagnostic:?}");
    }
}

/// Parsing what a tree prints as gives the tree again. Printing adds spaces: it may make a long source too long.
fn check_print(tree: &Expr) {
    let printed = tree.to_string();
    if printed.len() > MAX_SOURCE_BYTES {
        return;
    }
    let again = parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error:?}"));
    assert_eq!(without_places(again), without_places(tree.clone()), "{printed}");
}

fn check_evaluations(condition: &Condition) {
    let zone = zone();
    let programs = [
        Program::compile(condition, &zone),
        Program::compile_unoptimised(condition, &zone),
    ];
    let loaded = programs
        .each_ref()
        .map(|program| Program::load(&program.to_bytes()).unwrap());
    assert_eq!(loaded, programs);
    let rule = rule_of_cases(condition.source());
    for body in [CASES.request.body.as_str(), SPARSE_BODY] {
        let mut evaluator = Evaluator::default();
        evaluator.read(&rule, body.as_bytes(), CASES.request.now).unwrap();
        check_outcomes(condition, &programs, evaluator.inputs());
    }
}

fn check_outcomes(condition: &Condition, programs: &[Program], inputs: &Inputs) {
    let mut machine = Machine::default();
    let mut outcomes = vec![explain(condition, inputs, &zone()).0];
    for program in programs {
        let (outcome, steps) = program.evaluate_with(inputs, &mut machine, FUEL);
        let most = condition.most_steps().saturating_add(1);
        assert!(u64::from(steps) <= most, "{steps} steps, at most {most}");
        assert!(!is(outcome, FaultKind::Corrupt));
        if !is(outcome, FaultKind::OutOfFuel) {
            // As many steps are enough, and one less is not.
            assert_eq!(program.evaluate_with(inputs, &mut machine, steps), (outcome, steps));
            let (short, _) = program.evaluate_with(inputs, &mut machine, steps - 1);
            assert!(is(short, FaultKind::OutOfFuel));
        }
        outcomes.push(outcome);
    }
    // Each way has its own steps: what one has fuel for another may not.
    outcomes.retain(|outcome| !is(*outcome, FaultKind::OutOfFuel));
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{outcomes:?}");
}

fn is(outcome: Outcome, fault: FaultKind) -> bool {
    matches!(outcome, Outcome::Fault { kind, .. } if kind == fault)
}

/// The tree with every place at 0.
fn without_places(expr: Expr) -> Expr {
    let boxed = |expr: Box<Expr>| Box::new(without_places(*expr));
    let all = |exprs: Vec<Expr>| exprs.into_iter().map(without_places).collect();
    let kind = match expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Boolean(_) | ExprKind::Name(_) => expr.kind,
        ExprKind::List(elements) => ExprKind::List(all(elements)),
        ExprKind::Field { object, name } => ExprKind::Field {
            object: boxed(object),
            name: nowhere(name),
        },
        ExprKind::Index { list, index } => ExprKind::Index {
            list: boxed(list),
            index: boxed(index),
        },
        ExprKind::Not(inner) => ExprKind::Not(boxed(inner)),
        ExprKind::Negate(inner) => ExprKind::Negate(boxed(inner)),
        ExprKind::Arithmetic { operator, left, right } => ExprKind::Arithmetic {
            operator,
            left: boxed(left),
            right: boxed(right),
        },
        ExprKind::Compare { operator, left, right } => ExprKind::Compare {
            operator,
            left: boxed(left),
            right: boxed(right),
        },
        ExprKind::In { negated, item, list } => ExprKind::In {
            negated,
            item: boxed(item),
            list: boxed(list),
        },
        ExprKind::Between {
            negated,
            item,
            low,
            high,
        } => ExprKind::Between {
            negated,
            item: boxed(item),
            low: boxed(low),
            high: boxed(high),
        },
        ExprKind::And(parts) => ExprKind::And(all(parts)),
        ExprKind::Or(parts) => ExprKind::Or(all(parts)),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => ExprKind::If {
            condition: boxed(condition),
            then: boxed(then),
            otherwise: boxed(otherwise),
        },
        ExprKind::Call { function, arguments } => ExprKind::Call {
            function: nowhere(function),
            arguments: arguments.into_iter().map(argument_without_places).collect(),
        },
    };
    Expr {
        span: Span::default(),
        kind,
    }
}

fn argument_without_places(argument: Argument) -> Argument {
    match argument {
        Argument::Value(value) => Argument::Value(without_places(value)),
        Argument::Lambda { element, body } => Argument::Lambda {
            element: nowhere(element),
            body: without_places(body),
        },
    }
}

fn nowhere(name: Identifier) -> Identifier {
    Identifier {
        span: Span::default(),
        ..name
    }
}

//! A declared default stands for what a request leaves out.

use engine::evaluate::Evaluator;
use engine::expression::Machine;
use serde_json::Value;

use super::evaluated;
use super::numbers::Body;

/// The members that a body leaves out although they have a default, as it would write them.
fn left_out(attributes: &str, body: &str) -> Vec<String> {
    let declared: serde_json::Map<String, Value> = serde_json::from_str(attributes).unwrap();
    let sent: Body = serde_json::from_str(body).unwrap();
    let members = declared.iter().filter_map(|(name, declaration)| {
        let default = declaration
            .get("default")
            .filter(|_| !sent.attributes.contains_key(name))?;
        let is_number = declaration["type"] == "number" || declaration["type"] == "integer";
        let value = default.as_str().filter(|_| is_number);
        Some(format!(
            "\"{name}\":{}",
            value.map_or_else(|| default.to_string(), str::to_owned)
        ))
    });
    members.collect()
}

#[test]
fn a_default_is_as_good_as_a_value() {
    let (mut other, mut machine) = (Evaluator::default(), Machine::default());
    let mut checked = 0;
    evaluated(8, |sound, evaluator| {
        let (case, program) = (&sound.case, sound.rule.program());
        let members = left_out(&case.attributes, &case.body);
        if members.is_empty() {
            return;
        }
        let attributes = format!("\"attributes\":{{{},", members.join(","));
        let body = case
            .body
            .replacen("\"attributes\":{", &attributes, 1)
            .replacen(",}", "}", 1);
        other.read(&sound.rule, body.as_bytes(), case.now).unwrap();
        let outcome = program.evaluate(evaluator.inputs(), &mut machine);
        assert_eq!(
            program.evaluate(other.inputs(), &mut machine),
            outcome,
            "{body}\n{case:#?}"
        );
        checked += 1;
    });
    assert!(checked > 50, "only {checked} were checked");
}

//! An evaluator whose host brings the locations later decides as one that has them, or asks for them and says nothing else.

use chrono::{DateTime, Utc};
use engine::demographics::Locations;
use engine::evaluate::{EvaluateError, Evaluator};
use engine::promotion::Rule;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400, 0).unwrap_or_default()
}

/// All that an evaluation says, or why there is none.
fn said(evaluator: &mut Evaluator, rule: &Rule, body: &str) -> Result<String, EvaluateError> {
    let evaluation = evaluator.evaluate(rule, body.as_bytes(), now())?;
    let fingerprint = evaluation.request.fingerprint();
    Ok(format!("{:?} {fingerprint}", evaluation.decision))
}

fn check(rule: &Rule, body: &str, is_needed: bool) {
    let expected = said(&mut Evaluator::default(), rule, body);
    let mut evaluator = Evaluator::without_locations();
    let without = said(&mut evaluator, rule, body);
    if is_needed {
        assert_eq!(without, Err(EvaluateError::LocationsNeeded), "{body}");
    } else {
        assert_eq!(without, expected, "{body}");
    }
    evaluator.set_locations(Locations::embedded());
    assert_eq!(said(&mut evaluator, rule, body), expected, "{body}");
}

#[test]
fn locations_are_asked_for_where_a_city_is_judged() {
    let rule = Rule::from_json(include_str!("data/rule.v3.json")).unwrap();
    let countries = [
        ("", false),
        ("\"country\": null,", false),
        ("\"country\": 5,", false),
        ("\"country\": \"XX\",", false),
        ("\"country\": \"UY\",", true),
        // It has no location.
        ("\"country\": \"BV\",", true),
    ];
    let cities = [
        ("", false),
        ("\"city\": null,", false),
        ("\"city\": 5,", false),
        ("\"city\": \"\",", false),
        ("\"city\": \"Montevideo\",", false),
        ("\"city\": \"mvd\",", false),
        ("\"city\": \"\\ud83d\",", false),
        ("\"city\": \"MVD\",", true),
        ("\"city\": \"\\u004dVD\",", true),
        ("\"city\": \"NYC\",", true),
        ("\"city\": \"MVD\", \"city\": \"NYC\",", true),
    ];
    let ends = [
        r#""attributes": {"total": 120.50, "quantity": 3, "payment_method": "visa"}, "transaction_id": "t"}"#,
        r#""attributes": {"total": 1, "quantity": 3, "payment_method": "visa"}, "transaction_id": "t"}"#,
        r#""attributes": {"total": "1"}, "birth_date": "2999-01-01"}"#,
    ];
    for (country, is_known) in countries {
        for (city, is_code) in cities {
            for end in ends {
                let is_needed = is_known && is_code;
                check(&rule, &format!("{{{country}{city}{end}"), is_needed);
                check(&rule, &format!("{{{city}{country}{end}"), is_needed);
            }
        }
    }
    for no_request in [
        "",
        "[]",
        r#"{"country": "UY", "city": "MVD""#,
        r#"[{"country": "UY", "city": "MVD"}]"#,
    ] {
        check(&rule, no_request, false);
    }
}

#[test]
fn the_locations_stay() {
    let rule = Rule::from_json(include_str!("data/rule.v3.json")).unwrap();
    let body = r#"{"country": "UY", "city": "NYC"}"#;
    let mut evaluator = Evaluator::without_locations();
    assert!(!evaluator.has_locations());
    evaluator.set_locations(Locations::embedded());
    assert!(evaluator.has_locations());
    for _ in 0..2 {
        let Err(EvaluateError::Invalid(errors)) = said(&mut evaluator, &rule, body) else {
            panic!("accepted");
        };
        assert!(errors.iter().any(|error| error.code == "city_not_in_country"));
    }
}

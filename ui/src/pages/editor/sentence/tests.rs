use serde_json::{Value, json};

use super::*;
use crate::i18n::Language;
use crate::i18n::tests::in_language;

/// Two places.
struct Atlas;

impl Names for Atlas {
    fn country(&self, code: &str) -> String {
        if code == "UY" { "Uruguay" } else { code }.to_owned()
    }

    fn city(&self, country: Option<&str>, code: &str) -> String {
        match (country, code) {
            (Some("UY"), "MVD") => "Montevideo",
            _ => code,
        }
        .to_owned()
    }
}

fn effect() -> Effect {
    let cap = json!({"amount": 50_000, "currency": "UYU"});
    Effect::parse(&json!({"type": "percentage", "percent": "10", "max_amount": cap})).unwrap()
}

fn limits(json: Value) -> Limits {
    Limits::parse(&json).unwrap()
}

/// English, then Spanish.
fn said(facts: &Facts<'_>) -> [String; 2] {
    Language::ALL.map(|language| in_language(language, || sentence(facts, &Atlas)))
}

fn plain<'a>(effect: &'a Effect, tree: Option<&'a Node>) -> Facts<'a> {
    Facts {
        kind: Kind::Discount,
        effect: Some(effect),
        tree,
        condition: "total * 2 > 100",
        starts_at: None,
        ends_at: None,
        time_zone: "UTC",
        limits: Limits::default(),
    }
}

#[test]
fn all_of_it() {
    let effect = effect();
    let tree: Node = serde_json::from_value(json!({"all": [
        {"row": {"field": "total", "type": "number", "op": "at_least", "values": ["1000"]}},
        {"row": {"field": "payment_method", "type": "string", "op": "one_of", "values": ["visa", "oca"]}},
    ]}))
    .unwrap();
    let facts = Facts {
        ends_at: Some("2027-01-31T20:30:00Z".parse().unwrap()),
        limits: limits(json!({"total": 500, "per_customer": 1, "budget": {"amount": 100_000, "currency": "UYU"}})),
        ..plain(&effect, Some(&tree))
    };
    let [english, spanish] = said(&facts);
    assert_eq!(
        english,
        "10 % off, at most 500.00 UYU, when total is at least 1,000 and payment method is visa or oca; \
         from activation until 2027-01-31T20:30Z; once per customer; 500 times in all; 1,000.00 UYU in all."
    );
    assert_eq!(
        spanish,
        "10 % de descuento, hasta 500,00 UYU, cuando total es al menos 1.000 y payment method es visa o oca; \
         desde su activación hasta el 2027-01-31T20:30Z; una vez por cliente; 500 veces en total; \
         1.000,00 UYU en total."
    );
}

#[test]
fn what_the_builder_cannot_show_is_quoted() {
    let effect = effect();
    let facts = Facts {
        effect: None,
        kind: Kind::Coupon,
        ..plain(&effect, None)
    };
    let [english, spanish] = said(&facts);
    assert_eq!(
        english,
        "With a coupon: a discount that is not complete yet, when the condition “total * 2 > 100” is true; \
         from activation without end."
    );
    assert_eq!(
        spanish,
        "Con un cupón: un descuento aún incompleto, cuando se cumple la condición «total * 2 > 100»; \
         desde su activación sin fin."
    );
}

#[test]
fn conditions() {
    let effect = effect();
    let check = |tree: Value, english: &str, spanish: &str| {
        let tree: Node = serde_json::from_value(tree).unwrap();
        let found = said(&plain(&effect, Some(&tree)));
        let expected = [
            format!("10 % off, at most 500.00 UYU, {english}; from activation without end."),
            format!("10 % de descuento, hasta 500,00 UYU, {spanish}; desde su activación sin fin."),
        ];
        assert_eq!(found, expected);
    };
    let row = |field: &str, kind: &str, op: &str, values: &[&str]| json!({"row": {"field": field, "type": kind, "op": op, "values": values}});
    let member = || row("member", "boolean", "is_true", &[]);
    let uy = || row("country", "country", "equals", &["UY"]);
    let city = || row("city", "city", "one_of", &["MVD", "PDP"]);
    check(json!({"all": []}), "always", "siempre");
    check(member(), "when member is yes", "cuando member es sí");
    check(
        json!({"all": [uy(), {"any": [city(), member()]}]}),
        "when the country is Uruguay and (the city is Montevideo or PDP or member is yes)",
        "cuando el país es Uruguay y (la ciudad es Montevideo o PDP o member es sí)",
    );
    check(
        json!({"not": {"all": [member(), member()]}}),
        "when it is not true that (member is yes and member is yes)",
        "cuando no se cumple que (member es sí y member es sí)",
    );
    check(
        json!({"some": {"list": "lines", "element": "line", "where": row("line.sku", "string", "not_equals", &["A-1"])}}),
        "when for one of lines at least line sku is not “A-1”",
        "cuando para al menos uno de lines line sku no es «A-1»",
    );
    check(
        json!({"row": {"field": "now", "function": "weekday", "type": "integer", "op": "between", "values": ["1", "5"]}}),
        "when the day of the week is between Monday and Friday",
        "cuando el día de la semana está entre lunes y viernes",
    );
    check(
        row("delivery", "date", "less", &["2026-12-24"]),
        "when delivery is before 2026-12-24",
        "cuando delivery es anterior a 2026-12-24",
    );
    check(
        row("note", "string", "absent", &[]),
        "when note is not given",
        "cuando note no se informa",
    );
}

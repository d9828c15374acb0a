use engine::expression::Schema;
use engine::wire::workbench::Operator;
use serde_json::{Value, json};

use super::*;

fn tree(json: Value) -> Tree {
    Tree::new(serde_json::from_value(json).unwrap())
}

fn json(tree: &Tree) -> Value {
    serde_json::to_value(tree.to_node().0).unwrap()
}

fn row(field: &str, op: &str, values: &[&str]) -> Value {
    let kind = match field {
        "country" => "country",
        "city" => "city",
        _ => "number",
    };
    if values.is_empty() {
        return json!({"row": {"field": field, "type": kind, "op": op}});
    }
    json!({"row": {"field": field, "type": kind, "op": op, "values": values}})
}

fn scope() -> Scope {
    let schema: Schema = serde_json::from_value(json!({
        "total": "number", "note": "string?", "member": "boolean", "tags": "list<string>",
        "lines": "list<object{sku: string, gift: boolean?, options: list<object{name: string}>}>",
        "customer": "object{tier: string}",
    }))
    .unwrap();
    Scope::new(schema)
}

fn field(key: &str) -> Field {
    scope().fields().into_iter().find(|field| field.key() == key).unwrap()
}

#[test]
fn nodes_come_back() {
    let a = || row("a", "more", &["1"]);
    let b = || row("b", "less", &["2"]);
    let check = |node: Value| assert_eq!(json(&tree(node.clone())), node);
    check(json!({"all": []}));
    check(json!({"all": [a(), b()]}));
    check(json!({"any": [a(), {"all": [b(), a()]}]}));
    check(json!({"not": {"any": [a(), {"not": {"all": [b(), a()]}}]}}));
    check(json!({"all": [{"not": a()}, b()]}));
    check(json!({"all": [
        {"some": {"list": "lines", "element": "line", "where": {"all": [a(), b()]}}},
        {"not": {"every": {"list": "lines", "element": "line", "where": {"any": [a(), b()]}}}},
    ]}));
}

#[test]
fn the_outermost_part_is_a_group() {
    let a = row("a", "more", &["1"]);
    assert_eq!(json(&tree(a.clone())), json!({"all": [a]}));
    assert_eq!(json(&tree(json!({"not": a}))), json!({"all": [{"not": a}]}));
    let twice = json!({"not": {"not": {"any": [a, a]}}});
    assert_eq!(json(&tree(twice)), json!({"any": [a, a]}));
}

#[test]
fn unfinished_rows_stay_out() {
    let mut tree = tree(json!({"all": [row("a", "more", &["1"])]}));
    let added = tree.add(ROOT, Part::Row(FilledRow::new(&field("total")))).unwrap();
    let before = json!({"all": [row("a", "more", &["1"])]});
    assert_eq!(json(&tree), before);
    let group = Part::Group(Group {
        join: Join::Any,
        members: Vec::new(),
    });
    let empty = tree.add(ROOT, group).unwrap();
    assert_eq!(json(&tree), before);
    tree.edit_row(added, |row| row.set_value(0, "5".to_owned()));
    let filled = row("total", "at_least", &["5"]);
    assert_eq!(json(&tree), json!({"all": [row("a", "more", &["1"]), filled]}));
    assert!(tree.is_unfinished());
    tree.remove(empty);
    assert!(!tree.is_unfinished());
    // Once it is part of the condition it stays there, for the workbench to say what is missing.
    tree.edit_row(added, |row| row.set_value(0, String::new()));
    let emptied = row("total", "at_least", &[""]);
    assert_eq!(json(&tree), json!({"all": [row("a", "more", &["1"]), emptied]}));
    tree.remove(added);
    assert_eq!(json(&tree), before);
}

#[test]
fn places_are_those_of_what_is_sent() {
    let mut tree = tree(json!({"any": [row("a", "more", &["1"]), row("b", "more", &["1"])]}));
    let inner = Group {
        join: Join::NotAll,
        members: Vec::new(),
    };
    let group = tree.add(ROOT, Part::Group(inner)).unwrap();
    let within = tree.add(group, Part::Row(FilledRow::new(&field("total")))).unwrap();
    tree.edit_row(within, |row| row.set_value(0, "x".to_owned()));
    tree.remove(1);
    let places = tree.to_node().1;
    assert!(places.contains(&("/any/1/not/all/0".to_owned(), within)), "{places:?}");
}

#[test]
fn values_fit_the_operator() {
    let mut filled = FilledRow::new(&field("total"));
    assert_eq!((filled.row.op, filled.row.values.len()), (Operator::AtLeast, 1));
    filled.set_value(0, "5".to_owned());
    filled.set_operator(Operator::Between);
    assert_eq!(filled.row.values, ["5", ""]);
    assert!(!filled.is_unfinished);
    filled.set_operator(Operator::OneOf);
    assert_eq!(filled.row.values, ["5"]);
    filled.add_value("7".to_owned());
    filled.add_value("7".to_owned());
    assert_eq!(filled.row.values, ["5", "7"]);
    filled.remove_value("5");
    filled.set_field(&field("age"));
    assert!(filled.row.values.is_empty() && filled.is_unfinished);
    filled.set_field(&field("member"));
    assert_eq!(filled.row.op, Operator::IsTrue);
    assert!(!filled.is_unfinished);
}

#[test]
fn presence_is_asked_of_what_may_be_missing() {
    let check = |key: &str, expected: bool| {
        let offered = field(key).operators(None).contains(&Operator::Present);
        assert_eq!(offered, expected, "{key}");
    };
    check("note", true);
    check("country", true);
    check("total", false);
    check("now", false);
    assert!(
        field("total")
            .operators(Some(Operator::Present))
            .contains(&Operator::Present)
    );
}

#[test]
fn names_inside_of_questions() {
    let scope = scope();
    assert_eq!(scope.lists(), ["lines"]);
    let line = scope.inside("lines", "line");
    let keys: Vec<_> = line.fields().iter().map(Field::key).collect();
    assert!(
        keys.starts_with(&["line.gift".to_owned(), "line.options".to_owned()]),
        "{keys:?}"
    );
    assert!(keys.contains(&"customer.tier".to_owned()) && keys.contains(&"len(tags)".to_owned()));
    assert_eq!(line.lists(), ["line.options", "lines"]);
    let option = line.inside("line.options", "option");
    assert!(option.fields().iter().any(|field| field.path == "option.name"));
}

#[test]
fn elements_have_names_of_their_own() {
    let mut tree = tree(json!({"all": []}));
    let mut add = |list: &str| {
        let id = tree.add_question(ROOT, list, |name| name == "tag").unwrap();
        match tree.part(id) {
            Some(Part::Question { element, .. }) => element.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(add("lines"), "line");
    assert_eq!(add("lines"), "line_2");
    assert_eq!(add("cart.tags"), "tag_2");
    assert_eq!(add("menu"), "item");
}

#[test]
fn a_city_is_of_the_country_asked_for() {
    let check = |json: Value, id: usize, expected: Option<&str>| {
        assert_eq!(tree(json.clone()).country_of(id).as_deref(), expected, "{json}");
    };
    let city = || row("city", "one_of", &["MVD"]);
    let uy = || row("country", "equals", &["UY"]);
    check(json!({"all": [uy(), city()]}), 2, Some("UY"));
    check(
        json!({"all": [city(), row("country", "one_of", &["AR"])]}),
        1,
        Some("AR"),
    );
    check(json!({"all": [uy(), {"any": [city(), city()]}]}), 2, Some("UY"));
    check(json!({"any": [uy(), city()]}), 2, None);
    check(
        json!({"all": [row("country", "one_of", &["AR", "UY"]), city()]}),
        2,
        None,
    );
    check(json!({"all": [row("country", "not_equals", &["AR"]), city()]}), 2, None);
    check(json!({"all": [city()]}), 1, None);
}

#[test]
fn a_tree_in_the_place_of_another_has_numbers_of_its_own() {
    let first = tree(json!({"all": [row("a", "more", &["1"]), row("b", "more", &["1"])]}));
    let second = first.replaced_by(first.to_node().0);
    let numbers = |tree: &Tree| tree.root.members.iter().map(|member| member.id).collect::<Vec<_>>();
    assert_eq!((numbers(&first), numbers(&second)), (vec![1, 2], vec![3, 4]));
}

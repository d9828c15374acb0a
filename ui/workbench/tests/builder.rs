//! The laws of the rule builder: a tree that is written has itself as its outline, and a condition that has an outline is
//! written as it was.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use engine::expression::parse;
use engine::wire::workbench::{Function, Node, Operator, Outline, Question, Row, ValueType, Values};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn attributes() -> Value {
    json!({
        "total": "number", "quantity": "integer", "method": "string", "member": "boolean", "vip": "boolean?",
        "delivery": "date", "placed_at": "date_time", "tags": "list<string>", "prices": "list<number>",
        "days": "list<date>", "flags": "list<boolean>", "grid": "list<list<number>>",
        "lines": "list<object{sku: string, quantity: integer, gift: boolean?, options: list<string>}>",
        "customer": "object{tier: string, orders: integer, since: date?}"
    })
}

fn outline(condition: &str) -> Outline {
    let input = json!({"condition": condition, "attributes": attributes()}).to_string();
    serde_json::from_str(&workbench::outline(&input)).unwrap()
}

/// What a tree is written as, or the pointers and codes of what is wrong with it.
fn write(tree: &Value) -> Result<String, Vec<(String, String)>> {
    let answer: Value = serde_json::from_str(&workbench::write(&tree.to_string())).unwrap();
    if let Some(condition) = answer["condition"].as_str() {
        return Ok(condition.to_owned());
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer["errors"].as_array().unwrap().iter();
    Err(errors
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect())
}

/// A row, in short.
fn row(field: &str, kind: &str, op: &str, values: &[&str]) -> Value {
    let mut row = json!({"field": field, "type": kind, "op": op});
    if !values.is_empty() {
        row["values"] = json!(values);
    }
    json!({"row": row})
}

fn taken(field: &str, function: &str, kind: &str, op: &str, values: &[&str]) -> Value {
    let mut row = row(field, kind, op, values);
    row["row"]["function"] = json!(function);
    row
}

fn of_list(field: &str, kind: &str, op: &str, values: &[&str]) -> Value {
    let mut row = row(field, kind, op, values);
    row["row"]["list"] = json!(true);
    row
}

#[test]
fn conditions_and_their_trees() {
    let check = |condition: &str, tree: Value| {
        let found = outline(condition);
        assert_eq!(
            serde_json::to_value(&found).unwrap(),
            json!({"tree": tree}),
            "{condition}"
        );
        assert_eq!(write(&tree).unwrap(), condition);
    };
    check("true", json!({"all": []}));
    check("total >= 100", row("total", "number", "at_least", &["100"]));
    check("total != -12.50", row("total", "number", "not_equals", &["-12.50"]));
    check(
        "quantity not between 1 and 3",
        row("quantity", "integer", "not_between", &["1", "3"]),
    );
    check(
        "method in ['visa', 'oca']",
        row("method", "string", "one_of", &["visa", "oca"]),
    );
    check("method == 'it\\'s'", row("method", "string", "equals", &["it's"]));
    check("method == ''", row("method", "string", "equals", &[""]));
    check(
        "not contains(method, 'a')",
        row("method", "string", "not_contains", &["a"]),
    );
    check(
        "starts_with(method, 'vi')",
        row("method", "string", "starts_with", &["vi"]),
    );
    check("member", row("member", "boolean", "is_true", &[]));
    check("not member", row("member", "boolean", "is_false", &[]));
    check("member == false", row("member", "boolean", "equals", &["false"]));
    check("has(vip)", row("vip", "boolean", "present", &[]));
    check("not has(customer)", row("customer", "object", "absent", &[]));
    check(
        "delivery < date('2026-12-24')",
        row("delivery", "date", "less", &["2026-12-24"]),
    );
    check(
        "now between date_time('2026-12-24T18:00') and date_time('2026-12-24T21:00:00Z')",
        row(
            "now",
            "date_time",
            "between",
            &["2026-12-24T18:00", "2026-12-24T21:00:00Z"],
        ),
    );
    check(
        "country not in ['UY', 'AR']",
        row("country", "country", "none_of", &["UY", "AR"]),
    );
    check("city == 'MVD'", row("city", "city", "equals", &["MVD"]));
    check("age > 17", row("age", "integer", "more", &["17"]));
    check(
        "customer.tier == 'gold'",
        row("customer.tier", "string", "equals", &["gold"]),
    );
    check("'sale' in tags", of_list("tags", "string", "contains", &["sale"]));
    check(
        "9.99 not in prices",
        of_list("prices", "number", "not_contains", &["9.99"]),
    );
    check("has(grid)", of_list("grid", "list", "present", &[]));
    check("len(tags) > 2", taken("tags", "len", "integer", "more", &["2"]));
    check(
        "weekday(now) in [6, 7]",
        taken("now", "weekday", "integer", "one_of", &["6", "7"]),
    );
    check(
        "lower(country) == 'uy'",
        taken("country", "lower", "string", "equals", &["uy"]),
    );
    check(
        "date(placed_at) == date('2026-12-24')",
        taken("placed_at", "date", "date", "equals", &["2026-12-24"]),
    );
    let member = row("member", "boolean", "is_true", &[]);
    let adult = row("age", "integer", "at_least", &["18"]);
    let large = row("total", "number", "more", &["5"]);
    check("member and age >= 18", json!({"all": [member, adult]}));
    check(
        "member and (age >= 18 or total > 5)",
        json!({"all": [member, {"any": [adult, large]}]}),
    );
    check(
        "member and (age >= 18 and total > 5)",
        json!({"all": [member, {"all": [adult, large]}]}),
    );
    check("not (member and age >= 18)", json!({"not": {"all": [member, adult]}}));
    check("not total > 5", json!({"not": large}));
    check(
        "not not member",
        json!({"not": row("member", "boolean", "is_false", &[])}),
    );
    check(
        "not 'sale' in tags",
        json!({"not": of_list("tags", "string", "contains", &["sale"])}),
    );
    check(
        "any(lines, l => l.sku == 'A' and any(l.options, o => o in ['red', 'blue']))",
        json!({"some": {"list": "lines", "element": "l", "where": {"all": [
            row("l.sku", "string", "equals", &["A"]),
            {"some": {"list": "l.options", "element": "o", "where": row("o", "string", "one_of", &["red", "blue"])}},
        ]}}}),
    );
    check(
        "not all(flags, f => f)",
        json!({"not": {"every": {"list": "flags", "element": "f", "where": row("f", "boolean", "is_true", &[])}}}),
    );
}

#[test]
fn what_rows_cannot_say_is_named() {
    let check = |condition: &str, code: &str, at: &str| {
        let Outline::Because(because) = outline(condition) else {
            panic!("{condition} has a tree");
        };
        assert_eq!(serde_json::to_value(because.code).unwrap(), code, "{condition}");
        assert_eq!(&condition[because.start..because.end], at, "{condition}");
    };
    check("totl > 1", "invalid", "totl");
    check("total >", "invalid", "");
    check("member // for now\nand vip", "comment", "// for now");
    check("method == '//' // x", "comment", "// x");
    check("member and true", "constant", "true");
    check(
        "if member then vip else true",
        "conditional",
        "if member then vip else true",
    );
    check(
        "total > (if member then 1 else 2)",
        "conditional",
        "if member then 1 else 2",
    );
    check("member and round(total) > 1", "function", "round(total)");
    check("upper(trim(method)) == 'A'", "function", "upper(trim(method))");
    check("count(lines, l => l.gift) > 1", "function", "count(lines, l => l.gift)");
    check("default(vip, false)", "function", "default(vip, false)");
    check("total > abs(-2)", "function", "abs(-2)");
    check("total * 2 > 1", "computed", "total * 2");
    check("total > 1 + 1", "computed", "1 + 1");
    check("total > -quantity", "computed", "-quantity");
    check("lines[0].sku == 'A'", "index", "lines[0]");
    check("total > prices[0]", "index", "prices[0]");
    check("total > quantity", "fields_compared", "quantity");
    check("quantity in prices", "fields_compared", "quantity");
    check("method in [customer.tier]", "fields_compared", "customer.tier");
    check("100 <= total", "value_first", "100");
    check("date('2026-12-24') > delivery", "value_first", "date('2026-12-24')");
    check("method < 'm'", "operator", "method < 'm'");
    check("contains(country, 'U')", "operator", "contains(country, 'U')");
    check("method in []", "no_values", "[]");
    check("country == ''", "no_values", "''");
}

#[test]
fn what_is_unfinished_is_told_at_its_place() {
    let check = |tree: Value, expected: &[(&str, &str)]| {
        let errors = write(&tree).unwrap_err();
        let found: Vec<_> = errors
            .iter()
            .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
            .collect();
        assert_eq!(found, expected, "{tree}");
    };
    let adult = row("age", "integer", "at_least", &["18"]);
    check(json!({"any": []}), &[("/any", "group_empty")]);
    check(
        json!({"all": [adult, {"not": {"all": []}}]}),
        &[("/all/1/not/all", "group_empty")],
    );
    check(
        json!({"all": [row("", "number", "more", &[""]), row("a b", "date", "less", &["2026-02-30"])]}),
        &[
            ("/all/0/row/field", "field_missing"),
            ("/all/0/row/values/0", "value_missing"),
            ("/all/1/row/field", "field_invalid"),
            ("/all/1/row/values/0", "value_invalid"),
        ],
    );
    check(
        row("total", "number", "more", &["1,5"]),
        &[("/row/values/0", "value_invalid")],
    );
    check(
        row("total", "number", "more", &["1 + 1"]),
        &[("/row/values/0", "value_invalid")],
    );
    check(
        row("total", "number", "between", &["1"]),
        &[("/row/values", "value_count")],
    );
    check(row("total", "number", "one_of", &[]), &[("/row/values", "value_count")]);
    check(
        row("total", "number", "starts_with", &["1"]),
        &[("/row/op", "operator_invalid")],
    );
    check(
        row("method", "string", "equals", &["\u{1}"]),
        &[("/row/values/0", "value_invalid")],
    );
    check(
        taken("now", "hour", "date", "equals", &["2026-12-24"]),
        &[("/row/function", "function_invalid")],
    );
    check(
        taken("method", "lower", "string", "present", &[]),
        &[("/row/function", "function_invalid")],
    );
    check(
        json!({"some": {"list": "", "element": "1", "where": {"all": []}}}),
        &[
            ("/some/list", "field_missing"),
            ("/some/element", "element_invalid"),
            ("/some/where/all", "group_empty"),
        ],
    );
    check(
        row("method", "string", "equals", &[&"x".repeat(5_000)]),
        &[("", "too_long")],
    );
}

/// Groups of one and negated rows have a shorter form, which is the outline.
#[test]
fn trees_that_mean_the_same_are_written_alike() {
    let check = |tree: Value, condition: &str| assert_eq!(write(&tree).unwrap(), condition, "{tree}");
    let member = row("member", "boolean", "is_true", &[]);
    check(json!({"all": [{"any": [member]}]}), "member");
    check(json!({"not": {"all": [member]}}), "not member");
    check(row("total", "number", "more", &["007"]), "total > 7");
}

/// A field of the attributes above, as a row names it: path, function, type, whether it is a list.
type FieldCase = (&'static str, Option<Function>, ValueType, bool);

const FIELDS: [FieldCase; 22] = [
    ("total", None, ValueType::Number, false),
    ("quantity", None, ValueType::Integer, false),
    ("method", None, ValueType::String, false),
    ("member", None, ValueType::Boolean, false),
    ("delivery", None, ValueType::Date, false),
    ("placed_at", None, ValueType::DateTime, false),
    ("country", None, ValueType::Country, false),
    ("city", None, ValueType::City, false),
    ("age", None, ValueType::Integer, false),
    ("amount", None, ValueType::Number, false),
    ("customer_id", None, ValueType::String, false),
    ("customer", None, ValueType::Object, false),
    ("customer.tier", None, ValueType::String, false),
    ("customer.since", None, ValueType::Date, false),
    ("tags", None, ValueType::String, true),
    ("prices", None, ValueType::Number, true),
    ("days", None, ValueType::Date, true),
    ("grid", None, ValueType::List, true),
    ("lines", None, ValueType::Object, true),
    ("now", Some(Function::Weekday), ValueType::Integer, false),
    ("placed_at", Some(Function::Date), ValueType::Date, false),
    ("method", Some(Function::Lower), ValueType::String, false),
];

/// Fields of a line, inside a question.
const LINE_FIELDS: [FieldCase; 4] = [
    ("line.sku", None, ValueType::String, false),
    ("line.quantity", None, ValueType::Integer, false),
    ("line.gift", None, ValueType::Boolean, false),
    ("line.options", None, ValueType::String, true),
];

fn text_of(kind: ValueType) -> BoxedStrategy<String> {
    match kind {
        ValueType::Number | ValueType::Integer => prop_oneof![
            (-1_000_i32..1_000).prop_map(|number| number.to_string()),
            (1_u32..1_000, 0_u32..100).prop_map(|(whole, hundredths)| format!("-{whole}.{hundredths:02}")),
        ]
        .boxed(),
        ValueType::String => "[ -~é\n\t]{0,8}".boxed(),
        ValueType::Boolean => any::<bool>().prop_map(|value| value.to_string()).boxed(),
        ValueType::Date => (1..=12_u32, 1..=28_u32)
            .prop_map(|(month, day)| format!("2026-{month:02}-{day:02}"))
            .boxed(),
        ValueType::DateTime => select(vec![
            "2026-12-24T18:00",
            "2026-12-24T18:00:00.5-03:00",
            "2026-01-01T00:00:00Z",
        ])
        .prop_map(str::to_owned)
        .boxed(),
        ValueType::Country => "[A-Z]{2}".boxed(),
        ValueType::City => "[A-Z0-9]{3}".boxed(),
        ValueType::Object | ValueType::List => Just(String::new()).boxed(),
    }
}

fn row_of(fields: &'static [FieldCase]) -> impl Strategy<Value = Node> {
    let asked = select(fields).prop_flat_map(|field| {
        let (_, function, kind, list) = field;
        let operators: Vec<_> = kind.operators(list).to_vec();
        let possible = operators.into_iter().filter(move |op| {
            // No function is asked whether it is there.
            function.is_none() || !matches!(op, Operator::Present | Operator::Absent)
        });
        (Just(field), select(possible.collect::<Vec<_>>()))
    });
    asked.prop_flat_map(|((path, function, kind, list), op)| {
        let count = match op.values() {
            Values::None => 0..=0,
            Values::One => 1..=1,
            Values::Two => 2..=2,
            Values::Some => 1..=4,
        };
        proptest::collection::vec(text_of(kind), count).prop_map(move |values| {
            Node::Row(Row {
                field: path.to_owned(),
                function,
                kind,
                list,
                op,
                values,
            })
        })
    })
}

/// Trees in their normal form, of rows and questions about lines.
fn tree() -> impl Strategy<Value = Node> {
    let question = (tree_of(row_of(&LINE_FIELDS).boxed()), any::<bool>()).prop_map(|(inner, is_every)| {
        let question = Question {
            list: "lines".to_owned(),
            element: "line".to_owned(),
            r#where: Box::new(inner),
        };
        if is_every {
            Node::Every(question)
        } else {
            Node::Some(question)
        }
    });
    tree_of(prop_oneof![4 => row_of(&FIELDS), 1 => question].boxed())
}

fn tree_of(leaf: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..5).prop_map(Node::All),
            proptest::collection::vec(inner.clone(), 2..5).prop_map(Node::Any),
            inner.prop_map(negated),
        ]
    })
}

/// `not` around a node, in its normal form.
fn negated(node: Node) -> Node {
    if let Node::Row(row) = &node
        && let Some(op) = row.op.negative(row.list)
    {
        return Node::Row(Row { op, ..row.clone() });
    }
    Node::Not(Box::new(node))
}

/// Conditions that rows can and cannot say, as people write them.
fn condition() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "total>=100",
        "( total ) == 12.50",
        "100 <= total",
        "quantity not  in [1,2,3,]",
        "quantity between -1 and 10",
        "total > quantity",
        "total + 1 > 2",
        "method == \"visa\"",
        "method in ['visa', \"o'ca\"]",
        "! member",
        "not not vip",
        "member == true",
        "has(vip)",
        "!has(vip)",
        "contains(method, 'a\\\\b')",
        "!ends_with(lower(method), 'x')",
        "round(total) == 1",
        "delivery >= date(\"2026-12-24\")",
        "delivery == date(placed_at)",
        "now < date_time('2026-12-24T18:00:00.123456-03:00')",
        "weekday(now) in [6,7]",
        "country == 'UY'",
        "city != 'MVD'",
        "age >= 18",
        "'sale' in tags",
        "len(lines) == 2",
        "any(lines, l => l.sku == 'A' && (l.quantity > 1 || l.gift))",
        "all(tags, t => t in ['a', 'b'])",
        "all(tags, t => len(t) > quantity)",
        "tags[0] == 'a'",
        "(if member then vip else true)",
        "true",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("||"))),
            inner.clone().prop_map(|part| format!("not ({part})")),
            (inner.clone(), inner).prop_map(|(first, second)| format!("{first}\n  && {second}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_written_tree_is_its_own_outline(tree in tree()) {
        let json = serde_json::to_value(&tree).unwrap();
        match write(&json) {
            Ok(condition) => prop_assert_eq!(outline(&condition), Outline::Tree(tree), "{}", condition),
            // The only thing that may be wrong with such a tree is its size.
            Err(errors) => prop_assert!(errors.iter().all(|(_, code)| code.starts_with("too_")), "{:?}", errors),
        }
    }

    #[test]
    fn a_condition_with_an_outline_is_written_as_it_was(condition in condition()) {
        match outline(&condition) {
            // The engine prints every syntax tree in one way, and reads that way as the same tree.
            Outline::Tree(tree) => {
                let written = write(&serde_json::to_value(tree).unwrap());
                prop_assert_eq!(written, Ok(parse(&condition).unwrap().to_string()));
            }
            Outline::Because(because) => {
                prop_assert!(condition.get(because.start..because.end).is_some(), "{:?} of {}", because, condition);
            }
        }
    }
}

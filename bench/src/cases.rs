//! The twelve promotion rules, each in every language that is compared, with requests that meet it and that do not.
//!
//! All engines decide on the same values. A request has two forms: the API's body, which the engine reads, and a flat
//! object for the others, which says the same with attributes at the top, and gives them what they lack outside the
//! timing: the age in years and the amount in major units.

use serde_json::{Value, json};

/// When every request is evaluated: the age of a shopper depends on it.
pub const NOW: &str = "2026-11-21T12:00:00Z";

/// A rule and its requests.
#[derive(Debug, Clone)]
pub struct Case {
    /// Short, for tables.
    pub name: &'static str,
    /// The declared attributes.
    pub attributes: Value,
    /// In the engine's language.
    pub condition: String,
    /// For datalogic-rs, in JSONLogic.
    pub datalogic: Value,
    /// For zen-expression.
    pub zen: String,
    /// For cel.
    pub cel: String,
    /// For rhai.
    pub rhai: String,
    /// Requests, some applicable and some not.
    pub inputs: Vec<Input>,
}

/// A request in both forms.
#[derive(Debug, Clone)]
pub struct Input {
    /// Whether the rule applies.
    pub applicable: bool,
    /// The API's body.
    pub body: Vec<u8>,
    /// The flat object.
    pub flat: Vec<u8>,
}

/// All twelve, from the smallest to the largest.
#[must_use]
pub fn all() -> Vec<Case> {
    vec![
        two_clauses(),
        payment_method(),
        country_list(),
        arithmetic(),
        strings(),
        nested(),
        optional(),
        tiers(),
        ten_clauses(),
        hundred_skus(),
        ten_lines(),
        forty_lines(),
    ]
}

/// The example of the HTTP contract with a body of about `bytes` bytes, grown by a cart that the rule does not read.
#[must_use]
pub fn example_of_size(bytes: usize) -> Case {
    let attributes = json!({"total": 120.5, "quantity": 3, "payment_method": "visa"});
    of_size(payment_method(), &attributes, bytes)
}

/// A rule that reads every line of the cart, with a body of about `bytes` bytes.
#[must_use]
pub fn cart_of_size(bytes: usize) -> Case {
    let mut case = ten_lines();
    case.condition = "sum(lines, l => l.price * l.quantity) >= 100 and all(lines, l => l.quantity <= 2)".to_owned();
    of_size(case, &json!({}), bytes)
}

/// The largest cart that fits.
fn of_size(mut case: Case, attributes: &Value, bytes: usize) -> Case {
    let with_lines = |count: usize| {
        let mut attributes = attributes.clone();
        if let (Some(object), 1..) = (attributes.as_object_mut(), count) {
            object.insert("lines".to_owned(), lines(count, 2).into());
        }
        input(true, &attributes)
    };
    let fitting = (0..)
        .map(with_lines)
        .take_while(|input| input.body.len() <= bytes)
        .last();
    case.inputs = vec![fitting.unwrap_or_else(|| with_lines(0))];
    case
}

fn two_clauses() -> Case {
    Case {
        name: "two clauses",
        attributes: json!({"total": "number", "quantity": "integer"}),
        condition: "total >= 100 and quantity > 2".to_owned(),
        datalogic: json!({"and": [{">=": [var("total"), 100]}, {">": [var("quantity"), 2]}]}),
        zen: "total >= 100 and quantity > 2".to_owned(),
        cel: "total >= 100.0 && quantity > 2".to_owned(),
        rhai: "total >= 100.0 && quantity > 2".to_owned(),
        inputs: vec![
            input(true, &json!({"total": 120.5, "quantity": 3})),
            input(false, &json!({"total": 120.5, "quantity": 2})),
            input(false, &json!({"total": 99.99, "quantity": 3})),
        ],
    }
}

/// The example of the HTTP contract.
fn payment_method() -> Case {
    Case {
        name: "payment method",
        attributes: json!({"total": "number", "quantity": "integer", "payment_method": "string"}),
        condition: "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']".to_owned(),
        datalogic: json!({"and": [
            {">=": [var("total"), 100]},
            {">": [var("quantity"), 2]},
            {"in": [var("payment_method"), ["visa", "oca"]]}
        ]}),
        zen: "total >= 100 and quantity > 2 and payment_method in ['visa', 'oca']".to_owned(),
        cel: "total >= 100.0 && quantity > 2 && payment_method in ['visa', 'oca']".to_owned(),
        rhai: r#"total >= 100.0 && quantity > 2 && payment_method in ["visa", "oca"]"#.to_owned(),
        inputs: vec![
            input(true, &json!({"total": 120.5, "quantity": 3, "payment_method": "visa"})),
            input(true, &json!({"total": 250.5, "quantity": 5, "payment_method": "oca"})),
            input(
                false,
                &json!({"total": 120.5, "quantity": 3, "payment_method": "master"}),
            ),
            input(false, &json!({"total": 80.5, "quantity": 3, "payment_method": "visa"})),
        ],
    }
}

fn country_list() -> Case {
    const COUNTRIES: [&str; 10] = ["AR", "BO", "BR", "CL", "CO", "EC", "PE", "PY", "UY", "VE"];
    let (single, double) = (quoted(&COUNTRIES, '\''), quoted(&COUNTRIES, '"'));
    Case {
        name: "country list, between",
        attributes: json!({"total": "number"}),
        condition: format!("country in [{single}] and total between 50 and 500"),
        datalogic: json!({"and": [{"in": [var("country"), COUNTRIES]}, {"<=": [50, var("total"), 500]}]}),
        zen: format!("country in [{single}] and total in [50..500]"),
        cel: format!("country in [{single}] && total >= 50.0 && total <= 500.0"),
        rhai: format!("country in [{double}] && total >= 50.0 && total <= 500.0"),
        inputs: vec![
            input(true, &json!({"total": 120.5})),
            input_from("AR", true, &json!({"total": 50.0})),
            input_from("ES", false, &json!({"total": 120.5})),
            input(false, &json!({"total": 500.5})),
        ],
    }
}

fn arithmetic() -> Case {
    Case {
        name: "arithmetic",
        attributes: json!({"total": "number", "quantity": "integer", "shipping": "number"}),
        condition: "total / quantity >= 20 and (total - shipping) * 0.9 > 80".to_owned(),
        datalogic: json!({"and": [
            {">=": [{"/": [var("total"), var("quantity")]}, 20]},
            {">": [{"*": [{"-": [var("total"), var("shipping")]}, 0.9]}, 80]}
        ]}),
        zen: "total / quantity >= 20 and (total - shipping) * 0.9 > 80".to_owned(),
        cel: "total / double(quantity) >= 20.0 && (total - shipping) * 0.9 > 80.0".to_owned(),
        rhai: "total / quantity >= 20.0 && (total - shipping) * 0.9 > 80.0".to_owned(),
        inputs: vec![
            input(true, &json!({"total": 120.5, "quantity": 3, "shipping": 9.5})),
            input(false, &json!({"total": 120.5, "quantity": 8, "shipping": 9.5})),
            input(false, &json!({"total": 80.5, "quantity": 2, "shipping": 9.5})),
        ],
    }
}

fn strings() -> Case {
    let e_mail = |e_mail: &str, sku: &str| json!({"email": e_mail, "sku": sku});
    Case {
        name: "strings",
        attributes: json!({"email": "string", "sku": "string"}),
        condition: "ends_with(lower(email), '@example.com') and starts_with(sku, 'SUMMER-')".to_owned(),
        datalogic: json!({"and": [
            {"ends_with": [{"lower": [var("email")]}, "@example.com"]},
            {"starts_with": [var("sku"), "SUMMER-"]}
        ]}),
        zen: "endsWith(lower(email), '@example.com') and startsWith(sku, 'SUMMER-')".to_owned(),
        cel: "email.lowerAscii().endsWith('@example.com') && sku.startsWith('SUMMER-')".to_owned(),
        rhai: r#"email.to_lower().ends_with("@example.com") && sku.starts_with("SUMMER-")"#.to_owned(),
        inputs: vec![
            input(true, &e_mail("Someone.Else@Example.com", "SUMMER-0042")),
            input(false, &e_mail("Someone.Else@Example.com", "WINTER-0042")),
            input(false, &e_mail("someone.else@example.org", "SUMMER-0042")),
        ],
    }
}

fn nested() -> Case {
    let shopper = |tier: &str, country: &str, orders: u32| json!({"customer": {"tier": tier, "orders": orders}, "address": {"country": country, "postcode": "11000"}});
    Case {
        name: "nested objects",
        attributes: json!({
            "customer": "object{tier: string, orders: integer}",
            "address": "object{country: string, postcode: string}"
        }),
        condition: "customer.tier == 'gold' and address.country == 'UY' and customer.orders >= 5".to_owned(),
        datalogic: json!({"and": [
            {"===": [var("customer.tier"), "gold"]},
            {"===": [var("address.country"), "UY"]},
            {">=": [var("customer.orders"), 5]}
        ]}),
        zen: "customer.tier == 'gold' and address.country == 'UY' and customer.orders >= 5".to_owned(),
        cel: "customer.tier == 'gold' && address.country == 'UY' && customer.orders >= 5".to_owned(),
        rhai: r#"customer.tier == "gold" && address.country == "UY" && customer.orders >= 5"#.to_owned(),
        inputs: vec![
            input(true, &shopper("gold", "UY", 12)),
            input(false, &shopper("gold", "UY", 4)),
            input(false, &shopper("gold", "AR", 12)),
            input(false, &shopper("silver", "UY", 12)),
        ],
    }
}

fn optional() -> Case {
    Case {
        name: "optional fields",
        attributes: json!({"customer": "object{tier: string, points: integer?, referrer: string?}"}),
        condition: "default(customer.points, 0) >= 500 or has(customer.referrer)".to_owned(),
        datalogic: json!({"or": [
            {">=": [{"var": ["customer.points", 0]}, 500]},
            {"!!": [var("customer.referrer")]}
        ]}),
        zen: "(customer.points ?? 0) >= 500 or customer.referrer != null".to_owned(),
        cel: "(has(customer.points) ? customer.points : 0) >= 500 || has(customer.referrer)".to_owned(),
        rhai: "(customer.points ?? 0) >= 500 || customer.referrer != ()".to_owned(),
        inputs: vec![
            input(true, &json!({"customer": {"tier": "gold", "points": 750}})),
            input(true, &json!({"customer": {"tier": "gold", "referrer": "c-12"}})),
            input(false, &json!({"customer": {"tier": "gold", "points": 499}})),
            input(false, &json!({"customer": {"tier": "gold"}})),
        ],
    }
}

fn tiers() -> Case {
    let shopper = |tier: &str, total: f64| json!({"tier": tier, "total": total});
    Case {
        name: "tiers with if",
        attributes: json!({"tier": "string", "total": "number"}),
        condition: "total >= (if tier == 'gold' then 50 else if tier == 'silver' then 100 else 200)".to_owned(),
        datalogic: json!({">=": [
            var("total"),
            {"if": [{"===": [var("tier"), "gold"]}, 50, {"===": [var("tier"), "silver"]}, 100, 200]}
        ]}),
        zen: "total >= (tier == 'gold' ? 50 : (tier == 'silver' ? 100 : 200))".to_owned(),
        cel: "total >= (tier == 'gold' ? 50.0 : (tier == 'silver' ? 100.0 : 200.0))".to_owned(),
        rhai: r#"total >= (if tier == "gold" { 50.0 } else if tier == "silver" { 100.0 } else { 200.0 })"#.to_owned(),
        inputs: vec![
            input(true, &shopper("gold", 60.5)),
            input(false, &shopper("silver", 60.5)),
            input(true, &shopper("bronze", 250.5)),
            input(false, &shopper("bronze", 60.5)),
        ],
    }
}

fn ten_clauses() -> Case {
    let shopper = |quantity: u32, method: &str, first: bool| json!({"total": 120.5, "quantity": quantity, "payment_method": method, "first_order": first});
    Case {
        name: "ten clauses",
        attributes: json!({
            "total": "number", "quantity": "integer", "payment_method": "string", "first_order": "boolean"
        }),
        condition: "(country == 'AR' or country == 'UY') and age >= 18 and age < 65 and total >= 50 and quantity >= 1 \
                    and (payment_method == 'visa' or payment_method == 'oca') and not first_order and amount > 20"
            .to_owned(),
        datalogic: json!({"and": [
            {"or": [{"===": [var("country"), "AR"]}, {"===": [var("country"), "UY"]}]},
            {">=": [var("age"), 18]},
            {"<": [var("age"), 65]},
            {">=": [var("total"), 50]},
            {">=": [var("quantity"), 1]},
            {"or": [{"===": [var("payment_method"), "visa"]}, {"===": [var("payment_method"), "oca"]}]},
            {"!": [var("first_order")]},
            {">": [var("amount"), 20]}
        ]}),
        zen: "(country == 'AR' or country == 'UY') and age >= 18 and age < 65 and total >= 50 and quantity >= 1 \
              and (payment_method == 'visa' or payment_method == 'oca') and not first_order and amount > 20"
            .to_owned(),
        cel: "(country == 'AR' || country == 'UY') && age >= 18 && age < 65 && total >= 50.0 && quantity >= 1 \
              && (payment_method == 'visa' || payment_method == 'oca') && !first_order && amount > 20.0"
            .to_owned(),
        rhai: "(country == \"AR\" || country == \"UY\") && age >= 18 && age < 65 && total >= 50.0 && quantity >= 1 \
               && (payment_method == \"visa\" || payment_method == \"oca\") && !first_order && amount > 20.0"
            .to_owned(),
        inputs: vec![
            input(true, &shopper(3, "oca", false)),
            input(false, &shopper(3, "oca", true)),
            input(false, &shopper(3, "master", false)),
            input_from("ES", false, &shopper(3, "visa", false)),
        ],
    }
}

fn hundred_skus() -> Case {
    let skus: Vec<String> = (0..100).map(sku).collect();
    let (single, double) = (quoted(&skus, '\''), quoted(&skus, '"'));
    Case {
        name: "list of 100",
        attributes: json!({"sku": "string", "quantity": "integer"}),
        condition: format!("sku in [{single}] and quantity >= 1"),
        datalogic: json!({"and": [{"in": [var("sku"), skus]}, {">=": [var("quantity"), 1]}]}),
        zen: format!("sku in [{single}] and quantity >= 1"),
        cel: format!("sku in [{single}] && quantity >= 1"),
        rhai: format!("sku in [{double}] && quantity >= 1"),
        inputs: vec![
            input(true, &json!({"sku": sku(7), "quantity": 3})),
            input(true, &json!({"sku": sku(93), "quantity": 3})),
            input(false, &json!({"sku": sku(50), "quantity": 0})),
            input(false, &json!({"sku": sku(700), "quantity": 3})),
        ],
    }
}

const LINES: &str = "list<object{sku: string, category: string, quantity: integer, price: number}>";

fn ten_lines() -> Case {
    Case {
        name: "cart of 10, any",
        attributes: json!({"lines": LINES}),
        condition: "any(lines, l => l.category == 'shoes' and l.quantity >= 2)".to_owned(),
        datalogic: json!({"some": [var("lines"), {"and": [
            {"===": [var("category"), "shoes"]}, {">=": [var("quantity"), 2]}
        ]}]}),
        zen: "some(lines, #.category == 'shoes' and #.quantity >= 2)".to_owned(),
        cel: "lines.exists(l, l.category == 'shoes' && l.quantity >= 2)".to_owned(),
        // A callback would have to be registered for each run, and `for line in lines` would copy the lines.
        rhai: r#"for i in 0..lines.len { if lines[i].category == "shoes" && lines[i].quantity >= 2 { return true; } }
            false"#
            .to_owned(),
        inputs: vec![
            input(true, &json!({"lines": lines(10, 2)})),
            input(false, &json!({"lines": lines(10, 1)})),
        ],
    }
}

fn forty_lines() -> Case {
    Case {
        name: "cart of 40, sum",
        attributes: json!({"lines": LINES}),
        condition: "any(lines, l => l.sku == 'SKU-0038') and sum(lines, l => l.price * l.quantity) >= 1000 \
                    and count(lines, l => l.category == 'shoes') >= 5 and all(lines, l => l.quantity <= 2)"
            .to_owned(),
        datalogic: json!({"and": [
            {"some": [var("lines"), {"===": [var("sku"), "SKU-0038"]}]},
            {">=": [
                {"reduce": [
                    {"map": [var("lines"), {"*": [var("price"), var("quantity")]}]},
                    {"+": [var("current"), var("accumulator")]},
                    0
                ]},
                1000
            ]},
            {">=": [
                {"length": [{"filter": [var("lines"), {"===": [var("category"), "shoes"]}]}]},
                5
            ]},
            {"all": [var("lines"), {"<=": [var("quantity"), 2]}]}
        ]}),
        zen: "some(lines, #.sku == 'SKU-0038') and sum(map(lines, #.price * #.quantity)) >= 1000 \
              and count(lines, #.category == 'shoes') >= 5 and all(lines, #.quantity <= 2)"
            .to_owned(),
        // CEL has no sum: `sum` is a function of the host's.
        cel: "lines.exists(l, l.sku == 'SKU-0038') && sum(lines.map(l, l.price * double(l.quantity))) >= 1000.0 \
              && lines.filter(l, l.category == 'shoes').size() >= 5 && lines.all(l, l.quantity <= 2)"
            .to_owned(),
        rhai: r#"let found = false;
            for i in 0..lines.len { if lines[i].sku == "SKU-0038" { found = true; break; } }
            if !found { return false; }
            let sum = 0.0;
            for i in 0..lines.len { sum += lines[i].price * lines[i].quantity; }
            if sum < 1000.0 { return false; }
            let shoes = 0;
            for i in 0..lines.len { if lines[i].category == "shoes" { shoes += 1; } }
            if shoes < 5 { return false; }
            for i in 0..lines.len { if lines[i].quantity > 2 { return false; } }
            true"#
            .to_owned(),
        inputs: vec![
            input(true, &json!({"lines": lines(40, 2)})),
            input(false, &json!({"lines": lines(40, 3)})),
            input(false, &json!({"lines": lines(38, 2)})),
        ],
    }
}

/// A cart; `most` is the quantity of its last pair of shoes, all other lines hold one piece.
fn lines(count: usize, most: u32) -> Vec<Value> {
    let last_shoes = (0..count).rev().find(|line| line % 5 == 2);
    (0..count)
        .map(|line| {
            let category = ["shirts", "socks", "shoes", "coats", "hats"]
                .get(line % 5)
                .copied()
                .unwrap_or_default();
            let quantity = if Some(line) == last_shoes { most } else { 1 };
            json!({"sku": sku(line), "category": category, "quantity": quantity, "price": 20.0 + price(line)})
        })
        .collect()
}

/// Quarters, which are exact in binary and in decimal fractions; never a whole number, so that every engine reads the
/// same type.
fn price(line: usize) -> f64 {
    u32::try_from(line).map(f64::from).unwrap_or_default() + 0.25
}

fn sku(number: usize) -> String {
    format!("SKU-{number:04}")
}

fn var(path: &str) -> Value {
    json!({"var": path})
}

fn quoted(words: &[impl AsRef<str>], quote: char) -> String {
    let words: Vec<_> = words
        .iter()
        .map(|word| format!("{quote}{}{quote}", word.as_ref()))
        .collect();
    words.join(", ")
}

fn input(applicable: bool, attributes: &Value) -> Input {
    input_from("UY", applicable, attributes)
}

fn input_from(country: &str, applicable: bool, attributes: &Value) -> Input {
    let body = json!({
        "country": country, "birth_date": "1990-04-05", "attributes": attributes,
        "amount": {"amount": 12_050, "currency": "UYU"}, "transaction_id": "order-1001", "customer_id": "c-77"
    });
    let mut flat = json!({
        "country": country, "birth_date": "1990-04-05", "age": 36, "amount": 120.5, "currency": "UYU",
        "transaction_id": "order-1001", "customer_id": "c-77"
    });
    if let (Some(flat), Some(attributes)) = (flat.as_object_mut(), attributes.as_object()) {
        flat.extend(attributes.clone());
    }
    Input {
        applicable,
        body: body.to_string().into_bytes(),
        flat: flat.to_string().into_bytes(),
    }
}

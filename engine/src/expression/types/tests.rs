use super::*;

fn check(json: &str, expected: Result<&str, TypeError>) {
    let found = Attribute::parse(&serde_json::from_str(json).unwrap());
    let found = found.map(|attribute| serde_json::to_string(&attribute).unwrap());
    assert_eq!(found, expected.map(str::to_owned), "{json}");
}

#[test]
fn declarations() {
    for same in [
        "\"number\"",
        "\"date_time?\"",
        "\"list<list<integer>>\"",
        "\"list<object{gift: boolean?, sku: string}>?\"",
        "\"object{}\"",
        r#"{"type":"integer","default":1}"#,
        r#"{"type":"number","default":"0.50"}"#,
        r#"{"type":"string","default":"none"}"#,
        r#"{"type":"date","default":"2026-12-24"}"#,
        r#"{"type":"date_time","default":"2026-12-24T18:00:00Z"}"#,
    ] {
        check(same, Ok(same));
    }
    check(
        "\" object { b : date , a : list < number > , } \"",
        Ok("\"object{a: list<number>, b: date}\""),
    );
    check(
        r#"{"type":"boolean?","default":true}"#,
        Ok(r#"{"type":"boolean","default":true}"#),
    );
    check(
        r#"{"type":"number","default":0.5}"#,
        Ok(r#"{"type":"number","default":"0.5"}"#),
    );
    check(r#"{"type":"number","default":null}"#, Ok("\"number\""));
}

#[test]
fn refusals() {
    for json in [
        "\"\"",
        "\"float\"",
        "\"numbers\"",
        "\"list<>\"",
        "\"list<number\"",
        "\"object{a}\"",
    ] {
        check(json, Err(TypeError::Unknown));
    }
    check("\"list<number?>\"", Err(TypeError::OptionalElement));
    check(
        "\"object{a: date, a: date}\"",
        Err(TypeError::DuplicateField("a".to_owned())),
    );
    check(
        &format!("\"{}number{}\"", "list<".repeat(7), ">".repeat(7)),
        Ok(&format!("\"{}number{}\"", "list<".repeat(7), ">".repeat(7))),
    );
    check(&format!("\"{}\"", "list<".repeat(800)), Err(TypeError::TooLarge));
    check(&format!("\"{}\"", "x".repeat(5_000)), Err(TypeError::TooLarge));
    for json in ["1", "null", "{}", r#"{"type":"number","defualt":1}"#] {
        check(json, Err(TypeError::Form));
    }
    for (kind, default) in [
        ("integer", "1.5"),
        ("integer", "\"x\""),
        ("string", "1"),
        ("boolean", "0"),
        ("date", "\"2026-02-30\""),
        ("list<number>", "[]"),
        ("number", "true"),
        ("number", "1e40"),
    ] {
        check(
            &format!(r#"{{"type":"{kind}","default":{default}}}"#),
            Err(TypeError::Default),
        );
    }
}

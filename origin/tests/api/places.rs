//! Names of places, for pickers.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, with_app};

async fn items(user: &User, path: &str) -> Vec<Value> {
    let json = user.get(path).await.expect(200).json();
    assert_eq!(json["next_cursor"], Value::Null);
    json["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn countries_have_names_in_the_callers_language() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let check = async |path: &str, accepted: &str, expected: Value| {
            let request = ana
                .request(reqwest::Method::GET, path)
                .header("accept-language", accepted);
            let countries = Answer::read(request).await.expect(200).json()["items"].clone();
            assert_eq!(countries.as_array().unwrap().len(), 249, "{path} {accepted}");
            assert!(countries.as_array().unwrap().contains(&expected), "{path} {accepted}");
        };
        let germany = json!({"code": "DE", "name": "Germany"});
        let alemania = json!({"code": "DE", "name": "Alemania"});
        check("/v1/countries", "fr", germany.clone()).await;
        check("/v1/countries", "es-UY,es;q=0.9", alemania.clone()).await;
        check("/v1/countries?lang=en", "es", germany).await;
        check("/v1/countries?lang=es", "en", alemania).await;
        let problem = ana.get("/v1/countries?lang=fr").await;
        let errors = problem.expect_problem(422, "invalid_request").field_errors();
        assert_eq!(errors, [("/lang".to_owned(), "lang_invalid".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn locations_are_found_by_name_and_code() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let montevideo = json!({"code": "MVD", "name": "Montevideo", "subdivision": null});
        for query in ["mon", "MONTEVIDEO", "mont%C3%A9vid%C3%A9o", "mvd"] {
            let found = items(&ana, &format!("/v1/locations?country=UY&q={query}")).await;
            assert_eq!(found.first(), Some(&montevideo), "{query}");
        }
        assert_eq!(items(&ana, "/v1/locations?country=UY&q=zzzz").await, [json!(null); 0]);
        // Bounded, whatever is asked.
        assert_eq!(items(&ana, "/v1/locations?country=US").await.len(), 50);
        let check = async |query: String, expected: (&str, &str)| {
            let problem = ana.get(&format!("/v1/locations?{query}")).await;
            let errors = problem.expect_problem(422, "invalid_request").field_errors();
            assert_eq!(errors, [(expected.0.to_owned(), expected.1.to_owned())], "{query}");
        };
        check("q=mon".to_owned(), ("/country", "country_unknown")).await;
        check("country=uy".to_owned(), ("/country", "country_unknown")).await;
        check(format!("country=UY&q={}", "a".repeat(101)), ("/q", "text_too_long")).await;
    })
    .await;
}

//! The locations that cities are looked up in: the Worker fetches them from the app's files when a request names a city.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde_json::{Value, json};
use xtask::services::workerd::Added;

use crate::client::{Answer, Merchant, request, wait_for};
use crate::stack::Bare;
use crate::standin::Files;

const PATHS: [&str; 3] = [
    "/v1/promotions/locations/evaluate",
    "/v1/promotions/locations/preview",
    "/v1/promotions/locations/reservations",
];

/// What is answered at once is answered by then, also beside others on two cores; the Worker waits for a file for five
/// seconds.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A city is judged once they are there, and until then it is nobody's fault but the Worker's: neither wrong nor right.
/// What names no city does not need them.
pub(crate) fn locations(bare: &Bare) -> Result<()> {
    let merchant = Merchant::register(&bare.stack.edge, "locations")?;
    merchant.live_promotion("locations")?;
    let (_, key) = merchant.app_key(&json!("all"))?;
    let send = |path: &str, city: Value| {
        let mut body = request("locations");
        body["city"] = city;
        // Refused, so that nothing is consumed.
        body["attributes"]["total"] = json!(1);
        bare.stack.edge.post(path, Some(&key), &body)
    };
    let checked = while_silent(bare, &send).and_then(|()| while_away(bare, &send));
    let told = files_state(bare);
    bare.standin.give(Files::Built);
    checked?;
    ensure!(told? == "down", "the health check does not see the files missing");
    ensure!(files_state(bare)? == "up", "the health check does not see the files");
    // Nobody asks for them while they are known to be away.
    wait_for("the cities", || {
        Ok((send(PATHS[0], json!("MVD"))?.status != 503).then_some(()))
    })?;
    for path in PATHS {
        // The first one may be answered on another way than the next.
        for _ in 0..2 {
            is_refused_by_the_rule(&send(path, json!("MVD"))?)?;
            let problem = send(path, json!("NYC"))?.expect_problem(422, "invalid_request")?;
            ensure!(problem["errors"][0]["code"] == "city_not_in_country", "{problem}");
        }
    }
    // They stay.
    bare.standin.give(Files::Missing);
    let kept = send(PATHS[0], json!("MVD"));
    bare.standin.give(Files::Built);
    is_refused_by_the_rule(&kept?)
}

/// Nobody waits for longer than the file's bound, what names no city does not wait, and after some who waited nobody does.
fn while_silent(bare: &Bare, send: &(impl Fn(&str, Value) -> Result<Answer> + Sync)) -> Result<()> {
    anew(bare, Files::Silent)?;
    thread::scope(|scope| {
        let waiting = PATHS.map(|path| scope.spawn(move || send(path, json!("MVD"))));
        is_at_once(|| is_refused_by_the_rule(&send(PATHS[0], Value::Null)?))?;
        for answer in waiting {
            let answer = answer.join().map_err(|_| anyhow!("the caller panicked"))?;
            answer?.expect_problem(503, "unavailable")?;
        }
        is_at_once(|| {
            send(PATHS[0], json!("MVD"))?
                .expect_problem(503, "unavailable")
                .map(drop)
        })
    })
}

/// Another isolate, which has asked for nothing.
fn anew(bare: &Bare, files: Files) -> Result<()> {
    bare.standin.give(files);
    bare.stack.restart_edge(Added::Nothing)
}

fn is_at_once(call: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    call()?;
    let time = start.elapsed();
    ensure!(time < AT_ONCE, "answered after {time:?}");
    Ok(())
}

fn while_away(bare: &Bare, send: &impl Fn(&str, Value) -> Result<Answer>) -> Result<()> {
    for files in [Files::Page, Files::Missing] {
        anew(bare, files)?;
        for path in PATHS {
            for _ in 0..2 {
                for city in ["MVD", "NYC"] {
                    let answer = send(path, json!(city))?;
                    ensure!(answer.header("retry-after") == "2", "{files:?} {path}: {answer:?}");
                    answer.expect_problem(503, "unavailable")?;
                }
                is_refused_by_the_rule(&send(path, Value::Null)?)?;
                let problem = send(path, json!("Montevideo"))?.expect_problem(422, "invalid_request")?;
                ensure!(problem["errors"][0]["code"] == "city_not_a_code", "{problem}");
            }
        }
    }
    Ok(())
}

fn files_state(bare: &Bare) -> Result<Value> {
    let health = bare.stack.edge.get("/health_check", None)?.json()?;
    Ok(health["components"]["files"]["state"].clone())
}

fn is_refused_by_the_rule(answer: &Answer) -> Result<()> {
    let said = answer.json()?;
    ensure!(
        answer.status == 200 && said["reason"]["code"] == "condition_not_met",
        "{answer:?}"
    );
    Ok(())
}

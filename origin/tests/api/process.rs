//! The program itself: its configuration, its schema, its start and its end.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use origin::config::{Config, ConfigError, Database};
use origin::db::schema::{self, SchemaError};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::support::database::TestDatabase;
use crate::support::{INTERNAL_SECRET, ORIGIN_SECRET, PASSWORD, variables};

const PROGRAM: &str = env!("CARGO_BIN_EXE_origin");
const PATIENCE: Duration = Duration::from_secs(30);

fn read(variables: &BTreeMap<&str, String>) -> Result<Config, ConfigError> {
    Config::read(|name| variables.get(name).cloned())
}

#[test]
fn every_configuration_error_is_told_at_once() {
    let names = |errors: ConfigError| -> Vec<String> {
        errors
            .0
            .iter()
            .map(|error| error.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let all = [
        "DATABASE_URL",
        "EDGE_URL",
        "INTERNAL_SECRET",
        "ORIGIN_SECRET",
        "PUBLIC_URL",
        "SMTP_URL",
        "MAIL_FROM",
    ];
    assert_eq!(names(read(&BTreeMap::new()).unwrap_err()), all);
    let good = variables(
        "postgres://u:hunter22@db:5432/coupons",
        "https://edge.example.com",
        "smtp://127.0.0.1:9",
    );
    assert_eq!(read(&good).unwrap().listen.to_string(), "127.0.0.1:8080");
    let check = |name: &'static str, value: &str| {
        let mut bad = good.clone();
        bad.insert(name, value.to_owned());
        let error = read(&bad).unwrap_err();
        assert!(!error.to_string().contains(value), "{error}");
        assert_eq!(names(error), [name], "{value}");
    };
    check("DATABASE_URL", "mysql://u@h/d");
    check("ORIGIN_LISTEN", "eighty-eighty");
    check("EDGE_URL", "edge.example.com");
    check("EDGE_URL", "ftp://edge.example.com");
    check("INTERNAL_SECRET", "0123456789abcdef0123456789abcde");
    check("ORIGIN_SECRET", "0123456789abcdef0123456789abcde");
    check("ORIGIN_SECRET", INTERNAL_SECRET);
    check("REQUIRE_EDGE", "perhaps");
    check("RUN_JOBS", "perhaps");
    check("EVALUATION_RETENTION_DAYS", "6");
    check("EVALUATION_RETENTION_DAYS", "65536");
    check("PUBLIC_URL", "nowhere");
    check("SMTP_URL", "smtp://user:hunter22@mail.example.com");
    check("MAIL_FROM", "nobody");
    check("DEV_PREVIEW", "perhaps");
}

#[test]
fn debug_shows_no_secret() {
    let config = read(&variables(
        "postgres://u:hunter22@db:5432/coupons",
        "https://edge.example.com",
        "smtps://u:swordfish@mail.example.com",
    ))
    .unwrap();
    let shown = format!("{config:?}");
    for secret in ["hunter22", "swordfish", INTERNAL_SECRET, ORIGIN_SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("db:5432/coupons"), "{shown}");
}

#[tokio::test]
async fn unknown_schemas_are_refused() {
    let test_database = TestDatabase::create_empty().await;
    let url = test_database.url.clone();
    let database = Database::read(|_| Some(url.clone())).unwrap();
    let check = async || schema::check_database(&database).await;
    assert!(matches!(check().await, Err(SchemaError::Behind(_))));
    for _ in 0..2 {
        schema::migrate(&database).await.unwrap();
        check().await.unwrap();
    }
    let mut connection = PgConnection::connect(&test_database.url).await.unwrap();
    let mut change = async |statement: &'static str| {
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    };
    change("update _sqlx_migrations set checksum = 'x' where version = 1").await;
    assert!(matches!(check().await, Err(SchemaError::Edited(1))));
    assert!(matches!(schema::migrate(&database).await, Err(SchemaError::Edited(1))));
    change("update _sqlx_migrations set version = 9999 where version = 1").await;
    assert!(matches!(check().await, Err(SchemaError::Ahead(9999))));
    assert!(matches!(
        schema::migrate(&database).await,
        Err(SchemaError::Ahead(9999))
    ));
    connection.close().await.unwrap();
    test_database.drop().await;
}

/// The program with a configuration for `database_url`, on a port of the system's choice.
pub(crate) fn program(command: &[&str], database_url: &str) -> Command {
    let mut program = Command::new(PROGRAM);
    program
        .args(command)
        .env_clear()
        .envs(variables(database_url, "http://127.0.0.1:9", "smtp://127.0.0.1:9"));
    program.env("ORIGIN_LISTEN", "127.0.0.1:0").env("RUST_LOG", "info");
    program.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program
}

async fn failure(command: &[&str], database_url: &str) -> String {
    let output = tokio::time::timeout(PATIENCE, program(command, database_url).output())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_failed_start_says_what_to_do() {
    let unreachable = "postgres://postgres@127.0.0.1:9/coupons";
    for command in [["serve"], ["work"], ["migrate"]] {
        let text = failure(&command, unreachable).await;
        assert!(
            text.contains("127.0.0.1:9/coupons cannot be reached: start PostgreSQL"),
            "{text}"
        );
    }
    let empty = TestDatabase::create_empty().await;
    let text = failure(&["serve"], &empty.url).await;
    assert!(text.contains("run `origin migrate` first"), "{text}");
    let output = program(&["migrate"], &empty.url).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program(&["serve"], &empty.url)
        .env("ORIGIN_LISTEN", &address)
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains(&format!("cannot listen on {address}: stop what uses it")),
        "{text}"
    );
    empty.drop().await;
}

#[tokio::test]
async fn the_configuration_is_checked_without_connecting() {
    let unreachable = "postgres://u:hunter22@127.0.0.1:9/coupons";
    let output = program(&["check-config"], unreachable).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "DATABASE_URL=127.0.0.1:9/coupons",
        "ORIGIN_LISTEN=127.0.0.1:0",
        "EDGE_URL=http://127.0.0.1:9",
        "ORIGIN_SECRET=[redacted]",
        "PUBLIC_URL=https://coupons.example.com/",
        "SMTP_URL=[redacted]",
        "REQUIRE_EDGE=false",
        "RUN_JOBS=true",
        "EVALUATION_RETENTION_DAYS=400",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in {text}");
    }
    for secret in ["hunter22", INTERNAL_SECRET, ORIGIN_SECRET] {
        assert!(!text.contains(secret), "{text}");
    }
    let mut bad = program(&["check-config"], unreachable);
    let bad = bad.env("EDGE_URL", "nowhere").env_remove("ORIGIN_SECRET");
    let output = bad.output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    for part in ["EDGE_URL is not valid", "ORIGIN_SECRET is not set"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn an_operator_rotates_and_republishes() {
    let database = TestDatabase::create().await;
    let run = async |command: &[&str]| {
        let output = program(command, &database.url).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().last().unwrap().to_owned()
    };
    let text = run(&["admin", "rotate-signing-keys"]).await;
    assert!(text.starts_with("generation 2 signs from "), "{text}");
    let text = run(&["admin", "rotate-signing-keys", "--now"]).await;
    assert!(text.starts_with("generation 3 signs from "), "{text}");
    for command in [["admin", "republish"].as_slice(), &["admin", "republish", "--all"]] {
        assert_eq!(
            run(command).await,
            "0 promotions, 0 application keys and the public keys go to the edge again"
        );
    }
    for command in [["admin", "reconcile"].as_slice(), &["admin", "reconcile", "--repair"]] {
        assert_eq!(run(command).await, "0 checked, 0 equal, 0 missing, 0 different");
    }
    let organization = "org_0198c5f0a1b27c3d8e4f5a6b7c8d9e0f";
    let one = [
        "admin",
        "reconcile",
        "ledger",
        "--organization",
        organization,
        "--promotion",
        "summer",
    ];
    for command in [["admin", "reconcile", "ledger"].as_slice(), &one] {
        let nothing = "0 promotions: 0 accepted, 0 stored, 0 duplicate, 0 missing; 0 differ";
        assert_eq!(run(command).await, nothing);
    }
    database.drop().await;
}

#[tokio::test]
async fn generated_secrets_configure_a_process() {
    let output = Command::new(PROGRAM)
        .args(["admin", "generate-secrets"])
        .env_clear()
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let generated: BTreeMap<_, _> = text.lines().map(|line| line.split_once('=').unwrap()).collect();
    let mut all = variables("postgres://u@h/d", "http://127.0.0.1:9", "smtp://127.0.0.1:9");
    for name in ["INTERNAL_SECRET", "ORIGIN_SECRET"] {
        all.insert(name, generated[name].to_owned());
    }
    read(&all).unwrap();
}

#[tokio::test]
async fn a_stop_lets_requests_finish() {
    let database = TestDatabase::create().await;
    let mut child = program(&["serve"], &database.url).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = next_log(&mut log, "serving").await["address"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({"organization_name": "Ana's", "name": "Ana", "email": "ana@example.com", "password": PASSWORD});
    let body = body.to_string();
    let (first, rest) = body.split_at(10);
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/auth/register HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         x-request-id: slow-one\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{first}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A second request that was answered proves that the first is being read.
    let other = reqwest_get(&format!("http://{address}/healthz")).await;
    assert_eq!(other, 200);
    terminate(&child).await;
    next_log(&mut log, "stopping").await;
    wait_until_refused(&address).await;
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let answered = next_log(&mut log, "answered").await;
    assert_eq!(
        (&answered["span"]["request_id"], &answered["status"]),
        (&json!("slow-one"), &json!(201)),
        "{answered}"
    );
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    database.drop().await;
}

#[tokio::test]
async fn log_lines_name_who_called() {
    let database = TestDatabase::create().await;
    let mut child = program(&["serve"], &database.url).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    let serving = next_log(&mut log, "serving").await;
    let url = format!("http://{}", serving["address"].as_str().unwrap());
    let client = reqwest::Client::new();
    let body = json!({"organization_name": "Ana's", "name": "Ana", "email": "ana@example.com", "password": PASSWORD});
    let registered = client
        .post(format!("{url}/v1/auth/register"))
        .json(&body)
        .send()
        .await
        .unwrap();
    let registered: serde_json::Value = registered.json().await.unwrap();
    let anonymous = next_log(&mut log, "answered").await;
    assert_eq!(anonymous["span"]["user"], serde_json::Value::Null, "{anonymous}");
    let token = registered["access_token"].as_str().unwrap();
    client
        .get(format!("{url}/v1/me"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let answered = next_log(&mut log, "answered").await;
    assert_eq!(
        (&answered["span"]["user"], &answered["span"]["organization"]),
        (&registered["user"]["id"], &registered["organization"]["id"]),
        "{answered}"
    );
    terminate(&child).await;
    tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    database.drop().await;
}

#[tokio::test]
async fn jobs_run_alone_and_stop() {
    let database = TestDatabase::create().await;
    let mut child = program(&["work"], &database.url).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap()).lines();
    next_log(&mut log, "working").await;
    terminate(&child).await;
    next_log(&mut log, "stopped").await;
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    database.drop().await;
}

async fn reqwest_get(url: &str) -> u16 {
    reqwest::get(url).await.unwrap().status().as_u16()
}

async fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
}

async fn wait_until_refused(address: &str) {
    crate::support::wait_for("the port to close", async || {
        TcpStream::connect(address).await.err().map(drop)
    })
    .await;
}

/// The next log line with this message; lines of others are passed over, except a health check's answer.
async fn next_log(
    log: &mut tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
    message: &str,
) -> serde_json::Value {
    let search = async {
        loop {
            let line = log.next_line().await.unwrap().expect("the log ended");
            let json: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            if json["message"] == message && json["span"]["path"] != "/healthz" {
                return json;
            }
        }
    };
    tokio::time::timeout(PATIENCE, search)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {message:?}"))
}

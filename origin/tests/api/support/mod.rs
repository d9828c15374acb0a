//! The application under test, its users, and the edge that it publishes to.

pub(crate) mod database;
pub(crate) mod edge;
pub(crate) mod ledger;
pub(crate) mod mailbox;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::signature::{self, Call};
use engine::wire::v1::{DEAD_LETTERS_PATH, INGEST_PATH, KeySetEntry, PublicKey, V1};
use origin::app::App;
use origin::clock::Clock;
use origin::config::Config;
use origin::{admin, ingest, jobs, router};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use database::TestDatabase;
use edge::FakeEdge;
use mailbox::{Delivered, FakeMailbox};

pub(crate) const INTERNAL_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const ORIGIN_SECRET: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const PASSWORD: &str = "correct horse";
/// Where people reach the merchant app.
pub(crate) const PUBLIC_URL: &str = "https://coupons.example.com";
/// Who issues their tokens: the same address, as URLs are written whole.
pub(crate) const ISSUER: &str = "https://coupons.example.com/";
/// Longest wait for a state.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `test` with an application of its own, whose database is dropped afterwards, whatever the outcome. A test that
/// passed leaves no job behind, unless it said so by [`TestApp::leave_jobs`].
pub(crate) async fn with_app<F: Future<Output = ()> + Send + 'static>(test: impl FnOnce(TestApp) -> F) {
    with_app_of(|_| {}, test).await;
}

/// The same with a configuration that is changed first.
pub(crate) async fn with_app_of<F: Future<Output = ()> + Send + 'static>(
    configure: impl FnOnce(&mut Config),
    test: impl FnOnce(TestApp) -> F,
) {
    let database = TestDatabase::create().await;
    let app = TestApp::start(&database, configure).await;
    let (stop, inner) = (app.stop.clone(), app.inner.clone());
    let check = app.clone();
    let run = test(app);
    let outcome = tokio::spawn(async move {
        run.await;
        check.expect_no_job_left().await;
    })
    .await;
    stop.cancel();
    inner.close().await;
    database.drop().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// The application, served on a port of its own.
#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) clock: Clock,
    pub(crate) edge: FakeEdge,
    pub(crate) mailbox: FakeMailbox,
    /// As the server's owner, outside of the application's roles.
    pub(crate) pool: PgPool,
    inner: App,
    config: Config,
    client: Client,
    address: String,
    database_url: String,
    stop: CancellationToken,
    leaves_jobs: Arc<AtomicBool>,
}

/// A user who signed in.
#[derive(Clone)]
pub(crate) struct User {
    app: TestApp,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) email: String,
    pub(crate) organization_id: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-21T10:30:00Z".parse().unwrap()
}

/// The configuration of a test, as variables.
pub(crate) fn variables(database_url: &str, edge_url: &str, smtp_url: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("DATABASE_URL", database_url.to_owned()),
        ("EDGE_URL", edge_url.to_owned()),
        ("INTERNAL_SECRET", INTERNAL_SECRET.to_owned()),
        ("ORIGIN_SECRET", ORIGIN_SECRET.to_owned()),
        ("PUBLIC_URL", PUBLIC_URL.to_owned()),
        ("SMTP_URL", smtp_url.to_owned()),
        ("MAIL_FROM", "Coupons <no-reply@coupons.example.com>".to_owned()),
    ])
}

/// A second to take a mail: enough on a busy machine, and a test of silence waits no longer.
pub(crate) fn hurry_mail(config: &mut Config) {
    config.mail.timeouts.send = Duration::from_secs(1);
}

impl TestApp {
    async fn start(database: &TestDatabase, configure: impl FnOnce(&mut Config)) -> Self {
        _ = rustls::crypto::ring::default_provider().install_default();
        let (clock, stop) = (Clock::fixed(now()), CancellationToken::new());
        let edge = FakeEdge::start(clock.clone(), stop.clone()).await;
        let mailbox = FakeMailbox::start(stop.clone()).await;
        let variables = variables(&database.url, &edge.url, &mailbox.url);
        let mut config = Config::read(|name| variables.get(name).cloned()).unwrap();
        configure(&mut config);
        let app = Self::serve(&database.url, config, clock, edge, mailbox, stop).await;
        app.mark_keys_published().await;
        app
    }

    /// Another process on the same database, with the same clock, edge and mailbox.
    pub(crate) async fn start_another(&self) -> Self {
        self.start_another_with(|_| {}).await
    }

    /// The same with another configuration.
    pub(crate) async fn start_another_with(&self, configure: impl FnOnce(&mut Config)) -> Self {
        let (edge, mailbox) = (self.edge.clone(), self.mailbox.clone());
        let mut config = self.config.clone();
        configure(&mut config);
        let (clock, stop) = (self.clock.clone(), self.stop.clone());
        Self::serve(&self.database_url, config, clock, edge, mailbox, stop).await
    }

    async fn serve(
        database_url: &str,
        config: Config,
        clock: Clock,
        edge: FakeEdge,
        mailbox: FakeMailbox,
        stop: CancellationToken,
    ) -> Self {
        let inner = App::start(&config, clock.clone()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = router::router(inner.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service);
        tokio::spawn(
            server
                .with_graceful_shutdown(stop.clone().cancelled_owned())
                .into_future(),
        );
        Self {
            clock,
            edge,
            mailbox,
            config,
            pool: PgPool::connect(database_url).await.unwrap(),
            inner,
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            address,
            database_url: database_url.to_owned(),
            stop,
            leaves_jobs: Arc::default(),
        }
    }

    /// As if the edge had been told of the signing keys before, so that the first thing it hears is the test's.
    async fn mark_keys_published(&self) {
        let keys = self.get("/.well-known/jwks.json").await.expect(200).json()["keys"].clone();
        let keys = keys.as_array().unwrap().iter().map(|key| PublicKey {
            kid: key["kid"].as_str().unwrap().to_owned(),
            x: key["x"].as_str().unwrap().to_owned(),
        });
        let entry = KeySetEntry {
            v: V1,
            issuer: ISSUER.to_owned(),
            keys: keys.collect(),
        };
        let insert = "insert into outbox (key, value, created_at, next_attempt_at, published_at) \
                      values ('jwks', $1, $2, $2, $2)";
        let insert = sqlx::query(insert).bind(serde_json::to_string(&entry).unwrap());
        insert.bind(self.clock.now()).execute(&self.pool).await.unwrap();
    }

    /// Runs the publisher and the jobs until the test ends or the token is cancelled.
    pub(crate) fn start_jobs(&self) -> CancellationToken {
        let stop = self.stop.child_token();
        self.start_worker(stop.clone());
        stop
    }

    /// As an operator does.
    pub(crate) async fn republish(&self, revisions: admin::Revisions) -> admin::Republished {
        admin::republish(&self.inner, revisions).await.unwrap()
    }

    /// As an operator does.
    pub(crate) async fn reconcile(&self, repair: jobs::Repair) -> jobs::Reconciled {
        jobs::reconcile_all(&self.inner, repair).await.unwrap()
    }

    /// As an operator does.
    pub(crate) async fn reconcile_ledger(&self, filter: &jobs::LedgerFilter) -> Vec<jobs::Tally> {
        jobs::reconcile_ledger(&self.inner, filter).await.unwrap()
    }

    /// As an operator does.
    pub(crate) async fn rebuild_reports(&self) {
        admin::rebuild_reports(&self.inner, None).await.unwrap();
    }

    /// As an operator does.
    pub(crate) async fn list_parked(&self) -> Vec<String> {
        ingest::list_parked(&self.inner).await.unwrap()
    }

    /// As an operator does.
    pub(crate) async fn replay_parked(&self) -> ingest::Replayed {
        ingest::replay_parked(&self.inner).await.unwrap()
    }

    /// As an operator does.
    pub(crate) async fn rotate_signing_keys(&self, at_once: bool) {
        admin::rotate_signing_keys(&self.inner, at_once).await.unwrap();
    }

    /// As an operator does; answers the link.
    pub(crate) async fn create_organization(&self, name: &str, admin_email: &str) -> String {
        let link = admin::create_organization(&self.inner, name, admin_email).await;
        link.unwrap().to_string()
    }

    /// As an operator does; answers the link.
    pub(crate) async fn reset_password_link(&self, email: &str) -> String {
        admin::reset_password(&self.inner, email).await.unwrap().to_string()
    }

    /// A user who signed in at another process, calling this one.
    pub(crate) fn with_token(&self, user: &User) -> User {
        User {
            app: self.clone(),
            ..user.clone()
        }
    }

    /// The same as a task, which may be waited for after a stop, or aborted as a process that dies.
    pub(crate) fn start_worker(&self, stop: CancellationToken) -> JoinHandle<()> {
        let app = self.inner.clone();
        tokio::spawn(async move { jobs::run(&app, stop).await.unwrap() })
    }

    /// The test leaves jobs that were given up or wait.
    pub(crate) fn leave_jobs(&self) {
        self.leaves_jobs.store(true, Ordering::SeqCst);
    }

    /// The jobs that are neither finished nor cancelled. The next cleaning and comparison always wait, and so do the
    /// notices of ends to come.
    pub(crate) async fn list_jobs_left(&self) -> Vec<String> {
        let query = "select kind || ': ' || coalesce(last_error, 'no error') from jobs \
                     where finished_at is null and cancelled_at is null and coalesce(unique_key, '') !~ '^(clean_up|disclose_demographics|keep_partitions|reconcile|reconcile_ledger):' \
                     and not (kind = 'tell_notice' and run_at > $1)";
        let query = sqlx::query_scalar(query).bind(self.clock.now());
        query.fetch_all(&self.pool).await.unwrap()
    }

    async fn expect_no_job_left(&self) {
        if !self.leaves_jobs.load(Ordering::SeqCst) {
            wait_for("the jobs to end", async || {
                self.list_jobs_left().await.is_empty().then_some(())
            })
            .await;
        }
    }

    /// Waits until this many mails were taken, and answers them.
    pub(crate) async fn wait_for_mails(&self, count: usize) -> Vec<Delivered> {
        wait_for("mails", async || {
            let mails = self.mailbox.mails();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.request(Method::POST, path).json(body)).await
    }

    /// Registers an organisation; `name` makes its e-mail.
    pub(crate) async fn register(&self, name: &str) -> User {
        let email = format!("{name}@example.com");
        let body =
            json!({"organization_name": format!("{name}'s shop"), "name": name, "email": email, "password": PASSWORD});
        let answer = self.post("/v1/auth/register", &body).await.expect(201);
        self.user(&email, &answer)
    }

    pub(crate) async fn login(&self, email: &str) -> User {
        let answer = self
            .post("/v1/auth/login", &json!({"email": email, "password": PASSWORD}))
            .await
            .expect(200);
        self.user(email, &answer)
    }

    /// A colleague of `admin` who may only read.
    pub(crate) async fn add_analyst(&self, admin: &User) -> User {
        self.add_member(admin, "analyst", "Analyst").await
    }

    /// A colleague of `admin` with a role, by its name.
    pub(crate) async fn add_member(&self, admin: &User, name: &str, role: &str) -> User {
        let email = format!("{name}-of-{}", admin.email);
        let organization = admin.organization_uuid();
        let mut transaction = self.pool.begin().await.unwrap();
        let run = sqlx::raw_sql("set local role coupons_app").execute(&mut *transaction);
        run.await.unwrap();
        for statement in [
            "select set_config('app.organization_id', $1, true), $2::text, $3::text, $4::text, $5::text",
            "insert into users (id, email, name, password_hash, created_at) \
             select gen_random_uuid(), $2, $5, password_hash, created_at from users \
             where email = $3 and $1::text is not null and $4::text is not null",
            "insert into memberships (organization_id, user_id, role_id, created_at) \
             select $1::uuid, u.id, r.id, u.created_at from users u, roles r \
             where u.email = $2 and r.name = $4 and $3::text is not null and $5::text is not null",
        ] {
            let query = sqlx::query(statement)
                .bind(&organization)
                .bind(&email)
                .bind(&admin.email)
                .bind(role)
                .bind(name);
            query.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        self.login(&email).await
    }

    /// Calls ingest as the edge does, and has the reports count it.
    pub(crate) async fn ingest(&self, records: &[Value]) -> Answer {
        let answer = self.ingest_alone(records).await;
        self.roll_up().await;
        answer
    }

    /// Calls ingest as the edge does, again as long as the origin is busy.
    pub(crate) async fn ingest_patiently(&self, records: &[Value]) -> Answer {
        wait_for("a slot of ingest", async || {
            let answer = self.ingest_alone(records).await;
            (answer.status != 503).then_some(answer)
        })
        .await
    }

    /// Sums all that waits, as the jobs do.
    pub(crate) async fn roll_up(&self) {
        jobs::roll_up_waiting(&self.inner).await.unwrap();
    }

    /// Calls ingest as the edge does.
    pub(crate) async fn ingest_alone(&self, records: &[Value]) -> Answer {
        self.post_signed(INGEST_PATH, &json!({"v": 1, "records": records}))
            .await
    }

    /// Brings dead letters as the edge does.
    pub(crate) async fn send_dead_letters(&self, letters: &[Value]) -> Answer {
        self.post_signed(DEAD_LETTERS_PATH, &json!({"v": 1, "letters": letters}))
            .await
    }

    async fn post_signed(&self, path: &str, body: &Value) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        let now = u64::try_from(self.clock.now().timestamp()).unwrap();
        let signature = signature::sign(INTERNAL_SECRET.as_bytes(), &Call::post(path, &body), now);
        let request = self.request(Method::POST, path);
        Answer::read(request.header(signature::HEADER, signature).body(body)).await
    }

    pub(crate) fn user(&self, email: &str, answer: &Answer) -> User {
        let json = answer.json();
        User {
            app: self.clone(),
            id: json["user"]["id"].as_str().unwrap().to_owned(),
            token: json["access_token"].as_str().unwrap().to_owned(),
            email: email.to_owned(),
            organization_id: json["organization"]["id"].as_str().unwrap().to_owned(),
        }
    }
}

impl User {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.request(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::DELETE, path)).await
    }

    /// Changes what has this revision, as an `ETag` has it.
    pub(crate) async fn patch_at(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).header("if-match", etag);
        Answer::read(request.json(body)).await
    }

    /// Changes what is there, whatever its revision.
    pub(crate) async fn patch_present(&self, path: &str, body: &Value) -> Answer {
        let etag = self.get(path).await.header("etag");
        self.patch_at(path, &etag, body).await
    }

    pub(crate) async fn create_promotion(&self, code: &str) -> Value {
        self.post("/v1/promotions", &promotion(code)).await.expect(201).json()
    }

    /// A promotion that takes coupons.
    pub(crate) async fn create_coupon_promotion(&self, code: &str) -> Value {
        let mut body = promotion(code);
        body["kind"] = json!("coupon");
        self.post("/v1/promotions", &body).await.expect(201).json()
    }

    pub(crate) async fn activate(&self, code: &str) -> Value {
        self.post(&format!("/v1/promotions/{code}/activate"), &json!({}))
            .await
            .expect(200)
            .json()
    }

    /// The organisation's identifier as the database has it.
    pub(crate) fn organization_uuid(&self) -> String {
        self.organization_id.trim_start_matches("org_").to_owned()
    }
}

impl Answer {
    pub(crate) async fn read(request: RequestBuilder) -> Self {
        let response: Response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    /// Fails the test on another status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Fails the test unless it is this problem, in the form that every problem has.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Self {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(
            (self.status, &json["status"], &json["code"]),
            (status, &json!(status), &json!(code)),
            "{json}"
        );
        assert_eq!(json["request_id"], self.header("x-request-id"), "{json}");
        assert!(
            json["detail"].as_str().is_some_and(|detail| !detail.is_empty()),
            "{json}"
        );
        self
    }

    /// The pointers and codes of the field errors.
    pub(crate) fn field_errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let json = self.json();
        json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (text(&e["pointer"]), text(&e["code"])))
            .collect()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }
}

/// The promotion of the API's documentation, with a condition that is easily met.
pub(crate) fn promotion(code: &str) -> Value {
    json!({
        "code": code, "name": "Summer 10 %", "kind": "discount",
        "condition": "total >= 100", "attributes": {"total": "number"},
        "effect": {"type": "percentage", "percent": "10"},
        "starts_at": null, "ends_at": "2027-01-31T23:59:59Z", "time_zone": "America/Montevideo",
        "limits": {"total": null, "per_customer": null, "budget": null}
    })
}

/// Waits until `probe` answers something.
pub(crate) async fn wait_for<T, F: Future<Output = Option<T>>>(what: &str, probe: impl Fn() -> F) -> T {
    let poll = async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

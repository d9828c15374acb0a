//! The ledger of the small edge: lists coupons, each at its newest revision, notes revoked keys, tells the totals that it is
//! given, and fails when it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use engine::ledger::ListedCoupon;
use engine::signature::{self, Call};
use engine::wire::v1::{
    COUPONS_PATH, CouponsAnswer, CouponsRequest, FORGOTTEN_CUSTOMERS_PATH, ForgetCustomerAnswer, ForgetCustomerRequest,
    MAX_COUPONS_PER_CALL, MAX_FORGETTING_PROMOTIONS, MAX_REVOKED_KEY_PROMOTIONS, PromotionObjects, REVOKED_KEYS_PATH,
    RevokedKeyAnswer, RevokedKeyRequest, TALLY_PATH, TallyAnswer, TallyRequest, V1,
};
use origin::clock::Clock;
use tokio::sync::OwnedMutexGuard;

use super::INTERNAL_SECRET;
use super::edge::Fault;

#[derive(Debug, Default)]
struct Store {
    /// By promotion and code.
    coupons: BTreeMap<(String, String), ListedCoupon>,
    calls: Vec<usize>,
    /// By key: the promotions of each call.
    revoked: BTreeMap<String, Vec<Vec<PromotionObjects>>>,
    /// The calls that had a customer forgotten.
    forgotten: Vec<ForgetCustomerRequest>,
    /// By promotion.
    tallies: BTreeMap<String, TallyAnswer>,
    tally_calls: usize,
    faults: VecDeque<Fault>,
}

#[derive(Debug, Clone)]
pub(crate) struct FakeLedger {
    store: Arc<Mutex<Store>>,
    clock: Clock,
    /// Who holds it keeps answers back, after what they say was stored.
    answers: Arc<tokio::sync::Mutex<()>>,
}

impl FakeLedger {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            store: Arc::default(),
            clock,
            answers: Arc::default(),
        }
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route(COUPONS_PATH, post(take))
            .route(REVOKED_KEYS_PATH, post(take_revoked_key))
            .route(FORGOTTEN_CUSTOMERS_PATH, post(take_forgotten_customer))
            .route(TALLY_PATH, post(tally))
            .with_state(self.clone())
    }

    /// The next calls fail so, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.store.lock().unwrap().faults.extend(faults);
    }

    /// Keeps answers back until it is dropped.
    pub(crate) async fn hold(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.answers).lock_owned().await
    }

    /// What is known of a promotion's coupon.
    pub(crate) fn coupon(&self, promotion_id: &str, code: &str) -> Option<ListedCoupon> {
        let key = (promotion_id.to_owned(), code.to_owned());
        self.store.lock().unwrap().coupons.get(&key).cloned()
    }

    /// The promotions of each call so far that told of a key.
    pub(crate) fn revoked(&self, key_id: &str) -> Vec<Vec<PromotionObjects>> {
        let store = self.store.lock().unwrap();
        store.revoked.get(key_id).cloned().unwrap_or_default()
    }

    /// The calls so far that had a customer forgotten.
    pub(crate) fn forgotten(&self) -> Vec<ForgetCustomerRequest> {
        self.store.lock().unwrap().forgotten.clone()
    }

    /// What is told of a promotion from here on; else it is nothing.
    pub(crate) fn set_tally(&self, promotion_id: &str, tally: TallyAnswer) {
        let mut store = self.store.lock().unwrap();
        store.tallies.insert(promotion_id.to_owned(), tally);
    }

    /// How often totals were asked for.
    pub(crate) fn tally_calls(&self) -> usize {
        self.store.lock().unwrap().tally_calls
    }

    /// Reads a call whose signature fits.
    fn read<T: serde::de::DeserializeOwned>(&self, path: &str, headers: &HeaderMap, body: &Bytes) -> T {
        let header = headers.get(signature::HEADER).unwrap().to_str().unwrap();
        let time = u64::try_from(self.clock.now().timestamp()).unwrap();
        signature::verify(INTERNAL_SECRET.as_bytes(), header, &Call::post(path, body), time).unwrap();
        serde_json::from_slice(body).unwrap()
    }

    /// Forgets every coupon.
    pub(crate) fn lose(&self) {
        self.store.lock().unwrap().coupons.clear();
    }

    /// How many coupons are listed.
    pub(crate) fn count(&self) -> usize {
        self.store.lock().unwrap().coupons.len()
    }

    /// How many coupons each call so far had.
    pub(crate) fn calls(&self) -> Vec<usize> {
        self.store.lock().unwrap().calls.clone()
    }
}

async fn take(State(ledger): State<FakeLedger>, headers: HeaderMap, body: Bytes) -> Response {
    let request: CouponsRequest = ledger.read(COUPONS_PATH, &headers, &body);
    assert!(request.coupons.len() <= MAX_COUPONS_PER_CALL);
    let (fault, stored) = ledger.store.lock().unwrap().take(request);
    drop(ledger.answers.lock().await);
    match fault {
        Some(Fault::Nonsense) => "ok".into_response(),
        Some(Fault::FirstOnly) | None => axum::Json(CouponsAnswer { v: V1, stored }).into_response(),
        Some(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn take_revoked_key(State(ledger): State<FakeLedger>, headers: HeaderMap, body: Bytes) -> Response {
    let request: RevokedKeyRequest = ledger.read(REVOKED_KEYS_PATH, &headers, &body);
    assert!((1..=MAX_REVOKED_KEY_PROMOTIONS).contains(&request.objects.len()));
    let mut store = ledger.store.lock().unwrap();
    let fault = store.faults.pop_front();
    let stored = match fault {
        Some(Fault::FirstOnly) => 1,
        Some(_) | None => request.objects.len(),
    };
    let calls = store.revoked.entry(request.key_id.to_string()).or_default();
    calls.push(request.objects);
    match fault {
        Some(Fault::Nonsense) => "ok".into_response(),
        Some(Fault::FirstOnly) | None => axum::Json(RevokedKeyAnswer { v: V1, stored }).into_response(),
        Some(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn take_forgotten_customer(State(ledger): State<FakeLedger>, headers: HeaderMap, body: Bytes) -> Response {
    let request: ForgetCustomerRequest = ledger.read(FORGOTTEN_CUSTOMERS_PATH, &headers, &body);
    let stored = request.objects.len();
    assert!((1..=MAX_FORGETTING_PROMOTIONS).contains(&stored));
    let mut store = ledger.store.lock().unwrap();
    if store.faults.pop_front().is_some() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    store.forgotten.push(request);
    axum::Json(ForgetCustomerAnswer { v: V1, stored }).into_response()
}

async fn tally(State(ledger): State<FakeLedger>, headers: HeaderMap, body: Bytes) -> Response {
    let request: TallyRequest = ledger.read(TALLY_PATH, &headers, &body);
    let mut store = ledger.store.lock().unwrap();
    store.tally_calls += 1;
    if store.faults.pop_front().is_some() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let tally = store.tallies.get(&request.objects.promotion_id.to_string());
    axum::Json(tally.cloned().unwrap_or_default()).into_response()
}

impl Store {
    fn take(&mut self, request: CouponsRequest) -> (Option<Fault>, usize) {
        self.calls.push(request.coupons.len());
        let fault = self.faults.pop_front();
        let kept = match fault {
            Some(Fault::FirstOnly) => 1,
            Some(Fault::After) | None => request.coupons.len(),
            Some(_) => 0,
        };
        for coupon in request.coupons.into_iter().take(kept) {
            let key = (request.promotion_id.to_string(), coupon.code.to_string());
            let known = self.coupons.get(&key);
            if known.is_none_or(|known| known.revision <= coupon.revision) {
                self.coupons.insert(key, coupon);
            }
        }
        (fault, kept)
    }
}

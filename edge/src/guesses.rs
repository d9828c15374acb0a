//! Wrong coupons: how many a caller may try before all further tries are refused alike.
//!
//! ```text
//! a decision that tells something of a coupon ─ tries left? ─ no ──▶ 429, whatever the coupon
//!                                                  └ yes ──▶ the answer; a wrong coupon costs a try
//! ```
//!
//! A limited caller gets the same answer for a coupon that exists and for one that does not, before any object of the
//! ledger is asked. Decisions that tell nothing of a coupon pass by: an evaluation without one costs a comparison here.
//! What is counted is counted in the isolate, which needs no look-up; a caller that reaches several has as many bounds.

use std::cell::RefCell;
use std::hash::Hash;
use std::num::NonZeroUsize;

use engine::evaluate::ReasonCode;
use engine::ids::AppKeyId;
use engine::problem::ProblemType;
use lru::LruCache;

use crate::app::App;
use crate::problem::Failure;

/// Wrong coupons of a customer, when the request names one: 60 at once, and one a second from then on. A person types a
/// code in some seconds, and a page that tries each letter as it is typed stays below as well.
const PER_CUSTOMER: Limit = Limit {
    burst: 60,
    millis_each: 1_000,
};
/// Wrong coupons of an application key: 600 at once, and ten a second from then on. All shoppers of a shop come with its
/// key, and a code of a campaign that is over may be typed by many. With the least symbols of a pattern and the most coupons
/// that they allow, a hit in 1,048,576 guesses, whoever guesses at this rate waits more than a day for one.
const PER_APP_KEY: Limit = Limit {
    burst: 600,
    millis_each: 100,
};
/// Most customers that are remembered, those without recent wrong coupons going first: at most 600 bytes each. Whoever
/// invents customers to be forgotten is held by the bound of the key.
const MAX_CUSTOMERS: usize = 4_096;
/// Most keys that are remembered.
const MAX_APP_KEYS: usize = 4_096;

thread_local! {
    static GUESSES: RefCell<Guesses> = RefCell::new(Guesses::new());
}

/// Who shows coupons.
#[derive(Debug, Clone)]
pub(crate) struct Guesser {
    app_key: AppKeyId,
    customer_id: Option<String>,
}

impl Guesser {
    pub(crate) fn new(app_key: AppKeyId, customer_id: Option<&str>) -> Self {
        Self {
            app_key,
            customer_id: customer_id.map(str::to_owned),
        }
    }

    /// Refuses whoever has no try left. A wrong coupon, as far as `reason` tells already, costs one.
    pub(crate) fn admit(&self, app: &App, reason: Option<ReasonCode>) -> Result<(), Failure> {
        let wait_millis = GUESSES.with_borrow(|guesses| guesses.wait_millis(self, app.started_millis()));
        if wait_millis > 0 {
            return Err(limited(wait_millis.div_ceil(1_000)));
        }
        if let Some(reason) = reason {
            self.learn(app, reason);
        }
        Ok(())
    }

    /// Learns how it ended: a wrong coupon costs a try.
    pub(crate) fn learn(&self, app: &App, reason: ReasonCode) {
        if is_wrong(reason) {
            GUESSES.with_borrow_mut(|guesses| guesses.charge(self, app.started_millis()));
        }
    }
}

/// Whether a refusal tells something of the coupon that was sent.
pub(crate) const fn is_about_a_coupon(reason: ReasonCode) -> bool {
    match reason {
        ReasonCode::CouponNotFound
        | ReasonCode::CouponExpired
        | ReasonCode::CouponRevoked
        | ReasonCode::CouponExhausted
        | ReasonCode::WrongCustomer => true,
        ReasonCode::ConditionNotMet
        | ReasonCode::NotActive
        | ReasonCode::NotStarted
        | ReasonCode::Expired
        | ReasonCode::PromotionLimitReached
        | ReasonCode::CustomerLimitReached
        | ReasonCode::BudgetExhausted
        | ReasonCode::EffectNotApplicable => false,
    }
}

/// Whether the coupon is one that whoever holds it would not have sent. One that is over was somebody's.
const fn is_wrong(reason: ReasonCode) -> bool {
    matches!(reason, ReasonCode::CouponNotFound | ReasonCode::WrongCustomer)
}

fn limited(wait_secs: u64) -> Failure {
    let detail = format!("Too many wrong coupons: wait {wait_secs} seconds, and send the code as it was handed out.");
    Failure::rejection(ProblemType::RateLimited, detail).with_header("Retry-After", wait_secs.to_string())
}

/// So many at once, and one each time that this time has passed.
#[derive(Debug, Clone, Copy)]
struct Limit {
    burst: u64,
    millis_each: u64,
}

impl Limit {
    /// How long until one more is within it. `paid_until` is the time up to which all so far are paid for, at one each
    /// [`Limit::millis_each`] (the generic cell rate algorithm).
    const fn wait_millis(self, paid_until: u64, now_millis: u64) -> u64 {
        let ahead = self.burst.saturating_sub(1).saturating_mul(self.millis_each);
        paid_until.saturating_sub(now_millis.saturating_add(ahead))
    }

    /// The time up to which they are paid for with one more.
    fn charge(self, paid_until: u64, now_millis: u64) -> u64 {
        paid_until.max(now_millis).saturating_add(self.millis_each)
    }
}

/// What is remembered: for each guesser the time up to which its wrong coupons are paid for.
struct Guesses {
    app_keys: LruCache<AppKeyId, u64>,
    customers: LruCache<(AppKeyId, String), u64>,
}

impl Guesses {
    fn new() -> Self {
        let most = |entries| NonZeroUsize::new(entries).unwrap_or(NonZeroUsize::MIN);
        Self {
            app_keys: LruCache::new(most(MAX_APP_KEYS)),
            customers: LruCache::new(most(MAX_CUSTOMERS)),
        }
    }

    fn wait_millis(&self, guesser: &Guesser, now_millis: u64) -> u64 {
        let of_key = self.app_keys.peek(&guesser.app_key);
        let of_key = of_key.map_or(0, |paid_until| PER_APP_KEY.wait_millis(*paid_until, now_millis));
        let of_customer = guesser.customer().and_then(|customer| self.customers.peek(&customer));
        let of_customer = of_customer.map_or(0, |paid_until| PER_CUSTOMER.wait_millis(*paid_until, now_millis));
        of_key.max(of_customer)
    }

    fn charge(&mut self, guesser: &Guesser, now_millis: u64) {
        charge(&mut self.app_keys, guesser.app_key, PER_APP_KEY, now_millis);
        if let Some(customer) = guesser.customer() {
            charge(&mut self.customers, customer, PER_CUSTOMER, now_millis);
        }
    }
}

impl Guesser {
    fn customer(&self) -> Option<(AppKeyId, String)> {
        Some((self.app_key, self.customer_id.clone()?))
    }
}

fn charge<K: Hash + Eq>(paid: &mut LruCache<K, u64>, key: K, limit: Limit, now_millis: u64) {
    let paid_until = paid.get_or_insert_mut(key, || 0);
    *paid_until = limit.charge(*paid_until, now_millis);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u8) -> AppKeyId {
        AppKeyId::from_parts(1, [number; 10])
    }

    /// How many wrong coupons in a row are taken at one time.
    fn taken(guesses: &mut Guesses, guesser: &Guesser, now: u64) -> u64 {
        let mut count = 0;
        while guesses.wait_millis(guesser, now) == 0 {
            guesses.charge(guesser, now);
            count += 1;
            assert!(count <= PER_APP_KEY.burst * 2, "there is no bound");
        }
        count
    }

    #[test]
    fn a_customer_has_a_bound_and_the_key_another() {
        let mut guesses = Guesses::new();
        let ana = Guesser::new(key(1), Some("ana"));
        assert_eq!(taken(&mut guesses, &ana, 5_000), PER_CUSTOMER.burst);
        assert_eq!(guesses.wait_millis(&ana, 5_000), PER_CUSTOMER.millis_each);
        assert_eq!(guesses.wait_millis(&ana, 5_999), 1);
        assert_eq!(taken(&mut guesses, &ana, 6_000), 1);
        // Neither another customer nor another shop pays for her, but what she took is missing from the key's.
        assert_eq!(guesses.wait_millis(&Guesser::new(key(1), Some("eva")), 6_000), 0);
        assert_eq!(guesses.wait_millis(&Guesser::new(key(2), Some("ana")), 6_000), 0);
        let nobody = Guesser::new(key(1), None);
        let left = PER_APP_KEY.burst - PER_CUSTOMER.burst - 1;
        let regained = 1_000 / PER_APP_KEY.millis_each;
        assert_eq!(taken(&mut guesses, &nobody, 6_000), left + regained);
        assert!(guesses.wait_millis(&Guesser::new(key(1), Some("eva")), 6_000) > 0);
        assert_eq!(guesses.wait_millis(&Guesser::new(key(2), None), 6_000), 0);
    }

    #[test]
    fn invented_customers_neither_fill_the_memory_nor_pass_the_bound_of_the_key() {
        let mut guesses = Guesses::new();
        let taken: u64 = (0..100_000)
            .map(|number| Guesser::new(key(1), Some(&format!("c-{number}"))))
            .filter(|guesser| {
                let admitted = guesses.wait_millis(guesser, 7) == 0;
                if admitted {
                    guesses.charge(guesser, 7);
                }
                admitted
            })
            .map(|_| 1)
            .sum();
        assert_eq!(taken, PER_APP_KEY.burst);
        for number in 0..MAX_CUSTOMERS + 10 {
            guesses.charge(&Guesser::new(key(2), Some(&format!("c-{number}"))), 7);
        }
        assert_eq!(guesses.customers.len(), MAX_CUSTOMERS);
    }

    #[test]
    fn what_costs_a_try() {
        for reason in ReasonCode::ALL {
            let (about, wrong) = match reason.as_str() {
                "coupon_not_found" | "wrong_customer" => (true, true),
                code => (code.starts_with("coupon_"), false),
            };
            assert_eq!(
                (is_about_a_coupon(reason), is_wrong(reason)),
                (about, wrong),
                "{reason}"
            );
        }
    }

    proptest! {
        /// Over any time, no more are taken than the burst and what the time gives; and whoever waits as long as was said
        /// is taken.
        #[test]
        fn the_rate_holds(pauses in prop::collection::vec(0_u64..3_000, 1..300)) {
            let mut guesses = Guesses::new();
            let guesser = Guesser::new(key(1), Some("ana"));
            let (mut now, mut taken) = (0, 0);
            for pause in pauses {
                now += pause;
                let wait = guesses.wait_millis(&guesser, now);
                if wait == 0 {
                    guesses.charge(&guesser, now);
                    taken += 1;
                } else {
                    prop_assert_eq!(guesses.wait_millis(&guesser, now + wait), 0);
                    prop_assert!(guesses.wait_millis(&guesser, now + wait - 1) > 0);
                }
                prop_assert!(taken <= PER_CUSTOMER.burst + now / PER_CUSTOMER.millis_each);
            }
        }
    }
}

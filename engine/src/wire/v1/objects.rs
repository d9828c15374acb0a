//! What the origin asks of a promotion's ledger objects, beside their configuration and coupons.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::V1;
use crate::ids::{AppKeyId, OrganizationId, PromotionId};
use crate::ledger::Objects;
use crate::money::Currency;

/// The path on the edge that takes a [`RevokedKeyRequest`].
pub const REVOKED_KEYS_PATH: &str = "/internal/revoked-keys";

/// Origin → edge: an application key is good no more, and these promotions' ledger objects have to know it, while copies
/// of the key are still about. Sending it again is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedKeyRequest {
    /// The format.
    pub v: V1,
    /// The key.
    pub key_id: AppKeyId,
    /// At most [`MAX_REVOKED_KEY_PROMOTIONS`].
    pub objects: Vec<PromotionObjects>,
}

/// Most promotions in a [`RevokedKeyRequest`]: each is a call of 16 objects at most, and a Worker's request may make 1,000.
pub const MAX_REVOKED_KEY_PROMOTIONS: usize = 50;

/// The ledger objects of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionObjects {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Whether one object counts all of it.
    pub counted: bool,
}

impl PromotionObjects {
    /// The same, to find them by.
    pub const fn objects(self) -> Objects {
        Objects {
            organization: self.organization_id,
            promotion: self.promotion_id,
            counted: self.counted,
        }
    }
}

/// Edge → origin, `200`: all of their objects know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedKeyAnswer {
    /// The format.
    pub v: V1,
    /// How many promotions there were.
    pub stored: usize,
}

/// The path on the edge that takes a [`ForgetCustomerRequest`].
pub const FORGOTTEN_CUSTOMERS_PATH: &str = "/internal/forgotten-customers";

/// Origin → edge: these promotions' ledger objects have to forget who a customer is. Sending it again is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetCustomerRequest {
    /// The format.
    pub v: V1,
    /// The shop's name for the shopper.
    pub customer_id: String,
    /// At most [`MAX_FORGETTING_PROMOTIONS`].
    pub objects: Vec<PromotionObjects>,
}

/// Most promotions in a [`ForgetCustomerRequest`]: each is a call of 16 objects at most, of which each reads all of its
/// rows, and the origin waits ten seconds.
pub const MAX_FORGETTING_PROMOTIONS: usize = 10;

/// Edge → origin, `200`: all of their objects have forgotten it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetCustomerAnswer {
    /// The format.
    pub v: V1,
    /// How many promotions there were.
    pub stored: usize,
}

/// The path on the edge that takes a [`TallyRequest`].
pub const TALLY_PATH: &str = "/internal/tally";

/// Origin → edge: how much has the ledger of this promotion decided?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TallyForm")]
pub struct TallyRequest {
    /// The format.
    pub v: V1,
    /// Which.
    #[serde(flatten)]
    pub objects: PromotionObjects,
}

/// [`TallyRequest`] as it is sent: `#[serde(flatten)]` would read it through a buffer.
#[derive(Deserialize)]
struct TallyForm {
    v: V1,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    counted: bool,
}

impl From<TallyForm> for TallyRequest {
    fn from(form: TallyForm) -> Self {
        Self {
            v: form.v,
            objects: PromotionObjects {
                organization_id: form.organization_id,
                promotion_id: form.promotion_id,
                counted: form.counted,
            },
        }
    }
}

/// Edge → origin, `200`: the sums over the promotion's objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyAnswer {
    /// The format.
    pub v: V1,
    /// Changes that were ever written: each is one [`super::LedgerEvent`].
    pub events: u64,
    /// Those of them that the origin has not acknowledged.
    pub outstanding: u64,
    /// When the oldest of those was written; `None` when there are none.
    pub oldest_outstanding_at: Option<DateTime<Utc>>,
    /// Redemptions that were consumed for good, those included that were given back since.
    pub committed: u64,
    /// Those of them that were given back whole.
    pub rolled_back: u64,
    /// What they gave and what of it was returned, by currency; those without an amount are left out.
    pub discounts: Vec<TallyDiscount>,
}

/// Discounts in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyDiscount {
    /// Which.
    pub currency: Currency,
    /// What redemptions that were consumed for good gave.
    pub committed: u64,
    /// What of that was given back, wholly or in part.
    pub returned: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Serialize + serde::de::DeserializeOwned>(json: &str) {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }

    const ORG: &str = "org_01a0c4506c0071018101010101010101";
    const PROM: &str = "prom_01a0c4506c0071018101010101010101";
    const KEY: &str = "key_01a0c4506c0071018101010101010101";

    #[test]
    fn sent_forms_are_pinned() {
        let objects = |counted| format!(r#""organization_id":"{ORG}","promotion_id":"{PROM}","counted":{counted}"#);
        let (one, shards) = (objects(true), objects(false));
        check::<RevokedKeyRequest>(&format!(
            r#"{{"v":1,"key_id":"{KEY}","objects":[{{{one}}},{{{shards}}}]}}"#
        ));
        check::<RevokedKeyAnswer>(r#"{"v":1,"stored":2}"#);
        check::<ForgetCustomerRequest>(&format!(
            r#"{{"v":1,"customer_id":"c-77","objects":[{{{one}}},{{{shards}}}]}}"#
        ));
        check::<ForgetCustomerAnswer>(r#"{"v":1,"stored":2}"#);
        check::<TallyRequest>(&format!(r#"{{"v":1,{shards}}}"#));
        check::<TallyAnswer>(
            r#"{"v":1,"events":9,"outstanding":2,"oldest_outstanding_at":"2026-11-21T12:00:00.125Z","committed":5,"rolled_back":1,"discounts":[{"currency":"UYU","committed":6025,"returned":1205}]}"#,
        );
        check::<TallyAnswer>(
            r#"{"v":1,"events":0,"outstanding":0,"oldest_outstanding_at":null,"committed":0,"rolled_back":0,"discounts":[]}"#,
        );
    }
}

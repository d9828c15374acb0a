//! What the origin sends to the edge, and how it looks at what the edge has.

use std::collections::{BTreeMap, BTreeSet};

use base16ct::lower as hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::V1;
use crate::ids::{OrganizationId, PromotionId};
use crate::ledger::ListedCoupon;

/// The path on the edge that takes a [`PublishRequest`].
pub const PUBLISH_PATH: &str = "/internal/publish";

/// Origin → edge: values for KV and for the ledger's objects. Writing one again is harmless.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishRequest {
    /// The format.
    pub v: V1,
    /// At most [`MAX_PUBLISH_ENTRIES`].
    pub entries: Vec<PublishEntry>,
}

/// Most entries in a [`PublishRequest`]: each is one KV write, or a call of each of a promotion's 16 ledger objects, and a
/// Worker's request may make 1,000 of them; batches stay below that and below the time limit of the call.
pub const MAX_PUBLISH_ENTRIES: usize = 50;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishEntry {
    /// From [`super::promotion_key`], [`super::app_key_key`], [`super::key_set_key`] or [`super::ledger_key`].
    pub key: String,
    /// Grows with each value of the key: the edge drops a value that is older than one it has.
    pub revision: u64,
    /// The JSON text to store.
    pub value: String,
}

/// Edge → origin, `200`: which entries are stored, or were overtaken by a newer one. What is missing has to be sent again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishAnswer {
    /// The format.
    pub v: V1,
    /// The keys that were written.
    pub stored: BTreeSet<String>,
}

/// The path on the edge that takes a [`CouponsRequest`].
pub const COUPONS_PATH: &str = "/internal/coupons";

/// Origin → edge: coupons that a promotion's ledger objects have to list. Sending one again is harmless.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CouponsRequest {
    /// The format.
    pub v: V1,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Whether one object counts all of it.
    pub counted: bool,
    /// At most [`MAX_COUPONS_PER_CALL`].
    pub coupons: Vec<ListedCoupon>,
}

/// Most coupons in a [`CouponsRequest`]: some 250 KB of JSON, written in a few milliseconds by 16 objects.
pub const MAX_COUPONS_PER_CALL: usize = 1_000;

/// Edge → origin, `200`: all coupons are listed, each at its revision or a newer one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CouponsAnswer {
    /// The format.
    pub v: V1,
    /// How many there were.
    pub stored: usize,
}

/// The path on the edge that takes an [`InspectRequest`].
pub const INSPECT_PATH: &str = "/internal/inspect";

/// Origin → edge: what is published under these keys?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InspectRequest {
    /// The format.
    pub v: V1,
    /// At most [`MAX_INSPECTED_KEYS`], as in [`PublishEntry::key`].
    pub keys: BTreeSet<String>,
}

/// Most keys in an [`InspectRequest`]; as [`MAX_PUBLISH_ENTRIES`].
pub const MAX_INSPECTED_KEYS: usize = 50;

/// Edge → origin, `200`. A key without a value is left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InspectAnswer {
    /// The format.
    pub v: V1,
    /// By key.
    pub found: BTreeMap<String, Inspected>,
}

/// What the edge has under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspected {
    /// SHA-256 of the value's text in hex. Of several ledger objects that differ, any other text's.
    pub digest: String,
}

impl Inspected {
    /// What is told of a value, computed the same where it is stored and where it is compared.
    pub fn of(text: &str) -> Self {
        Self {
            digest: hex::encode_string(&Sha256::digest(text.as_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Serialize + serde::de::DeserializeOwned>(json: &str) {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }

    #[test]
    fn sent_forms_are_pinned() {
        check::<PublishRequest>(r#"{"v":1,"entries":[{"key":"promo/org_1/a","revision":7,"value":"{}"}]}"#);
        check::<PublishAnswer>(r#"{"v":1,"stored":["promo/org_1/a"]}"#);
        check::<CouponsRequest>(
            r#"{"v":1,"organization_id":"org_01a0c4506c0071018101010101010101","promotion_id":"prom_01a0c4506c0071018101010101010101","counted":true,"coupons":[{"code":"WELCOME","revision":3,"max_uses":1,"expires_at":"2027-01-31T23:59:59Z","customer_id":"c-77","revoked":false},{"code":"SUMMER-1","revision":4,"max_uses":null,"expires_at":null,"customer_id":null,"revoked":true}]}"#,
        );
        check::<CouponsAnswer>(r#"{"v":1,"stored":2}"#);
        check::<InspectRequest>(r#"{"v":1,"keys":["jwks","key/ab12"]}"#);
        check::<InspectAnswer>(r#"{"v":1,"found":{"jwks":{"digest":"ab12"}}}"#);
    }

    #[test]
    fn digests_are_those_of_fips_180() {
        assert_eq!(
            Inspected::of("abc").digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

//! Where a redemption is kept, and how its identifier says so.
//!
//! An object (a Durable Object) is named by the organisation, which comes from the credential, and by a promotion's tag
//! and a shard, which are inside the identifier of each redemption that is kept there. So a redemption is found by its
//! identifier alone, without a directory that would have to be written, and another tenant's identifier leads to an
//! object that knows nothing of it.

use std::fmt;

use base16ct::lower as hex;
use sha2::{Digest, Sha256};

use crate::coupon::CouponCode;
use crate::ids::{OrganizationId, PromotionId, RedemptionId};
use crate::promotion::Rule;

/// Objects of a promotion that nothing is counted over. One object decides some hundred commands a second, so sixteen
/// carry a hot promotion. Part of the stored names: changing it loses sight of used transactions.
pub const SHARDS: u8 = 16;

/// The bits of a UUIDv7's ninth byte that are not its variant.
const SHARD_BITS: u8 = 0b0011_1111;

/// The random end of a promotion's identifier. The origin keeps it unique in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromotionTag([u8; 5]);

impl PromotionTag {
    /// A promotion's.
    pub fn of(promotion: PromotionId) -> Self {
        Self(tail(promotion.uuid().into_bytes()))
    }
}

/// Which of a promotion's objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shard {
    /// One of [`SHARDS`], by hash.
    Of(u8),
    /// The one that counts over the whole promotion.
    All,
}

impl Shard {
    fn of_text(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        Self::Of(digest.first().map_or(0, |byte| byte % SHARDS))
    }

    const fn number(self) -> u8 {
        match self {
            Self::Of(number) => number,
            Self::All => SHARDS,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        match number {
            SHARDS => Some(Self::All),
            number if number < SHARDS => Some(Self::Of(number)),
            _ => None,
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(number) => write!(f, "{number:02}"),
            Self::All => f.write_str("all"),
        }
    }
}

/// The ledger objects of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objects {
    /// The tenant.
    pub organization: OrganizationId,
    /// The promotion.
    pub promotion: PromotionId,
    /// Whether all is counted in one of them.
    pub counted: bool,
}

/// What a redemption is found by in its object, and the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    organization: OrganizationId,
    tag: PromotionTag,
    shard: Shard,
    key: String,
}

impl Objects {
    /// Those of a rule's promotion.
    pub const fn of(rule: &Rule) -> Self {
        Self {
            organization: rule.organization_id(),
            promotion: rule.promotion_id(),
            counted: rule.is_counted(),
        }
    }

    /// Where a request's redemption is.
    ///
    /// That of a discount is found by its transaction. A coupon's use is found by its coupon and the transaction, else
    /// the call's `Idempotency-Key`; without both it is like no other, and `unique` tells it from them.
    pub fn of_request(
        self,
        transaction_id: &str,
        coupon: Option<&CouponCode>,
        idempotency_key: Option<&str>,
        unique: &str,
    ) -> Place {
        match (coupon, idempotency_key) {
            (None, _) => self.of_transaction(transaction_id),
            (Some(coupon), _) if !transaction_id.is_empty() => self.of_use(coupon, transaction_id),
            (Some(coupon), Some(key)) => self.of_call(coupon, key),
            (Some(coupon), None) => self.of_single(coupon, unique),
        }
    }

    /// Where a transaction's redemption of a discount is.
    fn of_transaction(self, transaction_id: &str) -> Place {
        self.place(transaction_id, ["t/", transaction_id].concat())
    }

    /// Where a coupon's use by a transaction is.
    fn of_use(self, coupon: &CouponCode, transaction_id: &str) -> Place {
        self.place(coupon.as_str(), [coupon.as_str(), "/t/", transaction_id].concat())
    }

    /// Where a coupon's use without a transaction is, told from others by the call's `Idempotency-Key`.
    fn of_call(self, coupon: &CouponCode, idempotency_key: &str) -> Place {
        self.place(coupon.as_str(), format!("{coupon}/i/{idempotency_key}"))
    }

    /// Where a coupon's use is that is like no other; `unique` is an identifier.
    fn of_single(self, coupon: &CouponCode, unique: &str) -> Place {
        self.place(coupon.as_str(), format!("{coupon}/s/{unique}"))
    }

    /// The object that a coupon is listed and counted in.
    pub fn of_coupon(self, coupon: &CouponCode) -> String {
        object(
            self.organization,
            PromotionTag::of(self.promotion),
            self.shard(coupon.as_str()),
        )
    }

    /// All of them.
    pub fn all(self) -> Vec<String> {
        let tag = PromotionTag::of(self.promotion);
        if self.counted {
            return vec![object(self.organization, tag, Shard::All)];
        }
        (0..SHARDS)
            .map(|number| object(self.organization, tag, Shard::Of(number)))
            .collect()
    }

    fn place(self, sharded_by: &str, key: String) -> Place {
        Place {
            organization: self.organization,
            tag: PromotionTag::of(self.promotion),
            shard: self.shard(sharded_by),
            key,
        }
    }

    fn shard(self, text: &str) -> Shard {
        if self.counted { Shard::All } else { Shard::of_text(text) }
    }
}

impl Place {
    /// The object's name.
    pub fn object(&self) -> String {
        object(self.organization, self.tag, self.shard)
    }

    /// What the redemption is found by in the object. A coupon's code has no `/`, so kinds and parts stay apart.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// An identifier for a redemption that is kept here.
    ///
    /// Twenty-eight of its bits are random: enough for one object, where it is unique or refused, within a millisecond.
    pub fn redemption_id(&self, unix_millis: u64, random: [u8; 4]) -> RedemptionId {
        let [first, second, third, fourth] = random;
        let [a, b, c, d, e] = self.tag.0;
        let bytes = [first, second, self.shard.number(), third, fourth, a, b, c, d, e];
        RedemptionId::from_parts(unix_millis, bytes)
    }
}

/// The name of the object that keeps a redemption of the organisation; `None` for an identifier that names none.
pub fn object_of(organization: OrganizationId, redemption: RedemptionId) -> Option<String> {
    let bytes = redemption.uuid().into_bytes();
    let shard = bytes.get(8).and_then(|byte| Shard::from_number(byte & SHARD_BITS))?;
    Some(object(organization, PromotionTag(tail(bytes)), shard))
}

fn object(organization: OrganizationId, tag: PromotionTag, shard: Shard) -> String {
    let (tag, shard) = (hex::encode_string(&tag.0), shard.to_string());
    [&String::from(organization), "/", &tag, "/", &shard].concat()
}

const fn tail(bytes: [u8; 16]) -> [u8; 5] {
    let [.., a, b, c, d, e] = bytes;
    [a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PREFIX: &str = "org_01a0c4506c0071018101010101010101/0202020202";

    fn objects(counted: bool) -> Objects {
        Objects {
            organization: OrganizationId::from_parts(1_790_000_000_000, [1; 10]),
            promotion: PromotionId::from_parts(1_790_000_000_000, [2; 10]),
            counted,
        }
    }

    fn coupon() -> CouponCode {
        "WELCOME".parse().unwrap()
    }

    #[test]
    fn names_are_pinned() {
        let check = |counted, place: fn(Objects) -> Place, object: &str, key: &str| {
            let place = place(objects(counted));
            assert_eq!(place.object(), format!("{PREFIX}/{object}"));
            assert_eq!(place.key(), key);
        };
        // The second hex digit of `printf order-1001 | sha256sum`, and so on; that of WELCOME begins with 26.
        check(
            false,
            |objects| objects.of_request("order-1001", None, None, "u"),
            "00",
            "t/order-1001",
        );
        check(
            false,
            |objects| objects.of_request("ñandú", None, Some("k"), "u"),
            "03",
            "t/ñandú",
        );
        check(
            true,
            |objects| objects.of_request("ñandú", None, None, "u"),
            "all",
            "t/ñandú",
        );
        for (counted, object) in [(false, "06"), (true, "all")] {
            let check = |transaction, key, expected| {
                let place = objects(counted).of_request(transaction, Some(&coupon()), key, "eval_1");
                assert_eq!((place.object(), place.key()), (format!("{PREFIX}/{object}"), expected));
                assert_eq!(place.object(), objects(counted).of_coupon(&coupon()));
            };
            check("order-1001", None, "WELCOME/t/order-1001");
            check("order-1001", Some("k"), "WELCOME/t/order-1001");
            check("", Some("k"), "WELCOME/i/k");
            check("", None, "WELCOME/s/eval_1");
        }
    }

    #[test]
    fn every_shard_is_used_and_listed() {
        let used: std::collections::BTreeSet<_> = (0..1_000)
            .map(|number| objects(false).of_transaction(&format!("order-{number}")).object())
            .collect();
        assert_eq!(Vec::from_iter(used), objects(false).all());
        assert_eq!(objects(true).all(), [format!("{PREFIX}/all")]);
    }

    #[test]
    fn an_identifier_of_no_object_leads_nowhere() {
        for number in SHARDS + 1..=SHARD_BITS {
            let id = RedemptionId::from_parts(1, [0, 0, number, 0, 0, 0, 0, 0, 0, 0]);
            assert_eq!(object_of(objects(true).organization, id), None);
        }
    }

    proptest! {
        #[test]
        fn a_redemption_is_found_by_its_identifier(
            millis in 0_u64..1 << 48, random: [u8; 4], promotion: [u8; 10], counted: bool, transaction in ".{1,64}",
        ) {
            let objects = Objects { promotion: PromotionId::from_parts(millis, promotion), ..objects(counted) };
            let place = objects.of_request(&transaction, None, None, "");
            let id = place.redemption_id(millis, random);
            prop_assert_eq!(object_of(objects.organization, id), Some(place.object()));
            prop_assert!(objects.all().contains(&place.object()));
            prop_assert_eq!(id.to_string().parse::<RedemptionId>().unwrap(), id);
        }

        #[test]
        fn two_requests_meet_only_when_they_are_one(
            a in ("[-A-Z/ti]{0,4}", "[a-z/:]{0,6}", proptest::option::of("[a-z/:]{1,6}"), "[s/]{1,3}"),
            b in ("[-A-Z/ti]{0,4}", "[a-z/:]{0,6}", proptest::option::of("[a-z/:]{1,6}"), "[s/]{1,3}"),
        ) {
            // What names a request: the coupon, and the first of the others that is there.
            let named = |(coupon, transaction, key, unique): &(String, String, Option<String>, String)| {
                let coupon = coupon.parse::<CouponCode>().ok();
                let name = match (&coupon, transaction.as_str(), key) {
                    (None, transaction, _) => (0, transaction.to_owned()),
                    (Some(_), "", Some(key)) => (1, key.clone()),
                    (Some(_), "", None) => (2, unique.clone()),
                    (Some(_), transaction, _) => (0, transaction.to_owned()),
                };
                (coupon, name)
            };
            let place = |(coupon, transaction, key, unique): &(String, String, Option<String>, String)| {
                let coupon = coupon.parse::<CouponCode>().ok();
                objects(true).of_request(transaction, coupon.as_ref(), key.as_deref(), unique)
            };
            prop_assert_eq!(place(&a) == place(&b), named(&a) == named(&b));
        }
    }
}

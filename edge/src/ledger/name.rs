//! Which object holds what of a promotion.

use engine::coupon::CouponCode;
use engine::ids::{OrganizationId, PromotionId};
use sha2::{Digest, Sha256};

/// Objects of a promotion that nothing is counted over. One object decides some hundred commands a second, so sixteen
/// carry a hot promotion. Part of the stored names: changing it loses sight of used transactions.
const SHARDS: u8 = 16;

/// The object that health checks reach.
pub(super) const HEALTH: &str = "health";

/// The ledger objects of a promotion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Objects {
    pub(crate) organization: OrganizationId,
    pub(crate) promotion: PromotionId,
    /// Whether all is counted in one of them.
    pub(crate) counted: bool,
}

/// What a redemption is found by in its object, and the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) object: String,
    /// One redemption's.
    pub(super) key: String,
    /// The shop's name for it.
    pub(crate) transaction_id: String,
}

impl Objects {
    /// Where a transaction is.
    pub(crate) fn of_transaction(self, transaction_id: &str) -> Place {
        Place {
            object: self.holding(transaction_id),
            key: transaction_id.to_owned(),
            transaction_id: transaction_id.to_owned(),
        }
    }

    /// Where a coupon's use is, which the transaction tells from its other uses. A code has no `/`.
    pub(crate) fn of_use(self, coupon: &CouponCode, transaction_id: &str) -> Place {
        Place {
            object: self.of_coupon(coupon),
            key: format!("{coupon}/{transaction_id}"),
            transaction_id: transaction_id.to_owned(),
        }
    }

    /// The object that a coupon is listed and counted in.
    pub(super) fn of_coupon(self, coupon: &CouponCode) -> String {
        self.holding(coupon.as_str())
    }

    /// All of them.
    pub(super) fn all(self) -> Vec<String> {
        if self.counted {
            return vec![self.only()];
        }
        (0..SHARDS).map(|shard| self.shard(shard)).collect()
    }

    fn holding(self, text: &str) -> String {
        if self.counted {
            self.only()
        } else {
            self.shard(shard(text))
        }
    }

    fn only(self) -> String {
        format!("{}/{}/all", self.organization, self.promotion)
    }

    fn shard(self, shard: u8) -> String {
        format!("{}/{}/{shard:02}", self.organization, self.promotion)
    }
}

fn shard(text: &str) -> u8 {
    let digest = Sha256::digest(text.as_bytes());
    digest.first().map_or(0, |byte| byte % SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "org_01a0c4506c0071018101010101010101/prom_01a0c4506c0072028202020202020202";

    fn objects(counted: bool) -> Objects {
        Objects {
            organization: OrganizationId::from_parts(1_790_000_000_000, [1; 10]),
            promotion: PromotionId::from_parts(1_790_000_000_000, [2; 10]),
            counted,
        }
    }

    #[test]
    fn names_are_pinned() {
        let check = |counted, transaction_id: &str, object| {
            let expected = Place {
                object: format!("{PREFIX}/{object}"),
                key: transaction_id.to_owned(),
                transaction_id: transaction_id.to_owned(),
            };
            assert_eq!(objects(counted).of_transaction(transaction_id), expected);
        };
        // The second hex digit of `printf order-1001 | sha256sum`, and so on.
        check(false, "order-1001", "00");
        check(false, "ñandú", "03");
        check(true, "order-1001", "all");
        check(true, "ñandú", "all");
    }

    #[test]
    fn uses_are_where_their_coupon_is() {
        let coupon: CouponCode = "WELCOME".parse().unwrap();
        for counted in [false, true] {
            let place = objects(counted).of_use(&coupon, "order-1001");
            assert_eq!(place.object, objects(counted).of_coupon(&coupon));
            assert_eq!(place.key, "WELCOME/order-1001");
        }
        // `printf WELCOME | sha256sum` begins with 26.
        assert_eq!(objects(false).of_coupon(&coupon), format!("{PREFIX}/06"));
    }

    #[test]
    fn every_shard_is_used_and_listed() {
        let used: std::collections::BTreeSet<_> = (0..1_000)
            .map(|number| objects(false).of_transaction(&format!("order-{number}")).object)
            .collect();
        assert_eq!(Vec::from_iter(used), objects(false).all());
        assert_eq!(objects(true).all(), [format!("{PREFIX}/all")]);
    }
}

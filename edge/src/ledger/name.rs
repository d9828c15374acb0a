//! Which object holds a transaction.

use engine::ids::{OrganizationId, PromotionId};
use sha2::{Digest, Sha256};

/// Objects per promotion. One object decides some hundred commands a second; nothing is counted across transactions
/// yet, so sixteen carry a hot promotion. Part of the stored names: changing it loses sight of used transactions.
const SHARDS: u8 = 16;

/// The object that health checks reach.
pub(super) const HEALTH: &str = "health";

/// The name of the object for a transaction of a promotion.
pub(super) fn object_name(organization: OrganizationId, promotion: PromotionId, transaction_id: &str) -> String {
    format!("{organization}/{promotion}/{:02}", shard(transaction_id))
}

fn shard(transaction_id: &str) -> u8 {
    let digest = Sha256::digest(transaction_id.as_bytes());
    digest.first().map_or(0, |byte| byte % SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pinned() {
        let organization = OrganizationId::from_parts(1_790_000_000_000, [1; 10]);
        let promotion = PromotionId::from_parts(1_790_000_000_000, [2; 10]);
        let check = |transaction_id, shard| {
            let expected =
                format!("org_01a0c4506c0071018101010101010101/prom_01a0c4506c0072028202020202020202/{shard}");
            assert_eq!(
                object_name(organization, promotion, transaction_id),
                expected,
                "{transaction_id}"
            );
        };
        // The second hex digit of `printf order-1001 | sha256sum`, and so on.
        check("order-1001", "00");
        check("ñandú", "03");
    }

    #[test]
    fn every_shard_is_used() {
        let used: std::collections::BTreeSet<_> = (0..1_000).map(|number| shard(&format!("order-{number}"))).collect();
        assert_eq!(used, (0..SHARDS).collect());
    }
}

//! A promotion at one version, as the edge stores it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Status, Terms};
use crate::ids::{OrganizationId, PromotionId};
use crate::wire::v1::V1;

/// A promotion at one version, as the edge stores it: the value of [`crate::wire::v1::promotion_key`].
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    v: V1,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    version: u64,
    status: Status,
    #[serde(flatten)]
    terms: Terms,
}

/// Why a stored rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored rule cannot be read: {0}; publish it again from an origin of this release")]
pub struct RuleError(String);

impl Rule {
    /// The rule for a promotion at a version.
    pub const fn new(
        organization_id: OrganizationId,
        promotion_id: PromotionId,
        version: u64,
        status: Status,
        terms: Terms,
    ) -> Self {
        Self {
            v: V1,
            organization_id,
            promotion_id,
            version,
            status,
            terms,
        }
    }

    /// Reads a stored rule and checks all of it, the condition too: once for each time that a host caches it.
    ///
    /// # Errors
    /// Says what is wrong; never panics, whatever the text.
    pub fn from_json(text: &str) -> Result<Self, RuleError> {
        let json: Value = serde_json::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        let head: Head = serde_json::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        let terms = Terms::parse(&json).map_err(|errors| {
            let pointers: BTreeSet<_> = errors.into_iter().map(|error| error.pointer).collect();
            RuleError(format!("invalid at {pointers:?}"))
        })?;
        Ok(Self::new(
            head.organization_id,
            head.promotion_id,
            head.version,
            head.status,
            terms,
        ))
    }

    /// The text that [`Rule::from_json`] reads.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The tenant.
    pub const fn organization_id(&self) -> OrganizationId {
        self.organization_id
    }

    /// The promotion.
    pub const fn promotion_id(&self) -> PromotionId {
        self.promotion_id
    }

    /// Counts published states, from 1.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Active or paused; a draft is not published.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What the merchant wrote.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "v")]
    _v: V1,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    version: u64,
    status: Status,
}

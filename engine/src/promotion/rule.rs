//! A promotion at one version, as the edge stores it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::{Kind, Limits, PromotionCode, Status, Terms};
use crate::coupon::{CouponSet, Match};
use crate::effect::Effect;
use crate::evaluate::AnswerParts;
use crate::expression::{Condition, Diagnostic, Program, Schema, Span};
use crate::ids::{OrganizationId, PromotionId};
use crate::ledger::CouponClaim;
use crate::zone::Zone;

/// The version of the stored form that is written; version 2 knew neither limits nor coupons and is still read.
pub const RULE_VERSION: u8 = 3;

/// A promotion at one version, as the edge stores it: the value of [`crate::wire::v1::promotion_key`].
#[derive(Debug, Clone)]
pub struct Rule {
    stored: Stored,
    program: Program,
    answer: AnswerParts,
}

/// The stored form.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    v: u8,
    organization_id: OrganizationId,
    promotion_id: PromotionId,
    version: u64,
    status: Status,
    code: PromotionCode,
    kind: Kind,
    condition: String,
    /// A [`Schema`], which only an explanation reads: whoever decides need not carry the parser of types.
    attributes: Box<RawValue>,
    /// The compiled condition in base64.
    program: String,
    effect: Effect,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    time_zone: String,
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    counted: bool,
    #[serde(default)]
    coupons: Option<CouponSet>,
}

/// Why a stored rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored rule cannot be read: {0}; publish it again from an origin of this release")]
pub struct RuleError(String);

impl Rule {
    /// The rule for a promotion at a version, its condition compiled for `zone`, which is that of its terms.
    pub fn new(
        organization_id: OrganizationId,
        promotion_id: PromotionId,
        version: u64,
        status: Status,
        terms: &Terms,
        zone: &Zone,
    ) -> Self {
        let program = Program::compile(terms.condition(), zone);
        let stored = Stored {
            v: RULE_VERSION,
            organization_id,
            promotion_id,
            version,
            status,
            code: terms.code().clone(),
            kind: terms.kind(),
            condition: terms.condition().source().to_owned(),
            // A schema has a JSON form.
            attributes: to_raw_value(terms.attributes()).unwrap_or_default(),
            program: STANDARD_NO_PAD.encode(program.to_bytes()),
            effect: terms.effect().clone(),
            starts_at: terms.starts_at(),
            ends_at: terms.ends_at(),
            time_zone: terms.time_zone().to_owned(),
            revision: 0,
            limits: *terms.limits(),
            counted: terms.limits().is_counted(),
            coupons: None,
        };
        Self::assemble(stored, program)
    }

    /// The same with what the host knows besides the terms: the promotion's revision, whether one ledger object counts all
    /// of it, and its coupons.
    #[must_use]
    pub fn with_ledger(mut self, revision: u64, counted: bool, coupons: Option<CouponSet>) -> Self {
        self.stored.revision = revision;
        self.stored.counted = counted;
        self.stored.coupons = coupons;
        self
    }

    fn assemble(stored: Stored, program: Program) -> Self {
        let answer = AnswerParts::new(&stored.code, stored.version, &stored.effect);
        Self {
            stored,
            program,
            answer,
        }
    }

    /// Reads a stored rule and checks all of it, the compiled condition too: once for each time that a host caches it.
    ///
    /// # Errors
    /// Says what is wrong; never panics, whatever the text.
    ///
    /// ```
    /// use engine::promotion::Rule;
    ///
    /// let stored = include_str!("../../tests/data/rule.v3.json").trim_end();
    /// let rule = Rule::from_json(stored).unwrap();
    /// assert_eq!(rule.code().as_str(), "summer-10");
    /// assert_eq!(rule.to_json().unwrap(), stored);
    /// assert!(Rule::from_json("{}").is_err());
    /// ```
    pub fn from_json(text: &str) -> Result<Self, RuleError> {
        let mut stored: Stored = serde_json::from_str(text).map_err(|error| RuleError(error.to_string()))?;
        if !matches!(stored.v, 2 | RULE_VERSION) {
            return Err(RuleError(format!("format version {} is not known here", stored.v)));
        }
        stored.v = RULE_VERSION;
        let program = load(&stored.program)?;
        Ok(Self::assemble(stored, program))
    }

    /// The text that [`Rule::from_json`] reads.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.stored)
    }

    /// The tenant.
    pub const fn organization_id(&self) -> OrganizationId {
        self.stored.organization_id
    }

    /// The promotion.
    pub const fn promotion_id(&self) -> PromotionId {
        self.stored.promotion_id
    }

    /// Which published state of the promotion this is, counted from 1.
    pub const fn version(&self) -> u64 {
        self.stored.version
    }

    /// Active, paused or archived; a draft is not published.
    pub const fn status(&self) -> Status {
        self.stored.status
    }

    /// The merchant's code.
    pub const fn code(&self) -> &PromotionCode {
        &self.stored.code
    }

    /// What it consumes.
    pub const fn kind(&self) -> Kind {
        self.stored.kind
    }

    /// What it gives.
    pub const fn effect(&self) -> &Effect {
        &self.stored.effect
    }

    /// What every answer to an evaluation says of the rule.
    pub(crate) const fn answer(&self) -> &AnswerParts {
        &self.answer
    }

    /// The first instant at which it applies.
    pub const fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.stored.starts_at
    }

    /// The last instant at which it applies, inclusive to the millisecond.
    pub const fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.stored.ends_at
    }

    /// Counts changes of the promotion of any kind: the ledger goes by the newest that it knows.
    pub const fn revision(&self) -> u64 {
        self.stored.revision
    }

    /// How often and how much.
    pub const fn limits(&self) -> &Limits {
        &self.stored.limits
    }

    /// Whether one ledger object counts all of the promotion's redemptions. Settled when it is first published, for the
    /// objects that hold them do not move.
    pub const fn is_counted(&self) -> bool {
        self.stored.counted
    }

    /// The coupons; `None` when it has none.
    pub const fn coupons(&self) -> Option<&CouponSet> {
        self.stored.coupons.as_ref()
    }

    /// The coupon that a shopper's text names; `None` when it names none. Whether the ledger lists one that is of no batch
    /// is not known here.
    pub fn coupon(&self, text: &str) -> Option<CouponClaim> {
        let code = text.parse().ok()?;
        match self.coupons()?.find(&code) {
            Match::Generated { code, batch, .. } => Some(CouponClaim {
                code,
                batch: Some(*batch.terms()),
            }),
            Match::Listed(code) => Some(CouponClaim { code, batch: None }),
            Match::Unknown => None,
        }
    }

    /// The compiled condition.
    pub const fn program(&self) -> &Program {
        &self.program
    }

    /// A part of the condition's source; empty when there is none.
    pub(crate) fn part(&self, at: Span) -> &str {
        self.stored.condition.get(at.start..at.end).unwrap_or_default()
    }

    /// The condition as it was written, parsed and checked again: for explaining a decision.
    ///
    /// # Errors
    /// The stored source does not fit the stored attributes.
    pub fn condition(&self) -> Result<Condition, Vec<Diagnostic>> {
        // What is no schema declares nothing, and the condition does not fit it.
        let schema: Schema = serde_json::from_str(self.stored.attributes.get()).unwrap_or_default();
        Condition::check(&self.stored.condition, &schema)
    }

    /// The zone that the condition was compiled for, as far as it reads it.
    pub const fn zone(&self) -> &Zone {
        self.program.zone()
    }
}

fn load(base64: &str) -> Result<Program, RuleError> {
    let bytes = STANDARD_NO_PAD.decode(base64);
    let bytes = bytes.map_err(|_| RuleError("its compiled condition is not base64".to_owned()))?;
    Program::load(&bytes).map_err(|error| RuleError(error.to_string()))
}

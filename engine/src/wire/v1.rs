//! Version 1 of every body that edge, origin and shops exchange.
//!
//! A reader refuses a version that it does not know; a writer writes one version. Each KV key is made by one function
//! here and nowhere else.

mod access_token;
mod edge_context;
mod ingest;
mod objects;
mod publish;
pub(crate) mod record;
mod redemption;
mod time;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::app_key::Mode;
use crate::effect::Effect;
use crate::evaluate::ReasonCode;
use crate::expression::Trace;
use crate::ids::{AppKeyId, EvaluationId, OrganizationId, PromotionId, RedemptionId};
use crate::json::JsonWriter;
use crate::money::Money;
use crate::promotion::PromotionCode;

pub use access_token::{
    ACCESS_TOKEN_ALGORITHM, ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYPE, AccessTokenClaims, AccessTokenError,
    AccessTokenHeader, CLOCK_TOLERANCE_SECS, KeySetEntry, PublicKey, UnverifiedAccessToken,
};
pub use edge_context::{CONTEXT_HEADER, EdgeContext, Identity};
pub use ingest::{
    DEAD_LETTERS_PATH, DeadLetter, DeadLettersAnswer, DeadLettersRequest, INGEST_PATH, IngestAnswer, IngestRequest,
    IngestResult, MAX_DEAD_LETTERS, MAX_INGEST_RECORDS, MAX_INGESTS,
};
pub use objects::{
    FORGOTTEN_CUSTOMERS_PATH, ForgetCustomerAnswer, ForgetCustomerRequest, MAX_FORGETTING_PROMOTIONS,
    MAX_REVOKED_KEY_PROMOTIONS, PromotionObjects, REVOKED_KEYS_PATH, RevokedKeyAnswer, RevokedKeyRequest, TALLY_PATH,
    TallyAnswer, TallyDiscount, TallyRequest,
};
pub use publish::{
    COUPONS_PATH, CouponsAnswer, CouponsRequest, INSPECT_PATH, InspectAnswer, InspectRequest, Inspected,
    MAX_COUPONS_PER_CALL, MAX_INSPECTED_KEYS, MAX_PUBLISH_ENTRIES, PUBLISH_PATH, PublishAnswer, PublishEntry,
    PublishRequest,
};
pub use record::EvaluationRecord;
pub use redemption::{LedgerEvent, LedgerEventKind, RedemptionAnswer, RedemptionStatus};

/// The largest body of a request to the edge, in bytes: room for a cart of some hundred lines, and small enough that
/// a flood of them does not exhaust an isolate's 128 MB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Marks a body as of this version; any other number is refused when it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct V1;

impl From<V1> for u8 {
    fn from(_: V1) -> Self {
        1
    }
}

impl TryFrom<u8> for V1 {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, String> {
        match version {
            1 => Ok(Self),
            other => Err(format!(
                "format version {other} is not known here; deploy edge and origin of one release"
            )),
        }
    }
}

/// `200` of `POST /v1/promotions/{code}/evaluate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluateAnswer {
    /// Names this evaluation in records and support requests.
    pub evaluation_id: EvaluationId,
    /// What was evaluated.
    pub promotion: PromotionRef,
    /// Whether the promotion applies.
    pub applicable: bool,
    /// Why not; `null` when applicable.
    pub reason: Option<Reason>,
    /// What the promotion gives; `null` when not applicable.
    pub effect: Option<Effect>,
    /// What that is in money; `null` when not applicable or the request named no amount.
    pub discount: Option<Money>,
    /// What was consumed; `null` when not applicable.
    pub redemption: Option<Redemption>,
    /// Seconds since the rule was read from the store.
    pub rule_age_seconds: u64,
}

/// Bytes of an answer, with some room for its effect.
const ANSWER_BYTES: usize = 512;

impl EvaluateAnswer {
    /// Its JSON text: the same that serializing it gives.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(ANSWER_BYTES);
        self.write(&mut JsonWriter(&mut json));
        json
    }

    pub(crate) fn write(&self, out: &mut JsonWriter<'_>) {
        out.raw("{\"evaluation_id\":\"eval_");
        out.hex(self.evaluation_id.uuid());
        out.raw("\",\"promotion\":{\"code\":");
        out.text(self.promotion.code.as_str());
        out.raw(",\"version\":");
        out.number(self.promotion.version);
        out.raw(if self.applicable {
            "},\"applicable\":true"
        } else {
            "},\"applicable\":false"
        });
        out.raw(",\"reason\":");
        out.optional(self.reason.as_ref(), JsonWriter::value);
        out.raw(",\"effect\":");
        out.optional(self.effect.as_ref(), JsonWriter::value);
        out.raw(",\"discount\":");
        out.optional(self.discount, JsonWriter::money);
        out.raw(",\"redemption\":");
        out.optional(self.redemption.as_ref(), |out, redemption| {
            out.raw("{\"id\":\"red_");
            out.hex(redemption.id.uuid());
            out.raw("\",\"status\":\"");
            out.raw(redemption.status.as_str());
            out.raw("\"");
            if let Some(at) = &redemption.expires_at {
                out.raw(",\"expires_at\":");
                out.time(at);
            }
            out.raw("}");
        });
        out.raw(",\"rule_age_seconds\":");
        out.number(self.rule_age_seconds);
        out.raw("}");
    }
}

/// `200` of `POST /v1/promotions/{code}/preview`: the answer that an evaluation would get, without a redemption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewAnswer {
    /// What the promotion says.
    #[serde(flatten)]
    pub answer: EvaluateAnswer,
    /// One for each operand of the condition's outermost `and`.
    pub trace: Vec<Trace>,
}

/// A promotion at a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRef {
    /// The merchant's code.
    pub code: PromotionCode,
    /// Counts published states, from 1.
    pub version: u64,
}

/// Why a promotion does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// From the closed list.
    pub code: ReasonCode,
    /// A sentence for people.
    pub detail: String,
}

/// What an evaluation consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// Its identifier.
    pub id: RedemptionId,
    /// Where it stands.
    pub status: RedemptionStatus,
    /// When a reservation ends, exclusive; left out for what is not reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// The KV key of a promotion's rule; the value is a [`crate::promotion::Rule`].
pub fn promotion_key(organization: OrganizationId, code: &PromotionCode) -> String {
    ["promo/", &String::from(organization), "/", code.as_str()].concat()
}

/// The key under which a [`crate::ledger::Config`] is published to a promotion's ledger objects: to the one that counts all
/// of it, or to its shards. It is no key of KV.
pub fn ledger_key(organization: OrganizationId, promotion: PromotionId, counted: bool) -> String {
    let layout = if counted { LEDGER_ONE } else { LEDGER_SHARDS };
    format!("{LEDGER_PREFIX}{organization}/{promotion}/{layout}")
}

/// What [`ledger_key`] starts with.
pub const LEDGER_PREFIX: &str = "ledger/";
const LEDGER_ONE: &str = "one";
const LEDGER_SHARDS: &str = "shards";

/// What [`ledger_key`] was made of.
pub fn parse_ledger_key(key: &str) -> Option<(OrganizationId, PromotionId, bool)> {
    let mut parts = key.strip_prefix(LEDGER_PREFIX)?.split('/');
    let (organization, promotion) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let counted = match parts.next()? {
        LEDGER_ONE => true,
        LEDGER_SHARDS => false,
        _ => return None,
    };
    parts.next().is_none().then_some((organization, promotion, counted))
}

/// The KV key of an application key, from [`crate::app_key::AppKey::hash`]; the value is an [`AppKeyEntry`].
pub fn app_key_key(hash: &str) -> String {
    format!("key/{hash}")
}

/// The KV key of the public keys that verify access tokens; the value is a [`KeySetEntry`].
pub const fn key_set_key() -> &'static str {
    "jwks"
}

/// What the edge knows of an application key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppKeyEntry {
    /// The format.
    pub v: V1,
    /// The key's identifier.
    pub id: AppKeyId,
    /// Whose key it is: the tenant of every request that carries it.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
    /// What it may evaluate.
    pub promotions: KeyScope,
    /// When it ends, exclusive.
    pub expires_at: Option<DateTime<Utc>>,
    /// A revoked key stays published, so that every copy learns of it.
    pub revoked: bool,
}

/// The promotions that a key is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum KeyScope {
    /// `"all"`.
    All(AllPromotions),
    /// Named ones.
    Named(BTreeSet<PromotionCode>),
}

/// The word `"all"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllPromotions {
    /// Every promotion of the organisation.
    All,
}

impl KeyScope {
    /// Every promotion of the organisation.
    pub const ALL: Self = Self::All(AllPromotions::All);

    /// Whether the key may evaluate `code`.
    pub fn contains(&self, code: &PromotionCode) -> bool {
        match self {
            Self::All(AllPromotions::All) => true,
            Self::Named(codes) => codes.contains(code),
        }
    }
}

// Not derived: an untagged enum is read through a buffer.
impl<'de> Deserialize<'de> for KeyScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScopeVisitor)
    }
}

struct ScopeVisitor;

impl<'de> Visitor<'de> for ScopeVisitor {
    type Value = KeyScope;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"all\" or a list of promotion codes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<KeyScope, E> {
        AllPromotions::deserialize(text.into_deserializer()).map(KeyScope::All)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, codes: A) -> Result<KeyScope, A::Error> {
        BTreeSet::deserialize(SeqAccessDeserializer::new(codes)).map(KeyScope::Named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Serialize + serde::de::DeserializeOwned>(json: &str) {
        let value: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }

    const ID: &str = "01a0c4506c0071018101010101010101";

    #[test]
    fn stored_and_sent_forms_are_pinned() {
        let key = |scope: &str| {
            format!(
                r#"{{"v":1,"id":"key_{ID}","organization_id":"org_{ID}","mode":"live","promotions":{scope},"expires_at":"2027-01-31T23:59:59Z","revoked":false}}"#
            )
        };
        check::<AppKeyEntry>(&key("\"all\""));
        check::<AppKeyEntry>(&key("[\"summer-10\",\"winter\"]"));
        check::<EvaluationRecord>(&format!(
            r#"{{"v":1,"id":"eval_{ID}","organization_id":"org_{ID}","promotion_id":"prom_{ID}","version":3,"app_key_id":"key_{ID}","mode":"test","at":"2026-11-21T12:00:00.125Z","reason":"condition_not_met","discount":null,"redemption_id":null,"country":"UY","city":"MVD","age_band":"18-24","response_ms":4}}"#
        ));
        check::<EvaluationRecord>(&format!(
            r#"{{"v":1,"id":"eval_{ID}","organization_id":"org_{ID}","promotion_id":"prom_{ID}","version":3,"app_key_id":"key_{ID}","mode":"live","at":"2026-11-21T12:00:00.125Z","reason":null,"discount":null,"redemption_id":"red_{ID}","coupon":"SUMMER-1","country":null,"city":null,"age_band":null,"exhausted":true,"response_ms":4}}"#
        ));
    }

    #[test]
    fn another_version_is_refused() {
        let error = serde_json::from_str::<PublishAnswer>(r#"{"v":2,"stored":[]}"#).unwrap_err();
        assert!(error.to_string().contains("format version 2"), "{error}");
    }

    #[test]
    fn keys_of_kv_are_pinned() {
        let organization = format!("org_{ID}").parse().unwrap();
        assert_eq!(
            promotion_key(organization, &"Summer-10".parse().unwrap()),
            format!("promo/org_{ID}/summer-10")
        );
        let promotion = format!("prom_{ID}").parse().unwrap();
        for (counted, layout) in [(true, "one"), (false, "shards")] {
            let key = ledger_key(organization, promotion, counted);
            assert_eq!(key, format!("ledger/org_{ID}/prom_{ID}/{layout}"));
            assert_eq!(parse_ledger_key(&key), Some((organization, promotion, counted)));
            for wrong in [
                format!("x{key}"),
                format!("{key}/"),
                format!("{key}s"),
                key.replace("prom", "org"),
            ] {
                assert_eq!(parse_ledger_key(&wrong), None, "{wrong}");
            }
        }
        assert_eq!(app_key_key("ab12"), "key/ab12");
        assert_eq!(key_set_key(), "jwks");
    }

    #[test]
    fn scope() {
        let named = KeyScope::Named(BTreeSet::from(["summer-10".parse().unwrap()]));
        let check = |scope: &KeyScope, code: &str, allowed| {
            assert_eq!(scope.contains(&code.parse().unwrap()), allowed, "{code}");
        };
        check(&KeyScope::ALL, "anything", true);
        check(&named, "SUMMER-10", true);
        check(&named, "winter", false);
    }

    #[test]
    fn scopes_are_read_from_texts_and_from_values() {
        let check = |json: &str, expected: Result<KeyScope, &str>| {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            for read in [serde_json::from_str::<KeyScope>(json), serde_json::from_value(value)] {
                match (read, &expected) {
                    (Ok(read), expected) => assert_eq!(Ok(&read), expected.as_ref(), "{json}"),
                    (Err(error), Err(said)) => assert!(error.to_string().contains(said), "{json}: {error}"),
                    (Err(error), Ok(_)) => panic!("{json}: {error}"),
                }
            }
        };
        check(r#""all""#, Ok(KeyScope::ALL));
        let named = BTreeSet::from(["summer-10".parse().unwrap()]);
        check(r#"["summer-10"]"#, Ok(KeyScope::Named(named)));
        check("[]", Ok(KeyScope::Named(BTreeSet::new())));
        check(r#""some""#, Err("unknown variant `some`, expected `all`"));
        check(r#"["not a code!"]"#, Err("a code is 1 to 64 letters"));
        for wrong in ["5", "null", "{}", r#"{"all":null}"#, "true"] {
            check(wrong, Err("expected \"all\" or a list of promotion codes"));
        }
    }
}

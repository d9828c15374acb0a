//! The answer to an evaluation as bytes, written piece by piece: the same that serializing
//! [`EvaluateAnswer`](crate::wire::v1::EvaluateAnswer) gives, without its copies.

use std::fmt::Write as _;

use super::{Decision, Refusal};
use crate::effect::Effect;
use crate::ids::{EvaluationId, RedemptionId};
use crate::json::JsonWriter;
use crate::promotion::{PromotionCode, Rule};

/// What an answer says besides the decision.
#[derive(Debug, Clone, Copy)]
pub struct AnswerHead {
    /// Names the evaluation.
    pub evaluation_id: EvaluationId,
    /// Names the redemption, should the promotion apply.
    pub redemption_id: RedemptionId,
    /// Seconds since the rule was read from the store.
    pub rule_age_seconds: u64,
}

/// The parts of an answer that are the same for every request, written when a rule is loaded.
#[derive(Debug, Clone)]
pub(crate) struct AnswerParts {
    /// From the promotion to the discount.
    applicable: String,
    /// From the promotion to the reason.
    refused: String,
}

impl AnswerParts {
    pub(crate) fn new(code: &PromotionCode, version: u64, effect: &Effect) -> Self {
        // Letters, digits, `-` and `_`: nothing to escape.
        let code = code.as_str();
        // Every effect has a JSON form.
        let effect = serde_json::to_string(effect).unwrap_or_else(|_| "null".to_owned());
        let promotion = format!(r#"","promotion":{{"code":"{code}","version":{version}}},"applicable":"#);
        Self {
            applicable: format!(r#"{promotion}true,"reason":null,"effect":{effect},"discount":"#),
            refused: format!(r#"{promotion}false,"reason":{{"code":""#),
        }
    }
}

/// Appends the answer to `out`.
pub fn write_answer(out: &mut Vec<u8>, head: &AnswerHead, rule: &Rule, decision: &Decision<'_>) {
    let mut out = JsonWriter(out);
    out.raw("{\"evaluation_id\":\"eval_");
    out.hex(head.evaluation_id.uuid());
    match decision {
        Decision::Applicable { discount } => {
            out.raw(&rule.answer().applicable);
            match discount {
                None => out.raw("null"),
                Some(money) => out.money(*money),
            }
            out.raw(",\"redemption\":{\"id\":\"red_");
            out.hex(head.redemption_id.uuid());
            out.raw("\",\"status\":\"committed\"},\"rule_age_seconds\":");
        }
        Decision::Refused(Refusal { code, detail }) => {
            out.raw(&rule.answer().refused);
            out.raw(code.as_str());
            out.raw("\",\"detail\":\"");
            // Writing to memory does not fail.
            _ = write!(out, "{detail}");
            out.raw("\"},\"effect\":null,\"discount\":null,\"redemption\":null,\"rule_age_seconds\":");
        }
    }
    out.number(head.rule_age_seconds);
    out.raw("}");
}

//! The engine behind bare exports, for `bench/edge/workers/alone.js`: a request's bytes, a decision, an answer's bytes. That is
//! what the peers' Workers do. What makes it an evaluation of the API, the key before and the record after, is left out.

use std::cell::RefCell;

use chrono::DateTime;
use engine::evaluate::{AnswerHead, Evaluator, write_answer};
use engine::ids::{EvaluationId, RedemptionId};
use engine::promotion::Rule;

/// Random bytes of an identifier, which stand before a request's body.
const RANDOM_BYTES: usize = 10;

thread_local! {
    static ALONE: RefCell<Alone> = RefCell::new(Alone {
        evaluator: Evaluator::without_locations(),
        rules: Vec::new(),
        given: Vec::new(),
        answer: Vec::new(),
    });
}

struct Alone {
    evaluator: Evaluator,
    rules: Vec<Rule>,
    /// What JavaScript hands over.
    given: Vec<u8>,
    answer: Vec<u8>,
}

impl Alone {
    fn add_rule(&mut self) -> Option<()> {
        let text = str::from_utf8(&self.given).ok()?;
        self.rules.push(Rule::from_json(text).ok()?);
        Some(())
    }

    fn evaluate(&mut self, rule: usize, millis: u64) -> Option<()> {
        let rule = self.rules.get(rule)?;
        let (random, body) = self.given.split_first_chunk::<RANDOM_BYTES>()?;
        let now = DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)?;
        let evaluation = self.evaluator.evaluate(rule, body, now).ok()?;
        let head = AnswerHead {
            evaluation_id: EvaluationId::from_parts(millis, *random),
            redemption_id: RedemptionId::from_parts(millis, *random),
            rule_age_seconds: 0,
        };
        self.answer.clear();
        write_answer(&mut self.answer, &head, rule, &evaluation.decision);
        Some(())
    }
}

/// Room for `bytes` that are handed over; valid until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    ALONE.with_borrow_mut(|alone| {
        alone.given.resize(bytes, 0);
        alone.given.as_mut_ptr()
    })
}

/// Takes what was handed over as a stored rule, and answers with the number of rules; 0 when it is none.
#[unsafe(no_mangle)]
pub extern "C" fn add_rule() -> usize {
    ALONE.with_borrow_mut(|alone| alone.add_rule().map_or(0, |()| alone.rules.len()))
}

/// Takes what was handed over as ten random bytes and a request's body, decides on it by the rule of that number, counted from
/// 0, at `now` in milliseconds since 1970, and answers with the bytes of the answer; 0 when the request is wrong.
#[unsafe(no_mangle)]
pub extern "C" fn evaluate(rule: usize, now: f64) -> usize {
    ALONE.with_borrow_mut(|alone| alone.evaluate(rule, now as u64).map_or(0, |()| alone.answer.len()))
}

/// Where the answer is; valid until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    ALONE.with_borrow(|alone| alone.answer.as_ptr())
}

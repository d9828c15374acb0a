//! A queue that delivers as badly as a queue may, and messages that can never be stored.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Api, at_once, request, wait_for};
use crate::stack::{Bare, Stack};
use crate::standin::Manner;
use crate::till::Till;

/// Callers at a time, and the orders of each.
const CALLERS: usize = 8;
const ORDERS: usize = 30;
/// Messages that can be stored, beside one that cannot.
const GOOD: usize = 99;

/// Events that come twice, late, out of order or not at all are stored, once each: what never came is sent again.
pub(crate) fn badly(bare: &Bare) -> Result<()> {
    let till = Till::open(&bare.stack, "badly", json!({}))?;
    let (before, sent_again) = (bare.standin.taken().len(), bare.standin.sent_again());
    bare.standin.behave(Manner::Badly);
    at_once(CALLERS, |caller| {
        for number in 0..ORDERS {
            till.evaluate(&request(&format!("{caller}-{number}")))?.expect(200)?;
        }
        Ok(())
    })?;
    let orders = CALLERS * ORDERS;
    wait_for("the queue to have seen every event", || {
        Ok((bare.standin.taken().len() - before >= orders).then_some(()))
    })?;
    bare.standin.behave(Manner::Faithful);
    till.reconciled(u64::try_from(orders)?)?;
    let again = bare.standin.sent_again() - sent_again;
    ensure!(again > 0, "no event was sent again, although some were not delivered");
    println!(
        "{orders} orders by a queue that delivers twice, late, the last first and not at all: {again} events sent again, missing 0, duplicate 0"
    );
    Ok(())
}

/// What can never be stored is put aside with the reason; what came with it is stored.
pub(crate) fn poison(bare: &Bare) -> Result<()> {
    let till = Till::open(&bare.stack, "poison", json!({}))?;
    // All hundred wait for one delivery.
    bare.standin.behave(Manner::Held);
    for _ in 0..GOOD {
        till.evaluate(&refused())?.expect(200)?;
    }
    wait_for("the records to be in the queue", || {
        Ok((bare.standin.backlog() >= GOOD).then_some(()))
    })?;
    let good = bare.standin.oldest().context("no record")?;
    let mut unknown = good.clone();
    // Of the same time, as an identifier tells it.
    let id = good["id"].as_str().context("no identifier")?;
    unknown["id"] = json!(format!("{}01010101", &id[..id.len() - 8]));
    unknown["promotion_id"] = json!("prom_01a0c4506c0071018101010101010101");
    let poisons = [("not JSON", "{".to_owned()), ("promotion", unknown.to_string())];
    // The second one comes with another record in its message.
    bare.standin.put(["{".to_owned(), json!([unknown, good]).to_string()]);
    bare.standin.behave(Manner::Faithful);
    let letters = wait_for("the dead letters", || {
        let letters = bare.standin.dead_letters();
        Ok((letters.len() >= poisons.len()).then_some(letters))
    })?;
    for ((reason, text), letter) in poisons.iter().zip(&letters) {
        let letter: Value = serde_json::from_str(letter)?;
        let told = letter["reason"].as_str().context("no reason")?;
        ensure!(told.contains(reason) && letter["body"] == *text, "{letter}");
    }
    let totals = till.merchant.counted("poison", u64::try_from(GOOD)?)?;
    ensure!(totals["not_applicable"] == GOOD, "{totals}");
    ensure!(bare.standin.dead_letters().len() == poisons.len(), "{letters:?}");
    Ok(())
}

/// The same with wrangler's queues, into which another Worker puts what is no JSON; the consumer of dead letters brings it
/// to the origin, which keeps it with its reason.
pub(crate) fn poison_beside(stack: &Stack) -> Result<()> {
    let neighbour = stack.start_neighbour()?;
    let neighbour = Api::new(neighbour.url())?;
    let till = Till::open(stack, "poison", json!({}))?;
    for number in 0..GOOD {
        if number == GOOD / 2 {
            neighbour.post("/", None, &json!(["{poison"]))?.expect(200)?;
        }
        till.evaluate(&refused())?.expect(200)?;
    }
    wait_for("the dead letter to be parked", || {
        let parked = stack.run_origin(&["admin", "parked", "list"])?;
        let is_there = parked
            .lines()
            .any(|line| line.contains("not JSON") && line.ends_with(": {poison"));
        Ok(is_there.then_some(()))
    })?;
    let totals = till.merchant.counted("poison", u64::try_from(GOOD)?)?;
    ensure!(totals["not_applicable"] == GOOD, "{totals}");
    Ok(())
}

/// An evaluation that consumes nothing.
fn refused() -> Value {
    let mut body = request("none");
    body["attributes"]["total"] = json!(1);
    body
}

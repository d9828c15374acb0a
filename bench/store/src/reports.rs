//! Asking for the usage of a month: the report, and the same question over the raw rows, for a merchant with a million
//! evaluations and for one with ten.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use postgres::Client;
use serde_json::{Value, json};

use crate::events::Events;
use crate::origin::Setting;
use crate::shop::Shop;
use crate::{median, millis, round, rows};

const ROUNDS: usize = 5;
/// Reports in a round; their median counts.
const REPORTS: usize = 9;
const DAYS: i64 = 30;
/// Evaluations of the merchants.
const SIZES: [(&str, i64); 2] = [("1m", 1_000_000), ("10m", 10_000_000)];
/// Rows of a COPY.
const CHUNK: i64 = 100_000;

/// The question, in one pass over the rows: what the report's totals and its 95th percentile are made of.
const RAW: &str = "select date_trunc('day', at at time zone 'UTC'), reason, discount_currency, response_ms, count(*), \
    sum(discount_amount), count(redemption_id) from evaluations \
    where organization_id = $1 and at >= $2 and at < $3 group by 1, 2, 3, 4";

/// A merchant, and what each round took.
struct Merchant {
    name: &'static str,
    evaluations: i64,
    shop: Shop,
    report_ms: Vec<f64>,
    one_promotion_ms: Vec<f64>,
    raw_ms: Vec<f64>,
}

/// Measures, and answers with the result.
pub(crate) fn measure(setting: &Setting) -> Result<Value> {
    let _served = setting.serve()?;
    let to = Utc::now();
    let from = to - TimeDelta::days(DAYS);
    let mut client = setting.connect()?;
    client.execute("select ensure_partitions($1, $2)", &[&from, &to])?;
    let mut merchants = Vec::new();
    for (name, evaluations) in SIZES {
        let merchant = Merchant {
            name,
            evaluations,
            shop: Shop::register(setting, &format!("measured-{name}"))?,
            report_ms: Vec::new(),
            one_promotion_ms: Vec::new(),
            raw_ms: Vec::new(),
        };
        merchant.load(&mut client, from, to)?;
        merchants.push(merchant);
    }
    eprintln!("• summing");
    setting.run(&["admin", "rebuild", "reports"])?;
    client.batch_execute("vacuum (analyze)")?;
    for _ in 0..ROUNDS {
        for merchant in &mut merchants {
            merchant.round(setting, &mut client, from, to)?;
        }
    }
    report(&merchants, &mut client)
}

impl Merchant {
    /// Evenly over the days.
    fn load(&self, client: &mut Client, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<()> {
        let mut events = Events::new(self.shop.clone(), self.evaluations as u64);
        let step = (to - from).num_milliseconds() as f64 / self.evaluations as f64;
        let at = |number: i64| from + TimeDelta::milliseconds((number as f64 * step) as i64);
        for first in (0..self.evaluations).step_by(CHUNK as usize) {
            eprintln!("• {} of {} evaluations", first, self.evaluations);
            let last = (first + CHUNK).min(self.evaluations);
            let records = (first..last).map(|number| events.next(at(number)));
            rows::copy(client, &records.collect::<Result<Vec<_>>>()?)?;
        }
        Ok(())
    }

    fn round(&mut self, setting: &Setting, client: &mut Client, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<()> {
        let time = |moment: DateTime<Utc>| moment.format("%Y-%m-%dT%H:%M:%SZ");
        let usage = format!("/v1/reports/usage?interval=day&from={}&to={}", time(from), time(to));
        self.shop.sign_in(setting)?;
        let (mut all, mut one) = (Vec::new(), Vec::new());
        for _ in 0..REPORTS {
            all.push(self.ask(setting, &usage)?);
            one.push(self.ask(setting, &format!("{usage}&promotion={}-0", self.shop.name))?);
        }
        self.report_ms.push(median(all));
        self.one_promotion_ms.push(median(one));
        let start = Instant::now();
        let rows = client.query(RAW, &[&self.shop.organization.uuid(), &from, &to])?;
        self.raw_ms.push(millis(start.elapsed()));
        let counted: i64 = rows.iter().map(|row| row.get::<_, i64>(4)).sum();
        let reported = self.shop.get(setting, &usage)?;
        let reported = reported.pointer("/totals/evaluations").and_then(Value::as_i64);
        // The report's days are whole, and begin before the first evaluation and end after the last one.
        ensure!(
            reported == Some(counted) && counted == self.evaluations,
            "the report counts {reported:?}, the rows are {counted}"
        );
        Ok(())
    }

    fn ask(&self, setting: &Setting, path: &str) -> Result<f64> {
        let start = Instant::now();
        self.shop.get(setting, path)?;
        Ok(millis(start.elapsed()))
    }
}

fn report(merchants: &[Merchant], client: &mut Client) -> Result<Value> {
    let [small, large] = merchants else {
        bail!("two merchants expected");
    };
    println!("| evaluations | report | of one promotion | over raw rows |\n|---|---:|---:|---:|");
    let mut cells = Vec::new();
    for merchant in [small, large] {
        let of = |values: &[f64]| median(values.iter().copied());
        let (report, one, raw) = (
            of(&merchant.report_ms),
            of(&merchant.one_promotion_ms),
            of(&merchant.raw_ms),
        );
        println!(
            "| {} | {report:.1} ms | {one:.1} ms | {raw:.0} ms |",
            merchant.evaluations
        );
        cells.push(
            json!({"evaluations": merchant.evaluations, "name": merchant.name, "report_ms": round(report),
            "one_promotion_ms": round(one), "raw_ms": round(raw)}),
        );
    }
    let pairs = |ones: &[f64], others: &[f64]| round(median(ones.iter().zip(others).map(|(one, other)| one / other)));
    Ok(json!({
        "bench": "reports",
        "ratios": {
            "vs_raw_10m": pairs(&large.report_ms, &large.raw_ms),
            "growth_1m_to_10m": pairs(&large.report_ms, &small.report_ms),
            "one_promotion_growth_1m_to_10m": pairs(&large.one_promotion_ms, &small.one_promotion_ms),
        },
        "cells": cells,
        "bytes_of_an_evaluation": bytes(client)?,
    }))
}

/// What a stored evaluation takes, with its indexes.
fn bytes(client: &mut Client) -> Result<i64> {
    let query = "select sum(pg_total_relation_size(inhrelid))::bigint / (select count(*) from evaluations) \
        from pg_inherits where inhparent = 'evaluations'::regclass";
    Ok(client.query_one(query, &[])?.get(0))
}

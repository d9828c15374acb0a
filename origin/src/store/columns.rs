//! Records and events as the columns that their tables take.

use engine::money::Money;
use engine::wire::v1::{EvaluationRecord, LedgerEvent};

use crate::db::evaluations::EvaluationColumns;
use crate::db::ledger_events::EventColumns;

pub(super) fn push_record(columns: &mut EvaluationColumns, record: &EvaluationRecord) {
    let band = record.age_band.and_then(|band| serde_json::to_value(band).ok());
    let (amount, currency) = amount_and_currency(record.discount);
    columns.ids.push(record.id.uuid());
    columns.promotion_ids.push(record.promotion_id.uuid());
    columns.versions.push(i64::try_from(record.version).unwrap_or(i64::MAX));
    columns.app_key_ids.push(record.app_key_id.uuid());
    columns.modes.push(record.mode.as_str().to_owned());
    columns.times.push(record.at);
    columns
        .reasons
        .push(record.reason.map(|reason| reason.as_str().to_owned()));
    columns.discount_amounts.push(amount);
    columns.discount_currencies.push(currency);
    columns.redemption_ids.push(record.redemption_id.map(|id| id.uuid()));
    columns.countries.push(record.country.clone());
    columns.cities.push(record.city.clone());
    columns
        .age_bands
        .push(band.and_then(|band| band.as_str().map(str::to_owned)));
    columns.response_ms.push(record.response_ms.into());
}

pub(super) fn push_event(columns: &mut EventColumns, event: &LedgerEvent) {
    let (amount, currency) = amount_and_currency(event.discount);
    columns.ids.push(event.id.uuid());
    columns.kinds.push(event.kind.as_str().to_owned());
    columns.promotion_ids.push(event.promotion_id.uuid());
    columns.redemption_ids.push(event.redemption_id.uuid());
    columns.times.push(event.at);
    columns.discount_amounts.push(amount);
    columns.discount_currencies.push(currency);
    columns.coupons.push(event.coupon.as_ref().map(ToString::to_string));
    columns.modes.push(event.mode.as_str().to_owned());
    columns.has_record.push(event.record.is_some());
}

fn amount_and_currency(money: Option<Money>) -> (Option<i64>, Option<String>) {
    // An amount is below 2^53.
    let amount = money.map(|money| i64::try_from(money.amount()).unwrap_or(i64::MAX));
    (amount, money.map(|money| money.currency().code().to_owned()))
}

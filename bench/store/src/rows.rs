//! The rows of `evaluations`, written without the origin.

use anyhow::Result;
use engine::wire::v1::EvaluationRecord;
use postgres::Client;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{ToSql, Type};

const COLUMNS: &str = "organization_id, id, batch, promotion_id, promotion_version, app_key_id, at, received_at, \
    response_ms, redemption_id, discount_amount, discount_currency, mode, reason, country, city, age_band";
const TYPES: [Type; 17] = [
    Type::UUID,
    Type::UUID,
    Type::INT8,
    Type::UUID,
    Type::INT8,
    Type::UUID,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::UUID,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
];

/// All of them by one binary COPY.
pub(crate) fn copy(client: &mut Client, records: &[EvaluationRecord]) -> Result<()> {
    let sink = client.copy_in(&format!("copy evaluations ({COLUMNS}) from stdin (format binary)"))?;
    let mut writer = BinaryCopyInWriter::new(sink, &TYPES);
    for record in records {
        writer.write_raw(values(record).iter().map(AsRef::as_ref))?;
    }
    writer.finish()?;
    Ok(())
}

/// Each by an INSERT of its own, prepared once, committed by itself.
pub(crate) fn insert(client: &mut Client, records: &[EvaluationRecord]) -> Result<()> {
    let places: Vec<_> = (1..=TYPES.len()).map(|number| format!("${number}")).collect();
    let statement = format!("insert into evaluations ({COLUMNS}) values ({})", places.join(", "));
    let statement = client.prepare_typed(&statement, &TYPES)?;
    for record in records {
        let values = values(record);
        let values: Vec<_> = values
            .iter()
            .map(|value| value.as_ref() as &(dyn ToSql + Sync))
            .collect();
        client.execute(&statement, &values)?;
    }
    Ok(())
}

fn values(record: &EvaluationRecord) -> [Box<dyn ToSql + Sync>; 17] {
    let amount = record.discount.map(|discount| discount.amount() as i64);
    let currency = record.discount.map(|discount| discount.currency().code().to_owned());
    let band = record.age_band.and_then(|band| serde_json::to_value(band).ok());
    [
        Box::new(record.organization_id.uuid()),
        Box::new(record.id.uuid()),
        Box::new(0_i64),
        Box::new(record.promotion_id.uuid()),
        Box::new(record.version as i64),
        Box::new(record.app_key_id.uuid()),
        Box::new(record.at),
        Box::new(record.at),
        Box::new(i64::from(record.response_ms)),
        Box::new(record.redemption_id.map(|id| id.uuid())),
        Box::new(amount),
        Box::new(currency),
        Box::new(record.mode.as_str()),
        Box::new(record.reason.map(|reason| reason.as_str())),
        Box::new(record.country.clone()),
        Box::new(record.city.clone()),
        Box::new(band.and_then(|band| band.as_str().map(str::to_owned))),
    ]
}

//! How a change of a promotion is stored: the promotion, its version, what the edge has to know and the audit trail, in
//! one transaction. Every change passes through [`store_change`].

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::ids::OrganizationId;
use engine::ledger;
use engine::promotion::Rule;
use engine::wire::v1::{ledger_key, promotion_key};

use super::PromotionOut;
use super::promotion::Promotion;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::Principal;
use crate::coupons;
use crate::db::Tenant;
use crate::db::outbox::{NewOutboxRow, insert_outbox};
use crate::db::promotion_versions::{NewVersion, insert_version};
use crate::db::promotions;
use crate::notices;
use crate::problem::Error;
use crate::zones;

/// What becomes of a promotion.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    Created(&'a Promotion),
    Changed {
        before: &'a Promotion,
        after: &'a Promotion,
    },
    Deleted(&'a Promotion),
}

/// Stores a change with all that follows from it.
pub(crate) async fn store_change(
    app: &App,
    tenant: &mut Tenant,
    principal: &Principal,
    action: Action,
    change: Change<'_>,
) -> Result<(), Error> {
    let now = app.clock.now();
    match change {
        Change::Created(after) => promotions::insert_promotion(tenant, &after.to_row()?).await?,
        Change::Changed { after, .. } => {
            promotions::update_promotion(tenant, &after.to_row()?).await?;
            if after.version > 0 {
                store_version(tenant, principal, after, now).await?;
                publish(tenant, after, now).await?;
                notices::reschedule(tenant, after.id, now).await?;
                coupons::publish_pending(tenant, after.id, now).await?;
            }
        }
        Change::Deleted(before) => promotions::delete_promotion(tenant, before.id).await?,
    }
    audit::record(app, tenant, &principal.actor(), entry(action, change, now)?).await
}

fn entry(action: Action, change: Change<'_>, now: DateTime<Utc>) -> Result<Entry, Error> {
    let out = |promotion: &Promotion| PromotionOut::new(promotion, now);
    match change {
        Change::Created(after) => Entry::new(action, after.id).after(&out(after)),
        Change::Changed { before, after } => Entry::new(action, after.id).before(&out(before))?.after(&out(after)),
        Change::Deleted(before) => Entry::new(action, before.id).before(&out(before)),
    }
}

/// Tells the edge what a promotion is: its rule to the store, its configuration to the ledger.
pub(crate) async fn publish(tenant: &mut Tenant, promotion: &Promotion, now: DateTime<Utc>) -> Result<(), Error> {
    let organization = tenant.organization();
    let coupons = coupons::coupon_set(tenant, promotion.id).await?;
    let rule = rule(organization, promotion)?.with_ledger(promotion.revision, promotion.is_counted(), coupons);
    let config = ledger::Config::of(&rule).to_json().map_err(Error::fault)?;
    let rule = rule.to_json().map_err(Error::fault)?;
    let version = i64::try_from(promotion.version).map_err(Error::fault)?;
    for (key, value) in [
        (ledger_key(organization, promotion.id, promotion.is_counted()), config),
        (promotion_key(organization, promotion.terms.code()), rule),
    ] {
        let row = NewOutboxRow {
            key: &key,
            value: &value,
            promotion: Some((promotion.id, version)),
        };
        insert_outbox(tenant, &row, now).await?;
    }
    Ok(())
}

async fn store_version(
    tenant: &mut Tenant,
    principal: &Principal,
    promotion: &Promotion,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let new = NewVersion {
        promotion: promotion.id,
        version: i64::try_from(promotion.version).map_err(Error::fault)?,
        status: promotion.status.as_str(),
        terms: &serde_json::to_value(&promotion.terms).map_err(Error::fault)?,
        author: &principal.actor().to_json()?,
    };
    Ok(insert_version(tenant, &new, now).await?)
}

/// What the edge stores of a promotion, with the offsets of its time zone as the database of today has them.
pub(super) fn rule(organization: OrganizationId, promotion: &Promotion) -> Result<Rule, Error> {
    let terms = &promotion.terms;
    let zone: Tz = terms
        .time_zone()
        .parse()
        .map_err(|error| Error::fault(format!("{error}")))?;
    let zone = zones::zone(zone).map_err(Error::fault)?;
    Ok(Rule::new(
        organization,
        promotion.id,
        promotion.version,
        promotion.status,
        terms,
        &zone,
    ))
}

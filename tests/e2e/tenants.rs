//! Whose a promotion is, the key says alone; and a Worker that asks the body instead is found out.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use xtask::services::workerd::Added;

use crate::client::{Merchant, promotion, request};
use crate::stack::{Bare, Stack};

const CODE: &str = "same-code";

/// What the key's tenant and the other one give of [`request`], in minor units.
const OWN: u64 = 1_205;
const STRANGERS: u64 = 6_025;

/// The Worker keeps to the key; the same request finds out one that does not.
pub(crate) fn tenant_of_the_key(bare: &Bare) -> Result<()> {
    let tenants = Tenants::register(&bare.stack)?;
    let shipped = tenants.discount(&bare.stack)?;
    ensure!(shipped == OWN, "a discount of {shipped}");
    bare.stack.restart_edge(Added::TenantFromBody)?;
    let mistaken = tenants.discount(&bare.stack);
    bare.stack.restart_edge(Added::Nothing)?;
    ensure!(mistaken? == STRANGERS, "a tenant from the body was not noticed");
    Ok(())
}

/// Two tenants with a promotion of the same code, of which each gives another discount.
struct Tenants {
    key: String,
    stranger: String,
}

impl Tenants {
    fn register(stack: &Stack) -> Result<Self> {
        let open = |name: &str, percent: &str| {
            let merchant = Merchant::register(&stack.edge, name)?;
            let mut body = promotion(CODE);
            body["effect"]["percent"] = json!(percent);
            merchant.post("/v1/promotions", &body)?.expect(201)?;
            merchant.move_to(CODE, "activate")?;
            let organization = merchant.get("/v1/organization")?.expect(200)?["id"].clone();
            let (_, key) = merchant.app_key(&json!("all"))?;
            Ok::<_, anyhow::Error>((key, organization))
        };
        let (key, _) = open("tenant", "10")?;
        let (_, stranger) = open("stranger", "50")?;
        Ok(Self {
            key,
            stranger: stranger.as_str().unwrap_or_default().to_owned(),
        })
    }

    /// What is given for one tenant's key with the other one's name in the body; it consumes nothing.
    fn discount(&self, stack: &Stack) -> Result<u64> {
        let mut body = request("order");
        body["organization_id"] = json!(self.stranger);
        let path = format!("/v1/promotions/{CODE}/preview");
        let answer = stack.edge.post(&path, Some(&self.key), &body)?.expect(200)?;
        let discount = &answer["discount"]["amount"];
        discount.as_u64().with_context(|| format!("no discount: {answer}"))
    }
}

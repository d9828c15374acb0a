//! The texts of the editor's fields.

use engine::expression::AttributeType;
use engine::money::{Currency, Rounding};
use engine::promotion::Kind;
use leptos::prelude::*;

use super::attributes::Attributes;
use super::tiers::Tiers;
use crate::browser::current_time_zone;
use crate::forms::promotion::{AttributeDraft, Draft, EffectDraft, LimitsDraft, TierDraft, TierGives};

/// What an effect is counted in until the merchant chooses.
const DEFAULT_CURRENCY: &str = "USD";
pub(super) const PERCENTAGE: &str = "percentage";
pub(super) const FIXED_AMOUNT: &str = "fixed_amount";
pub(super) const TIERED: &str = "tiered";

/// The fields' texts.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) code: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) kind: RwSignal<String>,
    pub(super) attributes: Attributes,
    pub(super) condition: RwSignal<String>,
    pub(super) effect: RwSignal<String>,
    pub(super) percent: RwSignal<String>,
    pub(super) cap: RwSignal<String>,
    pub(super) amount: RwSignal<String>,
    pub(super) tiers: Tiers,
    pub(super) rounding: RwSignal<String>,
    pub(super) currency: RwSignal<String>,
    pub(super) starts_at: RwSignal<String>,
    pub(super) ends_at: RwSignal<String>,
    pub(super) time_zone: RwSignal<String>,
    pub(super) total: RwSignal<String>,
    pub(super) per_customer: RwSignal<String>,
    pub(super) budget: RwSignal<String>,
}

/// The currency of promotions that name no money, until the merchant chooses; `None` only if the list lacked it.
pub(super) fn default_currency() -> Option<Currency> {
    DEFAULT_CURRENCY.parse().ok()
}

/// What stands in the editor of a new promotion; `None` only if the default currency were none.
pub(in crate::pages) fn blank() -> Option<Draft> {
    Some(Draft {
        code: String::new(),
        name: String::new(),
        kind: Kind::Discount,
        attributes: vec![AttributeDraft {
            name: "total".to_owned(),
            kind: AttributeType::Number.to_string(),
            is_optional: false,
            default: String::new(),
        }],
        condition: "total >= 100".to_owned(),
        effect: EffectDraft::Percentage {
            percent: "10".to_owned(),
            cap: String::new(),
            rounding: Rounding::default(),
        },
        currency: default_currency()?,
        starts_at: String::new(),
        ends_at: String::new(),
        time_zone: current_time_zone(),
        limits: LimitsDraft::default(),
    })
}

impl Fields {
    /// Fields that live as long as the calling component.
    pub(super) fn new(draft: &Draft) -> Self {
        let empty = || RwSignal::new(String::new());
        let fields = Self {
            code: empty(),
            name: empty(),
            kind: empty(),
            attributes: Attributes::new(&[]),
            condition: empty(),
            effect: empty(),
            percent: RwSignal::new("10".to_owned()),
            cap: empty(),
            amount: empty(),
            tiers: Tiers::new(&[first_tier()]),
            rounding: RwSignal::new(Rounding::default().to_string()),
            currency: empty(),
            starts_at: empty(),
            ends_at: empty(),
            time_zone: empty(),
            total: empty(),
            per_customer: empty(),
            budget: empty(),
        };
        fields.set(draft);
        fields
    }

    /// Writes a draft into them. Those of another effect stay as they are.
    pub(super) fn set(self, draft: &Draft) {
        let put = |field: RwSignal<String>, value: &str| {
            // Who follows a field hears of changes only.
            if field.with_untracked(|known| known != value) {
                field.set(value.to_owned());
            }
        };
        put(self.code, &draft.code);
        put(self.name, &draft.name);
        put(self.kind, draft.kind.as_str());
        if untrack(|| self.attributes.drafts()) != draft.attributes {
            self.attributes.set(&draft.attributes);
        }
        put(self.condition, &draft.condition);
        match &draft.effect {
            EffectDraft::Percentage { percent, cap, rounding } => {
                put(self.effect, PERCENTAGE);
                put(self.percent, percent);
                put(self.cap, cap);
                put(self.rounding, rounding.as_str());
            }
            EffectDraft::FixedAmount { amount } => {
                put(self.effect, FIXED_AMOUNT);
                put(self.amount, amount);
            }
            EffectDraft::Tiered { tiers, rounding } => {
                put(self.effect, TIERED);
                self.tiers.set(tiers);
                put(self.rounding, rounding.as_str());
            }
        }
        put(self.currency, draft.currency.code());
        put(self.starts_at, &draft.starts_at);
        put(self.ends_at, &draft.ends_at);
        put(self.time_zone, &draft.time_zone);
        put(self.total, &draft.limits.total);
        put(self.per_customer, &draft.limits.per_customer);
        put(self.budget, &draft.limits.budget);
    }

    /// What was typed, tracked; `None` when the currency is none, which the list does not let happen.
    pub(super) fn draft(self) -> Option<Draft> {
        let is_coupon = self.kind.with(|kind| kind == Kind::Coupon.as_str());
        Some(Draft {
            code: self.code.get(),
            name: self.name.get(),
            kind: if is_coupon { Kind::Coupon } else { Kind::Discount },
            attributes: self.attributes.drafts(),
            condition: self.condition.get(),
            effect: self.effect_draft(),
            currency: self.currency.get().parse().ok()?,
            starts_at: self.starts_at.get(),
            ends_at: self.ends_at.get(),
            time_zone: self.time_zone.get(),
            limits: LimitsDraft {
                total: self.total.get(),
                per_customer: self.per_customer.get(),
                budget: self.budget.get(),
            },
        })
    }

    fn effect_draft(self) -> EffectDraft {
        let rounding = self.rounding.get().parse().unwrap_or_default();
        match self.effect.get().as_str() {
            FIXED_AMOUNT => EffectDraft::FixedAmount {
                amount: self.amount.get(),
            },
            TIERED => EffectDraft::Tiered {
                tiers: self.tiers.drafts(),
                rounding,
            },
            _ => EffectDraft::Percentage {
                percent: self.percent.get(),
                cap: self.cap.get(),
                rounding,
            },
        }
    }

    /// The control that an error of the API belongs to.
    pub(super) fn control_of(self, pointer: &str) -> Option<String> {
        let parts: Vec<_> = pointer.split('/').skip(1).collect();
        let fixed = match parts.as_slice() {
            ["attributes", name, ..] => {
                return self.attributes.field_of(&name.replace("~1", "/").replace("~0", "~"));
            }
            ["effect", "tiers", index, part, ..] => return self.tiers.control_of(index, part),
            ["effect", "tiers", ..] => "add-tier",
            ["code", ..] => "code",
            ["name", ..] => "name",
            ["condition", ..] => "condition",
            ["effect", "percent", ..] => "percent",
            ["effect", "max_amount", ..] => "cap",
            ["effect", "amount", ..] => "amount",
            ["effect", "rounding", ..] => "rounding",
            ["effect", ..] => "effect",
            ["starts_at", ..] => "starts-at",
            ["ends_at", ..] => "ends-at",
            ["time_zone", ..] => "time-zone",
            ["limits", "total", ..] => "limit-total",
            ["limits", "per_customer", ..] => "limit-per-customer",
            ["limits", ..] => "limit-budget",
            _ => return None,
        };
        Some(fixed.to_owned())
    }
}

/// A tier from nothing on, for whoever begins.
fn first_tier() -> TierDraft {
    TierDraft {
        from: "0".to_owned(),
        gives: TierGives::Percent,
        value: "5".to_owned(),
    }
}

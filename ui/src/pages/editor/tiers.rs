//! The rows of an effect's tiers.

use engine::effect::MAX_TIERS;
use leptos::prelude::*;

use crate::browser::focus;
use crate::components::{Choice, Form, Icon, IconMark, Look, SelectField, TextField, prose};
use crate::forms::promotion::{TierDraft, TierGives};
use crate::i18n::editor as text;

const PERCENT: &str = "percent";
const AMOUNT: &str = "amount";
/// The button that adds a row.
const ADD: &str = "add-tier";

/// The rows' texts.
#[derive(Clone, Copy)]
pub(super) struct Tiers {
    rows: RwSignal<Vec<Row>>,
    /// Numbers the rows, for their identity in the page.
    next_id: StoredValue<usize>,
    /// Rows outlive the presses that add them, so their signals belong to the page.
    owner: StoredValue<Option<Owner>>,
}

#[derive(Clone, Copy)]
struct Row {
    id: usize,
    from: RwSignal<String>,
    gives: RwSignal<String>,
    value: RwSignal<String>,
}

impl Row {
    fn gives(self) -> TierGives {
        if self.gives.with(|gives| gives == AMOUNT) {
            TierGives::Amount
        } else {
            TierGives::Percent
        }
    }

    fn draft(self) -> TierDraft {
        TierDraft {
            from: self.from.get(),
            gives: self.gives(),
            value: self.value.get(),
        }
    }
}

impl Tiers {
    /// Rows that live as long as the calling component.
    pub(super) fn new(drafts: &[TierDraft]) -> Self {
        let tiers = Self {
            rows: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(1),
            owner: StoredValue::new(Owner::current()),
        };
        tiers.set(drafts);
        tiers
    }

    /// Replaces all rows, if others stand there.
    pub(super) fn set(self, drafts: &[TierDraft]) {
        if untrack(|| self.drafts()) != drafts {
            self.rows.set(drafts.iter().map(|draft| self.row(draft)).collect());
        }
    }

    /// The rows as typed, tracked.
    pub(super) fn drafts(self) -> Vec<TierDraft> {
        self.rows.with(|rows| rows.iter().map(|row| row.draft()).collect())
    }

    /// The control of a part of the row at an index, both as in a pointer.
    pub(super) fn control_of(self, index: &str, part: &str) -> Option<String> {
        let index: usize = index.parse().ok()?;
        let id = self.rows.with_untracked(|rows| rows.get(index).map(|row| row.id))?;
        let part = if part == "from" { "from" } else { "value" };
        Some(format!("tier-{id}-{part}"))
    }

    fn row(self, draft: &TierDraft) -> Row {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        let gives = match draft.gives {
            TierGives::Percent => PERCENT,
            TierGives::Amount => AMOUNT,
        };
        let make = || Row {
            id,
            from: RwSignal::new(draft.from.clone()),
            gives: RwSignal::new(gives.to_owned()),
            value: RwSignal::new(draft.value.clone()),
        };
        self.owner.with_value(|owner| match owner {
            Some(owner) => owner.with(make),
            None => make(),
        })
    }

    fn add(self) {
        let row = self.row(&TierDraft {
            from: String::new(),
            gives: TierGives::Percent,
            value: String::new(),
        });
        self.rows.update(|rows| rows.push(row));
        focus(&format!("tier-{}-from", row.id));
    }

    fn remove(self, id: usize) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
        focus(ADD);
    }

    /// Where a row stands, for the pointers of its errors; tracked.
    fn index_of(self, id: usize) -> usize {
        self.rows
            .with(|rows| rows.iter().position(|row| row.id == id))
            .unwrap_or_default()
    }
}

/// The rows, with buttons to add and remove.
#[component]
pub(super) fn TiersEditor(tiers: Tiers, form: Form) -> impl IntoView {
    let errors = form.errors_at("/effect/tiers".to_owned());
    // What a row shows is not said again.
    let own = move || {
        let own = errors
            .get()
            .into_iter()
            .filter(|error| error.pointer == "/effect/tiers");
        own.map(|error| view! { <p>{prose(&error.detail)}</p> }).collect_view()
    };
    let is_full = move || tiers.rows.with(Vec::len) >= MAX_TIERS;
    view! {
        <fieldset class="tiers">
            <legend>{text::tiers()}</legend>
            <p class="hint">{text::tiers_hint()}</p>
            <For each=move || tiers.rows.get() key=|row| row.id let:row>
                <TierRow tiers=tiers row=row form=form />
            </For>
            <div class="field-errors" aria-live="polite">{own}</div>
            <button
                id=ADD
                type="button"
                class=Look::Secondary.class()
                disabled=is_full
                on:click=move |_| tiers.add()
            >
                {text::add_tier()}
            </button>
        </fieldset>
    }
    .into_any()
}

#[component]
fn TierRow(tiers: Tiers, row: Row, form: Form) -> impl IntoView {
    let id = row.id;
    let number = move || tiers.index_of(id) + 1;
    let at = move |part: &'static str| {
        form.errors_at(Signal::derive(move || {
            format!("/effect/tiers/{}/{part}", tiers.index_of(id))
        }))
    };
    let (percent, amount) = (at(PERCENT), at(AMOUNT));
    let value_errors = Signal::derive(move || match row.gives() {
        TierGives::Percent => percent.get(),
        TierGives::Amount => amount.get(),
    });
    let gives = vec![
        Choice::new(PERCENT, text::tier_percent()),
        Choice::new(AMOUNT, text::tier_amount()),
    ];
    view! {
        <div class="tier-row" role="group" aria-label=move || text::tier(number())>
            <TextField
                id=format!("tier-{id}-from")
                label=text::tier_from()
                value=row.from
                errors=at("from")
                inputmode="decimal"
            />
            <SelectField id=format!("tier-{id}-gives") label=text::tier_gives() value=row.gives choices=gives />
            <TextField
                id=format!("tier-{id}-value")
                label=text::tier_value()
                value=row.value
                errors=value_errors
                inputmode="decimal"
            />
            <button
                type="button"
                class="icon-button"
                aria-label=move || text::remove_tier(number())
                on:click=move |_| tiers.remove(id)
            >
                <IconMark icon=Icon::Close />
            </button>
        </div>
    }
}

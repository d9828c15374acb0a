//! The editor of a promotion, new or existing.
//!
//! ```text
//! fields (what was typed) ──▶ draft ──▶ body ── workbench: check ──▶ POST or PATCH ──▶ saved, with its revision
//!    ▲                          │ against `base`, the draft as it was saved
//!    └── rules (the condition)  └──▶ sentence, differences, whether something would be lost
//! ```

mod attributes;
mod bar;
mod changes;
mod effect;
mod fields;
mod limits;
mod rules;
mod saving;
mod sentence;
mod stale;
mod tiers;
mod window;

use engine::expression::Schema;
use engine::promotion::{Kind, Standing};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use self::attributes::AttributesEditor;
use self::bar::{ErrorLinks, ReviewDialog, SaveBar};
use self::effect::EffectCard;
use self::fields::{Fields, default_currency};
use self::limits::{Limiting, LimitsCard};
use self::rules::{ConditionCard, Rules};
use self::saving::Saver;
use self::stale::StaleAlert;
use self::window::WindowCard;
use crate::api;
use crate::browser::offset_at;
use crate::components::{Card, Choice, FieldFrame, Form, Places, Segments, TextField};
use crate::forms::promotion::{Draft, schema};
use crate::guard::{Guard, GuardDialog};
use crate::i18n::editor as text;
use crate::load::Load;
use crate::session::Session;
use crate::wire::Promotion;
use crate::wire::promotions::Tagged;

pub(super) use self::effect::currencies;
pub(super) use self::fields::blank;

/// The draft of a promotion as it is stored; `None` only if the default currency were none.
pub(super) fn draft_of(promotion: &Promotion) -> Option<Draft> {
    Some(Draft::of(&promotion.terms(), default_currency()?, &offset_at))
}

/// What the parts of the editor share.
#[derive(Clone, Copy)]
struct Editor {
    fields: Fields,
    /// What was saved last, or what a new promotion begins with.
    base: RwSignal<Draft>,
    /// The promotion as it was when it was last read or saved; `None` for one that is still to be made.
    saved: RwSignal<Option<Tagged<Promotion>>>,
    rules: Rules,
    form: Form,
    guard: Guard,
}

impl Editor {
    fn new(draft: Draft, saved: RwSignal<Option<Tagged<Promotion>>>) -> Self {
        let fields = Fields::new(&draft);
        let base = RwSignal::new(draft);
        let schema: Signal<Schema> = Memo::new(move |_| schema(&fields.attributes.drafts())).into();
        let is_dirty = Memo::new(move |_| fields.draft().is_some_and(|draft| base.with(|base| *base != draft)));
        Self {
            fields,
            base,
            saved,
            rules: Rules::new(fields.condition, schema),
            form: Form::new(),
            guard: Guard::new(is_dirty),
        }
    }

    /// Where the promotion stands; `None` before it is made. Tracked.
    fn status(self) -> Option<Standing> {
        self.saved.with(|saved| saved.as_ref().map(|saved| saved.value.status))
    }

    /// Whether shops may know it, which settles code and kind. Tracked.
    fn is_published(self) -> bool {
        self.saved
            .with(|saved| saved.as_ref().is_some_and(|saved| saved.value.version > 0))
    }

    /// Takes over what was stored of a draft, unless the page is gone.
    fn keep(self, draft: Draft, stored: Tagged<Promotion>) {
        self.base.try_set(draft);
        self.saved.try_set(Some(stored));
    }
}

/// The form of a promotion: `draft` is what stands in it first, `saved` the promotion itself, which the page may refresh.
#[component]
pub(super) fn PromotionForm(draft: Draft, saved: RwSignal<Option<Tagged<Promotion>>>) -> impl IntoView {
    let editor = Editor::new(draft, saved);
    let Editor {
        fields, rules, form, ..
    } = editor;
    let places = Places::new();
    let saver = Saver::new(editor);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        saver.save();
    };
    let limiting = limiting(editor);
    view! {
        <StaleAlert editor=editor stale=saver.stale />
        <form class="editor-form" on:submit=submit novalidate>
            <Basics editor=editor />
            <AttributesEditor attributes=fields.attributes form=form />
            <ConditionCard rules=rules places=places errors=form.errors_at("/condition".to_owned()) />
            <EffectCard fields=fields form=form />
            <WindowCard fields=fields form=form />
            <LimitsCard fields=fields form=form limiting=limiting />
            {form.summary(Callback::new(move |()| saver.save()))}
            <ErrorLinks editor=editor />
            <SaveBar editor=editor saver=saver places=places />
        </form>
        <ReviewDialog editor=editor saver=saver />
        <GuardDialog guard=editor.guard />
    }
    .into_any()
}

/// Code, name and kind. Shops know the code, and the ledger the kind, once the promotion was published.
#[component]
fn Basics(editor: Editor) -> impl IntoView {
    let Editor { fields, form, .. } = editor;
    let is_published = Memo::new(move |_| editor.is_published());
    let kinds = || {
        vec![
            Choice::new(Kind::Discount.as_str(), text::kind_discount()),
            Choice::new(Kind::Coupon.as_str(), text::kind_coupon()),
        ]
    };
    let settled = move || {
        view! {
            <FieldFrame id="code" label=text::code() hint=text::code_settled()>
                <output id="code" class="settled"><code>{move || fields.code.get()}</code></output>
            </FieldFrame>
        }
    };
    let code = move || {
        if is_published.get() {
            settled().into_any()
        } else {
            view! {
                <TextField
                    id="code"
                    label=text::code()
                    value=fields.code
                    errors=form.errors_at("/code".to_owned())
                    hint=text::code_hint()
                />
            }
            .into_any()
        }
    };
    let kind = move || {
        if is_published.get() {
            let is_coupon = fields.kind.with(|kind| kind == Kind::Coupon.as_str());
            let name = if is_coupon {
                text::kind_coupon()
            } else {
                text::kind_discount()
            };
            view! { <p class="settled">{text::kind()} ": " <strong>{name}</strong></p> }.into_any()
        } else {
            view! { <Segments name="kind" label=text::kind() value=fields.kind choices=kinds() /> }.into_any()
        }
    };
    view! {
        <Card title=text::basics()>
            <div class="fields">
                {code}
                <TextField
                    id="name"
                    label=text::name()
                    value=fields.name
                    errors=form.errors_at("/name".to_owned())
                    hint=text::name_hint()
                />
            </div>
            {kind}
            <p class="hint">{text::kind_hint()}</p>
        </Card>
    }
    .into_any()
}

/// Whether the promotion can be limited. With a limit it is counted. Without one its first version tells whether it was:
/// counting is settled when a promotion is first activated.
fn limiting(editor: Editor) -> Signal<Limiting> {
    let first = RwSignal::new(None);
    let session = Session::current();
    let asks = untrack(|| {
        let unlimited = editor.base.with(|base| base.limits.is_empty());
        unlimited && editor.is_published()
    });
    if asks {
        let code = untrack(|| editor.base.with(|base| base.code.clone()));
        let load = Load::new(move || {
            let code = code.clone();
            async move {
                session
                    .call(async |token| api::promotions::version(token, &code, 1).await)
                    .await
            }
        });
        Effect::new(move |_| first.set(load.value().map(|version| version.terms.limits.is_counted())));
    }
    Signal::derive(move || {
        if !editor.is_published() {
            Limiting::Open
        } else if first.get() == Some(false) {
            Limiting::Uncounted
        } else {
            Limiting::Counted
        }
    })
}

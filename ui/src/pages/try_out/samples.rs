//! The requests that are kept with a promotion: pick one, keep the one that is typed, and see which of them match.

mod matches;

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::html::H2;
use leptos::prelude::*;
use serde_json::value::RawValue;

use self::matches::{Match, badge, judge};
use super::request::Request;
use super::subject::Subject;
use crate::api;
use crate::components::{Button, ConfirmDialog, Form, Loaded, Look, Modal, News, TextField};
use crate::forms::try_out::without_transaction;
use crate::i18n::trace as text;
use crate::load::Load;
use crate::pages::promotion::CurrentPromotion;
use crate::session::Session;
use crate::task::spawn;
use crate::wire::promotions::{NewSample, Sample, SampleChange};
use crate::wire::{Page, Permission};

/// What a name is typed for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Naming {
    New,
    Rename { id: String, name: String },
}

#[derive(Clone, Copy)]
struct Samples {
    session: Session,
    code: StoredValue<String>,
    load: Load<Page<Sample>>,
    request: Request,
    /// The sample that was picked last.
    picked: RwSignal<Option<String>>,
    matches: RwSignal<BTreeMap<String, Match>>,
    naming: RwSignal<Naming>,
    is_naming: RwSignal<bool>,
    deleting: RwSignal<Option<Sample>>,
    /// Of overwriting and deleting.
    form: Form,
    news: News,
    heading: NodeRef<H2>,
}

/// The samples of the promotion.
#[component]
pub(super) fn SamplesCard(request: Request, subject: Subject) -> impl IntoView {
    let samples = Samples::new(request);
    samples.judge(subject);
    let may_write = samples.session.may(Permission::PromotionsWrite);
    let changes = may_write.then(|| changes(samples));
    view! {
        <section class="card" aria-labelledby="samples-title">
            <h2 id="samples-title" tabindex="-1" node_ref=samples.heading>{text::samples()}</h2>
            <p class="lead">{text::samples_lead()}</p>
            <Loaded
                load=samples.load
                children=move |page| view! { <SampleList samples=samples page=page may_write=may_write /> }
            />
            {changes}
        </section>
    }
    .into_any()
}

impl Samples {
    fn new(request: Request) -> Self {
        let session = Session::current();
        let code = StoredValue::new(CurrentPromotion::code());
        let load = Load::new(move || {
            let code = code.get_value();
            async move {
                session
                    .call(async |token| api::promotions::samples(token, &code).await)
                    .await
            }
        });
        Self {
            session,
            code,
            load,
            request,
            picked: RwSignal::new(None),
            matches: RwSignal::new(BTreeMap::new()),
            naming: RwSignal::new(Naming::New),
            is_naming: RwSignal::new(false),
            deleting: RwSignal::new(None),
            form: Form::new(),
            news: News::current(),
            heading: NodeRef::new(),
        }
    }

    /// Judges every sample whenever they or the terms change.
    fn judge(self, subject: Subject) {
        let turn = StoredValue::new(0_u64);
        Effect::new(move |_| {
            let (Some(page), Some(terms)) = (self.load.value(), subject.terms()) else {
                return;
            };
            turn.try_update_value(|turn| *turn += 1);
            let asked = turn.get_value();
            spawn(async move {
                let mut matches = BTreeMap::new();
                for sample in page.items {
                    if turn.try_get_value() != Some(asked) {
                        return;
                    }
                    let found = judge(&terms, sample.request.get()).await;
                    matches.insert(sample.id, found);
                }
                if turn.try_get_value() == Some(asked) {
                    self.matches.try_set(matches);
                }
            });
        });
    }

    fn pick(self, sample: &Sample) {
        self.picked.set(Some(sample.id.clone()));
        self.request.show(sample.request.get());
    }

    /// The sample that was picked, if it is still there.
    fn picked_sample(self) -> Option<Sample> {
        let id = self.picked.get()?;
        self.load.value()?.items.into_iter().find(|sample| sample.id == id)
    }

    /// The request that is typed, to keep; what is wrong with it is shown.
    fn typed(self, form: Form) -> Option<Box<RawValue>> {
        match untrack(|| self.request.body()) {
            Ok(body) => without_transaction(body.get()),
            Err(errors) => {
                form.refuse(errors);
                None
            }
        }
    }

    fn ask_name(self, naming: Naming) {
        self.naming.set(naming);
        self.is_naming.set(true);
    }

    fn create(self, form: Form, name: String) {
        let Some(request) = self.typed(form) else { return };
        let (session, code) = (self.session, self.code.get_value());
        let new = NewSample { name, request };
        form.submit(
            async move {
                session
                    .call(async |token| api::promotions::create_sample(token, &code, &new).await)
                    .await
            },
            move |sample| self.saved(sample),
        );
    }

    fn update(self, form: Form, id: String, change: SampleChange) {
        let (session, code) = (self.session, self.code.get_value());
        form.submit(
            async move {
                session
                    .call(async |token| api::promotions::update_sample(token, &code, &id, &change).await)
                    .await
            },
            move |sample| self.saved(sample),
        );
    }

    fn saved(self, sample: Sample) {
        self.is_naming.set(false);
        self.news.say(text::sample_saved(&sample.name));
        self.picked.set(Some(sample.id));
        self.load.reload();
    }

    fn delete(self) {
        let Some(sample) = self.deleting.get_untracked() else {
            return;
        };
        let (session, code, id) = (self.session, self.code.get_value(), sample.id.clone());
        self.form.submit(
            async move {
                session
                    .call(async |token| api::promotions::delete_sample(token, &code, &id).await)
                    .await
            },
            move |()| {
                self.news.say(text::sample_deleted(&sample.name));
                self.load.reload();
                if let Some(heading) = self.heading.get_untracked() {
                    // A heading that cannot take the focus leaves it where it was.
                    _ = heading.focus();
                }
            },
        );
    }
}

#[component]
fn SampleList(samples: Samples, page: Signal<Option<Page<Sample>>>, may_write: bool) -> impl IntoView {
    let items = move || page.get().map(|page| page.items).unwrap_or_default();
    let rows = move || {
        let rows = items().into_iter().map(|sample| row(samples, sample, may_write));
        rows.collect_view()
    };
    let is_empty = Memo::new(move |_| items().is_empty());
    move || {
        if is_empty.get() {
            view! { <p class="hint">{text::samples_empty()}</p> }.into_any()
        } else {
            view! { <ul class="samples" aria-label=text::samples()>{rows}</ul> }.into_any()
        }
    }
}

fn row(samples: Samples, sample: Sample, may_write: bool) -> AnyView {
    let id = StoredValue::new(sample.id.clone());
    let found = move || {
        let found = samples.matches.with(|matches| matches.get(&id.get_value()).copied());
        found.map(badge)
    };
    let is_picked = move || samples.picked.with(|picked| picked.as_ref() == Some(&id.get_value()));
    let name = sample.name.clone();
    let own = StoredValue::new(sample);
    let changes = may_write.then(|| {
        let rename = move |_| {
            let Sample { id, name, .. } = own.get_value();
            samples.ask_name(Naming::Rename { id, name });
        };
        view! {
            <span class="sample-changes" role="group" aria-label=text::sample_actions(&name)>
                <button type="button" class="link" on:click=rename>{text::sample_rename()}</button>
                <button type="button" class="link" on:click=move |_| samples.deleting.set(Some(own.get_value()))>
                    {text::sample_delete()}
                </button>
            </span>
        }
    });
    view! {
        <li>
            <button
                type="button"
                class="sample-pick"
                aria-pressed=move || is_picked().to_string()
                on:click=move |_| own.with_value(|sample| samples.pick(sample))
            >
                {name}
            </button>
            {found}
            {changes}
        </li>
    }
    .into_any()
}

/// Keeping, renaming, deleting.
fn changes(samples: Samples) -> AnyView {
    let overwrite = move || {
        samples.picked_sample().map(|sample| {
            let id = StoredValue::new(sample.id);
            let press = move |()| {
                let form = samples.form;
                if let Some(request) = samples.typed(form) {
                    let change = SampleChange {
                        name: None,
                        request: Some(request),
                    };
                    samples.update(form, id.get_value(), change);
                }
            };
            view! {
                <Button look=Look::Secondary busy=samples.form.busy() on_press=press>
                    {text::sample_overwrite(&sample.name)}
                </Button>
            }
        })
    };
    let question = RwSignal::new(None);
    Effect::new(move |_| {
        let asked = samples
            .deleting
            .with(|sample| sample.as_ref().map(|sample| text::sample_delete_question(&sample.name)));
        question.set(asked);
    });
    let look_again = Callback::new(move |()| samples.load.reload());
    view! {
        {samples.form.summary(look_again)}
        <div class="actions">
            <Button look=Look::Secondary on_press=move |()| samples.ask_name(Naming::New)>
                {text::sample_save()}
            </Button>
            {overwrite}
            <Modal id="name-sample" title=text::sample_name() open=samples.is_naming>
                <NameForm samples=samples />
            </Modal>
            <ConfirmDialog
                question=question
                confirm=text::sample_delete()
                cancel=text::sample_keep()
                on_confirm=move |()| samples.delete()
            />
        </div>
    }
    .into_any()
}

#[component]
fn NameForm(samples: Samples) -> impl IntoView {
    let naming = samples.naming.get_untracked();
    let name = RwSignal::new(match &naming {
        Naming::New => String::new(),
        Naming::Rename { name, .. } => name.clone(),
    });
    let form = Form::new();
    let send = Callback::new(move |()| {
        let name = name.get_untracked().trim().to_owned();
        match &naming {
            Naming::New => samples.create(form, name),
            Naming::Rename { id, .. } => {
                let change = SampleChange {
                    name: Some(name),
                    request: None,
                };
                samples.update(form, id.clone(), change);
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    view! {
        <form on:submit=submit novalidate>
            <TextField
                id="sample-name"
                label=text::sample_name()
                value=name
                errors=form.errors_at("/name".to_owned())
                hint=text::sample_name_hint()
            />
            {form.summary(send)}
            <div class="actions">
                <Button look=Look::Secondary on_press=move |()| samples.is_naming.set(false)>{text::cancel()}</Button>
                <Button submit=true busy=form.busy()>{text::save()}</Button>
            </div>
        </form>
    }
    .into_any()
}

//! Saving: checked here, then by the server, against the revision that was read.

use engine::problem::FieldError;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::Value;

use super::changes::{Difference, differences};
use super::stale::Stale;
use super::{Editor, draft_of};
use crate::api::{self, Answer, Failure};
use crate::browser::offset_at;
use crate::components::News;
use crate::forms::field_errors::merge;
use crate::forms::promotion::Draft;
use crate::i18n::editor as text;
use crate::session::Session;
use crate::wire::Promotion;
use crate::wire::promotions::{Tagged, Terms};
use crate::workbench;

/// What is to become of a promotion beside being saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Stay,
    Activate,
}

/// What came of it.
enum Outcome {
    Saved(Box<Tagged<Promotion>>),
    /// Somebody else had saved meanwhile: nothing was.
    Stale(Box<Stale>),
}

/// What the buttons do.
#[derive(Clone, Copy)]
pub(super) struct Saver {
    editor: Editor,
    session: Session,
    news: News,
    /// Goes to an address, in the place of this page in the history or after it.
    go: Callback<(String, bool)>,
    /// What somebody else saved meanwhile.
    pub(super) stale: RwSignal<Option<Stale>>,
    /// The differences that are about to be published.
    pub(super) review: RwSignal<Vec<Difference>>,
    pub(super) is_reviewing: RwSignal<bool>,
}

impl Saver {
    /// Made once by the form.
    pub(super) fn new(editor: Editor) -> Self {
        let navigate = use_navigate();
        Self {
            editor,
            session: Session::current(),
            news: News::current(),
            go: Callback::new(move |(path, replace): (String, bool)| {
                let options = NavigateOptions {
                    replace,
                    ..NavigateOptions::default()
                };
                navigate(&path, options);
            }),
            stale: RwSignal::new(None),
            review: RwSignal::new(Vec::new()),
            is_reviewing: RwSignal::new(false),
        }
    }

    /// What Enter in a field does: nothing that shops would notice.
    pub(super) fn save(self) {
        if untrack(|| self.editor.is_published()) {
            self.ask();
        } else {
            self.submit(Then::Stay);
        }
    }

    /// Saves a draft and makes it active.
    pub(super) fn save_and_activate(self) {
        self.submit(Then::Activate);
    }

    /// Publishes what was reviewed.
    pub(super) fn publish(self) {
        self.is_reviewing.set(false);
        self.submit(Then::Stay);
    }

    /// Shows what would be published.
    pub(super) fn ask(self) {
        let Some(draft) = self.draft() else { return };
        let before = self
            .editor
            .saved
            .with_untracked(|saved| saved.as_ref().map(|saved| saved.value.terms()));
        self.editor.form.submit(checked(draft, self.unfinished()), move |body| {
            let after: Option<Terms> = serde_json::from_value(body).ok();
            let found = before.zip(after).map(|(before, after)| differences(&before, &after));
            let found = found.unwrap_or_default();
            if found.is_empty() {
                self.news.say(text::nothing_changed());
            } else {
                self.review.set(found);
                self.is_reviewing.set(true);
            }
        });
    }

    fn draft(self) -> Option<Draft> {
        untrack(|| self.editor.fields.draft())
    }

    fn unfinished(self) -> Vec<FieldError> {
        self.editor.rules.error().into_iter().collect()
    }

    fn submit(self, then: Then) {
        let Some(draft) = self.draft() else { return };
        self.editor
            .form
            .submit(self.saved(draft, then), move |outcome| match outcome {
                Outcome::Saved(saved) => self.done(&saved, then),
                Outcome::Stale(stale) => self.stale.set(Some(*stale)),
            });
    }

    /// Where to go on: what is active is looked at, what is not is edited on, at its own address.
    fn done(self, saved: &Tagged<Promotion>, then: Then) {
        let code = &saved.value.code;
        self.stale.set(None);
        let home = format!("/promotions/{code}");
        if then == Then::Activate {
            self.editor.guard.release();
            self.news.say(text::activated());
            return self.go.run((home, false));
        }
        self.news.say(if saved.value.version > 0 {
            text::published()
        } else {
            text::draft_saved()
        });
        let edit = format!("{home}/edit");
        if leptos::prelude::window().location().pathname().ok().as_ref() != Some(&edit) {
            self.editor.guard.release();
            self.go.run((edit, true));
        }
    }

    async fn saved(self, draft: Draft, then: Then) -> Answer<Outcome> {
        let body = checked(draft.clone(), self.unfinished()).await?;
        match self.store(draft, body, then).await {
            Ok(saved) => Ok(Outcome::Saved(Box::new(saved))),
            Err(failure) => match self.stale_after(&failure).await {
                Some(stale) => Ok(Outcome::Stale(Box::new(stale))),
                None => Err(failure),
            },
        }
    }

    /// Creates or changes the promotion, then activates it. What has worked is kept whatever follows: a draft that cannot
    /// be activated is saved.
    async fn store(self, draft: Draft, body: Value, then: Then) -> Answer<Tagged<Promotion>> {
        let session = self.session;
        let stored = match self.editor.saved.get_untracked() {
            None => {
                session
                    .call(async |token| api::promotions::create_draft(token, &body).await)
                    .await?
            }
            Some(known) => {
                let changes = self.editor.base.with_untracked(|base| draft.changes(base, &body));
                if changes.as_object().is_some_and(serde_json::Map::is_empty) {
                    known
                } else {
                    let (code, tag) = (known.value.code, known.tag);
                    let call = session
                        .call(async |token| api::promotions::update_promotion(token, &code, &tag, &changes).await);
                    call.await?
                }
            }
        };
        self.editor.keep(draft.clone(), stored.clone());
        if then == Then::Stay {
            return Ok(stored);
        }
        let (code, tag) = (stored.value.code, stored.tag);
        let call = session.call(async |token| api::promotions::activate_revision(token, &code, &tag).await);
        let active = call.await?;
        self.editor.keep(draft, active.clone());
        Ok(active)
    }

    /// What is stored now, if a change was refused because that is another revision than was read.
    async fn stale_after(self, failure: &Failure) -> Option<Stale> {
        if !failure.is_stale() && !failure.is_conflict() {
            return None;
        }
        let known = self.editor.saved.try_get_untracked()??;
        let code = &known.value.code;
        let session = self.session;
        let newer = session
            .call(async |token| api::promotions::tagged_promotion(token, code).await)
            .await
            .ok()?;
        if newer.tag == known.tag {
            return None;
        }
        let versions = session
            .call(async |token| api::promotions::versions(token, code, None).await)
            .await;
        let last = versions.ok().and_then(|page| page.items.into_iter().next());
        // The newest version is that of the newest change of a promotion that is published.
        let last = last.filter(|last| last.version == newer.value.version);
        Some(Stale {
            differences: differences(&known.value.terms(), &newer.value.terms()),
            author: last.as_ref().and_then(|last| last.author.as_ref()?.name.clone()),
            at: last.map(|last| last.at),
            newer,
        })
    }
}

impl Editor {
    /// Goes on from what somebody else saved. What was typed here stays, where `keeps_own` says so.
    pub(super) fn take_over(self, newer: Tagged<Promotion>, keeps_own: bool) {
        let Some(base) = draft_of(&newer.value) else { return };
        let own = untrack(|| self.fields.draft()).filter(|_| keeps_own);
        let merged = match own {
            Some(own) => self.base.with_untracked(|before| own.rebase(before, base.clone())),
            None => base.clone(),
        };
        self.fields.set(&merged);
        self.keep(base, newer);
    }
}

/// The body of a draft, if nothing is wrong with it.
async fn checked(draft: Draft, unfinished: Vec<FieldError>) -> Answer<Value> {
    let (body, mut errors) = draft.body(&offset_at);
    errors.extend(unfinished);
    let found = match workbench::check_promotion(&body).await {
        Ok(found) => found,
        // The server checks the same.
        Err(Failure::NotLoaded) => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let errors = merge(errors, found);
    if errors.is_empty() {
        Ok(body)
    } else {
        Err(Failure::Invalid(errors))
    }
}

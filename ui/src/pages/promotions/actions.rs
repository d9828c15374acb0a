//! What is done to promotions of the list: to one by its menu, or to all that are selected. One question is asked at a
//! time, before what cannot be undone and before what concerns several.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::bulk::{Bulk, count};
use super::duplicate::DuplicateDialog;
use super::listing::Listing;
use crate::api::promotions::{archive_promotion, delete_promotion};
use crate::api::{Answer, activate_promotion, pause_promotion};
use crate::browser::focus_title;
use crate::components::{ConfirmDialog, Form, News};
use crate::forms::promotion_action::{Action, BulkAction};
use crate::i18n::promotion_list as text;
use crate::session::Session;
use crate::wire::Promotion;
use crate::wire::promotions::ListedPromotion;

/// What waits for a yes.
#[derive(Debug, Clone)]
enum Asked {
    One(Action, ListedPromotion),
    Several(BulkAction, Vec<String>),
}

/// What is done, and asked before.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    session: Session,
    listing: Listing,
    news: News,
    form: Form,
    pub(super) bulk: Bulk,
    asked: RwSignal<Option<Asked>>,
    question: RwSignal<Option<String>>,
    /// What was last done to one promotion, to be done again when the service was away.
    last: StoredValue<Option<(Action, ListedPromotion)>>,
    duplicated: RwSignal<Option<ListedPromotion>>,
}

impl Actions {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            session: Session::current(),
            listing,
            news: News::current(),
            form: Form::new(),
            bulk: Bulk::new(listing),
            asked: RwSignal::new(None),
            question: RwSignal::new(None),
            last: StoredValue::new(None),
            duplicated: RwSignal::new(None),
        }
    }

    /// Does it, or asks first when there is no way back.
    pub(super) fn begin(self, action: Action, promotion: &ListedPromotion) {
        let question = match action {
            Action::Activate | Action::Pause => {
                self.change(action, promotion.clone());
                return;
            }
            Action::Archive => text::archive_one(&promotion.name),
            Action::Delete => text::delete_one(&promotion.name),
        };
        self.ask(question, Asked::One(action, promotion.clone()));
    }

    /// Asks whether to do it to those of the selected that it can be done to.
    pub(super) fn begin_some(self, action: BulkAction) {
        let (codes, left_out) = self.listing.selected.with_untracked(|selected| {
            let codes: Vec<_> = self.fitting(action, selected).cloned().collect();
            let left_out = selected.len() - codes.len();
            (codes, left_out)
        });
        let question = match action {
            BulkAction::Pause => text::pause_question(count(codes.len())),
            BulkAction::Archive => text::archive_question(count(codes.len())),
        };
        let question = match left_out {
            0 => question,
            _ => format!("{question} {}", text::left_out(count(left_out))),
        };
        self.ask(question, Asked::Several(action, codes));
    }

    /// Those of the selected that it can be done to.
    pub(super) fn fitting(self, action: BulkAction, selected: &BTreeSet<String>) -> impl Iterator<Item = &String> {
        let fits = move |standing| action.each().fits(standing);
        selected
            .iter()
            .filter(move |code| self.listing.standing(code).is_some_and(fits))
    }

    /// Asks for the code of a copy.
    pub(super) fn duplicate(self, promotion: ListedPromotion) {
        self.duplicated.set(Some(promotion));
    }

    fn ask(self, question: String, asked: Asked) {
        self.asked.set(Some(asked));
        self.question.set(Some(question));
    }

    fn confirmed(self) {
        match self.asked.get_untracked() {
            Some(Asked::One(action, promotion)) => self.change(action, promotion),
            Some(Asked::Several(action, codes)) => self.bulk.start(action, codes),
            None => {}
        }
    }

    fn change(self, action: Action, promotion: ListedPromotion) {
        self.last.set_value(Some((action, promotion.clone())));
        let code = promotion.code.clone();
        self.form.submit(
            perform(self.session, action, code),
            move |changed: Option<Promotion>| {
                self.news.say(said(action, &promotion.name));
                match changed {
                    Some(changed) => self.listing.update(changed),
                    None => {
                        self.listing.remove(&promotion.code);
                        focus_title();
                    }
                }
            },
        );
    }

    fn again(self) {
        if let Some((action, promotion)) = self.last.get_value() {
            self.change(action, promotion);
        }
    }
}

/// Does it by one call: the promotion as it is then, `None` for one that is gone.
pub(super) async fn perform(session: Session, action: Action, code: String) -> Answer<Option<Promotion>> {
    let call = async |token: &str| match action {
        Action::Activate => activate_promotion(token, &code).await.map(Some),
        Action::Pause => pause_promotion(token, &code).await.map(Some),
        Action::Archive => archive_promotion(token, &code).await.map(Some),
        Action::Delete => delete_promotion(token, &code).await.map(|()| None),
    };
    session.call(call).await
}

fn said(action: Action, name: &str) -> String {
    match action {
        Action::Activate => text::was_activated(name),
        Action::Pause => text::was_paused(name),
        Action::Archive => text::was_archived(name),
        Action::Delete => text::was_deleted(name),
    }
}

/// The questions, and why something that was tried did not work.
#[component]
pub(super) fn ActionDialogs(actions: Actions) -> impl IntoView {
    let confirm = Signal::derive(move || {
        let word = match actions.asked.get() {
            Some(Asked::One(Action::Activate, _)) => text::confirm_activate(),
            Some(Asked::One(Action::Archive, _) | Asked::Several(BulkAction::Archive, _)) => text::confirm_archive(),
            Some(Asked::One(Action::Delete, _)) => text::confirm_delete(),
            Some(Asked::One(Action::Pause, _) | Asked::Several(BulkAction::Pause, _)) | None => text::confirm_pause(),
        };
        word.to_owned()
    });
    let again = Callback::new(move |()| actions.again());
    let confirmed = Callback::new(move |()| actions.confirmed());
    view! {
        {actions.form.summary(again)}
        <ConfirmDialog
            question=actions.question
            confirm=confirm
            cancel=text::cancel()
            on_confirm=confirmed
        />
        <DuplicateDialog promotion=actions.duplicated />
    }
    .into_any()
}

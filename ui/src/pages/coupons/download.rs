//! Coupons as a CSV file: fetched with the token, gathered as it comes, then saved.

use js_sys::Array;
use leptos::prelude::*;

use super::Coupons;
use crate::api;
use crate::api::coupons::Export;
use crate::browser::{format_number, save_file};
use crate::components::{Form, Progress};
use crate::i18n::coupons as text;

/// A file that is being fetched, one at a time.
#[derive(Clone, Copy)]
pub(super) struct Download {
    coupons: Coupons,
    form: Form,
    /// Coupons that have come so far.
    done: RwSignal<u64>,
    wanted: RwSignal<Option<Wanted>>,
}

/// What is fetched.
#[derive(Clone)]
struct Wanted {
    exports: Vec<Export>,
    /// How many coupons these are, where that is known.
    count: Option<u64>,
    file: String,
}

impl Download {
    pub(super) fn new(coupons: Coupons) -> Self {
        Self {
            coupons,
            form: Form::new(),
            done: RwSignal::new(0),
            wanted: RwSignal::new(None),
        }
    }

    /// Whether a file is under way.
    pub(super) fn busy(self) -> Signal<bool> {
        self.form.busy()
    }

    /// Fetches `exports`, of `count` coupons where that is known, into one file.
    pub(super) fn start(self, exports: Vec<Export>, count: Option<u64>, file: String) {
        self.wanted.set(Some(Wanted { exports, count, file }));
        self.fetch();
    }

    fn fetch(self) {
        let Some(Wanted { exports, file, .. }) = self.wanted.get_untracked() else {
            return;
        };
        self.done.set(0);
        let promotion = self.coupons.promotion.get_value();
        // Once the page is left nobody waits for the file.
        let progress = move |done| self.done.try_set(done).is_none();
        let session = self.coupons.session;
        self.form.submit(
            async move {
                session
                    .call(async |token| api::coupons::export(token, &promotion, &exports, &progress).await)
                    .await
            },
            move |pieces| self.save(&file, pieces),
        );
    }

    fn save(self, file: &str, pieces: Option<Array>) {
        let is_saved = pieces.is_some_and(|pieces| save_file(file, "text/csv", &pieces));
        self.coupons.news.say(if is_saved {
            text::downloaded(self.done.get_untracked(), file)
        } else {
            text::not_saved(file)
        });
    }
}

/// How far the file is, or why it did not come.
#[component]
pub(super) fn DownloadLine(download: Download) -> impl IntoView {
    let retry = Callback::new(move |()| download.fetch());
    let count = Memo::new(move |_| {
        download
            .wanted
            .with(|wanted| wanted.as_ref().and_then(|wanted| wanted.count))
    });
    let line = move || {
        if !download.busy().get() {
            return ().into_any();
        }
        match count.get() {
            Some(count) => {
                view! { <Progress label=text::downloading() done=download.done of=Signal::derive(move || count) /> }
                    .into_any()
            }
            None => {
                let so_far = move || text::downloading_so_far(&format_number(download.done.get()));
                view! { <p class="loading" role="status">{so_far}</p> }.into_any()
            }
        }
    };
    view! {
        {download.form.summary(retry)}
        {line}
    }
}

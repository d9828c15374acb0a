//! The request that is tried: as fields, or as the text of its body.

use engine::problem::FieldError;
use engine::promotion::Kind;
use leptos::prelude::*;
use serde_json::value::RawValue;

use super::fields::{Fields, RequestFields, new_transaction_id};
use super::live::Live;
use crate::components::{Card, Choice, Segments, TextArea};
use crate::forms::try_out::{TRANSACTION, indented, with_member};
use crate::i18n::{forms, trace as text};
use crate::wire::promotions::Terms;

const FIELDS: &str = "fields";
const JSON: &str = "json";

/// The request.
#[derive(Clone, Copy)]
pub(super) struct Request {
    fields: Fields,
    json: RwSignal<String>,
    /// [`FIELDS`] or [`JSON`].
    form: RwSignal<String>,
    /// What is written as JSON does not fit into the fields.
    is_json_only: RwSignal<bool>,
}

impl Request {
    /// An empty one for a promotion.
    pub(super) fn new(terms: &Terms) -> Self {
        Self {
            fields: Fields::new(terms),
            json: RwSignal::new(String::new()),
            form: RwSignal::new(FIELDS.to_owned()),
            is_json_only: RwSignal::new(false),
        }
    }

    /// The body to send, tracked.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub(super) fn body(self) -> Result<Box<RawValue>, Vec<FieldError>> {
        let body = if self.is_json() {
            self.json.get()
        } else {
            self.fields
                .try_out()
                .map(|typed| typed.to_json())
                .transpose()?
                .unwrap_or_default()
        };
        RawValue::from_string(body.trim().to_owned())
            .map_err(|_| vec![FieldError::new("", "json_invalid", forms::json_invalid())])
    }

    /// Shows a request in the fields, or as JSON where they would lose something of it.
    pub(super) fn show(self, body: &str) {
        let is_shown = self.fields.show(body);
        let body = match self.fields.kind() {
            Kind::Discount => with_member(body, TRANSACTION, &new_transaction_id()),
            Kind::Coupon => body.to_owned(),
        };
        self.json.set(indented(&body).unwrap_or(body));
        self.is_json_only.set(!is_shown);
        self.form.set(if is_shown { FIELDS } else { JSON }.to_owned());
    }

    /// After a transaction was consumed.
    pub(super) fn renew_transaction(self, sent: &str) {
        self.fields.renew_transaction(sent);
    }

    fn is_json(self) -> bool {
        self.form.with(|form| form == JSON)
    }

    /// Takes what was written in one form over into the other; runs when the choice changes.
    fn follow_choice(self) {
        Effect::new(move |before: Option<bool>| {
            let is_json = self.is_json();
            match before {
                Some(false) if is_json => untrack(|| self.write_json()),
                Some(true) if !is_json => untrack(|| self.show(&self.json.get_untracked())),
                Some(_) | None => {}
            }
            is_json
        });
    }

    fn write_json(self) {
        // A sample that came as JSON is there already.
        if !self.is_json_only.get_untracked()
            && let Some(Ok(body)) = self.fields.try_out().map(|typed| typed.to_json())
        {
            self.json.set(indented(&body).unwrap_or(body));
        }
    }
}

/// The card of the request.
#[component]
pub(super) fn RequestCard(request: Request, live: Live) -> impl IntoView {
    request.follow_choice();
    let choices = vec![
        Choice::new(FIELDS, text::form_fields()),
        Choice::new(JSON, text::form_json()),
    ];
    let json_only = move || {
        (request.is_json() && request.is_json_only.get()).then(|| view! { <p class="hint">{text::json_only()}</p> })
    };
    view! {
        <Card title=text::request() lead=text::request_lead()>
            <Segments name="request-form" label=text::form() value=request.form choices=choices />
            <div role="status">{json_only}</div>
            <div class="request-fields" hidden=move || request.is_json()>
                <RequestFields fields=request.fields live=live />
            </div>
            <div hidden=move || !request.is_json()>
                <TextArea id="request-json" label=text::json() value=request.json hint=text::json_hint() rows=12 />
            </div>
        </Card>
    }
    .into_any()
}

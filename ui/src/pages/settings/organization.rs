//! The settings of the organisation.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::SettingsTabs;
use super::profile::{changed_locale, chosen_language, languages};
use crate::api::accounts::update_organization;
use crate::components::{Alert, AlertKind, Button, Card, Form, News, PageTitle, SelectField, TextField};
use crate::i18n::settings as text;
use crate::session::Session;
use crate::wire::{Account, Organization, Permission};

/// What is sent: the language only when it changes, and days that are no number as they were typed, for the server to
/// say what is wrong with them.
fn changes(before: &Organization, name: &str, language: &str, days: &str) -> Value {
    let days = days.trim();
    let days = days.parse::<u32>().map_or_else(|_| Value::from(days), Value::from);
    let mut changes = json!({"name": name, "expiry_notice_days": days});
    if let (Some(locale), Some(fields)) = (
        changed_locale(before.locale.as_deref(), language),
        changes.as_object_mut(),
    ) {
        fields.insert("locale".to_owned(), locale);
    }
    changes
}

/// The organisation's settings, for those who may change them.
#[component]
pub(crate) fn OrganizationPage() -> impl IntoView {
    let session = Session::current();
    let content = session.account_untracked().map(|account| {
        if account.may(Permission::OrganizationManage) {
            view! { <OrganizationCard account=account /> }.into_any()
        } else {
            view! { <Alert kind=AlertKind::Info title=account.organization.name><p>{text::may_not()}</p></Alert> }
                .into_any()
        }
    });
    view! {
        <PageTitle title=text::organization_title() />
        <SettingsTabs />
        {content}
    }
    .into_any()
}

#[component]
fn OrganizationCard(account: Account) -> impl IntoView {
    let session = Session::current();
    let news = News::current();
    let form = Form::new();
    let organization = &account.organization;
    let name = RwSignal::new(organization.name.clone());
    let language = RwSignal::new(chosen_language(organization.locale.as_deref()));
    let days = RwSignal::new(organization.expiry_notice_days.to_string());
    let account = StoredValue::new(account);
    let save = Callback::new(move |()| {
        let body = account.with_value(|account| {
            let (name, language) = (name.get_untracked(), language.get_untracked());
            changes(&account.organization, &name, &language, &days.get_untracked())
        });
        form.submit(
            async move {
                session
                    .call(async |token| update_organization(token, &body).await)
                    .await
            },
            move |organization: Organization| {
                news.say(text::saved());
                if let Some(account) = session.account_untracked() {
                    session.refresh_account(Account {
                        organization,
                        ..account
                    });
                }
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    view! {
        <Card title=text::organization()>
            <form on:submit=submit novalidate>
                {form.summary(save)}
                <TextField
                    id="organization-name"
                    label=text::organization_name()
                    value=name
                    errors=form.errors_at("/name".to_owned())
                    autocomplete="organization"
                />
                <SelectField
                    id="organization-language"
                    label=text::organization_language()
                    value=language
                    choices=languages(text::language_default())
                    errors=form.errors_at("/locale".to_owned())
                    hint=text::organization_language_hint()
                />
                <TextField
                    id="notice-days"
                    label=text::notice_days()
                    value=days
                    errors=form.errors_at("/expiry_notice_days".to_owned())
                    hint=text::notice_days_hint()
                    inputmode="numeric"
                />
                <Button submit=true busy=form.busy()>{text::save()}</Button>
            </form>
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent() {
        let before = Organization {
            id: "org_1".to_owned(),
            name: "Shop".to_owned(),
            locale: Some("es-UY".to_owned()),
            expiry_notice_days: 7,
        };
        let check = |language: &str, days: &str, expected: Value| {
            assert_eq!(changes(&before, "Shop", language, days), expected, "{language} {days}");
        };
        check("es", " 10 ", json!({"name": "Shop", "expiry_notice_days": 10}));
        check(
            "en",
            "10",
            json!({"name": "Shop", "expiry_notice_days": 10, "locale": "en"}),
        );
        check("es", "soon", json!({"name": "Shop", "expiry_notice_days": "soon"}));
    }
}

//! Name, language and notices of whoever is signed in.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde_json::{Value, json};

use crate::api::accounts::update_me;
use crate::components::{Button, Card, Checkbox, Choice, Form, News, SelectField, TextField};
use crate::i18n::{Language, settings as text};
use crate::language::LanguageChoice;
use crate::session::Session;
use crate::wire::Account;

/// The languages as choices, after the choice of none.
pub(super) fn languages(unchosen: &str) -> Vec<Choice> {
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.own_name()));
    std::iter::once(Choice::new("", unchosen)).chain(languages).collect()
}

/// The choice of a language tag such as `es-UY`; empty for none, and for a language that the app does not speak.
pub(super) fn chosen_language(locale: Option<&str>) -> String {
    locale
        .and_then(Language::of)
        .map(Language::tag)
        .unwrap_or_default()
        .to_owned()
}

/// A language tag to send, where the choice is another than that of the tag before: `es-UY` stays while Spanish does.
pub(super) fn changed_locale(before: Option<&str>, chosen: &str) -> Option<Value> {
    (chosen_language(before) != chosen).then(|| match chosen {
        "" => Value::Null,
        tag => tag.into(),
    })
}

/// What is sent: the language only when it changes.
fn changes(account: &Account, name: &str, language: &str, wants_notices: bool) -> Value {
    let mut changes = json!({"name": name, "notices": {"promotion_expiry": wants_notices}});
    if let (Some(locale), Some(fields)) = (
        changed_locale(account.user.locale.as_deref(), language),
        changes.as_object_mut(),
    ) {
        fields.insert("locale".to_owned(), locale);
    }
    changes
}

/// The profile, as it is and to be changed.
#[component]
pub(super) fn ProfileCard() -> impl IntoView {
    let session = Session::current();
    let spoken = LanguageChoice::current();
    let news = News::current();
    let form = Form::new();
    let account = session.account_untracked()?;
    let name = RwSignal::new(account.user.name.clone());
    let language = RwSignal::new(chosen_language(account.user.locale.as_deref()));
    let notices = RwSignal::new(account.notices.promotion_expiry);
    let email = account.user.email.clone();
    let hint = text::notices_hint(account.organization.expiry_notice_days.into());
    let account = StoredValue::new(account);
    let save = Callback::new(move |()| {
        let body = account.with_value(|account| {
            changes(
                account,
                &name.get_untracked(),
                &language.get_untracked(),
                notices.get_untracked(),
            )
        });
        form.submit(
            async move { session.call(async |token| update_me(token, &body).await).await },
            move |changed: Account| {
                if let Some(language) = changed.user.locale.as_deref().and_then(Language::of) {
                    spoken.choose(language);
                }
                news.say(text::saved());
                session.refresh_account(changed);
            },
        );
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let card = view! {
        <Card title=text::profile()>
            <form on:submit=submit novalidate>
                {form.summary(save)}
                <p class="hint">{text::email()} ": " <strong>{email}</strong></p>
                <TextField
                    id="name"
                    label=text::name()
                    value=name
                    errors=form.errors_at("/name".to_owned())
                    autocomplete="name"
                />
                <SelectField
                    id="language"
                    label=text::language()
                    value=language
                    choices=languages(text::language_unchosen())
                    errors=form.errors_at("/locale".to_owned())
                    hint=text::language_hint()
                />
                <Checkbox id="notices" label=text::notices() value=notices hint=hint />
                <Button submit=true busy=form.busy()>{text::save()}</Button>
            </form>
        </Card>
    };
    Some(card.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_change_only_when_another_is_chosen() {
        let check = |before: Option<&str>, chosen: &str, expected: Option<Value>| {
            assert_eq!(changed_locale(before, chosen), expected, "{before:?} {chosen}");
        };
        check(None, "", None);
        check(None, "es", Some("es".into()));
        check(Some("es-UY"), "es", None);
        check(Some("es-UY"), "en", Some("en".into()));
        check(Some("es-UY"), "", Some(Value::Null));
        // A language that the app does not speak stays until one is chosen.
        check(Some("pt-BR"), "", None);
    }
}

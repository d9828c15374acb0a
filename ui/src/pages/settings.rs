//! Settings: those of a person, and those of an organisation.

mod device;
mod organization;
mod password;
mod profile;
mod sessions;

use leptos::prelude::*;

pub(crate) use self::organization::OrganizationPage;
use self::password::PasswordCard;
use self::profile::ProfileCard;
use self::sessions::{SessionsCard, own_sessions};
use crate::components::{Card, Choice, PageTitle, Segments, TabLinks};
use crate::i18n::settings as text;
use crate::theme::Theme;

/// The two pages.
#[component]
fn SettingsTabs() -> impl IntoView {
    let tabs = vec![
        ("/settings".to_owned(), text::yours().to_owned()),
        ("/settings/organization".to_owned(), text::organization().to_owned()),
    ];
    view! { <TabLinks label=text::settings() tabs=tabs /> }
}

/// The settings of whoever is signed in.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let sessions = own_sessions();
    view! {
        <PageTitle title=text::title() />
        <SettingsTabs />
        <div class="columns">
            <div>
                <ProfileCard />
                <ThemeCard />
            </div>
            <div>
                <PasswordCard sessions=sessions />
                <SessionsCard sessions=sessions />
            </div>
        </div>
    }
    .into_any()
}

/// Light or dark; shown at once.
#[component]
fn ThemeCard() -> impl IntoView {
    let chosen = RwSignal::new(Theme::chosen().as_str().to_owned());
    Effect::new(move |previous: Option<String>| {
        let word = chosen.get();
        let theme = Theme::ALL.into_iter().find(|theme| theme.as_str() == word);
        if let Some(theme) = theme.filter(|_| previous.is_some_and(|previous| previous != word)) {
            theme.choose();
        }
        word
    });
    let choices = Theme::ALL.map(|theme| Choice::new(theme.as_str(), name_theme(theme)));
    view! {
        <Card title=text::theme() lead=text::theme_lead()>
            <Segments name="theme" label=text::theme() value=chosen choices=choices.to_vec() />
        </Card>
    }
}

fn name_theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => text::theme_system(),
        Theme::Light => text::theme_light(),
        Theme::Dark => text::theme_dark(),
    }
}

//! The table of addresses, and who may see what stands at them.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::browser::path;
use crate::components::{FailureAlert, Loading, Navigated, News};
use crate::frame::Frame;
use crate::i18n::{Language, session as text};
use crate::language::LanguageChoice;
use crate::link::LinkSecret;
use crate::outage::{Outage, OutageBanner};
use crate::pages::{self, NotFoundPage};
use crate::part::prefetch;
use crate::session::{Session, State};

/// Where a signed-in user arrives.
pub(crate) const HOME: &str = "/";

/// The app.
#[component]
pub(crate) fn App() -> impl IntoView {
    let language = LanguageChoice::new();
    provide_context(language);
    let session = Session::new(language);
    provide_context(session);
    provide_context(Navigated::new());
    provide_context(News::new());
    provide_context(LinkSecret::new());
    let outage = Outage::new();
    session.restore();
    // The home page is what most begin with: its part comes while the server is asked for the session.
    if path() == HOME && Session::is_likely() {
        prefetch(pages::fetch::HOME);
    }
    Outage::on_end(move || {
        if matches!(session.state_untracked(), State::Unknown(_)) {
            session.restore();
        }
    });
    // Another branch for each language, because the same one again would keep the views that are there.
    let pages = move || match language.get() {
        Language::English => Either::Left(view! { <Pages /> }),
        Language::Spanish => Either::Right(view! { <Pages /> }),
    };
    view! {
        <OutageBanner outage=outage />
        {pages}
    }
}

/// The pages by their addresses.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=pages::SIGN_IN />
                <Route path=path!("/sign-up") view=pages::SIGN_UP />
                <Route path=path!("/forgot-password") view=pages::FORGOT_PASSWORD />
                // The addresses of mails: see the origin's `mail::links`.
                <Route path=path!("/reset-password") view=pages::RESET_PASSWORD />
                <Route path=path!("/invitation") view=pages::INVITATION />
                <Route path=path!("/kit") view=kit />
                <ParentRoute path=path!("") view=SignedInOnly>
                    <Route path=path!("/") view=pages::HOME />
                    <Route path=path!("/promotions") view=pages::PROMOTIONS />
                    // Not below /promotions/, where it would hide a promotion of that code.
                    <Route path=path!("/new-promotion") view=pages::NEW_PROMOTION />
                    <Route path=path!("/promotions/:code/edit") view=pages::EDIT_PROMOTION />
                    <ParentRoute path=path!("/promotions/:code") view=pages::PROMOTION_FRAME>
                        <Route path=path!("/") view=pages::OVERVIEW />
                        <Route path=path!("/try") view=pages::TRY_OUT />
                        <Route path=path!("/coupons") view=pages::COUPONS />
                        <Route path=path!("/versions") view=pages::VERSIONS />
                    </ParentRoute>
                    <Route path=path!("/reports") view=pages::USAGE />
                    <Route path=path!("/reports/demographics") view=pages::DEMOGRAPHICS />
                    <Route path=path!("/developers") view=pages::APP_KEYS />
                    <Route path=path!("/developers/reference") view=pages::REFERENCE />
                    <Route path=path!("/team") view=pages::TEAM />
                    <Route path=path!("/team/roles") view=pages::ROLES />
                    <Route path=path!("/audit") view=pages::AUDIT />
                    <Route path=path!("/settings") view=pages::SETTINGS />
                    <Route path=path!("/settings/organization") view=pages::ORGANIZATION />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// What stands at any other address: within the frame for a signed-in user, who goes on from there.
#[component]
fn NotFound() -> impl IntoView {
    let session = Session::current();
    move || match session.state() {
        State::Restoring => view! { <Restoring /> }.into_any(),
        State::SignedIn(account) => view! { <Frame account=account><NotFoundPage /></Frame> }.into_any(),
        State::SignedOut | State::Expired | State::Unknown(_) => {
            view! { <main id="content" class="narrow"><NotFoundPage /></main> }.into_any()
        }
    }
}

/// The component kit, which is in a development build only: the parts that pages share would be cut finer with it.
fn kit() -> AnyView {
    #[cfg(feature = "kit")]
    let page = pages::KIT();
    #[cfg(not(feature = "kit"))]
    let page = view! { <NotFound /> }.into_any();
    page
}

/// Shows its pages to a signed-in user and leads others to the sign-in page and back.
#[component]
fn SignedInOnly() -> impl IntoView {
    let session = Session::current();
    let location = use_location();
    move || match session.state() {
        State::Restoring => view! { <Restoring /> }.into_any(),
        State::Unknown(failure) => {
            let retry = Callback::new(move |()| session.restore());
            view! { <main class="narrow"><FailureAlert failure=failure retry=Some(retry) /></main> }.into_any()
        }
        State::SignedOut => view! { <Redirect path="/sign-in" /> }.into_any(),
        State::Expired => {
            let here = location.pathname.get_untracked() + &search(&location.search.get_untracked());
            let next = if here == "/" {
                String::new()
            } else {
                format!("?next={}", String::from(js_sys::encode_uri_component(&here)))
            };
            view! { <Redirect path=format!("/sign-in{next}") /> }.into_any()
        }
        State::SignedIn(account) => view! { <Frame account=account><Outlet /></Frame> }.into_any(),
    }
}

#[component]
fn Restoring() -> impl IntoView {
    view! { <main class="narrow"><Loading text=text::restoring() /></main> }
}

/// The query of an address, with its mark.
fn search(query: &str) -> String {
    if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    }
}

//! The table of addresses, and who may see what stands at them.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::components::{FailureAlert, Loading, Navigated, News};
use crate::frame::Frame;
use crate::i18n::{Language, session as text};
use crate::language::LanguageChoice;
use crate::link::LinkSecret;
use crate::outage::{Outage, OutageBanner};
use crate::pages::{
    AppKeysPage, AuditPage, CouponsPage, DemographicsPage, EditPromotionPage, ForgotPasswordPage, HomePage,
    InvitationPage, NewPromotionPage, NotFoundPage, OrganizationPage, OverviewPage, PromotionFrame, PromotionsPage,
    ReferencePage, ResetPasswordPage, RolesPage, SettingsPage, SignInPage, SignUpPage, TeamPage, TryPage, UsagePage,
    VersionsPage,
};
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
            <Routes fallback=|| view! { <main id="content" class="narrow"><NotFoundPage /></main> }>
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/sign-up") view=SignUpPage />
                <Route path=path!("/forgot-password") view=ForgotPasswordPage />
                // The addresses of mails: see the origin's `mail::links`.
                <Route path=path!("/reset-password") view=ResetPasswordPage />
                <Route path=path!("/invitation") view=InvitationPage />
                <ParentRoute path=path!("") view=SignedInOnly>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/promotions") view=PromotionsPage />
                    // Not below /promotions/, where it would hide a promotion of that code.
                    <Route path=path!("/new-promotion") view=NewPromotionPage />
                    <Route path=path!("/promotions/:code/edit") view=EditPromotionPage />
                    <ParentRoute path=path!("/promotions/:code") view=PromotionFrame>
                        <Route path=path!("/") view=OverviewPage />
                        <Route path=path!("/try") view=TryPage />
                        <Route path=path!("/coupons") view=CouponsPage />
                        <Route path=path!("/versions") view=VersionsPage />
                    </ParentRoute>
                    <Route path=path!("/reports") view=UsagePage />
                    <Route path=path!("/reports/demographics") view=DemographicsPage />
                    <Route path=path!("/developers") view=AppKeysPage />
                    <Route path=path!("/developers/reference") view=ReferencePage />
                    <Route path=path!("/team") view=TeamPage />
                    <Route path=path!("/team/roles") view=RolesPage />
                    <Route path=path!("/audit") view=AuditPage />
                    <Route path=path!("/settings") view=SettingsPage />
                    <Route path=path!("/settings/organization") view=OrganizationPage />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Shows its pages to a signed-in user and leads others to the sign-in page and back.
#[component]
fn SignedInOnly() -> impl IntoView {
    let session = Session::current();
    let location = use_location();
    move || match session.state() {
        State::Restoring => view! { <main class="narrow"><Loading text=text::restoring() /></main> }.into_any(),
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
        State::SignedIn(account) => view! { <Frame account=account /> }.into_any(),
    }
}

/// The query of an address, with its mark.
fn search(query: &str) -> String {
    if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    }
}

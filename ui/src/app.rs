//! The table of addresses, and the frame around every page of a signed-in user.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::components::{Button, FailureAlert, Form, Loading, Look, Navigated};
use crate::i18n::{common, keys, promotions, session as text};
use crate::outage::{Outage, OutageBanner};
use crate::pages::{
    AppKeysPage, ForgotPasswordPage, InvitationPage, NewPromotionPage, NotFoundPage, PromotionPage, PromotionsPage,
    ResetPasswordPage, SignInPage, SignUpPage,
};
use crate::session::{Session, State};
use crate::wire::{Organization, User};

/// Where a signed-in user arrives.
pub(crate) const HOME: &str = "/promotions";

/// The app.
#[component]
pub(crate) fn App() -> impl IntoView {
    let session = Session::new();
    provide_context(session);
    provide_context(Navigated::new());
    let outage = Outage::new();
    session.restore();
    Outage::on_end(move || {
        if matches!(session.state_untracked(), State::Unknown(_)) {
            session.restore();
        }
    });
    view! {
        <OutageBanner outage=outage />
        <Router>
            <Routes fallback=|| view! { <main id="content" class="narrow"><NotFoundPage /></main> }>
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/sign-up") view=SignUpPage />
                <Route path=path!("/forgot-password") view=ForgotPasswordPage />
                // The addresses of mails: see the origin's `mail::links`.
                <Route path=path!("/reset-password") view=ResetPasswordPage />
                <Route path=path!("/invitation") view=InvitationPage />
                <ParentRoute path=path!("") view=SignedInOnly>
                    <Route path=path!("/") view=|| view! { <Redirect path=HOME /> } />
                    <Route path=path!("/promotions") view=PromotionsPage />
                    <Route path=path!("/promotions/:code") view=PromotionPage />
                    // Not below /promotions/, where it would hide a promotion of that code.
                    <Route path=path!("/new-promotion") view=NewPromotionPage />
                    <Route path=path!("/keys") view=AppKeysPage />
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
            let here = location.pathname.get_untracked();
            let next = if here == "/" {
                String::new()
            } else {
                format!("?next={here}")
            };
            view! { <Redirect path=format!("/sign-in{next}") /> }.into_any()
        }
        State::SignedIn(user, organization) => view! { <Frame user=user organization=organization /> }.into_any(),
    }
}

#[component]
fn Frame(user: User, organization: Organization) -> impl IntoView {
    let session = Session::current();
    let form = Form::new();
    let sign_out = Callback::new(move |()| form.submit(session.sign_out(), drop));
    view! {
        <a class="skip" href="#content">{common::skip_to_content()}</a>
        <header class="top">
            <div class="top-inner">
                <A href=HOME attr:class="brand">{common::product()}</A>
                <nav aria-label=common::main_navigation()>
                    <A href=HOME>{promotions::title()}</A>
                    <A href="/keys">{keys::title()}</A>
                </nav>
                <div class="who">
                    <span class="who-names" title=user.email>
                        <strong>{organization.name}</strong>
                        <span>{user.name}</span>
                    </span>
                    <Button look=Look::Quiet busy=form.busy() on_press=sign_out>{text::sign_out()}</Button>
                </div>
            </div>
        </header>
        <main id="content" tabindex="-1">
            {form.summary(sign_out)}
            <Outlet />
        </main>
    }
}

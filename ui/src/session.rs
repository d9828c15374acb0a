//! Who is signed in. The access token lives in memory alone; the refresh token in a cookie that no script can read.
//!
//! ```text
//! load ── refresh (cookie) ──▶ signed in ── 401 ── refresh once ──▶ signed in, the call again
//!              │                                        │
//!              └────────────── refused ─────────────────┴──▶ signed out
//! ```

use leptos::prelude::*;

use crate::api::{self, Answer, Failure};
use crate::browser::{exclusively, remember, remembered};
use crate::i18n::Language;
use crate::language::LanguageChoice;
use crate::task::spawn;
use crate::wire::{Account, Permission, SessionAnswer};

/// The lock around renewing: the refresh token rotates and its second use ends the session, so tabs take turns.
const LOCK: &str = "coupons-session";
/// What the device remembers of the session: that there is one, or not.
const HINT: &str = "signed-in";
const YES: &str = "yes";
const NO: &str = "no";

/// Where the session stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    /// Asking whether the browser has a session.
    Restoring,
    /// That question has no answer.
    Unknown(Failure),
    /// Nobody; the session ran out, so that whoever signs in goes on where they were.
    Expired,
    /// Nobody, by choice.
    SignedOut,
    /// Somebody, of an organisation.
    SignedIn(Account),
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    state: RwSignal<State>,
    token: StoredValue<Option<String>>,
    language: LanguageChoice,
}

impl Session {
    /// A session about to be restored, whose user's language becomes the app's; made once, at the root.
    pub(crate) fn new(language: LanguageChoice) -> Self {
        Self {
            state: RwSignal::new(State::Restoring),
            token: StoredValue::new(None),
            language,
        }
    }

    /// The session of the app.
    pub(crate) fn current() -> Self {
        expect_context()
    }

    /// Where it stands.
    pub(crate) fn state(self) -> State {
        self.state.get()
    }

    /// The same, untracked.
    pub(crate) fn state_untracked(self) -> State {
        self.state.get_untracked()
    }

    /// Asks for the session of the browser's cookie.
    pub(crate) fn restore(self) {
        self.state.set(State::Restoring);
        spawn(async move {
            if let Err(failure) = self.renew(None).await
                && !failure.is_unauthenticated()
            {
                self.state.set(State::Unknown(failure));
            }
        });
    }

    /// Takes over what signing up or in answered.
    pub(crate) fn begin(self, answer: SessionAnswer) {
        self.token.set_value(Some(answer.access_token));
        remember(HINT, YES);
        let profile_language = answer.account.user.locale.as_deref().and_then(Language::of);
        let state = State::SignedIn(answer.account);
        // Renewing a token changes nothing on the screen.
        if self.state.get_untracked() != state {
            if let Some(language) = profile_language {
                self.language.choose(language);
            }
            self.state.set(state);
        }
    }

    /// Takes over what switching to another organisation answered: nothing on the screen is of that one.
    pub(crate) fn switch(self, answer: SessionAnswer) {
        self.state.set(State::Restoring);
        self.begin(answer);
    }

    /// The account as it is after a change of profile, organisation or notices.
    pub(crate) fn refresh_account(self, account: Account) {
        if self.account_untracked().is_some() {
            self.state.set(State::SignedIn(account));
        }
    }

    /// Who is signed in, untracked.
    pub(crate) fn account_untracked(self) -> Option<Account> {
        match self.state.get_untracked() {
            State::SignedIn(account) => Some(account),
            State::Restoring | State::Unknown(_) | State::Expired | State::SignedOut => None,
        }
    }

    /// Whether whoever is signed in may do something; the server decides, this only spares a refusal.
    pub(crate) fn may(self, permission: Permission) -> bool {
        self.account_untracked().is_some_and(|account| account.may(permission))
    }

    /// Signs out here and at the server.
    ///
    /// # Errors
    /// The session stays when the server did not hear of it: its cookie would sign in again.
    pub(crate) async fn sign_out(self) -> Answer<()> {
        match api::logout().await {
            Err(failure) if !failure.is_unauthenticated() => Err(failure),
            Ok(()) | Err(_) => {
                self.end(State::SignedOut);
                Ok(())
            }
        }
    }

    /// Makes a call with the access token; when that has run out, renews it once and makes the call again.
    pub(crate) async fn call<T>(self, call: impl AsyncFn(&str) -> Answer<T>) -> Answer<T> {
        let token = match self.token.get_value() {
            Some(token) => token,
            None => self.renew(None).await?,
        };
        match call(&token).await {
            Err(failure) if failure.is_unauthenticated() => {
                let token = self.renew(Some(token)).await?;
                call(&token).await
            }
            answer => answer,
        }
    }

    /// A token other than `stale`.
    async fn renew(self, stale: Option<String>) -> Answer<String> {
        let renewed = exclusively(LOCK, async move {
            match self.token.get_value() {
                Some(token) if stale.as_ref() != Some(&token) => Ok(token),
                Some(_) | None => self.refresh().await,
            }
        });
        renewed.await.unwrap_or(Err(Failure::Unreachable))
    }

    async fn refresh(self) -> Answer<String> {
        match api::refresh().await {
            Ok(answer) => {
                let token = answer.access_token.clone();
                self.begin(answer);
                Ok(token)
            }
            Err(failure) => {
                if failure.is_unauthenticated() {
                    self.end(State::Expired);
                }
                Err(failure)
            }
        }
    }

    /// Whether this device was signed in when it was last asked, which is known before the server answers.
    pub(crate) fn is_likely() -> bool {
        remembered(HINT).as_deref() == Some(YES)
    }

    fn end(self, state: State) {
        remember(HINT, NO);
        self.token.set_value(None);
        self.state.set(state);
    }
}

//! Rate limits of what strangers may call: per account and per address, kept in the database so that every process
//! counts in one place.
//!
//! The generic cell rate algorithm (ITU-T I.371): an allowance of `burst` calls that refills by one every `every`.

use std::net::IpAddr;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::db::rate_limits::{find_limit, take_from_limit};
use crate::problem::Error;

/// An allowance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// Keeps the counts of different limits apart.
    name: &'static str,
    burst: i64,
    every: TimeDelta,
}

/// Sign-ins from an address: an office signs in behind one address in the morning; a guesser gets one a second.
pub(crate) const SIGN_IN_BY_ADDRESS: Limit = Limit::new("sign-in/address", 60, TimeDelta::seconds(1));
/// Registrations from an address: people try it a few times; each makes rows and costs a hash.
pub(crate) const REGISTER_BY_ADDRESS: Limit = Limit::new("register/address", 20, TimeDelta::minutes(1));
/// Registrations of an e-mail: the answer tells whether it is taken.
pub(crate) const REGISTER_BY_ACCOUNT: Limit = Limit::new("register/account", 5, TimeDelta::minutes(1));
/// Questions for a new password from an address: each may make a mail.
pub(crate) const RESET_BY_ADDRESS: Limit = Limit::new("reset/address", 20, TimeDelta::minutes(1));
/// Questions for a new password of an account, known or not: nobody's mailbox is filled through us.
pub(crate) const RESET_BY_ACCOUNT: Limit = Limit::new("reset/account", 5, TimeDelta::minutes(10));
/// Mails that one organisation makes us send to strangers: a team is invited at once, a list of addresses is not.
pub(crate) const INVITE_BY_ORGANIZATION: Limit = Limit::new("invite/organization", 100, TimeDelta::minutes(2));
/// The same from an address: one person with many organisations is no more than one person.
pub(crate) const INVITE_BY_ADDRESS: Limit = Limit::new("invite/address", 100, TimeDelta::minutes(2));
/// Mails to one address from anyone: nobody's mailbox is filled through us.
pub(crate) const INVITE_BY_RECIPIENT: Limit = Limit::new("invite/recipient", 5, TimeDelta::minutes(20));
/// Uses of the links in mails from an address: each may cost a hash.
pub(crate) const LINK_BY_ADDRESS: Limit = Limit::new("link/address", 30, TimeDelta::seconds(10));

impl Limit {
    const fn new(name: &'static str, burst: i64, every: TimeDelta) -> Self {
        Self { name, burst, every }
    }

    fn key(&self, subject: &str) -> [u8; 32] {
        Sha256::digest(format!("{}\n{subject}", self.name)).into()
    }
}

/// Takes one from the allowance of `subject`, or 429 with the time to wait.
pub(crate) async fn take(app: &App, limit: Limit, subject: &str) -> Result<(), Error> {
    let (key, now) = (limit.key(subject), app.clock.now());
    let interval_ms = limit.every.num_milliseconds();
    let burst_ms = interval_ms.saturating_mul(limit.burst);
    if take_from_limit(app.db.app(), &key, now, interval_ms, burst_ms).await? {
        return Ok(());
    }
    let full_at = find_limit(app.db.app(), &key).await?.unwrap_or(now);
    let wait = full_at + limit.every - TimeDelta::milliseconds(burst_ms) - now;
    Err(Error::rate_limited(wait))
}

/// What an address is limited as: an IPv6 customer has a whole /64 network (RFC 6177), so that counts as one.
pub(crate) fn address_subject(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
    }
}

/// What an account is limited as, known or not: e-mails differ in case without naming another person.
pub(crate) fn account_subject(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |address: &str, expected| assert_eq!(address_subject(address.parse().unwrap()), expected);
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
        check("::1", "0:0:0:0::/64");
    }

    #[test]
    fn limits_are_counted_apart() {
        assert_ne!(SIGN_IN_BY_ADDRESS.key("a"), REGISTER_BY_ADDRESS.key("a"));
        assert_ne!(SIGN_IN_BY_ADDRESS.key("a"), SIGN_IN_BY_ADDRESS.key("b"));
    }
}

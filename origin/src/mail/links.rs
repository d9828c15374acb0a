//! The addresses in mails: pages of the merchant app below `PUBLIC_URL`, and nothing that a request says.

use reqwest::Url;

/// Where a forgotten password is told.
pub(crate) fn forgot_password(public_url: &Url) -> Url {
    page(public_url, "forgot-password")
}

/// Where a new password is chosen. The token is in the fragment, which browsers send to no server: neither logs nor
/// `Referer` headers learn it.
pub(crate) fn reset_password(public_url: &Url, token: &str) -> Url {
    let mut url = page(public_url, "reset-password");
    url.set_fragment(Some(&format!("token={token}")));
    url
}

/// Where a promotion is shown.
pub(crate) fn promotion(public_url: &Url, code: &str) -> Url {
    let mut url = page(public_url, "promotions");
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(code);
    }
    url
}

/// Where an invitation is answered. The token is in the fragment, as above.
pub(crate) fn accept_invitation(public_url: &Url, token: &str) -> Url {
    let mut url = page(public_url, "invitation");
    url.set_fragment(Some(&format!("token={token}")));
    url
}

/// Where a mail program declines by itself (RFC 8058), and whoever opens it is led to the page above. A program sends no
/// fragment, so the token is in the query.
pub(crate) fn decline_invitation(public_url: &Url, token: &str) -> Url {
    let mut url = page(public_url, "v1");
    if let Ok(mut path) = url.path_segments_mut() {
        path.extend(["invitations", "decline"]);
    }
    url.query_pairs_mut().append_pair("token", token);
    url
}

fn page(public_url: &Url, name: &str) -> Url {
    let mut url = public_url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Only an address without a host has no path, and the configuration takes none such.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(name);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_below_the_public_address() {
        let check = |public: &str, expected: &str| {
            let public = public.parse().unwrap();
            assert_eq!(reset_password(&public, "reset_1.ab").as_str(), expected);
            let [accept, decline] = [accept_invitation, decline_invitation].map(|link| link(&public, "inv_1.ab"));
            let base = expected.strip_suffix("reset-password#token=reset_1.ab").unwrap();
            assert_eq!(accept.as_str(), format!("{base}invitation#token=inv_1.ab"));
            assert_eq!(decline.as_str(), format!("{base}v1/invitations/decline?token=inv_1.ab"));
            assert_eq!(
                promotion(&public, "summer-10").as_str(),
                format!("{base}promotions/summer-10")
            );
        };
        check(
            "https://coupons.example.com",
            "https://coupons.example.com/reset-password#token=reset_1.ab",
        );
        check(
            "https://example.com/app/",
            "https://example.com/app/reset-password#token=reset_1.ab",
        );
        check(
            "https://example.com/app?a=b#c",
            "https://example.com/app/reset-password#token=reset_1.ab",
        );
    }
}

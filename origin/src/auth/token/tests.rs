use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::*;
use crate::auth::keyring::tests::{SECRET, at, ring};

const ISSUER: &str = "urn:a";
const OTHER_SECRET: &str = "another secret of at least 32 bytes";

/// Three generations: one retired, one that signs, the next.
fn our_ring() -> Ring {
    ring(SECRET, &[(-9_000, Some(-10)), (-100, None), (3_000, None)])
}

fn grant() -> Grant<'static> {
    Grant {
        user: UserId::from_parts(1, [1; 10]),
        organization: OrganizationId::from_parts(1, [2; 10]),
        session: SessionId::from_parts(1, [3; 10]),
        permissions: &["reports.read"],
    }
}

fn read(ring: &Ring, text: &str, offset: i64) -> Result<AccessTokenClaims, AccessTokenError> {
    verify(ring, ISSUER, UnverifiedAccessToken::parse(text)?, at(offset))
}

#[test]
fn says_who_and_what() {
    let token = issue(&our_ring(), ISSUER, grant(), at(0)).unwrap();
    let claims = read(&our_ring(), &token, 0).unwrap();
    let expected = grant();
    assert_eq!(
        (claims.sub, claims.org, claims.sid),
        (expected.user, expected.organization, expected.session)
    );
    assert_eq!(claims.permissions, expected.permissions);
    let header = token.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let kid = our_ring().signing(at(0)).unwrap().key_id().to_owned();
    assert_eq!(header, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid}));
}

#[test]
fn lives_ten_minutes() {
    let ours = our_ring();
    let token = issue(&ours, ISSUER, grant(), at(0)).unwrap();
    let check = |offset, valid| assert_eq!(read(&ours, &token, offset).is_ok(), valid, "{offset} s");
    check(-6, false);
    check(-5, true);
    check(599, true);
    check(604, true);
    check(605, false);
}

#[test]
fn the_next_key_signs_once_it_is_active() {
    let ours = our_ring();
    let token = |offset| issue(&ours, ISSUER, grant(), at(offset)).unwrap();
    let kid = |token: &str| UnverifiedAccessToken::parse(token).unwrap().key_id().to_owned();
    assert_ne!(kid(&token(2_999)), kid(&token(3_000)));
    // Both are good on both sides of the change.
    assert!(read(&ours, &token(2_999), 3_001).is_ok());
    assert!(read(&ours, &token(3_000), 2_999).is_ok());
    assert!(issue(&ring(SECRET, &[]), ISSUER, grant(), at(0)).is_err());
}

/// A ring, a good token of it, and what that is made of.
struct Fixture {
    ours: Ring,
    good: String,
    header: Value,
    claims: Value,
}

impl Fixture {
    fn new() -> Self {
        let ours = our_ring();
        let good = issue(&ours, ISSUER, grant(), at(0)).unwrap();
        let json = |index: usize| -> Value {
            let part = URL_SAFE_NO_PAD.decode(good.split('.').nth(index).unwrap());
            serde_json::from_slice(&part.unwrap()).unwrap()
        };
        let (header, claims) = (json(0), json(1));
        Self {
            ours,
            good,
            header,
            claims,
        }
    }

    fn key(&self) -> &EncodingKey {
        self.ours.signing(at(0)).unwrap().encoding()
    }

    fn with_header(&self, field: &str, value: &str) -> String {
        let header = changed(&self.header, field, json!(value));
        sign(
            &header.to_string(),
            &self.claims.to_string(),
            self.key(),
            Algorithm::EdDSA,
        )
    }

    fn with_claim(&self, field: &str, value: Value) -> String {
        let claims = changed(&self.claims, field, value);
        sign(
            &self.header.to_string(),
            &claims.to_string(),
            self.key(),
            Algorithm::EdDSA,
        )
    }

    fn with_key(&self, key: &EncodingKey, algorithm: Algorithm) -> String {
        sign(&self.header.to_string(), &self.claims.to_string(), key, algorithm)
    }

    #[track_caller]
    fn check(&self, name: &str, token: &str, expected: Option<AccessTokenError>) {
        assert_eq!(read(&self.ours, token, 0).err(), expected, "{name}");
    }
}

fn changed(json: &Value, field: &str, value: Value) -> Value {
    let mut json = json.clone();
    json[field] = value;
    json
}

/// A token of any header and claims, signed with any key.
fn sign(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(header), part(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn other_headers_are_refused() {
    let fixture = Fixture::new();
    let check = |name, token: &str| fixture.check(name, token, Some(AccessTokenError::Header));
    let unsigned = fixture.with_header("alg", "none");
    check("alg none", &format!("{}.", unsigned.rsplit_once('.').unwrap().0));
    let public = URL_SAFE_NO_PAD.decode(&fixture.ours.public_keys(at(0))[0].x).unwrap();
    let public = EncodingKey::from_secret(&public);
    let header = changed(&fixture.header, "alg", json!("HS256")).to_string();
    let claims = fixture.claims.to_string();
    check(
        "HS256 by the public key",
        &sign(&header, &claims, &public, Algorithm::HS256),
    );
    for algorithm in ["RS256", "PS256", "ES256", "Ed25519", "eddsa"] {
        check(algorithm, &fixture.with_header("alg", algorithm));
    }
    check("another typ", &fixture.with_header("typ", "JWT"));
    check("a key of its own", &fixture.with_header("jwk", "{}"));
    check(
        "a key from elsewhere",
        &fixture.with_header("jku", "https://example.com"),
    );
}

#[test]
fn other_keys_are_refused() {
    use AccessTokenError::{Malformed, Signature, UnknownKey};
    let fixture = Fixture::new();
    let check = |name, token: &str, expected| fixture.check(name, token, expected);
    check("our own", &fixture.with_key(fixture.key(), Algorithm::EdDSA), None);
    let theirs = ring(OTHER_SECRET, &[(-100, None)]);
    let token = issue(&theirs, ISSUER, grant(), at(0)).unwrap();
    check("another issuer's key", &token, Some(UnknownKey));
    let key = theirs.signing(at(0)).unwrap().encoding();
    let token = fixture.with_key(key, Algorithm::EdDSA);
    check("another issuer's key by our key's name", &token, Some(Signature));
    let next = fixture.ours.signing(at(4_000)).unwrap();
    let token = fixture.with_key(next.encoding(), Algorithm::EdDSA);
    check("the next generation's key by this one's name", &token, Some(Signature));
    let token = fixture.with_header("kid", next.key_id());
    check("this generation's key by the next one's name", &token, Some(Signature));
    check(
        "an unknown key",
        &fixture.with_header("kid", "unknown"),
        Some(UnknownKey),
    );
    let token = issue(&fixture.ours, ISSUER, grant(), at(-200)).unwrap();
    check("a retired generation's key", &token, Some(UnknownKey));
    let public = URL_SAFE_NO_PAD.decode(&fixture.ours.public_keys(at(0))[0].x).unwrap();
    let token = fixture.with_key(&EncodingKey::from_secret(&public), Algorithm::HS256);
    check("HS256 by the public key, called EdDSA", &token, Some(Malformed));
}

#[test]
fn other_claims_are_refused() {
    use AccessTokenError::{Early, Expired, Foreign, Malformed, Signature};
    let fixture = Fixture::new();
    let check = |name, field, value, expected| fixture.check(name, &fixture.with_claim(field, value), Some(expected));
    check("another issuer", "iss", json!("urn:b"), Foreign);
    check("another audience", "aud", json!("others"), Foreign);
    check("several audiences", "aud", json!(["coupons", "others"]), Malformed);
    check("expired", "exp", json!(at(-10).timestamp()), Expired);
    check("not valid yet", "nbf", json!(at(10).timestamp()), Early);
    check("without an end", "exp", Value::Null, Malformed);
    check("without a session", "sid", Value::Null, Malformed);
    let richer = fixture.with_claim("permissions", json!(["users.manage"]));
    let (message, _) = richer.rsplit_once('.').unwrap();
    let (_, signature) = fixture.good.rsplit_once('.').unwrap();
    fixture.check(
        "changed after it was signed",
        &format!("{message}.{signature}"),
        Some(Signature),
    );
    let twice = fixture.claims.to_string().replacen('{', r#"{"exp":9999999999,"#, 1);
    let twice = sign(&fixture.header.to_string(), &twice, fixture.key(), Algorithm::EdDSA);
    fixture.check("a claim twice", &twice, Some(Malformed));
}

#[test]
fn other_texts_are_refused() {
    use AccessTokenError::{Header, Malformed};
    let fixture = Fixture::new();
    let check = |name, token: &str, expected| fixture.check(name, token, Some(expected));
    let good = &fixture.good;
    fixture.check("as it was issued", good, None);
    check("cut", &good[..good.len() - 2], Malformed);
    check(
        "without a signature",
        &format!("{}.", good.rsplit_once('.').unwrap().0),
        Malformed,
    );
    check("with more behind it", &format!("{good}AA"), Malformed);
    check("with a part more", &format!("{good}.AA"), Malformed);
    check("padded", &format!("{good}=="), Malformed);
    let id = "01a0c4506c0071018101010101010101";
    let refresh = format!("org_{id}.sess_{id}.{}.{}", "a".repeat(32), "b".repeat(64));
    check("a refresh token", &refresh, Header);
    let key = "ck_live_09090909_3vnfXPH91tldVNF7zrjbTLD5xphZRJB313g8f8";
    check("an application key", key, Malformed);
    check("nothing", "", Malformed);
}

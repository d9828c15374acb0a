//! New coupons and batches as they stand in their forms → the bodies to send.

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::problem::FieldError;

use super::window::parse_wall;
use crate::i18n::{coupons as coupon_text, forms as text};
use crate::wire::coupons::{NewBatch, NewCoupon};

/// What a batch and a single coupon have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct UseDraft {
    /// Empty for no limit.
    pub(crate) max_uses: String,
    /// The value of a `datetime-local` input; empty for no end.
    pub(crate) expires_at: String,
}

/// A batch, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BatchDraft {
    pub(crate) count: String,
    pub(crate) prefix: String,
    pub(crate) pattern: String,
    pub(crate) uses: UseDraft,
}

/// A coupon with a chosen code, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CouponDraft {
    pub(crate) code: String,
    /// Empty for everybody.
    pub(crate) customer_id: String,
    pub(crate) uses: UseDraft,
}

/// The common fields of a body: uses and end.
type Uses = (Option<u64>, Option<DateTime<Utc>>);

impl UseDraft {
    fn read(&self, utc_of: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>, errors: &mut Vec<FieldError>) -> Uses {
        let max_uses = if self.max_uses.trim().is_empty() {
            None
        } else {
            whole(&self.max_uses, "/max_uses", errors)
        };
        let expires_at = if self.expires_at.is_empty() {
            None
        } else {
            let instant = parse_wall(&self.expires_at).and_then(utc_of);
            if instant.is_none() {
                errors.push(FieldError::new("/expires_at", "time_invalid", text::time_invalid()));
            }
            instant
        };
        (max_uses, expires_at)
    }
}

impl BatchDraft {
    /// The body. `utc_of` turns wall time in the form's zone into an instant; `default_pattern` is for none.
    ///
    /// # Errors
    /// What cannot be read; the bounds are the server's to check.
    pub(crate) fn to_body(
        &self,
        default_pattern: &str,
        utc_of: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>,
    ) -> Result<NewBatch, Vec<FieldError>> {
        let mut errors = Vec::new();
        let count = whole(&self.count, "/count", &mut errors);
        let (max_uses, expires_at) = self.uses.read(utc_of, &mut errors);
        let pattern = match self.pattern.trim() {
            "" => default_pattern,
            pattern => pattern,
        };
        let body = |count| NewBatch {
            count,
            max_uses,
            pattern: pattern.to_owned(),
            prefix: self.prefix.trim().to_owned(),
            expires_at,
        };
        count.map(body).filter(|_| errors.is_empty()).ok_or(errors)
    }
}

impl CouponDraft {
    /// The body; see [`BatchDraft::to_body`].
    ///
    /// # Errors
    /// What cannot be read.
    pub(crate) fn to_body(
        &self,
        utc_of: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>,
    ) -> Result<NewCoupon, Vec<FieldError>> {
        let mut errors = Vec::new();
        let (max_uses, expires_at) = self.uses.read(utc_of, &mut errors);
        let customer = self.customer_id.trim();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(NewCoupon {
            code: self.code.trim().to_owned(),
            max_uses,
            expires_at,
            customer_id: (!customer.is_empty()).then(|| customer.to_owned()),
        })
    }
}

/// A whole number of plain digits; what is wrong is added to `errors` at `at`.
fn whole(typed: &str, at: &str, errors: &mut Vec<FieldError>) -> Option<u64> {
    let typed = typed.trim();
    let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed.parse().ok().filter(|_| is_digits);
    if number.is_none() {
        errors.push(FieldError::new(at, "number_invalid", coupon_text::whole_number()));
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        Some(wall.and_utc())
    }

    fn pointers<T: std::fmt::Debug>(result: Result<T, Vec<FieldError>>) -> Vec<String> {
        let errors = result.unwrap_err();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn batches() {
        let draft = BatchDraft {
            count: " 100 ".to_owned(),
            prefix: " SUMMER- ".to_owned(),
            pattern: String::new(),
            uses: UseDraft {
                max_uses: "3".to_owned(),
                expires_at: "2027-01-31T23:59".to_owned(),
            },
        };
        let body = draft.to_body("########", utc).unwrap();
        let expected = NewBatch {
            count: 100,
            max_uses: Some(3),
            pattern: "########".to_owned(),
            prefix: "SUMMER-".to_owned(),
            expires_at: Some("2027-01-31T23:59:00Z".parse().unwrap()),
        };
        assert_eq!(body, expected);
        let wrong = BatchDraft {
            count: "1e3".to_owned(),
            uses: UseDraft {
                max_uses: "-1".to_owned(),
                expires_at: "soon".to_owned(),
            },
            ..draft
        };
        assert_eq!(
            pointers(wrong.to_body("########", utc)),
            ["/count", "/max_uses", "/expires_at"]
        );
        assert_eq!(pointers(BatchDraft::default().to_body("########", utc)), ["/count"]);
    }

    #[test]
    fn coupons() {
        let draft = CouponDraft {
            code: " WELCOME ".to_owned(),
            ..CouponDraft::default()
        };
        let body = draft.to_body(utc).unwrap();
        let expected = NewCoupon {
            code: "WELCOME".to_owned(),
            max_uses: None,
            expires_at: None,
            customer_id: None,
        };
        assert_eq!(body, expected);
        let draft = CouponDraft {
            customer_id: " c-77 ".to_owned(),
            uses: UseDraft {
                max_uses: "0x1".to_owned(),
                ..UseDraft::default()
            },
            ..draft
        };
        assert_eq!(pointers(draft.to_body(utc)), ["/max_uses"]);
    }

    #[test]
    fn whole_numbers() {
        let check = |typed: &str, expected| assert_eq!(whole(typed, "", &mut Vec::new()), expected, "{typed:?}");
        check("0", Some(0));
        check(" 1000000 ", Some(1_000_000));
        for wrong in ["", "+1", "-1", "1.0", "1,000", "1e3", "18446744073709551616", "１"] {
            check(wrong, None);
        }
    }
}

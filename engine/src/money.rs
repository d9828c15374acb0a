//! Money: an integer of minor units with an ISO 4217 currency. No floats, and no amount below zero.

mod currency;
mod percent;
mod rounding;
mod split;
mod text;

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::FieldError;

pub use currency::{Currency, CurrencyError};
pub use percent::{PERCENT_DECIMALS, Percent, PercentError};
pub use rounding::{Rounding, RoundingError};
pub use split::{MAX_PARTS, SplitError};

/// The largest amount, in minor units: 2⁵³ − 1, the largest integer that a JavaScript client reads exactly.
pub const MAX_AMOUNT: u64 = 9_007_199_254_740_991;

/// An amount of 0 to [`MAX_AMOUNT`] minor units of a currency.
///
/// ```
/// use engine::money::{MAX_AMOUNT, Money};
///
/// let currency = "UYU".parse().unwrap();
/// let amount = Money::new(12_050, currency).unwrap();
/// assert_eq!(amount.to_string(), "120.50 UYU");
/// assert!(Money::new(MAX_AMOUNT + 1, currency).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MoneyForm")]
pub struct Money {
    amount: u64,
    currency: Currency,
}

#[derive(Deserialize)]
struct MoneyForm {
    amount: u64,
    currency: Currency,
}

/// An amount above [`MAX_AMOUNT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount is at most {MAX_AMOUNT} minor units")]
pub struct AmountTooLarge;

impl TryFrom<MoneyForm> for Money {
    type Error = AmountTooLarge;

    fn try_from(form: MoneyForm) -> Result<Self, AmountTooLarge> {
        Self::new(form.amount, form.currency)
    }
}

impl Money {
    /// An amount in minor units.
    ///
    /// # Errors
    /// Above [`MAX_AMOUNT`].
    pub const fn new(amount: u64, currency: Currency) -> Result<Self, AmountTooLarge> {
        if amount > MAX_AMOUNT {
            return Err(AmountTooLarge);
        }
        Ok(Self { amount, currency })
    }

    /// Reads `{"amount": 1205, "currency": "UYU"}`; an error points below `pointer`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    ///
    /// ```
    /// use engine::money::Money;
    /// use serde_json::json;
    ///
    /// let money = Money::parse(&json!({"amount": 1205, "currency": "JPY"}), "/amount").unwrap();
    /// assert_eq!(money.to_string(), "1205 JPY");
    /// let error = Money::parse(&json!({"amount": 12.05, "currency": "UYU"}), "/amount").unwrap_err();
    /// assert_eq!(error.pointer, "/amount/amount");
    /// ```
    pub fn parse(json: &Value, pointer: &str) -> Result<Self, FieldError> {
        let (amount, currency) = Self::parse_fields(json, pointer)?;
        Ok(Self {
            amount: amount?,
            currency: currency?,
        })
    }

    /// The same with everything that is wrong.
    pub(crate) fn parse_all(json: &Value, pointer: &str) -> Result<Self, Vec<FieldError>> {
        match Self::parse_fields(json, pointer) {
            Ok((Ok(amount), Ok(currency))) => Ok(Self { amount, currency }),
            Ok((amount, currency)) => Err(amount.err().into_iter().chain(currency.err()).collect()),
            Err(error) => Err(vec![error]),
        }
    }

    fn parse_fields(json: &Value, pointer: &str) -> Result<(Field<u64>, Field<Currency>), FieldError> {
        let Some(object) = json.as_object() else {
            return Err(FieldError::new(
                pointer,
                "money_invalid",
                "Send money as {\"amount\": 1205, \"currency\": \"UYU\"}, in minor units.",
            ));
        };
        let amount = object.get("amount").and_then(Value::as_u64);
        let amount = amount.filter(|amount| *amount <= MAX_AMOUNT).ok_or_else(|| {
            FieldError::new(
                format!("{pointer}/amount"),
                "amount_invalid",
                format!("Send a whole number of minor units from 0 to {MAX_AMOUNT}."),
            )
        });
        let currency = object.get("currency").and_then(Value::as_str);
        let currency = currency.and_then(|text| text.parse().ok()).ok_or_else(|| {
            FieldError::new(
                format!("{pointer}/currency"),
                "currency_unknown",
                "Send an ISO 4217 code in capitals, such as \"UYU\".",
            )
        });
        Ok((amount, currency))
    }

    /// Minor units.
    pub const fn amount(self) -> u64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units, exactly: 12050 UYU is 120.50.
    ///
    /// ```
    /// use engine::money::Money;
    ///
    /// let amount = Money::new(12_050, "KWD".parse().unwrap()).unwrap();
    /// assert_eq!(amount.to_decimal().to_string(), "12.050");
    /// ```
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.amount), self.currency.decimals())
    }

    /// A share of the amount, rounded to the minor unit; at most the amount. A greater percentage never gives less.
    ///
    /// ```
    /// use engine::money::{Money, Rounding};
    ///
    /// let amount = Money::new(125, "UYU".parse().unwrap()).unwrap();
    /// let percent = "10".parse().unwrap();
    /// assert_eq!(amount.share(percent, Rounding::HalfUp).amount(), 13);
    /// assert_eq!(amount.share(percent, Rounding::HalfEven).amount(), 12);
    /// ```
    #[must_use]
    pub const fn share(self, percent: Percent, rounding: Rounding) -> Self {
        // Taken apart, the product fits 64 bits, which WebAssembly divides in one instruction: with
        // amount = whole × 1,000,000 + rest, whole × parts is at most the amount and rest × parts below 10¹².
        let divisor = Percent::PARTS_OF_WHOLE as u64;
        let parts = percent.parts() as u64;
        let (whole, rest) = (self.amount / divisor, self.amount % divisor);
        let product = rest * parts;
        let floor = whole * parts + product / divisor;
        Self {
            amount: rounding.round(floor, product % divisor, divisor),
            currency: self.currency,
        }
    }
}

/// A field as it was read.
type Field<T> = Result<T, FieldError>;

impl fmt::Display for Money {
    /// Major units and code: `120.50 UYU`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

/// Money of at least 1 minor unit: what a promotion promises is never nothing.
///
/// ```
/// use engine::money::{Money, PositiveMoney};
///
/// let nothing = Money::new(0, "UYU".parse().unwrap()).unwrap();
/// assert_eq!(PositiveMoney::new(nothing), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PositiveMoney(Money);

impl PositiveMoney {
    /// `None` for an amount of zero.
    pub const fn new(money: Money) -> Option<Self> {
        if money.amount == 0 { None } else { Some(Self(money)) }
    }

    /// The money.
    pub const fn get(self) -> Money {
        self.0
    }

    /// As [`Money::parse_all`], refusing zero.
    pub(crate) fn parse_all(json: &Value, pointer: &str) -> Result<Self, Vec<FieldError>> {
        let money = Money::parse_all(json, pointer)?;
        Self::new(money).ok_or_else(|| {
            vec![FieldError::new(
                format!("{pointer}/amount"),
                "amount_zero",
                "Send an amount of at least 1 minor unit.",
            )]
        })
    }
}

impl fmt::Display for PositiveMoney {
    /// As [`Money`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn json_form_is_pinned() {
        let money = Money::new(1_205, "UYU".parse().unwrap()).unwrap();
        let json = r#"{"amount":1205,"currency":"UYU"}"#;
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), money);
        assert_eq!(
            serde_json::to_string(&PositiveMoney::new(money).unwrap()).unwrap(),
            json
        );
    }

    #[test]
    fn refusals() {
        for json in [
            r#"{"amount":-1,"currency":"UYU"}"#,
            r#"{"amount":1.5,"currency":"UYU"}"#,
            r#"{"amount":9007199254740992,"currency":"UYU"}"#,
            r#"{"amount":1,"currency":"uyu"}"#,
            r#"{"amount":1,"currency":"XXX"}"#,
            r#"{"amount":1,"currency":5}"#,
            r#"{"amount":1}"#,
            r#"12"#,
        ] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
            assert!(
                Money::parse(&serde_json::from_str(json).unwrap(), "").is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn errors_have_pointers() {
        let check = |json: Value, all: &[&str]| {
            let errors = Money::parse_all(&json, "/amount").unwrap_err();
            let found: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(found, all, "{json}");
            assert_eq!(Money::parse(&json, "/amount").unwrap_err(), errors[0]);
        };
        check(json!(5), &["/amount"]);
        check(json!({"amount": 1.5, "currency": "UYU"}), &["/amount/amount"]);
        check(json!({"amount": 1, "currency": "U"}), &["/amount/currency"]);
        check(json!({}), &["/amount/amount", "/amount/currency"]);
    }

    #[test]
    fn both_readers_take_the_largest_amount() {
        let json = json!({"amount": MAX_AMOUNT, "currency": "UYU"});
        let money = Money::new(MAX_AMOUNT, "UYU".parse().unwrap()).unwrap();
        assert_eq!(Money::parse(&json, ""), Ok(money));
        assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
    }

    #[test]
    fn major_units() {
        let check = |amount, code: &str, expected: &str| {
            assert_eq!(Money::new(amount, code.parse().unwrap()).unwrap().to_string(), expected);
        };
        check(12_050, "UYU", "120.50 UYU");
        check(5, "KWD", "0.005 KWD");
        check(100, "JPY", "100 JPY");
    }

    fn percent() -> impl Strategy<Value = Percent> {
        let parts = prop_oneof![1..=1_000_000_u32, (1..=100_u32).prop_map(|whole| whole * 10_000)];
        parts.prop_map(|parts| format!("{}.{:04}", parts / 10_000, parts % 10_000).parse().unwrap())
    }

    fn amount() -> impl Strategy<Value = Money> {
        let amount = prop_oneof![0..10_000_u64, 0..=MAX_AMOUNT, MAX_AMOUNT - 10..=MAX_AMOUNT];
        amount.prop_map(|amount| Money::new(amount, "UYU".parse().unwrap()).unwrap())
    }

    proptest! {
        #[test]
        fn a_share_is_the_exact_one_rounded(amount in amount(), percent in percent()) {
            let exact = u128::from(amount.amount()) * u128::from(percent.parts());
            for rounding in Rounding::ALL {
                let share = u128::from(amount.share(percent, rounding).amount()) * 1_000_000;
                let holds = match rounding {
                    Rounding::HalfUp => share.abs_diff(exact) < 500_000 || share == exact + 500_000,
                    Rounding::HalfEven => {
                        share.abs_diff(exact) < 500_000
                            || share.abs_diff(exact) == 500_000 && (share / 1_000_000).is_multiple_of(2)
                    }
                    Rounding::Down => share <= exact && exact - share < 1_000_000,
                    Rounding::Up => share >= exact && share - exact < 1_000_000,
                };
                prop_assert!(holds, "{rounding}: {share} for {exact}");
                prop_assert!(amount.share(percent, rounding).amount() <= amount.amount());
            }
        }

        #[test]
        fn a_greater_percentage_never_gives_less(amount in amount(), one in percent(), other in percent()) {
            let (less, more) = (one.min(other), one.max(other));
            for rounding in Rounding::ALL {
                prop_assert!(amount.share(less, rounding).amount() <= amount.share(more, rounding).amount());
            }
        }
    }
}

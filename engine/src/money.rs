//! Money: an integer of minor units with an ISO 4217 currency. No floats, and no amount below zero.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::problem::FieldError;

/// The largest amount, in minor units: 2⁵³ − 1, the largest integer that a JavaScript client reads exactly.
pub const MAX_AMOUNT: u64 = 9_007_199_254_740_991;

/// ISO 4217 codes with the number of decimals of their minor unit: the active codes of List One as published by SIX,
/// without funds, metals and test codes.
const CURRENCIES: &[(u32, &str)] = &[
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC \
         CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
         JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD \
         NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
         SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
];

/// An active ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency {
    code: &'static str,
    decimals: u32,
}

/// Why a text is not a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an ISO 4217 code in capitals, such as `UYU`")]
pub struct CurrencyError;

impl Currency {
    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Decimals of the minor unit: 2 for UYU, 0 for JPY, 3 for KWD.
    pub const fn decimals(self) -> u32 {
        self.decimals
    }

    /// Every currency, for pickers.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().flat_map(|(decimals, codes)| {
            codes.split_whitespace().map(|code| Self {
                code,
                decimals: *decimals,
            })
        })
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::all().find(|currency| currency.code == text).ok_or(CurrencyError)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of 0 to [`MAX_AMOUNT`] minor units of a currency.
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
    pub fn parse(json: &Value, pointer: &str) -> Result<Self, FieldError> {
        let Some(object) = json.as_object() else {
            return Err(FieldError::new(
                pointer,
                "money_invalid",
                "Send money as {\"amount\": 1205, \"currency\": \"UYU\"}, in minor units.",
            ));
        };
        let amount = object
            .get("amount")
            .and_then(Value::as_u64)
            .filter(|amount| *amount <= MAX_AMOUNT);
        let Some(amount) = amount else {
            return Err(FieldError::new(
                format!("{pointer}/amount"),
                "amount_invalid",
                format!("Send a whole number of minor units from 0 to {MAX_AMOUNT}."),
            ));
        };
        match object.get("currency").and_then(Value::as_str).map(str::parse) {
            Some(Ok(currency)) => Ok(Self { amount, currency }),
            Some(Err(CurrencyError)) | None => Err(FieldError::new(
                format!("{pointer}/currency"),
                "currency_unknown",
                "Send an ISO 4217 code in capitals, such as \"UYU\".",
            )),
        }
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
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.amount), self.currency.decimals)
    }

    /// A share of the amount, rounded half up to the minor unit; at most the amount.
    #[must_use]
    pub fn share(self, percent: Percent) -> Self {
        // 2⁵³ × 100.0000 / 100 has at most 24 digits: well inside a decimal's 28, so nothing overflows.
        let share = Decimal::from(self.amount)
            .checked_mul(percent.0)
            .and_then(|product| product.checked_div(Decimal::ONE_HUNDRED))
            .map(|share| share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
            .and_then(|share| share.to_u64())
            .unwrap_or(self.amount);
        Self {
            amount: share.min(self.amount),
            currency: self.currency,
        }
    }

    /// The lesser of two amounts of one currency; the caller has compared the currencies.
    #[must_use]
    pub(crate) fn min_same_currency(self, other: Self) -> Self {
        if other.amount < self.amount { other } else { self }
    }
}

impl fmt::Display for Money {
    /// Major units and code: `120.50 UYU`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

/// A share above 0 and at most 100, with at most four decimals. Its JSON form is a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(Decimal);

/// Decimals of a [`Percent`]: a hundredth of a basis point, finer than any price list.
pub const PERCENT_DECIMALS: u32 = 4;

/// Why a text is not a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected more than 0 and at most 100 with at most {PERCENT_DECIMALS} decimals, such as `12.5`")]
pub struct PercentError;

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let value = Decimal::from_str_exact(text).map_err(|_| PercentError)?;
        let in_range = value > Decimal::ZERO && value <= Decimal::ONE_HUNDRED;
        if !plain || !in_range || value.scale() > PERCENT_DECIMALS {
            return Err(PercentError);
        }
        Ok(Self(value))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_is_pinned() {
        let money = Money::new(1_205, "UYU".parse().unwrap()).unwrap();
        let json = r#"{"amount":1205,"currency":"UYU"}"#;
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), money);
    }

    #[test]
    fn refusals() {
        for json in [
            r#"{"amount":-1,"currency":"UYU"}"#,
            r#"{"amount":1.5,"currency":"UYU"}"#,
            r#"{"amount":9007199254740992,"currency":"UYU"}"#,
            r#"{"amount":1,"currency":"uyu"}"#,
            r#"{"amount":1,"currency":"XXX"}"#,
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
    fn major_units() {
        let check = |amount, code: &str, expected: &str| {
            assert_eq!(Money::new(amount, code.parse().unwrap()).unwrap().to_string(), expected);
        };
        check(12_050, "UYU", "120.50 UYU");
        check(5, "KWD", "0.005 KWD");
        check(100, "JPY", "100 JPY");
    }

    #[test]
    fn currencies_are_unique() {
        let all: Vec<_> = Currency::all().map(Currency::code).collect();
        let unique: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(unique.len(), all.len());
        assert!(all.iter().all(|code| code.len() == 3));
    }
}

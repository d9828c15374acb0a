//! The active currencies of ISO 4217.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::deserialize_text;

/// An active ISO 4217 currency.
#[derive(Clone, Copy)]
pub struct Currency(&'static Entry);

struct Entry {
    /// The code as an integer, which compares in one instruction and in the order of the alphabet.
    key: u32,
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
        self.0.code
    }

    /// Decimals of the minor unit: 2 for UYU, 0 for JPY, 3 for KWD.
    pub const fn decimals(self) -> u32 {
        self.0.decimals
    }

    /// Whether this is its code: sooner told than which currency a code names.
    pub(crate) fn is(self, code: &str) -> bool {
        key(code) == Some(self.0.key)
    }

    /// Every currency in order of the alphabet, for pickers.
    ///
    /// ```
    /// use engine::money::Currency;
    ///
    /// assert_eq!(Currency::all().next().unwrap().code(), "AED");
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().map(Self)
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    /// Finds a code by binary search, without allocating.
    ///
    /// ```
    /// use engine::money::Currency;
    ///
    /// assert_eq!("KWD".parse::<Currency>().unwrap().decimals(), 3);
    /// assert!("kwd".parse::<Currency>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let key = key(text).ok_or(CurrencyError)?;
        let place = CURRENCIES.binary_search_by_key(&key, |entry| entry.key);
        let entry = place.ok().and_then(|place| CURRENCIES.get(place));
        entry.map(Self).ok_or(CurrencyError)
    }
}

const fn key(code: &str) -> Option<u32> {
    match code.as_bytes() {
        [first, second, third] => Some(u32::from_be_bytes([0, *first, *second, *third])),
        _ => None,
    }
}

const fn entry(code: &'static str, decimals: u32) -> Entry {
    let key = match key(code) {
        Some(key) => key,
        None => 0,
    };
    Entry { key, code, decimals }
}

macro_rules! currencies {
    ($($code:ident $decimals:literal)*) => { &[$(entry(stringify!($code), $decimals),)*] };
}

/// Codes with the number of decimals of their minor unit, in order of the alphabet: the active codes of ISO 4217's
/// List One as published by SIX, without funds, metals and test codes.
static CURRENCIES: &[Entry] = currencies! {
    AED 2 AFN 2 ALL 2 AMD 2 AOA 2 ARS 2 AUD 2 AWG 2 AZN 2 BAM 2 BBD 2 BDT 2 BHD 3 BIF 0 BMD 2 BND 2 BOB 2 BRL 2
    BSD 2 BTN 2 BWP 2 BYN 2 BZD 2 CAD 2 CDF 2 CHF 2 CLP 0 CNY 2 COP 2 CRC 2 CUP 2 CVE 2 CZK 2 DJF 0 DKK 2 DOP 2
    DZD 2 EGP 2 ERN 2 ETB 2 EUR 2 FJD 2 FKP 2 GBP 2 GEL 2 GHS 2 GIP 2 GMD 2 GNF 0 GTQ 2 GYD 2 HKD 2 HNL 2 HTG 2
    HUF 2 IDR 2 ILS 2 INR 2 IQD 3 IRR 2 ISK 0 JMD 2 JOD 3 JPY 0 KES 2 KGS 2 KHR 2 KMF 0 KPW 2 KRW 0 KWD 3 KYD 2
    KZT 2 LAK 2 LBP 2 LKR 2 LRD 2 LSL 2 LYD 3 MAD 2 MDL 2 MGA 2 MKD 2 MMK 2 MNT 2 MOP 2 MRU 2 MUR 2 MVR 2 MWK 2
    MXN 2 MYR 2 MZN 2 NAD 2 NGN 2 NIO 2 NOK 2 NPR 2 NZD 2 OMR 3 PAB 2 PEN 2 PGK 2 PHP 2 PKR 2 PLN 2 PYG 0 QAR 2
    RON 2 RSD 2 RUB 2 RWF 0 SAR 2 SBD 2 SCR 2 SDG 2 SEK 2 SGD 2 SHP 2 SLE 2 SOS 2 SRD 2 SSP 2 STN 2 SVC 2 SYP 2
    SZL 2 THB 2 TJS 2 TMT 2 TND 3 TOP 2 TRY 2 TTD 2 TWD 2 TZS 2 UAH 2 UGX 0 USD 2 UYU 2 UZS 2 VED 2 VES 2 VND 0
    VUV 0 WST 2 XAF 0 XCD 2 XCG 2 XOF 0 XPF 0 YER 2 ZAR 2 ZMW 2 ZWG 2
};

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Currency {}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key.cmp(&other.0.key)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_code_is_found_and_has_its_decimals() {
        for currency in Currency::all() {
            assert_eq!(currency.code().parse(), Ok(currency));
        }
        let count = |decimals| {
            Currency::all()
                .filter(|currency| currency.decimals() == decimals)
                .count()
        };
        assert_eq!((count(0), count(2), count(3)), (16, 132, 7));
    }

    #[test]
    fn the_table_is_in_order_without_repetition() {
        for pair in CURRENCIES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} {}", pair[0].code, pair[1].code);
            assert!(pair[0].key < pair[1].key, "{} {}", pair[0].code, pair[1].code);
        }
    }

    #[test]
    fn refusals() {
        for text in [
            "", "U", "UY", "uyu", "Uyu", "UYUU", " UYU", "XXX", "XTS", "ÄU", "\0\0\0",
        ] {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_a_currency_exactly_when_it_is_a_code(text in prop_oneof!["[A-Z]{3}", any::<String>()]) {
            let listed = Currency::all().any(|currency| currency.code() == text);
            prop_assert_eq!(text.parse::<Currency>().is_ok(), listed);
        }
    }
}

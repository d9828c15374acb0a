//! Every text of the app in every language, by area, and the language that is spoken now.
//!
//! A file of `texts!` is a table with a column for each language: a row without one of them does not compile.

use std::cell::{Cell, RefCell};

/// A table of texts, each row with its English and its Spanish, which become a function of the row's name:
///
/// ```text
/// texts! {
///     title => "Promotions", "Promociones";
///     hello(name: &str) => "Hello, {name}", "Hola, {name}";
///     uses[count: u64] => "{count} use" | "{count} uses", "{count} uso" | "{count} usos";
///     uses_of[count: u64](code: &str) => "{count} use of {code}" | "{count} uses of {code}",
///         "{count} uso de {code}" | "{count} usos de {code}";
/// }
/// ```
///
/// A row with a count has two forms a language, for one and for any other number; `{count}` in them is written with
/// the language's separators.
macro_rules! texts {
    ($($name:ident $([$count:ident: u64])? $(($($part:ident: $kind:ty),+))? =>
        $($english:literal)|+, $($spanish:literal)|+;)*) => {
        $(text! { $name [$($count)?] ($($($part: $kind),+)?) ($($english),+) ($($spanish),+) })*
    };
}

/// The function of a row of `texts!`.
macro_rules! text {
    ($name:ident [] () ($english:literal) ($spanish:literal)) => {
        pub(crate) fn $name() -> &'static str {
            match $crate::i18n::Language::current() {
                $crate::i18n::Language::English => $english,
                $crate::i18n::Language::Spanish => $spanish,
            }
        }
    };
    ($name:ident [] ($($part:ident: $kind:ty),+) ($english:literal) ($spanish:literal)) => {
        pub(crate) fn $name($($part: $kind),+) -> String {
            match $crate::i18n::Language::current() {
                $crate::i18n::Language::English => format!($english),
                $crate::i18n::Language::Spanish => format!($spanish),
            }
        }
    };
    ($name:ident [$count:ident] ($($part:ident: $kind:ty),*)
        ($english_one:literal, $english:literal) ($spanish_one:literal, $spanish:literal)) => {
        pub(crate) fn $name($count: u64 $(, $part: $kind)*) -> String {
            let is_one = $count == 1;
            let $count = $crate::browser::format_number($count);
            match ($crate::i18n::Language::current(), is_one) {
                ($crate::i18n::Language::English, true) => format!($english_one),
                ($crate::i18n::Language::English, false) => format!($english),
                ($crate::i18n::Language::Spanish, true) => format!($spanish_one),
                ($crate::i18n::Language::Spanish, false) => format!($spanish),
            }
        }
    };
}

pub(crate) mod audit;
pub(crate) mod builder;
pub(crate) mod common;
pub(crate) mod coupons;
pub(crate) mod developers;
pub(crate) mod editor;
pub(crate) mod failures;
pub(crate) mod forms;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod keys;
pub(crate) mod outage;
pub(crate) mod overview;
pub(crate) mod problems;
pub(crate) mod promotion_list;
pub(crate) mod promotions;
pub(crate) mod reports;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod shell;
pub(crate) mod team;
pub(crate) mod trace;
pub(crate) mod try_out;
pub(crate) mod usage;
pub(crate) mod versions;

/// A language of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
}

thread_local! {
    /// What the functions of this module answer in.
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
    /// The regional variant of it that dates and numbers are written in; empty for the language's own.
    static LOCALE: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The language of a tag such as `es` or `es-UY` (BCP 47); `None` for one that the app does not speak.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The first of `tags` that the app speaks; English, when it speaks none of them.
    pub(crate) fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::of).unwrap_or(Self::English)
    }

    /// Its tag, as in `<html lang>`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Its own name for itself.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    /// The locale of dates and numbers, where the browser prefers no regional variant of the language.
    const fn default_locale(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Spanish => "es",
        }
    }

    /// The language spoken now.
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// Speaks this language from now on; dates and numbers are written as in the first of the tags in `preferred`
    /// that is a variant of it. What is on the screen already stays as it is: see [`crate::language`].
    pub(crate) fn speak(self, preferred: &[String]) {
        let variant = preferred.iter().find(|tag| Self::of(tag) == Some(self));
        LOCALE.set(variant.cloned().unwrap_or_default());
        CURRENT.set(self);
    }
}

/// The locale of dates and numbers, such as `es-UY`.
pub(crate) fn locale() -> String {
    let variant = LOCALE.with_borrow(String::clone);
    if variant.is_empty() {
        Language::current().default_locale().to_owned()
    } else {
        variant
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Does `work` in a language, then goes back to English.
    pub(crate) fn in_language<T>(language: Language, work: impl FnOnce() -> T) -> T {
        language.speak(&[]);
        let done = work();
        Language::English.speak(&[]);
        done
    }

    mod samples {
        texts! {
            plain => "Yes", "Sí";
            part(name: &str, age: u64) => "{name} is {age}", "{name} tiene {age}";
            uses[count: u64] => "{count} use" | "{count} uses", "{count} uso" | "{count} usos";
            uses_of[count: u64](code: &str) => "One use of {code}" | "{count} uses of {code}", "Un uso de {code}" | "{count} usos de {code}";
        }
    }

    #[test]
    fn rows() {
        let check = |language, expected: [&str; 5]| {
            let found = in_language(language, || {
                [
                    samples::plain().to_owned(),
                    samples::part("Ana", 30),
                    samples::uses(1),
                    samples::uses(12_345),
                    samples::uses_of(0, "summer-10"),
                ]
            });
            assert_eq!(found, expected, "{language:?}");
        };
        check(
            Language::English,
            ["Yes", "Ana is 30", "1 use", "12,345 uses", "0 uses of summer-10"],
        );
        check(
            Language::Spanish,
            ["Sí", "Ana tiene 30", "1 uso", "12.345 usos", "0 usos de summer-10"],
        );
        assert_eq!(samples::uses_of(1, "summer-10"), "One use of summer-10");
    }

    #[test]
    fn languages_of_tags() {
        let check = |tag: &str, expected| assert_eq!(Language::of(tag), expected, "{tag}");
        check("en", Some(Language::English));
        check("en-US", Some(Language::English));
        check("es", Some(Language::Spanish));
        check("ES-uy", Some(Language::Spanish));
        check("es-419", Some(Language::Spanish));
        for tag in ["", "est", "e", "pt-BR", "-es"] {
            check(tag, None);
        }
        assert_eq!(Language::first_of(["pt-BR", "es-UY", "en"]), Language::Spanish);
        assert_eq!(Language::first_of(["pt-BR"]), Language::English);
        for language in Language::ALL {
            check(language.tag(), Some(language));
        }
    }

    #[test]
    fn locales() {
        let check = |language: Language, preferred: &[&str], expected: &str| {
            let preferred: Vec<_> = preferred.iter().map(|tag| (*tag).to_owned()).collect();
            language.speak(&preferred);
            assert_eq!(locale(), expected, "{language:?} {preferred:?}");
        };
        check(Language::Spanish, &["en-US", "es-UY", "es"], "es-UY");
        check(Language::English, &["es-UY", "en-US"], "en-US");
        check(Language::Spanish, &["en-US"], "es");
        check(Language::English, &[], "en-GB");
    }
}

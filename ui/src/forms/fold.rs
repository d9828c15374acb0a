//! Finding names as people type them.

/// A text in small letters, without the accents of Latin letters: `México` is found as `mexico`.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

const fn plain(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// Whether a name, or a word of it, begins as `folded` says.
pub(crate) fn begins(name: &str, folded: &str) -> bool {
    let name = fold(name);
    let is_break = |letter: char| !letter.is_alphanumeric();
    name.starts_with(folded)
        || name
            .split(is_break)
            .any(|word| !folded.is_empty() && word.starts_with(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |name: &str, typed: &str, expected: bool| {
            assert_eq!(begins(name, &fold(typed)), expected, "{name} {typed}");
        };
        check("México", "mex", true);
        check("Côte d’Ivoire", "IVO", true);
        check("Estados Unidos", "unidos", true);
        check("Estados Unidos", "estados u", true);
        check("Estados Unidos", "tados", false);
        check("Åland", "aland", true);
        check("Uruguay", "", true);
    }
}

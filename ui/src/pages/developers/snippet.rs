//! A call of the API as a program in several languages, each with what the language brings along.

use serde_json::Value;

/// The environment variable that a program reads the key from, unless it is written into it.
pub(super) const KEY_VARIABLE: &str = "COUPONS_APP_KEY";
/// Columns of an indentation.
const INDENT: usize = 2;

/// What calls are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Curl,
    JavaScript,
    Ruby,
    Python,
}

impl Language {
    pub(super) const ALL: [Self; 4] = [Self::Curl, Self::JavaScript, Self::Ruby, Self::Python];

    /// Its own name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::JavaScript => "JavaScript",
            Self::Ruby => "Ruby",
            Self::Python => "Python",
        }
    }

    /// The language of a name; curl for any other.
    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|language| language.name() == name);
        found.unwrap_or(Self::Curl)
    }
}

/// A call with a body and a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The whole address.
    pub(super) url: String,
    pub(super) body: Value,
    /// Written into the program; else it is read from [`KEY_VARIABLE`].
    pub(super) key: Option<String>,
}

impl Call {
    /// The program.
    pub(super) fn write(&self, language: Language) -> String {
        match language {
            Language::Curl => self.curl(),
            Language::JavaScript => self.javascript(),
            Language::Ruby => self.ruby(),
            Language::Python => self.python(),
        }
    }

    fn curl(&self) -> String {
        let key = self.key.clone().unwrap_or_else(|| format!("${KEY_VARIABLE}"));
        // Neither a key nor the variable has a character that a shell expands otherwise.
        format!(
            "curl {} \\\n  -H \"Authorization: Bearer {key}\" \\\n  -H 'Content-Type: application/json' \\\n  -d {}",
            quote_shell(&self.url),
            quote_shell(&literal(&self.body, &JSON, 0)),
        )
    }

    fn javascript(&self) -> String {
        let bearer = match &self.key {
            Some(key) => format!("\"Bearer {key}\""),
            None => format!("`Bearer ${{process.env.{KEY_VARIABLE}}}`"),
        };
        format!(
            "const response = await fetch({url}, {{\n  method: \"POST\",\n  headers: {{\n    \"Authorization\": {bearer},\n    \
             \"Content-Type\": \"application/json\",\n  }},\n  body: JSON.stringify({body}),\n}});\n\
             const decision = await response.json();",
            url = JSON.text(&self.url),
            body = literal(&self.body, &JSON, 1),
        )
    }

    fn ruby(&self) -> String {
        let bearer = match &self.key {
            Some(key) => format!("\"Bearer {key}\""),
            None => format!("\"Bearer #{{ENV.fetch('{KEY_VARIABLE}')}}\""),
        };
        format!(
            "require \"json\"\nrequire \"net/http\"\n\nresponse = Net::HTTP.post(\n  URI({url}),\n  JSON.generate({body}),\n  \
             \"Authorization\" => {bearer},\n  \"Content-Type\" => \"application/json\",\n)\n\
             decision = JSON.parse(response.body)",
            url = RUBY.text(&self.url),
            body = literal(&self.body, &RUBY, 1),
        )
    }

    fn python(&self) -> String {
        let bearer = match &self.key {
            Some(key) => format!("\"Bearer {key}\""),
            None => format!("f\"Bearer {{os.environ['{KEY_VARIABLE}']}}\""),
        };
        format!(
            "import json\nimport os\nimport urllib.request\n\nrequest = urllib.request.Request(\n  {url},\n  \
             data=json.dumps({body}).encode(),\n  headers={{\n    \"Authorization\": {bearer},\n    \
             \"Content-Type\": \"application/json\",\n  }},\n)\nwith urllib.request.urlopen(request) as response:\n  \
             decision = json.load(response)",
            url = PYTHON.text(&self.url),
            body = literal(&self.body, &PYTHON, 1),
        )
    }
}

/// A text as one word of a POSIX shell.
fn quote_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// How a language writes values; lists, objects, numbers and most texts are as in JSON everywhere.
struct Words {
    null: &'static str,
    yes: &'static str,
    no: &'static str,
    /// Written in a text as `\#`, because it would begin an expression.
    escapes_hash: bool,
}

const JSON: Words = Words {
    null: "null",
    yes: "true",
    no: "false",
    escapes_hash: false,
};
const RUBY: Words = Words {
    null: "nil",
    escapes_hash: true,
    ..JSON
};
const PYTHON: Words = Words {
    null: "None",
    yes: "True",
    no: "False",
    escapes_hash: false,
};

impl Words {
    fn text(&self, text: &str) -> String {
        let quoted = Value::from(text).to_string();
        if self.escapes_hash {
            quoted.replace('#', "\\#")
        } else {
            quoted
        }
    }
}

/// A value, whose lines after the first are indented `depth` times more.
fn literal(value: &Value, words: &Words, depth: usize) -> String {
    let parts = |parts: Vec<String>, open: char, close: char| {
        if parts.is_empty() {
            return format!("{open}{close}");
        }
        let (inner, outer) = (" ".repeat(INDENT * (depth + 1)), " ".repeat(INDENT * depth));
        format!("{open}\n{inner}{}\n{outer}{close}", parts.join(&format!(",\n{inner}")))
    };
    match value {
        Value::Null => words.null.to_owned(),
        Value::Bool(true) => words.yes.to_owned(),
        Value::Bool(false) => words.no.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => words.text(text),
        Value::Array(items) => {
            let items = items.iter().map(|item| literal(item, words, depth + 1));
            parts(items.collect(), '[', ']')
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                format!("{}: {}", words.text(name), literal(value, words, depth + 1))
            };
            parts(members.iter().map(member).collect(), '{', '}')
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(key: Option<&str>) -> Call {
        Call {
            url: "https://shop.example/v1/promotions/summer-10/evaluate".to_owned(),
            body: json!({"a": {"gift": true, "note": "it's #1"}, "b": [1, null], "c": [], "d": {}}),
            key: key.map(str::to_owned),
        }
    }

    fn lines(language: Language, key: Option<&str>) -> Vec<String> {
        let text = call(key).write(language);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn curl() {
        let expected = r#"curl 'https://shop.example/v1/promotions/summer-10/evaluate' \
  -H "Authorization: Bearer $COUPONS_APP_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
  "a": {
    "gift": true,
    "note": "it'\''s #1"
  },
  "b": [
    1,
    null
  ],
  "c": [],
  "d": {}
}'"#;
        assert_eq!(lines(Language::Curl, None).join("\n"), expected);
        assert_eq!(
            lines(Language::Curl, Some("ck_test_1"))[1],
            "  -H \"Authorization: Bearer ck_test_1\" \\"
        );
    }

    #[test]
    fn javascript() {
        let expected = r#"const response = await fetch("https://shop.example/v1/promotions/summer-10/evaluate", {
  method: "POST",
  headers: {
    "Authorization": `Bearer ${process.env.COUPONS_APP_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    "a": {
      "gift": true,
      "note": "it's #1"
    },
    "b": [
      1,
      null
    ],
    "c": [],
    "d": {}
  }),
});
const decision = await response.json();"#;
        assert_eq!(lines(Language::JavaScript, None).join("\n"), expected);
        assert_eq!(
            lines(Language::JavaScript, Some("ck_test_1"))[3],
            "    \"Authorization\": \"Bearer ck_test_1\","
        );
    }

    #[test]
    fn ruby() {
        let expected = r##"require "json"
require "net/http"

response = Net::HTTP.post(
  URI("https://shop.example/v1/promotions/summer-10/evaluate"),
  JSON.generate({
    "a": {
      "gift": true,
      "note": "it's \#1"
    },
    "b": [
      1,
      nil
    ],
    "c": [],
    "d": {}
  }),
  "Authorization" => "Bearer #{ENV.fetch('COUPONS_APP_KEY')}",
  "Content-Type" => "application/json",
)
decision = JSON.parse(response.body)"##;
        assert_eq!(lines(Language::Ruby, None).join("\n"), expected);
        let with_key = lines(Language::Ruby, Some("ck_test_1")).join("\n");
        assert!(
            with_key.contains("\"Authorization\" => \"Bearer ck_test_1\","),
            "{with_key}"
        );
    }

    #[test]
    fn python() {
        let expected = r#"import json
import os
import urllib.request

request = urllib.request.Request(
  "https://shop.example/v1/promotions/summer-10/evaluate",
  data=json.dumps({
    "a": {
      "gift": True,
      "note": "it's #1"
    },
    "b": [
      1,
      None
    ],
    "c": [],
    "d": {}
  }).encode(),
  headers={
    "Authorization": f"Bearer {os.environ['COUPONS_APP_KEY']}",
    "Content-Type": "application/json",
  },
)
with urllib.request.urlopen(request) as response:
  decision = json.load(response)"#;
        assert_eq!(lines(Language::Python, None).join("\n"), expected);
    }

    #[test]
    fn names() {
        for language in Language::ALL {
            assert_eq!(Language::named(language.name()), language);
        }
        assert_eq!(Language::named("COBOL"), Language::Curl);
    }
}

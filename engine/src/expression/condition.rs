//! A condition that parsed and fits its schema.

use super::check::check;
use super::cost;
use super::error::{Diagnostic, Severity};
use super::layout::Layout;
use super::lint;
use super::parse::parse;
use super::tree::Span;
use super::typed::{Typed, TypedKind};
use super::types::Schema;

/// A condition that parsed and fits its schema: what is compiled into a [`super::Program`] and explained by
/// [`super::explain`].
#[derive(Debug, Clone)]
pub struct Condition {
    source: String,
    requirements: Vec<Requirement>,
    layout: Layout,
    references: Vec<String>,
    warnings: Vec<Diagnostic>,
}

/// An operand of the outermost `and`: all have to be true. A condition without that `and` has one.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) span: Span,
    pub(crate) typed: Typed,
}

impl Condition {
    /// Parses `source` and checks it against the declared attributes.
    ///
    /// # Errors
    /// The first error of syntax, or every error of types and names.
    ///
    /// ```
    /// use engine::expression::{AttributeType, Condition, Schema};
    ///
    /// let schema = Schema::from([("total".to_owned(), AttributeType::Number.into())]);
    /// assert!(Condition::check("total >= 100", &schema).is_ok());
    ///
    /// let diagnostics = Condition::check("totl >= 100", &schema).unwrap_err();
    /// assert_eq!((diagnostics[0].start, diagnostics[0].end), (0, 4));
    /// assert_eq!(diagnostics[0].replacement.as_deref(), Some("total"));
    /// ```
    pub fn check(source: &str, schema: &Schema) -> Result<Self, Vec<Diagnostic>> {
        let tree = parse(source).map_err(|diagnostic| vec![diagnostic.spaced(source)])?;
        let spaced = |errors: Vec<Diagnostic>| errors.into_iter().map(|error| error.spaced(source)).collect::<Vec<_>>();
        let checked = check(&tree, schema).map_err(spaced)?;
        let findings = lint::lint(source, &checked.root);
        let (errors, mut warnings): (Vec<_>, Vec<_>) = findings
            .into_iter()
            .partition(|finding| finding.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(errors);
        }
        warnings.extend(cost::warning(&checked.root));
        Ok(Self {
            source: source.to_owned(),
            requirements: requirements(checked.root),
            layout: checked.layout,
            references: checked.references.into_iter().collect(),
            warnings,
        })
    }

    /// What the merchant wrote.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The attributes and built-in names that it reads, in order of the alphabet.
    ///
    /// ```
    /// use engine::expression::{Condition, Schema};
    ///
    /// let condition = Condition::check("country == 'UY' and age >= 18 and age < 65", &Schema::new()).unwrap();
    /// assert_eq!(condition.references(), ["age", "country"]);
    /// ```
    pub fn references(&self) -> &[String] {
        &self.references
    }

    /// What is probably not meant, in the order of the source.
    ///
    /// ```
    /// use engine::expression::{Condition, Schema};
    ///
    /// let condition = Condition::check("age >= 18 and country == 'uy'", &Schema::new()).unwrap();
    /// let [warning] = condition.warnings() else { panic!() };
    /// assert_eq!(warning.code, "always_false");
    /// assert_eq!(warning.replacement.as_deref(), Some("'UY'"));
    /// ```
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The most steps that an evaluation can take: each list as long as a list may be, and no operand decides early.
    /// An evaluation ends at [`super::FUEL`].
    ///
    /// ```
    /// use engine::expression::{Condition, FUEL, Schema};
    ///
    /// let condition = Condition::check("age >= 18", &Schema::new()).unwrap();
    /// assert!(condition.most_steps() < u64::from(FUEL));
    /// ```
    pub fn most_steps(&self) -> u64 {
        let parts = self
            .requirements
            .iter()
            .map(|requirement| cost::most_steps(&requirement.typed));
        parts.fold(0, u64::saturating_add)
    }

    pub(crate) fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    pub(crate) const fn layout(&self) -> &Layout {
        &self.layout
    }
}

fn requirements(root: Typed) -> Vec<Requirement> {
    let parts = if let TypedKind::And(parts) = root.kind {
        parts
    } else {
        vec![root]
    };
    let with_span = |typed: Typed| Requirement {
        span: typed.span,
        typed,
    };
    parts.into_iter().map(with_span).collect()
}

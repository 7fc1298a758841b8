//! How a setting is described, and what its description says.

use core::fmt;

use super::node::Node;
use super::range::Range;
use super::shape::{Key, Shape, join_doc};

impl Key {
    /// A setting without default, range or example.
    pub const fn new(
        field: &'static str,
        doc: &'static [&'static str],
        shape: fn() -> Shape,
    ) -> Self {
        Self {
            field,
            doc,
            shape,
            default: None,
            range: Range::ALL,
            is_share: false,
            has_unlimited: false,
            is_rest: false,
            is_times: false,
            example: None,
            former: &[],
            absorbed: &[],
            selects: false,
            none: &[],
        }
    }

    /// With a default.
    pub const fn or(mut self, default: fn() -> Node) -> Self {
        self.default = Some(default);
        self
    }

    /// Not less than this.
    pub const fn at_least(mut self, min: f64) -> Self {
        self.range.min = Some((min, true));
        self
    }

    /// Not more than this.
    pub const fn at_most(mut self, max: f64) -> Self {
        self.range.max = Some((max, true));
        self
    }

    /// More than this.
    pub const fn above(mut self, min: f64) -> Self {
        self.range.min = Some((min, false));
        self
    }

    /// Less than this.
    pub const fn below(mut self, max: f64) -> Self {
        self.range.max = Some((max, false));
        self
    }

    /// A share from 0 to 1, also written in percent.
    pub const fn share(mut self) -> Self {
        self.is_share = true;
        self.at_least(0.0).at_most(1.0)
    }

    /// May be written in percent, whatever its range.
    pub const fn percent(mut self) -> Self {
        self.is_share = true;
        self
    }

    /// `unlimited` may be written, and stands for the largest number there is.
    pub const fn unlimited(mut self) -> Self {
        self.has_unlimited = true;
        self
    }

    /// Takes all arguments of a call without a key (for a list), or with one (for a map).
    pub const fn rest(mut self) -> Self {
        self.is_rest = true;
        self
    }

    /// Is the number before ` x `: `5 x exponential(1s)`.
    pub const fn times(mut self) -> Self {
        self.is_times = true;
        self
    }

    /// With an example of a value, as it stands in a file.
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    /// With names that it had in earlier versions.
    pub const fn was(mut self, former: &'static [&'static str]) -> Self {
        self.former = former;
        self
    }

    /// With keys of earlier versions whose values are a part of this one now, and an example.
    pub const fn absorbs(mut self, absorbed: &'static [(&'static str, &'static str)]) -> Self {
        self.absorbed = absorbed;
        self
    }

    /// Is one of the keys of which a form needs one, each of them with a default.
    pub const fn selects(mut self) -> Self {
        self.selects = true;
        self
    }

    /// These words stand for nothing, and not those of the type; the first is written.
    pub const fn none(mut self, words: &'static [&'static str]) -> Self {
        self.none = words;
        self
    }

    /// The name in files.
    pub fn name(&self) -> String {
        self.field_name().replace('_', "-")
    }

    /// The name of the field.
    pub(super) fn field_name(&self) -> &'static str {
        self.field.trim_start_matches("r#")
    }

    /// Whether this is its name in files.
    pub fn is_named(&self, name: &str) -> bool {
        let field = self.field_name();
        field.len() == name.len()
            && field
                .bytes()
                .zip(name.bytes())
                .all(|(a, b)| a == b && a != b'_' || (a == b'_' && b == b'-'))
    }

    /// What it means, in Markdown.
    pub fn doc(&self) -> String {
        join_doc(self.doc)
    }

    /// What can be written.
    pub fn shape(&self) -> Shape {
        match (self.shape)() {
            Shape::Optional(inner, _) if !self.none.is_empty() => Shape::Optional(inner, self.none),
            shape => shape,
        }
    }

    /// What holds if nothing is written; none if something must be.
    pub fn default(&self) -> Option<Node> {
        self.default.map(|default| self.written(default()))
    }

    /// The words that stand for nothing, if not those of the type.
    pub const fn none_words(&self) -> &'static [&'static str] {
        self.none
    }

    /// What a type writes, with this key's own word for nothing.
    pub(super) fn written(&self, node: Node) -> Node {
        match (self.none, (self.shape)()) {
            ([word, ..], Shape::Optional(_, words))
                if node.text().is_some_and(|text| words.contains(&text)) =>
            {
                Node::word(word)
            }
            _ => node,
        }
    }

    /// Whether something must be written.
    pub const fn is_required(&self) -> bool {
        self.default.is_none()
    }

    /// Its range.
    pub const fn range(&self) -> Range {
        self.range
    }

    /// Whether it may be written in percent.
    pub const fn is_share(&self) -> bool {
        self.is_share
    }

    /// Whether `unlimited` may be written.
    pub const fn has_unlimited(&self) -> bool {
        self.has_unlimited
    }

    /// Whether it takes the arguments of a call that nothing else takes.
    pub const fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// Whether it is the number before ` x `.
    pub const fn is_times(&self) -> bool {
        self.is_times
    }

    /// An example of a value, as it stands in a file.
    pub fn example_text(&self) -> Option<String> {
        let written = self.example.map(str::to_owned);
        written.or_else(|| {
            let default = self.default()?.to_string();
            (default != "\"none\"" && default != "[]").then_some(default)
        })
    }

    /// Keys of earlier versions that are a part of this one now, each with an example.
    pub const fn absorbed(&self) -> &'static [(&'static str, &'static str)] {
        self.absorbed
    }

    /// Whether its form needs this key, or another one that selects it.
    pub const fn is_selecting(&self) -> bool {
        self.selects
    }

    /// Names that it had in earlier versions.
    pub const fn former(&self) -> &'static [&'static str] {
        self.former
    }
}

/// Equal keys have one name and one meaning.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.field, self.doc) == (other.field, other.doc)
    }
}

impl Eq for Key {}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

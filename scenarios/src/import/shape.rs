//! What must be a table, a list or a text in a file of another format.
//!
//! A shape is a path through tables and lists, with `/` between its steps: a key, or several with
//! `|` between them; `*` for every key of a table; `[]` for every item of a list; at its end `{}`
//! for a table and `$` for a text; at its beginning `**` for wherever the first key stands.

use patterns::settings::{Code, Entry, Node, Value};

use super::draft::Draft;
use super::section::{same, twice};
use super::yaml::NULL;
use crate::diagnostic::Diagnostic;

/// Reports all that is of another kind than it must be, and all keys that are there twice.
pub(super) fn check(node: &Node, shapes: &[&str], relaxed: bool, draft: &mut Draft) {
    let mut looker = Looker { relaxed, draft };
    for shape in shapes {
        match shape.strip_prefix("**/") {
            Some(rest) => looker.anywhere(node, rest),
            None => looker.look(node, shape, &Said::Document),
        }
    }
}

/// What a value is called.
enum Said<'a> {
    Document,
    Key(&'a str),
    ItemOf(&'a str),
    Item,
}

struct Looker<'a> {
    relaxed: bool,
    draft: &'a mut Draft,
}

impl Looker<'_> {
    fn anywhere(&mut self, node: &Node, shape: &str) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.anywhere(item, shape)),
            Value::Table(entries) => {
                self.look(node, shape, &Said::Document);
                for entry in entries {
                    self.anywhere(&entry.node, shape);
                }
            }
            _ => {}
        }
    }

    fn look(&mut self, node: &Node, shape: &str, said: &Said<'_>) {
        if node.text() == Some(NULL) || shape.is_empty() {
            return;
        }
        let (step, rest) = shape.split_once('/').unwrap_or((shape, ""));
        match (step, &node.value) {
            ("{}", Value::Table(_)) | ("$", Value::Text(_) | Value::Word(_)) => {}
            ("$", _) => self.wrong(node, said, "a text"),
            ("[]", Value::List(items)) => {
                let said = match said {
                    Said::Key(name) | Said::ItemOf(name) => Said::ItemOf(name),
                    Said::Document | Said::Item => Said::Item,
                };
                for item in items {
                    self.look(item, rest, &said);
                }
            }
            ("[]", _) => self.wrong(node, said, "a list"),
            ("*", Value::Table(entries)) => {
                for entry in entries {
                    self.look(&entry.node, rest, &Said::Key(&entry.key));
                }
            }
            (keys, Value::Table(entries)) => {
                for key in keys.split('|') {
                    let relaxed = self.relaxed;
                    let is_it = |entry: &&Entry| same(&entry.key, key, relaxed);
                    let mut found = entries.iter().filter(is_it);
                    let Some(first) = found.next() else { continue };
                    self.look(&first.node, rest, &Said::Key(&first.key));
                    for further in found {
                        self.draft.wrong(twice(further, first));
                    }
                }
            }
            _ => self.wrong(node, said, "a table"),
        }
    }

    fn wrong(&mut self, node: &Node, said: &Said<'_>, expected: &str) {
        let name = match said {
            Said::Document => "the file".to_owned(),
            Said::Key(name) => format!("`{name}`"),
            Said::Item => "each item of the file".to_owned(),
            Said::ItemOf(name) => format!("each item of `{name}`"),
        };
        let message = format!("{name} must be {expected}, not {}", node.kind());
        self.draft.wrong(Diagnostic::new(node.at.clone(), Code::WrongType, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::yaml;

    #[track_caller]
    fn says(text: &str, shape: &str, expected: &[&str]) {
        let document = &yaml::documents(text).expect("it is YAML")[0];
        let mut draft = Draft::default();
        check(document, &[shape], true, &mut draft);
        let said: Vec<&str> = draft.wrong.iter().map(Diagnostic::message).collect();
        assert_eq!(said, expected, "{text} by {shape}");
    }

    #[test]
    fn all_steps_are_looked_at() {
        says("a: { b: { c: 1 } }", "a/*/{}", &[]);
        says("a: [1]", "a/*/{}", &["`a` must be a table, not a list"]);
        says(
            "a: { b: 7, c: [] }",
            "a/*/{}",
            &["`b` must be a table, not a whole number", "`c` must be a table, not a list"],
        );
        says("a: null", "a/*/{}", &[]);
        says("a: { x: 1 }", "a/[]/{}", &["`a` must be a list, not a table"]);
        says(
            "a: [1, { b: 2 }]",
            "a/[]/b/$",
            &[
                "each item of `a` must be a table, not a whole number",
                "`b` must be a text, not a whole number",
            ],
        );
        says("x: [{ y: { a: 1 } }]", "**/a/{}", &["`a` must be a table, not a whole number"]);
        says(
            "{ aB: 1, a-b: 2, c: 3 }",
            "a_b|c/$",
            &[
                "`aB` must be a text, not a whole number",
                "`a-b` is written twice",
                "`c` must be a text, not a whole number",
            ],
        );
    }
}

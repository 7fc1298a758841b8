//! YAML and JSON as trees in which everything has a place: the same as those of scenario files.
//!
//! JSON is read as the YAML that it is, after its comments were blanked out. Null is the word
//! `null`; a text in quotes is a text, whatever stands in it.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use patterns::settings::{Code, Entry, Node, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::comments::without_comments;
use super::lines::Lines;
use crate::diagnostic::Diagnostic;

/// How deep lists and tables may stand in one another.
const DEPTH_MAX: usize = 64;

/// How many values a file may have, with all that its aliases stand for.
const NODES_MAX: usize = 200_000;

/// The word that stands for nothing.
pub(crate) const NULL: &str = "null";

/// Reads all documents of a text.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let blanked = without_comments(text);
    let mut builder = Builder::new(&blanked);
    for event in Parser::new_from_str(&blanked) {
        let done = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => {
                let at = builder.place(*error.marker());
                let message =
                    format!("this can be read neither as YAML nor as JSON: {}", error.info());
                let found = Diagnostic::new(at, Code::Unreadable, message);
                let byte = builder.byte(*error.marker());
                Err(if tab_before(&blanked, byte) {
                    found.help("lines of YAML are indented with spaces, never with tabs")
                } else if near(&blanked, byte).contains('\t') {
                    found.help("there is a tab: write a space in its place")
                } else {
                    found
                })
            }
        };
        if let Err(wrong) = done {
            builder.wrong.push(wrong);
            break;
        }
    }
    if builder.wrong.is_empty() { Ok(builder.documents) } else { Err(builder.wrong) }
}

/// The characters before and at a byte.
fn near(text: &str, byte: usize) -> &str {
    let before = text[..byte].chars().next_back().map_or(0, char::len_utf8);
    let at = text[byte..].chars().next().map_or(0, char::len_utf8);
    &text[byte - before..byte + at]
}

/// Whether the line in which a byte stands is indented with a tab, or the one before.
fn tab_before(text: &str, byte: usize) -> bool {
    let before = text.get(..byte).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    let last = before.trim_end_matches('\n').lines().last().unwrap_or_default();
    let is_indented = |line: &str| {
        let blank = line.len() - line.trim_start().len();
        line[..blank].contains('\t')
    };
    is_indented(line) || is_indented(last)
}

/// A list or a table that has not ended.
struct Open {
    start: usize,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Table {
        entries: Vec<Entry>,
        /// Where each key stands.
        places: BTreeMap<String, usize>,
        /// What `<<` brings in: it counts less than what is written.
        merged: Vec<Node>,
        key: Option<(String, Range<usize>)>,
    },
}

impl Kind {
    const fn table() -> Self {
        Self::Table { entries: vec![], places: BTreeMap::new(), merged: vec![], key: None }
    }
}

struct Builder<'a> {
    text: &'a str,
    lines: Lines,
    /// The byte at which each character begins, if they are not the same.
    bytes: Option<Vec<usize>>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    documents: Vec<Node>,
    nodes: usize,
    wrong: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self {
            text,
            lines: Lines::of(text),
            bytes,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            documents: Vec::new(),
            nodes: 0,
            wrong: Vec::new(),
        }
    }

    fn byte(&self, marker: Marker) -> usize {
        let at = marker.index();
        let byte = self.bytes.as_ref().map_or(at, |all| all.get(at).copied().unwrap_or(usize::MAX));
        byte.min(self.text.len())
    }

    /// The character at a marker.
    fn place(&self, marker: Marker) -> Range<usize> {
        let start = self.byte(marker);
        let next = self.text[start..].chars().next().filter(|c| *c != '\n');
        start..start + next.map_or(0, char::len_utf8)
    }

    fn span(&self, span: Span) -> Range<usize> {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        let text = self.text.get(start..end).unwrap_or_default().trim_end();
        start..start + text.len()
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let at = self.span(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref());
                self.add(Node::new(at, value), anchor, 1)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let (node, count) = (node.clone(), count(node));
                    self.add(node, 0, count)
                }
                None => {
                    let message = "an alias of something that has not ended";
                    Err(Diagnostic::new(at, Code::Unreadable, message))
                }
            },
            Event::SequenceStart(anchor, _) => self.begin(at, anchor, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(at, anchor, Kind::table()),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { start, anchor, kind }) = self.open.pop() else { return Ok(()) };
                let value = match kind {
                    Kind::List(items) => Value::List(items),
                    Kind::Table { entries, merged, .. } => Value::Table(with(entries, &merged)),
                };
                // All within it were counted when they came.
                self.add(Node::new(start..at.end.max(start), value), anchor, 1)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: Range<usize>, anchor: usize, kind: Kind) -> Result<(), Diagnostic> {
        if self.open.len() >= DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} lists and tables in one another");
            return Err(Diagnostic::new(at, Code::Unreadable, message));
        }
        self.open.push(Open { start: at.start, anchor, kind });
        Ok(())
    }

    /// Puts a value where it belongs, which is so many that were not counted yet.
    fn add(&mut self, node: Node, anchor: usize, count: usize) -> Result<(), Diagnostic> {
        let is_key =
            matches!(self.open.last(), Some(Open { kind: Kind::Table { key: None, .. }, .. }));
        self.nodes += if is_key { 0 } else { count };
        if self.nodes > NODES_MAX {
            let message = format!("more than {NODES_MAX} values, with all that aliases stand for");
            return Err(Diagnostic::new(node.at, Code::Unreadable, message));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.documents.push(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Table { entries, places, merged, key }) => match key.take() {
                None => *key = Some(key_of(&node)?),
                Some((name, _)) if name == "<<" => merge(node, merged)?,
                Some((name, key_at)) => {
                    if let Some(first) = places.get(&name) {
                        let message = format!("`{name}` is written twice");
                        let found = Diagnostic::new(key_at, Code::Unreadable, message);
                        let line = self.lines.number(&(*first..*first));
                        self.wrong.push(found.help(format!("first in line {line}")));
                        return Ok(());
                    }
                    places.insert(name.clone(), key_at.start);
                    entries.push(Entry { key: name, key_at, node });
                }
            },
        }
        Ok(())
    }
}

/// How many values a value has within it, itself included.
fn count(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Table(entries) => 1 + entries.iter().map(|entry| count(&entry.node)).sum::<usize>(),
        _ => 1,
    }
}

fn key_of(node: &Node) -> Result<(String, Range<usize>), Diagnostic> {
    let key = match &node.value {
        Value::List(_) | Value::Table(_) | Value::Call(_) => {
            let message = format!("a key must be a word, not {}", node.kind());
            return Err(Diagnostic::new(node.at.clone(), Code::WrongType, message));
        }
        Value::Text(text) | Value::Word(text) => text.clone(),
        other => Node::unwritten(other.clone()).to_string(),
    };
    Ok((key, node.at.clone()))
}

/// What stands at `<<`: a table, or several.
fn merge(node: Node, merged: &mut Vec<Node>) -> Result<(), Diagnostic> {
    match node.value {
        Value::Table(_) => merged.push(node),
        Value::List(items) if items.iter().all(|item| item.entries().is_some()) => {
            merged.extend(items);
        }
        _ => {
            let message = "`<<` takes a table, or a list of tables";
            return Err(Diagnostic::new(node.at, Code::WrongType, message));
        }
    }
    Ok(())
}

/// A table with what is merged into it, as far as it does not have the keys itself.
fn with(mut entries: Vec<Entry>, merged: &[Node]) -> Vec<Entry> {
    if merged.is_empty() {
        return entries;
    }
    let mut own: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in merged.iter().filter_map(Node::entries).flatten() {
        if own.insert(entry.key.clone()) {
            entries.push(entry.clone());
        }
    }
    entries
}

/// What a scalar says, by the core schema of YAML 1.2, and `yes` and `off` as the texts they are.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.suffix == "str");
    if style != ScalarStyle::Plain || is_text {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Word(NULL.to_owned()),
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Ok(number) = text.parse::<i128>() {
        return Value::Integer(number);
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => Value::Float(number),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_once_however_deep_it_is() {
        let list = |count: usize| format!("a: {{ b: [[{}]] }}\n", vec!["1"; count].join(", "));
        // With the list and its table, that of the file, and the list around it.
        assert!(documents(&list(NODES_MAX - 4)).is_ok());
        let wrong = documents(&list(NODES_MAX - 3)).expect_err("one more");
        assert_eq!(wrong[0].message(), "more than 200000 values, with all that aliases stand for");
    }
}

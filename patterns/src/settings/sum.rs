//! Settings of several named forms: `exponential(1s, factor=2)`, `{ exponential = { base = "1s" }
//! }`.

use super::fields::Fields;
use super::node::{Argument, Call, Entry, Node, Value, entry};
use super::reader::{Code, Reader};
use super::shape::{Shape, Variant};
use crate::invalid::Findings;

/// Something of several named forms. Made by [`settings!`](crate::settings!).
pub trait Sum: Clone + 'static {
    /// The forms, in order.
    fn variants() -> Vec<Variant>;

    /// What can be written without a name.
    fn literals() -> Vec<Shape>;

    /// Reads the arguments of a form; `base` is what holds already.
    fn read_variant(
        index: usize,
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self>;

    /// Reads what has no name; nothing if it is no such thing, and then that was reported.
    fn read_literal(
        node: &Node,
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self>;

    /// Which form it is.
    fn index(&self) -> usize;

    /// Adds what an author would write for its arguments.
    fn write_arguments(&self, out: &mut Vec<Entry>);

    /// Notes everything that is wrong.
    fn check_arguments(&self, found: &mut Findings);
}

/// Reads something of several named forms.
pub fn read_sum<T: Sum>(node: &Node, base: Option<&T>, reader: &mut Reader<'_>) -> Option<T> {
    let variants = T::variants();
    if let Value::Table(entries) = &node.value {
        return read_table(node, entries, &variants, base, reader);
    }
    let Some(call) = reader.call(node)? else {
        if T::literals().is_empty() {
            reader.wrong_type(node, &expected(&variants));
            return None;
        }
        let mut fields = Fields::none(node.at.clone(), "this");
        let value = T::read_literal(node, &mut fields, None, reader);
        fields.finish(&[], reader);
        return value;
    };
    if let Some(index) = variants.iter().position(|variant| variant.name == call.name) {
        let mut fields = Fields::of_call(call.name_at.clone(), &call);
        let value = T::read_variant(index, &mut fields, None, reader);
        finish(&mut fields, &variants, index, reader);
        return value;
    }
    let is_literal = !call.has_arguments && !T::literals().is_empty();
    if is_literal && !call.name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let literal = match &node.value {
            Value::Text(_) if call.times.is_none() => node.clone(),
            _ => Node::new(call.name_at.clone(), Value::Word(call.name.clone())),
        };
        let mut fields = Fields::of_call(call.name_at.clone(), &call);
        let value = T::read_literal(&literal, &mut fields, None, reader);
        fields.finish(&[], reader);
        return value;
    }
    // A literal may be a word, too: `p95`.
    if is_literal {
        let literal = Node::new(call.name_at.clone(), Value::Word(call.name.clone()));
        let mut fields = Fields::of_call(call.name_at.clone(), &call);
        let read = reader.tentative(|reader| T::read_literal(&literal, &mut fields, None, reader));
        match read {
            Ok(value) => return Some(value),
            Err(mistakes) if mistakes.iter().any(|mistake| mistake.code == Code::OutOfRange) => {
                reader.no_literal(&mut [mistakes]);
                return None;
            }
            Err(_) => {}
        }
    }
    let known = variants.iter().map(|variant| variant.name.clone()).collect();
    reader.unknown_word(&call.name_at, "form", &call.name, known);
    None
}

/// What a type's own rules find to be wrong.
pub fn found_by<T>(value: &T, rules: fn(&T, &mut Findings)) -> Findings {
    let mut found = Findings::default();
    rules(value, &mut found);
    found
}

/// Tells what is out of range in a value that was made of a literal.
pub fn checked_literal<T: Sum>(value: T, node: &Node, reader: &mut Reader<'_>) -> T {
    let mut found = Findings::default();
    value.check_arguments(&mut found);
    for invalid in found.into_all() {
        let shown = node.text().map_or_else(|| node.to_string(), str::to_owned);
        let message = format!("{} must be {}, not {shown}", reader.subject(), invalid.must_be);
        reader.mistake(&node.at, Code::OutOfRange, message);
    }
    value
}

/// `{ exponential = { base = "1s" } }`, or `{ base = "1s" }` where the form is known already.
fn read_table<T: Sum>(
    node: &Node,
    entries: &[Entry],
    variants: &[Variant],
    base: Option<&T>,
    reader: &mut Reader<'_>,
) -> Option<T> {
    let find = |entry: &Entry| variants.iter().position(|variant| variant.name == entry.key);
    let named = entries.iter().enumerate().find_map(|(at, entry)| Some((at, find(entry)?)));
    let (index, mut fields, rest): (usize, Fields<'_>, Vec<&Entry>) = match (named, base) {
        (Some((at, index)), _) => {
            let Entry { key, key_at, node } = &entries[at];
            let fields = match &node.value {
                Value::Table(inner) => Fields::of_table(key_at.clone(), format!("`{key}`"), inner),
                _ => Fields::of_value(key_at.clone(), format!("`{key}`"), node),
            };
            let rest = entries.iter().enumerate().filter(|(other, _)| *other != at);
            (index, fields, rest.map(|(_, entry)| entry).collect())
        }
        (None, Some(base)) => {
            let index = base.index();
            let name = format!("`{}`", variants[index].name);
            (index, Fields::of_table(node.at.clone(), name, entries), Vec::new())
        }
        (None, None) => {
            let Some(first) = entries.first() else {
                reader.wrong_type(node, &expected(variants));
                return None;
            };
            let known = variants.iter().map(|variant| variant.name.clone()).collect();
            reader.unknown_word(&first.key_at, "form", &first.key, known);
            return None;
        }
    };
    for entry in rest {
        fields.add_table(core::slice::from_ref(entry));
    }
    let held = base.filter(|_| named.is_none());
    let value = T::read_variant(index, &mut fields, held, reader);
    finish(&mut fields, variants, index, reader);
    value
}

/// Tells of everything that was not taken. What is a key of another form is no misspelling, and
/// then all keys of this one are named: the nearest one would say something else.
fn finish(fields: &mut Fields<'_>, variants: &[Variant], index: usize, reader: &mut Reader<'_>) {
    let before = reader.mark();
    fields.finish(&variants[index].keys, reader);
    let is_key = |name: &str| variants.iter().flat_map(|of| &of.keys).any(|key| key.is_named(name));
    reader.name_all_since(before, is_key);
}

fn expected(variants: &[Variant]) -> String {
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    format!("one of {}", names.join(", "))
}

/// What an author would write for something of several named forms.
pub fn write_sum<T: Sum>(value: &T) -> Node {
    let variant = &T::variants()[value.index()];
    let mut entries = Vec::new();
    value.write_arguments(&mut entries);
    let times = variant.keys.iter().find(|key| key.is_times()).map(|key| key.name());
    let mut call = Call {
        times: None,
        name: variant.name.clone(),
        name_at: 0..0,
        has_arguments: false,
        arguments: Vec::new(),
    };
    for Entry { key, node, .. } in entries {
        if times.as_ref() == Some(&key) {
            call.times = Some(Box::new(node));
            continue;
        }
        let is_rest = variant.keys.iter().any(|of| of.is_rest() && of.is_named(&key));
        match node.value {
            Value::List(items) if is_rest => {
                let items = items.into_iter().map(|node| Argument { key: None, node });
                call.arguments.extend(items);
            }
            Value::Table(entries) if is_rest => {
                let entries = entries.into_iter();
                call.arguments.extend(entries.map(|Entry { key, key_at, node }| Argument {
                    key: Some((key, key_at)),
                    node,
                }));
            }
            _ => call.arguments.push(Argument { key: Some((key, 0..0)), node }),
        }
    }
    call.has_arguments = !call.arguments.is_empty();
    // A list in a text cannot be distinguished from the arguments around it: then it is a table.
    let has_list =
        |argument: &Argument| matches!(argument.node.value, Value::List(_) | Value::Table(_));
    if call.arguments.iter().any(has_list) {
        let inner = call.arguments.into_iter().filter_map(|argument| {
            let (key, _) = argument.key?;
            Some(entry(&key, argument.node))
        });
        let times = times.zip(call.times).map(|(key, node)| entry(&key, *node));
        let inner = Node::unwritten(Value::Table(inner.chain(times).collect()));
        return Node::unwritten(Value::Table(vec![entry(&call.name, inner)]));
    }
    Node::unwritten(Value::Call(call))
}

//! What an author wrote, as a tree in which everything has a place; independent of any format.

use core::fmt;
use core::ops::Range;

/// A stretch of a file, in bytes.
pub type Place = Range<usize>;

/// A value that was written, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub at: Place,
    /// What it says.
    pub value: Value,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// A text in quotes. It may be another spelling of a [`Value::Call`].
    Text(String),
    /// A word within a call: `30s`, `2` and `full` of `exponential(30s, factor=2, jitter=full)`.
    Word(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and their values, in the order of the file.
    Table(Vec<Entry>),
    /// A name with arguments, `exponential(30s, factor=2)`, or a word alone, `full`.
    Call(Call),
}

/// One key of a table, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_at: Place,
    /// Its value.
    pub node: Node,
}

/// A name with arguments, perhaps after a number of times: `5 x exponential(1s, factor=2)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What stands before ` x `.
    pub times: Option<Box<Node>>,
    /// The name, or a word alone.
    pub name: String,
    /// Where the name stands.
    pub name_at: Place,
    /// Whether there are parentheses.
    pub has_arguments: bool,
    /// The arguments.
    pub arguments: Vec<Argument>,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its key and the place of that; none if it goes by its position.
    pub key: Option<(String, Place)>,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// A value at a place.
    pub const fn new(at: Place, value: Value) -> Self {
        Self { at, value }
    }

    /// A value that was not written anywhere: a default, or part of a preset.
    pub const fn unwritten(value: Value) -> Self {
        Self { at: 0..0, value }
    }

    /// A text that was not written anywhere.
    pub fn word(text: impl fmt::Display) -> Self {
        Self::unwritten(Value::Text(text.to_string()))
    }

    /// The entries of a table.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// A text or a word.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Word(text) => Some(text),
            Value::Call(call) if !call.has_arguments && call.times.is_none() => Some(&call.name),
            _ => None,
        }
    }

    /// What kind of value it is, in the words of an author.
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Value::Bool(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a decimal number",
            Value::Text(_) | Value::Word(_) | Value::Call(_) => "a text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Shows every place of the value and of everything in it, to be looked at or changed.
    pub fn each_place(&mut self, show: &mut dyn FnMut(&mut Place)) {
        show(&mut self.at);
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.each_place(show)),
            Value::Table(entries) => {
                for entry in entries {
                    show(&mut entry.key_at);
                    entry.node.each_place(show);
                }
            }
            Value::Call(call) => call.each_place(show),
            _ => {}
        }
    }
}

impl Call {
    fn each_place(&mut self, show: &mut dyn FnMut(&mut Place)) {
        show(&mut self.name_at);
        self.times.iter_mut().for_each(|times| times.each_place(show));
        for argument in &mut self.arguments {
            argument.key.iter_mut().for_each(|(_, place)| show(place));
            argument.node.each_place(show);
        }
    }
}

impl fmt::Display for Node {
    /// As TOML in one line; a call as the text that spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::Text(text) | Value::Word(text) => quoted(f, text),
            Value::Call(_) => quoted(f, &Bare(self).to_string()),
            Value::List(items) => {
                f.write_str("[")?;
                list(f, items, |f, item| write!(f, "{item}"))?;
                f.write_str("]")
            }
            Value::Table(entries) if entries.is_empty() => f.write_str("{}"),
            Value::Table(entries) => {
                f.write_str("{ ")?;
                list(f, entries, |f, entry| write!(f, "{} = {}", Key(&entry.key), entry.node))?;
                f.write_str(" }")
            }
        }
    }
}

/// A key as TOML wants it: quoted unless it is plain.
struct Key<'a>(&'a str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            quoted(f, self.0)
        }
    }
}

/// A text in quotes, with the escapes that TOML knows.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// A value as it stands within a call, without quotes.
struct Bare<'a>(&'a Node);

impl fmt::Display for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.value {
            Value::Text(text) | Value::Word(text) => f.write_str(text),
            Value::Call(call) => {
                if let Some(times) = &call.times {
                    write!(f, "{} x ", Bare(times))?;
                }
                f.write_str(&call.name)?;
                if !call.has_arguments {
                    return Ok(());
                }
                f.write_str("(")?;
                list(f, &call.arguments, |f, argument| {
                    if let Some((key, _)) = &argument.key {
                        write!(f, "{key}=")?;
                    }
                    write!(f, "{}", Bare(&argument.node))
                })?;
                f.write_str(")")
            }
            _ => write!(f, "{}", self.0),
        }
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    Ok(())
}

/// A key that was not written anywhere, and its value.
pub fn entry(key: &str, node: Node) -> Entry {
    Entry { key: key.to_owned(), key_at: 0..0, node }
}

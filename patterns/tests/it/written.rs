//! Settings as an author writes them: a table in one line, read with every mistake at its place.

use patterns::settings::{
    Entry, LayerSettings, Mistake, NameKind, Names, Node, Reader, Value, read_layer,
};

/// The services that there are, numbered from 0.
const SERVICES: [&str; 3] = ["spare", "tool", "value"];

struct Services;

impl Names for Services {
    fn resolve(&mut self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        let known = || SERVICES.map(str::to_owned).to_vec();
        let found = SERVICES.iter().position(|service| *service == name);
        let found = found.filter(|_| kind == NameKind::Service);
        found.map(|number| number as u16).ok_or_else(known)
    }
}

/// Settings as they are read, and what is wrong with them or has no effect: each as what is
/// underlined, and the message.
pub(crate) fn read<S: LayerSettings>(written: &str) -> (Option<S>, Vec<String>) {
    let node = node(written);
    let mut names = Services;
    let mut reader = Reader::new(&mut names);
    let settings = read_layer::<S>(&node, &mut reader);
    let shown = |mistake: Mistake| {
        let is_all = mistake.at == node.at;
        let at = if is_all { "all of it" } else { &written[mistake.at] };
        format!("{at}: {}", mistake.message)
    };
    (settings, reader.finish().into_iter().map(shown).collect())
}

/// Settings without a mistake or a warning.
pub(crate) fn good<S: LayerSettings>(written: &str) -> S {
    let (settings, reported) = read(written);
    assert_eq!(reported, [""; 0], "{written}");
    settings.expect("nothing is wrong with it")
}

/// What is wrong, or has no effect.
pub(crate) fn reported<S: LayerSettings>(written: &str) -> Vec<String> {
    read::<S>(written).1
}

/// What is written for some settings is read back as them, with and without defaults.
pub(crate) fn survives<S: LayerSettings + PartialEq + core::fmt::Debug>(settings: &S) {
    let written = settings.write().to_string();
    let (read, reported) = read::<S>(&written);
    assert_eq!(reported, [""; 0], "{written}");
    assert_eq!(read.as_ref(), Some(settings), "{written}");
}

/// The tree of a value in one line, with the place of everything in it.
pub(crate) fn node(written: &str) -> Node {
    let mut rest = Rest { all: written, at: 0 };
    let node = rest.value();
    rest.skip();
    assert_eq!(rest.left(), "", "one value in {written}");
    node
}

struct Rest<'a> {
    all: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn left(&self) -> &'a str {
        &self.all[self.at..]
    }

    fn skip(&mut self) {
        self.at += self.left().len() - self.left().trim_start().len();
    }

    fn takes(&mut self, sign: char) -> bool {
        self.skip();
        let found = self.left().starts_with(sign);
        self.at += usize::from(found);
        found
    }

    /// Takes up to the first character that is none of these.
    fn word(&mut self) -> &'a str {
        let left = self.left();
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let end = left.find(|c: char| !is_word(c)).unwrap_or(left.len());
        self.at += end;
        &left[..end]
    }

    fn value(&mut self) -> Node {
        self.skip();
        let start = self.at;
        let value = if self.takes('{') {
            self.table()
        } else if self.takes('[') {
            self.list()
        } else if self.takes('"') {
            let end = self.left().find('"').expect("a text ends");
            let text = self.left()[..end].to_owned();
            self.at += end + 1;
            Value::Text(text)
        } else {
            let word = self.word();
            match (word.parse(), word.parse::<f64>(), word) {
                (_, _, "true") => Value::Bool(true),
                (_, _, "false") => Value::Bool(false),
                (Ok(whole), _, _) => Value::Integer(whole),
                (_, Ok(number), _) => Value::Float(number),
                _ => panic!("{word:?} is no value in {}", self.all),
            }
        };
        Node::new(start..self.at, value)
    }

    fn table(&mut self) -> Value {
        let mut entries = Vec::new();
        while !self.takes('}') {
            self.skip();
            let start = self.at;
            let key = self.word().to_owned();
            let key_at = start..self.at;
            assert!(self.takes('='), "a key has a value in {}", self.all);
            entries.push(Entry { key, key_at, node: self.value() });
            self.takes(',');
        }
        Value::Table(entries)
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        while !self.takes(']') {
            items.push(self.value());
            self.takes(',');
        }
        Value::List(items)
    }
}

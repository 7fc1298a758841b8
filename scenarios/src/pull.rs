//! Levers pulled by hand: `reset policies.guarded.breaker@30min`, or a recovery of the file by its
//! name, `clear-caches@30min`.

use core::ops::Range;

use patterns::settings::{Code, Entry, Node, Value};
use sim::fault::KINDS;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics, nearest_or_all};
use crate::scenario_file::{ScenarioFile, at_key};
use crate::tree;

/// How a lever is written.
const EXAMPLE: &str = "for example: `reset policies.guarded.breaker@30min`";

/// A part of a text, and where it begins in the whole source.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    start: usize,
}

impl Piece<'_> {
    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        let start = self.start + self.text.len() - text.len();
        Self { text: text.trim_end(), start }
    }

    fn split(self, at: usize, gap: usize) -> (Self, Self) {
        let before = Self { text: &self.text[..at], ..self };
        let (text, start) = (&self.text[at + gap..], self.start + at + gap);
        (before.trimmed(), Self { text, start }.trimmed())
    }

    fn at(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn node(self) -> Node {
        let mut node = tree::value(self.text);
        node.each_place(&mut |at| *at = at.start + self.start..at.end + self.start);
        node
    }

    fn word(self) -> Node {
        Node::new(self.at(), Value::Text(self.text.to_owned()))
    }
}

impl ScenarioFile {
    /// Has something done by hand at a time: an action and what it hits, such as
    /// `restart github takes=30s@30min`, or what a recovery of the file does.
    ///
    /// # Errors
    ///
    /// If the text is of another form, or there is no such action or recovery. Whether the action
    /// can be done there is found out by [`scenario`](Self::scenario).
    pub fn pull(&mut self, text: &str) -> Result<(), Diagnostics> {
        self.before = Some(Box::new(self.clone()));
        let start = self.source.argument("--pull", text).start;
        let pulled = self.pull_lever(Piece { text, start });
        let wrong = pulled.err().into_iter().collect();
        Diagnostics::new(&self.source, wrong).unless_wrong()?;
        self.rename_faults();
        Ok(())
    }

    fn pull_lever(&mut self, whole: Piece<'_>) -> Result<(), Diagnostic> {
        let Some(at) = whole.text.rfind('@') else {
            let message = "this does not say when: an action, `@` and a time".to_owned();
            let wrong = Diagnostic::new(whole.at(), FileCode::BadPath, message);
            return Err(wrong.help(EXAMPLE));
        };
        let (action, time) = whole.split(at, 1);
        if let Some(recovery) = self.recovery(action.text) {
            let times = at_key(recovery, "at", || Value::List(Vec::new()));
            match &mut times.value {
                Value::List(all) => all.push(time.word()),
                // What is written there is wrong, and is reported.
                _ => return Ok(()),
            }
            return Ok(());
        }
        let entries = self.action(action, time)?;
        let Value::Table(sections) = &mut self.root.value else { return Ok(()) };
        let faults = at_key(sections, "faults", || Value::List(Vec::new()));
        if let Value::List(all) = &mut faults.value {
            all.push(Node::new(whole.at(), Value::Table(entries)));
        }
        Ok(())
    }

    /// The keys of a recovery of the file.
    fn recovery(&mut self, name: &str) -> Option<&mut Vec<Entry>> {
        let Value::Table(sections) = &mut self.root.value else { return None };
        let section = sections.iter_mut().find(|entry| entry.key == "recoveries")?;
        let Value::List(items) = &mut section.node.value else { return None };
        let is_it = |item: &&mut Node| item.get("name").and_then(Node::text) == Some(name);
        match &mut items.iter_mut().find(is_it)?.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The keys of a fault that does what is written: a word, what it hits, and settings.
    fn action(&self, action: Piece<'_>, time: Piece<'_>) -> Result<Vec<Entry>, Diagnostic> {
        let end = action.text.find(char::is_whitespace).unwrap_or(action.text.len());
        let (word, mut rest) = action.split(end, 0);
        let Some(kind) = KINDS.iter().find(|kind| kind.name == word.text && kind.is_action) else {
            return Err(self.no_action(word, action));
        };
        let mut settings = Vec::new();
        // Settings stand behind what is hit, which may have blanks.
        while let Some(at) = rest.text.rfind(char::is_whitespace) {
            let (before, last) = rest.split(at, 0);
            let Some(equals) = last.text.find('=') else { break };
            let (key, value) = last.split(equals, 1);
            settings.push(entry(key, value.node()));
            rest = before;
        }
        if rest.text.is_empty() {
            let message = format!("this does not say what to {}", kind.name);
            return Err(Diagnostic::new(action.at(), Code::Missing, message).help(EXAMPLE));
        }
        let mut entries = vec![
            Entry { key: "do".to_owned(), key_at: word.at(), node: word.word() },
            Entry { key: "hit".to_owned(), key_at: rest.at(), node: rest.word() },
            Entry { key: "at".to_owned(), key_at: time.at(), node: time.word() },
        ];
        settings.reverse();
        entries.extend(settings);
        Ok(entries)
    }

    /// Neither an action nor a recovery is called so.
    fn no_action(&self, word: Piece<'_>, action: Piece<'_>) -> Diagnostic {
        let recoveries = self
            .items("recoveries")
            .iter()
            .filter_map(|item| item.get("name").and_then(Node::text));
        let kinds = KINDS.iter().filter(|kind| kind.is_action).map(|kind| kind.name);
        let known: Vec<&str> = recoveries.chain(kinds).collect();
        if KINDS.iter().any(|kind| kind.name == word.text) {
            let message = format!("`{}` is a failure and mends nothing", word.text);
            let help = format!("what can be pulled: {}", known.join(", "));
            return Diagnostic::new(word.at(), Code::UnknownName, message).help(help);
        }
        let message = format!("there is no action and no recovery `{}`", action.text);
        let near = nearest_or_all(word.text, &known);
        Diagnostic::new(action.at(), Code::UnknownName, message).help(near)
    }
}

fn entry(key: Piece<'_>, node: Node) -> Entry {
    Entry { key: key.text.to_owned(), key_at: key.at(), node }
}

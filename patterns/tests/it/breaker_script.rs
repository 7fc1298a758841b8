//! Breakers from keys as in a file, and stories in a few letters.

use std::collections::BTreeMap;

use patterns::breaker::{Breaker, Settings, State, Token};
use patterns::settings::{Entry, Mistake, NoNames, Node, Reader, Value, read_layer};
use patterns::{Class, Classification, Outcome, Permit, Rejected, Time};

/// A table of `key = value, …`: numbers are numbers, `[a b]` is a list of words, and all else is a
/// text.
pub(crate) fn table(written: &str) -> Node {
    let mut entries = Vec::new();
    for pair in split(written) {
        let (key, value) = pair.split_once('=').expect("key = value");
        let (key, value) = (key.trim().to_owned(), value.trim());
        let start = written.find(pair).expect("a part of it");
        let key_at = start..start + key.len();
        let from = start + pair.find(value).expect("a part of it");
        let node = Node::new(from..from + value.len(), read_value(value));
        // As if there were quotes around a text, so that its parts have their places.
        let node = match node.value {
            Value::Text(_) => Node { at: from - 1..from + value.len() + 1, ..node },
            _ => node,
        };
        entries.push(Entry { key, key_at, node });
    }
    Node::new(0..written.len(), Value::Table(entries))
}

fn read_value(value: &str) -> Value {
    let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
    if let Some(words) = list.filter(|words| !words.contains('{')) {
        let words = words.split_whitespace().map(Node::word);
        return Value::List(words.collect());
    }
    if let Some(tables) = list {
        let tables = tables.split('}').filter_map(|table| table.split_once('{'));
        return Value::List(tables.map(|(_, inner)| table(inner)).collect());
    }
    match (value.parse(), value.parse(), value.parse()) {
        (Ok(number), _, _) => Value::Integer(number),
        (_, Ok(number), _) => Value::Float(number),
        (_, _, Ok(truth)) => Value::Bool(truth),
        _ => Value::Text(value.to_owned()),
    }
}

/// Splits at commas outside all parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Reads a breaker's settings, with every mistake and warning.
pub(crate) fn read_all(written: &str) -> (Option<Settings>, Vec<Mistake>) {
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    let settings = read_layer(&table(written), &mut reader);
    (settings, reader.finish())
}

/// The settings of keys in which nothing is wrong.
pub(crate) fn read(written: &str) -> Settings {
    let (settings, mistakes) = read_all(written);
    assert_eq!(mistakes, [], "{written}");
    settings.expect("nothing is wrong")
}

/// A breaker, and the calls that are under way.
pub(crate) struct Story {
    pub(crate) breaker: Breaker,
    now: Time,
    named: BTreeMap<char, Permit<Token>>,
    held: Vec<Permit<Token>>,
}

impl Story {
    /// A new breaker with these keys.
    pub(crate) fn of(written: &str) -> Self {
        let breaker = Breaker::new(read(written)).expect("valid");
        Self { breaker, now: Time::ZERO, named: BTreeMap::new(), held: Vec::new() }
    }

    /// Lets something happen: `60+:` goes to 1 ns after 60 s; `x`, `o` and `v` are calls that fail,
    /// succeed or end in validation at once; `!` is one that is admitted and does not end, and `-`
    /// one that is rejected. `A+` is admitted by that name, and ends as `Ax`, `Ao` or `Av`, or is
    /// given up as `A~`.
    #[track_caller]
    pub(crate) fn then(mut self, story: &str) -> Self {
        for word in story.split_whitespace() {
            if let Some(time) = word.strip_suffix(':') {
                self.now = instant(time);
                continue;
            }
            let mut letters = word.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    'x' | 'o' | 'v' => {
                        let permit = self.admit(story);
                        self.end(permit, letter);
                    }
                    '!' => {
                        let permit = self.admit(story);
                        self.held.push(permit);
                    }
                    '-' => assert!(self.ask().is_err(), "admitted: {story}"),
                    name => {
                        let what = letters.next().expect("what the call does");
                        if what == '+' {
                            let permit = self.admit(story);
                            self.named.insert(name, permit);
                        } else {
                            let permit = self.named.remove(&name).expect("under way");
                            self.end(permit, what);
                        }
                    }
                }
            }
        }
        self
    }

    pub(crate) fn ask(&mut self) -> Result<Permit<Token>, Rejected> {
        self.breaker.try_acquire(self.now)
    }

    #[track_caller]
    fn admit(&mut self, story: &str) -> Permit<Token> {
        let asked = self.ask();
        asked.unwrap_or_else(|why| panic!("{why} at {} in {story}", self.now))
    }

    fn end(&mut self, permit: Permit<Token>, how: char) {
        let how = match how {
            'x' => self.breaker.classify(Outcome::failed(Class::Network)),
            'v' => self.breaker.classify(Outcome::failed(Class::Validation)),
            'o' => Classification::Success,
            _ => {
                let _late = self.breaker.cancel(permit, self.now);
                return;
            }
        };
        self.breaker.record(permit, how, self.now);
    }

    /// Checks the state: its name, or `open→` and when it first admits a call.
    #[track_caller]
    pub(crate) fn is(self, expected: &str) -> Self {
        let state = match self.breaker.state() {
            State::Open { until } => format!("open→{}", shown(until)),
            state => state.name().to_owned(),
        };
        assert_eq!(state, expected);
        self
    }

    /// Checks the calls and the failures that the trip condition counts.
    #[track_caller]
    pub(crate) fn counts(self, calls: u64, failures: u64) -> Self {
        let counts = self.breaker.counts(self.now);
        assert_eq!((counts.calls, counts.failures), (calls, failures));
        self
    }
}

/// A time in seconds; each `+` is a nanosecond later.
fn instant(text: &str) -> Time {
    let seconds = text.trim_end_matches('+');
    let later = text.len() - seconds.len();
    let nanos: f64 = seconds.parse::<f64>().expect("seconds") * 1e9;
    Time::from_nanos(nanos.round() as u64 + later as u64)
}

fn shown(time: Time) -> String {
    let later = time.as_nanos() % 1_000;
    let seconds = (time.as_nanos() - later) as f64 / 1e9;
    format!("{seconds}{}", "+".repeat(later as usize))
}

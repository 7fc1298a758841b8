//! Paths into a scenario file: `services.github.slots`, `policies.guarded.retry.network.base`.
//!
//! A path is a list of keys with dots between. Keys with dots or spaces are quoted: `edges."a ->
//! b"`. In a list of tables with one key each, such as a policy, the key names the element, and in
//! a list of tables with names, such as the faults, the name does; a number does for every list.
//! Texts such as `exponential(1s, factor=2)` are tables in another spelling: a path leads into
//! them, too, and so every number can be set and swept.

use core::ops::Range;

use patterns::settings::{Argument, Call, Code, Entry, Key, Node, Shape, Value, Variant};

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest, nearest_or_all};
use crate::format::halves;
use crate::registry::LayerRegistry;
use elements::{element, is_only, name, names};

pub(crate) use known::Known;

mod elements;
mod known;

/// Where a path leads.
pub(crate) enum Found<'n> {
    /// To this value.
    Node(&'n mut Node),
    /// Into a layer that is left out: what is set there says nothing.
    Off,
}

/// Follows paths into a file.
pub(crate) struct Finder<'a> {
    pub(crate) registry: &'a LayerRegistry,
    /// The names of the faults, where none are written as well.
    pub(crate) faults: &'a [String],
    /// The place that messages are about.
    pub(crate) at: Range<usize>,
    /// Whether what is missing at the end of the path is made.
    pub(crate) creates: bool,
}

impl Finder<'_> {
    /// The value at a path of a file.
    pub(crate) fn find<'n>(
        &self,
        root: &'n mut Node,
        keys: &[String],
    ) -> Result<Found<'n>, Diagnostic> {
        self.step(root, &Known::File, "the file", keys)
    }

    fn step<'n>(
        &self,
        node: &'n mut Node,
        known: &Known<'_>,
        name: &str,
        keys: &[String],
    ) -> Result<Found<'n>, Diagnostic> {
        let Some((key, rest)) = keys.split_first() else { return Ok(Found::Node(node)) };
        self.open(node, known)?;
        match &node.value {
            Value::Text(text) if is_nothing(text) => Ok(Found::Off),
            Value::Table(_) => self.table(node, known, name, key, rest),
            Value::List(_) => self.list(node, known, key, rest),
            Value::Call(_) => self.call(node, known, key, rest),
            _ => {
                let message = format!("`{name}` is {}: nothing is below it", node.kind());
                Err(Diagnostic::new(self.at.clone(), FileCode::BadPath, message))
            }
        }
    }

    fn list<'n>(
        &self,
        node: &'n mut Node,
        known: &Known<'_>,
        key: &str,
        rest: &[String],
    ) -> Result<Found<'n>, Diagnostic> {
        // A list may stand for the form that has nothing else: `{ mix = ["…", "…"] }`.
        if let Known::Variant(form) = known
            && let Some(of) = form.keys.iter().find(|of| of.is_rest() && of.is_named(key))
            && let Some((key, rest)) = rest.split_first()
        {
            return self.list(node, &Known::of(of.shape()), key, rest);
        }
        let unwritten = if matches!(known, Known::Faults) { self.faults } else { &[] };
        let Value::List(items) = &mut node.value else { return Ok(Found::Off) };
        let Some(index) = element(items, unwritten, key) else {
            let names = names(items, unwritten);
            let unknown = self.unknown("the list", key, &names);
            let has_no_name =
                |item: &Node| name(item).is_none() && item.entries().is_some_and(|e| e.len() > 1);
            let Some(index) = items.iter().position(has_no_name) else { return Err(unknown) };
            let help = format!("write the number of one without a `name`, from 0 on: `{index}`");
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(match names.as_slice() {
                [] => unknown.help(help),
                names if nearest(key, names).is_some() => unknown,
                names => unknown.help(format!("{}; or {help}", nearest_or_all(key, names))),
            });
        };
        let below = known.below(key, self.registry);
        let item = &mut items[index];
        if !item.entries().is_some_and(|entries| is_only(entries, key)) {
            return self.step(item, &below, key, rest);
        }
        // An element that was chosen by its only key stands for what is under that key.
        let Value::Table(entries) = &mut item.value else { return Ok(Found::Off) };
        let known = below.below(key, self.registry);
        self.step(&mut entries[0].node, &known, key, rest)
    }

    /// Turns a text that spells a call, or a value that stands for its most important key, into
    /// what it stands for.
    pub(crate) fn open(&self, node: &mut Node, known: &Known<'_>) -> Result<(), Diagnostic> {
        if node.text().is_some_and(is_nothing) {
            return Ok(());
        }
        let is_plain = !matches!(node.value, Value::Table(_) | Value::List(_) | Value::Call(_));
        if let Some(keys) = known.halves()
            && let Some(halves) = halves(node)
        {
            let entries = keys.into_iter().zip(halves);
            let entries =
                entries.map(|(key, half)| Entry { key, key_at: half.at.clone(), node: half });
            node.value = Value::Table(entries.collect());
            return Ok(());
        }
        if is_plain && let Some(short) = known.short(self.registry) {
            let inner = node.clone();
            let entry = Entry { key: short.to_owned(), key_at: node.at.clone(), node: inner };
            node.value = Value::Table(vec![entry]);
            return Ok(());
        }
        if is_plain && !known.forms().is_empty() {
            match node.call() {
                Ok(Some(call)) => node.value = Value::Call(call),
                Ok(None) => {}
                Err((at, why)) => {
                    return Err(Diagnostic::new(at, Code::Unreadable, why));
                }
            }
        }
        Ok(())
    }

    fn table<'n>(
        &self,
        node: &'n mut Node,
        known: &Known<'_>,
        name: &str,
        key: &str,
        rest: &[String],
    ) -> Result<Found<'n>, Diagnostic> {
        let Value::Table(entries) = &mut node.value else { return Ok(Found::Off) };
        // A form stands for its arguments: `latency.p99` is `latency.lognormal.p99`.
        let forms = known.forms();
        let written = |entries: &[Entry], key: &str| {
            let edge = known.is_edges().then(|| edge_of(key)).flatten();
            let is_it = |entry: &Entry| {
                entry.key == *key || (edge.is_some() && edge_of(&entry.key) == edge)
            };
            entries.iter().position(is_it)
        };
        let is_written = written(entries, key).is_some();
        let form = forms.iter().find(|form| entries.iter().any(|entry| entry.key == form.name));
        if let Some(form) = form
            && !is_written
            && form.keys.iter().any(|of| of.is_named(key))
        {
            let at = entries.iter().position(|entry| entry.key == form.name).unwrap_or(0);
            let mut whole = vec![key.to_owned()];
            whole.extend_from_slice(rest);
            let known = Known::Variant(form.clone());
            return self.step(&mut entries[at].node, &known, &form.name, &whole);
        }
        let below = known.below(key, self.registry);
        if !is_written {
            let is_known = known.keys(self.registry).iter().any(|of| of.is_named(key));
            let is_open = known.keys(self.registry).is_empty();
            if !self.creates || !(rest.is_empty() || is_known) {
                let all = known.keys(self.registry).into_iter().map(Key::name);
                let written = entries.iter().map(|entry| entry.key.clone());
                let all: Vec<String> = if is_open { written.collect() } else { all.collect() };
                return Err(self.unknown(&quoted(name), key, &all));
            }
            let value = if rest.is_empty() { Value::Bool(false) } else { Value::Table(vec![]) };
            let inner = Node::new(self.at.clone(), value);
            entries.push(Entry { key: key.to_owned(), key_at: self.at.clone(), node: inner });
        }
        let at = written(entries, key).unwrap_or(0);
        self.step(&mut entries[at].node, &below, key, rest)
    }

    fn call<'n>(
        &self,
        node: &'n mut Node,
        known: &Known<'_>,
        key: &str,
        rest: &[String],
    ) -> Result<Found<'n>, Diagnostic> {
        let forms = known.forms();
        let named =
            |node: &Node, name: &str| matches!(&node.value, Value::Call(c) if c.name == name);
        let form = forms.iter().find(|form| named(node, &form.name));
        if let Some(form) = form.filter(|form| form.name == *key) {
            return self.step(node, &Known::Variant(form.clone()), key, rest);
        }
        let Value::Call(call) = &mut node.value else { return Ok(Found::Off) };
        let all: Vec<&'static Key> = match form {
            Some(form) => form.keys.clone(),
            // A literal has no arguments, but there may be a number before it.
            None => {
                forms.iter().flat_map(|form| form.keys.clone()).filter(|k| k.is_times()).collect()
            }
        };
        let takes_any = |of: &&&'static Key| of.is_rest() && matches!(of.shape(), Shape::Map(_));
        let of = all.iter().find(|of| of.is_named(key)).or_else(|| all.iter().find(takes_any));
        let Some(of) = of else {
            let other = forms.iter().find(|form| form.keys.iter().any(|of| of.is_named(key)));
            if let Some(other) = other.filter(|_| form.is_none()) {
                let message = format!("{} has no `{key}`", quoted(&call.name));
                let help = format!("it is of the form `{0}`: write `{0}(…)`", other.name);
                return Err(Diagnostic::new(self.at.clone(), FileCode::BadPath, message).help(help));
            }
            return Err(self.unknown(
                &quoted(&call.name),
                key,
                &all.iter().map(|k| k.name()).collect::<Vec<_>>(),
            ));
        };
        // Keys of any name: `quantiles(p50=1s)` has a `p50` among its points.
        if takes_any(&of) {
            let (key, rest) = match rest.split_first() {
                Some((inner, rest)) if of.is_named(key) => (inner.as_str(), rest),
                _ => (key, rest),
            };
            let index = self.argument(call, form, key)?;
            return self.step(&mut call.arguments[index].node, &Known::Nothing, key, rest);
        }
        let known = Known::of(of.shape());
        if of.is_times() {
            let at = self.at.clone();
            let times = call
                .times
                .get_or_insert_with(|| Box::new(Node::new(at, Value::Word(String::new()))));
            return self.step(times, &known, key, rest);
        }
        let index = if !rest.is_empty() && is_list(of) {
            all_in_one(call, key)
        } else {
            self.argument(call, form, key)?
        };
        call.has_arguments = true;
        self.step(&mut call.arguments[index].node, &known, key, rest)
    }

    /// The place of an argument: by its key, by its position, or a new one.
    fn argument(
        &self,
        call: &mut Call,
        form: Option<&Variant>,
        key: &str,
    ) -> Result<usize, Diagnostic> {
        let is_named = |argument: &Argument, key: &str| {
            argument.key.as_ref().is_some_and(|(name, _)| name == key)
        };
        if let Some(index) = call.arguments.iter().position(|argument| is_named(argument, key)) {
            return Ok(index);
        }
        if let Some(form) = form {
            // Arguments without a key go to the keys that are not named, in order.
            let open = form.keys.iter().take(form.positional).map(|key| key.name());
            let open: Vec<String> = open
                .filter(|name| !call.arguments.iter().any(|argument| is_named(argument, name)))
                .collect();
            let bare = (0..call.arguments.len()).filter(|at| call.arguments[*at].key.is_none());
            let found = open.iter().zip(bare).find(|(name, _)| *name == key);
            if let Some((_, index)) = found {
                return Ok(index);
            }
        }
        if !self.creates {
            return Err(self.unknown(&quoted(&call.name), key, &[]));
        }
        let key = Some((key.to_owned(), self.at.clone()));
        let node = Node::new(self.at.clone(), Value::Word(String::new()));
        call.arguments.push(Argument { key, node });
        Ok(call.arguments.len() - 1)
    }

    fn unknown(&self, what: &str, name: &str, known: &[String]) -> Diagnostic {
        let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
        known.dedup();
        let message = format!("{what} has no `{name}`");
        let message = Diagnostic::new(self.at.clone(), FileCode::BadPath, message);
        if known.is_empty() {
            return message.help("there is nothing in it");
        }
        message.help(nearest_or_all(name, &known))
    }
}

/// The caller and the service of an edge.
fn edge_of(name: &str) -> Option<(&str, &str)> {
    name.split_once("->").map(|(from, to)| (from.trim(), to.trim()))
}

/// Whether a key takes all that has no key of its own, as a list.
fn is_list(key: &Key) -> bool {
    key.is_rest() && matches!(key.shape(), Shape::List(_))
}

/// The place of the argument that has all arguments without a key, as one list.
fn all_in_one(call: &mut Call, key: &str) -> usize {
    let (bare, mut others): (Vec<Argument>, Vec<Argument>) =
        core::mem::take(&mut call.arguments).into_iter().partition(|one| one.key.is_none());
    if !bare.is_empty() {
        let at = bare[0].node.at.clone();
        let items = bare.into_iter().map(|argument| argument.node).collect();
        let key = Some((key.to_owned(), at.clone()));
        others.push(Argument { key, node: Node::new(at, Value::List(items)) });
    }
    call.arguments = others;
    let named = |one: &Argument| one.key.as_ref().is_some_and(|(name, _)| name == key);
    call.arguments.iter().position(named).unwrap_or_else(|| {
        let node = Node::new(call.name_at.clone(), Value::List(Vec::new()));
        call.arguments.push(Argument { key: Some((key.to_owned(), call.name_at.clone())), node });
        call.arguments.len() - 1
    })
}

/// Whether a word says that there is nothing: a layer that is left out, a rule that is none.
fn is_nothing(word: &str) -> bool {
    ["off", "none", "never"].contains(&word)
}

/// A name as messages show it; the file itself has none.
fn quoted(name: &str) -> String {
    if name == "the file" { name.to_owned() } else { format!("`{name}`") }
}

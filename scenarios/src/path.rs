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
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::format::{Head, SECTIONS};
use crate::registry::LayerRegistry;

/// What is known of a place in a file.
#[derive(Clone, Debug)]
enum Known<'r> {
    /// The whole file.
    File,
    /// All policies.
    Policies,
    /// One policy.
    Policy,
    /// One element of a policy.
    Layer,
    /// The settings of a layer of this kind.
    Settings(&'r str),
    /// Anything that has a shape.
    Shape(Shape),
    /// The arguments of a form.
    Variant(Variant),
    /// Nothing.
    Nothing,
}

impl<'r> Known<'r> {
    /// What is known of what is below a key.
    fn below(&self, key: &str, registry: &'r LayerRegistry) -> Self {
        match self {
            Self::File if key == "policies" => Self::Policies,
            Self::File => keyed(&file_keys(), key),
            Self::Policies => Self::Policy,
            Self::Policy => Self::Layer,
            Self::Layer => {
                registry.kind(key).map_or(Self::Nothing, |kind| Self::Settings(kind.name))
            }
            Self::Settings(kind) => match registry.kind(kind).map(|kind| &kind.shape) {
                Some(Shape::Table(table)) => keyed(&table.all_keys(), key),
                _ => Self::Nothing,
            },
            Self::Shape(shape) => match shape {
                Shape::Table(table) => keyed(&table.all_keys(), key),
                Shape::Map(of) | Shape::List(of) => Self::of(of()),
                Shape::Sum(sum) => {
                    let found = (sum.variants)().into_iter().find(|form| form.name == key);
                    found.map_or(Self::Nothing, Self::Variant)
                }
                _ => Self::Nothing,
            },
            Self::Variant(variant) => keyed(&variant.keys, key),
            Self::Nothing => Self::Nothing,
        }
    }

    /// What is known of a shape: of what may be left out, the thing itself.
    fn of(shape: Shape) -> Self {
        match shape {
            Shape::Optional(inner, _) => Self::of(*inner),
            Shape::Either(mut all) if !all.is_empty() => Self::of(all.swap_remove(0)),
            shape => Self::Shape(shape),
        }
    }

    /// The keys that there are, if they are known.
    fn keys(&self, registry: &LayerRegistry) -> Vec<&'static Key> {
        match self {
            Self::File => file_keys(),
            Self::Settings(kind) => match registry.kind(kind).map(|kind| &kind.shape) {
                Some(Shape::Table(table)) => table.all_keys(),
                _ => Vec::new(),
            },
            Self::Shape(Shape::Table(table)) => table.all_keys(),
            Self::Variant(variant) => variant.keys.clone(),
            _ => Vec::new(),
        }
    }

    /// The forms, if it is one of several.
    fn forms(&self) -> Vec<Variant> {
        match self {
            Self::Shape(Shape::Sum(sum)) => (sum.variants)(),
            Self::Variant(variant) => vec![variant.clone()],
            _ => Vec::new(),
        }
    }

    /// The key that a value alone stands for.
    fn short(&self, registry: &LayerRegistry) -> Option<&'static str> {
        match self {
            Self::Settings(kind) => registry.kind(kind)?.short,
            Self::Shape(Shape::Table(table)) => table.short,
            _ => None,
        }
    }
}

fn file_keys() -> Vec<&'static Key> {
    let mut keys = Vec::new();
    <Head as patterns::settings::Group>::keys(&mut keys);
    keys.extend(SECTIONS.iter());
    keys
}

fn keyed<'r>(keys: &[&'static Key], name: &str) -> Known<'r> {
    let found = keys.iter().find(|key| key.is_named(name));
    found.map_or(Known::Nothing, |key| Known::of(key.shape()))
}

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
        let Value::List(items) = &mut node.value else { return Ok(Found::Off) };
        let Some(index) = element(items, key) else {
            let names = names(items);
            let unknown = self.unknown("the list", key, &names);
            let has_no_name =
                |item: &Node| name(item).is_none() && item.entries().is_some_and(|e| e.len() > 1);
            let Some(index) = items.iter().position(has_no_name) else { return Err(unknown) };
            let help = format!("write the number of one without a `name`, from 0 on: `{index}`");
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(unknown.help(match names.as_slice() {
                [] => help,
                names => format!("{}; or {help}", nearest_or_all(key, names)),
            }));
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
    fn open(&self, node: &mut Node, known: &Known<'_>) -> Result<(), Diagnostic> {
        if node.text().is_some_and(is_nothing) {
            return Ok(());
        }
        let is_plain = !matches!(node.value, Value::Table(_) | Value::List(_) | Value::Call(_));
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
        let is_written = entries.iter().any(|entry| entry.key == *key);
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
        let at = entries.iter().position(|entry| entry.key == *key).unwrap_or(0);
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
        let Some(of) = all.iter().find(|of| of.is_named(key)) else {
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
        let known = Known::of(of.shape());
        if of.is_times() {
            let at = self.at.clone();
            let times = call
                .times
                .get_or_insert_with(|| Box::new(Node::new(at, Value::Word(String::new()))));
            return self.step(times, &known, key, rest);
        }
        let index = self.argument(call, form, key)?;
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
        Diagnostic::new(self.at.clone(), FileCode::BadPath, message)
            .help(nearest_or_all(name, &known))
    }
}

/// The element of a list that a key names: by its only key, by its name, or by its number.
fn element(items: &[Node], key: &str) -> Option<usize> {
    let by_key =
        items.iter().position(|item| item.entries().is_some_and(|entries| is_only(entries, key)));
    let by_name = || items.iter().position(|item| name(item) == Some(key));
    by_key.or_else(by_name).or_else(|| key.parse().ok().filter(|index| *index < items.len()))
}

fn is_only(entries: &[Entry], key: &str) -> bool {
    entries.len() == 1 && entries[0].key == key
}

/// The name of an element that has one.
fn name(item: &Node) -> Option<&str> {
    item.get("name").and_then(Node::text)
}

fn names(items: &[Node]) -> Vec<String> {
    let first = |item: &Node| match name(item) {
        Some(name) => Some(name.to_owned()),
        None => item.entries().and_then(|all| match all {
            [only] => Some(only.key.clone()),
            _ => None,
        }),
    };
    items.iter().filter_map(first).collect()
}

/// Whether a word says that there is nothing: a layer that is left out, a rule that is none.
fn is_nothing(word: &str) -> bool {
    ["off", "none", "never"].contains(&word)
}

/// A name as messages show it; the file itself has none.
fn quoted(name: &str) -> String {
    if name == "the file" { name.to_owned() } else { format!("`{name}`") }
}

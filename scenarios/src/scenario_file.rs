//! A scenario file as a tree in which everything has a place.

use core::ops::Range;

use patterns::settings::{Entry, Node, Value};
use toml::de::DeTable;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::format::written_fault_names;
use crate::path::{Finder, Found};
use crate::path_keys;
use crate::profiles;
use crate::registry::LayerRegistry;
use crate::source::Source;
use crate::tree;

/// A scenario file that was parsed, but not yet checked.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    pub(crate) source: Source,
    pub(crate) root: Node,
    /// What paths call the faults: so one that changes what a fault does, or to whom, does not take
    /// its name from the others.
    pub(crate) fault_names: Vec<String>,
    /// What is wrong with files that it names.
    pub(crate) unread: Vec<Diagnostic>,
    /// What it was before the last text was [set](Self::set_text), if any was.
    pub(crate) before: Option<Box<Self>>,
}

impl ScenarioFile {
    /// Parses the text of a file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// If the text is not TOML.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let wrong = errors.iter().map(|error| {
            let at = error.span().unwrap_or(0..0);
            Diagnostic::new(at, FileCode::NotToml, format!("this is not TOML: {}", error.message()))
        });
        let source = Source::new(name, text);
        Diagnostics::new(&source, wrong.collect()).unless_wrong()?;
        let mut root = tree::table(table.get_ref(), 0..0);
        profiles::expand(&mut root);
        let fault_names = written_fault_names(&root);
        Ok(Self { source, root, fault_names, unread: Vec::new(), before: None })
    }

    /// The value at a path, as it is written.
    pub fn get(&self, registry: &LayerRegistry, path: &str) -> Option<Node> {
        let keys = path_keys::keys(path).ok()?;
        let finder = Finder { registry, faults: &self.fault_names, at: 0..0, creates: false };
        // Texts that the path leads into are taken apart, in a copy.
        let mut root = self.root.clone();
        match finder.find(&mut root, &keys).ok()? {
            Found::Node(node) => Some(node.clone()),
            Found::Off => None,
        }
    }

    /// Whether a path leads into a layer that is left out.
    pub(crate) fn is_off(&self, registry: &LayerRegistry, path: &str) -> bool {
        let Ok(keys) = path_keys::keys(path) else { return false };
        let finder = Finder { registry, faults: &self.fault_names, at: 0..0, creates: false };
        matches!(finder.find(&mut self.root.clone(), &keys), Ok(Found::Off))
    }

    /// Where something was set, if it was at this path or below.
    pub(crate) fn change_at(&self, registry: &LayerRegistry, path: &str) -> Option<Range<usize>> {
        let places = tree::places(&self.get(registry, path)?);
        places.into_iter().find(|at| self.source.is_change(at))
    }

    /// Puts a value at a path. What is wrong with the path is a mistake at `at`.
    pub(crate) fn set(
        &mut self,
        registry: &LayerRegistry,
        path: &str,
        at: &Range<usize>,
        value: Node,
    ) -> Result<(), Diagnostic> {
        if let Some(node) = self.at_path(registry, path, at, true)? {
            *node = value;
        }
        Ok(())
    }

    /// What is at a path, to be changed; nothing within a layer that is left out. Whether what is
    /// missing at its end is made is `creates`.
    pub(crate) fn at_path(
        &mut self,
        registry: &LayerRegistry,
        path: &str,
        at: &Range<usize>,
        creates: bool,
    ) -> Result<Option<&mut Node>, Diagnostic> {
        let wrong = |message| Diagnostic::new(at.clone(), FileCode::BadPath, message);
        let keys = path_keys::keys(path).map_err(wrong)?;
        let finder = Finder { registry, faults: &self.fault_names, at: at.clone(), creates };
        let found = finder.find(&mut self.root, &keys);
        Ok(match found.map_err(|message| message.within(&format!("path `{path}`")))? {
            Found::Node(node) => Some(node),
            Found::Off => None,
        })
    }

    /// The elements of a section that is a list.
    pub(crate) fn items(&self, section: &str) -> &[Node] {
        match self.root.get(section).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The table of a part of a section: an agent, a service.
    pub(crate) fn part(&self, section: &str, name: &str) -> Option<&Node> {
        self.root.get(section).and_then(|all| all.get(name))
    }

    /// Has paths call the faults as they are written now.
    pub(crate) fn rename_faults(&mut self) {
        self.fault_names = written_fault_names(&self.root);
    }

    /// The file without what its sweep varies, of which there may be much, and each cell is a copy.
    pub(crate) fn without_axes(&self) -> Self {
        let of_sweep = |entry: &Entry| {
            let kept = entry.node.entries().unwrap_or_default().iter();
            let kept = kept.filter(|key| key.key == "objective").cloned().collect();
            let node = Node { at: entry.node.at.clone(), value: Value::Table(kept) };
            Entry { key: entry.key.clone(), key_at: entry.key_at.clone(), node }
        };
        let entries = self.root.entries().unwrap_or_default().iter();
        let entries = entries.filter(|entry| !matches!(&*entry.key, "variants" | "claim"));
        let entries = entries.map(|entry| match entry.key.as_str() {
            "sweep" => of_sweep(entry),
            _ => entry.clone(),
        });
        let root = Node { at: self.root.at.clone(), value: Value::Table(entries.collect()) };
        let fault_names = self.fault_names.clone();
        let (source, unread) = (self.source.clone(), self.unread.clone());
        Self { source, root, fault_names, unread, before: None }
    }

    /// Sets how often each cell of the sweep is run, whether or not the file has a sweep.
    pub fn set_replications(&mut self, replications: u32) {
        let Value::Table(sections) = &mut self.root.value else { return };
        let sweep = at_key(sections, "sweep", || Value::Table(Vec::new()));
        // What is written instead of a table is reported as such.
        let Value::Table(keys) = &mut sweep.value else { return };
        let node = at_key(keys, "replications", || Value::Integer(0));
        node.value = Value::Integer(replications.into());
    }

    /// Has another scenario ask: its sweep, its variants and what must hold take the place of those
    /// of the file, and where the file lacks a section or a key at the top, so do the other's.
    pub fn ask(&mut self, scenario: &Self) {
        let begin = self.source.argument(scenario.source.file(), scenario.source.text()).start;
        let Value::Table(own) = &mut self.root.value else { return };
        own.retain(|entry| !ASKING.contains(&&*entry.key));
        for entry in scenario.root.entries().unwrap_or_default() {
            if own.iter().any(|one| one.key == entry.key) {
                continue;
            }
            let mut entry = entry.clone();
            let shift = |at: &mut Range<usize>| *at = at.start + begin..at.end + begin;
            shift(&mut entry.key_at);
            entry.node.each_place(&mut |at| shift(at));
            own.push(entry);
        }
        self.rename_faults();
    }

    /// Puts a value, written as TOML or as a bare word, at a path.
    ///
    /// # Errors
    ///
    /// If the path leads nowhere. Whether the value makes sense there is found out by
    /// [`scenario`](Self::scenario).
    pub fn set_text(
        &mut self,
        registry: &LayerRegistry,
        path: &str,
        text: &str,
    ) -> Result<(), Diagnostics> {
        self.before = Some(Box::new(self.clone()));
        let mut value = tree::value(text);
        let (at, of_value) = self.source.change(path, text);
        value.each_place(&mut |at| *at = at.start + of_value..at.end + of_value);
        let wrong = self.set(registry, path, &at, value).err().into_iter().collect();
        Diagnostics::new(&self.source, wrong).unless_wrong()?;
        profiles::expand(&mut self.root);
        self.rename_faults();
        Ok(())
    }
}

impl ScenarioFile {
    /// All that was found, if nothing of it is wrong. What is wrong in a line of the file that has
    /// not changed, but only since something was set, points at what was set; `look` finds what is
    /// wrong with a file.
    pub(crate) fn unless_wrong(
        &self,
        mut found: Vec<Diagnostic>,
        look: impl Fn(&Self, &mut Vec<Diagnostic>),
    ) -> Result<Diagnostics, Diagnostics> {
        let is_of_file =
            |one: &Diagnostic| !one.is_warning() && !self.source.is_change(&one.place());
        let mut left: Vec<&mut Diagnostic> =
            found.iter_mut().filter(|one| is_of_file(one)).collect();
        let mut file = self;
        while let Some(before) = file.before.as_deref().filter(|_| !left.is_empty()) {
            let mut known = Vec::new();
            look(before, &mut known);
            left.retain_mut(|one| {
                let was_there = known.contains(one);
                if !was_there {
                    let (line, _) = self.source.line_and_column(&one.place());
                    let context = format!("with this, in line {line} of the file");
                    **one = one.clone().within(&context).at(file.source.last_change());
                }
                was_there
            });
            file = before;
        }
        Diagnostics::new(&self.source, found).unless_wrong()
    }
}

/// The sections by which a file asks something of its system.
const ASKING: [&str; 4] = ["sweep", "variants", "claim", "hypotheses"];

/// The value of a key; one that is not written yet is put there.
pub(crate) fn at_key<'a>(
    entries: &'a mut Vec<Entry>,
    key: &str,
    new: fn() -> Value,
) -> &'a mut Node {
    let at = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        entries.push(Entry { key: key.to_owned(), key_at: 0..0, node: Node::unwritten(new()) });
        entries.len() - 1
    });
    &mut entries[at].node
}

//! What a fault does, of whichever kind it is.

use std::fmt;
use std::sync::Arc;

use patterns::report::Severity;
use patterns::settings::{Entry, Fields, Findings, Form, Key, Reader, Shape, TableInfo};

use super::health::Adding;
use super::kind::{Change, FaultKind, Shock};

/// What a fault does to what it hits: a kind of fault with its settings.
///
/// Faults that overlap add up.
#[derive(Clone)]
pub struct Effect(Arc<dyn AnyFault>);

/// A [`FaultKind`] whose type is forgotten.
trait AnyFault: fmt::Debug + Send + Sync {
    fn info(&self) -> FaultInfo;
    fn word_of(&self) -> String;
    fn add_to(&self, health: &mut Adding<'_>);
    fn shock_of(&self, change: Change) -> Shock;
    fn write_to(&self, out: &mut Vec<Entry>);
    fn check_in(&self, found: &mut Findings);
}

impl<K: FaultKind> AnyFault for K {
    fn info(&self) -> FaultInfo {
        FaultInfo::of::<K>()
    }

    fn word_of(&self) -> String {
        self.word()
    }

    fn add_to(&self, health: &mut Adding<'_>) {
        self.add(health);
    }

    fn shock_of(&self, change: Change) -> Shock {
        self.shock(change)
    }

    fn write_to(&self, out: &mut Vec<Entry>) {
        self.write_fields(out);
    }

    fn check_in(&self, found: &mut Findings) {
        self.check_fields(found);
    }
}

impl<K: FaultKind> From<K> for Effect {
    fn from(kind: K) -> Self {
        Self(Arc::new(kind))
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Effect {
    /// Its kind.
    pub fn info(&self) -> FaultInfo {
        self.0.info()
    }

    /// What such a fault is called, after what it hits, if it has no name.
    pub fn word(&self) -> String {
        self.0.word_of()
    }

    pub(super) fn add(&self, health: &mut Adding<'_>) {
        self.0.add_to(health);
    }

    pub(super) fn shock(&self, change: Change) -> Shock {
        self.0.shock_of(change)
    }

    pub(super) fn write_settings(&self, out: &mut Vec<Entry>) {
        self.0.write_to(out);
    }

    pub(super) fn check_settings(&self, found: &mut Findings) {
        self.0.check_in(found);
    }
}

/// A kind of fault, described.
#[derive(Clone, Copy, Debug)]
pub struct FaultInfo {
    /// Its name in files, and in traces.
    pub name: &'static str,
    /// How bad it is for a service.
    pub severity: Severity,
    /// Whether it can hit the way from a caller to a service, too.
    pub hits_edges: bool,
    /// Whether something is drawn for it each time that it comes on.
    pub(super) draws: bool,
    shape: fn() -> Shape,
    pub(super) read: fn(&mut Fields<'_>, &mut Reader<'_>) -> Option<Effect>,
}

impl FaultInfo {
    /// What is known of a kind.
    pub const fn of<K: FaultKind>() -> Self {
        Self {
            name: K::NAME,
            severity: K::SEVERITY,
            hits_edges: K::HITS_EDGES,
            draws: K::DRAWS,
            shape: K::shape,
            read: read::<K>,
        }
    }

    /// The table of its settings.
    ///
    /// # Panics
    ///
    /// If they are no table: those that `settings!` makes of a struct are one.
    pub fn table(&self) -> TableInfo {
        match (self.shape)() {
            Shape::Table(table) => table,
            other => panic!("the settings of a fault are a table, not {other:?}"),
        }
    }

    /// What it does, in Markdown.
    pub fn doc(&self) -> String {
        self.table().doc()
    }

    /// What can be set.
    pub fn keys(&self) -> Vec<&'static Key> {
        self.table().all_keys()
    }

    /// The kind as one of several that can be written in one place.
    pub(super) fn form(&self) -> Form {
        let table = self.table();
        Form { name: self.name.to_owned(), doc: table.doc, keys: table.all_keys() }
    }
}

fn read<K: FaultKind>(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Option<Effect> {
    K::read_fields(fields, None, reader).map(Effect::from)
}

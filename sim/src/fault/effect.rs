//! What a fault does, of whichever kind it is.

use std::fmt;
use std::sync::Arc;

use patterns::report::Severity;
use patterns::settings::{Entry, Fields, Findings, Form, Key, Reader, Shape, TableInfo};
use patterns::{Duration, Intervention};

use super::adding::Adding;
use super::health::Health;
use super::kind::{Change, FaultKind, Shock};
use super::level::Onset;
use super::scope::Scope;

/// What a fault does to what it hits: a kind of fault with its settings.
///
/// Faults that overlap add up.
#[derive(Clone)]
pub struct Effect {
    kind: Arc<dyn AnyFault>,
    scope: Scope,
}

/// What becomes of agents that a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnAgents {
    /// It happens on all ways out of the group.
    Edges,
    /// Their own work takes longer.
    Work,
    /// They begin no tasks, or those that wait are dropped.
    Line,
    /// They would crash.
    Crash,
    /// It cannot happen to agents.
    Nothing,
}

/// A [`FaultKind`] whose type is forgotten.
trait AnyFault: fmt::Debug + Send + Sync {
    fn info(&self) -> FaultInfo;
    fn word_of(&self) -> String;
    fn add_to(&self, health: &mut Adding<'_>);
    fn shock_of(&self, change: Change) -> Shock;
    fn intervention_of(&self, is_on: bool) -> Option<Intervention>;
    fn lasts_for(&self) -> Option<Duration>;
    fn does_end(&self, kind: &str) -> bool;
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

    fn intervention_of(&self, is_on: bool) -> Option<Intervention> {
        self.intervention(is_on)
    }

    fn lasts_for(&self) -> Option<Duration> {
        self.lasts()
    }

    fn does_end(&self, kind: &str) -> bool {
        self.ends(kind)
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
        Self { kind: Arc::new(kind), scope: Scope::ALL }
    }
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Effect {
    /// Its kind.
    pub fn info(&self) -> FaultInfo {
        self.kind.info()
    }

    /// What such a fault is called, after what it hits, if it has no name.
    pub fn word(&self) -> String {
        self.kind.word_of()
    }

    /// The same effect on no other requests than these.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Which requests it can hit.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What is done to the layers that it hits when it comes on or goes off.
    pub fn intervention(&self, is_on: bool) -> Option<Intervention> {
        self.kind.intervention_of(is_on)
    }

    /// What becomes of agents that it hits.
    pub fn on_agents(&self) -> OnAgents {
        let alone = self.alone(0);
        let change = Change { is_on: true, hung: false, hangs: false, is_scoped: false };
        if alone.is_down() {
            OnAgents::Crash
        } else if alone.slots() == 0 || self.shock(change) == Shock::DropLine {
            OnAgents::Line
        } else if alone.only_slows() && !alone.is_whole {
            OnAgents::Work
        } else if self.info().hits_edges {
            OnAgents::Edges
        } else {
            OnAgents::Nothing
        }
    }

    /// Whether it is done to single requests, so that it can be done to some and not to others.
    pub fn can_be_scoped(&self) -> bool {
        !self.info().hits_layers && self.lasts().is_none() && !self.alone(1).is_whole
    }

    /// How long it lasts, if that is a part of what it does: no time, if all of it is done in the
    /// instant in which it comes on.
    pub fn lasts(&self) -> Option<Duration> {
        self.kind.lasts_for()
    }

    /// Whether a fault of this kind is over where this one comes on.
    pub(super) fn ends(&self, kind: &str) -> bool {
        self.kind.does_end(kind)
    }

    /// How many slots it leaves a service at the most, if it takes some.
    pub fn slots(&self) -> Option<u32> {
        Some(self.alone(0).slots()).filter(|slots| *slots < u32::MAX)
    }

    /// The kind of fault that is to an edge what this one is to a service, where it cannot happen
    /// on edges itself.
    pub fn like_on_edges(&self) -> Option<&'static str> {
        let alone = self.alone(0);
        if alone.may_hold {
            Some("loss")
        } else if alone.only_slows() && !alone.is_whole {
            Some("delay")
        } else {
            None
        }
    }

    /// What it does to a place, with nothing beside it.
    pub(super) fn alone(&self, scope: u32) -> Health {
        let mut alone = Health::default();
        self.add(&mut alone.adding(Onset::default(), scope));
        alone
    }

    pub(super) fn add(&self, health: &mut Adding<'_>) {
        self.kind.add_to(health);
    }

    pub(super) fn shock(&self, change: Change) -> Shock {
        self.kind.shock_of(change)
    }

    pub(super) fn write_settings(&self, out: &mut Vec<Entry>) {
        self.kind.write_to(out);
    }

    pub(super) fn check_settings(&self, found: &mut Findings) {
        self.kind.check_in(found);
    }
}

/// A kind of fault, described.
#[expect(clippy::struct_excessive_bools, reason = "facts of their own")]
#[derive(Clone, Copy, Debug)]
pub struct FaultInfo {
    /// Its name in files, and in traces.
    pub name: &'static str,
    /// How bad it is for a service.
    pub severity: Severity,
    /// Whether it can hit the way from a caller to a service, too.
    pub hits_edges: bool,
    /// Whether it hits layers of policies, and nothing else.
    pub hits_layers: bool,
    /// Whether people do it on purpose, to mend something.
    pub is_action: bool,
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
            hits_layers: K::HITS_LAYERS,
            is_action: K::IS_ACTION,
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

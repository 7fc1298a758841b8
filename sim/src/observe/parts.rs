//! Which parts of a record are looked at.

/// Which parts of a record are looked at, by their places in the system: nothing is copied of the
/// others, which look as if nothing had happened to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// By group of agents.
    pub agents: Vec<Asked>,
    /// By service.
    pub services: Vec<Asked>,
    /// By edge.
    pub edges: Vec<Asked>,
    /// What layers report, all of them.
    pub layers: bool,
}

/// What is asked of a part of a system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Nothing.
    #[default]
    Nothing,
    /// All but how its times are distributed: of these only how many there are, their sum, the
    /// shortest and the longest.
    Counts,
    /// All of it.
    Times,
}

impl Parts {
    /// This much of all of so many groups, services and edges.
    pub(crate) fn of([agents, services, edges]: [usize; 3], asked: Asked) -> Self {
        Self {
            agents: vec![asked; agents],
            services: vec![asked; services],
            edges: vec![asked; edges],
            layers: asked == Asked::Times,
        }
    }
}

impl Asked {
    /// Asks for this much as well.
    pub(crate) fn add(&mut self, more: Self) {
        *self = more.max(*self);
    }
}

//! Which parts of a record are looked at.

/// Which parts of a record are looked at, by their places in the system: nothing is copied of the
/// others, which look as if nothing had happened to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// By group of agents.
    pub agents: Vec<bool>,
    /// By service.
    pub services: Vec<bool>,
    /// By edge.
    pub edges: Vec<bool>,
    /// What layers report, all of them.
    pub layers: bool,
}

impl Parts {
    /// No part, or all, of so many groups, services and edges.
    pub(crate) fn of([agents, services, edges]: [usize; 3], are_asked: bool) -> Self {
        Self {
            agents: vec![are_asked; agents],
            services: vec![are_asked; services],
            edges: vec![are_asked; edges],
            layers: are_asked,
        }
    }
}

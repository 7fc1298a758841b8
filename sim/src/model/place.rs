//! Who calls, and where something can be done.

/// A caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The index of a group of agents.
    Agents(usize),
    /// The index of a service.
    Service(usize),
}

/// Where a fault can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a service, for whoever calls it: at all of its replicas.
    Service(usize),
    /// At one replica of a service.
    Replica {
        /// The index of the service.
        service: usize,
        /// Which one, from 0 on.
        replica: u32,
    },
    /// On the way from a caller to a service, for the requests that go there.
    Edge {
        /// Who calls.
        from: Caller,
        /// The index of the service called.
        to: usize,
    },
    /// In the own work of the agents of a group.
    Agents(usize),
    /// At a layer.
    Layer {
        /// The index of the policy.
        policy: usize,
        /// Its place in the policy.
        layer: usize,
        /// The one edge on which it is hit, by caller and service; otherwise all instances are. An
        /// instance that edges share is hit on each of them.
        edge: Option<(Caller, usize)>,
    },
}

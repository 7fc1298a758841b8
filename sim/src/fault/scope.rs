//! Of all requests at a place, those that a fault can hit.

/// Of all requests at the places of a fault, those that it can hit: all that is said of them must
/// hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only what is done for tasks of this group of agents, whichever service calls.
    pub tasks: Option<usize>,
    /// Only what is of this priority.
    pub priority: Option<u8>,
    /// Only calls that ask for one of these things: the first and the last of them, counted from 1
    /// on.
    pub keys: Option<(u32, u32)>,
}

/// Different scopes that the faults of a system can have.
pub const SCOPES_MAX: usize = 32;

impl Scope {
    /// Every request.
    pub const ALL: Self = Self { tasks: None, priority: None, keys: None };

    /// Whether a request is in it.
    pub(crate) fn has(&self, asked: &Asked) -> bool {
        let is_keyed = |(first, last)| asked.key.is_some_and(|key| first <= key && key <= last);
        self.tasks.is_none_or(|group| asked.tasks == Some(group as u32))
            && self.priority.is_none_or(|priority| asked.priority == priority)
            && self.keys.is_none_or(is_keyed)
    }
}

/// What scopes go by of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// The group of agents for whose task it is.
    pub(crate) tasks: Option<u32>,
    pub(crate) priority: u8,
    /// Which of the things that the call may ask for, from 1 on, if there are several.
    pub(crate) key: Option<u32>,
}

/// Scopes by the bits that stand for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes(Vec<(u32, Scope)>);

impl Scopes {
    /// Adds a scope, and says by which bits it is known: none stands for every request.
    pub(super) fn add(&mut self, scope: Scope) -> u32 {
        if scope == Scope::ALL {
            return 0;
        }
        if let Some((bit, _)) = self.0.iter().find(|(_, known)| *known == scope) {
            return *bit;
        }
        assert!(self.0.len() < SCOPES_MAX, "no more than {SCOPES_MAX} different scopes");
        let bit = 1 << self.0.len();
        self.0.push((bit, scope));
        bit
    }

    /// The bits of those that a request is in.
    pub(crate) fn bits(&self, asked: &Asked) -> u32 {
        let has = self.0.iter().filter(|(_, scope)| scope.has(asked));
        has.fold(0, |bits, (bit, _)| bits | bit)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

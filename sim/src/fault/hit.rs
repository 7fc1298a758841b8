//! Which requests a fault hits.

use patterns::Time;

use super::level::{Chain, Level, Onset};
use crate::kernel::{split_mix, unit};

/// The random bits by which faults hit a request or do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// Drawn for each attempt.
    pub(crate) attempt: u64,
    /// The same for all attempts of a call.
    pub(crate) call: u64,
    /// The same for all that is done for a task, if some fault goes by that.
    pub(crate) task: u32,
    /// The scopes that it is in, of those that faults have.
    pub(crate) scopes: u32,
}

patterns::settings! {
    /// What meets the same fate: `true` stands for `call`, and `false` for `attempt`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Permanent {
        /// Each attempt by itself.
        #[default]
        Attempt,
        /// All attempts of a call, and those of calls that ask for the same thing.
        Call,
        /// All calls that are made for one task, however deep and however often: a poison task.
        /// Tasks of one agent that come in the same instant fare alike.
        Task,
    }
    literals { bool => Self::from }
}

impl From<bool> for Permanent {
    fn from(is_permanent: bool) -> Self {
        if is_permanent { Self::Call } else { Self::Attempt }
    }
}

/// A fault that hits a share of requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    share: Level,
    by: Permanent,
    /// The bit of its scope; none if it can hit every request.
    scope: u32,
    onset: Onset,
    chain: Chain,
}

impl Hit {
    pub(super) fn new(share: Level, by: Permanent, scope: u32, onset: Onset) -> Self {
        Self { share, by, scope, onset, chain: Chain::new(onset.seed) }
    }

    /// Whether it hits some requests and not others.
    pub(super) fn is_partial(&self) -> bool {
        !self.share.is_at_least(1.0)
    }

    /// What meets the same fate.
    pub(super) fn by(&self) -> Permanent {
        self.by
    }

    /// Whether it hits a request. Bits are drawn once for each request, and each fault makes a draw
    /// of its own of them: so a further fault changes nothing for the others.
    #[inline]
    pub(super) fn hits(&mut self, fate: Fate, now: Time) -> bool {
        self.is_in_scope(fate) && self.draw(fate) < self.level(self.share, now)
    }

    /// Whether its fault can hit a request.
    #[inline]
    pub(super) fn is_in_scope(&self, fate: Fate) -> bool {
        self.scope == 0 || self.scope & fate.scopes != 0
    }

    /// The draw that its fault makes for a request.
    #[inline]
    pub(super) fn draw(&self, fate: Fate) -> f64 {
        let bits = match self.by {
            Permanent::Attempt => fate.attempt,
            Permanent::Call => fate.call,
            Permanent::Task => fate.task.into(),
        };
        unit(split_mix(bits ^ self.onset.salt, 0))
    }

    /// Whether it is of the same fault, on since the same time.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let [own, other] = [self.onset, other.onset].map(|onset| (onset.salt, onset.at));
        own == other
    }

    /// Since when its fault is on.
    pub(super) fn since(&self) -> Time {
        self.onset.at
    }

    /// How large a level of its fault is now.
    pub(super) fn level(&mut self, level: Level, now: Time) -> f64 {
        match level {
            Level::Fixed(number) => number,
            other => other.at(now.since(self.onset.at), &mut self.chain),
        }
    }

    /// Its level begins anew.
    pub(super) fn restart(&mut self, now: Time) {
        self.chain.restart(now.since(self.onset.at));
    }

    /// Goes on where its fault was, if another one has made that everything is added up anew.
    pub(super) fn resume(&mut self, chains: &[Chain]) {
        if let Some(chain) = chains.iter().find(|chain| chain.is_of(self.onset.seed)) {
            self.chain = *chain;
        }
    }

    /// Where its chain is, if it has one that has begun.
    pub(super) fn chain(&self) -> Option<Chain> {
        self.chain.has_begun().then_some(self.chain)
    }
}

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
}

/// A fault that hits a share of requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    share: Level,
    is_permanent: bool,
    onset: Onset,
    chain: Chain,
}

impl Hit {
    pub(super) fn new(share: Level, is_permanent: bool, onset: Onset) -> Self {
        Self { share, is_permanent, onset, chain: Chain::new(onset.seed) }
    }

    /// Whether it hits some requests and not others.
    pub(super) fn is_partial(&self) -> bool {
        !self.share.is_at_least(1.0)
    }

    /// Whether it goes by calls and not by attempts.
    pub(super) fn is_permanent(&self) -> bool {
        self.is_permanent
    }

    /// Whether it hits a request. Bits are drawn once for each request, and each fault makes a draw
    /// of its own of them: so a further fault changes nothing for the others.
    #[inline]
    pub(super) fn hits(&mut self, fate: Fate, now: Time) -> bool {
        let bits = if self.is_permanent { fate.call } else { fate.attempt };
        let draw = unit(split_mix(bits ^ self.onset.salt, 0));
        draw < self.level(self.share, now)
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

//! A cache as a plain list of answers, searched from end to end each time.

use patterns::cache::{CountsFrom, Eviction, LateResults, Settings};
use patterns::{Action, CallInfo, Duration, Outcome};

/// One answer of the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    key: u32,
    outcome: Outcome,
    stored: u64,
    until: u64,
    uses: u32,
    /// Numbers of the events at which it was stored, used, and last changed its uses.
    stored_at: usize,
    used_at: usize,
}

/// A cache without any cleverness.
pub(crate) struct Model {
    settings: Settings,
    pub(crate) kept: Vec<Kept>,
    pub(crate) clock: u64,
    /// The latest time at which it was asked something.
    now: u64,
    /// The number of this event.
    pub(crate) event: usize,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, kept: Vec::new(), clock: 0, now: 0, event: 0 }
    }

    pub(crate) fn find(&self, key: u32) -> Option<usize> {
        self.kept.iter().position(|kept| kept.key == key)
    }

    fn use_it(&mut self, at: usize) {
        self.kept[at].uses += 1;
        self.kept[at].used_at = self.event;
    }

    fn stands_in(&self, kept: Kept) -> bool {
        let bound = self.settings.stale_if_error.map_or(0, |stale| stale.0.as_nanos());
        kept.outcome == Outcome::Ok && bound > 0 && self.now < kept.until + bound
    }

    pub(crate) fn call(&mut self, info: CallInfo) -> Action {
        if info.is_idempotent {
            self.now = self.now.max(self.clock);
        }
        let Some(at) = self.find(info.key).filter(|_| info.is_idempotent) else {
            return Action::Send;
        };
        let kept = self.kept[at];
        if self.now < kept.until {
            self.use_it(at);
            if self.settings.counts_from == CountsFrom::LastUse && kept.outcome == Outcome::Ok {
                self.kept[at].until = self.now + self.settings.ttl.as_nanos();
            }
            return Action::Reply(match (kept.outcome.class(), kept.outcome.retry_after()) {
                (Some(class), Some(hint)) if hint > Duration::ZERO => {
                    // Once its time is over there is no hint any more.
                    let left = (kept.stored + hint.as_nanos()).saturating_sub(self.now);
                    match left {
                        0 => Outcome::failed(class),
                        left => Outcome::failed_until(class, Duration::from_nanos(left)),
                    }
                }
                _ => kept.outcome,
            });
        }
        if !self.stands_in(kept) {
            self.kept.remove(at);
        }
        Action::Send
    }

    pub(crate) fn reply(&mut self, info: CallInfo, outcome: Outcome) -> Outcome {
        let at = self.find(info.key);
        if !info.is_idempotent {
            if outcome.class().is_none() {
                self.kept.retain(|kept| kept.key != info.key);
            }
            return outcome;
        }
        self.now = self.now.max(self.clock);
        if outcome == Outcome::Ok {
            self.store(info.key, outcome, self.settings.ttl);
        } else if let Some(class) = outcome.class() {
            if let Some(at) = at
                && self.settings.stale_on.contains(class)
                && self.stands_in(self.kept[at])
            {
                self.use_it(at);
                return Outcome::Degraded;
            }
            let good =
                |at: usize| self.kept[at].outcome == Outcome::Ok && self.now < self.kept[at].until;
            if let Some(negative) = self.settings.negative
                && self.settings.negative_on.contains(class)
                && !at.is_some_and(good)
            {
                self.store(info.key, outcome, negative.0);
            }
        }
        outcome
    }

    pub(crate) fn late(&mut self, info: CallInfo, outcome: Outcome) {
        if !info.is_idempotent {
            self.reply(info, outcome);
        } else if self.settings.late == LateResults::Keep && outcome == Outcome::Ok {
            self.now = self.now.max(self.clock);
            self.store(info.key, outcome, self.settings.ttl);
        }
    }

    fn store(&mut self, key: u32, outcome: Outcome, ttl: Duration) {
        let before = self.find(key).map(|at| self.kept.remove(at));
        if self.kept.len() == self.settings.capacity as usize {
            let order = |kept: &Kept| match self.settings.eviction {
                Eviction::Lru => (0, kept.used_at),
                Eviction::Fifo => (0, kept.stored_at),
                Eviction::Lfu => (kept.uses, kept.used_at),
            };
            let first = self.kept.iter().map(order).min();
            self.kept.retain(|kept| Some(order(kept)) != first);
        }
        self.kept.push(Kept {
            key,
            outcome,
            stored: self.now,
            until: self.now + ttl.as_nanos(),
            uses: before.map_or(0, |kept| kept.uses) + 1,
            stored_at: self.event,
            used_at: self.event,
        });
    }
}

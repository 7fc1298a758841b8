//! What the faults that are on do together at a service, or on the way to one: all that can be done
//! to requests.

use patterns::{Class, Duration, Outcome, Time};

use super::hit::{Fate, Hit, Permanent};
use super::ills::Ills;
use super::leak::Leak;
use super::level::{Chain, Level};

/// What the faults that are on do to a service or a link. Requests ask it at every turn.
#[expect(clippy::struct_excessive_bools, reason = "each lets requests pass by what is not on")]
#[derive(Clone, Debug)]
pub(crate) struct Health {
    /// Whether something may not move.
    pub(super) may_hold: bool,
    /// How many faults let nothing move.
    pub(super) hanging: u32,
    /// How many faults shut the service down.
    pub(super) down: u32,
    /// Whether it says of itself that it takes nothing new.
    pub(super) drains: bool,
    /// Whether work takes another time than it does by itself.
    pub(super) is_slow: bool,
    /// Whether something happens when a request ends.
    pub(super) minds_ends: bool,
    pub(super) factor: f64,
    pub(super) extra: Duration,
    /// How much longer work takes, as a share, for each other request that is in work.
    pub(super) load: f64,
    /// The most requests in work at a time.
    pub(super) slots: u32,
    /// A request is turned away by the first of these that hits it.
    pub(super) door: Vec<(Hit, Turned)>,
    /// A request does not move while one of these hits it.
    pub(super) stuck: Vec<Hit>,
    /// Work on a request takes longer by all of these that hit it.
    pub(super) slowings: Vec<Slowing>,
    /// A request fails at its end by the first failure of these that hits it, and has a wrong value
    /// if there is none and another hits it.
    pub(super) endings: Vec<(Hit, Outcome)>,
    /// Work on requests that one of these hits is cut off after so many seconds on average.
    pub(super) cuts: Vec<(Hit, f64)>,
    pub(super) leaks: Vec<Leak>,
    /// When work last began or ended, as far as a fault goes by that.
    pub(super) active: Time,
    /// Where the bursts of faults are that were on before the last change, and their leaks.
    pub(super) chains: Vec<Chain>,
    pub(super) kept_leaks: Vec<Leak>,
    /// Whether something is done to the place as a whole, and not to single requests.
    pub(super) is_whole: bool,
    /// What is done to the processes of agents.
    pub(super) ills: Ills,
}

/// What becomes of a request that is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// It is answered at once.
    Refused(Class),
    /// No answer ever comes.
    Lost,
    /// It is let in, and comes a second time.
    Twice,
}

/// A fault by which work takes longer, on the requests that it hits or from time to time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slowing {
    pub(super) hit: Hit,
    pub(super) factor: Level,
    /// In seconds.
    pub(super) extra: Level,
    /// After how long without work it begins anew.
    pub(super) idle: Duration,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            may_hold: false,
            hanging: 0,
            down: 0,
            drains: false,
            is_slow: false,
            minds_ends: false,
            factor: 1.0,
            extra: Duration::ZERO,
            load: 0.0,
            slots: u32::MAX,
            door: Vec::new(),
            stuck: Vec::new(),
            slowings: Vec::new(),
            endings: Vec::new(),
            cuts: Vec::new(),
            leaks: Vec::new(),
            active: Time::ZERO,
            chains: Vec::new(),
            kept_leaks: Vec::new(),
            is_whole: false,
            ills: Ills::default(),
        }
    }
}

impl Health {
    /// How a request that comes is turned away, if it is.
    #[inline]
    pub(crate) fn at_door(&mut self, fate: Fate, now: Time) -> Option<Turned> {
        first_hit(&mut self.door, fate, now)
    }

    /// How a request ends that would end so without faults.
    #[inline]
    pub(crate) fn ending(&mut self, fate: Fate, now: Time, by_itself: Outcome) -> Outcome {
        if self.minds_ends { self.hit_ending(fate, now, by_itself) } else { by_itself }
    }

    #[inline(never)]
    fn hit_ending(&mut self, fate: Fate, now: Time, by_itself: Outcome) -> Outcome {
        self.active = now;
        let mut ending = by_itself;
        for (hit, other) in &mut self.endings {
            if !ending.is_ok() {
                break;
            }
            if hit.hits(fate, now) {
                ending = if other.is_ok() { ending.with_value_of(*other) } else { *other };
            }
        }
        if ending.is_ok() {
            let mut failed = self.leaks.iter_mut().filter_map(|leak| leak.ending(fate, now));
            ending = failed.next().unwrap_or(ending);
        }
        ending
    }

    /// A request has ended otherwise than at the end of its work.
    #[cold]
    pub(crate) fn note_end(&mut self, now: Time) {
        self.active = now;
    }

    /// Whether a request does not move.
    #[expect(clippy::inline_always, reason = "on the way of every call: a look at one flag")]
    #[inline(always)]
    pub(crate) fn holds(&mut self, fate: Fate, now: Time) -> bool {
        self.may_hold && self.holds_some(fate, now)
    }

    #[inline(never)]
    fn holds_some(&mut self, fate: Fate, now: Time) -> bool {
        self.hanging > 0 || self.stuck.iter_mut().any(|hit| hit.hits(fate, now))
    }

    /// Whether nothing moves.
    #[inline]
    pub(crate) fn is_hanging(&self) -> bool {
        self.hanging > 0
    }

    /// How long work takes that begins now, as one of so many requests in work.
    #[inline]
    pub(crate) fn slowed(&mut self, work: Duration, busy: u32, fate: Fate, now: Time) -> Duration {
        if self.is_slow { self.scaled(work, busy, fate, now) } else { work }
    }

    #[expect(clippy::float_cmp, reason = "a factor of exactly 1 changes nothing")]
    fn scaled(&mut self, work: Duration, busy: u32, fate: Fate, now: Time) -> Duration {
        let (mut factor, mut extra) = (self.factor, self.extra);
        factor *= 1.0 + self.load * f64::from(busy.saturating_sub(1));
        let idled = if busy <= 1 { now.since(self.active) } else { Duration::ZERO };
        self.active = now;
        factor = self.leaks.iter_mut().fold(factor, |factor, leak| factor * leak.serve(fate, now));
        for Slowing { hit, factor: more, extra: later, idle } in &mut self.slowings {
            if *idle < idled {
                hit.restart(now);
            }
            if hit.hits(fate, now) {
                factor *= hit.level(*more, now);
                extra += Duration::from_secs(1).scale(hit.level(*later, now));
            }
        }
        let scaled = if factor == 1.0 { work } else { work.scale(factor) };
        scaled + extra
    }

    /// Whether work may take another time than it does by itself, or be cut off.
    #[inline]
    pub(crate) fn is_slow(&self) -> bool {
        self.is_slow
    }

    /// After how long work is cut off that would take so long, if it is.
    pub(crate) fn cut(&mut self, work: Duration, fate: Fate, now: Time) -> Option<Duration> {
        let cuts = self.cuts.iter_mut().filter_map(|(hit, after)| {
            let times = -libm::log1p(-hit.draw(fate));
            hit.hits(fate, now).then(|| Duration::from_secs(1).scale(*after * times))
        });
        cuts.min().filter(|cut| *cut < work)
    }

    /// The most requests in work at a time, by faults.
    pub(crate) fn slots(&self) -> u32 {
        self.slots
    }

    /// Whether a fault has shut it down.
    pub(super) fn is_shut(&self) -> bool {
        self.down > 0
    }

    /// Whether something fills up.
    pub(super) fn fills(&self) -> bool {
        !self.leaks.is_empty()
    }

    /// What is done to the processes of agents.
    pub(crate) fn ills(&self) -> Ills {
        let (is_down, hangs) = (self.down > 0, self.hanging > 0);
        Ills { is_down, hangs, slots: self.slots, ..self.ills }
    }

    /// Whether it answers nothing.
    pub(super) fn is_down(&self) -> bool {
        self.down > 0 || self.hanging > 0
    }

    /// Whether it fails the check of a balancer that asks whether it is ready.
    pub(super) fn is_out(&self) -> bool {
        self.is_down() || self.drains
    }

    /// Whether some requests are hit and others are not, so that there must be draws.
    pub(super) fn hits_some(&self) -> bool {
        self.hits().any(Hit::is_partial) || !(self.cuts.is_empty() && self.leaks.is_empty())
    }

    /// Whether some requests are hit by the bits that this has.
    pub(super) fn hits_by(&self, by: Permanent) -> bool {
        self.hits().any(|hit| hit.by() == by)
    }

    /// Whether all that is done is that work takes longer.
    pub(super) fn only_slows(&self) -> bool {
        let others = self.door.len() + self.endings.len() + self.stuck.len();
        let others = others + self.cuts.len() + self.leaks.len();
        let is_plain = others == 0 && !self.minds_ends;
        self.is_slow && is_plain && self.hanging == 0 && self.slots == u32::MAX
    }

    fn hits(&self) -> impl Iterator<Item = &Hit> {
        let door = self.door.iter().map(|(hit, _)| hit);
        let endings = self.endings.iter().map(|(hit, _)| hit);
        let slowings = self.slowings.iter().map(|slowing| &slowing.hit);
        door.chain(endings).chain(slowings).chain(&self.stuck)
    }

    /// As it is without faults; what was allocated is kept, and where bursts and leaks are.
    pub(super) fn clear(&mut self) {
        let mut chains = core::mem::take(&mut self.chains);
        chains.clear();
        chains.extend(self.hits().filter_map(Hit::chain));
        let mut kept = core::mem::take(self);
        core::mem::swap(&mut kept.leaks, &mut kept.kept_leaks);
        kept.door.clear();
        kept.stuck.clear();
        kept.slowings.clear();
        kept.endings.clear();
        kept.cuts.clear();
        kept.leaks.clear();
        let Self { door, stuck, slowings, endings, cuts, leaks, kept_leaks, active, .. } = kept;
        let kept = Self { door, stuck, slowings, endings, cuts, leaks, ..Self::default() };
        *self = Self { active, chains, kept_leaks, ..kept };
    }

    /// The service comes back from being down: what had filled up is empty.
    pub(super) fn restart(&mut self, now: Time) {
        self.leaks.iter_mut().for_each(|leak| leak.empty(now));
    }
}

#[inline]
fn first_hit<T: Copy>(hits: &mut [(Hit, T)], fate: Fate, now: Time) -> Option<T> {
    hits.iter_mut().find_map(|(hit, what)| hit.hits(fate, now).then_some(*what))
}

//! All faults of a run: which are on, and what those of a place add up to.

use patterns::{Duration, Intervention, Time};

use super::condition::Condition;
use super::effect::{Effect, FaultInfo};
use super::health::Health;
use super::hit::Permanent;
use super::kind::{Change, Shock};
use super::kinds::KINDS;
use super::level::Onset;
use super::schedule::Schedule;
use super::scope::Scopes;
use crate::kernel::{RngStream, RngStreams, StreamName};

/// All faults of a run.
#[derive(Debug)]
pub(crate) struct Faults {
    /// In the order in which they were added.
    all: Vec<Fault>,
    /// By place (services, links, groups of agents, layers), those that hit it: the gravest kinds
    /// first, and else in order.
    of_place: Vec<Vec<u32>>,
    /// By place, what requests there must have random bits for.
    draws: Vec<Draws>,
    scopes: Scopes,
    /// Whether some fault goes by the tasks for which requests are made.
    by_tasks: bool,
    /// Those that follow one that is not added yet.
    early: Vec<(usize, u32)>,
}

/// What random bits the requests at a place must have for its faults.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Draws {
    /// Some fault hits a share of requests.
    pub(crate) by_attempt: bool,
    /// Some fault hits all attempts of a call alike.
    pub(crate) by_call: bool,
    /// Some fault hits those of a scope.
    pub(crate) by_scope: bool,
}

impl Draws {
    /// For those at one place or another.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            by_attempt: self.by_attempt || other.by_attempt,
            by_call: self.by_call || other.by_call,
            by_scope: self.by_scope || other.by_scope,
        }
    }
}

/// One fault.
#[derive(Debug)]
struct Fault {
    places: Vec<u32>,
    effect: Effect,
    /// Those that come on when it has gone off.
    followers: Vec<u32>,
    /// The bit of its scope.
    scope: u32,
    /// What requests must have random bits for where it hits.
    draws: Draws,
    is_on: bool,
    /// Whether it is about to come on, since another one has ended.
    is_due: bool,
    schedule: Schedule,
    rng: RngStream,
    /// For what is drawn while it is on.
    inner: RngStream,
    /// Since when it is on, or was on last.
    onset: Onset,
    /// The places where it was ended since, before its time.
    ended_at: Vec<u32>,
}

impl Fault {
    /// Whether it is on at a place, where it may have been ended.
    fn is_on_at(&self, place: u32) -> bool {
        self.is_on && !self.ended_at.contains(&place)
    }
}

/// What follows at a place when a fault comes on or goes off.
#[derive(Debug)]
pub(crate) struct Toggled {
    /// What becomes of the requests there.
    pub(crate) shock: Shock,
    /// In what condition it is from now on.
    pub(crate) condition: Condition,
}

impl Faults {
    /// No faults, of this many places.
    pub(crate) fn of_places(count: usize) -> Self {
        let (of_place, draws) = (vec![Vec::new(); count], vec![Draws::default(); count]);
        let (all, early, scopes) = (Vec::new(), Vec::new(), Scopes::default());
        Self { all, of_place, draws, scopes, by_tasks: false, early }
    }

    /// Adds a fault that is off.
    pub(crate) fn add(
        &mut self,
        places: Vec<u32>,
        effect: Effect,
        schedule: Schedule,
        streams: RngStreams,
        name: StreamName,
    ) {
        let onset = Onset { at: Time::ZERO, salt: name.hash(), seed: 0 };
        let scope = self.scopes.add(effect.scope());
        let alone = effect.alone(scope);
        self.by_tasks |= alone.hits_by(Permanent::Task) || effect.scope().tasks.is_some();
        let draws = Draws {
            by_attempt: alone.hits_some(),
            by_call: alone.hits_by(Permanent::Call),
            by_scope: scope != 0,
        };
        let (rng, inner) = (streams.stream(name), streams.stream(name.text("while it is on")));
        let index = self.all.len() as u32;
        if let Schedule::After { fault, .. } = schedule {
            match self.all.get_mut(fault) {
                Some(other) => other.followers.push(index),
                None => self.early.push((fault, index)),
            }
        }
        let early = self.early.iter().filter(|(fault, _)| *fault == index as usize);
        let followers = early.map(|(_, follower)| *follower).collect();
        self.all.push(Fault {
            places: Vec::new(),
            effect,
            followers,
            scope,
            draws,
            is_on: false,
            is_due: false,
            schedule,
            rng,
            inner,
            onset,
            ended_at: Vec::new(),
        });
        for place in places {
            self.add_place(index, place);
        }
    }

    /// Adds a place to those that a fault hits, which may be one behind all others.
    pub(crate) fn add_place(&mut self, index: u32, place: u32) {
        let Fault { places, ended_at, .. } = &mut self.all[index as usize];
        places.push(place);
        ended_at.reserve(places.len());
        let count = self.of_place.len().max(place as usize + 1);
        self.of_place.resize(count, Vec::new());
        self.draws.resize(count, Draws::default());
        let Fault { effect, draws, .. } = &self.all[index as usize];
        let (rank, of_others) = (rank(effect), self.draws[place as usize]);
        self.draws[place as usize] = of_others.and(*draws);
        let of_place = &mut self.of_place[place as usize];
        let at = of_place.partition_point(|other| rank_of(&self.all, *other) <= rank);
        of_place.insert(at, index);
    }

    /// The scopes that faults have.
    pub(crate) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Whether some fault goes by the tasks for which requests are made.
    pub(crate) fn by_tasks(&self) -> bool {
        self.by_tasks
    }

    /// What is done to a layer as a fault of it has come on or gone off. What came on last
    /// holds it; when that goes off, another one does that is on.
    pub(crate) fn intervention(&self, index: u32, place: u32) -> Option<Intervention> {
        let Fault { is_on, effect, .. } = &self.all[index as usize];
        let holding = |fault: &Fault| {
            let done = fault.effect.intervention(true);
            done.filter(|done| matches!(done, Intervention::Hold(_)))
        };
        match effect.intervention(*is_on) {
            Some(Intervention::Release) => {
                let still = self.on(place as usize).find_map(holding);
                Some(still.unwrap_or(Intervention::Release))
            }
            other => other,
        }
    }

    /// What a trace calls a fault: its kind.
    pub(crate) fn kind(&self, index: u32) -> FaultInfo {
        self.all[index as usize].effect.info()
    }

    pub(crate) fn len(&self) -> u32 {
        self.all.len() as u32
    }

    /// Whether a fault is on.
    pub(crate) fn is_on(&self, index: u32) -> bool {
        self.all[index as usize].is_on
    }

    /// Whether a recovery does it: it is no failure injection.
    pub(crate) fn is_on_demand(&self, index: u32) -> bool {
        matches!(self.all[index as usize].schedule, Schedule::OnDemand { .. })
    }

    /// How long it lasts when a recovery does it.
    pub(crate) fn lasts_on_demand(&self, index: u32) -> Duration {
        match self.all[index as usize].schedule {
            Schedule::OnDemand { lasts } => lasts,
            _ => Duration::ZERO,
        }
    }

    /// The next of the failures at a place that are over there, since this one has come on. It
    /// is to be [taken](Self::take) there.
    pub(crate) fn end_at(&mut self, index: u32, place: u32) -> Option<u32> {
        let Fault { is_on: true, effect, .. } = &self.all[index as usize] else { return None };
        let is_over = |other: &u32| {
            let fault = &self.all[*other as usize];
            let is_there = fault.is_on_at(place) && !self.is_on_demand(*other);
            is_there && *other != index && effect.ends(fault.effect.info().name)
        };
        let over = self.of_place[place as usize].iter().copied().find(is_over)?;
        self.all[over as usize].ended_at.push(place);
        Some(over)
    }

    /// The places that a fault hits: services, then links.
    pub(crate) fn places(&self, index: u32) -> &[u32] {
        &self.all[index as usize].places
    }

    /// When a fault comes on for the first time.
    pub(crate) fn first(&mut self, index: u32) -> Time {
        let Fault { schedule, rng, .. } = &mut self.all[index as usize];
        schedule.first(rng)
    }

    /// From when to when a fault is on until the horizon, as far as its first `most` times. Nothing
    /// that happens in a run can change that.
    pub(crate) fn times(&self, index: u32, horizon: Time, most: usize) -> Vec<(Time, Time)> {
        let Fault { schedule, rng, .. } = &self.all[index as usize];
        let mut times: Vec<(Time, Time)> = Vec::new();
        if let Schedule::After { fault, lasts } = schedule {
            for (_, from) in self.times(*fault as u32, horizon, most) {
                let is_free = times.last().is_none_or(|(_, until)| *until <= from);
                if from < horizon && is_free {
                    times.push((from, (from + *lasts).min(horizon)));
                }
            }
            return times;
        }
        let mut rng = rng.clone();
        let mut from = schedule.first(&mut rng);
        while from < horizon && times.len() < most {
            let to = schedule.next(true, &mut rng).map_or(Time::MAX, |lasts| from + lasts);
            times.push((from, to.min(horizon)));
            match schedule.next(false, &mut rng) {
                Some(gap) => from = to + gap,
                None => break,
            }
        }
        times
    }

    /// What random bits the requests at a place must have.
    pub(crate) fn draws(&self, place: usize) -> Draws {
        self.draws[place]
    }

    /// A fault comes on or goes off now: says after how long it does the other, if it does. Each of
    /// its places is to [take](Self::take) that.
    pub(crate) fn toggle(&mut self, index: u32, now: Time) -> Option<Duration> {
        let Fault { effect, is_on, is_due, schedule, rng, inner, onset, ended_at, .. } =
            &mut self.all[index as usize];
        *is_on = !*is_on;
        *is_due = false;
        if *is_on {
            ended_at.clear();
            let seed = if effect.info().draws { inner.next_u64() } else { 0 };
            *onset = Onset { at: now, seed, ..*onset };
        }
        schedule.next(*is_on, rng)
    }

    /// How many faults come on when this one has gone off.
    pub(crate) fn followers(&self, index: u32) -> usize {
        let Fault { is_on, followers, .. } = &self.all[index as usize];
        if *is_on { 0 } else { followers.len() }
    }

    /// One of them, if it comes on now: not if it is on, or about to be.
    pub(crate) fn follow(&mut self, index: u32, nth: usize) -> Option<u32> {
        let next = self.all[index as usize].followers[nth];
        let Fault { is_on, is_due, .. } = &mut self.all[next as usize];
        let begins = !*is_on && !*is_due;
        *is_due |= begins;
        begins.then_some(next)
    }

    /// A fault of a place has come on or gone off. `health` is that of the place, which nothing
    /// else changes.
    pub(crate) fn take(&self, index: u32, place: u32, now: Time, health: &mut Health) -> Toggled {
        let (place, hung, was_shut) = (place as usize, health.is_hanging(), health.is_shut());
        self.sum_up(place, health);
        if was_shut && !health.is_shut() {
            health.restart(now);
        }
        debug_assert!(self.draws[place].by_attempt || !health.hits_some(), "there are draws");
        let Fault { ref effect, scope, .. } = self.all[index as usize];
        let is_on = self.all[index as usize].is_on_at(place as u32);
        let (hangs, is_scoped) = (health.is_hanging(), scope != 0);
        let shock = effect.shock(Change { is_on, hung, hangs, is_scoped });
        let condition = self.condition(place, health);
        debug_assert!(!is_on || condition.faults > 0, "the one that came on is on");
        debug_assert!(health.is_hanging() || shock != Shock::HoldAll, "what moves is not held");
        Toggled { shock, condition }
    }

    /// The faults of a place that are on, the gravest first.
    fn on(&self, place: usize) -> impl Iterator<Item = &Fault> {
        let faults = self.of_place[place].iter().map(|index| &self.all[*index as usize]);
        faults.filter(move |fault| fault.is_on_at(place as u32))
    }

    /// Adds up what the faults of a place that are on do to it.
    fn sum_up(&self, place: usize, health: &mut Health) {
        health.clear();
        for fault in self.on(place) {
            fault.effect.add(&mut health.adding(fault.onset, fault.scope));
        }
    }

    /// In what condition a place is.
    pub(crate) fn condition(&self, place: usize, health: &Health) -> Condition {
        let gravest = self.on(place).next().map(|fault| fault.effect.info());
        let shown = gravest.map(|kind| (kind.name, kind.severity));
        let faults = self.on(place).count() as u32;
        Condition { faults, is_down: health.is_down(), is_out: health.is_out(), shown }
    }
}

/// The place of a kind among all; those from outside come last.
fn rank(effect: &Effect) -> usize {
    let name = effect.info().name;
    KINDS.iter().position(|kind| kind.name == name).unwrap_or(KINDS.len())
}

fn rank_of(all: &[Fault], index: u32) -> usize {
    rank(&all[index as usize].effect)
}

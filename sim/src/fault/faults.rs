//! All faults of a run: which are on, and what those of a service add up to.

use patterns::{Duration, Time};

use super::condition::Condition;
use super::effect::Effect;
use super::health::Health;
use super::kind::{Change, Shock};
use super::kinds::KINDS;
use super::schedule::Schedule;
use crate::kernel::{RngStream, RngStreams, StreamName};

/// All faults of a run.
#[derive(Debug)]
pub(crate) struct Faults {
    /// In the order in which they were added.
    all: Vec<Fault>,
    /// By service, those that hit it: the gravest kinds first, and else in order.
    of_service: Vec<Vec<u32>>,
    /// By service, whether some fault hits a share of its requests.
    hit_some: Vec<bool>,
}

/// One fault.
#[derive(Debug)]
struct Fault {
    service: u32,
    effect: Effect,
    is_on: bool,
    schedule: Schedule,
    rng: RngStream,
    /// Its name as a number.
    salt: u64,
}

/// What follows when a fault comes on or goes off.
#[derive(Debug)]
pub(crate) struct Toggled {
    /// After how long it does the other, if it does.
    pub(crate) again: Option<Duration>,
    /// What becomes of the requests at its service.
    pub(crate) shock: Shock,
    /// In what condition the service is from now on.
    pub(crate) condition: Condition,
}

impl Faults {
    /// No faults, of this many services.
    pub(crate) fn of_services(count: usize) -> Self {
        Self { all: Vec::new(), of_service: vec![Vec::new(); count], hit_some: vec![false; count] }
    }

    /// Adds a fault that is off.
    pub(crate) fn add(
        &mut self,
        service: u32,
        effect: Effect,
        schedule: Schedule,
        streams: RngStreams,
        name: StreamName,
    ) {
        let mut alone = Health::default();
        effect.add(&mut alone.adding(0));
        self.hit_some[service as usize] |= alone.hits_some();
        let rank = rank(&effect);
        let of_service = &mut self.of_service[service as usize];
        let place = of_service.partition_point(|other| rank_of(&self.all, *other) <= rank);
        of_service.insert(place, self.all.len() as u32);
        let (rng, salt) = (streams.stream(name), name.hash());
        self.all.push(Fault { service, effect, is_on: false, schedule, rng, salt });
    }

    pub(crate) fn len(&self) -> u32 {
        self.all.len() as u32
    }

    /// The service that a fault hits.
    pub(crate) fn service(&self, index: u32) -> u32 {
        self.all[index as usize].service
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
        let mut rng = rng.clone();
        let mut times = Vec::new();
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

    /// Whether faults of a service hit some of its requests and not others, so that each request
    /// must have random bits for them.
    pub(crate) fn hit_some(&self, service: usize) -> bool {
        self.hit_some[service]
    }

    /// A fault comes on or goes off. `health` is that of its service, which nothing else changes.
    pub(crate) fn toggle(&mut self, index: u32, health: &mut Health) -> Toggled {
        let service = self.service(index) as usize;
        let (hung, sum) = (health.is_hanging(), health.sum());
        if cfg!(debug_assertions) {
            self.sum_up(service, health);
            debug_assert_eq!(sum, health.sum(), "health is the sum of the faults that are on");
        }
        let fault = &mut self.all[index as usize];
        fault.is_on = !fault.is_on;
        let again = fault.schedule.next(fault.is_on, &mut fault.rng);
        self.sum_up(service, health);
        debug_assert!(self.hit_some[service] || !health.hits_some(), "there are draws for it");
        let Fault { is_on, ref effect, .. } = self.all[index as usize];
        let shock = effect.shock(Change { is_on, hung, hangs: health.is_hanging() });
        let condition = self.condition(service, health);
        debug_assert!(!is_on || condition.faults > 0, "the one that came on is on");
        debug_assert!(health.is_hanging() || shock != Shock::HoldAll, "what moves is not held");
        Toggled { again, shock, condition }
    }

    /// The faults of a service that are on, the gravest first.
    fn on(&self, service: usize) -> impl Iterator<Item = &Fault> {
        let faults = self.of_service[service].iter().map(|index| &self.all[*index as usize]);
        faults.filter(|fault| fault.is_on)
    }

    /// Adds up what the faults of a service that are on do to it.
    fn sum_up(&self, service: usize, health: &mut Health) {
        health.clear();
        for fault in self.on(service) {
            fault.effect.add(&mut health.adding(fault.salt));
        }
    }

    fn condition(&self, service: usize, health: &Health) -> Condition {
        let gravest = self.on(service).next().map(|fault| fault.effect.info());
        let shown = gravest.map(|kind| (kind.name, kind.severity));
        let faults = self.on(service).count() as u32;
        Condition { faults, is_down: health.is_down(), shown }
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

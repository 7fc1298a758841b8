//! The balancer in front of the replicas of a service.

use patterns::Time;

use super::system::{Pick, Replicas};
use crate::kernel::RngStream;

/// What deals out the requests to the replicas of a service.
#[derive(Debug)]
pub(super) struct Balancer {
    settings: Replicas,
    /// Whose turn is next.
    turn: u32,
    /// By replica.
    seen: Vec<Seen>,
    /// By the request that calls: where the last attempt of its call went.
    last: Vec<Option<Attempt>>,
}

/// How a replica looks to the balancer.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    is_down: bool,
    /// Since when.
    since: Time,
    /// Whether it was left out until then.
    was_out: bool,
}

/// The call of a request, by what it asks for and when it began, and a replica.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    call: (u32, Time),
    replica: u32,
}

/// Draws by which requests are dealt out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draws {
    pub(super) first: f64,
    pub(super) second: f64,
}

impl Draws {
    /// As many as this way of picking takes, whatever the state of the replicas.
    pub(super) fn of(pick: Pick, rng: &mut RngStream) -> Self {
        match pick {
            Pick::RoundRobin | Pick::LeastInFlight => Self::default(),
            Pick::Random => Self { first: rng.uniform(), second: 0.0 },
            Pick::TwoChoices => Self { first: rng.uniform(), second: rng.uniform() },
        }
    }
}

impl Balancer {
    pub(super) fn new(settings: Replicas) -> Self {
        let seen = vec![Seen::default(); settings.count as usize];
        Self { settings, turn: 0, seen, last: Vec::new() }
    }

    /// How many replicas there are.
    pub(super) fn count(&self) -> u32 {
        self.settings.count
    }

    /// A replica fails its checks from now on, or no longer.
    pub(super) fn note(&mut self, replica: u32, is_down: bool, now: Time) {
        let was_out = self.is_out(replica, now);
        let seen = &mut self.seen[replica as usize];
        if seen.is_down != is_down {
            *seen = Seen { is_down, since: now, was_out };
        }
    }

    /// Whether a replica is left out: a change is seen some time after it happened.
    fn is_out(&self, replica: u32, now: Time) -> bool {
        let Some(check) = self.settings.health_check else { return false };
        let Seen { is_down, since, was_out } = self.seen[replica as usize];
        if check <= now.since(since) { is_down } else { was_out }
    }

    /// The replica for an attempt of a call that some request makes; `load` says how much a replica
    /// has to do.
    pub(super) fn pick(
        &mut self,
        (caller, call): (Option<u32>, (u32, Time)),
        draws: Draws,
        now: Time,
        load: impl Fn(u32) -> u32,
    ) -> u32 {
        let Replicas { count, pick, health_check, retry_elsewhere } = self.settings;
        let caller = caller.filter(|_| retry_elsewhere);
        let avoided = caller.and_then(|caller| self.last_of(caller, call));
        let is_up = |replica: u32| health_check.is_none() || !self.is_out(replica, now);
        let is_elsewhere = |replica: u32| avoided != Some(replica);
        let replica = if avoided.is_none() && health_check.is_none() {
            self.of_open(count, pick, draws, load, |_| true)
        } else if (0..count).any(|replica| is_up(replica) && is_elsewhere(replica)) {
            let is_open = |replica| is_up(replica) && is_elsewhere(replica);
            self.of_open(count, pick, draws, load, is_open)
        } else if (0..count).any(is_up) {
            self.of_open(count, pick, draws, load, is_up)
        } else {
            self.of_open(count, pick, draws, load, |_| true)
        };
        if let Pick::RoundRobin | Pick::LeastInFlight = pick {
            self.turn = (replica + 1) % count;
        }
        if let Some(caller) = caller {
            let caller = caller as usize;
            if self.last.len() <= caller {
                self.last.resize(caller + 1, None);
            }
            self.last[caller] = Some(Attempt { call, replica });
        }
        replica
    }

    /// Where the last attempt of a call went.
    fn last_of(&self, caller: u32, call: (u32, Time)) -> Option<u32> {
        let last = self.last.get(caller as usize).copied().flatten()?;
        (last.call == call).then_some(last.replica)
    }

    /// Picks one of those that are open, of which there are some.
    fn of_open(
        &self,
        count: u32,
        pick: Pick,
        draws: Draws,
        load: impl Fn(u32) -> u32,
        is_open: impl Fn(u32) -> bool,
    ) -> u32 {
        let open = || (0..count).filter(|replica| is_open(*replica));
        let by_chance = |share: f64, but: Option<u32>| {
            let open = || open().filter(|replica| Some(*replica) != but);
            let place = (share * open().count() as f64) as usize;
            open().nth(place)
        };
        let in_turn = || (0..count).map(|nth| (self.turn + nth) % count).filter(|r| is_open(*r));
        let picked = match pick {
            Pick::RoundRobin => in_turn().next(),
            Pick::Random => by_chance(draws.first, None),
            Pick::LeastInFlight => in_turn().min_by_key(|replica| load(*replica)),
            Pick::TwoChoices => {
                let first = by_chance(draws.first, None);
                let second = first.and_then(|_| by_chance(draws.second, first));
                first.into_iter().chain(second).min_by_key(|replica| load(*replica))
            }
        };
        picked.expect("some are open")
    }
}

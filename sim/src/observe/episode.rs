//! Failure episodes: when the users of a group of agents, or of an edge, saw it fail.

use patterns::{Duration, Time};

/// The most episodes of which each is kept; of further ones, their number and their times. They
/// count in the window in which they end.
pub const EPISODES_MAX: usize = 256;

/// When a failure episode begins and ends: as long as more than so many of the last outcomes were
/// failures. Before that many have come, those that are missing count as good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpisodeRule {
    /// How many of the last outcomes are looked at: 1 to 64.
    pub of: u32,
    /// The most of them that may have failed.
    pub most_failures: u32,
}

impl Default for EpisodeRule {
    /// Fewer than 80 % of the last 20 good.
    fn default() -> Self {
        Self { of: 20, most_failures: 4 }
    }
}

/// A time in which too many outcomes in a row were failures.
///
/// Its four parts follow one another: until it is *detected*, *contained*, *recovered* and
/// *verified*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// When the first of the failures happened by which it was noticed.
    pub began: Time,
    /// When the share of good outcomes fell below the bound.
    pub detected: Time,
    /// When the last failure happened that was no refusal by the caller's own layers; not before
    /// it was detected.
    pub contained: Time,
    /// When the first of the good outcomes came by which it ended, or, while it is on, of those
    /// that have come since its last failure.
    pub recovered: Option<Time>,
    /// When the share was back at the bound: its end.
    pub verified: Option<Time>,
    /// If it has not ended: the end of the last window in which it was on.
    pub seen_until: Time,
    /// Whether a human did something about it while it was on.
    pub had_human: bool,
}

/// The episodes in some part of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Episodes {
    /// In order, and without overlap; the last one may not have ended. They may reach beyond the
    /// window.
    pub all: Vec<Episode>,
    /// The windows of time that are looked at: from when to when, in order, without overlap.
    pub windows: Vec<(Time, Time)>,
    /// Those that are not kept one by one.
    pub further: EpisodeTotals,
}

/// How many episodes there were, and how long their parts were in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EpisodeTotals {
    /// How many.
    pub count: u64,
    /// The lengths of their four parts, in nanoseconds.
    pub parts: [u128; 4],
    /// How many of them ended by themselves, or by what machines did.
    pub healed: u64,
}

impl EpisodeTotals {
    /// Adds an episode that has ended, as far as it lies behind a time.
    pub(super) fn add(&mut self, episode: &Episode, from: Time) {
        self.count += 1;
        self.healed += u64::from(!episode.had_human);
        for (sum, (start, end)) in self.parts.iter_mut().zip(episode.parts()) {
            *sum += u128::from(end.since(start.max(from)).as_nanos());
        }
    }

    fn since(&self, earlier: &Self) -> Self {
        let mut parts = self.parts;
        for (now, then) in parts.iter_mut().zip(earlier.parts) {
            *now -= then;
        }
        let (count, healed) = (self.count - earlier.count, self.healed - earlier.healed);
        Self { count, parts, healed }
    }
}

impl Episode {
    /// When it ended, as far as that was seen.
    pub fn ended(&self) -> Time {
        self.verified.unwrap_or(self.seen_until)
    }

    /// Its four parts: from when to when each lasted, if it came to that.
    pub fn parts(&self) -> [(Time, Time); 4] {
        let recovered = self.recovered.unwrap_or(self.seen_until);
        [
            (self.began, self.detected),
            (self.detected, self.contained),
            (self.contained, recovered),
            (recovered, self.ended()),
        ]
    }
}

impl Episodes {
    /// Those that are on at some time in a window.
    pub fn within(&self, from: Time, to: Time) -> Self {
        let is_on = |episode: &&Episode| episode.began < to && from < episode.ended();
        let cut = |mut episode: Episode| {
            // Nothing is known of it behind the window: another one may be far off.
            if episode.verified.is_none() {
                episode.seen_until = episode.seen_until.min(to);
            }
            episode
        };
        let all = self.all.iter().filter(is_on).copied().map(cut).collect();
        Self { all, windows: vec![(from, to)], further: self.further }
    }

    /// Those in a window, which begins where `earlier` ends.
    pub(super) fn since(&self, earlier: &Self, from: Time, to: Time) -> Self {
        Self { further: self.further.since(&earlier.further), ..self.within(from, to) }
    }

    /// Adds those of a later window, which knows how the last one so far went on.
    pub(super) fn extend(&mut self, later: &Self) {
        if let (Some(last), Some(first)) = (self.all.last(), later.all.first())
            && last.began == first.began
        {
            self.all.pop();
        }
        self.all.extend(&later.all);
        self.windows.extend(&later.windows);
        self.further.count += later.further.count;
        self.further.healed += later.further.healed;
        for (sum, more) in self.further.parts.iter_mut().zip(later.further.parts) {
            *sum += more;
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.all.len() as u64 + self.further.count
    }

    /// How many of them have ended without a step of a human.
    pub fn healed(&self) -> u64 {
        let is_healed = |episode: &&Episode| episode.verified.is_some() && !episode.had_human;
        self.all.iter().filter(is_healed).count() as u64 + self.further.healed
    }

    /// How much of the time lies in some episode, in nanoseconds.
    pub fn time(&self) -> u128 {
        let windows = self.windows.iter().map(|(from, to)| u128::from(to.since(*from).as_nanos()));
        self.parts().into_iter().sum::<u128>().min(windows.sum())
    }

    /// How much of the time lies in each of the parts of episodes, in nanoseconds.
    pub fn parts(&self) -> [u128; 4] {
        let mut sums = self.further.parts;
        for episode in &self.all {
            for (sum, (from, to)) in sums.iter_mut().zip(episode.parts()) {
                *sum += self.inside(from, to);
            }
        }
        sums
    }

    fn inside(&self, from: Time, to: Time) -> u128 {
        let inside = |&(start, end): &(Time, Time)| to.min(end).since(from.max(start)).as_nanos();
        self.windows.iter().map(|window| u128::from(inside(window))).sum()
    }

    /// How long after the beginning of a window its last episode ended; the longest of all windows,
    /// zero if there is none, and none if one did not end within its window: what comes after that
    /// may be the work of another fault.
    pub fn recovery(&self) -> Option<Duration> {
        let of = |&(from, to): &(Time, Time)| {
            let last = self.all.iter().rfind(|one| one.began < to && from < one.ended());
            let Some(episode) = last else { return Some(Duration::ZERO) };
            episode.verified.filter(|verified| *verified <= to).map(|verified| verified.since(from))
        };
        self.windows.iter().map(of).try_fold(Duration::ZERO, |longest, one| Some(longest.max(one?)))
    }
}

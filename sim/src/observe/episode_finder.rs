//! Finds failure episodes in the outcomes of a run, as they come.

use patterns::{Outcome, Time};

use super::episode::{EPISODES_MAX, Episode, EpisodeRule, EpisodeTotals, Episodes};
use super::last_results::LastResults;

/// Outcomes of which the times are kept.
const KEPT: usize = 64;

/// Finds the failure episodes of one group of agents or of one edge.
#[derive(Clone, Debug)]
pub struct EpisodeFinder {
    /// The last outcomes, the latest in the lowest bit: 1 for a failure.
    recent: u64,
    rule: EpisodeRule,
    /// When the last outcome came.
    latest: Time,
    /// What ended before this time does not count.
    from: Time,
    /// Nothing before the first failure.
    rest: Option<Box<Rest>>,
    /// What recoveries go by.
    watched: Option<Box<Watched>>,
}

/// What recoveries go by.
#[derive(Clone, Debug, Default)]
struct Watched {
    all: Vec<WatchedResults>,
}

/// The last results, for a recovery.
#[derive(Clone, Debug)]
struct WatchedResults {
    last: LastResults,
    /// Earlier ones are left out.
    from: Time,
}

/// What is needed only while some of the last outcomes were failures.
#[derive(Clone, Debug)]
struct Rest {
    /// When the last outcomes happened, in a ring.
    times: [Time; KEPT],
    /// Where the latest of them is.
    head: usize,
    /// When the good outcomes began that came since the last failure.
    good_since: Time,
    open: Option<Episode>,
    /// Those that ended after what is counted begins, as far as they are kept.
    ended: Vec<Episode>,
    further: EpisodeTotals,
    latest_end: Time,
}

impl Watched {
    /// Adds a result; says whether any of them says something else by it.
    fn add(&mut self, is_failure: bool, at: Time) -> bool {
        let mut is_news = false;
        for WatchedResults { last, .. } in self.all.iter_mut().filter(|one| one.from <= at) {
            let was = (last.are_too_many(), last.is_whole());
            last.add(is_failure);
            is_news |= was != (last.are_too_many(), last.is_whole());
        }
        is_news
    }
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            times: [Time::ZERO; KEPT],
            head: 0,
            good_since: Time::ZERO,
            open: None,
            ended: Vec::with_capacity(EPISODES_MAX),
            further: EpisodeTotals::default(),
            latest_end: Time::ZERO,
        }
    }
}

impl Default for EpisodeFinder {
    fn default() -> Self {
        Self::new(EpisodeRule::default(), Time::ZERO)
    }
}

impl EpisodeFinder {
    /// One that has seen nothing yet, of a run that counts from a time on.
    pub fn new(rule: EpisodeRule, from: Time) -> Self {
        Self { recent: 0, rule, latest: Time::ZERO, from, rest: None, watched: None }
    }

    /// An outcome, now; says whether what is watched has come to say something else.
    #[inline]
    pub fn note(&mut self, outcome: Outcome, now: Time) -> bool {
        if outcome.is_ok() {
            self.good(now)
        } else {
            self.failed(outcome, now);
            self.add_to_watched(true, now)
        }
    }

    /// A good outcome, now; says the same.
    #[inline]
    pub fn good(&mut self, now: Time) -> bool {
        // While all is well there is nothing else to keep.
        let is_news = if self.recent != 0 || self.watched.is_some() {
            self.outcome(false, false, now);
            self.add_to_watched(false, now)
        } else {
            false
        };
        self.latest = now;
        is_news
    }

    /// Watches the last results as well, and says under which number.
    pub(crate) fn watch(&mut self, last: LastResults) -> usize {
        let watched = self.watched.get_or_insert_default();
        watched.all.push(WatchedResults { last, from: Time::ZERO });
        watched.all.len() - 1
    }

    /// Something ends now that had failed before: only what is watched waits for that.
    pub(crate) fn note_late(&mut self, now: Time) -> bool {
        self.add_to_watched(true, now)
    }

    fn add_to_watched(&mut self, is_failure: bool, at: Time) -> bool {
        self.watched.as_mut().is_some_and(|watched| watched.add(is_failure, at))
    }

    /// Whether too many of the last results are failures, and whether there are as many by now.
    pub(crate) fn watched(&self, number: usize) -> (bool, bool) {
        let Some(watched) = &self.watched else { return (false, false) };
        let last = &watched.all[number].last;
        (last.are_too_many(), last.is_whole())
    }

    /// Results before a time are left out of what is watched.
    pub(crate) fn watch_from(&mut self, number: usize, from: Time) {
        if let Some(watched) = &mut self.watched {
            let results = &mut watched.all[number];
            results.last.clear();
            results.from = from;
        }
    }

    /// A human does something about what is wrong.
    pub(crate) fn note_human(&mut self) {
        if let Some(episode) = self.rest.as_mut().and_then(|rest| rest.open.as_mut()) {
            episode.had_human = true;
        }
    }

    /// A failure, which happened at a time not after now.
    pub fn failed(&mut self, outcome: Outcome, at: Time) {
        let is_refusal = outcome.class().is_some_and(patterns::Class::is_refusal);
        self.outcome(true, is_refusal, at);
    }

    #[inline(never)]
    fn outcome(&mut self, is_failure: bool, is_refusal: bool, at: Time) {
        let rest = self.rest.get_or_insert_default();
        let was_failure = self.recent & 1 == 1;
        let mask = u64::MAX >> (KEPT as u32 - self.rule.of);
        self.recent = (self.recent << 1 | u64::from(is_failure)) & mask;
        rest.head = (rest.head + 1) % KEPT;
        rest.times[rest.head] = at;
        // A failure may be seen late; what is seen never goes back in time.
        self.latest = self.latest.max(at);
        let latest = self.latest;
        if !is_failure && was_failure {
            rest.good_since = latest;
        }
        let fails = self.recent.count_ones() > self.rule.most_failures;
        match &mut rest.open {
            None if fails => {
                let back = (u64::BITS - 1 - self.recent.leading_zeros()) as usize;
                let first = rest.times[(rest.head + KEPT - back) % KEPT];
                rest.open = Some(Episode {
                    began: first.max(rest.latest_end).min(latest),
                    detected: latest,
                    contained: latest,
                    recovered: None,
                    verified: None,
                    seen_until: Time::MAX,
                    had_human: false,
                });
            }
            Some(episode) if !fails => {
                episode.recovered = Some(rest.good_since.max(episode.contained));
                episode.verified = Some(latest);
                let episode = *episode;
                rest.open = None;
                rest.latest_end = latest;
                if rest.ended.len() < EPISODES_MAX && self.from < episode.ended() {
                    rest.ended.push(episode);
                } else if self.from < episode.ended() {
                    rest.further.add(&episode, self.from);
                }
            }
            Some(episode) if is_failure && !is_refusal => episode.contained = latest,
            _ => {}
        }
    }

    /// When the last outcome came; no outcome is before that.
    pub(crate) fn latest(&self) -> Time {
        self.latest
    }

    /// All episodes that are on at some time in a window.
    pub fn within(&self, from: Time, to: Time) -> Episodes {
        let Some(rest) = &self.rest else {
            return Episodes { windows: vec![(from, to)], ..Episodes::default() };
        };
        // One that is on has recovered as far as its last outcomes are good.
        let is_good = self.recent & 1 == 0;
        let open = rest.open.map(|episode| Episode {
            recovered: is_good.then(|| rest.good_since.max(episode.contained)),
            ..episode
        });
        let all = rest.ended.iter().copied().chain(open).collect();
        Episodes { all, windows: Vec::new(), further: rest.further }.within(from, to)
    }
}

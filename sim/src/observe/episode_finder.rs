//! Finds failure episodes in the outcomes of a run, as they come.

use patterns::{Outcome, Time};

use super::episode::{EPISODES_MAX, Episode, EpisodeRule, Episodes};

/// Outcomes of which the times are kept.
const KEPT: usize = 64;

/// Finds the failure episodes of one group of agents or of one edge.
#[derive(Clone, Debug)]
pub struct EpisodeFinder {
    /// The last outcomes, the latest in the lowest bit: 1 for a failure.
    recent: u64,
    rule: EpisodeRule,
    /// Nothing before the first failure.
    rest: Option<Box<Rest>>,
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
    latest: Time,
    open: Option<Episode>,
    ended: Vec<Episode>,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            times: [Time::ZERO; KEPT],
            head: 0,
            good_since: Time::ZERO,
            latest: Time::ZERO,
            open: None,
            ended: Vec::new(),
        }
    }
}

impl Default for EpisodeFinder {
    fn default() -> Self {
        Self::new(EpisodeRule::default())
    }
}

impl EpisodeFinder {
    /// One that has seen nothing yet.
    pub fn new(rule: EpisodeRule) -> Self {
        Self { recent: 0, rule, rest: None }
    }

    /// An outcome, now.
    #[inline]
    pub fn note(&mut self, outcome: Outcome, now: Time) {
        if outcome.is_ok() {
            self.good(now);
        } else {
            self.failed(outcome, now);
        }
    }

    /// A good outcome, now.
    #[inline]
    pub fn good(&mut self, now: Time) {
        // While all is well there is nothing to keep.
        if self.recent != 0 {
            self.outcome(false, false, now);
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
        rest.latest = rest.latest.max(at);
        if !is_failure && was_failure {
            rest.good_since = rest.latest;
        }
        let fails = self.recent.count_ones() > self.rule.most_failures;
        match &mut rest.open {
            None if fails => {
                let back = (u64::BITS - 1 - self.recent.leading_zeros()) as usize;
                let first = rest.times[(rest.head + KEPT - back) % KEPT];
                let last_end = rest.ended.last().map_or(Time::ZERO, Episode::ended);
                rest.open = Some(Episode {
                    began: first.max(last_end).min(rest.latest),
                    detected: rest.latest,
                    contained: rest.latest,
                    recovered: None,
                    verified: None,
                });
            }
            Some(episode) if !fails => {
                episode.recovered = Some(rest.good_since.max(episode.contained));
                episode.verified = Some(rest.latest);
                let episode = *episode;
                rest.open = None;
                match rest.ended.get_mut(EPISODES_MAX - 1) {
                    Some(last) => {
                        (last.recovered, last.verified) = (episode.recovered, episode.verified);
                    }
                    None => rest.ended.push(episode),
                }
            }
            Some(episode) if is_failure && !is_refusal => episode.contained = rest.latest,
            _ => {}
        }
    }

    /// All episodes that are on at some time in a window.
    pub fn within(&self, from: Time, to: Time) -> Episodes {
        let rest = self.rest.iter();
        let all = rest.flat_map(|rest| rest.ended.iter().chain(&rest.open)).copied().collect();
        Episodes { all, windows: Vec::new() }.within(from, to)
    }
}

//! A breaker does what a slow one does that counts everything anew from its whole history.

use patterns::backoff::{Backoff, Progress};
use patterns::breaker::{
    Align, Boundary, Breaker, Cancelled, Close, Compare, Evaluate, Late, Memory, Mode, OpenWait,
    Permit, Permits, Settings, State, Then, Trip, Verdict, Window,
};
use patterns::{Duration, Time};
use proptest::prelude::*;

use crate::breaker_story::{Happening, happenings, settings};

/// A breaker without any cleverness: it keeps all results, and looks through them each time.
struct Model {
    settings: Settings,
    phase: Phase,
    /// How many phases there were before this one.
    age: usize,
    /// The phase that began the record.
    recorded_since: usize,
    /// Every result since then.
    record: Vec<Result>,
    /// When it was last decided whether to open, for those who do that now and then.
    decided: Option<u64>,
    /// The waits since it was closed.
    waits: Vec<u64>,
    /// The draw of the present happening.
    draw: f64,
    /// The draw of the happening that made it half-open.
    drawn: f64,
}

#[derive(Clone, Copy)]
struct Result {
    at: u64,
    failed: bool,
    slow: bool,
}

enum Phase {
    Closed,
    Recovering { since: u64 },
    Open { until: u64 },
    HalfOpen { since: u64, places: Vec<Place>, results: Vec<Result> },
    Held(Mode),
}

/// What became of a place for a probe.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Taken,
    Used,
    GivenBack,
}

/// A call that the model admitted.
struct Call {
    age: usize,
    at: u64,
    probe: Option<usize>,
    given_up: bool,
}

impl Model {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            phase: Phase::Closed,
            age: 0,
            recorded_since: 0,
            record: Vec::new(),
            decided: None,
            waits: Vec::new(),
            draw: 0.0,
            drawn: 0.0,
        }
    }

    fn go_to(&mut self, phase: Phase, now: u64) {
        self.age += 1;
        let begins = matches!(
            phase,
            Phase::Closed | Phase::Recovering { .. } | Phase::Held(Mode::MetricsOnly)
        );
        if begins {
            self.recorded_since = self.age;
            self.record.clear();
            self.decided = Some(now);
        }
        if matches!(phase, Phase::Closed) {
            self.waits.clear();
        }
        self.phase = phase;
    }

    fn set(&mut self, mode: Mode, now: u64) {
        let phase = if mode == Mode::Automatic { Phase::Closed } else { Phase::Held(mode) };
        self.go_to(phase, now);
    }

    fn open(&mut self, now: u64) {
        let wait = match &self.settings.open {
            OpenWait::Constant(wait) => wait.as_nanos(),
            OpenWait::Backoff(settings) => {
                let draw = if matches!(self.phase, Phase::HalfOpen { .. }) {
                    self.drawn
                } else {
                    self.draw
                };
                let last = Duration::from_nanos(self.waits.last().copied().unwrap_or(0));
                let backoff = Backoff::new(settings.clone()).expect("valid");
                let mut progress = Progress { waits: self.waits.len() as u32, memory: last };
                backoff.next_with(&mut progress, &mut || draw).as_nanos()
            }
        };
        let past_the_end = u64::from(self.settings.boundary == Boundary::Refuses);
        self.go_to(Phase::Open { until: now + wait + past_the_end }, now);
        self.waits.push(wait);
    }

    fn recover(&mut self, now: u64) {
        let ramps = self.settings.ramp.is_some();
        let phase = if ramps { Phase::Recovering { since: now } } else { Phase::Closed };
        self.go_to(phase, now);
    }

    fn let_time_pass(&mut self, now: u64) {
        if let (Phase::HalfOpen { since, .. }, Some(wait)) =
            (&self.phase, self.settings.half_open.half_open_timeout)
        {
            let end = since + wait.as_nanos();
            if end <= now {
                match self.settings.half_open.then {
                    Then::Open => self.open(end),
                    Then::Close => self.recover(end),
                }
            }
        }
        if let (Phase::Recovering { since }, Some(ramp)) = (&self.phase, self.settings.ramp)
            && since + ramp.over.as_nanos() <= now
        {
            self.phase = Phase::Closed;
            self.waits.clear();
        }
    }

    /// The places that count against the permits.
    fn taken(&self, places: &[Place]) -> usize {
        let counts = |place: &&Place| match self.settings.half_open.permits {
            Permits::Total(_) => **place != Place::GivenBack,
            Permits::Concurrent(_) | Permits::Share(_) => **place == Place::Taken,
        };
        places.iter().filter(counts).count()
    }

    fn state(&self) -> State {
        match &self.phase {
            Phase::Closed => State::Closed,
            Phase::Recovering { since } => State::Recovering {
                since: Time::from_nanos(*since),
                until: Time::from_nanos(*since) + self.settings.ramp.expect("recovering").over,
            },
            Phase::Open { until } => State::Open { until: Time::from_nanos(*until) },
            Phase::HalfOpen { since, places, results } => {
                let failures = results.iter().filter(|result| result.failed).count();
                State::HalfOpen {
                    until: match self.settings.half_open.half_open_timeout {
                        Some(wait) => Time::from_nanos(since + wait.as_nanos()),
                        None => Time::MAX,
                    },
                    taken: self.taken(places) as u32,
                    successes: (results.len() - failures) as u32,
                    failures: failures as u32,
                }
            }
            Phase::Held(Mode::ForcedOpen) => State::ForcedOpen,
            Phase::Held(Mode::Disabled) => State::Disabled,
            Phase::Held(_) => State::MetricsOnly,
        }
    }

    fn admit(&mut self, now: u64) -> std::result::Result<Call, u64> {
        self.let_time_pass(now);
        self.decide_now_and_then(now);
        if let Phase::Open { until } = self.phase {
            if now < until {
                return Err(until);
            }
            self.drawn = self.draw;
            self.go_to(Phase::HalfOpen { since: now, places: vec![], results: vec![] }, now);
        }
        let admits = match &self.phase {
            Phase::HalfOpen { places, .. } => match self.settings.half_open.permits {
                Permits::Total(most) | Permits::Concurrent(most) => {
                    self.taken(places) < most as usize
                }
                Permits::Share(share) => self.draw < share,
            },
            Phase::Recovering { since } => {
                let ramp = self.settings.ramp.expect("recovering");
                let part = (now - since) as f64 / ramp.over.as_nanos() as f64;
                self.draw < ramp.first + (1.0 - ramp.first) * part
            }
            Phase::Held(mode) => *mode != Mode::ForcedOpen,
            _ => true,
        };
        if !admits {
            return Err(now);
        }
        let probe = match &mut self.phase {
            Phase::HalfOpen { places, .. } => {
                places.push(Place::Taken);
                Some(places.len() - 1)
            }
            _ => None,
        };
        Ok(Call { age: self.age, at: now, probe, given_up: false })
    }

    fn is_late(&self, call: &Call) -> bool {
        call.given_up || call.age != self.age
    }

    fn place(&mut self, call: &Call, becomes: Place) {
        if !self.is_late(call)
            && let (Phase::HalfOpen { places, .. }, Some(probe)) = (&mut self.phase, call.probe)
        {
            places[probe] = becomes;
        }
    }

    fn settle(&mut self, call: &Call, verdict: Verdict, now: u64) {
        self.let_time_pass(now);
        if verdict == Verdict::Ignored {
            self.place(call, Place::GivenBack);
            return;
        }
        self.place(call, Place::Used);
        let slow = self.settings.slow.is_some_and(|limit| now - call.at > limit.as_nanos());
        let result = Result { at: now, failed: verdict == Verdict::Failure, slow };
        let is_closed = matches!(self.phase, Phase::Closed | Phase::Recovering { .. });
        let acts = !self.is_late(call)
            || match self.settings.late {
                Late::ActCurrent => true,
                Late::ActClosed => is_closed,
                Late::Drop | Late::CountCurrent | Late::CountOrigin => false,
            };
        if acts {
            return self.act(result);
        }
        let counts = match self.settings.late {
            Late::CountCurrent => true,
            Late::CountOrigin => call.age == self.recorded_since,
            Late::Drop | Late::ActCurrent | Late::ActClosed => false,
        };
        if counts && !matches!(self.phase, Phase::Held(Mode::Disabled)) {
            self.record.push(result);
        }
    }

    fn act(&mut self, result: Result) {
        let now = result.at;
        match &mut self.phase {
            Phase::Open { .. } => {}
            Phase::Held(mode) => {
                if *mode == Mode::MetricsOnly {
                    self.record.push(result);
                }
            }
            Phase::Closed | Phase::Recovering { .. } => {
                self.record.push(result);
                let decides = match self.settings.evaluate {
                    Evaluate::EveryResult => true,
                    Evaluate::Failures => result.failed || result.slow,
                    Evaluate::Periodically(_) => return self.decide_now_and_then(now),
                };
                if decides && self.holds(&self.settings.trip, now) {
                    self.open(now);
                }
            }
            Phase::HalfOpen { results, .. } => {
                results.push(result);
                match decision(self.settings.half_open.close, results) {
                    Some(true) => self.recover(now),
                    Some(false) => self.open(now),
                    None => {}
                }
            }
        }
    }

    fn decide_now_and_then(&mut self, now: u64) {
        if let Evaluate::Periodically(period) = self.settings.evaluate
            && matches!(self.phase, Phase::Closed | Phase::Recovering { .. })
            && now - *self.decided.get_or_insert(now) >= period.as_nanos()
        {
            self.decided = Some(now);
            if self.holds(&self.settings.trip, now) {
                self.open(now);
            }
        }
    }

    /// Returns whether a late result is still awaited.
    fn cancel(&mut self, call: &mut Call, now: u64) -> bool {
        let counts_as = match (self.settings.cancelled, call.probe) {
            (Cancelled::Failure, _) | (Cancelled::FailureOfProbe, Some(_)) => Verdict::Failure,
            (Cancelled::Success, _) => Verdict::Success,
            (Cancelled::Ignore | Cancelled::FailureOfProbe, _) => Verdict::Ignored,
        };
        if counts_as != Verdict::Ignored {
            self.settle(call, counts_as, now);
            return false;
        }
        self.let_time_pass(now);
        self.place(call, Place::GivenBack);
        call.given_up = true;
        true
    }

    /// The results that a condition looks at, from all that there ever were in the record.
    fn seen(&self, trip: &Trip, now: u64) -> Vec<Result> {
        match trip {
            Trip::Consecutive { .. } => {
                self.record.iter().rev().take_while(|result| result.failed).copied().collect()
            }
            Trip::Count { window, .. }
            | Trip::Rate { window, .. }
            | Trip::SlowRate { window, .. } => match *window {
                Window::Calls(calls) => {
                    self.record.iter().rev().take(calls as usize).copied().collect()
                }
                Window::Time { size, align } => self.kept(now, size.as_nanos(), align),
            },
            Trip::Average { .. } => self.record.clone(),
            Trip::Any(trips) | Trip::All(trips) => self.seen(&trips[0], now),
        }
    }

    fn kept(&self, now: u64, size: u64, align: Align) -> Vec<Result> {
        let mut begins = None;
        let stays = |result: &Result| match align {
            Align::Exact => now - result.at < size,
            Align::Epoch { buckets } => {
                let width = size.div_ceil(buckets.into());
                now / width < result.at / width + u64::from(buckets)
            }
            Align::FirstEvent { buckets } => {
                let width = size.div_ceil(buckets.into());
                let bucket =
                    begins.filter(|begins| result.at - begins < width).unwrap_or(result.at);
                begins = Some(bucket);
                now - bucket < width * u64::from(buckets)
            }
        };
        self.record.iter().copied().filter(stays).collect()
    }

    fn holds(&self, trip: &Trip, now: u64) -> bool {
        let seen = self.seen(trip, now);
        let failures = seen.iter().filter(|result| result.failed).count();
        let slow = seen.iter().filter(|result| result.slow).count();
        match *trip {
            Trip::Consecutive { failures: least } | Trip::Count { failures: least, .. } => {
                failures >= least as usize
            }
            Trip::Rate { rate, compare, min_calls, window } => {
                self.enough(&seen, min_calls, window)
                    && reaches(failures, seen.len(), rate, compare)
            }
            Trip::SlowRate { rate, compare, min_calls, window } => {
                self.enough(&seen, min_calls, window) && reaches(slow, seen.len(), rate, compare)
            }
            Trip::Average { memory, rate, compare, min_calls } => {
                let mut average = 0.0;
                let mut before: Option<u64> = None;
                for result in &seen {
                    let x = if result.failed { 1.0 } else { 0.0 };
                    average = match (before, memory) {
                        (None, _) => x,
                        (Some(_), Memory::Share(share)) => average + share * (x - average),
                        (Some(before), Memory::Time(span)) => {
                            let age = (result.at - before) as f64 / span.as_nanos() as f64;
                            average + (1.0 - libm::exp(-age)) * (x - average)
                        }
                    };
                    before = Some(result.at);
                }
                // No rate of the stories is an average, but for those of powers of a half.
                let reached = match compare {
                    Compare::AtLeast => average >= rate - 1e-12,
                    Compare::MoreThan => average > rate + 1e-12,
                };
                seen.len() >= min_calls as usize && reached
            }
            Trip::Any(ref trips) => trips.iter().any(|trip| self.holds(trip, now)),
            Trip::All(ref trips) => trips.iter().all(|trip| self.holds(trip, now)),
        }
    }

    fn enough(&self, seen: &[Result], min_calls: u32, window: Window) -> bool {
        let calls = match window {
            Window::Calls(_) => self.record.len(),
            Window::Time { .. } => seen.len(),
        };
        calls >= min_calls as usize
    }
}

/// Whether `some` of `all` are the share asked for: in whole percent, without any rounding.
fn reaches(some: usize, all: usize, rate: f64, compare: Compare) -> bool {
    let percent = (rate * 100.0).round() as usize;
    match compare {
        Compare::AtLeast => some * 100 >= percent * all,
        Compare::MoreThan => some * 100 > percent * all,
    }
}

/// Whether these results of probes close a breaker (`true`) or open it again.
fn decision(close: Close, results: &[Result]) -> Option<bool> {
    let failures = results.iter().filter(|result| result.failed).count();
    let successes = results.len() - failures;
    let result = results.last().expect("a result");
    match close {
        Close::Successes(_) if failures > 0 => Some(false),
        Close::Successes(least) => (successes >= least as usize).then_some(true),
        Close::Of { successes: least, probes } => {
            if successes >= least as usize {
                Some(true)
            } else {
                // Opens when even successes alone would come too late.
                let left = probes as usize - results.len().min(probes as usize);
                (successes + left < least as usize).then_some(false)
            }
        }
        Close::Rate { probes, failures: rate, slow: slow_rate, compare } => {
            let slow = results.iter().filter(|result| result.slow).count();
            (results.len() >= probes as usize).then(|| {
                !(reaches(failures, results.len(), rate, compare)
                    || reaches(slow, results.len(), slow_rate, compare))
            })
        }
        Close::Latest { probes, failures: rate } => {
            if results.len() <= probes as usize {
                return None;
            }
            let latest = &results[results.len() - probes as usize..];
            let failures = latest.iter().filter(|result| result.failed).count();
            if !result.failed && !reaches(failures, latest.len(), rate, Compare::MoreThan) {
                Some(true)
            } else if result.failed && reaches(failures, latest.len(), rate, Compare::AtLeast) {
                Some(false)
            } else {
                None
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_breaker_is_what_its_history_makes_it(
        settings in settings(),
        start in 0..100_u64,
        story in happenings(),
        draws in prop::collection::vec(0.0..1.0, 1..20),
    ) {
        let mut breaker = Breaker::new(settings.clone()).expect("valid");
        let mut model = Model::new(settings);
        let mut now = start;
        let mut open: Vec<(Permit, Call)> = Vec::new();

        for (index, happening) in story.into_iter().enumerate() {
            let at = Time::from_nanos(now);
            let drawn = draws[index % draws.len()];
            let draw = || drawn;
            model.draw = drawn;
            match happening {
                Happening::Pass(nanos) => now += nanos,
                Happening::Admit => {
                    let foreseen = breaker.state_at(at);
                    let foresees = !matches!(model.settings.evaluate, Evaluate::Periodically(_));
                    match (breaker.admit(at, draw), model.admit(now)) {
                        (Ok(permit), Ok(call)) => {
                            let found = breaker.state().name();
                            prop_assert!(!foresees || foreseen.name() == found);
                            open.push((permit, call));
                        }
                        (Err(refused), Err(until)) => {
                            prop_assert_eq!(refused.until, Time::from_nanos(until));
                            prop_assert!(!foresees || foreseen == breaker.state());
                        }
                        (one, _) => prop_assert!(false, "only one admits; breaker: {one:?}"),
                    }
                }
                Happening::Settle(_, _) | Happening::Cancel(_) if open.is_empty() => {}
                Happening::Settle(which, verdict) => {
                    let (permit, call) = open.swap_remove(which % open.len());
                    breaker.settle(permit, verdict, at, draw);
                    model.settle(&call, verdict, now);
                }
                Happening::Cancel(which) => {
                    let (permit, mut call) = open.swap_remove(which % open.len());
                    let late = breaker.cancel(permit, at, draw);
                    prop_assert_eq!(late.is_some(), model.cancel(&mut call, now));
                    open.extend(late.map(|permit| (permit, call)));
                }
                Happening::Set(mode) => {
                    breaker.set_mode(mode, at);
                    model.set(mode, now);
                }
            }
            prop_assert_eq!(breaker.state(), model.state());
            let counts = breaker.counts(Time::from_nanos(now));
            let seen = model.seen(&model.settings.trip, now);
            let count = |is: fn(&Result) -> bool| seen.iter().filter(|one| is(one)).count() as u64;
            prop_assert_eq!(counts.calls, count(|_| true));
            prop_assert_eq!(counts.failures, count(|result| result.failed));
            prop_assert_eq!(counts.slow, count(|result| result.slow));
        }
    }
}

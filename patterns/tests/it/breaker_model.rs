//! A breaker does what a slow one does that counts everything anew from its whole history.

use patterns::backoff::{Backoff, Progress};
use patterns::breaker::{
    Boundary, Breaker, Cause, Close, Compare, CountAt, Evaluate, Figures, LateResults, Measure,
    Memory, Mode, OnCancel, OnIgnored, Permits, Settings, State, Then, Token, Trip, Tripped,
    Window,
};
use patterns::{Classification, Duration, Permit, Reason, Time};
use proptest::prelude::*;

use crate::breaker_story::{Happening, happenings, settings};

/// A breaker without any cleverness: it keeps all results, and looks through them each time.
struct Model {
    settings: Settings,
    phase: Phase,
    /// How many phases there were before this one, and how many new records within one.
    age: usize,
    /// The age at which the record was begun, and when.
    recorded_since: usize,
    begun: u64,
    /// Since when buckets of the record are counted.
    origin: u64,
    /// Every result since then.
    record: Vec<Result>,
    /// What happened since the figures were begun.
    events: Vec<Event>,
    /// The age at which they were.
    figured_since: usize,
    /// When it was last decided whether to open, for those who do that now and then.
    decided: Option<u64>,
    /// The waits since it was closed, and how often it opened, by hand too.
    waits: Vec<u64>,
    openings: u32,
    /// The present open wait.
    wait: u64,
    /// The draw of the present happening.
    draw: f64,
    /// The draw of the happening that made it half-open.
    drawn: f64,
    /// The states that it entered at the present happening, and why.
    entered: Vec<(&'static str, Cause)>,
}

#[derive(Clone, Copy)]
struct Result {
    at: u64,
    /// At which time it counts.
    counts_at: u64,
    failed: bool,
    slow: bool,
}

#[derive(Clone, Copy)]
enum Event {
    Admitted,
    Ended(Result),
    Ignored,
}

enum Phase {
    Closed,
    Recovering { since: u64 },
    Open { until: u64 },
    HalfOpen { since: u64, places: Vec<Place>, results: Vec<Result>, latest: u64 },
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

impl Phase {
    fn name(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Recovering { .. } => "recovering",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half-open",
            Self::Held(Mode::ForcedOpen) => "forced-open",
            Self::Held(Mode::Disabled) => "disabled",
            Self::Held(_) => "metrics-only",
        }
    }
}

impl Model {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            phase: Phase::Closed,
            age: 0,
            recorded_since: 0,
            begun: 0,
            origin: 0,
            record: Vec::new(),
            events: Vec::new(),
            figured_since: 0,
            decided: None,
            waits: Vec::new(),
            openings: 0,
            wait: 0,
            draw: 0.0,
            drawn: 0.0,
            entered: Vec::new(),
        }
    }

    fn go_to(&mut self, phase: Phase, now: u64, cause: Cause) {
        self.age += 1;
        self.entered.push((phase.name(), cause));
        match phase {
            Phase::Closed | Phase::Recovering { .. } | Phase::Held(Mode::MetricsOnly) => {
                self.begin_record(now);
                self.decided = Some(now);
            }
            Phase::HalfOpen { .. } | Phase::Held(Mode::Disabled) => self.begin_figures(),
            Phase::Open { .. } | Phase::Held(_) => {}
        }
        if matches!(phase, Phase::Closed) {
            self.forget_openings();
        }
        self.phase = phase;
    }

    fn begin_record(&mut self, now: u64) {
        self.recorded_since = self.age;
        (self.begun, self.origin) = (now, now);
        self.record.clear();
        self.begin_figures();
    }

    fn begin_figures(&mut self) {
        self.figured_since = self.age;
        self.events.clear();
    }

    fn forget_openings(&mut self) {
        self.waits.clear();
        self.openings = 0;
    }

    fn set(&mut self, mode: Mode, now: u64) {
        let phase = if mode == Mode::Automatic { Phase::Closed } else { Phase::Held(mode) };
        self.go_to(phase, now, Cause::ByHand);
    }

    fn open(&mut self, now: u64, cause: Cause) {
        let is_probed = matches!(self.phase, Phase::HalfOpen { .. });
        let draw = if is_probed { self.drawn } else { self.draw };
        let last = Duration::from_nanos(self.waits.last().copied().unwrap_or(0));
        let backoff = Backoff::new(self.settings.open.0.clone()).expect("valid");
        let mut progress = Progress { waits: self.waits.len() as u32, memory: last };
        let wait = backoff.next_with(&mut progress, &mut || draw).as_nanos();
        self.open_for(wait, now, cause);
        self.waits.push(wait);
    }

    fn open_for(&mut self, wait: u64, now: u64, cause: Cause) {
        self.wait = wait;
        self.openings += 1;
        let until = now + wait + u64::from(self.settings.boundary == Boundary::Refuses);
        self.go_to(Phase::Open { until }, now, cause);
    }

    fn recover(&mut self, now: u64, cause: Cause) {
        let ramps = !self.settings.ramp.is_zero();
        let phase = if ramps { Phase::Recovering { since: now } } else { Phase::Closed };
        self.go_to(phase, now, cause);
    }

    fn probe(&mut self, now: u64, cause: Cause) {
        self.drawn = self.draw;
        let (places, results) = (Vec::new(), Vec::new());
        self.go_to(Phase::HalfOpen { since: now, places, results, latest: 0 }, now, cause);
    }

    fn let_time_pass(&mut self, now: u64) {
        self.end_half_open(now);
        self.decide_at_ticks(now);
        self.end_ramp(now);
        self.decide_at_ticks(now);
        if let Some(interval) = self.settings.interval
            && matches!(self.phase, Phase::Closed | Phase::Held(Mode::MetricsOnly))
            && self.begun + interval.as_nanos() < now
        {
            self.age += 1;
            self.begin_record(now);
        }
    }

    fn end_half_open(&mut self, now: u64) {
        if let (Phase::HalfOpen { since, .. }, Some(wait)) =
            (&self.phase, self.settings.half_open.half_open_timeout)
        {
            let end = since + wait.as_nanos();
            if end <= now {
                match self.settings.half_open.then {
                    Then::Open => self.open(end, Cause::HalfOpenTimedOut),
                    Then::Close => self.recover(end, Cause::HalfOpenTimedOut),
                }
            }
        }
    }

    fn end_of_ramp(&self) -> Option<u64> {
        match self.phase {
            Phase::Recovering { since } => Some(since + self.settings.ramp.as_nanos()),
            _ => None,
        }
    }

    fn end_ramp(&mut self, now: u64) {
        if self.end_of_ramp().is_some_and(|end| end <= now) {
            self.phase = Phase::Closed;
            self.entered.push(("closed", Cause::RampOver));
            self.forget_openings();
        }
    }

    /// Decides at each tick until `now`, or until the ramp ends, by what had come before it.
    fn decide_at_ticks(&mut self, now: u64) {
        let Evaluate::Ticks(period) = self.settings.evaluate else { return };
        let end = self.end_of_ramp().map_or(now, |end| end.min(now));
        while matches!(self.phase, Phase::Closed | Phase::Recovering { .. }) {
            let Some(decided) = self.decided else {
                (self.decided, self.origin) = (Some(end), end);
                return;
            };
            let tick = decided + period.as_nanos();
            if end < tick {
                return;
            }
            self.decided = Some(tick);
            if let Some(tripped) = self.tripped(tick - 1) {
                self.open(tick, Cause::Tripped(tripped));
            }
        }
    }

    /// The places that count against the permits.
    fn taken(&self, places: &[Place]) -> usize {
        let counts = |place: &&Place| match self.settings.half_open.permits {
            Permits::Total(_) => **place != Place::GivenBack,
            Permits::Concurrent(_) | Permits::Share(_) => **place == Place::Taken,
            Permits::OneEvery(_) => true,
        };
        places.iter().filter(counts).count()
    }

    fn state(&self) -> State {
        match &self.phase {
            Phase::Closed => State::Closed,
            Phase::Recovering { since } => State::Recovering {
                since: Time::from_nanos(*since),
                until: Time::from_nanos(*since) + self.settings.ramp,
            },
            Phase::Open { until } => State::Open { until: Time::from_nanos(*until) },
            Phase::HalfOpen { since, places, results, .. } => {
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

    fn admit(&mut self, now: u64) -> std::result::Result<Call, (Reason, Option<u64>)> {
        self.let_time_pass(now);
        self.decide_now_and_then(now);
        if let Phase::Open { until } = self.phase {
            if now < until {
                return Err((Reason::Open, Some(until)));
            }
            self.probe(now, Cause::WaitOver);
        }
        match &self.phase {
            Phase::HalfOpen { places, latest, .. } => match self.settings.half_open.permits {
                Permits::Total(most) | Permits::Concurrent(most) => {
                    if self.taken(places) >= most as usize {
                        return Err((Reason::ProbesTaken, None));
                    }
                }
                Permits::Share(share) => {
                    if self.draw >= share {
                        return Err((Reason::Chance, None));
                    }
                }
                Permits::OneEvery(wait) => {
                    let next = latest + wait.as_nanos();
                    if !places.is_empty() && now < next {
                        return Err((Reason::ProbesTaken, Some(next)));
                    }
                }
            },
            Phase::Recovering { since } => {
                let part = (now - since) as f64 / self.settings.ramp.as_nanos() as f64;
                let first = self.settings.ramp_first;
                if self.draw >= first + (1.0 - first) * part {
                    return Err((Reason::Chance, None));
                }
            }
            Phase::Held(Mode::ForcedOpen) => return Err((Reason::Held, None)),
            _ => {}
        }
        let probe = match &mut self.phase {
            Phase::HalfOpen { places, latest, .. } => {
                *latest = now;
                places.push(Place::Taken);
                Some(places.len() - 1)
            }
            _ => None,
        };
        if !matches!(self.phase, Phase::Held(Mode::Disabled)) {
            self.events.push(Event::Admitted);
        }
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

    fn ignore(&mut self, call: &Call, now: u64) {
        if self.is_late(call) {
            return;
        }
        if !matches!(self.phase, Phase::Held(Mode::Disabled)) {
            self.events.push(Event::Ignored);
        }
        if matches!(self.phase, Phase::HalfOpen { .. }) {
            match self.settings.half_open.on_ignored {
                OnIgnored::GiveBack => self.place(call, Place::GivenBack),
                OnIgnored::Open => self.open(now, Cause::ProbesFailed),
                OnIgnored::Keep => {}
            }
        }
    }

    fn settle(&mut self, call: &Call, verdict: Classification, now: u64) {
        self.let_time_pass(now);
        if verdict == Classification::Ignored {
            return self.ignore(call, now);
        }
        self.place(call, Place::Used);
        let slow = self.settings.slow.is_some_and(|limit| now - call.at > limit.as_nanos());
        let counts_at = match self.settings.count_at {
            CountAt::Result => now,
            CountAt::Admission => call.at,
        };
        let failed = verdict == Classification::Failure;
        let result = Result { at: now, counts_at, failed, slow };
        let is_closed = matches!(self.phase, Phase::Closed | Phase::Recovering { .. });
        let acts = !self.is_late(call)
            || match self.settings.late {
                LateResults::ActCurrent | LateResults::Extend => true,
                LateResults::ActClosed => is_closed,
                LateResults::Drop | LateResults::CountCurrent | LateResults::CountOrigin => false,
            };
        if acts {
            return self.act(result);
        }
        let counts = match self.settings.late {
            LateResults::CountCurrent => true,
            LateResults::CountOrigin => call.age == self.recorded_since,
            _ => false,
        };
        if counts && !matches!(self.phase, Phase::Held(Mode::Disabled)) {
            self.record.push(result);
            if self.figured_since == self.recorded_since {
                self.events.push(Event::Ended(result));
            }
        }
    }

    fn count(&mut self, result: Result) {
        self.record.push(result);
        self.events.push(Event::Ended(result));
    }

    fn act(&mut self, result: Result) {
        let now = result.at;
        match &mut self.phase {
            Phase::Open { until } => {
                if result.failed && self.settings.late == LateResults::Extend {
                    let refuses = self.settings.boundary == Boundary::Refuses;
                    *until = now + self.wait + u64::from(refuses);
                }
                self.count(result);
            }
            Phase::Held(Mode::MetricsOnly) => self.count(result),
            Phase::Held(_) => {}
            Phase::Closed | Phase::Recovering { .. } => {
                self.count(result);
                let decides = match self.settings.evaluate {
                    Evaluate::EveryResult => true,
                    Evaluate::Failures => result.failed || result.slow,
                    Evaluate::Periodically(_) => return self.decide_now_and_then(now),
                    Evaluate::Ticks(_) => false,
                };
                if decides && let Some(tripped) = self.tripped(now) {
                    self.open(now, Cause::Tripped(tripped));
                }
            }
            Phase::HalfOpen { results, .. } => {
                results.push(result);
                let decision = decision(self.settings.half_open.close, results);
                self.events.push(Event::Ended(result));
                match decision {
                    Some(true) => {
                        self.recover(now, Cause::ProbesSucceeded);
                        if self.settings.half_open.count_last {
                            self.count(result);
                        }
                    }
                    Some(false) => self.open(now, Cause::ProbesFailed),
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
            if let Some(tripped) = self.tripped(now) {
                self.open(now, Cause::Tripped(tripped));
            }
        }
    }

    /// Returns whether a late result is still awaited.
    fn cancel(&mut self, call: &mut Call, now: u64) -> bool {
        let counts_as = match (self.settings.on_cancel, call.probe) {
            (OnCancel::Failure, _) | (OnCancel::FailureOfProbe, Some(_)) => Classification::Failure,
            (OnCancel::Success, _) => Classification::Success,
            (OnCancel::Ignore | OnCancel::Forget | OnCancel::FailureOfProbe, _) => {
                Classification::Ignored
            }
        };
        if counts_as != Classification::Ignored {
            self.settle(call, counts_as, now);
            return false;
        }
        self.let_time_pass(now);
        self.place(call, Place::GivenBack);
        call.given_up = true;
        self.settings.on_cancel == OnCancel::Ignore
    }

    /// Takes it in hand, and says whether that is possible.
    fn by_hand(&mut self, happening: &Happening, now: u64) -> bool {
        self.end_half_open(now);
        self.end_ramp(now);
        match (happening, &self.phase) {
            (_, Phase::Held(_)) => return false,
            (Happening::OpenFor(wait), _) => self.open_for(*wait, now, Cause::ByHand),
            (Happening::Close, _) => self.go_to(Phase::Closed, now, Cause::ByHand),
            (_, Phase::Closed | Phase::Recovering { .. }) => return false,
            _ => self.probe(now, Cause::ByHand),
        }
        true
    }

    /// The results that a condition looks at, from all that there ever were in the record.
    fn seen(&self, trip: &Trip, now: u64) -> Vec<Result> {
        match trip {
            Trip::Consecutive { within, .. } => {
                let successes = self.record.iter().rposition(|result| !result.failed);
                let run = &self.record[successes.map_or(0, |last| last + 1)..];
                self.kept(run, now, within.unwrap_or(Window::All))
            }
            Trip::Count { window, .. } | Trip::Rate { window, .. } => {
                self.kept(&self.record, now, *window)
            }
            Trip::Average { .. } => self.record.clone(),
            Trip::Any(trips) | Trip::All(trips) => self.seen(&trips[0], now),
        }
    }

    fn kept(&self, results: &[Result], now: u64, window: Window) -> Vec<Result> {
        let mut begins = None;
        let grid = |origin: u64, size: Duration, buckets: u32, result: &Result| {
            let width = size.as_nanos().div_ceil(buckets.into());
            let bucket = |at: u64| (at - origin) / width;
            origin <= result.counts_at
                && bucket(now) < bucket(result.counts_at) + u64::from(buckets)
        };
        let stays = |result: &Result| match window {
            Window::All => true,
            Window::Calls(_) => unreachable!("these go by number"),
            Window::Sliding { size } => now - result.counts_at < size.as_nanos(),
            Window::Epoch { size, buckets } => grid(0, size, buckets, result),
            Window::SinceClosed { size, buckets } => grid(self.origin, size, buckets, result),
            Window::FirstEvent { size, buckets } => {
                let width = size.as_nanos().div_ceil(buckets.into());
                let bucket =
                    begins.filter(|begins| result.at - begins < width).unwrap_or(result.at);
                begins = Some(bucket);
                now - bucket < width * u64::from(buckets)
            }
        };
        match window {
            Window::Calls(calls) => results.iter().rev().take(calls as usize).copied().collect(),
            _ => results.iter().copied().filter(stays).collect(),
        }
    }

    fn tripped(&self, now: u64) -> Option<Tripped> {
        self.held(&self.settings.trip, 0, now)
    }

    /// What holds of a condition whose parts are numbered from `first` on.
    fn held(&self, trip: &Trip, first: u32, now: u64) -> Option<Tripped> {
        let seen = self.seen(trip, now);
        let failures = seen.iter().filter(|result| result.failed).count();
        let slow = seen.iter().filter(|result| result.slow).count();
        let if_so = |holds: bool, measure| holds.then_some(Tripped { condition: first, measure });
        match *trip {
            Trip::Consecutive { failures: least, .. } | Trip::Count { failures: least, .. } => {
                if_so(failures >= least as usize, Measure::Failures)
            }
            Trip::Rate { rate, slow_rate, window, min_calls, compare } => {
                let calls = match window {
                    Window::Calls(_) => self.record.len(),
                    _ => seen.len(),
                };
                let usual = if let Window::Calls(calls) = window { calls } else { 10 };
                let enough = calls >= min_calls.unwrap_or(usual) as usize;
                let all = seen.len();
                let is = |some, rate: Option<f64>| {
                    enough && rate.is_some_and(|rate| reaches(some, all, rate, compare))
                };
                let failing = if_so(is(failures, rate), Measure::Rate);
                failing.or(if_so(is(slow, slow_rate), Measure::SlowRate))
            }
            Trip::Average { memory, rate, compare, min_calls } => {
                // No rate of the stories is an average, but for those of powers of a half.
                let reached = match compare {
                    Compare::AtLeast => average(&seen, memory) >= rate - 1e-12,
                    Compare::MoreThan => average(&seen, memory) > rate + 1e-12,
                };
                let enough = seen.len() >= min_calls.unwrap_or(10) as usize;
                if_so(enough && reached, Measure::Average)
            }
            Trip::Any(ref trips) => {
                (first..).zip(trips).find_map(|(number, trip)| self.held(trip, number, now))
            }
            Trip::All(ref trips) => {
                let held = (first..).zip(trips).map(|(number, trip)| self.held(trip, number, now));
                let held: Option<Vec<Tripped>> = held.collect();
                held?.first().copied()
            }
        }
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        for event in &self.events {
            match event {
                Event::Admitted => figures.admitted += 1,
                Event::Ignored => figures.ignored += 1,
                Event::Ended(result) => {
                    figures.successes += u64::from(!result.failed);
                    figures.failures += u64::from(result.failed);
                    figures.slow += u64::from(result.slow);
                }
            }
        }
        let results = self.events.iter().rev().filter_map(|event| match event {
            Event::Ended(result) => Some(result.failed),
            _ => None,
        });
        let results: Vec<bool> = results.collect();
        let run = |of: bool| results.iter().take_while(|failed| **failed == of).count() as u64;
        (figures.successes_in_a_row, figures.failures_in_a_row) = (run(false), run(true));
        figures
    }
}

fn average(results: &[Result], memory: Memory) -> f64 {
    let mut average = 0.0;
    let mut before: Option<u64> = None;
    for result in results {
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
    average
}

/// Whether `some` of `all` are the share asked for: in whole percent, without any rounding.
fn reaches(some: usize, all: usize, rate: f64, compare: Compare) -> bool {
    let percent = (rate * 100.0).round() as usize;
    match compare {
        // Of no calls no share is known.
        Compare::AtLeast => some * 100 >= percent * all && all > 0,
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
        Close::Rate { probes, probe_rate, probe_slow_rate, probe_compare } => {
            let slow = results.iter().filter(|result| result.slow).count();
            (results.len() >= probes as usize).then(|| {
                !(reaches(failures, results.len(), probe_rate, probe_compare)
                    || reaches(slow, results.len(), probe_slow_rate, probe_compare))
            })
        }
        Close::Latest { latest_probes, probe_rate: rate } => {
            if results.len() <= latest_probes as usize {
                return None;
            }
            let latest = &results[results.len() - latest_probes as usize..];
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

/// Lets the same happen to both, and says where they differ.
fn happen(
    breaker: &mut Breaker,
    model: &mut Model,
    open: &mut Vec<(Permit<Token>, Call)>,
    happening: &Happening,
    now: u64,
) -> std::result::Result<(), TestCaseError> {
    let at = Time::from_nanos(now);
    let drawn = model.draw;
    let mut draw = || drawn;
    match *happening {
        Happening::Pass(_) => {}
        Happening::Admit => {
            let foreseen = breaker.state_at(at);
            let evaluate = model.settings.evaluate;
            let is_foreseen = !matches!(evaluate, Evaluate::Periodically(_) | Evaluate::Ticks(_));
            match (breaker.try_acquire_with(at, &mut draw), model.admit(now)) {
                (Ok(permit), Ok(call)) => {
                    let found = breaker.state().name();
                    prop_assert!(!is_foreseen || foreseen.name() == found);
                    open.push((permit, call));
                }
                (Err(rejected), Err((reason, until))) => {
                    prop_assert_eq!(rejected.reason, reason);
                    prop_assert_eq!(rejected.until, until.map(Time::from_nanos));
                    prop_assert!(!is_foreseen || foreseen == breaker.state());
                }
                (one, _) => prop_assert!(false, "only one admits; breaker: {one:?}"),
            }
        }
        Happening::Settle(_, _) | Happening::Cancel(_) if open.is_empty() => {}
        Happening::Settle(which, verdict) => {
            let (permit, call) = open.swap_remove(which % open.len());
            breaker.record_with(permit, verdict, at, &mut draw);
            model.settle(&call, verdict, now);
        }
        Happening::Cancel(which) => {
            let (permit, mut call) = open.swap_remove(which % open.len());
            let late = breaker.cancel_with(permit, at, &mut draw);
            prop_assert_eq!(late.is_some(), model.cancel(&mut call, now));
            open.extend(late.map(|permit| (permit, call)));
        }
        Happening::Set(mode) => {
            breaker.set_mode(mode, at);
            model.set(mode, now);
        }
        Happening::OpenFor(_) | Happening::HalfOpen | Happening::Close => {
            let done = match *happening {
                Happening::OpenFor(wait) => breaker.open_for(Duration::from_nanos(wait), at),
                Happening::Close => breaker.close(at),
                _ => breaker.half_open_with(at, &mut draw),
            };
            prop_assert_eq!(done.is_ok(), model.by_hand(happening, now));
        }
    }
    Ok(())
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
        let mut open: Vec<(Permit<Token>, Call)> = Vec::new();

        for (index, happening) in story.into_iter().enumerate() {
            model.draw = draws[index % draws.len()];
            model.entered.clear();
            happen(&mut breaker, &mut model, &mut open, &happening, now)?;
            if let Happening::Pass(nanos) = happening {
                now += nanos;
            } else {
                let changes = breaker.changes().iter().map(|change| (change.to.name(), change.cause));
                let acts = !matches!(happening, Happening::Settle(_, _) | Happening::Cancel(_));
                let changes: Vec<_> = changes.collect();
                prop_assert!(changes == model.entered || (!acts && model.entered.is_empty()));
            }
            let at = Time::from_nanos(now);
            prop_assert_eq!(breaker.state(), model.state());
            prop_assert_eq!(breaker.figures(), model.figures());
            prop_assert_eq!(breaker.openings(), model.openings);
            prop_assert_eq!(breaker.would_open(at), model.tripped(now));
            let counts = breaker.counts(at);
            let seen = model.seen(&model.settings.trip, now);
            let count = |is: fn(&Result) -> bool| seen.iter().filter(|one| is(one)).count() as u64;
            prop_assert_eq!(counts.calls, count(|_| true));
            prop_assert_eq!(counts.failures, count(|result| result.failed));
            prop_assert_eq!(counts.slow, count(|result| result.slow));
        }
    }
}

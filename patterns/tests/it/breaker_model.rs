//! A breaker does what a slow one does that counts everything anew from its whole history.

use patterns::Time;
use patterns::breaker::{
    Align, Breaker, Cancelled, Compare, Evaluate, Late, OpenEnd, OpenWait, Permit, Permits,
    Settings, State, Then, Trip, Verdict, Window,
};
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
    /// Every result since then, and when it came.
    record: Vec<(u64, bool)>,
    /// How often it has opened without closing.
    opened: u32,
}

enum Phase {
    Closed,
    Open { until: u64 },
    HalfOpen { since: u64, probes: Vec<Probe>, late_successes: usize },
}

#[derive(Clone, Copy, PartialEq)]
enum Probe {
    Out,
    Succeeded,
    GoneAgain,
}

/// A call that the model admitted.
struct Call {
    age: usize,
    probe: Option<usize>,
    given_up: bool,
}

impl Model {
    fn new(settings: Settings) -> Self {
        let (phase, record) = (Phase::Closed, Vec::new());
        Self { settings, phase, age: 0, recorded_since: 0, record, opened: 0 }
    }

    fn go_to(&mut self, phase: Phase) {
        self.age += 1;
        if matches!(phase, Phase::Closed) {
            self.recorded_since = self.age;
            self.record.clear();
            self.opened = 0;
        }
        self.phase = phase;
    }

    fn open(&mut self, now: u64) {
        let wait = match self.settings.open {
            OpenWait::Constant(wait) => wait.as_nanos(),
            OpenWait::Growing { first, factor, cap } => {
                let grown = (0..self.opened).fold(first.as_nanos() as f64, |wait, _| wait * factor);
                (grown.round() as u64).min(cap.as_nanos())
            }
        };
        let past_the_end = u64::from(self.settings.open_end == OpenEnd::Refuses);
        self.go_to(Phase::Open { until: now + wait + past_the_end });
        self.opened += 1;
    }

    fn let_time_pass(&mut self, now: u64) {
        if let (Phase::HalfOpen { since, .. }, Some(wait)) =
            (&self.phase, self.settings.half_open.max_wait)
        {
            let end = since + wait.as_nanos();
            if end <= now {
                match self.settings.half_open.then {
                    Then::Open => self.open(end),
                    Then::Close => self.go_to(Phase::Closed),
                }
            }
        }
    }

    /// The probes that count against the permits.
    fn taken(&self, probes: &[Probe]) -> usize {
        let counts = |probe: &&Probe| match self.settings.half_open.permits {
            Permits::Total(_) => **probe != Probe::GoneAgain,
            Permits::Concurrent(_) => **probe == Probe::Out,
        };
        probes.iter().filter(counts).count()
    }

    fn successes(probes: &[Probe], late: usize) -> usize {
        late + probes.iter().filter(|probe| **probe == Probe::Succeeded).count()
    }

    fn state(&self) -> State {
        match &self.phase {
            Phase::Closed => State::Closed,
            Phase::Open { until } => State::Open { until: Time::from_nanos(*until) },
            Phase::HalfOpen { since, probes, late_successes } => State::HalfOpen {
                until: match self.settings.half_open.max_wait {
                    Some(wait) => Time::from_nanos(since + wait.as_nanos()),
                    None => Time::MAX,
                },
                taken: self.taken(probes) as u32,
                successes: Self::successes(probes, *late_successes) as u32,
            },
        }
    }

    fn admit(&mut self, now: u64) -> Result<Call, u64> {
        self.let_time_pass(now);
        if let Phase::Open { until } = self.phase {
            if now < until {
                return Err(until);
            }
            self.go_to(Phase::HalfOpen { since: now, probes: Vec::new(), late_successes: 0 });
        }
        let probe = if let Phase::HalfOpen { probes, .. } = &self.phase {
            let (Permits::Total(most) | Permits::Concurrent(most)) =
                self.settings.half_open.permits;
            if self.taken(probes) >= most as usize {
                return Err(now);
            }
            Some(probes.len())
        } else {
            None
        };
        if let Phase::HalfOpen { probes, .. } = &mut self.phase {
            probes.push(Probe::Out);
        }
        Ok(Call { age: self.age, probe, given_up: false })
    }

    fn settle(&mut self, call: &Call, verdict: Verdict, now: u64) {
        self.let_time_pass(now);
        let late = call.given_up || call.age != self.age;
        let failed = verdict == Verdict::Failure;
        let phase = &mut self.phase;
        if !late && let (Phase::HalfOpen { probes, .. }, Some(probe)) = (phase, call.probe) {
            probes[probe] = match verdict {
                Verdict::Success => Probe::Succeeded,
                Verdict::Failure | Verdict::Ignored => Probe::GoneAgain,
            };
        }
        if verdict == Verdict::Ignored {
            return;
        }
        let acts = !late || self.settings.late == Late::ActCurrent;
        if !acts {
            let counts = match self.settings.late {
                Late::CountCurrent => true,
                Late::CountOrigin => call.age == self.recorded_since,
                Late::Drop | Late::ActCurrent => false,
            };
            if counts {
                self.record.push((now, failed));
            }
            return;
        }
        match &mut self.phase {
            Phase::Open { .. } => {}
            Phase::Closed => {
                self.record.push((now, failed));
                if (failed || self.settings.evaluate == Evaluate::EveryResult) && self.trips(now) {
                    self.open(now);
                }
            }
            Phase::HalfOpen { .. } if failed => self.open(now),
            Phase::HalfOpen { probes, late_successes, .. } => {
                *late_successes += usize::from(late);
                let successes = Self::successes(probes, *late_successes);
                if successes >= self.settings.half_open.successes as usize {
                    self.go_to(Phase::Closed);
                }
            }
        }
    }

    /// Returns whether a late result is still awaited.
    fn cancel(&mut self, call: &mut Call, now: u64) -> bool {
        if self.settings.cancelled == Cancelled::Failure {
            self.settle(call, Verdict::Failure, now);
            return false;
        }
        self.let_time_pass(now);
        let late = call.given_up || call.age != self.age;
        let phase = &mut self.phase;
        if !late && let (Phase::HalfOpen { probes, .. }, Some(probe)) = (phase, call.probe) {
            probes[probe] = Probe::GoneAgain;
        }
        call.given_up = true;
        true
    }

    /// Calls and failures in the window, from all results there ever were in the record.
    fn counts(&self, now: u64) -> (u64, u64) {
        let kept: Vec<bool> = match self.settings.trip {
            Trip::Consecutive { .. } => {
                let failures = self.record.iter().rev().take_while(|(_, failed)| *failed);
                failures.map(|(_, failed)| *failed).collect()
            }
            Trip::Count { window, .. } | Trip::Rate { window, .. } => match window {
                Window::Calls(calls) => {
                    self.record.iter().rev().take(calls as usize).map(|(_, f)| *f).collect()
                }
                Window::Time { size, align } => self.kept(now, size.as_nanos(), align),
            },
        };
        (kept.len() as u64, kept.iter().filter(|failed| **failed).count() as u64)
    }

    fn kept(&self, now: u64, size: u64, align: Align) -> Vec<bool> {
        let results = self.record.iter();
        match align {
            Align::Exact => {
                results.filter(|(at, _)| now - at < size).map(|(_, failed)| *failed).collect()
            }
            Align::Epoch { buckets } => {
                let width = size.div_ceil(buckets.into());
                let of_window = |at: u64| now / width < at / width + u64::from(buckets);
                results.filter(|(at, _)| of_window(*at)).map(|(_, failed)| *failed).collect()
            }
            Align::FirstEvent { buckets } => {
                let width = size.div_ceil(buckets.into());
                let mut begins = None;
                let mut kept = Vec::new();
                for (at, failed) in results {
                    let bucket = begins.filter(|begins| at - begins < width).unwrap_or(*at);
                    begins = Some(bucket);
                    if now - bucket < width * u64::from(buckets) {
                        kept.push(*failed);
                    }
                }
                kept
            }
        }
    }

    fn trips(&self, now: u64) -> bool {
        let (calls, failures) = self.counts(now);
        match self.settings.trip {
            Trip::Consecutive { failures: least } | Trip::Count { failures: least, .. } => {
                failures >= u64::from(least)
            }
            Trip::Rate { rate, compare, min_calls, .. } => {
                // In whole percent, without any rounding.
                let percent = (rate * 100.0).round() as u64;
                calls >= u64::from(min_calls)
                    && match compare {
                        Compare::AtLeast => failures * 100 >= percent * calls,
                        Compare::MoreThan => failures * 100 > percent * calls,
                    }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_breaker_is_what_its_history_makes_it(
        settings in settings(),
        start in 0..100_u64,
        story in happenings(),
    ) {
        let mut breaker = Breaker::new(settings).expect("valid");
        let mut model = Model::new(settings);
        let mut now = start;
        let mut open: Vec<(Permit, Call)> = Vec::new();

        for happening in story {
            let at = Time::from_nanos(now);
            match happening {
                Happening::Pass(nanos) => now += nanos,
                Happening::Admit => {
                    let foreseen = breaker.state_at(at);
                    match (breaker.admit(at), model.admit(now)) {
                        (Ok(permit), Ok(call)) => {
                            prop_assert_eq!(foreseen.name(), breaker.state().name());
                            open.push((permit, call));
                        }
                        (Err(refused), Err(until)) => {
                            prop_assert_eq!(refused.until, Time::from_nanos(until));
                            prop_assert_eq!(foreseen, breaker.state());
                        }
                        (one, _) => prop_assert!(false, "only one admits; breaker: {one:?}"),
                    }
                }
                Happening::Settle(_, _) | Happening::Cancel(_) if open.is_empty() => {}
                Happening::Settle(which, verdict) => {
                    let (permit, call) = open.swap_remove(which % open.len());
                    breaker.settle(permit, verdict, at);
                    model.settle(&call, verdict, now);
                }
                Happening::Cancel(which) => {
                    let (permit, mut call) = open.swap_remove(which % open.len());
                    let late = breaker.cancel(permit, at);
                    prop_assert_eq!(late.is_some(), model.cancel(&mut call, now));
                    open.extend(late.map(|permit| (permit, call)));
                }
            }
            prop_assert_eq!(breaker.state(), model.state());
            let counts = breaker.counts(Time::from_nanos(now));
            prop_assert_eq!((counts.calls, counts.failures), model.counts(now));
        }
    }
}

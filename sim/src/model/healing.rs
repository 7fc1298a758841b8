//! What is done when something is wrong: from the condition that holds to the one that no longer
//! does.
//!
//! ```text
//!  holds ──► begun ──wait──► done ──► looked at anew ──► no longer holds: healed
//!             ▲  └─ human ──►  ▲              │
//!             │                └── again ─────┤ still holds
//!             └────── the next one ───────────┘
//! ```

use patterns::Time;
use patterns::report::Counts;

use super::kind;
use super::recorder::Recorder;
use super::recoveries::{
    AT_WORK, CALLED, DONE, DUE, Due, Incident, Recoveries, Shown, WATCHED, Watch,
};
use super::recovery::{Condition, Recovery};
use super::world::World;
use crate::call::Command;
use crate::kernel::Event;

/// What is seen of a condition: whether it holds, and whether it has been looked at for as long as
/// it is about.
type Seen = (bool, bool);

impl World {
    /// Schedules what is done in any case.
    pub(super) fn schedule_recoveries(&mut self) {
        let Some(recoveries) = self.recoveries.as_deref() else { return };
        for (number, watched) in recoveries.all.iter().enumerate() {
            let index = recoveries.event(Due::ByHand(number));
            for at in &watched.recovery.at {
                self.scheduler.schedule(*at, Event { kind: kind::RECOVER, index: index + 1 });
            }
        }
    }

    /// Looks at what is to be looked at now, up to which all events are handled.
    pub(super) fn look_for_recoveries(&mut self, time: Time, at_warmup: &[Counts]) {
        let Some(mut recoveries) = self.recoveries.take() else { return };
        for number in 0..recoveries.all.len() {
            let watched = &mut recoveries.all[number];
            let condition = watched.recovery.when.as_ref().map(|when| &when.condition);
            let (is_now, (holds, is_whole)) = match (&mut watched.watch, condition) {
                (Watch::Over { looks, holds }, Some(Condition::Over { condition, parts, .. }))
                    if looks.next == Some(time) =>
                {
                    let record = self.record_until(time, at_warmup, parts);
                    let last = looks.look(time, record);
                    let is_whole = last.is_some();
                    *holds = last.map_or(*holds, |last| condition.is_met(&last));
                    (*holds, (*holds && is_whole, is_whole))
                }
                (
                    Watch::States { instances, next, .. },
                    Some(Condition::States { is_every, state, is, lasts, .. }),
                ) if *next == time => {
                    let is_in = |instance: &u32| self.is_in_state(*instance, state) == *is;
                    let is = match is_every {
                        true => !instances.is_empty() && instances.iter().all(is_in),
                        false => instances.iter().any(is_in),
                    };
                    (is, watched.watch.look_at_states(is, *lasts))
                }
                _ => continue,
            };
            let done = watched.incident.as_ref().and_then(|incident| incident.done);
            // Whether it has helped is seen in the state at the end, not in that of all the time.
            let holds = if done.is_some() { is_now } else { holds };
            if done.is_some_and(|done| time < done) {
                watched.watch.clear();
            } else {
                self.judge(&mut recoveries, number, (holds, is_whole));
            }
        }
        self.recoveries = Some(recoveries);
    }

    /// A recovery, or behind all of them a human, is shown in another state from now on, or in
    /// none.
    fn show(&mut self, recoveries: &mut Recoveries, number: usize, state: Option<Shown>) {
        let is = state.map(|state| (state, self.recorder.now));
        let was = std::mem::replace(&mut recoveries.shown[number], is);
        if let Some((state, since)) = was.filter(|(_, since)| *since < self.recorder.now) {
            self.recorder.healing_track(number, since, state);
        }
    }

    /// The same of a human.
    fn show_human(&mut self, recoveries: &mut Recoveries, human: usize) {
        let staff = &recoveries.humans[human];
        let state = match (&staff.at_work, staff.waiting.is_empty()) {
            (Some(_), _) => Some(AT_WORK),
            (None, false) => Some(CALLED),
            (None, true) => None,
        };
        self.show(recoveries, recoveries.all.len() + human, state);
    }

    /// Adds up the time of what recoveries and humans are at.
    pub(super) fn note_open_recoveries(&self, recorder: &mut Recorder) {
        let Some(recoveries) = self.recoveries.as_deref() else { return };
        for (human, staff) in recoveries.humans.iter().enumerate() {
            if let Some((_, since)) = staff.at_work {
                let busy = recorder.counted_since(since);
                recorder.humans[human].busy += busy;
            }
        }
        for (number, state) in recoveries.shown.iter().enumerate() {
            if let Some((state, since)) = state {
                recorder.healing_track(number, *since, *state);
            }
        }
    }

    fn is_in_state(&self, instance: u32, name: &str) -> bool {
        let instance = &self.recorder.instances[instance as usize];
        let report = self.recorder.layers[instance.record as usize].report;
        instance.state.is_some_and(|(state, _)| report.state(state).name == name)
    }

    /// The last results of a group say something else than before: what goes by them is looked at,
    /// when all else in this instant is done.
    #[cold]
    #[inline(never)]
    pub(super) fn results_have_news(&mut self, group: u32) {
        let Some(recoveries) = self.recoveries.as_deref() else { return };
        for (number, watched) in recoveries.all.iter().enumerate() {
            if matches!(watched.watch, Watch::Results { group: of, .. } if of == group as usize) {
                let index = recoveries.event(Due::Step(number));
                let now = self.scheduler.now();
                self.scheduler.schedule(now, Event { kind: kind::RECOVER, index: index + 1 });
            }
        }
    }

    /// A recovery is due, or a human comes or has done something.
    pub(super) fn recover(&mut self, index: u32) -> Option<Command> {
        let mut recoveries = self.recoveries.take()?;
        match recoveries.due(index) {
            Due::Step(number) => self.step_on(&mut recoveries, number),
            Due::ByHand(number) => {
                self.carry_out_recovery(&mut recoveries, number);
            }
            Due::Human(number) => self.human_is_due(&mut recoveries, number),
        }
        self.recoveries = Some(recoveries);
        self.calls.next_command()
    }

    /// What goes on for a recovery has come to a step.
    fn step_on(&mut self, recoveries: &mut Recoveries, number: usize) {
        let now = self.scheduler.now();
        let watched = &recoveries.all[number];
        if let Watch::Results { group, number: results } = watched.watch {
            let seen = self.recorder.groups[group].episodes.watched(results);
            self.judge(recoveries, number, seen);
        }
        let watched = &recoveries.all[number];
        if let Some(Incident { due: Some(due), done: None, .. }) = watched.incident
            && due <= now
        {
            self.act(recoveries, number);
        }
    }

    /// The condition of a recovery was looked at.
    fn judge(&mut self, recoveries: &mut Recoveries, number: usize, (holds, is_whole): Seen) {
        let now = self.recorder.now;
        let counts = u64::from(self.recorder.counts(now));
        let watched = &mut recoveries.all[number];
        let Some(incident) = &mut watched.incident else {
            let rests = watched.done.map(|done| done + watched.recovery.cooldown);
            if let Some(until) = rests.filter(|until| holds && now < *until) {
                let index = recoveries.event(Due::Step(number));
                self.scheduler.schedule(until, Event { kind: kind::RECOVER, index: index + 1 });
            } else if holds {
                let (since, turn) = (now, number);
                watched.incident = Some(Incident { since, turn, tried: 0, done: None, due: None });
                self.take_turn(recoveries, number, now);
            }
            return;
        };
        let Some(done) = incident.done else { return };
        if !is_whole || now < done {
            return;
        }
        let (turn, since) = (incident.turn, incident.since);
        let record = &mut self.recorder.recoveries[turn];
        if !holds {
            record.healed += counts;
            record.healing += u128::from(now.since(since).as_nanos() * counts);
            watched.incident = None;
            return self.show(recoveries, turn, None);
        }
        record.failed += counts;
        incident.done = None;
        let Recovery { tries, then, .. } = recoveries.all[turn].recovery;
        let incident = recoveries.all[number].incident.as_mut().expect("it goes on");
        match then {
            Some(then) if tries <= incident.tried => {
                record.escalated += counts;
                (incident.turn, incident.tried) = (then, 0);
                self.show(recoveries, turn, None);
                self.take_turn(recoveries, number, now);
            }
            _ => self.call_for(recoveries, number, now),
        }
    }

    /// It is the turn of another recovery.
    fn take_turn(&mut self, recoveries: &mut Recoveries, number: usize, now: Time) {
        let incident = recoveries.all[number].incident.as_ref().expect("it goes on");
        self.recorder.recoveries[incident.turn].triggered += u64::from(self.recorder.counts(now));
        self.call_for(recoveries, number, now);
    }

    /// What is to be done for the condition of a recovery is to be done after a wait, or waits for
    /// a human.
    fn call_for(&mut self, recoveries: &mut Recoveries, number: usize, now: Time) {
        let turn = recoveries.all[number].incident.as_ref().expect("it goes on").turn;
        let Recovery { by, wait, cooldown, .. } = recoveries.all[turn].recovery;
        self.show(recoveries, turn, Some(DUE));
        let Some(human) = by else {
            let rests = recoveries.all[turn].done.map_or(now, |done| done + cooldown);
            let due = (now + wait).max(rests);
            let incident = recoveries.all[number].incident.as_mut().expect("it goes on");
            incident.due = Some(due);
            let index = recoveries.event(Due::Step(number));
            self.scheduler.schedule(due, Event { kind: kind::RECOVER, index: index + 1 });
            return;
        };
        self.recorder.humans[human].calls += u64::from(self.recorder.counts(now));
        recoveries.humans[human].waiting.push_back((number, now));
        self.show_human(recoveries, human);
        self.call_human(recoveries, human, now);
    }

    /// A human who is free takes up what waits for them, as soon as they are at work.
    fn call_human(&mut self, recoveries: &mut Recoveries, human: usize, now: Time) {
        let index = recoveries.event(Due::Human(human));
        let staff = &mut recoveries.humans[human];
        if staff.at_work.is_none() && !staff.is_called && !staff.waiting.is_empty() {
            staff.is_called = true;
            let at = staff.human.hours.next(now);
            self.scheduler.schedule(at, Event { kind: kind::RECOVER, index: index + 1 });
        }
    }

    /// A human comes to take something up, or has done what they were at.
    fn human_is_due(&mut self, recoveries: &mut Recoveries, human: usize) {
        let now = self.scheduler.now();
        if let Some((number, since)) = recoveries.humans[human].at_work.take() {
            self.recorder.humans[human].busy += self.recorder.counted_since(since);
            self.act(recoveries, number);
            self.show_human(recoveries, human);
            return self.call_human(recoveries, human, now);
        }
        recoveries.humans[human].is_called = false;
        while let Some((number, since)) = recoveries.humans[human].waiting.pop_front() {
            if !self.is_needed(recoveries, number) {
                self.drop_incident(recoveries, number);
                continue;
            }
            let index = recoveries.event(Due::Human(human));
            let staff = &mut recoveries.humans[human];
            staff.at_work = Some((number, now));
            let takes = staff.human.response.sample(&mut staff.rng);
            self.scheduler.schedule(now + takes, Event { kind: kind::RECOVER, index: index + 1 });
            let counts = u64::from(self.recorder.counts(now));
            let waited = self.recorder.counted_since(since);
            let record = &mut self.recorder.humans[human];
            record.taken += counts;
            record.waited += waited;
            break;
        }
        self.show_human(recoveries, human);
    }

    /// Whether the condition of a recovery still holds, as far as that is known.
    fn is_needed(&self, recoveries: &Recoveries, number: usize) -> bool {
        let watched = &recoveries.all[number];
        let condition = watched.recovery.when.as_ref().map(|when| &when.condition);
        match (&watched.watch, condition) {
            (Watch::Over { holds, .. }, _) => *holds,
            (Watch::Results { group, number }, _) => {
                self.recorder.groups[*group].episodes.watched(*number).0
            }
            (
                Watch::States { instances, .. },
                Some(Condition::States { is_every, state, is, .. }),
            ) => {
                let is_in = |instance: &u32| self.is_in_state(*instance, state) == *is;
                if *is_every { instances.iter().all(is_in) } else { instances.iter().any(is_in) }
            }
            _ => true,
        }
    }

    /// Nothing is left to do.
    fn drop_incident(&mut self, recoveries: &mut Recoveries, number: usize) {
        let now = self.scheduler.now();
        if let Some(incident) = recoveries.all[number].incident.take() {
            let counts = u64::from(self.recorder.counts(now));
            self.recorder.recoveries[incident.turn].unneeded += counts;
            self.show(recoveries, incident.turn, None);
        }
    }

    /// What is to be done for the condition of a recovery is done now, if it still holds.
    fn act(&mut self, recoveries: &mut Recoveries, number: usize) {
        if !self.is_needed(recoveries, number) {
            return self.drop_incident(recoveries, number);
        }
        let Some(incident) = &mut recoveries.all[number].incident else { return };
        let turn = incident.turn;
        incident.tried += 1;
        (incident.due, incident.done) = (None, Some(Time::MAX));
        self.show(recoveries, turn, Some(WATCHED));
        let done = self.carry_out_recovery(recoveries, turn);
        let watched = &mut recoveries.all[number];
        if let Some(incident) = &mut watched.incident {
            incident.done = Some(done);
        }
        watched.watch.clear();
        if let Watch::Results { group, number } = watched.watch {
            self.recorder.groups[group].episodes.watch_from(number, done);
        }
    }

    /// A recovery is done now; says when that is over.
    fn carry_out_recovery(&mut self, recoveries: &mut Recoveries, number: usize) -> Time {
        let now = self.scheduler.now();
        let watched = &mut recoveries.all[number];
        let is_done = watched.done == Some(now);
        watched.done = Some(now);
        self.recorder.recoveries[number].done += u64::from(self.recorder.counts(now));
        if watched.recovery.by.is_some() {
            self.recorder.note_human();
        }
        let fault = watched.recovery.fault as u32;
        let shown = recoveries.shown[number].map(|(state, _)| state);
        self.show(recoveries, number, shown);
        self.recorder.healing_track(number, now, DONE);
        // What follows from it may be news for other recoveries, or for this one.
        if !is_done && !self.faults.is_on(fault) {
            self.scheduler.schedule(now, Event { kind: kind::FAULT, index: fault });
        }
        now + self.faults.lasts_on_demand(fault)
    }

    /// What an event is about, before it is handled.
    pub(super) fn recovery_in_words(&self, index: u32) -> String {
        let Some(recoveries) = self.recoveries.as_deref() else { return String::new() };
        let name = |number: usize| &recoveries.all[number].recovery.name;
        match recoveries.due(index) {
            Due::ByHand(number) => format!("the recovery {} is done by hand", name(number)),
            Due::Step(number) => match &recoveries.all[number].incident {
                Some(Incident { turn, due: Some(due), .. }) if *due <= self.scheduler.now() => {
                    format!("the recovery {} is due", name(*turn))
                }
                _ => format!("the recovery {} looks at the last results", name(number)),
            },
            Due::Human(number) => {
                let staff = &recoveries.humans[number];
                match staff.at_work.and_then(|(at, _)| recoveries.all[at].incident.as_ref()) {
                    Some(incident) => {
                        format!("{} is about to do {}", staff.human.name, name(incident.turn))
                    }
                    None => format!("{} comes to see what is wrong", staff.human.name),
                }
            }
        }
    }
}

//! Writes down what happens to calls and layers.

use patterns::report::StateId;
use patterns::{Outcome, Time};

use super::recorder::{Instance, Recorder, counted};
use crate::call::{CallEvent, Ending, Observer};

impl Recorder {
    /// A call of an edge ends.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn end_call(&mut self, number: usize, outcome: Outcome, began: Time) {
        let record = &mut self.edges[number];
        record.load.remove();
        if began >= self.warmup {
            record.end_call(outcome, self.now.since(began));
        }
        self.edge_episodes[number].note(outcome, self.now);
    }

    /// An attempt on an edge ends in time.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    fn answer(&mut self, number: usize, outcome: Outcome, began: Time) {
        let record = &mut self.edges[number];
        if began >= self.warmup {
            record.attempts.end(outcome);
        }
        if !outcome.is_ok() {
            record.frozen += counted(self.warmup, began, self.now);
        }
    }

    #[cold]
    #[inline(never)]
    fn keep_ending(&mut self, ending: Ending) {
        let (record, now) = (self.record_of[ending.edge as usize], self.now);
        if let Some(tracer) = &mut self.tracer {
            tracer.keep_ending(ending, record, now);
        }
    }
}

impl Observer for Recorder {
    #[expect(clippy::inline_always, reason = "which event it is, is known where it is given")]
    #[inline(always)]
    fn edge(&mut self, edge: u32, event: CallEvent) {
        let counts = self.counts(self.now);
        let warmup = self.warmup;
        let number = self.record_of[edge as usize] as usize;
        let record = &mut self.edges[number];
        match event {
            CallEvent::Begun => {
                record.calls.issued += u64::from(counts);
                record.load.add();
            }
            CallEvent::BegunAndSent => {
                record.calls.issued += u64::from(counts);
                record.load.add();
                record.attempts.issued += u64::from(counts);
            }
            CallEvent::Sent => record.attempts.issued += u64::from(counts),
            CallEvent::Diverted => record.diverted.issued += u64::from(counts),
            CallEvent::DivertedEnded(outcome, began) => {
                if began >= warmup {
                    record.diverted.end(outcome);
                }
            }
            CallEvent::DivertedGivenUp(began) => {
                record.diverted.given_up += u64::from(began >= warmup);
            }
            // The caller waits for its own call, whoever answers it.
            CallEvent::Ended(outcome, began) | CallEvent::EndedBelow(outcome, began) => {
                self.end_call(number, outcome, began);
            }
            CallEvent::Answered(outcome, began) => {
                self.answer(number, outcome, began);
            }
            CallEvent::AnsweredAndEnded(outcome, began) => {
                self.answer(number, outcome, began);
                self.end_call(number, outcome, began);
            }
            CallEvent::GivenUp(began) => {
                record.calls.given_up += u64::from(began >= warmup);
                record.load.remove();
            }
            CallEvent::Dropped(began) => {
                record.attempts.given_up += u64::from(began >= warmup);
                record.frozen += counted(warmup, began, self.now);
            }
            CallEvent::Late(began) | CallEvent::DivertedLate(began) => {
                record.late += u64::from(began >= warmup);
            }
        }
    }

    #[inline]
    fn asks_for_endings(&self) -> bool {
        self.tracer.is_some()
    }

    fn ending(&mut self, ending: Ending) {
        self.keep_ending(ending);
    }

    fn layer(&mut self, layer: u32, state: StateId) {
        self.leave_state(layer as usize);
        if let Some((before, _)) = self.instances[layer as usize].state {
            self.note_alarm(layer as usize, before, state);
        }
        let Instance { record, state: current, .. } = &mut self.instances[layer as usize];
        *current = Some((state, self.now));
        if self.now >= self.warmup {
            self.layers[*record as usize].states[usize::from(state.0)].entered += 1;
        }
    }
}

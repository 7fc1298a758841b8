//! Checkpoints: writing them, and what is read again.

use patterns::process::{Action, Event};
use patterns::{Context, Duration};

use super::saver::{Resume, Snapshot};
use super::task::Phase;
use super::timers::Timer;
use crate::call::Command;
use crate::kernel::Event as Due;
use crate::model::kind;
use crate::model::request::{NONE, State};
use crate::model::system::Durability;
use crate::model::world::World;

impl World {
    /// Asks what saves a task.
    pub(super) fn ask_saver(&mut self, saver: u32, event: Event) -> Action {
        let now = self.scheduler.now();
        let lives = self.lives.as_deref_mut().expect("there is a saver");
        // Checkpoints never draw.
        let mut draws = || 0.5;
        let mut info = patterns::CallInfo::default();
        let mut cx = Context::new(now, &mut info, &mut draws, &mut lives.effects);
        let machine = &mut lives.savers[saver as usize].machine;
        patterns::process::ProcessPattern::on_event(machine, event, &mut cx)
    }

    /// Sets the timer of a saver as it asks for.
    pub(super) fn set_saver(&mut self, saver: u32, action: Action) {
        let lives = self.lives.as_deref().expect("there is a saver");
        if lives.savers[saver as usize].writing.is_some() {
            // Its timer is that of what is being written.
            return;
        }
        match action {
            Action::WaitUntil(at) => self.set_life(Timer::Saver(saver), at),
            _ => self.cancel_life(Timer::Saver(saver)),
        }
    }

    /// A checkpoint is due behind the step that is done.
    pub(super) fn save_now(&mut self, index: u32) -> Option<Command> {
        let group = self.group_of(index);
        let station = self.stations.request(index).station;
        let takes = self.takes_to_write(group, station);
        self.write(index, takes, None)
    }

    /// A checkpoint that a step asks for.
    pub(super) fn save_here(&mut self, index: u32, takes: Duration) -> Option<Command> {
        let now = self.scheduler.now();
        let saver = self.life(index).saver;
        if saver != NONE && self.life(index).parent == NONE {
            let lives = self.lives.as_deref_mut().expect("there is a saver");
            lives.savers[saver as usize].machine.began(now);
        }
        self.write(index, takes, None)
    }

    /// A task is saved as it is behind its present step, or in the middle of it, with so much work
    /// left.
    fn write(&mut self, index: u32, takes: Duration, left: Option<Duration>) -> Option<Command> {
        let now = self.scheduler.now();
        let group = self.group_of(index);
        let request = self.stations.request(index);
        let (step, ending) = (request.step, request.ending);
        let life = *self.life(index);
        let snapshot = Snapshot {
            step: if left.is_some() { step } else { step + 1 },
            left,
            loops: life.loops,
            ending,
            progress: life.progress(now),
            effects: life.effects,
            context: self.spending.as_ref().map_or(0, |spending| spending.context(index)),
            is_whole: true,
        };
        let is_async = self.group_life(group).durability == Some(Durability::Async);
        self.recorder.note_checkpoint(group as u32);
        if life.saver != NONE {
            let lives = self.lives.as_deref_mut().expect("there is a saver");
            lives.savers[life.saver as usize].writing = Some(snapshot);
            if is_async {
                self.set_life(Timer::Saver(life.saver), now + takes);
                return if left.is_some() { None } else { self.next_step(index) };
            }
        }
        let life = self.life(index);
        life.enter(Phase::Saving, now);
        if left.is_none() {
            self.stations.request_mut(index).state = State::Awaiting;
        }
        self.set_life(Timer::Task(index), now + takes);
        None
    }

    /// The timer of a saver: a checkpoint that was written beside the work is safe, or the next one
    /// is due.
    pub(super) fn saver_woken(&mut self, saver: u32) -> Option<Command> {
        let lives = self.lives.as_deref_mut().expect("there is a saver");
        let index = lives.savers[saver as usize].task;
        if lives.savers[saver as usize].writing.is_some() {
            self.written(index);
            return None;
        }
        let now = self.scheduler.now();
        let request = self.stations.request(index);
        let (state, station, left) = (request.state, request.station, request.due.since(now));
        // Calls are not cut in two: it is due behind the present one.
        if state != State::Working {
            return None;
        }
        let action = self.ask_saver(saver, Event::Wake);
        if action != Action::Checkpoint {
            self.set_saver(saver, action);
            return None;
        }
        let group = self.group_of(index);
        if self.group_life(group).durability == Some(Durability::Sync) {
            self.hold_work(index);
        }
        let takes = self.takes_to_write(group, station);
        self.write(index, takes, Some(left))
    }

    /// How long it takes to write a checkpoint.
    fn takes_to_write(&mut self, group: usize, station: u32) -> Duration {
        let lives = self.lives.as_deref().expect("there are lives");
        lives.groups[group].takes.sample(&mut self.work[station as usize])
    }

    /// The work on a task stands still.
    pub(super) fn hold_work(&mut self, index: u32) {
        let now = self.scheduler.now();
        let request = self.stations.request_mut(index);
        request.state = State::HeldWork;
        request.since = now;
        self.scheduler.cancel_timer(Due { kind: kind::WORK, index });
    }

    /// Work on a task has gone on: a checkpoint that was due meanwhile is written now.
    pub(super) fn save_if_due(&mut self, index: u32) {
        let saver = self.life(index).saver;
        if saver == NONE {
            return;
        }
        let lives = self.lives.as_deref().expect("there is a saver");
        if lives.savers[saver as usize].writing.is_none() {
            let command = self.saver_woken(saver);
            debug_assert!(command.is_none(), "work that stands still asks for nothing");
        }
    }

    /// A checkpoint is written.
    fn written(&mut self, index: u32) {
        let group = self.group_of(index);
        let corrupt = self.group_life(group).ills.corrupt;
        let life = *self.life(index);
        let saver = life.saver;
        let lives = self.lives.as_deref_mut().expect("there is a saver");
        let of = &mut lives.savers[saver as usize];
        let Some(mut snapshot) = of.writing.take() else { return };
        let action = self.ask_saver(saver, Event::Written);
        let lives = self.lives.as_deref_mut().expect("there is a saver");
        let of = &mut lives.savers[saver as usize];
        snapshot.is_whole = corrupt <= 0.0 || corrupt <= life.luck.draw(u16::MAX, of.newest().0);
        of.keep(snapshot);
        self.set_saver(saver, action);
    }

    /// A task has been saved for which it stood still.
    pub(super) fn saved(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        self.note_saved(index);
        if self.life(index).saver != NONE {
            self.written(index);
        }
        self.life(index).enter(Phase::Going, now);
        if self.stations.request(index).state != State::HeldWork {
            self.stations.request_mut(index).step += 1;
            return self.advance(index);
        }
        if !self.is_held(index) {
            self.go_on(index);
        }
        None
    }

    /// A task stands still no longer for a checkpoint, if it did.
    pub(super) fn note_saved(&mut self, index: u32) {
        let life = *self.life(index);
        if life.phase == Phase::Saving {
            self.recorder.note_saving(life.group, life.since);
        }
    }

    /// A task goes on that was in hand when its agent crashed, as its saver says.
    pub(super) fn resume_life(&mut self, index: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let group = self.group_of(index);
        let station = self.stations.request(index).station;
        let tries = self.group_life(group).tries;
        let life = self.life(index);
        life.tries += 1;
        let saver = life.saver;
        if tries < life.tries {
            self.recorder.note_dead_letter(group as u32);
            return self.end_task(index, patterns::Outcome::failed(patterns::Class::Network));
        }
        let lives = self.lives.as_deref().expect("it has a life");
        if saver == NONE || lives.savers[saver as usize].resume == Resume::Anew {
            return self.begin_again(index, None);
        }
        let restore = lives.groups[group].restore.sample(&mut self.work[station as usize]);
        self.life(index).enter(Phase::Restoring, now);
        self.set_life(Timer::Task(index), now + restore);
        None
    }

    /// A checkpoint has been read.
    pub(super) fn restored(&mut self, index: u32) -> Option<Command> {
        let group = self.group_of(index);
        let saver = self.life(index).saver;
        let lives = self.lives.as_deref().expect("it has a saver");
        let Resume::From(id) = lives.savers[saver as usize].resume else {
            return self.begin_again(index, None);
        };
        let snapshot = lives.savers[saver as usize].snapshot(id);
        if let Some(snapshot) = snapshot.filter(|snapshot| snapshot.is_whole) {
            self.recorder.note_restored(group as u32, true);
            return self.begin_again(index, Some(snapshot));
        }
        self.recorder.note_restored(group as u32, false);
        let action = self.ask_saver(saver, Event::Broken);
        self.note_resume(saver, action);
        // Reading the next one is no further try.
        self.life(index).tries -= 1;
        self.resume_life(index)
    }

    /// What a saver says of how its task goes on.
    pub(super) fn note_resume(&mut self, saver: u32, action: Action) {
        let lives = self.lives.as_deref_mut().expect("there is a saver");
        lives.savers[saver as usize].resume = match action {
            Action::Restore(id) => Resume::From(id),
            _ => Resume::Anew,
        };
    }

    /// A task begins anew, or goes on from where it was saved.
    fn begin_again(&mut self, index: u32, from: Option<Snapshot>) -> Option<Command> {
        let now = self.scheduler.now();
        let group = self.group_of(index);
        let life = self.life(index);
        let (lost, again) = match from {
            None => (life.progress, life.effects),
            Some(from) => (life.progress - from.progress, life.effects - from.effects),
        };
        life.progress = from.map_or(Duration::ZERO, |from| from.progress);
        life.effects = from.map_or(0, |from| from.effects);
        life.loops = from.map_or([0; crate::model::system::LOOPS_MAX], |from| from.loops);
        life.enter(Phase::Going, now);
        let saver = life.saver;
        self.recorder.note_done_again(group as u32, lost, again);
        if let Some(spending) = &mut self.spending {
            spending.begin_again(index, from.map_or(0, |from| from.context));
        }
        let request = self.stations.request_mut(index);
        request.ending = from.map_or(0, |from| from.ending);
        // Behind the step that begins a task.
        request.step = from.map_or(1, |from| from.step);
        if saver != NONE {
            let action = self.ask_saver(saver, Event::Started);
            self.set_saver(saver, action);
        }
        match from.and_then(|from| from.left) {
            Some(left) => {
                self.work(index, left);
                if self.is_held(index) {
                    self.hold_work(index);
                }
                None
            }
            None => self.advance(index),
        }
    }
}

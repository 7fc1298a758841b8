//! What a fault can do to requests at a service, or on the way to one.

use patterns::{Class, Duration, Outcome};

use super::health::{Health, Slowing, Turned};
use super::hit::{Hit, Permanent};
use super::ills::Ills;
use super::leak::{Growth, Leak};
use super::level::{Level, Onset};

impl Health {
    /// For a fault that adds to it.
    pub(super) fn adding(&mut self, onset: Onset, scope: u32) -> Adding<'_> {
        Adding { health: self, onset, scope, by: Permanent::Attempt }
    }
}

/// Takes what a fault that is on does to a service or a link, beside what others do.
#[derive(Debug)]
pub struct Adding<'h> {
    health: &'h mut Health,
    onset: Onset,
    /// The bit of its scope; none if it can hit every request.
    scope: u32,
    by: Permanent,
}

impl Adding<'_> {
    fn hit(&self, share: impl Into<Level>) -> Hit {
        let mut hit = Hit::new(share.into(), self.by, self.scope, self.onset);
        hit.resume(&self.health.chains);
        hit
    }

    /// What meets the same fate, of all that is added from now on: otherwise each attempt is hit or
    /// not by itself.
    pub fn permanent(&mut self, by: impl Into<Permanent>) {
        self.by = by.into();
    }

    /// The service is down: every request is refused at once ([`Class::Network`]).
    pub fn go_down(&mut self) {
        self.health.down += 1;
        self.health.is_whole = true;
        self.refuse(1.0, Class::Network);
    }

    /// The service takes nothing new, and fails the check by which a balancer asks whether it is
    /// ready: every request is refused at once ([`Class::Overload`]).
    pub fn drain(&mut self) {
        // To those whom it does not refuse it is ready.
        self.health.drains |= self.scope == 0;
        self.refuse(1.0, Class::Overload);
    }

    /// Nothing moves: requests are taken and never answered, work stands still.
    pub fn hang(&mut self) {
        if self.scope != 0 {
            return self.hang_some(1.0);
        }
        self.health.hanging += 1;
        self.health.may_hold = true;
    }

    /// A share of requests does not move, from their next step on; others go on.
    pub fn hang_some(&mut self, share: impl Into<Level>) {
        let hit = self.hit(share);
        self.health.stuck.push(hit);
        self.health.may_hold = true;
    }

    /// A share of requests is refused at once.
    pub fn refuse(&mut self, share: impl Into<Level>, class: Class) {
        let hit = self.hit(share);
        self.health.door.push((hit, Turned::Refused(class)));
    }

    /// A share of requests is lost on the way: the service never sees them, and no answer comes.
    pub fn lose(&mut self, share: impl Into<Level>) {
        let hit = self.hit(share);
        self.health.door.push((hit, Turned::Lost));
    }

    /// A share of requests is delivered twice, unless another fault turns them away.
    pub fn deliver_twice(&mut self, share: impl Into<Level>) {
        let hit = self.hit(share);
        self.health.door.push((hit, Turned::Twice));
    }

    /// A share of requests fails when their work is done.
    ///
    /// Each fault hits requests independently of the others; one that several hit fails as by the
    /// first.
    pub fn fail(&mut self, share: impl Into<Level>, class: Class) {
        let hit = self.hit(share);
        self.health.endings.push((hit, Outcome::failed(class)));
        self.health.minds_ends = true;
    }

    /// A share of requests that end well has a wrong value, which nothing shows.
    ///
    /// What the same fault fails as well is of that share: each fault makes one draw for a request.
    pub fn mislead(&mut self, share: impl Into<Level>) {
        let hit = self.hit(share);
        self.health.endings.push((hit, Outcome::Ok.wrong()));
        self.health.minds_ends = true;
    }

    /// Work that begins takes this many times as long. Factors multiply.
    pub fn slow(&mut self, factor: f64) {
        if self.scope != 0 {
            return self.stretch(1.0, factor, 0.0);
        }
        self.health.factor *= factor;
        self.health.is_slow = true;
    }

    /// Work that begins takes this much longer, after all factors.
    pub fn delay(&mut self, time: Duration) {
        if self.scope != 0 {
            return self.stretch(1.0, 1.0, time.as_secs_f64());
        }
        self.health.extra += time;
        self.health.is_slow = true;
    }

    /// Work on a share of requests takes this many times as long, and then this many seconds more.
    pub fn stretch(&mut self, share: f64, factor: impl Into<Level>, extra: impl Into<Level>) {
        let (hit, factor, extra) = (self.hit(share), factor.into(), extra.into());
        self.health.slowings.push(Slowing { hit, factor, extra, idle: Duration::MAX });
        self.health.is_slow = true;
    }

    /// Work takes this many times as long, and the level begins anew whenever nothing was in work
    /// for a time.
    pub fn stretch_after(&mut self, idle: Duration, factor: impl Into<Level>) {
        let (hit, factor, extra) = (self.hit(1.0), factor.into(), Level::Fixed(0.0));
        self.health.slowings.push(Slowing { hit, factor, extra, idle });
        self.health.active = self.health.active.max(self.onset.at);
        (self.health.is_slow, self.health.minds_ends) = (true, true);
    }

    /// Work is cut off, with [`Class::Network`], after so much of it on average.
    pub fn cut(&mut self, after: Duration) {
        let hit = self.hit(1.0);
        self.health.cuts.push((hit, after.as_secs_f64()));
        self.health.is_slow = true;
    }

    /// Something fills up, until the fault ends or the service comes back from being down.
    pub fn leak(&mut self, growth: Growth) {
        let new = Leak::new(growth, self.hit(1.0));
        self.health.ills.full_after = self.health.ills.full_after.min(growth.full_after);
        let kept = self.health.kept_leaks.iter().find(|leak| leak.is_as(&new));
        self.health.leaks.push(kept.copied().unwrap_or(new));
        (self.health.is_slow, self.health.minds_ends) = (true, true);
    }

    /// Work that begins takes longer by this share of its time for each other request that is in
    /// work then.
    pub fn slow_by_load(&mut self, share: f64) {
        self.health.load += share;
        self.health.is_whole = true;
        self.health.is_slow = true;
    }

    /// Each process crashes by itself after working for so long on average, and a share of those
    /// that start crash at once.
    pub fn crash_each(&mut self, mean: Duration, again: f64) {
        self.health.ills.crash_rate += 1.0 / mean.as_secs_f64();
        Ills::add(&mut self.health.ills.crash_again, again);
    }

    /// A share of the loops that begin have no way out.
    pub fn let_loops_stick(&mut self, share: f64) {
        Ills::add(&mut self.health.ills.stuck, share);
    }

    /// A share of the checkpoints that are written cannot be read again.
    pub fn corrupt(&mut self, share: f64) {
        Ills::add(&mut self.health.ills.corrupt, share);
    }

    /// No more requests than these are in work at a time.
    pub fn limit_slots(&mut self, slots: u32) {
        self.health.slots = self.health.slots.min(slots);
        self.health.is_whole = true;
    }
}

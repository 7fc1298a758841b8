//! The beginning and the end of the work that a service does for a request.

use patterns::{Class, Duration, Outcome, Time};

use super::kind;
use super::recorder::Recorder;
use super::request::{Request, State};
use super::role::Service;
use crate::kernel::{Event, Scheduler};

/// A request to a service has got a slot, as one of so many that have one, and had waited in line
/// for it or not: its first step is always the work that was drawn for it.
#[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
#[inline(always)]
pub(super) fn begin(
    index: u32,
    request: &mut Request,
    (busy, was_in_line): (u32, bool),
    service: &mut Service,
    recorder: &mut Recorder,
    scheduler: &mut Scheduler,
) {
    let now = scheduler.now();
    request.started = now;
    recorder.note_begin(service.number, request.arrived, was_in_line);
    if service.health.holds(request.fate, now) {
        request.state = State::HeldStep;
        return;
    }
    request.state = State::Working;
    let mut span = request.demand;
    if service.health.is_slow() {
        span = hindered(span, request, busy, service, now);
    }
    request.due = now + span;
    scheduler.set_timer(request.due, Event { kind: kind::WORK, index });
}

/// How long work takes by the faults of a service, or until it is cut off.
#[inline(never)]
pub(super) fn hindered(
    work: Duration,
    request: &mut Request,
    busy: u32,
    service: &mut Service,
    now: Time,
) -> Duration {
    let work = service.health.slowed(work, busy, request.fate, now);
    let Some(cut) = service.health.cut(work, request.fate, now) else { return work };
    request.ending = Outcome::failed(Class::Network).code();
    // No step follows.
    (request.step, request.is_last) = (u16::MAX - 1, true);
    cut
}

/// How a request at a service ends that has come to the end of its program; not at all while
/// it does not move.
#[inline]
pub(super) fn ending(request: &Request, service: &mut Service, now: Time) -> Option<Outcome> {
    if service.health.holds(request.fate, now) {
        return None;
    }
    Some(service.health.ending(request.fate, now, done(request)))
}

/// How a program ends that has come to its end.
#[inline]
pub(super) fn done(request: &Request) -> Outcome {
    Outcome::of_code(request.ending)
}

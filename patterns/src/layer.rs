//! The one abstraction of this crate: what a layer learns, and what it may answer.
//!
//! A call comes from above, attempts go below, and every layer sits in between. It sees a
//! call, a reply and a wake, and answers each with one [`Action`]:
//!
//! ```text
//!                 call          ▲ Action::Reply
//!                  │            │
//!             ┌────▼────────────┴───┐
//!  wake ─────►│        layer        │ Action::Wait, Action::WaitUntil
//!             └────┬────────────▲───┘
//!                  │            │
//!       Action::Send ▼          reply
//! ```
//!
//! It also learns, with nothing to answer, that a call was given up above, and how an attempt of
//! such a call ended all the same.
//!
//! Whoever drives the layers keeps this contract:
//!
//! - time never goes back;
//! - for each call, `on_call` comes first, then replies and wakes, until the layer replies or
//!   `on_cancel` comes; after `on_cancel` only `on_late` may come;
//! - when a layer replies, what is still open below is given up.

use core::fmt;
use core::ops::{Index, IndexMut};

use crate::call_info::CallInfo;
use crate::intervention::Intervention;
use crate::outcome::Outcome;
use crate::report::{Counts, StateId};
use crate::time::Time;

/// A pattern that stands in the path of calls.
///
/// Implementations must be deterministic: the same inputs and draws give the same actions.
pub trait Layer {
    /// A call has come from above.
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action;

    /// An attempt sent for this call has ended.
    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action;

    /// The time this call asked for has come, or another call woke it.
    fn on_wake(&mut self, _call: CallId, _cx: &mut Context<'_>) -> Action {
        Action::Wait
    }

    /// The call was given up above; whatever it holds is to be released.
    fn on_cancel(&mut self, _call: CallId, _cx: &mut Context<'_>) {}

    /// An attempt has ended after its call was given up.
    fn on_late(&mut self, _call: CallId, _outcome: Outcome, _cx: &mut Context<'_>) {}

    /// Something is done to it by hand. Says whether it can be: only what its
    /// [`Report`](crate::report::Report) names can.
    ///
    /// There is no call: `cx` has the time and the draws, wakes calls and takes states.
    fn intervene(&mut self, _intervention: Intervention, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// The state it begins in, for a layer that reports its states by [`Context::enter_state`].
    fn initial_state(&self) -> Option<StateId> {
        None
    }

    /// Whether it remembers nothing but of open calls, and what it counts: then one instance does
    /// for many callers what an instance for each of them would do.
    fn keeps_nothing(&self) -> bool {
        false
    }

    /// Whether it may send attempts to this target ([`Action::SendTo`]).
    fn sends_to(&self, _target: Target) -> bool {
        false
    }

    /// Adds what it has counted until now to `counts`, in the order of its
    /// [`Report`](crate::report::Report). It counts for itself as it goes, and is asked but once
    /// or twice in a run.
    fn count(&self, _now: Time, _counts: &mut Counts) {}
}

/// What a layer does next about one call.
///
/// Each action replaces the one before: a call is woken at the time its last action gave, and not
/// at all if that action gave none.
// What its variants carry is of one width, so that it travels in two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Send one attempt below.
    Send,
    /// Send one attempt below, and wake this call at the given time.
    SendAndWake(Time),
    /// Send one attempt to another target than the one below: a fallback, another replica. It
    /// travels under the policy that the caller has for that target.
    SendTo(Target),
    /// Do nothing until the next reply, or until another call wakes this one.
    Wait,
    /// Do as for `Wait`, but no longer than until the given time.
    WaitUntil(Time),
    /// Answer the call. What is still open below is given up.
    Reply(Outcome),
}

/// Names one open call at one layer; small, and used again after the call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// Names another target of a call, by its place in the list that the layer was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(pub usize);

/// What surrounds a layer while it decides: the time, the call, the draws, and what it wants known.
pub struct Context<'a> {
    /// The current time.
    pub now: Time,
    info: &'a mut CallInfo,
    rng: &'a mut dyn Rng,
    effects: &'a mut Effects,
    is_extra_attempt: bool,
}

/// What a layer asked for beside its action; whoever drives it carries this out afterwards.
#[derive(Debug, Default)]
pub struct Effects {
    /// Calls of the same layer to be woken, in order.
    pub woken: Vec<CallId>,
    /// States that the layer has entered, in order.
    pub states: Vec<StateId>,
}

impl<'a> Context<'a> {
    /// The surroundings of one decision; if the layer lowers the deadline of the call, `info` has
    /// it afterwards.
    #[inline]
    pub fn new(
        now: Time,
        info: &'a mut CallInfo,
        rng: &'a mut dyn Rng,
        effects: &'a mut Effects,
    ) -> Self {
        Self { now, info, rng, effects, is_extra_attempt: false }
    }

    /// The surroundings of the end of an attempt: whether it was sent for its call after another.
    #[must_use]
    #[inline]
    pub fn of_attempt(self, is_extra: bool) -> Self {
        Self { is_extra_attempt: is_extra, ..self }
    }

    /// Whether the attempt that has ended was not the first one that was sent for its call: a
    /// retry, a hedge.
    #[inline]
    pub fn is_extra_attempt(&self) -> bool {
        self.is_extra_attempt
    }

    /// What is known of the call.
    #[inline]
    pub fn info(&self) -> CallInfo {
        *self.info
    }

    /// Lowers the deadline of the call: its attempts from now on know this one. A deadline
    /// never grows; a later one than it has changes nothing.
    pub fn shorten_deadline(&mut self, deadline: Time) {
        self.info.deadline = self.info.deadline.min(deadline);
    }

    /// A uniform draw from `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        self.rng.uniform()
    }

    /// Wakes another call of the same layer as soon as this decision is carried out.
    pub fn wake(&mut self, other: CallId) {
        self.effects.woken.push(other);
    }

    /// Tells observers that the layer is in another state now: one of its
    /// [`Report`](crate::report::Report).
    pub fn enter_state(&mut self, state: impl Into<StateId>) {
        self.effects.states.push(state.into());
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .field("about", &self.info)
            .finish_non_exhaustive()
    }
}

/// A source of uniform draws from `[0, 1)`.
pub trait Rng {
    /// The next draw.
    fn uniform(&mut self) -> f64;
}

/// A function that gives a draw each time.
impl<F: FnMut() -> f64> Rng for F {
    fn uniform(&mut self) -> f64 {
        self()
    }
}

impl Rng for Context<'_> {
    fn uniform(&mut self) -> f64 {
        self.rng.uniform()
    }
}

/// What a layer remembers of each open call.
///
/// A plain array by [`CallId`]: ids are small and used again, so once a run has seen its largest
/// number of open calls nothing more is allocated.
#[derive(Clone, Debug)]
pub struct PerCall<T>(Vec<T>);

impl<T> Default for PerCall<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> PerCall<T> {
    /// Begins to remember `value` of a call; what its id stood for before is forgotten.
    #[inline]
    pub fn open(&mut self, call: CallId, value: T) {
        *self.reuse(call) = value;
    }

    /// The place of a call that begins: it holds what was remembered last of a call with this id,
    /// or the default.
    #[inline]
    pub fn reuse(&mut self, call: CallId) -> &mut T {
        let index = call.0 as usize;
        if index < self.0.len() { &mut self.0[index] } else { self.grow(index) }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, index: usize) -> &mut T {
        let len = index + 1;
        // Most callers have one call open: no room is made for four. What is full doubles.
        if len > self.0.capacity() {
            self.0.reserve_exact((len - self.0.len()).max(self.0.len()));
        }
        self.0.resize_with(len, T::default);
        &mut self.0[index]
    }

    /// What is remembered of a call; nothing if no call had this id, or a larger one, so far.
    #[inline]
    pub fn get(&self, call: CallId) -> Option<&T> {
        self.0.get(call.0 as usize)
    }
}

impl<T> Index<CallId> for PerCall<T> {
    type Output = T;

    #[inline]
    fn index(&self, call: CallId) -> &T {
        &self.0[call.0 as usize]
    }
}

impl<T> IndexMut<CallId> for PerCall<T> {
    #[inline]
    fn index_mut(&mut self, call: CallId) -> &mut T {
        &mut self.0[call.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_calls_grows_rarely_and_not_for_more_than_twice_as_many() {
        let mut calls = PerCall::<u64>::default();
        let mut growths = 0;
        for call in 0..100_000 {
            let room = calls.0.capacity();
            calls.open(CallId(call), 1);
            growths += u32::from(calls.0.capacity() != room);
            assert!(calls.0.capacity() <= 2 * (call as usize + 1));
        }
        assert!(growths < 25, "{growths} growths");
    }
}

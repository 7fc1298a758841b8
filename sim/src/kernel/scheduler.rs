//! What is due when: the clock, pending events, timers that can be cancelled, the fingerprint.

use std::collections::VecDeque;

use patterns::Time;

use super::queue::Queue;

/// The number of kinds of event.
pub const KINDS: usize = 1 << KIND_BITS;
/// The highest index of an event.
pub const MAX_INDEX: u32 = FIRST_LANE - 1;

// A key is time (64 bits) | sequence number (38 bits) | token (26 bits), and a token is
// guarded (1 bit) | kind (3 bits) | index (22 bits). The highest indices of guarded events of the
// last kind stand for lanes. Of a sequence number 32 bits are used, so that those of a million
// timers take four megabytes: it is looked up at random.
const INDEX_BITS: u32 = 22;
const KIND_BITS: u32 = 3;
const TOKEN_BITS: u32 = 1 + KIND_BITS + INDEX_BITS;
const GUARDED: u32 = 1 << (KIND_BITS + INDEX_BITS);
const LANES: u32 = 1 << 16;
const FIRST_LANE: u32 = (1 << INDEX_BITS) - LANES;
const LANE: u32 = (1 << TOKEN_BITS) - LANES;
const LAST_SEQ: u32 = u32::MAX;

/// Something that happens at a point of time; what it means is for the model to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// What kind of event, below [`KINDS`].
    pub kind: u8,
    /// To which thing it happens, at most [`MAX_INDEX`].
    pub index: u32,
}

/// Names a lane of a [`Scheduler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(u16);

/// What is due when.
///
/// Events come in the order of their times, and those of one time in the order in which they were
/// scheduled or set. Nothing is ever due at [`Time::MAX`].
///
/// An event that was set is a *timer*: it can be cancelled, and there is only one of the same
/// kind and index. Cancelling costs next to nothing, for the key stays pending and is passed over
/// when its time comes. Where nearly all timers are cancelled, as with timeouts, even that is
/// saved by a *lane*: timers that are set in the order of their times wait in line, and only the
/// first has a key pending. Lanes never change the order of events.
///
/// # Panics
///
/// If the kind or the index of an event is out of range.
#[derive(Clone, Debug)]
pub struct Scheduler {
    now: Time,
    queue: Queue,
    /// By kind and index, the sequence number of the timer, or 0.
    armed: [Vec<u32>; KINDS],
    lanes: Vec<Lane>,
    lanes_given: u32,
    seq: u32,
    events: u64,
    digest: u64,
}

/// Timers that wait in line.
#[derive(Clone, Debug, Default)]
struct Lane {
    /// Keys in order, of which only the first is pending, with the token of the lane.
    waiting: VecDeque<u128>,
    /// The one that came last.
    last: u128,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self::new()
    }
}

impl Scheduler {
    /// Nothing due, at time zero.
    pub fn new() -> Self {
        Self {
            now: Time::ZERO,
            queue: Queue::new(),
            armed: Default::default(),
            lanes: Vec::new(),
            lanes_given: 0,
            seq: 0,
            events: 0,
            digest: START,
        }
    }

    /// The current time: that of the last event.
    #[inline]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Lets the event happen at `at`, or now if that is past. It cannot be cancelled.
    #[expect(clippy::inline_always, reason = "on the way of every event: some 20 instructions")]
    #[inline(always)]
    pub fn schedule(&mut self, at: Time, event: Event) {
        if at < Time::MAX {
            let key = self.key(at, token(event));
            self.queue.push(key);
        }
    }

    /// Sets the timer of this event to `at`, or now if that is past, whatever it was set to.
    #[expect(clippy::inline_always, reason = "on the way of every event: some 20 instructions")]
    #[inline(always)]
    pub fn set_timer(&mut self, at: Time, event: Event) {
        if let Some(key) = self.guard(at, event) {
            self.queue.push(key);
        }
    }

    /// Does as [`set_timer`](Self::set_timer) does, and sooner if times only rise from one timer of
    /// the lane to the next, as those of timeouts of one length do.
    #[expect(clippy::inline_always, reason = "on the way of every timeout: some 20 instructions")]
    #[inline(always)]
    pub fn set_timer_in(&mut self, lane: LaneId, at: Time, event: Event) {
        let Some(key) = self.guard(at, event) else { return };
        let Lane { waiting, last } = &mut self.lanes[usize::from(lane.0)];
        if waiting.is_empty() {
            self.queue.push(head(key, lane));
        } else if key < *last {
            self.queue.push(key);
            return;
        }
        *last = key;
        waiting.push_back(key);
    }

    /// Cancels the timer of this event, if it is set.
    #[inline]
    pub fn cancel_timer(&mut self, event: Event) {
        if let Some(armed) = self.timer(event) {
            *armed = 0;
        }
    }

    /// A new lane. There are 65536; a further one is shared with an earlier one, which changes
    /// nothing but the speed.
    pub fn lane(&mut self) -> LaneId {
        let lane = self.lanes_given % LANES;
        self.lanes_given += 1;
        if self.lanes.len() <= lane as usize {
            self.lanes.push(Lane::default());
        }
        LaneId(lane as u16)
    }

    /// The next event that is due at `horizon` or before; now is its time.
    ///
    /// It is counted, and the fingerprint covers it. If there is none, what is due later stays
    /// pending, and the clock stands where it stood.
    #[inline]
    pub fn next(&mut self, horizon: Time) -> Option<Event> {
        let limit = u128::from(horizon.as_nanos()) << 64 | u128::from(u64::MAX);
        loop {
            let mut key = self.queue.pop_to(limit)?;
            if key as u32 & TOKEN_MASK >= LANE {
                let Some(first) = self.advance(key) else { continue };
                key = first;
            }
            let token = key as u32 & TOKEN_MASK;
            let event = event(token);
            if token & GUARDED != 0 {
                let seq = seq(key);
                match self.timer(event) {
                    Some(armed) if *armed == seq => *armed = 0,
                    _ => continue,
                }
            }
            self.now = Time::from_nanos((key >> 64) as u64);
            self.events += 1;
            let word = u64::from(token & !GUARDED);
            self.digest = mix(self.digest ^ self.now.as_nanos(), EVENT ^ word);
            return Some(event);
        }
    }

    /// Some of the events that come next, as far as it is known now.
    pub(crate) fn upcoming(&self) -> impl Iterator<Item = Event> {
        let tokens = self.queue.near().map(|key| key as u32 & TOKEN_MASK);
        tokens.filter(|token| *token < LANE).map(event)
    }

    /// Lets the fingerprint cover a word: an outcome, say.
    #[inline]
    pub fn fold(&mut self, word: u64) {
        self.digest = mix(self.digest ^ word, WORD);
    }

    /// How many events there were.
    #[inline]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A digest over all events and words so far, in order.
    pub fn fingerprint(&self) -> u64 {
        mix(self.digest ^ self.events, END)
    }

    /// The key of something due at `at`.
    #[expect(clippy::inline_always, reason = "on the way of every event: some 20 instructions")]
    #[inline(always)]
    fn key(&mut self, at: Time, token: u32) -> u128 {
        if self.seq == LAST_SEQ {
            self.renumber();
        }
        self.seq += 1;
        let at = at.max(self.now).as_nanos();
        u128::from(at) << 64 | u128::from(u64::from(self.seq) << TOKEN_BITS | u64::from(token))
    }

    /// The key of a timer that is now set, or nothing if it is never due.
    #[expect(clippy::inline_always, reason = "on the way of every event: some 20 instructions")]
    #[inline(always)]
    fn guard(&mut self, at: Time, event: Event) -> Option<u128> {
        if at == Time::MAX {
            self.cancel_timer(event);
            return None;
        }
        let key = self.key(at, token(event) | GUARDED);
        let seq = self.seq;
        match self.timer(event) {
            Some(armed) => *armed = seq,
            None => self.first_timer(event, seq),
        }
        Some(key)
    }

    #[inline]
    fn timer(&mut self, event: Event) -> Option<&mut u32> {
        self.armed[usize::from(event.kind)].get_mut(event.index as usize)
    }

    #[cold]
    fn first_timer(&mut self, event: Event, seq: u32) {
        let timers = &mut self.armed[usize::from(event.kind)];
        timers.resize(event.index as usize, 0);
        timers.push(seq);
    }

    /// Takes the first timer of the lane whose key this is; the next live one gets its key.
    #[inline]
    fn advance(&mut self, key: u128) -> Option<u128> {
        let lane = (key as u32 & TOKEN_MASK) - LANE;
        let waiting = &mut self.lanes.get_mut(lane as usize)?.waiting;
        let first = waiting.pop_front();
        let dead = waiting.iter().position(|&key| is_live(&self.armed, key));
        waiting.drain(..dead.unwrap_or(waiting.len()));
        if let Some(&next) = waiting.front() {
            self.queue.push(head(next, LaneId(lane as u16)));
        }
        first
    }

    /// Gives what is pending new sequence numbers in the same order, when they are used up.
    #[cold]
    #[inline(never)]
    fn renumber(&mut self) {
        let mut keys = Vec::with_capacity(self.queue.len());
        while let Some(key) = self.queue.pop() {
            if key as u32 & TOKEN_MASK < LANE {
                keys.push(key);
            }
        }
        keys.extend(self.lanes.iter_mut().flat_map(|lane| lane.waiting.drain(..)));
        keys.retain(|&key| key as u32 & GUARDED == 0 || is_live(&self.armed, key));
        keys.sort_unstable();
        self.queue = Queue::new();
        self.seq = 0;
        for key in keys {
            let token = key as u32 & TOKEN_MASK;
            let at = Time::from_nanos((key >> 64) as u64);
            let key = self.key(at, token);
            if token & GUARDED != 0 {
                let timers = &mut self.armed[(token >> INDEX_BITS) as usize % KINDS];
                timers[(token & INDEX_MASK) as usize] = self.seq;
            }
            self.queue.push(key);
        }
    }
}

const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const TOKEN_MASK: u32 = (1 << TOKEN_BITS) - 1;

/// The sequence number of a key.
#[inline]
fn seq(key: u128) -> u32 {
    (key as u64 >> TOKEN_BITS) as u32
}

/// Whether a timer with this key would go off.
#[inline]
fn is_live(armed: &[Vec<u32>; KINDS], key: u128) -> bool {
    let token = key as u32 & TOKEN_MASK & !GUARDED;
    let timers = &armed[(token >> INDEX_BITS) as usize % KINDS];
    timers.get((token & INDEX_MASK) as usize) == Some(&seq(key))
}

#[expect(clippy::inline_always, reason = "on the way of every event: some 10 instructions")]
#[inline(always)]
fn token(event: Event) -> u32 {
    if event.kind as usize >= KINDS || event.index > MAX_INDEX {
        no_such(event);
    }
    u32::from(event.kind) << INDEX_BITS | event.index
}

#[inline]
fn event(token: u32) -> Event {
    Event { kind: (token >> INDEX_BITS) as u8 % KINDS as u8, index: token & INDEX_MASK }
}

#[cold]
#[inline(never)]
fn no_such(event: Event) -> ! {
    panic!("no such event: {event:?}")
}

/// The key of the first timer of a lane, in the name of the lane.
#[inline]
fn head(first: u128, lane: LaneId) -> u128 {
    first & !u128::from(TOKEN_MASK) | u128::from(LANE | u32::from(lane.0))
}

// Where the digest begins and what it is multiplied with: the first digits of pi, so that it is
// plain where they come from. All are large and odd.
const START: u64 = 0x243f_6a88_85a3_08d3;
const EVENT: u64 = 0x1319_8a2e_0370_7345;
const WORD: u64 = 0xa409_3822_299f_31d1;
const END: u64 = 0x082e_fa98_ec4e_6c89;

/// The halves of a product, folded: one multiplication that lets every bit reach every other.
#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little system of timeouts, most of which are cancelled.
    fn story(mut scheduler: Scheduler) -> Vec<(Time, Event)> {
        let lanes = [scheduler.lane(), scheduler.lane()];
        for index in 0..50 {
            scheduler.schedule(Time::from_nanos(u64::from(index) % 7), Event { kind: 1, index });
        }
        let mut story = Vec::new();
        while let Some(event) = scheduler.next(Time::from_nanos(500)) {
            story.push((scheduler.now(), event));
            let later = |nanos| Time::from_nanos(scheduler.now().as_nanos() + nanos);
            let (soon, late) = (later(1 + u64::from(event.index % 13)), later(11));
            if event.kind == 1 {
                let timeout = Event { kind: 2, index: event.index };
                scheduler.set_timer_in(lanes[event.index as usize % 2], late, timeout);
                scheduler.set_timer(soon, Event { kind: 7, index: event.index });
                scheduler.set_timer(late, Event { kind: 3, index: event.index / 2 });
            } else if event.kind == 7 {
                scheduler.cancel_timer(Event { kind: 2, index: event.index });
                scheduler.schedule(soon, Event { kind: 1, index: event.index });
            }
        }
        story
    }

    #[test]
    fn nothing_changes_when_sequence_numbers_are_used_up() {
        let expected = story(Scheduler::new());
        assert!(expected.len() > 1_000);
        for left in [0, 1, 49, 51, 100, 777, 778, 779] {
            let old = Scheduler { seq: LAST_SEQ - left, ..Scheduler::new() };
            assert_eq!(story(old), expected, "{left}");
        }
    }
}

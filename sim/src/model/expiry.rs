//! When open tasks fail because they take too long, in the order in which they do.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use patterns::{Class, Duration, Outcome, Time};

use crate::observe::EpisodeFinder;

/// Failures beyond this many in a row change no share of the last outcomes: all of these are
/// failures by then.
const ROW_MAX: usize = 64;

/// How many that are stuck fail again and again at most; further ones fail once. It bounds what
/// they cost where the limit is much shorter than what tasks take.
const AGAIN_MAX: usize = 1024;

/// Fewer than this are kept, whether they have ended or not.
const ROOM_MIN: usize = 64;

/// When what is open in a group of agents, or on an edge, has been so for too long.
#[derive(Debug)]
pub(super) struct Expiries {
    /// The next first. What has ended stays in until it is due, or until it is swept out.
    queue: BinaryHeap<Reverse<Expiry>>,
    /// How many there may be before those that ended are swept out: so there are never more than
    /// twice those that were open at some time.
    room: usize,
    /// Whether what is stuck fails again each time its limit has passed.
    fails_again: bool,
    /// How many do that now.
    again: usize,
}

/// That something has been open for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expiry {
    at: Time,
    index: u32,
    began: Time,
    limit: Duration,
    is_again: bool,
}

impl Expiries {
    /// None yet. Whoever does one thing after the other fails again and again while it is stuck,
    /// as they would if they gave up and tried anew; of others more comes, and fails as well.
    pub(super) fn new(fails_again: bool) -> Self {
        Self { queue: BinaryHeap::new(), room: ROOM_MIN, fails_again, again: 0 }
    }

    /// Something begins that may be open for some time only.
    pub(super) fn add(&mut self, (index, began): (u32, Time), limit: Duration) {
        let at = began + limit;
        if at < Time::MAX {
            self.queue.push(Reverse(Expiry { at, index, began, limit, is_again: false }));
        }
    }

    /// Takes out what has ended, if it is [full](Self::is_full).
    pub(super) fn sweep(&mut self, is_open: impl Fn(u32, Time) -> bool) {
        if self.is_full() {
            self.queue.retain(|Reverse(expiry)| is_open(expiry.index, expiry.began));
            self.again = self.queue.iter().filter(|Reverse(expiry)| expiry.is_again).count();
            self.room = (2 * self.queue.len()).max(ROOM_MIN);
        }
    }

    /// Whether there is so much in it that it is worth to take out what has ended.
    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= self.room
    }

    /// When the next of them is due.
    pub(super) fn next(&self) -> Time {
        self.queue.peek().map_or(Time::MAX, |Reverse(expiry)| expiry.at)
    }

    /// All that fail before a time, in order, though beyond a row of them only the last: what is
    /// then open fails once more as late as it can.
    pub(super) fn fail_before(
        &mut self,
        until: Time,
        is_open: impl Fn(u32, Time) -> bool,
        mut fail: impl FnMut(Time),
    ) {
        let (mut row, mut last) = (0, None);
        let mut skipped = Vec::new();
        while self.next() < until
            && let Some(Reverse(mut expiry)) = self.queue.pop()
        {
            self.again -= usize::from(expiry.is_again);
            if !is_open(expiry.index, expiry.began) {
                continue;
            }
            row += 1;
            if row <= ROW_MAX {
                fail(expiry.at);
            } else {
                last = last.max(Some(expiry.at));
            }
            if !self.fails_again || expiry.limit == Duration::ZERO || self.again >= AGAIN_MAX {
                continue;
            }
            self.again += 1;
            expiry.is_again = true;
            if row <= ROW_MAX {
                expiry.at = expiry.at + expiry.limit;
                self.queue.push(Reverse(expiry));
            } else {
                // The last multiple of its limit that lies before that time, and the next one.
                let more = (until.since(expiry.at).as_nanos() - 1) / expiry.limit.as_nanos();
                let at = expiry.at + expiry.limit * more;
                last = last.max(Some(at));
                skipped.push(Reverse(Expiry { at: at + expiry.limit, ..expiry }));
            }
        }
        self.queue.extend(skipped);
        last.into_iter().for_each(fail);
    }
}

/// Someone's waiting was in vain.
pub(super) fn fail(finder: &mut EpisodeFinder, at: Time) {
    finder.failed(Outcome::failed(Class::Timeout), at);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + secs(seconds)
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The seconds at which something fails before a time.
    fn failures(expiries: &mut Expiries, until: u64, open: &[u32]) -> Vec<u64> {
        let mut all = Vec::new();
        let is_open = |index, _| open.contains(&index);
        expiries.fail_before(at(until), is_open, |time| {
            all.push(time.since(Time::ZERO).as_nanos() / 1_000_000_000);
        });
        all
    }

    #[test]
    fn what_is_stuck_fails_at_each_multiple_of_its_limit_and_what_has_ended_does_not() {
        let mut expiries = Expiries::new(true);
        expiries.add((0, at(0)), secs(10));
        expiries.add((1, at(3)), secs(10));
        expiries.add((2, at(4)), secs(10));
        assert_eq!(failures(&mut expiries, 10, &[0, 1]), [0; 0], "at its limit it is in time");
        assert_eq!(failures(&mut expiries, 31, &[0, 1]), [10, 13, 20, 23, 30]);
        assert_eq!((expiries.next(), expiries.again), (at(33), 2));
        assert_eq!(failures(&mut expiries, 1000, &[]), [0; 0]);
        assert_eq!((expiries.next(), expiries.again), (Time::MAX, 0));
    }

    #[test]
    fn what_more_of_comes_fails_once() {
        let mut expiries = Expiries::new(false);
        expiries.add((0, at(0)), secs(10));
        expiries.add((1, at(3)), secs(10));
        assert_eq!(failures(&mut expiries, 1000, &[0, 1]), [10, 13]);
    }

    #[test]
    fn a_long_row_keeps_its_beginning_and_its_end() {
        let mut expiries = Expiries::new(true);
        for index in 0..20 {
            expiries.add((index, at(u64::from(index))), secs(30));
        }
        let open: Vec<u32> = (0..20).collect();
        let all = failures(&mut expiries, 100_000, &open);
        assert_eq!(all.len(), ROW_MAX + 1);
        let by_hand: Vec<u64> = (30..50).chain(60..80).chain(90..110).chain(120..124).collect();
        assert_eq!(all[..ROW_MAX], by_hand);
        // The last of them fails at 30 k + 19.
        assert_eq!(all[ROW_MAX], 99_999);
        // Then they go on as if none had been left out.
        assert_eq!(failures(&mut expiries, 100_003, &open), [100_000, 100_001, 100_002]);
    }

    #[test]
    fn a_limit_of_a_nanosecond_costs_no_more_than_one_of_an_hour() {
        let mut expiries = Expiries::new(true);
        for index in 0..3000 {
            expiries.add((index, Time::ZERO), Duration::from_nanos(1));
        }
        let mut count = 0;
        expiries.fail_before(at(3_600_000), |_, _| true, |_| count += 1);
        assert_eq!((count, expiries.again), (ROW_MAX + 1, AGAIN_MAX));
    }

    #[test]
    fn what_has_ended_takes_no_room() {
        let mut expiries = Expiries::new(true);
        for index in 0..1_000_000 {
            expiries.add((index, Time::ZERO), secs(3600));
            expiries.sweep(|other, _| other + 10 > index);
        }
        assert!(expiries.queue.len() <= ROOM_MIN, "{}", expiries.queue.len());
    }
}

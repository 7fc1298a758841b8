//! How many there are at a time, the most of them in parts of a run, and when there were none.

use patterns::{Duration, Time};

/// The most that something was. It is kept for parts of a run, so that it is known of every window
/// that begins with one of them.
#[derive(Clone, Debug, Default, Eq)]
pub struct Peak {
    /// In the part under way.
    most: u32,
    /// In those before: when each ended. One that a later one has reached is left out.
    parts: Vec<(Time, u32)>,
}

/// Equal ones were the same at most, however the runs were cut into parts.
impl PartialEq for Peak {
    fn eq(&self, other: &Self) -> bool {
        self.most() == other.most()
    }
}

impl Peak {
    /// The most.
    pub fn most(&self) -> u32 {
        self.parts.first().map_or(self.most, |(_, most)| self.most.max(*most))
    }

    #[inline]
    fn raise(&mut self, value: u32) {
        if self.most < value {
            self.most = value;
        }
    }

    /// A part ends; the next one begins with this value. Windows under way began no earlier than
    /// `oldest`.
    fn mark(&mut self, now: Time, oldest: Time, value: u32) {
        let known = self.parts.partition_point(|(ended, _)| *ended <= oldest);
        // The first of them is the most of the run.
        self.parts.drain(1.min(known)..known);
        self.add(now, self.most);
        self.most = value;
    }

    fn add(&mut self, ended: Time, most: u32) {
        while self.parts.last().is_some_and(|(_, earlier)| *earlier <= most) {
            self.parts.pop();
        }
        self.parts.push((ended, most));
    }

    fn since(&self, from: Time) -> Self {
        let parts = self.parts.iter().filter(|(ended, _)| from < *ended);
        Self { most: 0, parts: parts.copied().collect() }
    }

    fn extend(&mut self, later: &Self) {
        for (ended, most) in &later.parts {
            self.add(*ended, *most);
        }
    }
}

/// How many calls or requests there are at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    now: u32,
    peak: Peak,
}

impl Load {
    /// How many there are at the end of what is counted.
    pub fn at_end(&self) -> u32 {
        self.now
    }

    /// The most that there were at a time.
    pub fn peak(&self) -> u32 {
        self.peak.most()
    }

    /// One more.
    #[inline]
    pub(crate) fn add(&mut self) {
        self.now += 1;
        self.peak.raise(self.now);
    }

    /// One less.
    #[inline]
    pub(crate) fn remove(&mut self) {
        debug_assert_ne!(self.now, 0, "what leaves has come");
        self.now = self.now.wrapping_sub(1);
    }

    /// A part of the run ends; windows under way began no earlier than `oldest`.
    pub(crate) fn mark(&mut self, now: Time, oldest: Time) {
        self.peak.mark(now, oldest, self.now);
    }

    /// All that counts begins now.
    pub(crate) fn restart(&mut self) {
        self.peak = Peak { most: self.now, parts: Vec::new() };
    }

    pub(super) fn since(&self, from: Time) -> Self {
        Self { now: self.now, peak: self.peak.since(from) }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.now = later.now;
        self.peak.extend(&later.peak);
    }
}

/// Requests that wait for a slot: how many at a time, and how long until none does.
#[derive(Clone, Debug, Default, Eq)]
pub struct Line {
    /// How many wait at a time.
    pub load: Load,
    /// How long after the beginning of what is counted none waited for the first time: zero if none
    /// did then, and none if some always did; the longest, if there are several parts.
    pub drained: Option<Duration>,
    /// When none waited for the first time after each beginning of a part of the run.
    empty: Vec<Time>,
    /// Whether that is still to come.
    is_awaited: bool,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.load == other.load && self.drained == other.drained
    }
}

impl Line {
    /// One waits no longer.
    #[inline]
    pub(crate) fn remove(&mut self, now: Time) {
        self.load.remove();
        if self.is_awaited && self.load.now == 0 {
            self.drain(now);
        }
    }

    #[cold]
    fn drain(&mut self, now: Time) {
        self.empty.push(now);
        self.is_awaited = false;
    }

    /// A part of the run ends; windows under way began no earlier than `oldest`.
    pub(crate) fn mark(&mut self, now: Time, oldest: Time) {
        self.load.mark(now, oldest);
        let known = self.empty.partition_point(|time| *time < oldest);
        // The first of them is that of the run.
        self.empty.drain(1.min(known)..known);
        self.look(now);
    }

    /// All that counts begins now.
    pub(crate) fn restart(&mut self, now: Time) {
        self.load.restart();
        self.empty.clear();
        self.look(now);
    }

    fn look(&mut self, now: Time) {
        self.is_awaited = self.load.now > 0;
        if !self.is_awaited {
            self.empty.push(now);
        }
    }

    /// Fills in what follows, of what is counted from a time on.
    pub(crate) fn add_up(&mut self, from: Time) {
        self.drained = self.empty.iter().find(|time| from <= **time).map(|time| time.since(from));
    }

    pub(super) fn since(&self, from: Time) -> Self {
        let mut since = Self { load: self.load.since(from), ..self.clone() };
        since.add_up(from);
        since
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.load.extend(&later.load);
        self.drained = self.drained.zip(later.drained).map(|(one, other)| one.max(other));
    }
}

/// How many come in a second of the clock, which begins a whole number of seconds after the run. A
/// second belongs to each part of a run in which some of it lies, with all that has come in it by
/// the end of the part: so it does not matter to a run how it is cut into parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seconds {
    /// When the second ends.
    until: Time,
    /// How many have come in it.
    count: u32,
    peak: Peak,
}

impl Seconds {
    /// The most that came in one.
    pub fn peak(&self) -> u32 {
        self.peak.most()
    }

    /// One comes.
    #[inline]
    pub(crate) fn add(&mut self, now: Time) {
        if self.until <= now {
            self.turn(now);
        }
        self.count += 1;
    }

    #[inline]
    fn turn(&mut self, now: Time) {
        const SECOND: u64 = 1_000_000_000;
        self.peak.raise(self.count);
        self.count = 0;
        self.until = now + Duration::from_nanos(SECOND - now.as_nanos() % SECOND);
    }

    /// A part of the run ends; windows under way began no earlier than `oldest`.
    pub(crate) fn mark(&mut self, now: Time, oldest: Time) {
        self.peak.raise(self.count);
        if self.until <= now {
            self.turn(now);
        }
        self.peak.mark(now, oldest, self.count);
    }

    /// All that counts begins now.
    pub(crate) fn restart(&mut self) {
        (self.count, self.peak) = (0, Peak::default());
    }

    pub(super) fn since(&self, from: Time) -> Self {
        Self { peak: self.peak.since(from), ..self.clone() }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        self.peak.extend(&later.peak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_window_asks_for_any_more_is_dropped() {
        let at = |secs: u64| Time::ZERO + Duration::from_secs(secs);
        let mut line = Line::default();
        line.restart(at(0));
        for number in 1..1000 {
            // Fewer and fewer wait, and at times none.
            for _ in 0..2000 - number {
                line.load.add();
            }
            line.mark(at(3 * number), at(3 * (number - 1)));
            while line.load.at_end() > 0 {
                line.remove(at(3 * number + 1));
            }
        }
        assert!(line.empty.len() <= 3 && line.load.peak.parts.len() <= 3, "{line:?}");
        assert_eq!(line.load.peak(), 1999);
        let last = line.since(at(3 * 998));
        // What was there when it began counts.
        assert_eq!(last.load.peak(), 1002);
        assert_eq!(last.drained, Some(Duration::from_secs(1)));
        line.add_up(at(0));
        assert_eq!(line.drained, Some(Duration::ZERO));
    }
}

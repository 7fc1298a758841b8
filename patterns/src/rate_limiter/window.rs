//! Limits on what is granted within a window of time.

use std::collections::VecDeque;

use super::rule::{Rule, clipped};

/// Windows of equal length, one after the other from time zero.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    limit: u32,
    window: u64,
    last: u64,
    count: u32,
}

impl Fixed {
    pub(super) fn new(limit: u32, window: u64) -> Self {
        Self { limit, window, last: 0, count: 0 }
    }

    /// Other numbers from now on. What was granted in the present window counts in the new one.
    pub(super) fn set(&mut self, limit: u32, window: u64, now: u64) {
        self.last = self.advance(now);
        (self.limit, self.window) = (limit, window);
    }

    fn advance(&mut self, now: u64) -> u64 {
        let from = now.max(self.last);
        if self.last / self.window < from / self.window {
            self.count = 0;
            self.last = from;
        }
        from
    }
}

impl Rule for Fixed {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let from = self.advance(now);
        if self.limit < permits {
            return None;
        }
        let edge = (u128::from(from / self.window) + 1) * u128::from(self.window);
        // The limit may have become smaller than what counts already.
        let left = self.limit.saturating_sub(self.count);
        Some(if permits <= left { from } else { clipped(edge) })
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = self.advance(at);
        self.count += permits;
    }

    fn untake(&mut self, permits: u32) {
        self.count = self.count.saturating_sub(permits);
    }
}

/// The times of the last grants, no more of them than the limit.
#[derive(Clone, Debug)]
pub(super) struct Log {
    limit: u32,
    window: u64,
    last: u64,
    grants: VecDeque<u64>,
}

impl Log {
    pub(super) fn new(limit: u32, window: u64) -> Self {
        Self { limit, window, last: 0, grants: VecDeque::with_capacity(limit as usize) }
    }

    /// Other numbers from now on. Of a longer window, what the shorter one had forgotten does not
    /// count.
    pub(super) fn set(&mut self, limit: u32, window: u64) {
        (self.limit, self.window) = (limit, window);
        self.grants.reserve((limit as usize).saturating_sub(self.grants.len()));
    }
}

impl Rule for Log {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let from = now.max(self.last);
        if self.limit < permits {
            return None;
        }
        let over = (self.grants.len() + permits as usize).saturating_sub(self.limit as usize);
        let leaves = over.checked_sub(1).map_or(0, |i| self.grants[i].saturating_add(self.window));
        Some(from.max(leaves))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = at;
        // There are more if the limit has become smaller.
        while (self.limit as usize) < self.grants.len() {
            self.grants.pop_front();
        }
        for _ in 0..permits {
            if self.limit as usize == self.grants.len() {
                self.grants.pop_front();
            }
            self.grants.push_back(at);
        }
    }

    fn untake(&mut self, permits: u32) {
        // What these had pushed out was older than the window already.
        self.grants.truncate(self.grants.len().saturating_sub(permits as usize));
    }
}

/// A window that moves by one segment at a time.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    limit: u32,
    segment: u64,
    last: u64,
    head: u64,
    counts: Vec<u32>,
    sum: u32,
}

impl Segments {
    pub(super) fn new(limit: u32, window: u64, segments: u32) -> Self {
        let segment = window / u64::from(segments);
        Self { limit, segment, last: 0, head: 0, counts: vec![0; segments as usize], sum: 0 }
    }

    /// Other numbers from now on. If the segments change, all that counts in the old window counts
    /// in the newest segment.
    pub(super) fn set(&mut self, limit: u32, window: u64, segments: u32, now: u64) {
        self.last = self.advance(now);
        let new = Self::new(limit, window, segments);
        if new.segment == self.segment && new.counts.len() == self.counts.len() {
            self.limit = limit;
            return;
        }
        let (last, sum) = (self.last, self.sum);
        *self = Self { last, sum, head: last / new.segment, ..new };
        let slot = self.slot(self.head);
        self.counts[slot] = sum;
    }

    fn slot(&self, index: u64) -> usize {
        (index % self.counts.len() as u64) as usize
    }

    fn advance(&mut self, now: u64) -> u64 {
        let from = now.max(self.last);
        let index = from / self.segment;
        let steps = index.saturating_sub(self.head).min(self.counts.len() as u64);
        for step in 0..steps {
            let slot = self.slot(index - step);
            self.sum -= core::mem::take(&mut self.counts[slot]);
        }
        if self.head < index {
            self.head = index;
            self.last = from;
        }
        from
    }
}

impl Rule for Segments {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let from = self.advance(now);
        if self.limit < permits {
            return None;
        }
        let most = self.limit - permits;
        let (mut sum, mut passed) = (self.sum, 0);
        while most < sum {
            passed += 1;
            sum -= self.counts[(self.slot(self.head) + passed) % self.counts.len()];
        }
        let start = (u128::from(self.head) + passed as u128) * u128::from(self.segment);
        Some(from.max(clipped(start)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = self.advance(at);
        let slot = self.slot(self.head);
        self.counts[slot] += permits;
        self.sum += permits;
    }

    fn untake(&mut self, permits: u32) {
        let slot = self.slot(self.head);
        let back = permits.min(self.counts[slot]);
        self.counts[slot] -= back;
        self.sum -= back;
    }
}

/// Two fixed windows, of which the earlier counts by the share of it that is still in sight.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    limit: u32,
    window: u64,
    last: u64,
    index: u64,
    before: u32,
    count: u32,
}

impl Counter {
    pub(super) fn new(limit: u32, window: u64) -> Self {
        Self { limit, window, last: 0, index: 0, before: 0, count: 0 }
    }

    fn advance(&mut self, now: u64) -> u64 {
        let from = now.max(self.last);
        let index = from / self.window;
        if self.index < index {
            self.before = if self.index + 1 == index { self.count } else { 0 };
            self.count = 0;
            self.index = index;
            self.last = from;
        }
        from
    }

    /// Other numbers from now on. If the window changes, what counted at its end counts in the new
    /// one.
    pub(super) fn set(&mut self, limit: u32, window: u64, now: u64) {
        self.last = self.advance(now);
        self.limit = limit;
        if window == self.window {
            return;
        }
        let left = u128::from(self.window - self.last % self.window);
        let seen = (u128::from(self.before) * left).div_ceil(self.window.into());
        self.count = self.count.saturating_add(seen as u32);
        self.before = 0;
        self.index = self.last / window;
        self.window = window;
    }

    /// How far into a window the one `before` it weighs no more than `room`.
    fn fades(&self, before: u32, room: u32) -> u128 {
        let window = u128::from(self.window);
        let seen = (u128::from(room) * window).checked_div(u128::from(before)).unwrap_or(window);
        window.saturating_sub(seen)
    }
}

impl Rule for Counter {
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64> {
        let from = self.advance(now);
        let most = self.limit.checked_sub(permits)?;
        let start = u128::from(self.index) * u128::from(self.window);
        let at = match most.checked_sub(self.count) {
            Some(room) => start + self.fades(self.before, room),
            None => start + u128::from(self.window) + self.fades(self.count, most),
        };
        Some(from.max(clipped(at)))
    }

    fn take(&mut self, _now: u64, at: u64, permits: u32) {
        self.last = self.advance(at);
        self.count += permits;
    }

    fn untake(&mut self, permits: u32) {
        self.count = self.count.saturating_sub(permits);
    }
}

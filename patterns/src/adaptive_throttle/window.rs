//! Requests of the latest time, and how many of them were accepted.

use crate::time::{Duration, Time};

/// A window in buckets on a grid from time zero; constant in time for each request, amortised.
#[derive(Clone, Debug)]
pub(super) struct Window {
    buckets: Box<[Bucket]>,
    width: Duration,
    /// The number of the present bucket, counted from time zero.
    present: u64,
    sum: Bucket,
    /// Buckets before the present one that were good since the last with a failure, and bad since
    /// the last with a success.
    closed: (u32, u32),
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    requests: u64,
    accepted: u64,
}

impl Bucket {
    fn failures(self) -> u64 {
        self.requests - self.accepted
    }
}

impl Window {
    pub(super) fn new(size: Duration, buckets: u32) -> Self {
        Self {
            buckets: vec![Bucket::default(); buckets as usize].into(),
            width: Duration::from_nanos(size.as_nanos().div_ceil(buckets.into()).max(1)),
            present: 0,
            sum: Bucket::default(),
            closed: (0, 0),
        }
    }

    pub(super) fn requests(&self) -> u64 {
        self.sum.requests
    }

    pub(super) fn accepted(&self) -> u64 {
        self.sum.accepted
    }

    /// Forgets what is too old. A clock that is set back forgets nothing.
    pub(super) fn advance(&mut self, now: Time) {
        let present = now.as_nanos() / self.width.as_nanos();
        if present <= self.present {
            return;
        }
        let size = self.buckets.len() as u64;
        for step in 1..=(present - self.present).min(size) {
            let place = (self.present + step) % size;
            let gone = core::mem::take(&mut self.buckets[place as usize]);
            self.sum.requests -= gone.requests;
            self.sum.accepted -= gone.accepted;
        }
        self.present = present;
        self.closed = self.closed_runs();
    }

    pub(super) fn count(&mut self, accepted: bool) {
        let place = self.present % self.buckets.len() as u64;
        for bucket in [&mut self.buckets[place as usize], &mut self.sum] {
            bucket.requests += 1;
            bucket.accepted += u64::from(accepted);
        }
    }

    /// How many buckets were good, with successes alone, since the last with a failure; and how
    /// many were bad, with failures alone, since the last with a success.
    pub(super) fn runs(&self) -> (u32, u32) {
        let place = self.present % self.buckets.len() as u64;
        after(self.closed, self.buckets[place as usize])
    }

    /// The same without the present bucket; looks through all, once for each bucket.
    fn closed_runs(&self) -> (u32, u32) {
        let size = self.buckets.len() as u64;
        let oldest = self.present + 1;
        let buckets =
            (oldest..oldest + size - 1).map(|number| self.buckets[(number % size) as usize]);
        buckets.fold((0, 0), after)
    }
}

fn after((good, bad): (u32, u32), bucket: Bucket) -> (u32, u32) {
    match (bucket.accepted, bucket.failures()) {
        (0, 0) => (good, bad),
        (_, 0) => (good + 1, 0),
        (0, _) => (0, bad + 1),
        (_, _) => (0, 0),
    }
}

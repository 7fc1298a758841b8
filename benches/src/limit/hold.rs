//! W2: the hold model.

use patterns::{Duration, Time};
use sim::kernel::{Queue, RngStreams};

use super::key::{exponential, key, time, what};
use super::recording::Recording;
use crate::workload::{Answer, Run};

/// W2: the hold model (Jones, 1986): a number of events is pending; each one is put back at a
/// time drawn from an exponential distribution, until a number of them has come.
pub fn hold<R: Recording + 'static>(pending: u32, holds: u64, seed: u64) -> Run {
    let mean = Duration::from_secs(1);
    let mut rng = RngStreams::new(seed).stream("holds");
    let mut queue = Queue::default();
    let mut serial = 0;
    for what in 0..pending {
        queue.push(key(exponential(&mut rng, mean), &mut serial, what));
    }
    let mut recording = R::new(Time::MAX, Duration::ZERO, 0);
    Box::new(move || {
        let mut now = 0;
        for _ in 0..holds {
            let next = queue.pop().expect("as many go in as come out");
            now = time(next);
            recording.event(now, what(next));
            let again = now + exponential(&mut rng, mean);
            queue.push(key(again, &mut serial, what(next)));
        }
        std::hint::black_box(&recording);
        Answer { operations: holds, figure: now as f64 / 1e9 * f64::from(pending) / holds as f64 }
    })
}

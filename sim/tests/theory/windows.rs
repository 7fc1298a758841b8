//! Windows of a run, each measured apart: within it a system is what theory says of it there.
//!
//! Formulas: L. Kleinrock, "Queueing Systems, Volume 1: Theory", Wiley, 1975, chapters 2 and 3.

use patterns::{Class, Duration};
use sim::Record;
use sim::fault::kinds::{errors::Errors, slow::Slow};
use sim::fault::{Permanent, Schedule};
use sim::kernel::Distribution;
use sim::model::system::Fault;
use sim::observe::{Anchor, Window};

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, at, secs};

fn window(from: Option<Duration>, until: Option<Duration>, anchor: Anchor) -> Window {
    Window { from, until, anchor }
}

fn seen<'a>(record: &'a Record, window: &Window) -> &'a Record {
    record.window(window).expect("it was asked for")
}

/// M/M/1 whose work takes twice as long under a fault: ρ / (1 − ρ) requests are there in the mean,
/// each for 1 / (μ − λ), with the work and the load of the window.
#[test]
fn a_queue_before_and_during_and_after_slowness() {
    case!();
    let (arrivals, work, factor) = (0.8, 2.0, 2.0);
    let service = tank::service("service", 1, u32::MAX, rate(work));
    let mut system = stream_to(service, rate(arrivals), secs(1));
    (system.warmup, system.horizon) = (at(secs(1000)), at(secs(400_000)));
    let slow = Slow { factor, share: 1.0 };
    let fault = tank::once(0, slow, Duration::ZERO, secs(1));
    let schedule =
        Schedule::Every { at: at(secs(4000)), lasts: secs(4000), every: secs(8000), chance: 1.0 };
    let name = "slow".to_owned();
    system.faults = vec![Fault { name: name.clone(), schedule, ..fault }];
    // A thousand seconds are enough for what is in line to be as it will stay.
    let later = Some(secs(1000));
    let windows = [
        window(None, None, Anchor::Before(name.clone())),
        window(later, None, Anchor::During(name.clone())),
        window(later, None, Anchor::After(name)),
    ];
    system.windows = windows.to_vec();
    let measured = replicate(&system, 110, |record| {
        let [before, during, after] = windows.each_ref().map(|window| {
            let record = seen(record, window);
            let service = &record.services[0];
            let there = time_average(service.busy + service.queued, record);
            [there, service.sojourn.mean_secs()]
        });
        [before[0], before[1], during[0], during[1], after[0], after[1]]
    });

    let of_windows = [("before", work), ("during", work / factor), ("after", work)];
    for ((when, work), [there, sojourn]) in of_windows.into_iter().zip(measured.as_chunks().0) {
        let load = arrivals / work;
        let sharpness = if when == "before" { 0.1 } else { 0.03 };
        there.is(&format!("requests there, {when} slowness"), load / (1.0 - load), sharpness);
        sojourn.is(&format!("sojourn {when} slowness, s"), 1.0 / (work - arrivals), sharpness);
    }
}

/// M/M/∞ that begins empty: λ/μ (1 − exp(−μt)) are there at the time t, of which this is the mean
/// over each window.
#[test]
fn a_service_that_fills_up() {
    case!();
    let (arrivals, work) = (1000.0, 1.0);
    let service = tank::service("service", u32::MAX, 0, rate(work));
    let mut system = stream_to(service, rate(arrivals), secs(1));
    (system.warmup, system.horizon) = (at(Duration::ZERO), at(secs(8)));
    let spans = [(0, 1), (1, 2), (2, 4), (4, 8)];
    let windows =
        spans.map(|(from, until)| window(Some(secs(from)), Some(secs(until)), Anchor::Run));
    system.windows = windows.to_vec();
    let there = replicate(&system, 111, |record| {
        windows.each_ref().map(|window| {
            let record = seen(record, window);
            time_average(record.services[0].busy, record)
        })
    });
    for (there, (from, until)) in there.into_iter().zip(spans) {
        let [a, b] = [from, until].map(|time| time as f64);
        let missing = (libm::exp(-work * a) - libm::exp(-work * b)) / (work * (b - a));
        let quantity = format!("requests there, seconds {from} to {until}");
        there.is(&quantity, arrivals / work * (1.0 - missing), 0.04);
    }
}

/// What fails of a Poisson process, each with the chance `p`, is one of `p` times the rate, and
/// independent of what does not (J. F. C. Kingman, "Poisson Processes", Oxford, 1993, section 5.1):
/// counts of windows vary as much as their mean, and are not correlated.
#[test]
fn errors_thin_a_poisson_process() {
    const WINDOWS: u64 = 200;
    const LENGTH: u64 = 10;
    case!();
    let (arrivals, share) = (5.0, 0.3);
    let service = tank::service("service", u32::MAX, 0, Distribution::constant(Duration::ZERO));
    let mut system = stream_to(service, rate(arrivals), secs(1));
    (system.warmup, system.horizon) = (at(Duration::ZERO), at(secs(WINDOWS * LENGTH)));
    let errors = Errors { class: Class::Network, share, permanent: Permanent::Attempt };
    system.faults = vec![tank::once(0, errors, Duration::ZERO, secs(WINDOWS * LENGTH))];
    let windows: Vec<Window> = (0..WINDOWS)
        .map(|n| [n, n + 1].map(|n| Some(secs(n * LENGTH))))
        .map(|[from, until]| window(from, until, Anchor::Run))
        .collect();
    system.windows.clone_from(&windows);

    let all = arrivals * LENGTH as f64;
    let expected = [all * share, all * (1.0 - share)];
    let [failed, dispersion, correlation] = replicate(&system, 112, |record| {
        let counts = windows.iter().map(|window| {
            let calls = &seen(record, window).edges[0].calls;
            [calls.failed() as f64, calls.good() as f64]
        });
        let counts: Vec<[f64; 2]> = counts.collect();
        let mean =
            |of: &dyn Fn(&[f64; 2]) -> f64| counts.iter().map(of).sum::<f64>() / WINDOWS as f64;
        let apart = |counts: &[f64; 2], n: usize| counts[n] - expected[n];
        let both = mean(&|counts| apart(counts, 0) * apart(counts, 1));
        [
            mean(&|counts| counts[0]),
            mean(&|counts| apart(counts, 0) * apart(counts, 0)) / expected[0],
            // One is added, so that the interval can be compared with what theory says.
            1.0 + both / (expected[0] * expected[1]).sqrt(),
        ]
    });
    failed.is(&format!("failures in {LENGTH} s"), expected[0], 0.03);
    dispersion.is("variance of failures by their mean", 1.0, 0.1);
    correlation.is("1 + correlation of failures and successes", 1.0, 0.1);
}

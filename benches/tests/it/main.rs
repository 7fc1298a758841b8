//! All sides of each workload do the same.

use wavetank_benches::limit::{Bare, Full};
use wavetank_benches::{Answer, Calls, Run, WORKLOADS, engine, limit};

mod living;
mod parts;
mod record;

/// The mean of the figures over some seeds, and the operations of all.
fn mean(seeds: u64, run: impl Fn(u64) -> Run) -> Answer {
    let answers: Vec<Answer> = (0..seeds).map(|seed| run(seed)()).collect();
    Answer {
        operations: answers.iter().map(|answer| answer.operations).sum(),
        figure: answers.iter().map(|answer| answer.figure).sum::<f64>() / seeds as f64,
    }
}

#[track_caller]
fn assert_alike(name: &str, limit: Answer, engine: Answer, tolerance: f64) {
    let apart = |a: f64, b: f64| (a / b - 1.0).abs();
    let figures = apart(engine.figure, limit.figure);
    let operations = apart(engine.operations as f64, limit.operations as f64);
    let both = format!("{name}: limit {limit:?}, engine {engine:?}");
    assert!(figures < tolerance && operations < tolerance, "{both}");
}

#[test]
fn customers_wait_alike() {
    let w1 = WORKLOADS[0];
    let [bare, full, engine] = w1.sides.map(|side| mean(4, |seed| side(1_000_000, seed)));
    // M/M/1 at load 0.8: the mean sojourn is five times the mean service.
    assert_alike(w1.name, bare, Answer { figure: 5.0, ..bare }, 0.03);
    assert_alike(w1.name, full, bare, 0.03);
    assert_alike(w1.name, full, engine, 0.03);
}

#[test]
fn holds_take_the_same_time() {
    for pending in [100, 10_000] {
        let limit = limit::hold::<Bare>(pending, 100_000, 1)();
        for by in [engine::By::Timer, engine::By::Schedule] {
            let engine = engine::hold(by, pending, 100_000, 1)();
            // The same draws in the same order, and the same arithmetic.
            assert_eq!(limit.operations, engine.operations);
            assert!((limit.figure / engine.figure - 1.0).abs() < 1e-9, "{limit:?} {engine:?}");
        }
    }
}

#[test]
fn calls_end_alike_with_any_record() {
    let w3 = Calls::breaking(400_000);
    let w3b = Calls::passing(400_000);
    // Where the breaker opens often, chance evens out; where slots are few, attempts time out.
    let often = Calls { failures: 2, open: patterns::Duration::from_secs(5), ..w3 };
    let crowded = Calls { slots: 5, ..w3b };
    let crowded_often = Calls { slots: 5, ..often };
    for (name, settings, tolerance) in [
        ("W3", w3, 0.1),
        ("W3b", w3b, 0.002),
        ("often", often, 0.02),
        ("crowded", crowded, 0.01),
        ("crowded and often", crowded_often, 0.02),
    ] {
        let bare = mean(8, |seed| Box::new(move || limit::calls::<Bare>(settings, seed).0));
        let full = mean(8, |seed| Box::new(move || limit::calls::<Full>(settings, seed).0));
        assert_alike(name, bare, full, tolerance);
    }
}

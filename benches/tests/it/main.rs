//! Both sides of each workload do the same.

use wavetank_benches::{Answer, Calls, Run, WORKLOADS, engine, limit};

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
    let [limit, engine] = [w1.limit, w1.engine].map(|side| mean(4, |seed| side(1_000_000, seed)));
    // M/M/1 at load 0.8: the mean sojourn is five times the mean service.
    assert_alike(w1.name, limit, Answer { figure: 5.0, ..limit }, 0.03);
    assert_alike(w1.name, limit, engine, 0.03);
}

#[test]
fn holds_take_the_same_time() {
    for pending in [100, 10_000] {
        let limit = limit::hold(pending, 100_000, 1)();
        for by in [engine::By::Timer, engine::By::Schedule] {
            let engine = engine::hold(by, pending, 100_000, 1)();
            // The same draws in the same order, and the same arithmetic.
            assert_eq!(limit.operations, engine.operations);
            assert!((limit.figure / engine.figure - 1.0).abs() < 1e-9, "{limit:?} {engine:?}");
        }
    }
}

#[test]
fn calls_end_alike() {
    let w3 = Calls::breaking(400_000);
    let w3b = Calls::passing(400_000);
    // Where the breaker opens often, chance evens out; where slots are few, attempts time out.
    let often = Calls { failures: 2, open: patterns::Duration::from_secs(5), ..w3 };
    let crowded = Calls { slots: 5, ..w3b };
    let crowded_often = Calls { slots: 5, ..often };
    for (name, settings, tolerance) in [
        ("W3", w3, 0.08),
        ("W3b", w3b, 0.002),
        ("often", often, 0.01),
        ("crowded", crowded, 0.01),
        ("crowded and often", crowded_often, 0.01),
    ] {
        let limit = mean(4, |seed| Box::new(move || limit::calls(settings, seed)));
        let engine = mean(4, |seed| engine::calls(settings, seed));
        assert_alike(name, limit, engine, tolerance);
    }
}

//! How well a sweep uses all processors.

use std::fs;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use results::Measured;
use scenarios::{LayerRegistry, Runs, ScenarioFile, Sweep, library};
use sim::Limits;

use crate::measuring::{Measuring, Quartiles, processor_time};
use crate::table::Table;

/// Replications of each of the 72 cells.
const REPLICATIONS: u64 = 10;

/// A share of the machine that others may have before the time on the clock means nothing.
const OTHERS_MOST: f64 = 0.03;

/// One sweep.
#[derive(Clone, Copy)]
struct Taken {
    clock: Duration,
    processor: Duration,
}

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "SWEEP of hanging-server: efficiency on all processors";
    let columns = ["threads", "time on the clock", "time on processors", "efficiency", "target"];
    let mut table = Table::new(title, &columns);
    let most = thread::available_parallelism().map_or(1, usize::from);
    let entry = library::find("hanging-server").expect("it comes with the program");
    let registry = LayerRegistry::builtin();
    let file = ScenarioFile::parse("hanging-server.toml", entry.text).expect("it can be read");
    let sweep = file.sweep(&registry).expect("it can be swept");
    let replications = measuring.size(REPLICATIONS) as u32;
    let [mut single, mut all] = [const { Vec::new() }; 2];
    let mut others = Vec::new();
    for _ in 0..measuring.rounds(5) {
        let (shared, [one, many]) = with_others(most, || {
            [1, most].map(|threads| sweep_with(&sweep, &registry, replications, threads))
        });
        single.push(one);
        all.push(many);
        others.extend(shared);
    }
    let median = |all: &[Taken], of: fn(&Taken) -> Duration| {
        Quartiles::of(all.iter().map(|one| of(one).as_secs_f64()).collect()).median
    };
    let work = [&single, &all].map(|all| median(all, |one| one.processor));
    // Others can only make it longer.
    let clock = [&single, &all]
        .map(|all| all.iter().map(|one| one.clock.as_secs_f64()).fold(f64::MAX, f64::min));
    let efficiency = work[0] / clock[1] / most as f64;
    let row = |threads: usize, at: usize| {
        [threads.to_string(), format!("{:.2} s", clock[at]), format!("{:.2} s", work[at])]
    };
    table.row(row(1, 0));
    let target = [format!("{efficiency:.3}"), "at least 0.95".to_owned()];
    table.row(row(most, 1).into_iter().chain(target));
    let busy = work[1] / clock[1] / most as f64;
    table.note(format!("work done with one thread to with all: {:.3}", work[0] / work[1]));
    table.note(format!("share of the processors that it had with all threads: {busy:.3}"));
    if others.is_empty() {
        table.note("what others had of the machine is not known here");
    } else {
        let others = Quartiles::of(others).median;
        table.note(format!("share of the machine that others had meanwhile: {others:.3}"));
        if others > OTHERS_MOST {
            table.note("the machine is busy: only the ratio of work means something");
        }
    }
    table.note("efficiency: the work with one thread, over all processors for the time with all");
    table.note("times on the clock are the least of five turns, on processors the median");
    table
}

fn sweep_with(sweep: &Sweep, registry: &LayerRegistry, replications: u32, threads: usize) -> Taken {
    let cells = sweep.design.cells();
    let runs = Runs { cells, replications, seed: 1, limits: Limits::default(), threads };
    #[expect(clippy::disallowed_methods, reason = "here real time is what is asked for")]
    let (begin, begin_processor) = (Instant::now(), processor_time());
    let mut sum = 0.0;
    let stop = AtomicBool::new(false);
    // As the command does it.
    runs.make(
        |cell| sweep.cell(registry, cell).system,
        |record| Measured::of(&sweep.measures, record),
        &stop,
        |run| sum += run.kept.values.iter().sum::<f64>(),
    );
    std::hint::black_box(sum);
    let processor = processor_time().saturating_sub(begin_processor);
    Taken { clock: begin.elapsed(), processor }
}

/// The share of the machine that other processes had meanwhile, where that can be known.
fn with_others<T>(processors: usize, act: impl FnOnce() -> T) -> (Option<f64>, T) {
    #[expect(clippy::disallowed_methods, reason = "here real time is what is asked for")]
    let (begin, own, all) = (Instant::now(), processor_time(), machine_time());
    let answer = act();
    let own = processor_time().saturating_sub(own).as_secs_f64();
    let clock = begin.elapsed().as_secs_f64();
    let all = machine_time().zip(all).map(|(now, before)| now - before);
    (all.map(|all| ((all - own) / clock / processors as f64).max(0.0)), answer)
}

/// The seconds for which processors of this machine have worked, or were taken away from it, as
/// Linux tells in hundredths.
fn machine_time() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).map_while(|one| one.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal
    let busy = [0, 1, 2, 5, 6, 7].into_iter().filter_map(|at| fields.get(at));
    Some(busy.sum::<f64>() / 100.0)
}

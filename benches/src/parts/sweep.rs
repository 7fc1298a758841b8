//! How well a sweep uses all processors.

use std::fs;
use std::process;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use results::Measured;
use scenarios::{LayerRegistry, Runs, ScenarioFile, Sweep, library};
use sim::{Limits, Record};

use crate::measuring::{Measuring, Quartiles, processor_time};
use crate::table::Table;

/// Replications of each of the 72 cells.
const REPLICATIONS: u64 = 10;

/// After how many runs the threads are looked at.
const LOOK_EVERY: usize = 16;

/// One sweep, in seconds.
#[derive(Clone, Copy)]
struct Taken {
    clock: f64,
    processors: f64,
    /// The share of the time in which its threads worked or wanted to: not what they slept,
    /// waiting for each other. None where that cannot be known.
    awake: Option<f64>,
}

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "SWEEP of hanging-server, its measures read: efficiency on all processors";
    let columns = ["threads", "on the clock", "on processors", "awake", "efficiency", "target"];
    let mut table = Table::new(title, &columns);
    let most = thread::available_parallelism().map_or(1, usize::from);
    let entry = library::find("hanging-server").expect("it comes with the program");
    let registry = LayerRegistry::builtin();
    let file = ScenarioFile::parse("hanging-server.toml", entry.text).expect("it can be read");
    let sweep = file.sweep(&registry).expect("it can be swept");
    let replications = measuring.size(REPLICATIONS) as u32;
    let [mut single, mut all] = [const { Vec::new() }; 2];
    for _ in 0..measuring.rounds(7) {
        single.push(sweep_with(&sweep, &registry, replications, 1));
        all.push(sweep_with(&sweep, &registry, replications, most));
    }
    let [single, all] = [single, all].map(|turns| middle(&turns));
    let ratio = single.processors / all.processors;
    let on_the_clock = single.processors / all.clock / most as f64;
    let efficiency = all.awake.map_or(on_the_clock, |awake| awake * ratio);
    for (threads, taken) in [(1, single), (most, all)] {
        let seconds = [taken.clock, taken.processors].map(|seconds| format!("{seconds:.2} s"));
        let awake = taken.awake.map_or("unknown".to_owned(), |awake| format!("{awake:.3}"));
        let rest = [awake, format!("{efficiency:.3}"), "at least 0.95".to_owned()];
        let rest = rest.into_iter().take(if threads == most { 3 } else { 1 });
        table.row([threads.to_string()].into_iter().chain(seconds).chain(rest));
    }
    table.note(format!("work with one thread to work with all: {ratio:.3}"));
    table.note(
        "awake: the share of the time that threads did not wait for each other; efficiency: the",
    );
    table.note(
        "product of both, which a neighbour changes little; by the clock, which he does change,",
    );
    table.note(format!("it is {on_the_clock:.3}"));
    table
}

/// The middle of several turns.
fn middle(turns: &[Taken]) -> Taken {
    let median = |of: fn(&Taken) -> f64| Quartiles::of(turns.iter().map(of).collect()).median;
    let is_known = turns.iter().all(|taken| taken.awake.is_some());
    Taken {
        clock: median(|taken| taken.clock),
        processors: median(|taken| taken.processors),
        awake: is_known.then(|| median(|taken| taken.awake.unwrap_or(0.0))),
    }
}

fn sweep_with(sweep: &Sweep, registry: &LayerRegistry, replications: u32, threads: usize) -> Taken {
    let cells = sweep.design.cells();
    let all = Runs { cells, replications, seed: 1, limits: Limits::default(), made: 0, threads };
    #[expect(clippy::disallowed_methods, reason = "here real time is what is asked for")]
    let (begin, used_before) = (Instant::now(), processor_time());
    let (mut sum, mut runs, mut awake) = (0.0, 0, None);
    let stop = AtomicBool::new(false);
    // As the command does it.
    let system = |cell| sweep.cell(registry, cell).system;
    let keep = |record: &Record| Measured::of(&sweep.measures, record);
    all.make(system, keep, &stop, |run| {
        sum += run.kept.values().sum::<f64>();
        runs += 1;
        if runs % LOOK_EVERY == 0 {
            // In the end some have gone, and the last look with all of them counts.
            awake = awake_since(begin.elapsed(), threads).or(awake);
        }
    });
    std::hint::black_box(sum);
    let processors = processor_time().saturating_sub(used_before).as_secs_f64();
    Taken { clock: begin.elapsed().as_secs_f64(), processors, awake }
}

/// The share of this time in which the threads that this one has begun did not sleep, if all of
/// them are there and Linux tells: how long each had a processor, and how long it waited for one.
fn awake_since(time: Duration, threads: usize) -> Option<f64> {
    let own = process::id().to_string();
    let mut times = Vec::new();
    for task in fs::read_dir("/proc/self/task").ok()?.map_while(Result::ok) {
        if task.file_name().to_str() != Some(&own) {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            let nanos = text.split_whitespace().map_while(|number| number.parse::<f64>().ok());
            times.push(nanos.take(2).sum::<f64>() / 1e9);
        }
    }
    let all = time.as_secs_f64() * threads as f64;
    (times.len() == threads).then(|| times.iter().sum::<f64>() / all)
}

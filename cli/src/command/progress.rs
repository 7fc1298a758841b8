//! How far a command is, on the terminal; nothing where there is none.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use patterns::{Duration, Time};
use sim::measure::Measure;
use sim::observe::Asked;
use sim::series::{Series, run_in_pieces};
use sim::{Record, RunOptions, System};

fn bar(length: u64, style: &str, is_shown: bool) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if !(is_shown && io::stderr().is_terminal()) {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.set_style(ProgressStyle::with_template(style).expect("the template is right"));
    bar
}

/// How many runs of a sweep were made, of so many.
pub(crate) fn of_sweep(runs: u64, is_shown: bool) -> ProgressBar {
    bar(runs, "{wide_bar} {pos}/{len} runs, {per_sec}, {eta} left", is_shown)
}

/// Makes a run in pieces of this length, and shows how many seconds of it have passed.
pub(crate) fn of_run(
    system: &System,
    seed: u64,
    options: &RunOptions<'_>,
    (every, measures): (Duration, &[Measure]),
    is_shown: bool,
) -> (Record, Series) {
    let secs = |time: Time| time.as_secs_f64() as u64;
    let style = "{wide_bar} {pos}/{len} s of the run, {per_sec}, {eta} left";
    let bar = bar(secs(system.horizon), style, is_shown);
    let mut series = Series::default();
    let record =
        run_in_pieces(system, seed, options, every, &system.parts(Asked::Times), &mut |piece| {
            let values = measures.iter().map(|measure| measure.of(piece)).collect();
            series.pieces.push((piece.warmup, piece.ended, values));
            bar.set_position(secs(piece.ended));
        });
    bar.finish_and_clear();
    (record, series)
}

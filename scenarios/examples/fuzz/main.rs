//! Draws scenario files from the descriptions of the settings, checks them and runs them.
//!
//! ```sh
//! cargo run --profile checked -p wavetank-scenarios --example fuzz -- --seed 1 --seconds 600
//! ```
//!
//! What must hold is in `oracle.rs`. A file for which something does not is printed with its seed;
//! `--seed N --count 1` draws it again. With `--import` configurations of other worlds are drawn. With `--verbose` every file is shown before it is checked:
//! so one that does not come to an end is seen as well.

mod draw;
mod file;
mod fits;
mod foreign;
mod numbers;
mod oracle;
mod questions;
mod spelling;
#[cfg(test)]
mod tests;
mod texts;

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use scenarios::LayerRegistry;

use file::Author;
use oracle::judge;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
struct Options {
    seed: u64,
    count: u64,
    seconds: u64,
    /// Whether each file is named, or even shown, before it is checked.
    verbose: bool,
    /// Whether configurations of other worlds are drawn, to be imported.
    foreign: bool,
}

fn options() -> Result<Options, String> {
    let mut options =
        Options { seed: 1, count: u64::MAX, seconds: u64::MAX, verbose: false, foreign: false };
    let mut all = std::env::args().skip(1);
    while let Some(name) = all.next() {
        if name == "--verbose" {
            options.verbose = true;
            continue;
        }
        if name == "--import" {
            options.foreign = true;
            continue;
        }
        let number = all.next().and_then(|number| number.parse().ok());
        let number = number.ok_or(format!("`{name}` needs a number"))?;
        match name.as_str() {
            "--seed" => options.seed = number,
            "--count" => options.count = number,
            "--seconds" => options.seconds = number,
            _ => return Err(format!("there is no option `{name}`")),
        }
    }
    if options.count == u64::MAX && options.seconds == u64::MAX {
        options.count = 1000;
    }
    Ok(options)
}

#[expect(clippy::disallowed_methods, reason = "how long it may take is in real time")]
fn now() -> Instant {
    Instant::now()
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match options() {
        Ok(options) if options.foreign => fuzz_import(options, &mut out),
        Ok(options) => fuzz(options, &mut out),
        Err(message) => {
            writeln!(
                out,
                "{message}; options are --seed, --count, --seconds, --import and --verbose"
            )?;
            Ok(ExitCode::from(2))
        }
    }
}

fn fuzz(options: Options, out: &mut impl Write) -> io::Result<ExitCode> {
    let Options { seed: first, count, seconds, verbose, .. } = options;
    writeln!(out, "fuzz from seed {first} on")?;
    let registry = LayerRegistry::builtin();
    let begin = now();
    let (mut drawn, mut right, mut runs, mut events, mut failed) = (0, 0, 0, 0, 0_u64);
    let mut large = 0_u64;
    let mut slowest = (Duration::ZERO, 0);
    while drawn < count && begin.elapsed().as_secs() < seconds {
        let seed = first.wrapping_add(drawn);
        drawn += 1;
        if verbose {
            writeln!(out, "seed {seed}")?;
        }
        let start = now();
        let mut author = Author::new(seed, &registry);
        // Drawing checks what is drawn, so that it may find something as well.
        let text = panic::catch_unwind(AssertUnwindSafe(|| author.file()));
        let Ok(text) = text else {
            failed += 1;
            writeln!(out, "seed {seed}: it panics while it is checked:\n{}", author.text())?;
            continue;
        };
        if verbose {
            writeln!(out, "{text}")?;
        }
        let verdict = judge(&text, &registry);
        right += u64::from(verdict.is_right);
        large += u64::from(verdict.is_large);
        runs += verdict.runs;
        events += verdict.events;
        slowest = slowest.max((start.elapsed(), seed));
        if !verdict.failures.is_empty() {
            failed += 1;
            let failures = verdict.failures.join("\n");
            writeln!(out, "seed {seed}:\n{failures}\nin this file:\n{text}\n")?;
        }
    }
    let share = right as f64 / drawn.max(1) as f64 * 100.0;
    let (longest, at) = slowest;
    writeln!(
        out,
        "{drawn} files drawn in {} s, {right} ({share:.0} %) can be run, {large} of \
         these are too large; {runs} runs, {events} events; {failed} files failed; the slowest took {:.1} s (seed {at})",
        begin.elapsed().as_secs(),
        longest.as_secs_f64()
    )?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same for configurations that are imported.
fn fuzz_import(options: Options, out: &mut impl Write) -> io::Result<ExitCode> {
    let Options { seed: first, count, seconds, verbose, .. } = options;
    writeln!(out, "fuzz import from seed {first} on")?;
    let registry = LayerRegistry::builtin();
    let begin = now();
    let (mut drawn, mut taken, mut failed) = (0, 0_u64, 0_u64);
    while drawn < count && begin.elapsed().as_secs() < seconds {
        let seed = first.wrapping_add(drawn);
        drawn += 1;
        let text = foreign::text(seed);
        if verbose {
            writeln!(out, "seed {seed}\n{text}")?;
        }
        let judged = panic::catch_unwind(|| foreign::judge(&text, seed, &registry));
        let (is_taken, failures) = judged.unwrap_or((false, vec!["it panics".to_owned()]));
        taken += u64::from(is_taken);
        if !failures.is_empty() {
            failed += 1;
            writeln!(out, "seed {seed}:\n{}\nin this file:\n{text}\n", failures.join("\n"))?;
        }
    }
    writeln!(out, "{drawn} files drawn, {taken} imported, {failed} failed")?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

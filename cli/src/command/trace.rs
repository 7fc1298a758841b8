//! `trace`: what happened in a run, event by event, in a format that other tools read.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use patterns::{Duration, Time};
use results::trace::{LogEntry, chrome, log, log_table, otlp};
use scenarios::LayerRegistry;
use sim::observe::Trace;
use sim::{Record, RunOptions, Stop, System, Watch};

use crate::command::judged;
use crate::command::limits::LimitArgs;
use crate::command::pick::OneRun;
use crate::failure::{Failure, Verdict};
use crate::output::write_alone;

/// Show what happened in a run, event by event.
///
/// It is written to the standard output, or to a file. Nothing else is written there, so it can be
/// piped into other tools. The scenario is read from the standard input if it is `-`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank trace course-outage --until 2min
  wavetank trace mine.toml --cell 27 --replication 0 --format csv > events.csv
  wavetank trace mine.toml --from 30min --until 31min --format chrome --to trace.json
      open it in https://ui.perfetto.dev or https://www.speedscope.app
  wavetank trace mine.toml --format otlp --to spans.json
      for Jaeger, Grafana Tempo, or an OpenTelemetry Collector (otlpjsonfile)")]
pub(crate) struct TraceArgs {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Leave out what comes before this time; text and tables begin with the faults that are on
    /// already, and the layers that are open or the like, and others with all that has not ended.
    #[arg(long, value_name = "TIME")]
    from: Option<Duration>,
    /// Leave out what comes after this time.
    #[arg(long, value_name = "TIME")]
    until: Option<Duration>,
    /// A file to write to, in place of the standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    to: Option<PathBuf>,
    #[command(flatten)]
    run: OneRun,
    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A line for each event.
    Text,
    /// The same as a table.
    Csv,
    /// JSON for Perfetto and speedscope: tasks, calls, attempts, states, faults.
    Chrome,
    /// JSON of the OpenTelemetry protocol: tasks, calls and attempts as spans. The run begins in
    /// 1970.
    Otlp,
}

impl TraceArgs {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let (scenario, seed) = self.run.find(registry)?;
        let (from, to) = self.window(&scenario.system)?;
        let time_is_up = self.limits.time_is_up();
        let options = RunOptions {
            limits: self.limits.limits(),
            interrupt: Some(&time_is_up),
            watch: Watch::Trace,
            window: Some((from, to)),
        };
        let system = &scenario.system;
        let mut record = match self.format {
            Format::Text | Format::Csv => with_what_follows(system, seed, options),
            _ => sim::run_until(&System { horizon: to, ..system.clone() }, seed, &options),
        };
        let Some(mut trace) = record.trace.take() else { return Ok(Verdict::Fails) };
        forget_later(&mut trace, &mut record, to);
        let (trace, window) = (&trace, (from, to));
        match &self.to {
            Some(path) => write_alone(path, |file| self.write(trace, &record, window, file))?,
            None => self.write(trace, &record, window, out)?,
        }
        if trace.to < to && record.stopped.is_none() {
            let message = format!(
                "it ends at {}: that is as much as can be kept; `--from {}` shows what follows",
                trace.to, trace.to
            );
            let _ = writeln!(io::stderr(), "{message}");
        }
        judged::stops(system, &record, &self.limits, &mut io::stderr())?;
        Ok(if record.stopped.is_none() { Verdict::Holds } else { Verdict::Fails })
    }

    /// The part of the run that is shown.
    fn window(&self, system: &System) -> Result<(Time, Time), Failure> {
        let from = Time::ZERO + self.from.unwrap_or(Duration::ZERO);
        let to = self.until.map_or(system.horizon, |until| Time::ZERO + until);
        if system.horizon <= from {
            let horizon = system.horizon;
            let message = format!("`--from {from}`: the run ends at {horizon}");
            return Err(Failure::Request(message));
        }
        if to < from {
            return Err(Failure::Request(format!("`--until {to}` is before `--from {from}`")));
        }
        Ok((from, to.min(system.horizon)))
    }

    fn write(
        &self,
        trace: &Trace,
        record: &Record,
        window: (Time, Time),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self.format {
            Format::Text => {
                for entry in log(trace, record, window) {
                    writeln!(out, "{entry}")?;
                }
            }
            Format::Csv => {
                log_table(&log(trace, record, window), out)?;
            }
            Format::Chrome => {
                chrome(trace, record, out)?;
            }
            Format::Otlp => {
                otlp(trace, record, out)?;
            }
        }
        Ok(())
    }
}

/// All that happens in a part of a run.
pub(crate) fn logged(
    system: &System,
    seed: u64,
    options: RunOptions<'_>,
    (from, to): (Time, Time),
) -> Vec<LogEntry> {
    let options = RunOptions { watch: Watch::Trace, window: Some((from, to)), ..options };
    let mut record = with_what_follows(system, seed, options);
    let Some(mut trace) = record.trace.take() else { return Vec::new() };
    forget_later(&mut trace, &mut record, to);
    log(&trace, &record, (from, to))
}

/// How much longer than its window a run is at first.
const AFTER: Duration = Duration::from_secs(60);

/// A run that goes on until all has ended that begins in the window: the order of what comes at one
/// instant is that of the whole run then, which shows in how things end. The nanosecond before the
/// window shows what was on before it, and what comes at its beginning.
fn with_what_follows(system: &System, seed: u64, options: RunOptions<'_>) -> Record {
    let (from, to) = options.window.unwrap_or((Time::ZERO, system.horizon));
    let kept = Time::from_nanos(from.as_nanos().saturating_sub(1));
    let mut after = AFTER;
    loop {
        let horizon = system.horizon.min(to + after);
        let options = RunOptions { window: Some((kept, horizon)), ..options };
        let record = sim::run_until(&System { horizon, ..system.clone() }, seed, &options);
        let is_open = record.trace.as_ref().is_some_and(|trace| {
            let calls = trace.service_calls.iter().filter(|call| call.end.is_none());
            let calls = calls.map(|call| call.from);
            let calls = calls.chain(trace.open_calls.iter().map(|(_, call)| call.from));
            calls.chain(trace.open_tasks.iter().map(|task| task.from)).any(|begun| begun <= to)
        });
        if !is_open || horizon == system.horizon || record.stopped.is_some() {
            return record;
        }
        after = Duration::from_nanos(after.as_nanos().saturating_mul(8));
    }
}

/// Forgets what begins after a time, and what became of the run there.
fn forget_later(trace: &mut Trace, record: &mut Record, to: Time) {
    trace.tasks.retain(|task| task.from <= to);
    trace.calls.retain(|call| call.from <= to);
    trace.cut_calls.retain(|call| call.from <= to);
    trace.attempts.retain(|attempt| attempt.from <= to);
    trace.service_calls.retain(|call| call.from <= to);
    if to < record.ended && matches!(record.stopped, Some(Stop::Aborted(_))) {
        record.stopped = None;
    }
    record.faults_removed = record.faults_removed.filter(|(at, _)| *at <= to);
}

//! `run`: one scenario once, and whether its hypotheses hold.

use std::io::Write;

use clap::Args;
use patterns::Duration;
use scenarios::{LayerRegistry, Scenario};
use sim::measure::Measure;
use sim::{Record, Watch};

use crate::command::common::{Common, warn};
use crate::failure::{Failure, Verdict};
use crate::output::Folder;
use crate::pictures;
use crate::source::Source;

/// Run a scenario once: report what happened, draw it, and check its hypotheses.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A file, or a name from `wavetank list`.
    scenario: String,
    #[command(flatten)]
    common: Common,
}

impl Run {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let source = Source::find(&self.scenario)?;
        let scenario = self.common.file(registry, &source)?.scenario(registry)?;
        warn(&scenario.warnings);
        let seed = self.common.seed.unwrap_or(scenario.seed);
        let record = sim::run(&scenario.system, seed, Watch::Trace);
        let again = self.common.again("run", &source, seed);

        let mut folder = Folder::new(self.common.folder(&source))?;
        pictures::of_run(&scenario, &record, &again, &mut folder)?;
        folder.write("measures.csv", measures(&scenario, &record).as_bytes())?;

        writeln!(out, "{}", scenario.title)?;
        summarise(&record, out)?;
        let mut verdict = Verdict::Holds;
        for hypothesis in &scenario.hypotheses {
            let value = hypothesis.measure.of(&record);
            let holds = hypothesis.holds(value);
            let shown = if holds { "holds" } else { "FAILS" };
            writeln!(out, "{shown}        {} (it is {value:.4})", hypothesis.text)?;
            if !holds {
                verdict = Verdict::Fails;
            }
        }
        for file in folder.written() {
            writeln!(out, "wrote        {}", file.display())?;
        }
        writeln!(out, "fingerprint  0x{:016x}, {} events", record.fingerprint, record.events)?;
        writeln!(out, "again        {again}")?;
        Ok(verdict)
    }
}

/// The few numbers that matter most.
fn summarise(record: &Record, out: &mut dyn Write) -> Result<(), Failure> {
    for agents in &record.agents {
        let (tasks, latency) = (&agents.tasks, agents.latency());
        writeln!(
            out,
            "{:12} {} tasks: {} good, {} degraded, {} failed, {} open; p50 {}, p99 {}",
            agents.name,
            tasks.issued,
            tasks.good(),
            tasks.degraded(),
            tasks.failed(),
            tasks.open(),
            seconds(latency.quantile(0.5)),
            seconds(latency.quantile(0.99)),
        )?;
    }
    if let Some(why) = record.stopped {
        writeln!(out, "stopped      at {}: {why}", record.ended)?;
    }
    Ok(())
}

fn seconds(length: Option<Duration>) -> String {
    length.map_or("–".to_owned(), |length| format!("{:.2} s", length.as_secs_f64()))
}

/// Every number of the run, with what it means.
fn measures(scenario: &Scenario, record: &Record) -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [&str; 4]| rows.write_record(row).expect("a vector takes everything");
    write(["measure", "unit", "value", "definition"]);
    for measure in Measure::all(&scenario.system) {
        let value = measure.of(record);
        let value = if value.is_finite() { value.to_string() } else { String::new() };
        write([measure.path(), measure.unit().name(), &value, measure.definition()]);
    }
    let bytes = rows.into_inner().expect("a vector takes everything");
    String::from_utf8(bytes).expect("only texts were written")
}

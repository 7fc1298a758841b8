//! `step`: a run event by event, in the terminal.

use std::io::{self, BufRead, Write};

use clap::Args;
use patterns::{Duration, Time};
use scenarios::{LayerRegistry, plain};
use sim::model::{Happened, PartState, Stepper};

use crate::command::judged;
use crate::command::pick::OneRun;
use crate::failure::{Failure, Verdict};

/// The most events that are shown one by one for one answer; of more only the last ones are.
const SHOWN_MAX: usize = 1000;

const HELP: &str = "Enter: the next event; a number: as many; a time, such as 30s or 1h 5min: \
                    all until then; s: the state of all parts; q: the end";

/// Go through a run event by event: what happens, and what changes by it.
///
/// After each event it waits for a line: Enter for the next event, a number for as many, a time
/// such as 90s or 1h for all until then, `s` for the state of all parts, `q` for the end. Counters
/// count from the beginning of the run, warm-up included.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank step course-outage
  wavetank step mine.toml --cell 27 --replication 0
  printf '30min\\n20\\nq\\n' | wavetank step mine.toml     the 20 events after half an hour")]
pub(crate) struct Step {
    #[command(flatten)]
    run: OneRun,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Events(u64),
    Until(Time),
    State,
    Help,
    Quit,
}

impl Step {
    pub(crate) fn execute(
        &self,
        registry: &LayerRegistry,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        if self.run.scenario == "-" {
            let message = "the standard input is for the answers here: name a file";
            return Err(Failure::Request(message.to_owned()));
        }
        let (scenario, seed) = self.run.find(registry)?;
        let system = &scenario.system;
        writeln!(out, "{}\n{HELP}", scenario.title)?;
        let mut run = Stepper::new(system, seed);
        let mut known = run.look();
        let mut now = Time::ZERO;
        let mut are_faults_off = false;
        loop {
            write!(out, "{now}> ")?;
            out.flush()?;
            let Some(line) = line()? else { break };
            let answer = match answer(&line, now) {
                Ok(answer) => answer,
                Err(why) => {
                    writeln!(out, "{why}; {HELP}")?;
                    continue;
                }
            };
            match answer {
                Answer::Quit => break,
                Answer::Help => writeln!(out, "{HELP}")?,
                Answer::State => show(&known, out)?,
                Answer::Events(_) | Answer::Until(_) => {
                    let (events, all, is_over) = forward(&mut run, answer);
                    now = events.last().map_or(now, |event| event.at);
                    if let Answer::Until(time) = answer {
                        let end = run.stopped().map_or(system.horizon, |(at, _)| at);
                        now = now.max(time.min(end));
                    }
                    if events.len() < all {
                        writeln!(out, "({} events before these)", all - events.len())?;
                    }
                    for Happened { number, at, what } in &events {
                        writeln!(out, "#{number} {at}: {what}")?;
                    }
                    let after = run.look();
                    changes(&known, &after, out)?;
                    known = after;
                    if let Some((at, by)) = run.faults_removed().filter(|_| !are_faults_off) {
                        writeln!(out, "FAULTS OFF from {at} on: {}", judged::abort(system, by))?;
                        are_faults_off = true;
                    }
                    if let Some((at, by)) = run.stopped().filter(|_| is_over) {
                        let (why, print) = (judged::abort(system, by), run.fingerprint());
                        writeln!(out, "STOPPED at {at}: {why}; fingerprint 0x{print:016x}")?;
                        return Ok(Verdict::Fails);
                    }
                    if is_over {
                        let (end, print) = (system.horizon, run.fingerprint());
                        writeln!(out, "the run ends at {end}; fingerprint 0x{print:016x}")?;
                        break;
                    }
                }
            }
        }
        Ok(Verdict::Holds)
    }
}

/// The next line of the standard input; none at its end. What is not UTF-8 in it is no answer, and
/// is shown as such.
fn line() -> Result<Option<String>, Failure> {
    let mut line = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut line);
    let read = read.map_err(|error| Failure::ReadFile("standard input".into(), error))?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

/// What a line asks for at some time of the run.
fn answer(line: &str, now: Time) -> Result<Answer, String> {
    let line = line.trim();
    if let Ok(number) = line.parse() {
        return Ok(Answer::Events(number));
    }
    Ok(match line {
        "" => Answer::Events(1),
        "q" | "quit" | "exit" => Answer::Quit,
        "s" | "state" => Answer::State,
        "h" | "help" | "?" => Answer::Help,
        _ => {
            let none = |_| format!("`{}` is none of these", plain(line));
            let time = Time::ZERO + line.parse::<Duration>().map_err(none)?;
            if time < now {
                return Err(format!("{time} is over, and a run does not go back"));
            }
            Answer::Until(time)
        }
    })
}

/// Goes on; gives the last events, how many there were, and whether the run is over.
fn forward(run: &mut Stepper, answer: Answer) -> (Vec<Happened>, usize, bool) {
    let mut last = std::collections::VecDeque::new();
    let mut all = 0;
    let is_over = loop {
        let goes_on = match answer {
            Answer::Events(number) => (all as u64) < number,
            Answer::Until(time) => run.next_at().is_some_and(|at| at <= time),
            _ => false,
        };
        if !goes_on {
            break run.next_at().is_none();
        }
        let Some(event) = run.step() else { break true };
        all += 1;
        if last.len() == SHOWN_MAX {
            last.pop_front();
        }
        last.push_back(event);
    };
    // Of a long way only its end is of interest.
    let shown = match answer {
        Answer::Until(_) => 1,
        _ => SHOWN_MAX,
    };
    let events: Vec<Happened> = last.into();
    let skipped = events.len().saturating_sub(shown);
    (events[skipped..].to_vec(), all, is_over)
}

fn show(parts: &[PartState], out: &mut dyn Write) -> io::Result<()> {
    for PartState { part, state } in parts {
        let state: Vec<String> =
            state.iter().map(|(name, value)| format!("{name} {value}")).collect();
        writeln!(out, "    {part}: {}", state.join(", "))?;
    }
    Ok(())
}

/// Writes what has changed, part by part: what was, and what is.
fn changes(before: &[PartState], after: &[PartState], out: &mut dyn Write) -> io::Result<()> {
    for (was, is) in before.iter().zip(after).filter(|(was, is)| was != is) {
        let changed =
            is.state.iter().filter(|pair| !was.state.contains(pair)).map(|(name, value)| {
                let earlier = was.state.iter().find(|(known, _)| known == name);
                match earlier {
                    Some((_, earlier)) => format!("{name} {earlier} -> {value}"),
                    None => format!("{name} {value}"),
                }
            });
        let changed: Vec<String> = changed.collect();
        writeln!(out, "    {}: {}", is.part, changed.join(", "))?;
    }
    Ok(())
}

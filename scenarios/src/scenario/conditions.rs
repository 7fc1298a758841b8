//! What must hold of a run, and what ends it: the sections `hypotheses` and `aborts`.

use core::ops::Range;
use std::sync::Arc;

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::model::abort::{Abort, LOOKS, Then};
use sim::observe::Asked;

use super::hypothesis::{self, Comparison, Hypothesis, Message, split_over};
use super::unsure::Unsure;
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{self, FileNames, section_of};
use crate::plain::plain;
use crate::scenario_file::ScenarioFile;

/// Looks at abort conditions beyond which a run is refused.
const LOOKS_MAX: u64 = 50_000;

/// The conditions of a file as they are written, each with its place. Of what cannot be read only
/// the rest is there, so that everything that is wrong is reported at once.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    hypotheses: Vec<(Comparison, Range<usize>)>,
    aborts: Vec<WrittenAbort>,
}

#[derive(Debug)]
struct WrittenAbort {
    text: String,
    at: Range<usize>,
    condition: Comparison,
    /// None if it cannot be read.
    over: Option<Duration>,
    then: Then,
}

impl Conditions {
    /// Reads both sections, as far as that needs no system.
    pub(super) fn read(file: &ScenarioFile, found: &mut Vec<Diagnostic>) -> Self {
        let mut all = Self::default();
        for (_, text, at) in each::<format::Hypothesis>(file, "hypotheses", "that", found) {
            match Comparison::parse(&text) {
                Ok(comparison) => all.hypotheses.push((comparison, at)),
                Err(message) => found.push(message.into_diagnostic(at)),
            }
        }
        for (read, text, at) in each::<format::Abort>(file, "aborts", "when", found) {
            let then = read.map_or(Then::Stop, |abort| abort.then.into());
            let (condition, over) = split_over(&text);
            let mut report = |message: Message| found.push(message.into_diagnostic(at.clone()));
            let over = over.map_err(&mut report).ok();
            let condition = Comparison::parse(condition).map_err(&mut report).ok();
            let alone = |condition: Comparison| match over {
                Some(over) => condition.without_window(over).map_err(&mut report).ok(),
                None => Some(condition),
            };
            if let Some(condition) = condition.and_then(alone) {
                all.aborts.push(WrittenAbort { text, at, condition, over, then });
            }
        }
        all
    }

    /// What must hold, in this system.
    pub(super) fn hypotheses(
        self,
        system: &System,
        unsure: Unsure,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Hypothesis> {
        let mut hypotheses = Vec::new();
        for (comparison, at) in self.hypotheses {
            match comparison.of(system) {
                Ok(read) => {
                    if let Some((message, help)) = hypothesis::warning(&read, system) {
                        found.push(Diagnostic::no_effect(at, message).help(help));
                    }
                    hypotheses.push(read);
                }
                Err(_) if unsure.may_be_right(comparison.text(), system) => {}
                Err(message) => found.push(message.into_diagnostic(at)),
            }
        }
        hypotheses
    }

    /// What ends the experiment with this system.
    pub(super) fn aborts(
        &mut self,
        system: &System,
        unsure: Unsure,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Abort> {
        let (mut aborts, mut looks) = (Vec::new(), Looks::of("abort conditions"));
        for WrittenAbort { text, at, condition, over, then } in self.aborts.drain(..) {
            let hypothesis = match condition.of(system) {
                Ok(read) => read,
                Err(message) => {
                    if !unsure.may_be_right(condition.text(), system) {
                        found.push(message.into_diagnostic(at));
                    }
                    continue;
                }
            };
            if let Some((message, help)) = hypothesis::never(&hypothesis) {
                found.push(Diagnostic::no_effect(at.clone(), message).help(help));
            }
            let Some(over) = over.filter(|_| unsure.times.is_some()) else { continue };
            if looks.is_right((over, "over"), &at, system, found) {
                let mut parts = system.parts(Asked::Nothing);
                hypothesis.measure.mark(system, &mut parts);
                let condition = Arc::new(hypothesis.share());
                let text = plain(&text).into();
                aborts.push(Abort { text, condition, parts, over, then });
            }
        }
        aborts
    }
}

/// Every part of a section that is a list: what can be read of it, and the text of one of its keys
/// with its place.
fn each<T: Setting>(
    file: &ScenarioFile,
    section: &str,
    key: &str,
    found: &mut Vec<Diagnostic>,
) -> Vec<(Option<T>, String, Range<usize>)> {
    let Some(node) = file.root.get(section) else { return Vec::new() };
    let mut names = FileNames::default();
    let mut reader = Reader::new(&mut names);
    let section = section_of(section);
    let Value::List(items) = &node.value else {
        found.push(Diagnostic::wrong_section(section, node, "a list of tables"));
        return Vec::new();
    };
    let all = reader.within(section.name(), |reader| {
        let of = |item: &Node| {
            let read = reader.expecting(section, |reader| T::read(item, None, reader));
            let written = item.get(key)?;
            Some((read, written.text()?.to_owned(), written.at.clone()))
        };
        items.iter().filter_map(of).collect()
    });
    found.extend(reader.finish().into_iter().map(Diagnostic::from));
    all
}

/// How often conditions of one kind are looked at in a run.
pub(super) struct Looks {
    /// What they are called.
    kind: &'static str,
    all: u64,
}

impl Looks {
    pub(super) fn of(kind: &'static str) -> Self {
        Self { kind, all: 0 }
    }

    /// Whether there is time to look at one over so much of a run, which a word says, and not too
    /// often.
    pub(super) fn is_right(
        &mut self,
        (over, word): (Duration, &str),
        at: &Range<usize>,
        system: &System,
        found: &mut Vec<Diagnostic>,
    ) -> bool {
        let counted = system.horizon.since(system.warmup);
        let step = over.as_nanos().div_ceil(LOOKS).max(1);
        self.all = self.all.saturating_add(counted.as_nanos().div_ceil(step));
        if counted < over {
            let message = format!("`{word} {over}` is longer than what counts of a run, {counted}");
            found.push(Diagnostic::new(at.clone(), Code::Conflict, message));
            return false;
        }
        if LOOKS_MAX < self.all {
            let kind = self.kind;
            let message = format!(
                "{kind} are looked at {LOOKS} times in each length of `{word}`, and at most \
                 {LOOKS_MAX} times in all"
            );
            let help = format!("a longer `{word}`, or fewer {kind}, need fewer");
            found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message).help(help));
            return false;
        }
        true
    }
}

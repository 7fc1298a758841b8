//! What must hold of a run, and what ends it: the sections `hypotheses` and `aborts`.

use core::ops::Range;
use std::sync::Arc;

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::model::abort::{Abort, LOOKS};
use sim::observe::Asked;

use super::hypothesis::{self, Hypothesis};
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{self, FileNames};
use crate::plain::plain;
use crate::scenario_file::ScenarioFile;

/// Looks at abort conditions beyond which a run is refused.
const LOOKS_MAX: u64 = 50_000;

impl ScenarioFile {
    /// What must hold.
    pub(super) fn hypotheses(
        &self,
        system: &System,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Hypothesis> {
        let mut hypotheses = Vec::new();
        for (format::Hypothesis { that }, at) in self.each("hypotheses", "that", found) {
            match hypothesis::read(&that, system) {
                Ok(read) => {
                    if let Some((message, help)) = hypothesis::warning(&read, system) {
                        found.push(Diagnostic::no_effect(at, message).help(help));
                    }
                    hypotheses.push(read);
                }
                Err(message) => found.push(message.into_diagnostic(at)),
            }
        }
        hypotheses
    }

    /// What ends the experiment.
    pub(super) fn aborts(&self, system: &System, found: &mut Vec<Diagnostic>) -> Vec<Abort> {
        let (mut aborts, mut looks) = (Vec::new(), 0_u64);
        for (format::Abort { when, then }, at) in self.each("aborts", "when", found) {
            let (condition, over) = match hypothesis::read_over(&when, system) {
                Ok(read) => read,
                Err(message) => {
                    found.push(message.into_diagnostic(at));
                    continue;
                }
            };
            let counted = system.horizon.since(system.warmup);
            looks = looks.saturating_add(number_of_looks(counted, over));
            if counted < over {
                let message =
                    format!("`over {over}` is longer than what counts of a run, {counted}");
                found.push(Diagnostic::new(at, Code::Conflict, message));
            } else if LOOKS_MAX < looks {
                let message = format!(
                    "abort conditions are looked at {LOOKS} times in each length of `over`, and at \
                     most {LOOKS_MAX} times in all"
                );
                let help = "a longer `over`, or fewer conditions, need fewer";
                found.push(Diagnostic::new(at, FileCode::TooLarge, message).help(help));
            } else {
                let mut parts = system.parts(Asked::Nothing);
                condition.measure.mark(system, &mut parts);
                let condition = Arc::new(condition.share());
                let text = plain(&when).into();
                aborts.push(Abort { text, condition, parts, over, then: then.into() });
            }
        }
        aborts
    }

    /// Every part of a section that is a list, with the place of one of its keys.
    fn each<T: Setting>(
        &self,
        section: &str,
        key: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<(T, Range<usize>)> {
        let Some(node) = self.root.get(section) else { return Vec::new() };
        let mut names = FileNames::default();
        let mut reader = Reader::new(&mut names);
        let read: Option<Vec<T>> = reader.within(section, |reader| Vec::read(node, None, reader));
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        let Value::List(items) = &node.value else { return Vec::new() };
        let at = |item: &Node| item.get(key).map_or(&item.at, |node| &node.at).clone();
        read.unwrap_or_default().into_iter().zip(items.iter().map(at)).collect()
    }
}

/// How often a condition is looked at in so much time.
fn number_of_looks(counted: Duration, over: Duration) -> u64 {
    let step = over.as_nanos().div_ceil(LOOKS).max(1);
    counted.as_nanos().div_ceil(step)
}

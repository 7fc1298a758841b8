//! Reads every part of a scenario, checks that they fit together, and reports all mistakes at once.

use patterns::settings::{Code, Fields, Group, Key, Node, Reader, Value};
use patterns::{Duration, Time};
use sim::System;
use sim::measure::Measure;
use sim::observe::Window;

use super::hypothesis::{Hypothesis, measure};
use super::parts::Parts;
use super::second_look::Unreadable;
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::format::{self, FileNames, Head, SECTIONS};
use crate::plain::plain;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// Parts of a section beyond which it is refused.
const PARTS_MAX: usize = 10_000;

/// Characters beyond which a title is refused: it stands over every picture.
const TITLE_MAX: usize = 300;

/// A scenario that can be run: names are resolved, and everything is in range.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about, in a line.
    pub title: String,
    /// What it is about, at length.
    pub about: Option<String>,
    /// The root seed that the file asks for; 1 if it does not.
    pub seed: u64,
    /// What is simulated.
    pub system: System,
    /// About how many bytes of memory a run takes, without what is open in it.
    pub room: u64,
    /// What must hold.
    pub hypotheses: Vec<Hypothesis>,
    /// What was written and has no effect.
    pub warnings: Diagnostics,
}

impl Scenario {
    /// Adds the measures of windows that hypotheses ask for, each once.
    pub fn add_windows(&self, all: &mut Vec<Measure>) {
        let asked = self.hypotheses.iter().map(|one| &one.measure);
        for measure in asked.filter(|measure| measure.window().is_some()) {
            if !all.contains(measure) {
                all.push(measure.clone());
            }
        }
    }

    /// The hypotheses, each as the share of runs in which it holds; each once.
    pub(crate) fn shares(&self) -> Vec<Measure> {
        let mut shares: Vec<Measure> = Vec::new();
        for share in self.hypotheses.iter().map(Hypothesis::share) {
            if !shares.contains(&share) {
                shares.push(share);
            }
        }
        shares
    }

    /// Has the windows of some measures measured, as far as their faults are there.
    pub fn watch(&mut self, measures: &[Measure]) {
        let System { windows, faults, .. } = &mut self.system;
        for window in measures.iter().filter_map(Measure::window) {
            let is_there = |name: &str| faults.iter().any(|fault| fault.name == name);
            if window.anchor.fault().is_none_or(is_there) {
                windows.push(window.clone());
            }
        }
        windows.sort();
        windows.dedup();
    }
}

impl ScenarioFile {
    /// Checks everything but sweep and variants, and resolves it to what can be run.
    ///
    /// # Errors
    ///
    /// With everything that is wrong.
    pub fn scenario(&self, registry: &LayerRegistry) -> Result<Scenario, Diagnostics> {
        let mut found = Vec::new();
        let scenario = self.read_scenario(registry, &mut found);
        let warnings = Diagnostics::new(&self.source, found).unless_wrong()?;
        let scenario = scenario.expect("without mistakes there is a scenario");
        Ok(Scenario { warnings, ..scenario })
    }

    /// The scenario, if nothing is wrong; what was found is added.
    pub(crate) fn read_scenario(
        &self,
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        self.read_once(registry, true, found)
    }

    /// The same; if some parts cannot be read, the rest is looked at once more if it may be.
    pub(super) fn read_once(
        &self,
        registry: &LayerRegistry,
        may_look_again: bool,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        let errors = |found: &[Diagnostic]| found.iter().filter(|one| !one.is_warning()).count();
        let before = errors(found);
        self.check_lengths(found)?;
        let entries = self.root.entries().unwrap_or_default();
        let mut names = self.names(found);
        let mut reader = Reader::new(&mut names);
        let mut fields = Fields::of_table(0..0, "the file", entries);
        let head = Head::read_fields(&mut fields, None, &mut reader);
        let mut keys: Vec<&'static Key> = Vec::new();
        Head::keys(&mut keys);
        for section in &SECTIONS {
            let _read_below = fields.take_node(&section.name());
            keys.push(section);
        }
        fields.finish(&keys, &mut reader);
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        if let Some(head) = &head {
            self.check_head(head, found);
        }
        let is_head_wrong = errors(found) > before;
        let parts = Parts::read(self, registry, names, found);
        if errors(found) > before && may_look_again {
            let unreadable = Unreadable { head: is_head_wrong, ..parts.unreadable() };
            found.extend(self.second_look(registry, &unreadable));
            return None;
        }
        let (mut system, room) = parts.resolved(self, found)?;
        let Head { title, about, horizon, warmup, seed } = head?;
        system.horizon = Time::ZERO + horizon;
        system.warmup = Time::ZERO + warmup;
        let hypotheses = self.hypotheses(&system, found);
        system.aborts = self.aborts(&system, found);
        // What is wrong with the objective is a matter of the sweep.
        let objective = self.root.get("sweep").and_then(|sweep| sweep.get("objective"));
        let objective = objective.and_then(|node| measure(node.text()?, &system).ok());
        let measures = hypotheses.iter().map(|one| &one.measure).chain(&objective);
        let mut windows: Vec<Window> = measures.filter_map(Measure::window).cloned().collect();
        windows.sort();
        windows.dedup();
        system.windows = windows;
        if errors(found) > before {
            return None;
        }
        self.warn(&system, found);
        let warnings = Diagnostics::new(&self.source, Vec::new());
        let title = plain(&title).into();
        Some(Scenario { title, about, seed: seed.0, system, room, hypotheses, warnings })
    }

    /// Refuses sections of more parts than the program takes on.
    fn check_lengths(&self, found: &mut Vec<Diagnostic>) -> Option<()> {
        let mut is_right = true;
        for section in &SECTIONS {
            let name = section.name();
            let Some(node) = self.root.get(&name) else { continue };
            let beyond = match &node.value {
                Value::List(items) => items.get(PARTS_MAX).map(|item| &item.at),
                Value::Table(entries) => entries.get(PARTS_MAX).map(|entry| &entry.key_at),
                _ => None,
            };
            if let Some(at) = beyond {
                let message = format!("`{name}` has more than {PARTS_MAX} parts");
                found.push(Diagnostic::new(at.clone(), FileCode::TooLarge, message));
                is_right = false;
            }
        }
        is_right.then_some(())
    }

    fn check_head(&self, head: &Head, found: &mut Vec<Diagnostic>) {
        if head.title.chars().count() > TITLE_MAX {
            let message = format!("`title` has more than {TITLE_MAX} characters");
            let at = self.root.get("title").map_or(0..0, |node| node.at.start..node.at.start + 1);
            let message = Diagnostic::new(at, FileCode::TooLarge, message);
            found.push(message.help("`about` may be long"));
        }
        if head.warmup >= head.horizon && head.horizon > Duration::ZERO {
            let message = "`warmup` must end before the horizon, or nothing is counted";
            let at = self.root.get("warmup").map_or(0..0, |node| node.at.clone());
            found.push(Diagnostic::new(at, Code::Conflict, message));
        }
    }

    /// The names of agents and services; none may look like a path or an edge. Those of policies
    /// and faults are checked as well.
    fn names(&self, found: &mut Vec<Diagnostic>) -> FileNames {
        for section in ["agents", "services", "policies"] {
            for entry in self.root.get(section).and_then(Node::entries).unwrap_or_default() {
                if let Err(why) = format::is_name(&entry.key) {
                    let message = format!("the name `{}` {why}", entry.key);
                    found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
                }
            }
        }
        let faults = self.root.get("faults").map(|node| &node.value);
        let Some(Value::List(faults)) = faults else { return FileNames::written(&self.root) };
        for node in faults.iter().filter_map(|fault| fault.get("name")) {
            if let Some(name) = node.text()
                && let Err(why) = format::is_seen(name)
            {
                let message = format!("the name `{name}` {why}");
                found.push(Diagnostic::new(node.at.clone(), FileCode::BadName, message));
            }
        }
        FileNames::written(&self.root)
    }
}

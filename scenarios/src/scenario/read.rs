//! Reads every part of a scenario, checks that they fit together, and reports all mistakes at once.

use patterns::settings::{Code, Entry, Fields, Group, Key, Node, Reader, Value};
use patterns::{Duration, Time};
use sim::System;
use sim::measure::Measure;
use sim::observe::Window;

use super::conditions::Conditions;
use super::hypothesis::{Hypothesis, Message, measure};
use super::parts::Parts;
use super::recoveries;
use super::triggers;
use super::unsure::Unsure;
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics, mistakes};
use crate::format::{self, FileNames, Head, SECTIONS};
use crate::plain::plain;
use crate::profiles;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;

/// Parts of a section beyond which it is refused.
const PARTS_MAX: usize = 10_000;

/// How long a run is at the most that an author can mean.
const LONGEST: Duration = Duration::from_secs(36_500 * 86_400);

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

/// A scenario that may have mistakes, as far as it can be read.
pub(crate) struct Draft {
    scenario: Scenario,
    is_right: bool,
    unsure: Unsure,
}

impl Draft {
    /// What is simulated. In place of what cannot be read something of its name stands there.
    pub(crate) fn system(&self) -> &System {
        &self.scenario.system
    }

    /// What is wrong with a measure; nothing if it may be one of what cannot be read.
    pub(crate) fn unknown(&self, path: &str) -> Option<Message> {
        let wrong = measure(path, self.system()).err();
        wrong.filter(|_| !self.unsure.may_be_right(path, self.system()))
    }

    /// The scenario, if nothing is wrong.
    pub(crate) fn scenario(self) -> Option<Scenario> {
        self.is_right.then_some(self.scenario)
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
        let scenario = self.draft(registry, &mut found).and_then(Draft::scenario);
        let warnings = self.unless_wrong(found, |file, found| {
            file.draft(registry, found);
        })?;
        let scenario = scenario.expect("without mistakes there is a scenario");
        Ok(Scenario { warnings, ..scenario })
    }

    /// The scenario as far as it can be read.
    pub(crate) fn draft(
        &self,
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Draft> {
        let before = mistakes(found);
        self.check_lengths(found)?;
        found.extend(self.unread.iter().cloned());
        let mut names = self.names(found);
        let head = self.head(&mut names, found);
        profiles::check(&self.root, found);
        recoveries::check_named(self, found);
        let of_head = found.len();
        let parts = Parts::read(self, registry, names.clone(), found);
        let mut conditions = Conditions::read(self, found);
        let of_parts = found.len();
        let unsure = Unsure { times: self.times(), parts: self.lacks_parts(), ..parts.unsure() };
        let (mut system, room) = parts.resolved(self, unsure, found);
        let (warmup, horizon) = unsure.times.unwrap_or((Duration::ZERO, LONGEST));
        system.horizon = Time::ZERO + horizon;
        system.warmup = Time::ZERO + warmup;
        triggers::add(self, &names, &mut system, unsure, found);
        system.aborts = conditions.aborts(&system, unsure, found);
        let hypotheses = conditions.hypotheses(&system, unsure, found);
        // What is wrong with the objective is a matter of the sweep.
        let objective = self.root.get("sweep").and_then(|sweep| sweep.get("objective"));
        let objective = objective.and_then(|node| measure(node.text()?, &system).ok());
        let measures = hypotheses.iter().map(|one| &one.measure).chain(&objective);
        let mut windows: Vec<Window> = measures.filter_map(Measure::window).cloned().collect();
        windows.sort();
        windows.dedup();
        system.windows = windows;
        let is_right = mistakes(found) == before;
        if is_right {
            self.warn(&system, found);
        } else {
            // What has no effect may have one once all is right.
            let of_system = found.split_off(of_parts).into_iter();
            found.extend(of_system.filter(|one| !one.is_warning()));
        }
        if unsure.parts {
            let of_file = found.split_off(of_head).into_iter();
            found.extend(of_file.filter(|one| one.code() != Code::UnknownName.name()));
        }
        let warnings = Diagnostics::new(&self.source, Vec::new());
        let (title, about, seed) = match head {
            Some(Head { title, about, seed, .. }) => (plain(&title).into(), about, seed.0),
            None => Default::default(),
        };
        let scenario = Scenario { title, about, seed, system, room, hypotheses, warnings };
        Some(Draft { scenario, is_right, unsure })
    }

    /// The keys at the top, if each can be read.
    fn head(&self, names: &mut FileNames, found: &mut Vec<Diagnostic>) -> Option<Head> {
        let mut reader = Reader::new(names);
        let mut fields =
            Fields::of_table(0..0, "the file", self.root.entries().unwrap_or_default());
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
        head
    }

    /// Whether parts of the system may stand where they cannot be read: in a section that is
    /// misspelt, or of another type.
    pub(super) fn lacks_parts(&self) -> bool {
        self.root.entries().unwrap_or_default().iter().any(|Entry { key, node, .. }| {
            let is_table = matches!(node.value, Value::Table(_));
            if SECTIONS.iter().any(|section| section.is_named(key)) {
                matches!(&**key, "agents" | "services" | "policies") && !is_table
            } else {
                is_table || matches!(node.value, Value::List(_))
            }
        })
    }

    /// The warm-up and the horizon, if both can be read, whatever stands beside them.
    fn times(&self) -> Option<(Duration, Duration)> {
        let length = |key: &str| Some(self.root.get(key)?.text()?.parse::<Duration>().ok());
        let warmup = length("warmup").unwrap_or(Some(Duration::ZERO))?;
        let horizon = length("horizon")??;
        (warmup < horizon).then_some((warmup, horizon))
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
        for section in ["agents", "services", "budgets", "policies", "humans"] {
            for entry in self.root.get(section).and_then(Node::entries).unwrap_or_default() {
                if let Err(why) = format::is_name(&entry.key) {
                    let message = format!("the name `{}` {why}", entry.key);
                    found.push(Diagnostic::new(entry.key_at.clone(), FileCode::BadName, message));
                }
            }
        }
        for section in ["faults", "recoveries"] {
            for node in self.items(section).iter().filter_map(|item| item.get("name")) {
                if let Some(name) = node.text()
                    && let Err(why) = format::is_seen(name)
                {
                    let message = format!("the name `{name}` {why}");
                    let bad = Diagnostic::new(node.at.clone(), FileCode::BadName, message);
                    found.push(bad);
                }
            }
        }
        FileNames::written(&self.root)
    }
}

//! What is worth trying with a scenario: each fault alone, each pattern left out, each number a
//! little otherwise, each lever pulled. All of it is one file, whose variants are the trials.

use patterns::settings::{Entry, Node, Value, entry};
use patterns::{Duration, Time};
use sim::System;
use sim::trial::{Trial, TrialOf};

use crate::diagnostic::Diagnostics;
use crate::registry::LayerRegistry;
use crate::scenario::{Draft, Scenario};
use crate::scenario_file::{ScenarioFile, at_key};
use crate::tree;
use crate::variants::{AS_WRITTEN, Change, Variant};

mod additions;
mod assumptions;
mod faults;
mod levers;
mod settings;
mod toml;

/// A scenario with all that is tried with it.
#[derive(Clone, Debug)]
pub struct Trials {
    /// The file without the trials.
    file: ScenarioFile,
    /// What each is to tell. The first is the scenario as it is written.
    pub all: Vec<Trial>,
    /// How each layer is set, and what keeps agents alive: the policy or the agents, the kind, and
    /// the settings as they are written.
    pub settings: Vec<(String, String, String)>,
    /// The paths of numbers that were not tried otherwise, since there are too many.
    pub untried: Vec<String>,
}

impl ScenarioFile {
    /// What is worth trying with this file, of which the scenario is `scenario`. What cannot be run
    /// is not among it.
    ///
    /// # Errors
    ///
    /// If the file has mistakes.
    pub fn trials(
        &self,
        registry: &LayerRegistry,
        scenario: &Scenario,
    ) -> Result<Trials, Diagnostics> {
        let mut found = Vec::new();
        let own = self.variants(&mut found);
        Diagnostics::new(&self.source, found).unless_wrong()?;
        let mut maker = Maker::new(self.without_axes(), registry, &scenario.system);
        maker.faults();
        maker.levers();
        maker.checks();
        maker.own(&own);
        maker.layers();
        maker.settings();
        maker.additions();
        maker.assumptions();
        Ok(maker.finish(self.root.get("sweep")))
    }
}

/// Makes trials, of which each can be run.
struct Maker<'a> {
    /// The file as it is written, with what the trials need: levers that are not pulled.
    file: ScenarioFile,
    registry: &'a LayerRegistry,
    system: &'a System,
    all: Vec<Trial>,
    untried: Vec<String>,
}

impl<'a> Maker<'a> {
    fn new(file: ScenarioFile, registry: &'a LayerRegistry, system: &'a System) -> Self {
        let all = vec![Trial {
            name: AS_WRITTEN.to_owned(),
            of: TrialOf::AsWritten,
            changes: Vec::new(),
        }];
        Self { file, registry, system, all, untried: Vec::new() }
    }

    /// Adds a trial, if the file can be run with its changes and no other one has its name.
    fn add(&mut self, name: impl Into<String>, of: TrialOf, changes: Vec<(String, String)>) {
        let name = crate::plain::plain(&name.into()).into_owned();
        let is_new = !self.all.iter().any(|one| one.name == name);
        if is_new && self.can_be_run(&changes) {
            let shown = |(path, value): (String, String)| (path, tree::value(&value).to_string());
            let changes = changes.into_iter().map(shown).collect();
            self.all.push(Trial { name, of, changes });
        }
    }

    /// Adds a trial in which layers may be left out: of what would be done to one of them nothing
    /// is left there.
    fn add_without(&mut self, name: String, of: TrialOf, mut changes: Vec<(String, String)>) {
        if !self.can_be_run(&changes) {
            changes.extend(self.without_hits_on_layers());
        }
        self.add(name, of, changes);
    }

    /// Adds the variants of the file. Of a lever that would pull at what a variant leaves out
    /// nothing is left there.
    fn own(&mut self, variants: &[Variant]) {
        for variant in variants {
            let changes = variant.changes().into_iter();
            let mut changes: Vec<(String, String)> =
                changes.map(|(path, _, value)| (path.to_owned(), value.to_string())).collect();
            if !self.can_be_run(&changes) {
                changes.extend(self.without_hits_on_layers());
            }
            self.all.push(Trial { name: variant.name.clone(), of: TrialOf::Own, changes });
        }
    }

    /// Whether the file can be run with these changes, as a variant with them would be.
    fn can_be_run(&self, changes: &[(String, String)]) -> bool {
        let values: Vec<Node> = changes.iter().map(|(_, value)| tree::value(value)).collect();
        let changes = changes.iter().zip(&values);
        let changes: Vec<Change<'_>> =
            changes.map(|((path, _), value)| (path.as_str(), &(0..0), value)).collect();
        let draft = self.file.changed(&changes, self.registry, &mut Vec::new());
        draft.and_then(Draft::scenario).is_some()
    }

    /// Adds an element to a section that is a list.
    fn put(&mut self, section: &str, element: Vec<Entry>) {
        let Value::Table(sections) = &mut self.file.root.value else { return };
        let list = at_key(sections, section, || Value::List(Vec::new()));
        if let Value::List(all) = &mut list.value {
            all.push(Node::unwritten(Value::Table(element)));
        }
        self.file.rename_faults();
    }

    /// How long is counted.
    fn span(&self) -> Duration {
        self.system.horizon.since(self.system.warmup)
    }

    /// A time after the warm-up, as a share of what is counted.
    fn at(&self, share: f64) -> Time {
        self.system.warmup + Duration::from_secs_f64(self.span().as_secs_f64() * share)
    }

    fn finish(self, sweep: Option<&Node>) -> Trials {
        let settings = self.written();
        let Self { mut file, all, untried, .. } = self;
        let asked = ["objective", "better"].into_iter();
        let asked = asked.filter_map(|key| Some(entry(key, sweep?.get(key)?.clone())));
        let sweep = Node::unwritten(Value::Table(asked.collect()));
        if let Value::Table(sections) = &mut file.root.value {
            sections.retain(|entry| entry.key != "sweep");
            sections.push(entry("sweep", sweep));
        }
        Trials { file, all, settings, untried }
    }
}

impl Trials {
    /// The file, whose variants are the trials, each of which is run so often.
    pub fn text(&self, replications: u32) -> String {
        let mut file = self.file.clone();
        file.set_replications(replications);
        let mut out = toml::toml(&file.root);
        for trial in &self.all[1..] {
            out += &format!("\n[variants.{}]\n", Node::word(&trial.name));
            for (path, value) in &trial.changes {
                out += &format!("{} = {value}\n", Node::word(path));
            }
        }
        out
    }
}

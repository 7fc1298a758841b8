//! A file with and without each of its parts, in every combination: who did it is told by the
//! differences.

use core::iter;

use sim::System;
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::measure::{Better, Measure};
use sim::model::system::Life;

use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, Diagnostics, mistakes};
use crate::plain::plain;
use crate::registry::LayerRegistry;
use crate::scenario::{Draft, Scenario, measure};
use crate::scenario_file::ScenarioFile;
use crate::size;
use crate::variants::AS_WRITTEN;
use crate::without::Removable;

/// The most parts: each doubles the cells.
pub const ABLATION_MAX: usize = 8;

type IsThere = fn(&System) -> bool;

/// What else than layers is taken out if nobody says what, where it is there: keys of agents, and
/// a section.
const OTHERS: [(&str, IsThere); 4] = [
    ("supervise", |system| lives(system).any(|life| life.supervise.is_some())),
    ("health", |system| lives(system).any(|life| life.health.is_some())),
    ("checkpoint", |system| lives(system).any(|life| life.checkpoint.is_some())),
    ("recoveries", |system| !system.recoveries.is_empty()),
];

fn lives(system: &System) -> impl Iterator<Item = &Life> {
    system.agents.iter().filter_map(|agents| agents.life.as_deref())
}

/// What is measured of each group of agents, as far as it is there.
const OF_AGENTS: [&str; 6] = ["success", "failures", "downtime", "frozen", "value", "cost"];

/// What a part is on its axis.
pub const WITH: &str = "with";
/// The same where it is taken out.
pub const WITHOUT: &str = "without";

/// An ablation that can be run: every one of its cells was checked.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// An axis for each part, on which it is there or not. The first cell has all of them, the
    /// last one none.
    pub design: SweepDesign,
    /// The parts, in the order of the axes.
    pub parts: Vec<Removable>,
    /// All that can be measured in some cell.
    pub measures: Vec<Measure>,
    /// What is asked about, the objective first.
    pub asked: Vec<Measure>,
    /// About how many bytes of memory a run takes at the most, without what is open in it.
    pub room: u64,
    /// The file as it is written.
    pub scenario: Scenario,
    file: ScenarioFile,
}

impl Ablation {
    /// The scenario of a cell, which is read anew each time. What the file says of parts that are
    /// taken out, and that of its hypotheses, is not in it.
    ///
    /// # Panics
    ///
    /// If the design has no such cell, or another registry has checked it.
    pub fn cell(&self, registry: &LayerRegistry, cell: usize) -> Scenario {
        let (_, draft) = self.file.without(&self.taken_out(cell), registry, &mut Vec::new());
        let mut scenario = draft.and_then(Draft::scenario).expect("every cell was checked");
        scenario.watch(&self.measures);
        scenario
    }

    /// The names of what is taken out in a cell, in the order of the axes.
    pub fn without(&self, cell: usize) -> impl Iterator<Item = &str> {
        self.taken_out(cell).into_iter().map(|part| part.name.as_str())
    }

    fn taken_out(&self, cell: usize) -> Vec<&Removable> {
        let (_, places) = self.design.place(cell);
        let parts = self.parts.iter().zip(places);
        parts.filter(|(_, place)| *place == 1).map(|(part, _)| part).collect()
    }
}

impl ScenarioFile {
    /// The ablation of the file: `of` are the parts that are taken out (if there are none, each
    /// kind of layer that acts on some edge, and what keeps agents alive and heals), and `measures`
    /// what is asked about, each group of agents if there are none.
    ///
    /// # Errors
    ///
    /// With everything that is wrong with the file, with what is asked, and with the file without
    /// some of its parts.
    pub fn ablation(
        &self,
        registry: &LayerRegistry,
        of: &[String],
        measures: &[String],
    ) -> Result<Ablation, Diagnostics> {
        let scenario = self.scenario(registry)?;
        let mut file = self.without_axes();
        let mut found = Vec::new();
        let parts = file.parts(&scenario.system, registry, of, &mut found);
        let replications = self.replications(&mut found);
        let asked = file.asked_of(&scenario, measures, &mut found);
        let wrong = |file: &Self, found| Diagnostics::new(&file.source, found).unless_wrong();
        wrong(&file, found)?;
        let axis = |part: &Removable| Axis {
            path: plain(&part.name).into(),
            values: [WITH, WITHOUT].map(str::to_owned).into(),
            role: AxisRole::Choice,
        };
        let objective = asked.first().cloned().expect("there are agents");
        let design = SweepDesign {
            title: scenario.title.clone(),
            variants: vec![AS_WRITTEN.to_owned()],
            axes: parts.iter().map(axis).collect(),
            default: Some(vec![0; parts.len()]),
            replications,
            seed: scenario.seed,
            better: objective.better().unwrap_or(Better::Higher),
            objective,
        };
        let (all, room) = (Vec::new(), scenario.room);
        let mut ablation = Ablation { design, parts, measures: all, asked, room, scenario, file };
        let mut found = Vec::new();
        ablation.check(registry, &mut found);
        wrong(&ablation.file, found)?;
        Ok(ablation)
    }

    /// The parts that are asked for.
    fn parts(
        &mut self,
        system: &System,
        registry: &LayerRegistry,
        of: &[String],
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Removable> {
        let mut parts: Vec<Removable> = Vec::new();
        if of.is_empty() {
            parts = self.patterns(system);
            if parts.is_empty() {
                let message = "no edge has a layer, and nothing keeps agents alive or heals: \
                               there is nothing to take out";
                let message = Diagnostic::new(0..0, FileCode::BadPath, message);
                found.push(message.help("`--of` names other keys, such as errors, or paths"));
            }
        }
        let mut last = 0..0;
        for name in of {
            last = self.source.argument("--of", name);
            match self.removable(name, &last, system, registry) {
                Ok(part) if parts.contains(&part) => {
                    let message = format!("`{name}` is there twice");
                    found.push(Diagnostic::new(last.clone(), FileCode::BadPath, message));
                }
                Ok(part) => parts.push(part),
                Err(wrong) => found.push(wrong),
            }
        }
        if ABLATION_MAX < parts.len() {
            let number = parts.len();
            let message = format!(
                "{number} parts are there or not in 2^{number} ways, and at most {ABLATION_MAX} \
                 are taken out"
            );
            let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
            let help = format!("`--of` names some of them: {}", names.join(","));
            found.push(Diagnostic::new(last, FileCode::TooLarge, message).help(help));
        }
        parts
    }

    /// What is taken out if nobody says what: each kind of layer that acts on some edge, and what
    /// keeps agents alive and heals, if that is not too much.
    fn patterns(&self, system: &System) -> Vec<Removable> {
        let layers = self.kinds_of_layers(system);
        let others = OTHERS.iter().filter(|(_, is_there)| is_there(system));
        let others = others.filter_map(|(name, _)| self.section_or_keys(name, &mut Vec::new()));
        let all: Vec<Removable> = layers.iter().cloned().chain(others).collect();
        if all.len() <= ABLATION_MAX || layers.is_empty() { all } else { layers }
    }

    /// What is asked about.
    fn asked_of(
        &mut self,
        scenario: &Scenario,
        measures: &[String],
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Measure> {
        let system = &scenario.system;
        if measures.is_empty() {
            let all = Measure::all(system);
            let of_agents = system.agents.iter().flat_map(|agents| {
                let paths = OF_AGENTS.map(|name| format!("agents.{}.{name}", agents.name));
                paths.into_iter()
            });
            let known = of_agents.filter_map(|path| all.iter().find(|one| one.path() == path));
            return known.cloned().collect();
        }
        let mut asked: Vec<Measure> = Vec::new();
        for path in measures {
            let at = self.source.argument("--measure", path);
            match measure(path, system) {
                Ok(measure) if asked.contains(&measure) => {}
                Ok(measure) => asked.push(measure),
                Err(message) => found.push(message.into_diagnostic(at)),
            }
        }
        asked
    }

    /// How often each cell is run, as the sweep of the file says it.
    fn replications(&self, found: &mut Vec<Diagnostic>) -> u32 {
        let design = self.variations(found).and_then(|(design, _)| design);
        design.map_or(30, |design| design.replications)
    }
}

impl Ablation {
    /// Reads all cells, and finds what is wrong with one.
    fn check(&mut self, registry: &LayerRegistry, found: &mut Vec<Diagnostic>) {
        let mut room = self.room;
        let cells = (1..self.design.cells()).filter_map(|cell| {
            let mut of_cell = Vec::new();
            let (_, draft) = self.file.without(&self.taken_out(cell), registry, &mut of_cell);
            let names: Vec<String> = self.without(cell).map(|name| format!("`{name}`")).collect();
            let what = format!("without {}", names.join(" and "));
            for one in of_cell.into_iter().filter(|one| !one.is_warning()) {
                let is_known = |other: &Diagnostic| {
                    other.place() == one.place() && other.message().ends_with(one.message())
                };
                if !found.iter().any(is_known) {
                    found.push(one.within(&what));
                }
            }
            let scenario = draft.and_then(Draft::scenario)?;
            room = room.max(scenario.room);
            Some(scenario.system)
        });
        let measures = Measure::all_of(iter::once(self.scenario.system.clone()).chain(cells));
        if mistakes(found) > 0 {
            return;
        }
        (self.measures, self.room) = (measures, room);
        for asked in &self.asked {
            if !self.measures.contains(asked) {
                self.measures.push(asked.clone());
            }
        }
        size::check_numbers(&self.design, self.measures.len(), &(0..0), found);
    }
}

//! A scenario file in parts, each drawn by itself, and drawn again if something is wrong with it.

use std::ops::Range;

use patterns::settings::{Key, Shape, TableInfo};
use scenarios::{KindInfo, LayerRegistry, ScenarioFile};
use sim::System;

use crate::draw::Draw;
use crate::spelling::{key_of, quoted, table_of};

/// What a part of a file is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    /// What is the same in all files: headers and brackets.
    Fixed,
    Head,
    Agents(usize),
    Service(usize),
    /// A budget of this number.
    Budget(usize),
    /// A layer of this policy.
    Layer(usize),
    Edge,
    Fault,
    /// By its number.
    Recovery(usize),
    Human,
    Hypothesis,
    Design,
    Axis,
    Variant,
    Claim,
}

/// A part of a file.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) what: What,
    pub(crate) text: String,
    /// What is written in it: `retry.cap`, `breaker like polly.failure-ratio`.
    pub(crate) keys: Vec<String>,
    pub(crate) tries: u32,
}

/// Draws files.
pub(crate) struct Author<'a> {
    pub(crate) draw: Draw,
    registry: &'a LayerRegistry,
    pub(crate) kinds: Vec<&'a KindInfo>,
    sections: Vec<(&'static str, TableInfo)>,
    pub(crate) agents: Vec<String>,
    pub(crate) services: Vec<String>,
    /// The policies, each with its layers' kinds. One names services from its own number on, and
    /// stands before lower ones: so that nothing goes round in circles.
    pub(crate) policies: Vec<(String, usize)>,
    /// Whether services and layers may name any service, so that calls may go round in circles.
    circles: bool,
    pub(crate) parts: Vec<Part>,
    /// How many recoveries there are.
    pub(crate) recoveries: usize,
}

/// How often a part is drawn again before it is left out or plain.
pub(crate) const TRIES: u32 = 5;

/// How often a whole file is looked at.
const ROUNDS: usize = 30;

impl<'a> Author<'a> {
    pub(crate) fn new(seed: u64, registry: &'a LayerRegistry) -> Self {
        let sections = scenarios::sections().into_iter().filter_map(|(name, shape)| match shape {
            Shape::Table(table) => Some((name, table)),
            _ => None,
        });
        Self {
            draw: Draw::new(seed),
            registry,
            kinds: registry.described().collect(),
            sections: sections.collect(),
            agents: Vec::new(),
            services: Vec::new(),
            policies: Vec::new(),
            circles: false,
            parts: Vec::new(),
            recoveries: 0,
        }
    }

    /// A whole file. Of some files, what is wrong is drawn again until it can be run.
    pub(crate) fn file(&mut self) -> String {
        let is_mended = self.draw.chance(0.6);
        self.draw.wrong = if is_mended { 0.002 } else { 0.02 };
        self.circles = self.draw.chance(0.1);
        self.names();
        self.outline();
        let system = if is_mended { self.mend() } else { self.system() };
        if let Some(system) = system {
            self.questions(&system);
            if is_mended {
                self.mend();
            }
        }
        let text = self.text();
        if !is_mended && self.draw.chance(0.3) { self.scribble(&text) } else { text }
    }

    /// The parts as they are now.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The file as it is now.
    pub(crate) fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }

    fn names(&mut self) {
        let examples = ["archive", "filesystem", "github", "llm", "mirror", "spare", "tool"];
        let (agents, services) = (1 + self.draw.below(3), 1 + self.draw.below(6));
        let mut all: Vec<String> = Vec::new();
        let is_plain = self.draw.chance(0.5);
        while all.len() < agents + services {
            let mut name = match examples.get(all.len()) {
                Some(name) if is_plain => (*name).to_owned(),
                _ => self.draw.name(),
            };
            if all.contains(&name) {
                name += &format!("{}", all.len());
            }
            all.push(name);
        }
        self.draw.callers.clone_from(&all);
        self.agents = all.split_off(services);
        self.services = all;
        for number in 0..self.draw.below(4) {
            let name = format!("{}{number}", self.draw.name());
            let level = self.draw.below(self.services.len() + 1);
            self.policies.push((name, level));
        }
    }

    /// All parts but those that ask for measures.
    fn outline(&mut self) {
        let mut sections: Vec<Vec<Part>> = Vec::new();
        let agents = (0..self.agents.len()).map(What::Agents);
        let services = (0..self.services.len()).map(What::Service);
        for what in agents.chain(services).collect::<Vec<_>>() {
            sections.push(vec![self.part(what)]);
        }
        for _ in 0..self.draw.below(5) {
            sections.push(vec![self.part(What::Fault)]);
        }
        for number in 0..self.draw.below(3) {
            sections.push(vec![self.part(What::Budget(number))]);
        }
        self.recoveries = if self.draw.chance(0.3) { 1 + self.draw.below(3) } else { 0 };
        for number in 0..self.recoveries {
            sections.push(vec![self.part(What::Recovery(number))]);
        }
        if 0 < self.recoveries {
            sections.push(vec![self.part(What::Human)]);
        }
        if !self.policies.is_empty() {
            let mut policies = vec![fixed("[policies]\n")];
            for number in 0..self.policies.len() {
                policies.push(fixed(&format!("{} = [\n", key_of(&self.policies[number].0))));
                for _ in 0..self.draw.below(8) {
                    policies.push(self.part(What::Layer(number)));
                }
                policies.push(fixed("]\n"));
            }
            sections.push(policies);
            sections.push(self.edges());
        }
        self.draw.shuffle(&mut sections);
        self.parts = vec![self.part(What::Head)];
        self.parts.extend(sections.into_iter().flatten());
    }

    /// Most edges there can be, under a policy that leads on only.
    fn edges(&mut self) -> Vec<Part> {
        let mut edges = vec![fixed("[edges]\n")];
        let callers: Vec<(String, usize)> = (self.agents.iter().map(|name| (name.clone(), 0)))
            .chain(self.services.iter().enumerate().map(|(at, name)| (name.clone(), at + 1)))
            .collect();
        for (caller, first) in callers {
            for to in first..self.services.len() {
                let fits = self.policies.iter().filter(|(_, level)| *level > to);
                let fits: Vec<String> = fits.map(|(name, _)| name.clone()).collect();
                if let Some(policy) = self.draw.pick(&fits)
                    && self.draw.chance(0.8)
                {
                    let edge = quoted(&format!("{caller} -> {}", self.services[to]));
                    let text = format!("{edge} = {}\n", quoted(policy));
                    edges.push(Part { what: What::Edge, text, keys: Vec::new(), tries: TRIES });
                }
            }
        }
        edges
    }

    pub(crate) fn part(&mut self, what: What) -> Part {
        let mut part = Part { what, text: String::new(), keys: Vec::new(), tries: 0 };
        self.redraw(&mut part);
        part
    }

    fn redraw(&mut self, part: &mut Part) {
        part.keys.clear();
        self.draw.services.clone_from(&self.services);
        let section = match part.what {
            What::Layer(policy) => return self.layer(policy, part),
            What::Head => "file",
            What::Agents(_) => "agents",
            What::Service(at) => {
                self.from(at + 1);
                "services"
            }
            What::Budget(_) => "budgets",
            What::Fault => {
                self.draw.layers = self.layers();
                "faults"
            }
            What::Recovery(_) => {
                self.draw.layers = self.layers();
                "recoveries"
            }
            What::Human => "humans",
            What::Design => "sweep",
            _ => return part.text.clear(),
        };
        let found = self.sections.iter().find(|(name, _)| *name == section);
        let table = found.expect("every section is described").1;
        let mut entries = self.draw.entries(&table, &[], 0);
        match part.what {
            What::Fault => self.fit_fault(&mut entries),
            What::Recovery(number) => self.fit_recovery(number, &mut entries),
            _ => {}
        }
        if let What::Budget(_) = part.what {
            self.fit_budget(&mut entries);
        }
        part.text = match part.what {
            What::Agents(at) => format!("[agents.{}]\n", key_of(&self.agents[at])),
            What::Service(at) => format!("[services.{}]\n", key_of(&self.services[at])),
            What::Budget(number) => format!("[budgets.b{number}]\n"),
            What::Fault => "[[faults]]\n".to_owned(),
            What::Recovery(_) => "[[recoveries]]\n".to_owned(),
            What::Human => "[humans.oncall]\n".to_owned(),
            What::Design => "[sweep]\n".to_owned(),
            _ => String::new(),
        };
        for (key, value) in entries {
            part.text += &format!("{} = {value}\n", key_of(&key));
            part.keys.push(format!("{section}.{key}"));
        }
    }

    /// Makes it likely that a budget is that of agents, and is used up.
    fn fit_budget(&mut self, entries: &mut [(String, String)]) {
        for (key, value) in entries {
            if key == "for" && self.draw.chance(0.9) {
                let groups: Vec<String> = self
                    .agents
                    .iter()
                    .filter(|_| self.draw.chance(0.7))
                    .map(|name| quoted(name))
                    .collect();
                *value = format!("[{}]", groups.join(", "));
            } else if ["tokens", "calls"].contains(&key.as_str()) && self.draw.chance(0.5) {
                *value = format!("{}", 1 + self.draw.below(1000));
            }
        }
    }

    /// Only services from this one on may be named, so that calls lead on and come to an end.
    fn from(&mut self, first: usize) {
        if !self.circles {
            self.draw.services.drain(..first.min(self.services.len()));
        }
    }

    fn layer(&mut self, policy: usize, part: &mut Part) {
        if self.draw.chance(0.03) {
            return self.draw.layers_of_profile(&mut part.keys, &mut part.text);
        }
        let Some(kind) = self.draw.pick(&self.kinds).copied() else { return };
        let level = self.policies[policy].1;
        self.from(level);
        let (value, keys) = self.settings(kind);
        part.keys = keys;
        part.text = format!("    {{ {} = {value} }},\n", kind.name);
    }

    /// The settings of a layer of this kind, and the keys that are written.
    pub(crate) fn settings(&mut self, kind: &KindInfo) -> (String, Vec<String>) {
        if self.draw.chance(0.02) {
            return ("\"off\"".to_owned(), Vec::new());
        }
        let table = kind.table().expect("the settings of a layer are a table");
        let keys = table.all_keys();
        let short = kind.short.and_then(|short| keys.into_iter().find(|key| key.is_named(short)));
        if let Some(short) = short
            && self.draw.chance(0.15)
        {
            return (self.draw.of_key(short, 0), vec![format!("{}.{short}", kind.name)]);
        }
        let mut entries = self.draw.entries(&table, &kind.presets, 0);
        let like = entries.iter().find(|(key, _)| key == "like");
        let like = like.map(|(_, library)| library.trim_matches('"').to_owned());
        let preset = kind.presets.iter().find(|preset| Some(preset.library) == like.as_deref());
        let is_own = |key: &str| preset.is_some_and(|preset| has(&preset.keys, key));
        let names = entries.iter().map(|(key, _)| match &like {
            Some(library) if is_own(key) => format!("{} like {library}.{key}", kind.name),
            _ => format!("{}.{key}", kind.name),
        });
        let mut names: Vec<String> = names.collect();
        names.extend(like.map(|library| format!("{} like {library}", kind.name)));
        if self.draw.chance(0.3) {
            let per = self.draw.pick(&["agent", "edge", "policy"]).copied().unwrap_or("agent");
            entries.push(("per".to_owned(), quoted(per)));
        }
        (table_of(&entries), names)
    }

    pub(crate) fn table(&self, section: &str) -> Option<TableInfo> {
        self.sections.iter().find(|(name, _)| *name == section).map(|(_, table)| *table)
    }

    fn system(&self) -> Option<System> {
        let file = ScenarioFile::parse("fuzz.toml", &self.text()).ok()?;
        file.scenario(self.registry).ok().map(|scenario| scenario.system)
    }

    /// Draws the parts again that something is wrong with, until nothing is.
    fn mend(&mut self) -> Option<System> {
        for _ in 0..ROUNDS {
            let text = self.text();
            let read = ScenarioFile::parse("fuzz.toml", &text);
            let read = read.and_then(|file| {
                file.sweep(self.registry)?;
                file.scenario(self.registry)
            });
            let found = match read {
                Ok(scenario) => return Some(scenario.system),
                Err(found) => found,
            };
            let errors = found.all().iter().filter(|one| !one.is_warning());
            let mut wrong: Vec<usize> =
                errors.filter_map(|one| self.part_at(&one.place())).collect();
            wrong.sort_unstable();
            wrong.dedup();
            for at in wrong {
                let mut part = self.parts[at].clone();
                self.again(&mut part);
                self.parts[at] = part;
            }
        }
        None
    }

    fn again(&mut self, part: &mut Part) {
        part.tries += 1;
        if part.tries <= TRIES {
            return self.redraw(part);
        }
        part.keys.clear();
        part.text = match part.what {
            What::Fixed => return,
            What::Head => "title = \"t\"\nhorizon = \"10min\"\n".to_owned(),
            What::Agents(at) => format!(
                "[agents.{}]\narrivals = \"poisson(1s)\"\nsteps = [{{ call = {} }}]\n",
                key_of(&self.agents[at]),
                quoted(&self.services[0])
            ),
            What::Service(at) => {
                format!("[services.{}]\nlatency = \"100ms\"\n", key_of(&self.services[at]))
            }
            What::Design => "[sweep]\nreplications = 1\n".to_owned(),
            _ => String::new(),
        };
    }

    fn part_at(&self, place: &Range<usize>) -> Option<usize> {
        let mut end = 0;
        self.parts.iter().position(|part| {
            end += part.text.len();
            place.start < end
        })
    }

    /// Takes some characters out, and writes others in.
    fn scribble(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let strange = ['"', '\'', '[', '}', '=', '.', '(', ',', '\n', '\u{0}', '☃', '-', '9', '#'];
        for _ in 0..=self.draw.below(4) {
            let at = self.draw.below(chars.len().max(1));
            match self.draw.pick(&strange).copied() {
                Some(strange) if self.draw.chance(0.5) => chars.insert(at, strange),
                _ if at < chars.len() => drop(chars.remove(at)),
                _ => {}
            }
        }
        chars.into_iter().collect()
    }
}

fn has(keys: &[&'static Key], name: &str) -> bool {
    keys.iter().any(|key| key.is_named(name))
}

fn fixed(text: &str) -> Part {
    Part { what: What::Fixed, text: text.to_owned(), keys: Vec::new(), tries: 0 }
}

//! What a file asks for: hypotheses, a sweep, variants and a claim.

use patterns::settings::Key;
use sim::System;
use sim::measure::{Measure, Unit};

use crate::file::{Author, Part, TRIES, What};
use crate::spelling::quoted;

/// What a claim can name.
#[derive(Default)]
struct Named {
    variants: Vec<String>,
    /// Axes by their paths, with their values.
    axes: Vec<(String, Vec<String>)>,
}

impl Author<'_> {
    /// Hypotheses, a sweep, variants and a claim.
    pub(crate) fn questions(&mut self, system: &System) {
        let measures = Measure::all(system);
        for _ in 0..self.draw.below(3) {
            let Some(measure) = self.draw.pick(&measures) else { continue };
            let compare = self.draw.pick(&["<", "<=", ">", ">="]).copied().unwrap_or("<");
            let bound = self.draw.pick(&["0", "1", "99%", "30s", "1e9", "0.5"]).copied();
            let that = format!("{} {compare} {}", measure.path(), bound.unwrap_or("0"));
            let text = format!("[[hypotheses]]\nthat = {}\n", quoted(&that));
            self.parts.push(Part { what: What::Hypothesis, text, keys: Vec::new(), tries: TRIES });
        }
        let mut named = Named::default();
        if self.draw.chance(0.3) && !self.policies.is_empty() {
            named.variants = self.variants();
        }
        if self.draw.chance(0.4) {
            let design = self.part(What::Design);
            self.parts.push(design);
            for _ in 0..=self.draw.below(3) {
                if let Some((path, key)) = self.place()
                    && named.axes.iter().all(|(other, _)| *other != path)
                {
                    let count = 1 + self.draw.below(3);
                    let values: Vec<String> =
                        (0..count).map(|_| self.draw.of_key(key, 1)).collect();
                    let text = format!("{} = [{}]\n", quoted(&path), values.join(", "));
                    self.parts.push(Part {
                        what: What::Axis,
                        text,
                        keys: Vec::new(),
                        tries: TRIES,
                    });
                    named.axes.push((path, values));
                }
            }
        }
        if self.draw.chance(0.3) {
            self.claim(&measures, &named);
        }
    }

    /// A claim of which most can be put to the test.
    fn claim(&mut self, measures: &[Measure], named: &Named) {
        let mut keys: Vec<&'static Key> = Vec::new();
        for key in self.table("claim").map(|table| table.all_keys()).unwrap_or_default() {
            if key.is_required() || self.draw.chance(0.5) {
                keys.push(key);
            }
        }
        let mut part = Part {
            what: What::Claim,
            text: "[claim]\n".to_owned(),
            keys: Vec::new(),
            tries: TRIES,
        };
        for key in keys {
            let name = key.name();
            let value = match &*name {
                "rules" | "figures" => {
                    let is_rule = name == "rules";
                    let count = 1 + self.draw.below(2);
                    let all = (0..count).map(|_| self.decided(measures, named, is_rule));
                    format!("[{}]", all.collect::<Vec<_>>().join(", "))
                }
                _ => self.draw.of_key(key, 0),
            };
            part.text += &format!("{name} = {value}\n");
            part.keys.push(format!("claim.{name}"));
        }
        self.parts.push(part);
    }

    /// A rule, or a figure.
    fn decided(&mut self, measures: &[Measure], named: &Named, is_rule: bool) -> String {
        let Some(measure) = self.draw.pick(measures).cloned() else { return "{}".to_owned() };
        let bound = match measure.unit() {
            Unit::Share => "99%",
            Unit::Seconds | Unit::WorkSeconds => "30s",
            _ => "1",
        };
        let path = measure.path();
        let mut entries = if is_rule {
            vec![format!("that = {}", quoted(&format!("{path} >= {bound}")))]
        } else {
            let of = format!("of = {}", quoted(path));
            vec![of, format!("is = {}", quoted(bound)), "why = \"by hand\"".to_owned()]
        };
        if let Some(name) = self.draw.pick(&named.variants).cloned()
            && self.draw.chance(0.5)
        {
            entries.push(match (is_rule, self.draw.chance(0.5)) {
                (true, true) => format!("against = {}", quoted(&name)),
                (true, false) => format!("in = [{}]", quoted(&name)),
                (false, _) => format!("variant = {}", quoted(&name)),
            });
        }
        let mut at = Vec::new();
        for (path, values) in &named.axes {
            // A figure is of one cell.
            let Some(value) = self.draw.pick(values).filter(|_| !is_rule) else {
                if self.draw.chance(0.3) {
                    at.push(format!("{} = [{}]", quoted(path), values.join(", ")));
                }
                continue;
            };
            at.push(format!("{} = {value}", quoted(path)));
        }
        if !at.is_empty() {
            entries.push(format!("at = {{ {} }}", at.join(", ")));
        }
        format!("{{ {} }}", entries.join(", "))
    }

    /// Variants; returns their names.
    fn variants(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        for number in 0..=self.draw.below(2) {
            let at = self.draw.below(self.policies.len());
            let (name, level) = self.policies[at].clone();
            self.draw.services.clone_from(&self.services);
            self.draw.services.drain(..level);
            let Some(kind) = self.draw.pick(&self.kinds).copied() else { continue };
            let (settings, _) = self.settings(kind);
            let path = quoted(&format!("policies.{}", quoted(&name)));
            let name = format!("{}{number}", self.draw.name());
            let text = format!(
                "[variants.{}]\n{path} = [{{ {} = {settings} }}]\n",
                quoted(&name),
                kind.name
            );
            names.push(name);
            self.parts.push(Part { what: What::Variant, text, keys: Vec::new(), tries: TRIES });
        }
        names
    }

    /// A path to something that can be varied.
    fn place(&mut self) -> Option<(String, &'static Key)> {
        let all: Vec<Part> =
            self.parts.iter().filter(|part| !part.keys.is_empty()).cloned().collect();
        let part = self.draw.pick(&all)?;
        let names = |section: &str, name: &str| format!("{section}.{}", quoted(name));
        let (before, table) = match part.what {
            What::Layer(policy) => {
                let kind = part.text.trim_start_matches([' ', '{']).split(' ').next()?;
                let kind = self.kinds.iter().find(|one| one.name == kind)?;
                let policy = names("policies", &self.policies[policy].0);
                (format!("{policy}.{}", kind.name), kind.table()?)
            }
            What::Agents(at) => (names("agents", &self.agents[at]), self.table("agents")?),
            What::Budget(number) => (format!("budgets.b{number}"), self.table("budgets")?),
            What::Service(at) => (names("services", &self.services[at]), self.table("services")?),
            _ => return None,
        };
        let keys = table.all_keys();
        let key = *self.draw.pick(&keys)?;
        Some((format!("{before}.{key}"), key))
    }
}

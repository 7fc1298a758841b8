//! What a file asks for: hypotheses, a sweep and variants.

use patterns::settings::Key;
use sim::System;
use sim::measure::Measure;

use crate::file::{Author, Part, TRIES, What};
use crate::spelling::quoted;

impl Author<'_> {
    /// Hypotheses, a sweep and variants.
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
        if self.draw.chance(0.3) && !self.policies.is_empty() {
            self.variants();
        }
        if self.draw.chance(0.4) {
            let design = self.part(What::Design);
            self.parts.push(design);
            let mut paths = Vec::new();
            for _ in 0..=self.draw.below(3) {
                if let Some((path, key)) = self.place()
                    && !paths.contains(&path)
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
                    paths.push(path);
                }
            }
        }
    }

    fn variants(&mut self) {
        for number in 0..=self.draw.below(2) {
            let at = self.draw.below(self.policies.len());
            let (name, level) = self.policies[at].clone();
            self.draw.services.clone_from(&self.services);
            self.draw.services.drain(..level);
            let Some(kind) = self.draw.pick(&self.kinds).copied() else { continue };
            let (settings, _) = self.settings(kind);
            let path = quoted(&format!("policies.{}", quoted(&name)));
            let text = format!(
                "[variants.{}]\n{path} = [{{ {} = {settings} }}]\n",
                quoted(&format!("{}{number}", self.draw.name())),
                kind.name
            );
            self.parts.push(Part { what: What::Variant, text, keys: Vec::new(), tries: TRIES });
        }
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

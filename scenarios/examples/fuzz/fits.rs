//! Makes faults and recoveries likely to have something to hit, and a reason.

use sim::fault::KINDS;

use crate::file::{Author, What};
use crate::spelling::quoted;

impl Author<'_> {
    /// Makes it likely that a fault has something to hit.
    pub(crate) fn fit_fault(&mut self, entries: &mut Vec<(String, String)>) {
        let narrow = ["tasks", "priority", "key"];
        entries.retain(|(key, _)| !narrow.contains(&key.as_str()) || self.draw.chance(0.4));
        // Most agents have tasks of the priority 0.
        if let Some((_, priority)) = entries.iter_mut().find(|(key, _)| key == "priority")
            && self.draw.chance(0.7)
        {
            "0".clone_into(priority);
        }
        let word = entries.iter().find(|(key, _)| key == "do").map(|(_, word)| word.clone());
        let kind = KINDS.iter().find(|kind| word == Some(quoted(kind.name)));
        let all = match kind {
            Some(kind) if kind.hits_layers => {
                let able = if kind.name == "flush" { ".cache" } else { ".breaker" };
                let layers = self.draw.layers.iter();
                layers.filter(|layer| layer.ends_with(able)).cloned().collect()
            }
            Some(kind) if kind.hits_agents => self.agents.clone(),
            _ => self.services.clone(),
        };
        let is_layers = kind.is_some_and(|kind| kind.hits_layers || kind.hits_agents);
        if let Some((_, hit)) = entries.iter_mut().find(|(key, _)| key == "hit")
            && (is_layers || hit.contains("policies.") || self.draw.chance(0.5))
            && let Some(one) = self.draw.pick(&all)
        {
            *hit = quoted(one);
        }
    }

    /// The layers that there are so far, as faults name them.
    pub(crate) fn layers(&self) -> Vec<String> {
        let layers = self.parts.iter().filter_map(|part| {
            let What::Layer(policy) = part.what else { return None };
            let (kind, _) = part.text.trim_start_matches([' ', '{']).split_once(" = ")?;
            Some(format!("policies.'{}'.{kind}", self.policies[policy].0))
        });
        layers.collect()
    }

    /// Makes it likely that a recovery is triggered, and names parts that there are.
    pub(crate) fn fit_recovery(&mut self, number: usize, entries: &mut Vec<(String, String)>) {
        self.fit_fault(entries);
        let is_odd = self.draw.chance(0.05);
        let others = (0..self.recoveries).filter(|other| *other != number);
        let others: Vec<String> = others.map(|other| format!("r{other}")).collect();
        let then = self.draw.pick(&others).cloned();
        for (key, value) in entries.iter_mut().filter(|_| !is_odd) {
            match key.as_str() {
                "name" => *value = quoted(&format!("r{number}")),
                "human" => *value = quoted("oncall"),
                "then" => *value = quoted(then.as_deref().unwrap_or("r0")),
                _ => {}
            }
        }
        entries.retain(|(key, _)| key != "when");
        if !self.draw.chance(0.1) {
            let when = self.reason();
            entries.push(("when".to_owned(), quoted(&when)));
        }
    }

    /// What may trigger a recovery.
    fn reason(&mut self) -> String {
        let agents = self.draw.pick(&self.agents).cloned().unwrap_or_default();
        let share = self.draw.below(100);
        let quantity = self.draw.pick(&["every", "some"]).copied().unwrap_or_default();
        let is = self.draw.pick(&["open", "closed", "not closed", "half-open"]).copied();
        let is = is.unwrap_or_default();
        let layer = self.draw.pick(&self.draw.layers.clone()).cloned();
        let layer = layer.unwrap_or_else(|| "breaker".to_owned());
        match self.draw.below(6) {
            0 => format!("agents.{agents}.success < {share}% over {}s", 1 + share),
            1 => format!("agents.{agents}.latency.p95 > {share}ms over 1min"),
            2 | 3 => format!("agents.{agents}.success < {share}% over {} tasks", 1 + share),
            4 => format!("{quantity} breaker is {is} for {}s", 1 + share),
            _ => format!("{quantity} {layer} is {is} for {}s", 1 + share),
        }
    }
}

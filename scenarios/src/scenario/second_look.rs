//! What can be said of the rest of a file in which some parts cannot be read.
//!
//! What faults hit and what hypotheses measure is looked up in the system. If a part of it cannot
//! be read, the rest is looked at without that part, and what is said is kept as far as the part
//! cannot be the reason: so that all mistakes are reported at once, and none that is none.

use patterns::settings::{Code, Entry, Node, Value};

use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::tree;

/// What of a file cannot be read, or not all of it.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    /// The keys at the top.
    pub(super) head: bool,
    pub(super) agents: Vec<String>,
    pub(super) services: Vec<String>,
    /// Something in policies or edges.
    pub(super) policies: bool,
    /// Faults, by their place.
    pub(super) faults: Vec<usize>,
}

impl Unreadable {
    /// Whether it is not known who calls whom, by which layers.
    fn has_parts(&self) -> bool {
        self.policies || !self.agents.is_empty() || !self.services.is_empty()
    }
}

impl ScenarioFile {
    /// Mistakes in the rest of a file.
    pub(super) fn second_look(
        &self,
        registry: &LayerRegistry,
        unreadable: &Unreadable,
    ) -> Vec<Diagnostic> {
        let mut rest = self.clone();
        rest.leave_out(unreadable);
        let mut found = Vec::new();
        let _rest = rest.read_once(registry, false, &mut found);
        let is_sure = |one: &Diagnostic| {
            let of_measures = [FileCode::UnknownMeasure, FileCode::BadHypothesis];
            let is_of_measures = of_measures.iter().any(|code| code.name() == one.code());
            // What is missing may be what is misspelt.
            let may_follow = one.is_warning() || one.code() == Code::Missing.name();
            !may_follow && (is_of_measures || !unreadable.has_parts())
        };
        found.retain(is_sure);
        found
    }

    /// Puts something right in place of what cannot be read, and takes out what asks for it.
    fn leave_out(&mut self, unreadable: &Unreadable) {
        let has_faults = unreadable.faults.is_empty() && !unreadable.has_parts();
        let Value::Table(sections) = &mut self.root.value else { return };
        if unreadable.head {
            sections
                .retain(|entry| !matches!(&*entry.key, "title" | "horizon" | "warmup" | "seed"));
            for (key, text) in [("title", "\"\""), ("horizon", "\"36500d\"")] {
                sections.push(entry(key, text));
            }
        }
        if unreadable.has_parts() {
            sections.retain(|entry| !matches!(&*entry.key, "policies" | "edges" | "faults"));
        }
        for section in sections {
            match (&*section.key, &mut section.node.value) {
                ("agents", Value::Table(all)) => {
                    let idle = "{ arrivals = \"every(1s)\", steps = [{ work = \"1s\" }] }";
                    replace(all, &unreadable.agents, idle);
                }
                ("services", Value::Table(all)) => {
                    replace(all, &unreadable.services, "{ latency = \"1s\" }");
                }
                ("faults", Value::List(items)) => {
                    let mut place = 0..;
                    items.retain(|_| !unreadable.faults.contains(&place.next().unwrap_or(0)));
                }
                ("hypotheses" | "aborts", Value::List(items)) => items.retain(|item| {
                    let text = item.get("that").or_else(|| item.get("when")).and_then(Node::text);
                    text.is_none_or(|text| {
                        let asks = |what: &[&str]| what.iter().any(|word| text.contains(word));
                        let of_parts = ["edges.", "faults.", "policies.", "system."];
                        let is_out = (!has_faults && asks(&["fault"]))
                            || (unreadable.has_parts() && asks(&of_parts))
                            || (unreadable.head && asks(&[" from ", " until ", " over "]));
                        !is_out
                    })
                }),
                _ => {}
            }
        }
    }
}

fn entry(key: &str, text: &str) -> Entry {
    Entry { key: key.to_owned(), key_at: 0..0, node: tree::value(text) }
}

/// Replaces the parts of these names.
fn replace(all: &mut [Entry], names: &[String], text: &str) {
    for part in all.iter_mut().filter(|part| names.contains(&part.key)) {
        part.node = tree::value(text);
    }
}

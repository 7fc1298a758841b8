//! What can be said of a file in which some parts cannot be read.
//!
//! What faults hit and what hypotheses measure is looked up in the system. In place of a part that
//! cannot be read, one of its name stands there, and what is said is kept as far as the part cannot
//! be the reason: so that all mistakes are reported at once, and none that is none.

use patterns::Duration;
use patterns::settings::{Node, Reader, Setting, Value};
use sim::System;
use sim::fault::KINDS;

use crate::diagnostic::Diagnostic;
use crate::format::{Agents, Budget, Fault, FileNames, Service};
use crate::tree;

/// What is not known of a system, since something of the file cannot be read.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says of something else that it is not known"
)]
pub(super) struct Unsure {
    /// Which parts there are: a section may be misspelt.
    pub(super) parts: bool,
    /// The warm-up and the horizon, if they are known.
    pub(super) times: Option<(Duration, Duration)>,
    /// Who calls whom, by which layers.
    pub(super) calls: bool,
    /// What some fault is called.
    pub(super) fault_names: bool,
    /// What some recovery or human is.
    pub(super) recoveries: bool,
}

impl Unsure {
    /// Whether what asks for a measure and makes no sense in this system may make sense in the one
    /// that is meant.
    pub(super) fn may_be_right(self, text: &str, system: &System) -> bool {
        let asks = |what: &[&str]| what.iter().any(|word| text.contains(word));
        let mut names = system.faults.iter().map(|fault| &fault.name);
        let mut is_named = || names.any(|name| !name.is_empty() && text.contains(name));
        self.parts
            || (self.calls && asks(&["edges.", ".cost", ".tokens", ".budget", ".context"]))
            || (self.recoveries && asks(&["recoveries.", "humans."]))
            || (self.times.is_none() && asks(&[" from ", " until "]))
            || (self.fault_names && asks(&["fault"]) && !is_named())
    }
}

/// Something of a few keys, with some as they are written, if they can be read; and whether they
/// can, and the one that is needed is there.
fn standing_in<T: Setting>(
    text: &str,
    written: &Node,
    keys: &[&str],
    needs: Option<&str>,
    names: &mut FileNames,
) -> (T, bool) {
    let mut node = tree::value(text);
    if let Value::Table(entries) = &mut node.value {
        entries.retain(|entry| !keys.contains(&&*entry.key) || written.get(&entry.key).is_none());
        let written = written.entries().unwrap_or_default().iter();
        entries.extend(written.filter(|entry| keys.contains(&&*entry.key)).cloned());
    }
    let mut reader = Reader::new(names);
    let read = T::read(&node, None, &mut reader).filter(|_| reader.errors() == 0);
    let is_written = needs.is_none_or(|key| written.get(key).is_some());
    let is_known = read.is_some() && written.entries().is_some() && is_written;
    let read = read.or_else(|| T::read(&tree::value(text), None, &mut Reader::new(names)));
    (read.expect("nothing is wrong with what stands in"), is_known)
}

/// Agents that call the same services, if that can be read.
pub(super) fn agents(written: &Node, names: &mut FileNames) -> (Agents, bool) {
    let text = "{ arrivals = \"every(1s)\", steps = [{ work = \"1s\" }], worth = { good = 1 }, \
                finds-out = { share = 1, after = \"1s\" } }";
    standing_in(text, written, &["steps"], Some("steps"), names)
}

/// The same of a service, with all measures that one can have.
pub(super) fn service(written: &Node, names: &mut FileNames) -> (Service, bool) {
    let text = "{ latency = \"1s\", slots = 1, count = 2 }";
    standing_in(text, written, &["steps", "count"], None, names)
}

/// A budget of the same groups, if these can be read, which any call spends.
pub(super) fn budget(written: &Node, names: &mut FileNames) -> (Budget, bool) {
    standing_in("{ calls = 1, for = [\"a\"] }", written, &["for"], Some("for"), names)
}

/// A fault that comes when the one that is written does, if that can be read; else one that comes
/// by chance, so that no part of a run is known to be without it. What is wrong with the times is
/// reported, whatever else is wrong.
pub(super) fn fault(written: &Node, found: &mut Vec<Diagnostic>) -> Fault {
    const TIMES: [&str; 9] =
        ["at", "for", "every", "chance", "after", "up", "down", "mtbf", "mttr"];
    let [agents, services] = ["a", "s"].map(|name| vec![name.to_owned()]);
    let mut names = FileNames { agents, services };
    let does = written.get("do").and_then(Node::text);
    let does = does.filter(|word| KINDS.iter().any(|kind| kind.name == *word));
    // What it does may need more keys, but whether that takes time has to be known.
    for does in does.into_iter().flat_map(|word| [word, "down"]) {
        let mut node = tree::value(&format!("{{ hit = \"s\", do = \"{does}\" }}"));
        node.at = written.at.clone();
        if let Value::Table(entries) = &mut node.value {
            let own = |key: &str| written.entries()?.iter().find(|entry| entry.key == key);
            for entry in &mut *entries {
                let at = own(&entry.key).map_or(&written.at, |own| &own.node.at);
                (entry.key_at, entry.node.at) = (at.clone(), at.clone());
            }
            let written = written.entries().unwrap_or_default().iter();
            entries.extend(written.filter(|entry| TIMES.contains(&&*entry.key)).cloned());
        }
        let mut reader = Reader::new(&mut names);
        if let Some(fault) = Fault::read(&node, None, &mut reader) {
            let is_right = reader.errors() == 0;
            let wrong = reader.finish().into_iter().map(Diagnostic::from);
            found.extend(wrong.filter(|one| !one.is_warning()));
            if is_right {
                return fault;
            }
            break;
        }
    }
    let text = "{ hit = \"s\", do = \"down\", mtbf = \"1h\", mttr = \"1h\" }";
    let read = Fault::read(&tree::value(text), None, &mut Reader::new(&mut names));
    read.expect("nothing is wrong with it")
}

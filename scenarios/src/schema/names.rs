//! Names of definitions: unique, and short where that is clear.

use std::collections::{BTreeMap, BTreeSet};

use patterns::settings::kebab;

/// Modules that say nothing about what a type is for.
const GENERAL: [&str; 8] =
    ["settings", "presets", "rules", "format", "head", "layer", "config", "described"];

/// The names that were given so far.
#[derive(Debug, Default)]
pub(crate) struct DefNames {
    by_path: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl DefNames {
    /// Takes a name, so that no type gets it.
    pub(crate) fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// The name for a type: `breaker` for `patterns::breaker::settings::Settings`,
    /// `breaker.Trip` for `patterns::breaker::settings::Trip`; the whole path if that is taken.
    pub(crate) fn name(&mut self, path: &str) -> String {
        if let Some(name) = self.by_path.get(path) {
            return name.clone();
        }
        let free = candidates(path).into_iter().find(|name| !self.taken.contains(name));
        let name = free.unwrap_or_else(|| path.replace("::", "."));
        self.taken.insert(name.clone());
        self.by_path.insert(path.to_owned(), name.clone());
        name
    }
}

/// Names for a type, the shortest first.
fn candidates(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split("::").skip(1).collect();
    let Some((name, modules)) = parts.split_last() else { return vec![path.to_owned()] };
    let telling = modules.iter().find(|module| !GENERAL.contains(module));
    let module = telling.map(|module| kebab(module));
    let mut found = Vec::new();
    if let Some(module) = &module {
        let is_same = [module.as_str(), module.trim_end_matches('s')].contains(&&*kebab(name));
        if *name == "Settings" || is_same {
            found.push(module.clone());
        }
        found.push(format!("{module}.{name}"));
    } else {
        found.push((*name).to_owned());
    }
    found.push(parts.join("."));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_readable_and_unique() {
        let mut names = DefNames::default();
        names.reserve("duration");
        for (path, name) in [
            ("patterns::breaker::settings::Settings", "breaker"),
            ("patterns::breaker::settings::Trip", "breaker.Trip"),
            ("patterns::adaptive_throttle::Settings", "adaptive-throttle"),
            ("patterns::breaker::presets::Trip", "breaker.presets.Trip"),
            ("patterns::breaker::settings::Trip", "breaker.Trip"),
            ("scenarios::format::agents::Agents", "agents"),
            ("scenarios::format::faults::Fault", "faults"),
            ("patterns::time::Duration", "time.Duration"),
            ("patterns::settings::Share", "Share"),
            ("others::settings::Share", "settings.Share"),
            ("third::settings::Share", "third.settings.Share"),
        ] {
            assert_eq!(names.name(path), name);
        }
    }
}

//! Looks at a scenario: as it is written, and with each value of its sweep and each variant.

use core::ops::Range;

use sim::System;

use super::finding::{pasted, varied};
use super::policies;
use super::proof::Proofs;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::variants::Change;
use crate::variations::{HYPOTHESES, Variations};

impl ScenarioFile {
    /// Finds what in the scenario fights what: as it is written, and with each value of its sweep
    /// and each of its variants. What the file has as it is written is not found again in these.
    ///
    /// # Errors
    ///
    /// With everything that is wrong with it.
    pub fn lint(&self, registry: &LayerRegistry) -> Result<Diagnostics, Diagnostics> {
        let mut proofs = Proofs::new(registry);
        let mut found = Vec::new();
        policies::look(self, &self.scenario(registry)?.system, &mut proofs, &mut found);
        let known: Vec<Found> = found.iter().map(what_and_where).collect();
        found = found.into_iter().map(|one| pasted(one, "Here")).collect();
        let Some((_, variations)) = self.variations(&mut Vec::new()) else {
            return self.refused(registry);
        };
        for group in groups(&variations) {
            let mut of_group: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
            for (value, changes) in &group.each {
                let Some((file, system)) = self.with_system(changes, registry) else {
                    return self.refused(registry);
                };
                let mut here = Vec::new();
                policies::look(&file, &system, &mut proofs, &mut here);
                here.retain(|one| !known.contains(&what_and_where(one)));
                for one in here {
                    let is_same = |(other, _): &&mut (Diagnostic, _)| {
                        what_and_where(other) == what_and_where(&one)
                    };
                    match of_group.iter_mut().find(is_same) {
                        Some((_, values)) => values.push(value),
                        None => of_group.push((one, vec![value])),
                    }
                }
            }
            found.extend(of_group.into_iter().map(|(one, values)| {
                let what = format!("{}{}", group.what, values.join(", "));
                varied(one).within(&what)
            }));
        }
        found.retain(|one| !self.is_assumed(one.place().start));
        Ok(Diagnostics::new(&self.source, found))
    }

    /// Whether a line is marked as one that import put in, as the other file does not say it.
    fn is_assumed(&self, place: usize) -> bool {
        let rest = self.source.text().get(place..).unwrap_or_default();
        rest.lines().next().is_some_and(|line| line.trim_end().ends_with("# assumed"))
    }

    /// All that is wrong with what the file varies.
    fn refused(&self, registry: &LayerRegistry) -> Result<Diagnostics, Diagnostics> {
        self.sweep(registry).map(|sweep| sweep.warnings)
    }

    /// The file with some changes, and its system.
    fn with_system(
        &self,
        changes: &[Change<'_>],
        registry: &LayerRegistry,
    ) -> Option<(Self, System)> {
        let mut file = self.with(changes, registry).ok()?;
        file.drop_section(HYPOTHESES);
        let system = file.scenario(registry).ok()?.system;
        Some((file, system))
    }
}

/// The rule of a finding, and its place.
type Found = (&'static str, Range<usize>);

fn what_and_where(one: &Diagnostic) -> Found {
    (one.code(), one.place())
}

/// Changes of which a finding is told once: the values of an axis, or those of a variant.
struct Group<'a> {
    what: String,
    each: Vec<(String, Vec<Change<'a>>)>,
}

fn groups(varied: &Variations) -> Vec<Group<'_>> {
    let axes = varied.axes.iter().map(|axis| {
        let change = |value| (format!("{value}"), vec![(axis.path.as_str(), &axis.at, value)]);
        let each = axis.values.iter().map(change).collect();
        Group { what: format!("with `{}` = ", axis.path), each }
    });
    let variants = varied.variants.iter().map(|variant| {
        let what = format!("with the variant `{}`", variant.name);
        Group { what, each: vec![(String::new(), variant.changes())] }
    });
    axes.chain(variants).collect()
}

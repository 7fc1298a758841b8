//! What a file varies in its sweep: axes and variants as they are written, and the scenario of a
//! cell of them.

use core::ops::Range;

use patterns::settings::{Entry, Fields, Group, Key, Reader, Value};
use sim::design::SweepDesign;
use sim::measure::{Better, Measure};

use crate::axes::{Varied, axis, mark, shown, varied};
use crate::codes::FileCode;
use crate::diagnostic::Diagnostic;
use crate::format::{Design, FileNames, SECTIONS, section_of};
use crate::plain::plain;
use crate::profiles;
use crate::registry::LayerRegistry;
use crate::scenario::{Draft, Scenario};
use crate::scenario_file::ScenarioFile;
use crate::size;
use crate::variants::{AS_WRITTEN, Change, Variant};

/// What a file varies.
#[derive(Clone, Debug)]
pub(crate) struct Variations {
    pub(crate) axes: Vec<Varied>,
    pub(crate) variants: Vec<Variant>,
}

impl Variations {
    /// The changes of a variant; the first one is the file as it is written.
    pub(crate) fn of_variant(&self, variant: usize) -> Vec<Change<'_>> {
        let variant = variant.checked_sub(1).map(|index| &self.variants[index]);
        variant.map(Variant::changes).unwrap_or_default()
    }

    /// The changes of a cell of a design.
    fn of_cell(&self, design: &SweepDesign, cell: usize) -> Vec<Change<'_>> {
        let (variant, places) = design.place(cell);
        let mut all = self.of_variant(variant);
        for (axis, place) in self.axes.iter().zip(places) {
            all.push((&axis.path, &axis.at, &axis.values[place]));
        }
        all
    }
}

impl ScenarioFile {
    /// What the file varies, and what its sweep says beside that; none if it is too much.
    pub(crate) fn variations(
        &self,
        found: &mut Vec<Diagnostic>,
    ) -> Option<(Option<Design>, Variations)> {
        let (written, axes) = self.design(found);
        let variants = self.variants(found);
        let lengths = axes.iter().map(|axis| axis.values.len()).chain([variants.len() + 1]);
        size::check_cells(lengths, &self.size_at(&axes), found)?;
        Some((written, Variations { axes, variants }))
    }

    /// The design, with what is looked at if the file does not say it.
    pub(crate) fn full_design(
        &self,
        written: &Design,
        scenario: &Scenario,
        Variations { axes, variants }: &Variations,
        registry: &LayerRegistry,
    ) -> Option<SweepDesign> {
        let mut names = vec![AS_WRITTEN.to_owned()];
        names.extend(variants.iter().map(|variant| plain(&variant.name).into()));
        let default = self.own_places(axes, registry).into_iter();
        let success = Measure::of_agents(&scenario.system.agents.first()?.name, "success")?;
        Some(SweepDesign {
            title: scenario.title.clone(),
            variants: names,
            axes: axes.iter().map(axis).collect(),
            default: default.collect(),
            replications: written.replications,
            seed: scenario.seed,
            better: success.better().unwrap_or(Better::Higher),
            objective: success,
        })
    }

    /// The place of the file's own value on each axis that has it.
    pub(crate) fn own_places(
        &self,
        axes: &[Varied],
        registry: &LayerRegistry,
    ) -> Vec<Option<usize>> {
        let place = |axis: &Varied| {
            let own = shown(&self.get(registry, &axis.path)?);
            axis.values.iter().position(|value| shown(value) == own)
        };
        axes.iter().map(place).collect()
    }

    /// The design, and the axes.
    fn design(&self, found: &mut Vec<Diagnostic>) -> (Option<Design>, Vec<Varied>) {
        let nothing = Vec::new();
        let node = self.root.get("sweep");
        let entries = match node.map(|node| &node.value) {
            None => &nothing,
            Some(Value::Table(entries)) => entries,
            Some(_) => {
                let node = node.expect("it was found just now");
                found.push(Diagnostic::wrong_section(section_of("sweep"), node, "a table"));
                &nothing
            }
        };
        let at = node.map_or(0..0, |node| node.at.clone());
        let mut names = FileNames::default();
        let mut reader = Reader::new(&mut names);
        let mut fields = Fields::of_table(at, "`sweep`", entries);
        let design = Design::read_fields(&mut fields, None, &mut reader);
        let mut keys: Vec<&'static Key> = Vec::new();
        Design::keys(&mut keys);
        let mut axes = Vec::new();
        for entry in entries {
            let is_axis = entry.key.contains('.') || matches!(entry.node.value, Value::List(_));
            if keys.iter().any(|key| key.is_named(&entry.key)) {
                continue;
            }
            if !is_axis && SECTIONS.iter().any(|section| section.is_named(&entry.key)) {
                let _axis = fields.take_node(&entry.key);
                let path = path_below(entry);
                let message = format!("the path `{path}` is not in quotes");
                let message = Diagnostic::new(entry.key_at.clone(), FileCode::BadPath, message);
                found.push(message.help(format!("for example: \"{path}\" = [1, 5]")));
                continue;
            }
            if !is_axis {
                continue;
            }
            let _axis = fields.take_node(&entry.key);
            axes.extend(varied(entry, found));
        }
        if let Some(conditions) = node.and_then(|node| node.get("conditions")) {
            mark(&mut axes, conditions, found);
        }
        fields.finish(&keys, &mut reader);
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        (design, axes)
    }

    /// Where it is written how many cells there are.
    pub(crate) fn size_at(&self, axes: &[Varied]) -> Range<usize> {
        let first = axes.first().map(|axis| axis.at.clone());
        let variants = || self.root.get("variants").map(|node| node.at.clone());
        first.or_else(variants).unwrap_or(0..0)
    }

    /// The scenario with some values changed, as far as it can be read.
    pub(crate) fn changed(
        &self,
        changes: &[Change<'_>],
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Draft> {
        let mut file = match self.with(changes, registry) {
            Ok(file) => file,
            Err(wrong) => {
                found.push(wrong);
                return None;
            }
        };
        // What must hold is said of the file as it is written: others may lack what is measured.
        if !changes.iter().any(|(path, ..)| is_of_hypotheses(path)) {
            file.drop_section(HYPOTHESES);
        }
        file.draft(registry, found)
    }

    /// The file with some values changed, and without what its sweep varies.
    pub(crate) fn with(
        &self,
        changes: &[Change<'_>],
        registry: &LayerRegistry,
    ) -> Result<Self, Diagnostic> {
        let mut file = self.without_axes();
        file.set_all(changes, registry)?;
        Ok(file)
    }

    /// Changes some values.
    pub(crate) fn set_all(
        &mut self,
        changes: &[Change<'_>],
        registry: &LayerRegistry,
    ) -> Result<(), Diagnostic> {
        for (path, at, value) in changes {
            self.set(registry, path, at, (*value).clone())?;
        }
        profiles::expand(&mut self.root);
        Ok(())
    }

    /// Leaves a section out.
    pub(crate) fn drop_section(&mut self, section: &str) {
        if let Value::Table(entries) = &mut self.root.value {
            entries.retain(|entry| entry.key != section);
        }
    }

    /// The scenario of one cell, if nothing is wrong with it.
    pub(crate) fn cell(
        &self,
        varied: &Variations,
        (design, cell): (&SweepDesign, usize),
        registry: &LayerRegistry,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Scenario> {
        self.changed(&varied.of_cell(design, cell), registry, found)?.scenario()
    }
}

/// The section of what must hold.
pub(crate) const HYPOTHESES: &str = "hypotheses";

/// Whether a path leads to what must hold.
pub(crate) fn is_of_hypotheses(path: &str) -> bool {
    path.split('.').next() == Some(HYPOTHESES)
}

/// The path that tables within each other spell.
fn path_below(entry: &Entry) -> String {
    match entry.node.entries() {
        Some([below, ..]) => format!("{}.{}", entry.key, path_below(below)),
        _ => entry.key.clone(),
    }
}

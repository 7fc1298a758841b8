//! Reads the claim of a file, and reports all that is wrong with it.

use core::ops::Range;

use patterns::settings::{Node, Reader, Setting, Value};
use sim::design::{Axis, SweepDesign};

use super::claim::{Claim, Figure, Rule};
use super::claim_names::Resolver;
use super::hypothesis::{Comparison, measure};
use super::read::{Draft, Scenario};
use crate::diagnostic::{Diagnostic, mistakes};
use crate::format::{self, FileNames, section_of};
use crate::plain::plain;
use crate::scenario_file::ScenarioFile;
use crate::variants::AS_WRITTEN;

/// Something is wrong with a claim, and has been reported.
pub(crate) struct IsWrong;

impl ScenarioFile {
    /// The paths of what the file's claim measures, and where each is written.
    pub(crate) fn claimed(&self) -> Vec<(String, Range<usize>)> {
        let text = |item: &Node, key: &str| {
            let node = item.get(key)?;
            Some((node.text()?.to_owned(), node.at.clone()))
        };
        let rules = self.claim_items("rules").iter().filter_map(|rule| text(rule, "that"));
        let rules =
            rules.filter_map(|(that, at)| Some((Comparison::parse(&that).ok()?.path().into(), at)));
        let figures = self.claim_items("figures").iter().filter_map(|figure| text(figure, "of"));
        rules.chain(figures).collect()
    }

    /// The elements of a list of the claim.
    fn claim_items(&self, key: &str) -> &[Node] {
        match self.root.get("claim").and_then(|claim| claim.get(key)).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The claim as it is written, if all keys are there that it needs, and can be read.
    pub(crate) fn written_claim(&self, found: &mut Vec<Diagnostic>) -> Option<format::Claim> {
        let node = self.root.get("claim")?;
        let mut names = FileNames::default();
        let mut reader = Reader::new(&mut names);
        let section = section_of("claim");
        let written = reader.within(section.name(), |reader| {
            reader.expecting(section, |reader| format::Claim::read(node, None, reader))
        });
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        written
    }

    /// The claim of the file, if it has one and nothing is wrong with it. What it measures
    /// may be of the file, or only of some cell of its sweep.
    pub(crate) fn claim_in(
        &self,
        written: Option<format::Claim>,
        (design, own): (&SweepDesign, &[Option<usize>]),
        (scenario, cell): (&Scenario, &dyn Fn(usize) -> Option<Scenario>),
        found: &mut Vec<Diagnostic>,
    ) -> Result<Option<Claim>, IsWrong> {
        let of_file = &scenario.system;
        let system = |path: &str| {
            if measure(path, of_file).is_ok() {
                return Some(of_file.clone());
            }
            let mut cells = (0..design.cells()).filter_map(|one| Some(cell(one)?.system));
            let of_cell = cells.find(|system| measure(path, system).is_ok());
            Some(of_cell.unwrap_or_else(|| of_file.clone()))
        };
        let before = mistakes(found);
        let names = (&design.variants[..], &design.axes[..]);
        let claim = self.claim(written, &mut Resolver::new(names, Some(own), &system, found));
        if mistakes(found) == before { Ok(claim) } else { Err(IsWrong) }
    }

    /// Reports what is wrong with the claim of a file in which something else is wrong, too: as
    /// much as is sure.
    pub(crate) fn look_at_claim(
        &self,
        axes: &[Axis],
        draft: Option<&Draft>,
        found: &mut Vec<Diagnostic>,
    ) {
        let names = |section: &str| {
            let entries = self.root.get(section).and_then(Node::entries).unwrap_or_default();
            entries.iter().map(|entry| entry.key.clone()).collect::<Vec<String>>()
        };
        let variants = [vec![AS_WRITTEN.to_owned()], names("variants")].concat();
        let system = |path: &str| {
            let system = draft?.system();
            measure(path, system).is_ok().then(|| system.clone())
        };
        let mut resolver = Resolver::new((&variants, axes), None, &system, found);
        // An axis that cannot be read is one all the same.
        resolver.unread = names("sweep");
        let _claim = self.claim(None, &mut resolver);
    }

    /// The claim, as far as it can be read.
    fn claim(&self, written: Option<format::Claim>, names: &mut Resolver<'_>) -> Option<Claim> {
        // Each one is read, so that every mistake is reported.
        let rules = self.claim_items("rules").iter().map(|rule| names.rule(rule));
        let rules: Vec<Option<Rule>> = rules.collect();
        let figures = self.claim_items("figures").iter().map(|figure| names.figure(figure));
        let figures: Vec<Option<Figure>> = figures.collect();
        let format::Claim { says, source, caveat, .. } = written?;
        let line = |text: &str| String::from(plain(text));
        Some(Claim {
            says: line(&says),
            source: line(&source),
            caveat: caveat.as_deref().map(line),
            rules: rules.into_iter().collect::<Option<_>>()?,
            figures: figures.into_iter().collect::<Option<_>>()?,
        })
    }
}

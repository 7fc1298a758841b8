//! A claim of a file, with names resolved: what is said, and what decides it.

use core::ops::Range;

use patterns::settings::{Code, Node, Reader, Setting, Value};
use sim::System;
use sim::design::SweepDesign;
use sim::measure::Measure;

use super::hypothesis::{Comparison, Hypothesis, Message, measure};
use super::read::Scenario;
use crate::axes::shown;
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, mistakes, nearest_or_all};
use crate::format::{self, FileNames, section_of};
use crate::path_keys;
use crate::plain::plain;
use crate::scenario_file::ScenarioFile;

/// Something that is said of systems, and what decides whether it holds.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What is claimed.
    pub says: String,
    /// Who says so.
    pub source: String,
    /// What the verdict rests on.
    pub caveat: Option<String>,
    /// What has to be so in a cell for it to hold there.
    pub rules: Vec<Rule>,
    /// What has to come out, whatever is claimed.
    pub figures: Vec<Figure>,
}

impl Claim {
    /// Adds what it measures to measures, each once.
    pub(crate) fn add_measures(&self, all: &mut Vec<Measure>) {
        for measure in self.measures() {
            if !all.contains(measure) {
                all.push(measure.clone());
            }
        }
    }

    /// All that it measures.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let rules = self.rules.iter().map(|rule| &rule.that.measure);
        rules.chain(self.figures.iter().map(|figure| &figure.of))
    }
}

/// Something that has to be so in a cell.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The comparison.
    pub that: Hypothesis,
    /// The variant that each cell is held against, if it is its difference that is compared.
    pub against: Option<usize>,
    /// The variants of the cells that are asked.
    pub variants: Vec<usize>,
}

/// A figure that follows from theory.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is measured.
    pub of: Measure,
    /// What it has to be, in the measure's unit, and as it is written.
    pub value: f64,
    /// The value as it is written.
    pub is: String,
    /// In which cell.
    pub cell: usize,
    /// What it follows from.
    pub why: String,
}

/// Finds the system in which a path is measured: the file's own, or that of some cell.
type Systems<'a> = dyn Fn(&str) -> System + 'a;

/// Something is wrong with a claim, and has been reported.
pub(crate) struct IsWrong;

/// What the names in a claim are resolved by.
struct Resolver<'a> {
    design: &'a SweepDesign,
    systems: &'a Systems<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl ScenarioFile {
    /// The paths of what the file's claim measures.
    pub(crate) fn claimed(&self) -> Vec<String> {
        let claim = self.root.get("claim");
        let list = |key: &str| match claim.and_then(|claim| claim.get(key)).map(|node| &node.value)
        {
            Some(Value::List(items)) => &items[..],
            _ => &[],
        };
        let rules = list("rules").iter().filter_map(|rule| rule.get("that")?.text());
        let rules = rules.filter_map(|text| Some(Comparison::parse(text).ok()?.path().to_owned()));
        let figures = list("figures").iter().filter_map(|figure| figure.get("of")?.text());
        rules.chain(figures.map(str::to_owned)).collect()
    }

    /// The claim of the file, if it has one and nothing is wrong with it. What it measures
    /// may be of the file, or only of some cell of its sweep.
    pub(crate) fn claim_in(
        &self,
        design: &SweepDesign,
        (scenario, cell): (&Scenario, &dyn Fn(usize) -> Option<Scenario>),
        found: &mut Vec<Diagnostic>,
    ) -> Result<Option<Claim>, IsWrong> {
        let own = &scenario.system;
        let system = |path: &str| {
            if measure(path, own).is_ok() {
                return own.clone();
            }
            let mut cells = (0..design.cells()).filter_map(|one| Some(cell(one)?.system));
            cells.find(|system| measure(path, system).is_ok()).unwrap_or_else(|| own.clone())
        };
        let before = mistakes(found);
        let claim = self.claim(design, &system, found);
        if mistakes(found) == before { Ok(claim) } else { Err(IsWrong) }
    }

    /// The claim, as far as it can be read.
    fn claim(
        &self,
        design: &SweepDesign,
        systems: &Systems<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Claim> {
        let node = self.root.get("claim")?;
        let mut names = FileNames::default();
        let mut reader = Reader::new(&mut names);
        let section = section_of("claim");
        let written = reader.within(section.name(), |reader| {
            reader.expecting(section, |reader| format::Claim::read(node, None, reader))
        });
        found.extend(reader.finish().into_iter().map(Diagnostic::from));
        let format::Claim { says, source, rules, figures, caveat } = written?;
        let at = |key: &str, nth: usize, part: &str| -> Range<usize> {
            let list = node.get(key).map(|list| &list.value);
            let Some(Value::List(items)) = list else { return node.at.clone() };
            items[nth].get(part).unwrap_or(&items[nth]).at.clone()
        };
        let mut resolver = Resolver { design, systems, found };
        let read = rules
            .iter()
            .enumerate()
            .map(|(nth, rule)| resolver.rule(rule, &|part: &str| at("rules", nth, part)));
        let rules: Vec<Option<Rule>> = read.collect();
        let figures = figures.unwrap_or_default();
        let read = figures
            .iter()
            .enumerate()
            .map(|(nth, figure)| resolver.figure(figure, &|part: &str| at("figures", nth, part)));
        let figures: Vec<Option<Figure>> = read.collect();
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

impl Resolver<'_> {
    fn comparison(
        &mut self,
        text: &str,
        is_difference: bool,
        at: Range<usize>,
    ) -> Option<Hypothesis> {
        let read = Comparison::parse(text).and_then(|one| {
            let system = (self.systems)(one.path());
            if is_difference { one.of_difference(&system) } else { one.of(&system) }
        });
        read.map_err(|message: Message| self.found.push(message.into_diagnostic(at))).ok()
    }

    fn variant(&mut self, name: &str, at: Range<usize>) -> Option<usize> {
        let all: Vec<&str> = self.design.variants.iter().map(String::as_str).collect();
        let place = all.iter().position(|one| *one == name);
        if place.is_none() {
            let message = format!("there is no variant `{name}`");
            let message = Diagnostic::new(at, FileCode::BadPath, message);
            self.found.push(message.help(nearest_or_all(name, &all)));
        }
        place
    }

    fn rule(
        &mut self,
        rule: &format::ClaimRule,
        at: &dyn Fn(&str) -> Range<usize>,
    ) -> Option<Rule> {
        let that = self.comparison(&rule.that, rule.against.is_some(), at("that"));
        let against = rule.against.as_ref().map(|name| self.variant(name, at("against")));
        let asked = rule.r#in.as_ref().map(|names| {
            let all: Vec<_> = names.iter().map(|name| self.variant(name, at("in"))).collect();
            all.into_iter().collect::<Option<Vec<usize>>>()
        });
        let against = match against {
            Some(found) => Some(found?),
            None => None,
        };
        let variants = match asked {
            Some(found) => found?,
            None => (0..self.design.variants.len()).collect(),
        };
        let variants: Vec<usize> =
            variants.into_iter().filter(|one| Some(*one) != against).collect();
        if variants.is_empty() {
            let message = "no variant is left that it could be asked of";
            let help = "a variant is not held against itself";
            self.found.push(Diagnostic::new(at("that"), Code::Conflict, message).help(help));
            return None;
        }
        Some(Rule { that: that?, against, variants })
    }

    fn figure(
        &mut self,
        figure: &format::ClaimFigure,
        at: &dyn Fn(&str) -> Range<usize>,
    ) -> Option<Figure> {
        let is_known = measure(&figure.of, &(self.systems)(&figure.of)).is_ok();
        let part = if is_known { "is" } else { "of" };
        let that = self.comparison(&format!("{} >= {}", figure.of, figure.is), false, at(part));
        let variant = match &figure.variant {
            Some(name) => self.variant(name, at("variant"))?,
            None => 0,
        };
        let own = vec![None; self.design.axes.len()];
        let mut places = self
            .design
            .default
            .as_ref()
            .map_or(own, |places| places.iter().map(|place| Some(*place)).collect());
        let written = figure.at.as_ref().map_or(&[][..], |at| at.0.entries().unwrap_or_default());
        for entry in written {
            let (axis, place) = self.place(&entry.key, &entry.node, &entry.key_at)?;
            places[axis] = Some(place);
        }
        let Some(places) = places.into_iter().collect::<Option<Vec<usize>>>() else {
            let message = "it does not say in which cell it is: the file's own is not in the sweep";
            let help = "for example: at = { \"policies.p.retry.network\" = \"3 x 1s\" }";
            self.found.push(Diagnostic::new(at("of"), Code::Conflict, message).help(help));
            return None;
        };
        let Hypothesis { measure, bound, .. } = that?;
        Some(Figure {
            of: measure,
            value: bound.value,
            is: figure.is.clone(),
            cell: self.design.cell(variant, &places),
            why: plain(&figure.why).into(),
        })
    }

    /// The axis of a path, and the place of a value on it.
    fn place(&mut self, path: &str, value: &Node, at: &Range<usize>) -> Option<(usize, usize)> {
        let all = &self.design.axes;
        let is_meant =
            |axis: &sim::design::Axis| path_keys::split(&axis.path) == path_keys::split(path);
        let Some(axis) = all.iter().position(is_meant) else {
            let known: Vec<&str> = all.iter().map(|axis| axis.path.as_str()).collect();
            let message = format!("`{path}` is no axis of this sweep");
            let message = Diagnostic::new(at.clone(), FileCode::BadPath, message);
            self.found.push(message.help(nearest_or_all(path, &known)));
            return None;
        };
        let values = &all[axis].values;
        let text = shown(value);
        let Some(place) = values.iter().position(|one| *one == text) else {
            let message = format!("`{text}` is no value of the axis `{path}`");
            let message = Diagnostic::new(value.at.clone(), Code::OutOfRange, message);
            self.found.push(message.help(format!("there is: {}", values.join(", "))));
            return None;
        };
        Some((axis, place))
    }
}

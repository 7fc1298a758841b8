//! The names in the rules and figures of a claim: measures, variants, values on axes.

use core::ops::Range;

use patterns::settings::{Code, Entry, Node, Value};
use sim::System;
use sim::design::Axis;

use super::claim::{Figure, Rule};
use super::hypothesis::{Comparison, Hypothesis, Message, measure};
use crate::axes::shown;
use crate::codes::FileCode;
use crate::diagnostic::{Diagnostic, nearest_or_all};
use crate::path_keys;
use crate::plain::plain;

/// Finds the system in which a path is measured: the file's own, or that of some cell; none if that
/// cannot be said.
type Systems<'a> = dyn Fn(&str) -> Option<System> + 'a;

/// What the names in a claim are resolved by. What lacks a key, or has one of another type, was
/// reported before; the rest of it is looked at all the same.
pub(super) struct Resolver<'a> {
    variants: &'a [String],
    axes: &'a [Axis],
    /// The place of the file's own value on each axis that has it, if that is known.
    own: Option<&'a [Option<usize>]>,
    systems: &'a Systems<'a>,
    /// Axes that may be there, though they cannot be read.
    pub(super) unread: Vec<String>,
    found: &'a mut Vec<Diagnostic>,
}

/// A text of a table, if there is one that is no word for nothing, and where.
fn text<'n>(item: &'n Node, key: &str) -> Option<(&'n str, Range<usize>)> {
    let node = item.get(key)?;
    Some((node.text()?, node.at.clone())).filter(|(text, _)| *text != "none")
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        (variants, axes): (&'a [String], &'a [Axis]),
        own: Option<&'a [Option<usize>]>,
        systems: &'a Systems<'a>,
        found: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { variants, axes, own, systems, unread: Vec::new(), found }
    }

    fn comparison(
        &mut self,
        text: &str,
        is_difference: bool,
        at: Range<usize>,
    ) -> Option<Hypothesis> {
        let read = Comparison::parse(text).and_then(|one| {
            let Some(system) = (self.systems)(one.path()) else { return Ok(None) };
            if is_difference { one.of_difference(&system) } else { one.of(&system) }.map(Some)
        });
        read.map_err(|message: Message| self.found.push(message.into_diagnostic(at))).ok()?
    }

    fn variant(&mut self, name: &str, at: Range<usize>) -> Option<usize> {
        let all: Vec<&str> = self.variants.iter().map(String::as_str).collect();
        let place = all.iter().position(|one| *one == name);
        if place.is_none() {
            let message = format!("there is no variant `{name}`");
            let message = Diagnostic::new(at, FileCode::BadPath, message);
            self.found.push(message.help(nearest_or_all(name, &all)));
        }
        place
    }

    /// The variants that a rule names; all if it names none.
    fn asked(&mut self, rule: &Node) -> Option<Vec<usize>> {
        let Some(Value::List(names)) = rule.get("in").map(|node| &node.value) else {
            return Some((0..self.variants.len()).collect());
        };
        let names = names.iter().map(|node| self.variant(node.text()?, node.at.clone()));
        let names: Vec<Option<usize>> = names.collect();
        names.into_iter().collect()
    }

    pub(super) fn rule(&mut self, rule: &Node) -> Option<Rule> {
        let against = text(rule, "against");
        let is_difference = against.is_some();
        let that = text(rule, "that");
        let place = that.as_ref().map_or_else(|| rule.at.clone(), |(_, at)| at.clone());
        let that = that.and_then(|(text, at)| self.comparison(text, is_difference, at));
        let against = against.map(|(name, at)| self.variant(name, at));
        let asked = self.asked(rule);
        let at = self.values(rule);
        let against = match against {
            Some(found) => Some(found?),
            None => None,
        };
        let mut variants = asked?;
        variants.retain(|one| Some(*one) != against);
        if variants.is_empty() {
            let message = "no variant is left that it could be asked of";
            let help = "a variant is not held against itself";
            self.found.push(Diagnostic::new(place, Code::Conflict, message).help(help));
            return None;
        }
        Some(Rule { that: that?, against, variants, at: at? })
    }

    pub(super) fn figure(&mut self, figure: &Node) -> Option<Figure> {
        let (of, is) = (text(figure, "of"), text(figure, "is"));
        let that = match (&of, &is) {
            (Some((of, of_at)), Some((is, is_at))) => {
                let system = (self.systems)(of);
                let is_known = system.is_none_or(|system| measure(of, &system).is_ok());
                let at = if is_known { is_at } else { of_at };
                self.comparison(&format!("{of} >= {is}"), false, at.clone())
            }
            _ => None,
        };
        let variant = text(figure, "variant");
        let variant = variant.map_or(Some(0), |(name, at)| self.variant(name, at));
        let values = self.values(figure);
        let place = of.map_or_else(|| figure.at.clone(), |(_, at)| at);
        let places = values.and_then(|values| self.cell(&values, &place));
        let why = text(figure, "why");
        let Hypothesis { measure, bound, .. } = that?;
        let axes = self.axes.iter().zip(places?);
        Some(Figure {
            of: measure,
            value: bound.value,
            is: is?.0.to_owned(),
            cell: axes.fold(variant?, |cell, (axis, place)| cell * axis.values.len() + place),
            why: plain(why?.0).into(),
        })
    }

    /// The place on each axis that a figure names; where it names none, that of the file.
    fn cell(&mut self, values: &[(usize, Vec<usize>)], place: &Range<usize>) -> Option<Vec<usize>> {
        let own = self.own?;
        let mut places = Vec::new();
        for (axis, Axis { path, values: all, .. }) in self.axes.iter().enumerate() {
            let named = values.iter().rfind(|(of, _)| *of == axis);
            let at = named.map_or(own[axis], |(_, named)| named.first().copied());
            if at.is_none() {
                let message = format!(
                    "it does not say in which cell it is: the file's own value of `{path}` is not \
                     in the sweep"
                );
                let message = Diagnostic::new(place.clone(), Code::Conflict, message);
                let help = format!("name one in `at`, \"{path}\" = …: {}", all.join(", "));
                self.found.push(message.help(help));
            }
            places.push(at);
        }
        places.into_iter().collect()
    }

    /// The values that a rule or a figure names, as places on axes; nothing if one is wrong.
    fn values(&mut self, of: &Node) -> Option<Vec<(usize, Vec<usize>)>> {
        let is_list = of.get("of").is_none();
        let written = of.get("at").and_then(Node::entries).unwrap_or_default();
        let found = written.iter().map(|entry| self.place(entry, is_list));
        let found: Vec<Option<(usize, Vec<usize>)>> = found.collect();
        found.into_iter().collect()
    }

    /// The axis of a path, and the place of a value on it; of a list of values, if it may be one,
    /// the places of all.
    fn place(&mut self, entry: &Entry, is_list: bool) -> Option<(usize, Vec<usize>)> {
        let Entry { key: path, key_at, node } = entry;
        let is_meant = |other: &str| path_keys::split(other) == path_keys::split(path);
        let Some(axis) = self.axes.iter().position(|axis| is_meant(&axis.path)) else {
            if self.unread.iter().any(|other| is_meant(other)) {
                return None;
            }
            let known: Vec<&str> = self.axes.iter().map(|axis| axis.path.as_str()).collect();
            let message = format!("`{path}` is no axis of this sweep");
            let message = Diagnostic::new(key_at.clone(), FileCode::BadPath, message);
            self.found.push(message.help(nearest_or_all(path, &known)));
            return None;
        };
        let values = &self.axes[axis].values;
        let place = |node: &Node| values.iter().position(|one| *one == shown(node));
        let mut places = Vec::new();
        let each = match &node.value {
            Value::List(items) if is_list && place(node).is_none() => items.iter().collect(),
            _ => vec![node],
        };
        for node in each {
            if place(node).is_none() {
                let message = format!("`{}` is no value of the axis `{path}`", shown(node));
                let message = Diagnostic::new(node.at.clone(), Code::OutOfRange, message);
                self.found.push(message.help(format!("there is: {}", values.join(", "))));
            }
            places.push(place(node));
        }
        Some((axis, places.into_iter().collect::<Option<_>>()?))
    }
}

//! What is said of a claim that was put to the test.

use std::io::{self, Write};

use results::chart::{change, level};
use results::verdict::{Asked, Judged, RuleOf, Truth, Verdict};
use results::{Estimate, SweepResult};
use scenarios::{Claim, Figure};
use serde_json::{Value, json};
use sim::measure::{Measure, Unit};

use crate::command::common::counted;
use crate::command::judged::shown;
use crate::command::tables::Made;

/// Cells beyond which only those are named that decide.
const NAMED_MAX: usize = 16;

/// The rules of a claim, by where their measures are in a result.
pub(super) fn rules(claim: &Claim, result: &SweepResult) -> Vec<RuleOf> {
    let rules = claim.rules.iter().map(|rule| RuleOf {
        text: rule.that.text.clone(),
        measure: place(&rule.that.measure, result),
        bound: rule.that.bound,
        against: rule.against,
        variants: rule.variants.clone(),
        at: rule.at.clone(),
    });
    rules.collect()
}

fn place(measure: &Measure, result: &SweepResult) -> usize {
    let found = result.measures.iter().position(|one| one == measure);
    found.expect("what a claim asks for is measured")
}

/// What came of a claim.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) verdict: Verdict,
    /// The same in a line.
    pub(super) line: String,
    /// What each of its figures came to.
    figures: Vec<Estimate>,
    /// Whether each came out; nothing where one run says another number, and has no interval.
    come_out: Vec<Option<bool>>,
}

impl Came {
    /// By the runs of a result.
    pub(super) fn of(claim: &Claim, judged: &Judged, result: &SweepResult) -> Self {
        let of = |figure: &Figure| result.estimate(figure.cell, place(&figure.of, result));
        let figures: Vec<Estimate> = claim.figures.iter().map(of).collect();
        let each = figures.iter().zip(&claim.figures);
        let come_out = each.map(|(found, figure)| comes_out(found, figure.value)).collect();
        Self { verdict: judged.verdict(), line: line(judged), figures, come_out }
    }

    /// Whether all figures came out as they have to.
    pub(super) fn are_figures_right(&self) -> bool {
        self.come_out.iter().all(|is_right| *is_right == Some(true))
    }

    /// The figures, what each came to, and whether it came out.
    fn figures<'a>(
        &'a self,
        claim: &'a Claim,
    ) -> impl Iterator<Item = (&'a Figure, &'a Estimate, Option<bool>)> {
        let found = self.figures.iter().zip(&self.come_out);
        let each = claim.figures.iter().zip(found);
        each.map(|(figure, (found, is_right))| (figure, found, *is_right))
    }

    /// Says it, and what it follows from.
    pub(super) fn say(
        &self,
        claim: &Claim,
        judged: &Judged,
        result: &SweepResult,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out, "{}", self.line)?;
        say_rules(judged, result, out)?;
        say_counterexample(judged, result, out)?;
        for (figure, found, is_right) in self.figures(claim) {
            let word = match is_right {
                Some(true) => "comes out",
                Some(false) => "DOES NOT COME OUT",
                None => "cannot be told, as one run has no interval",
            };
            let unit = figure.of.unit();
            let found = within(found, |value| shown(value, unit));
            let (is, cell) = (&figure.is, result.in_words(figure.cell));
            writeln!(out, "figure {is} {word}: {found}  {cell}")?;
            writeln!(out, "  {}: {}", figure.of.path(), figure.why)?;
        }
        match &claim.caveat {
            Some(caveat) => writeln!(out, "mind: {caveat}"),
            None => Ok(()),
        }
    }

    /// The same as a document.
    pub(super) fn facts(
        &self,
        claim: &Claim,
        (result, made): (&SweepResult, &Made),
        holds: bool,
        files: Value,
    ) -> [(&'static str, Value); 8] {
        let figures = self.figures(claim).map(|(figure, found, is_right)| {
            json!({
                "of": figure.of.path(),
                "is": figure.value,
                "mean": found.mean,
                "comes_out": is_right,
            })
        });
        [
            ("command", result.command.as_str().into()),
            ("claim", claim.says.as_str().into()),
            ("verdict", self.verdict.word().into()),
            ("seed", format!("0x{:x}", result.seed).into()),
            ("runs", made.runs.into()),
            ("holds", holds.into()),
            ("figures", figures.collect()),
            ("files", files),
        ]
    }
}

/// A verdict in a line.
fn line(judged: &Judged) -> String {
    let count = |truth| judged.count(truth);
    let (yes, no) = (count(Truth::Yes), count(Truth::No));
    let cells = counted(judged.cells.len(), "cell");
    let open = match count(Truth::Unclear) {
        0 => String::new(),
        open => format!(", {open} cannot be told with so many runs"),
    };
    match judged.verdict() {
        Verdict::Holds => format!("HOLDS in all of {cells}"),
        Verdict::HoldsWhere => format!("HOLDS IN {yes} of {cells}, and not in {no}{open}"),
        Verdict::Fails => format!("FAILS in {no} of {cells}{open}"),
        Verdict::Undecided if judged.asked.iter().all(|one| one.found.mean.is_nan()) => {
            "NOT DECIDABLE HERE: in no cell does anything happen that its rules are about"
                .to_owned()
        }
        Verdict::Undecided => {
            "NOT DECIDABLE HERE: with so many runs no cell says yes or no".to_owned()
        }
    }
}

/// Says where a claim holds, and what each rule came to in which cell.
fn say_rules(judged: &Judged, result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    for (axis, lines) in by_axis(judged, result) {
        writeln!(out, "  by {axis}: {lines}")?;
    }
    for (number, rule) in judged.rules.iter().enumerate() {
        let against = rule.against.map(|variant| &result.variants[variant]);
        let against = against.map_or(String::new(), |name| format!(", as the change from {name}"));
        writeln!(out, "{}{against}:", rule.text)?;
        let of_rule: Vec<&Asked> = judged.asked.iter().filter(|one| one.rule == number).collect();
        for one in decisive(&of_rule) {
            let measure = &result.measures[rule.measure];
            let found = told(&one.found, measure.unit(), rule.against.is_some());
            let cell = result.in_words(one.cell);
            // Its interval may be on one side, and too little seen to rely on that.
            let is_told = one.truth != Truth::Unclear || one.found.is_reliable;
            let unsure = if is_told { "" } else { " unreliable" };
            writeln!(out, "  {:7} {found}{unsure}  {cell}", one.truth.word())?;
        }
    }
    Ok(())
}

/// Names the run that speaks most against a claim, if one does.
fn say_counterexample(
    judged: &Judged,
    result: &SweepResult,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(one) = judged.counterexample()
        && let Some((replication, value)) = one.worst
    {
        let rule = &judged.rules[one.rule];
        let unit = result.measures[rule.measure].unit();
        let sign = if value < 0.0 { "-" } else { "+" };
        let value = match rule.against {
            Some(_) => format!("{sign}{}", shown(value.abs(), unit)),
            None => shown(value, unit),
        };
        let seed = result.seed_of(replication);
        writeln!(out, "a run that speaks against it: {value}, seed 0x{seed:x}")?;
        writeln!(out, "  {}", result.run_again(one.cell, replication))?;
    }
    Ok(())
}

/// How much wider an interval of 99 % is than one of 95 %, where numbers are normally distributed:
/// 2.5758 / 1.9600.
const OF_99: f64 = 1.3142;

/// Whether a figure is what it has to be: within an interval of 99 %, or, where no run differs from
/// another, the same but for what numbers are rounded to. One run has no interval: it can be the
/// same, and says nothing otherwise.
fn comes_out(found: &Estimate, value: f64) -> Option<bool> {
    let near = 1e-6 * value.abs().max(1e-9);
    if found.n == 1 {
        return ((found.mean - value).abs() <= near).then_some(true);
    }
    let low = found.mean - OF_99 * (found.mean - found.low);
    let high = found.mean + OF_99 * (found.high - found.mean);
    Some(low - near <= value && value <= high + near)
}

/// A number with its interval, if it has one.
fn within(found: &Estimate, text: impl Fn(f64) -> String) -> String {
    if found.mean.is_nan() {
        return "nothing to measure".to_owned();
    }
    let [mean, low, high] = [found.mean, found.low, found.high].map(text);
    if low == high { mean } else { format!("{mean} [{low}, {high}]") }
}

/// What a rule came to: a number with its interval, or a difference.
fn told(found: &Estimate, unit: Unit, is_change: bool) -> String {
    if is_change && !found.mean.is_nan() {
        return change(found, unit);
    }
    within(found, |value| level(value, unit))
}

/// All cells, if they are few; else the first and the last of each kind.
fn decisive<'a>(all: &[&'a Asked]) -> Vec<&'a Asked> {
    if all.len() <= NAMED_MAX {
        return all.to_vec();
    }
    let mut shown: Vec<&Asked> = Vec::new();
    for truth in [Truth::Yes, Truth::No, Truth::Unclear] {
        let mut of_kind: Vec<&Asked> =
            all.iter().copied().filter(|one| one.truth == truth).collect();
        of_kind.sort_by(|a, b| a.found.mean.total_cmp(&b.found.mean).then(a.cell.cmp(&b.cell)));
        shown.extend(of_kind.first());
        if let [_, .., last] = &of_kind[..] {
            shown.push(last);
        }
    }
    shown
}

/// By each axis, and by variant, in how many cells the claim holds: where that differs.
fn by_axis(judged: &Judged, result: &SweepResult) -> Vec<(String, String)> {
    if matches!(judged.verdict(), Verdict::Holds | Verdict::Undecided) {
        return Vec::new();
    }
    let line = |names: &[String], of: &dyn Fn(usize) -> usize| {
        let told = names.iter().enumerate().filter_map(|(place, name)| {
            let cells = judged.cells.iter().filter(|(cell, _)| of(*cell) == place);
            let (all, yes) = cells.fold((0, 0), |(all, yes), (_, truth)| {
                (all + 1, yes + usize::from(*truth == Truth::Yes))
            });
            (0 < all).then(|| format!("{name} {yes}/{all}"))
        });
        told.collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    let of_variants = line(&result.variants, &|cell| result.place(cell).0);
    if 1 < of_variants.len() {
        lines.push(("variant".to_owned(), of_variants.join(", ")));
    }
    for (number, axis) in result.axes.iter().enumerate() {
        let of_axis = line(&axis.values, &|cell| result.place(cell).1[number]);
        if 1 < of_axis.len() {
            lines.push((axis.name().to_owned(), of_axis.join(", ")));
        }
    }
    lines
}

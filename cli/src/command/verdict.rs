//! What is said of a claim that was put to the test.

use std::io::{self, Write};

use results::chart::{change, level};
use results::verdict::{Asked, Judged, RuleOf, Truth, Verdict};
use results::{Estimate, SweepResult};
use scenarios::Claim;
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
    });
    rules.collect()
}

fn place(measure: &Measure, result: &SweepResult) -> usize {
    let found = result.measures.iter().position(|one| one == measure);
    found.expect("what a claim asks for is measured")
}

/// What came of a claim, in a word and in a line.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) verdict: &'static str,
    pub(super) line: String,
    /// Whether its figures came out as they have to.
    pub(super) are_figures_right: bool,
}

impl Came {
    /// Of a claim of which all runs were made.
    fn of(judged: &Judged, are_figures_right: bool) -> Self {
        let count = |truth| judged.count(truth);
        let (yes, no) = (count(Truth::Yes), count(Truth::No));
        let cells = counted(judged.cells.len(), "cell");
        let open = match count(Truth::Unclear) {
            0 => String::new(),
            open => format!(", {open} cannot be told with so many runs"),
        };
        let line = match judged.verdict() {
            Verdict::Holds => format!("HOLDS in all of {cells}"),
            Verdict::HoldsWhere => format!("HOLDS IN {yes} of {cells}, and not in {no}{open}"),
            Verdict::Fails => format!("FAILS in {no} of {cells}{open}"),
            Verdict::Undecided => {
                "NOT DECIDABLE HERE: with so many runs no cell says yes or no".to_owned()
            }
        };
        Self { verdict: word(judged), line, are_figures_right }
    }
}

/// A verdict as one word.
fn word(judged: &Judged) -> &'static str {
    match judged.verdict() {
        Verdict::Holds => "holds",
        Verdict::HoldsWhere => "holds where",
        Verdict::Fails => "fails",
        Verdict::Undecided => "not decidable here",
    }
}

/// Says what came of a claim.
pub(super) fn say(
    claim: &Claim,
    judged: &Judged,
    result: &SweepResult,
    out: &mut dyn Write,
) -> io::Result<Came> {
    let came = Came::of(judged, are_right(claim, result));
    writeln!(out, "{}", came.line)?;
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
    figures(claim, result, out)?;
    if let Some(caveat) = &claim.caveat {
        writeln!(out, "mind: {caveat}")?;
    }
    Ok(came)
}

/// Whether all figures of a claim came out.
fn are_right(claim: &Claim, result: &SweepResult) -> bool {
    claim.figures.iter().all(|figure| {
        let found = result.estimate(figure.cell, place(&figure.of, result));
        comes_out(&found, figure.value)
    })
}

/// Says of each figure whether it came out.
fn figures(claim: &Claim, result: &SweepResult, out: &mut dyn Write) -> io::Result<()> {
    for figure in &claim.figures {
        let found = result.estimate(figure.cell, place(&figure.of, result));
        let is_right = comes_out(&found, figure.value);
        let word = if is_right { "comes out" } else { "DOES NOT COME OUT" };
        let found = exactly(&found, figure.of.unit());
        let (is, cell) = (&figure.is, result.in_words(figure.cell));
        writeln!(out, "figure {is} {word}: {found}  {cell}")?;
        writeln!(out, "  {}: {}", figure.of.path(), figure.why)?;
    }
    Ok(())
}

/// How much wider an interval of 99 % is than one of 95 %, where numbers are normally distributed:
/// 2.5758 / 1.9600.
const OF_99: f64 = 1.3142;

/// Whether a figure is what it has to be: within an interval of 99 %, or, where no run differs from
/// another, the same but for what numbers are rounded to.
fn comes_out(found: &Estimate, value: f64) -> bool {
    let near = 1e-6 * value.abs().max(1e-9);
    let low = found.mean - OF_99 * (found.mean - found.low);
    let high = found.mean + OF_99 * (found.high - found.mean);
    low - near <= value && value <= high + near
}

/// A figure with its interval, as a file would have it.
fn exactly(found: &Estimate, unit: Unit) -> String {
    if found.mean.is_nan() {
        return "nothing to measure".to_owned();
    }
    let [mean, low, high] = [found.mean, found.low, found.high].map(|one| shown(one, unit));
    if low == high { mean } else { format!("{mean} [{low}, {high}]") }
}

/// A number with its interval.
fn told(found: &Estimate, unit: Unit, is_change: bool) -> String {
    if found.mean.is_nan() {
        return "nothing to measure".to_owned();
    }
    if is_change {
        return change(found, unit);
    }
    let [mean, low, high] = [found.mean, found.low, found.high].map(|one| level(one, unit));
    if low == high { mean } else { format!("{mean} [{low}, {high}]") }
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

/// What became of a claim, as a document.
pub(super) fn facts(
    (claim, judged): (&Claim, &Judged),
    (result, made): (&SweepResult, &Made),
    holds: bool,
    files: Value,
) -> [(&'static str, Value); 8] {
    let figures = claim.figures.iter().map(|figure| {
        let found = result.estimate(figure.cell, place(&figure.of, result));
        json!({
            "of": figure.of.path(),
            "is": figure.value,
            "mean": found.mean,
            "comes_out": comes_out(&found, figure.value),
        })
    });
    [
        ("command", result.command.as_str().into()),
        ("claim", claim.says.as_str().into()),
        ("verdict", word(judged).into()),
        ("seed", format!("0x{:x}", result.seed).into()),
        ("runs", made.runs.into()),
        ("holds", holds.into()),
        ("figures", figures.collect()),
        ("files", files),
    ]
}

//! Whether something holds that is claimed: cell by cell, by intervals, and of all cells together.

use std::io::Write;

use sim::measure::{Bound, Compare};

use crate::{Estimate, SweepResult};

/// Something that has to be so in a cell for a claim to hold there.
#[derive(Clone, Debug)]
pub struct RuleOf {
    /// As it is written.
    pub text: String,
    /// The place of its measure among those of the result.
    pub measure: usize,
    /// What that is held against, or its difference.
    pub bound: Bound,
    /// The variant from which each cell's difference is compared, if it is that.
    pub against: Option<usize>,
    /// The variants whose cells are asked.
    pub variants: Vec<usize>,
    /// Of some axes, by their places, the places of the values whose cells are asked.
    pub at: Vec<(usize, Vec<usize>)>,
}

impl RuleOf {
    /// Whether a cell is asked, by its variant and its place on each axis.
    fn asks(&self, (variant, places): (usize, Vec<usize>)) -> bool {
        let is_at = |(axis, asked): &(usize, Vec<usize>)| asked.contains(&places[*axis]);
        self.variants.contains(&variant) && self.at.iter().all(is_at)
    }
}

/// Whether something is so, as far as the runs that were made can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The whole interval keeps to the bound.
    Yes,
    /// None of it does.
    No,
    /// Some of it does: more runs may tell.
    Unclear,
}

/// What came of a claim in all cells together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds in every cell that was asked.
    Holds,
    /// It holds in some of them.
    HoldsWhere,
    /// It holds in none, and does not in some.
    Fails,
    /// Nothing can be told of any.
    Undecided,
}

/// What a rule came to in a cell.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which rule.
    pub rule: usize,
    /// Of which cell.
    pub cell: usize,
    /// What all runs say together: of the measure, or of its difference.
    pub found: Estimate,
    /// Whether the rule holds.
    pub truth: Truth,
    /// The run that speaks most against it, and what it says.
    pub worst: Option<(u32, f64)>,
}

/// What came of a claim.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The rules.
    pub rules: Vec<RuleOf>,
    /// What each came to, cell by cell.
    pub asked: Vec<Asked>,
    /// Each cell that was asked, and whether all rules hold in it.
    pub cells: Vec<(usize, Truth)>,
}

impl Verdict {
    /// As a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsWhere => "holds where",
            Self::Fails => "fails",
            Self::Undecided => "not decidable here",
        }
    }
}

impl Truth {
    /// As one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unclear => "unclear",
        }
    }

    /// Of both: no if one is no, and yes if both are.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unclear,
        }
    }

    /// Whether what some runs say keeps to a bound. Where so little was seen that the interval may
    /// be too narrow, one twice as wide has to say the same, or every run.
    fn of(found: &Estimate, bound: Bound, runs: &[f64]) -> Self {
        let keeps = |value: f64| bound.holds(value);
        if found.n < 2 || found.low.is_nan() {
            return Self::Unclear;
        }
        let ends = [found.low, found.high];
        let wide = ends.map(|end| 2.0 * end - found.mean);
        let of_all = |is: bool| {
            let all = |values: &[f64]| values.iter().all(|value| keeps(*value) == is);
            all(&ends) && (found.is_reliable || all(&wide) || all(runs))
        };
        match (of_all(true), of_all(false)) {
            (true, _) => Self::Yes,
            (_, true) => Self::No,
            _ => Self::Unclear,
        }
    }
}

impl Judged {
    /// What rules come to by the runs of a result, every measure of which is known.
    pub fn of(result: &SweepResult, rules: Vec<RuleOf>) -> Self {
        let mut asked = Vec::new();
        for (number, rule) in rules.iter().enumerate() {
            let cells = (0..result.cells()).filter(|cell| rule.asks(result.place(*cell)));
            asked.extend(cells.map(|cell| ask(result, (number, rule), cell)));
        }
        let mut cells: Vec<(usize, Truth)> = Vec::new();
        for one in &asked {
            match cells.iter_mut().find(|(cell, _)| *cell == one.cell) {
                Some((_, truth)) => *truth = truth.and(one.truth),
                None => cells.push((one.cell, one.truth)),
            }
        }
        cells.sort_by_key(|(cell, _)| *cell);
        Self { rules, asked, cells }
    }

    /// In how many cells it is so.
    pub fn count(&self, truth: Truth) -> usize {
        self.cells.iter().filter(|(_, found)| *found == truth).count()
    }

    /// What follows for the claim.
    pub fn verdict(&self) -> Verdict {
        match (self.count(Truth::Yes), self.count(Truth::No)) {
            (0, 0) => Verdict::Undecided,
            (0, _) => Verdict::Fails,
            (yes, _) if yes == self.cells.len() => Verdict::Holds,
            _ => Verdict::HoldsWhere,
        }
    }

    /// What speaks most against the claim: the rule and the cell in which it fails most clearly.
    pub fn counterexample(&self) -> Option<&Asked> {
        let fails = self.asked.iter().filter(|one| one.truth == Truth::No);
        let by = |one: &Asked| {
            let bound = self.rules[one.rule].bound.value;
            (one.found.mean - bound).abs() / bound.abs().max(f64::MIN_POSITIVE)
        };
        fails.max_by(|a, b| by(a).total_cmp(&by(b)).then(b.cell.cmp(&a.cell)))
    }

    /// What every rule came to in every cell, as CSV: tidy, a row for each.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn table<W: Write>(&self, result: &SweepResult, out: W) -> csv::Result<W> {
        let mut writer = csv::Writer::from_writer(out);
        let axes = result.axes.iter().map(|axis| axis.path.as_str());
        let head = ["cell", "variant"].into_iter().chain(axes);
        let rest = ["rule", "measure", "against", "n", "mean", "low95", "high95", "holds"];
        writer.write_record(head.chain(rest))?;
        for one in &self.asked {
            let rule = &self.rules[one.rule];
            let against = rule.against.map_or("", |variant| &*result.variants[variant]);
            let mut row = vec![one.cell.to_string(), result.variant(one.cell).to_owned()];
            row.extend(result.settings(one.cell).map(|(_, value)| value.to_owned()));
            row.extend([rule.text.clone(), result.measures[rule.measure].path().to_owned()]);
            row.extend([against.to_owned(), one.found.n.to_string()]);
            let numbers = [one.found.mean, one.found.low, one.found.high];
            row.extend(
                numbers.map(
                    |number| {
                        if number.is_finite() { number.to_string() } else { String::new() }
                    },
                ),
            );
            row.push(one.truth.word().to_owned());
            writer.write_record(&row)?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}

/// What a rule comes to in a cell.
fn ask(result: &SweepResult, (number, rule): (usize, &RuleOf), cell: usize) -> Asked {
    let own = result.values(cell, rule.measure);
    let (found, runs): (Estimate, Vec<f64>) = match rule.against {
        None => (result.estimate(cell, rule.measure), own.collect()),
        Some(variant) => {
            let (_, places) = result.place(cell);
            let from = result.cell(variant, &places);
            let pairs = own.zip(result.values(from, rule.measure));
            let found = result.difference(cell, from, rule.measure);
            (found, pairs.map(|(own, other)| own - other).collect())
        }
    };
    let is_less = matches!(rule.bound.compare, Compare::AtMost | Compare::LessThan);
    let against = |value: f64| if is_less { -value } else { value };
    let known = runs.iter().enumerate().filter(|(_, value)| !value.is_nan());
    let worst = known.clone().min_by(|a, b| against(*a.1).total_cmp(&against(*b.1)));
    let worst = worst.map(|(replication, value)| (replication as u32, *value));
    let known: Vec<f64> = runs.into_iter().filter(|value| !value.is_nan()).collect();
    let truth = Truth::of(&found, rule.bound, &known);
    Asked { rule: number, cell, found, truth, worst }
}

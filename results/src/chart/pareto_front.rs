//! What is given up for what: the settings that can be chosen by the objective and by a second
//! measure that is at odds with it.

use sim::measure::{Better, Measure};

use super::paint::Role;
use super::plane::{Plane, Side, ends, with_interval};
use super::plot::{self, Swatch};
use super::scene::Scene;
use super::{finding, scale, words};
use crate::sweep_result::SweepResult;

/// Names of the front that can be read; of more, the ends and the file's own have one.
const NAMED_MAX: usize = 12;

/// A measure by which settings are judged.
struct Judge {
    measure: usize,
    sign: f64,
}

/// How a setting stands to all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No other has better means of both.
    Front,
    /// Another has, but not clearly.
    Perhaps,
    /// Another is clearly better in one measure, and no worse in the other.
    Dominated,
}

/// All settings under the file's own condition, by the objective and by a second measure. It is the
/// first of these that is at odds with the objective: what hypotheses are about, the
/// amplification (attempts for each call) on the edges of the agents that the objective is of, and
/// the 99th percentile of their latency. None if none of them is: then one setting is the best in
/// everything.
pub(crate) fn pareto_front(result: &SweepResult) -> Option<Scene> {
    let found = finding::Choice::under(result, &finding::own(result))?;
    let first = Judge::of(result.objective, result.better);
    let (second, standings) = seconds(result).into_iter().find_map(|measure| {
        let better = result.measures[measure].better()?;
        let second = Judge::of(measure, better);
        let standings = standings(result, [&first, &second], &found.cells)?;
        Some((second, standings))
    })?;
    let judges = [&second, &first];
    let front = front(result, &second, &standings);
    let (mut scene, area) = Scene::framed(
        &title(result, judges, &standings, &front),
        &subtitle(result, &second),
        &result.command,
    );
    let area = plot::legend(&mut scene, area, &key(result, &standings));
    let sides = judges.map(|judge| judge.side(result, &found.cells));
    let [across, up] = [sides[0].as_ref()?, sides[1].as_ref()?];
    let mut plane = Plane::draw(&mut scene, area, across, up);
    draw(&mut scene, &mut plane, result, judges, (&standings, &front));
    Some(scene)
}

impl Judge {
    fn of(measure: usize, better: Better) -> Self {
        Self { measure, sign: better.sign() }
    }

    fn mean(&self, result: &SweepResult, cell: usize) -> f64 {
        result.estimate(cell, self.measure).mean
    }

    /// Whether a cell is clearly better than another.
    fn is_better(&self, result: &SweepResult, cell: usize, than: usize) -> bool {
        let change = result.difference(cell, than, self.measure);
        0.0 < self.sign * change.mean && !change.may_be_zero()
    }

    /// The name of its axis, and from where to where it goes.
    fn side(&self, result: &SweepResult, cells: &[usize]) -> Option<Side> {
        let better = if self.sign > 0.0 { "higher" } else { "lower" };
        let name = words::measure(&result.measures[self.measure]);
        let values =
            cells.iter().flat_map(|cell| with_interval(&result.estimate(*cell, self.measure)));
        let unit = result.measures[self.measure].unit();
        Some(Side { name: format!("{name} ({better} is better)"), ends: ends(values)?, unit })
    }
}

/// The measures that may be at odds with the objective, the one that is most looked at first.
fn seconds(result: &SweepResult) -> Vec<usize> {
    let objective = result.objective();
    let plain = || result.measures.iter().enumerate().filter(|(_, one)| one.bound().is_none());
    let hypotheses = result.measures.iter().filter(|measure| measure.bound().is_some());
    // A hypothesis is a measure, how it is compared, and with what.
    let asked = hypotheses.filter_map(|hypothesis| {
        let of = plain().filter(|(_, measure)| {
            let rest = hypothesis.path().strip_prefix(measure.path());
            rest.is_some_and(|rest| rest.trim_start().starts_with(['<', '>']))
        });
        of.map(|(at, _)| at).next()
    });
    let mut others: Vec<usize> =
        plain().filter(|(_, one)| is_second(one, objective)).map(|(at, _)| at).collect();
    // What it costs before what it takes.
    others.sort_by_key(|at| result.measures[*at].name() != "amplification");
    let mut all: Vec<usize> = Vec::new();
    for measure in asked.chain(others) {
        if measure != result.objective && !all.contains(&measure) {
            all.push(measure);
        }
    }
    all
}

/// Whether a measure is one that may be drawn against the objective.
pub(crate) fn is_second(measure: &Measure, objective: &Measure) -> bool {
    let of_kind = match measure.name().as_ref() {
        "amplification" => "edges.",
        "latency.p99" => "agents.",
        _ => return false,
    };
    measure.is_plain()
        && measure.path().starts_with(of_kind)
        && measure.caller() == objective.caller()
}

/// How each cell stands; none if the two measures are not at odds, or one is unknown.
fn standings(
    result: &SweepResult,
    judges: [&Judge; 2],
    cells: &[usize],
) -> Option<Vec<(usize, Standing)>> {
    let means = cells.iter().map(|cell| judges.map(|judge| judge.sign * judge.mean(result, *cell)));
    let means: Vec<[f64; 2]> = means.collect();
    if cells.len() < 3 || means.iter().flatten().any(|mean| !mean.is_finite()) {
        return None;
    }
    let of = |at: usize| {
        let mut standing = Standing::Front;
        for (other, mean) in cells.iter().zip(&means) {
            let [first, second] = [0, 1].map(|judge: usize| mean[judge] - means[at][judge]);
            if first < 0.0 || second < 0.0 || first + second <= 0.0 {
                continue;
            }
            if judges.iter().any(|judge| judge.is_better(result, *other, cells[at])) {
                return Standing::Dominated;
            }
            standing = Standing::Perhaps;
        }
        standing
    };
    let all: Vec<(usize, Standing)> = (0..cells.len()).map(|at| (cells[at], of(at))).collect();
    let front = front(result, judges[1], &all);
    // Of the front any two are at odds: some must be so clearly.
    let are_apart = |one: usize, other: usize| {
        judges[0].is_better(result, one, other) && judges[1].is_better(result, other, one)
    };
    let ends = [front[0], front[front.len() - 1]];
    let is_clear =
        |one: &usize| ends.into_iter().any(|end| are_apart(*one, end) || are_apart(end, *one));
    front.iter().any(is_clear).then_some(all)
}

/// The cells of the front, by the second measure.
fn front(result: &SweepResult, second: &Judge, standings: &[(usize, Standing)]) -> Vec<usize> {
    let of_front = standings.iter().filter(|(_, standing)| *standing == Standing::Front);
    let mut front: Vec<usize> = of_front.map(|(cell, _)| *cell).collect();
    let at = |cell: usize| second.mean(result, cell);
    front.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
    front
}

fn title(
    result: &SweepResult,
    judges: [&Judge; 2],
    standings: &[(usize, Standing)],
    front: &[usize],
) -> String {
    let [x, y] = judges.map(|judge| words::measure(&result.measures[judge.measure]));
    let own = result.default_cell(0);
    let told: Vec<usize> = [front[0], front[front.len() - 1]].into_iter().chain(own).collect();
    let values = judges.map(|judge| {
        let all: Vec<f64> = told.iter().map(|cell| judge.mean(result, *cell)).collect();
        scale::distinct(&all, result.measures[judge.measure].unit())
    });
    let is_sure = |judge: &Judge| result.difference(told[0], told[1], judge.measure).is_reliable;
    let unsure = if judges.into_iter().all(is_sure) { "" } else { words::UNRELIABLE };
    let at = |told: usize| format!("{} at {}", values[1][told], values[0][told]);
    let own = own.and_then(|own| standings.iter().find(|(cell, _)| *cell == own));
    let own = own.map_or(String::new(), |(_, standing)| match standing {
        Standing::Front => "; the file's own is one of them".to_owned(),
        Standing::Perhaps => "; the file's own may be one of them".to_owned(),
        Standing::Dominated => format!("; the file's own, {}, is not one of them", at(2)),
    });
    format!(
        "{y} against {x}: no setting is better in both than {} of {}, from {} to {}{unsure}{own}",
        front.len(),
        standings.len(),
        at(0),
        at(1),
    )
}

fn subtitle(result: &SweepResult, second: &Judge) -> String {
    let own = finding::own(result);
    let condition = finding::condition(result, result.cell(0, &own));
    let (runs, those) = match result.replications {
        1 => ("One run".to_owned(), ""),
        runs => (format!("{runs} runs"), ", with the same random numbers"),
    };
    let under = if condition.is_empty() { String::new() } else { format!(" All{condition}.") };
    // Of quantiles the name says all.
    let second = &result.measures[second.measure];
    let second = if second.pooling().is_of_times() { "" } else { second.definition() };
    let space = if second.is_empty() { "" } else { " " };
    format!(
        "{}. {}{space}{second} {runs} of each setting{those}.{under}",
        result.title.trim_end_matches('.'),
        result.objective().definition(),
    )
}

fn key(result: &SweepResult, standings: &[(usize, Standing)]) -> Vec<(Swatch, String)> {
    let mut key = vec![
        (Swatch::Dot(Role::Series(0)), "the front: nothing is better in both".to_owned()),
        (Swatch::Dot(Role::Series(4)), "may be on it (95\u{a0}% intervals)".to_owned()),
        (Swatch::Dot(Role::Muted), "small: another is clearly better".to_owned()),
    ];
    let is_there = [Standing::Front, Standing::Perhaps, Standing::Dominated];
    let mut is_there =
        is_there.map(|one| standings.iter().any(|(_, other)| *other == one)).into_iter();
    key.retain(|_| is_there.next().unwrap_or(true));
    if result.default_cell(0).is_some() {
        key.push((Swatch::Frame(Role::Ink, 2.0), "the file's own".to_owned()));
    }
    if result.replications > 1 {
        key.push((Swatch::Line(Role::Ink), "95\u{a0}% interval".to_owned()));
    }
    key
}

fn draw(
    scene: &mut Scene,
    plane: &mut Plane,
    result: &SweepResult,
    judges: [&Judge; 2],
    (standings, front): (&[(usize, Standing)], &[usize]),
) {
    let at = |plane: &Plane, cell: usize| {
        let [x, y] = judges.map(|judge| judge.mean(result, cell));
        plane.at(x, y)
    };
    let path: Vec<(f64, f64)> = front.iter().map(|cell| at(plane, *cell)).collect();
    plane.path(scene, path, Role::Series(0).faint(0.7));
    // The front is on top.
    let mut drawn: Vec<&(usize, Standing)> = standings.iter().collect();
    drawn.sort_by_key(|(_, standing)| match standing {
        Standing::Dominated => 0,
        Standing::Perhaps => 1,
        Standing::Front => 2,
    });
    let own = result.default_cell(0);
    for (cell, standing) in drawn {
        let (role, radius, alpha) = match standing {
            Standing::Front => (Role::Series(0), 6.0, 1.0),
            Standing::Perhaps => (Role::Series(4), 5.0, 1.0),
            Standing::Dominated => (Role::Muted, 3.5, 0.55),
        };
        if *standing != Standing::Dominated || Some(*cell) == own {
            let [x, y] = judges.map(|judge| with_interval(&result.estimate(*cell, judge.measure)));
            plane.intervals(scene, x, y, role.faint(0.6));
        }
        let (x, y) = at(plane, *cell);
        plane.dot(scene, (x, y), radius, role.faint(alpha));
        if Some(*cell) == own {
            scene.frame(x - 9.0, y - 9.0, (18.0, 18.0), Role::Ink, 2.0);
            plane.keep_off((x, y), 13.0);
        }
    }
    let ends = [front[0], front[front.len() - 1]];
    let mut named: Vec<usize> = own.into_iter().chain(ends).collect();
    if front.len() <= NAMED_MAX {
        named.extend(front);
    }
    let mut labels: Vec<((f64, f64), String, Role)> = Vec::new();
    for (index, cell) in named.iter().enumerate() {
        if !named[..index].contains(cell) {
            labels.push((at(plane, *cell), finding::choice(result, *cell), Role::Ink));
        }
    }
    plane.names(scene, &labels);
}

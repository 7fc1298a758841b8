//! Who starves: how each group of agents fares in each variant.

use sim::measure::Unit;

use super::font::{Weight, width_of};
use super::paint::Role;
use super::plot::{self, Swatch};
use super::scene::{Anchor, Area, Scene, Text};
use super::{finding, phrases, scale, words};
use crate::estimate::Estimate;
use crate::sweep_result::SweepResult;

/// Rows that can be read on one sheet.
const ROWS_MAX: usize = 18;

/// A number of a group.
struct Column {
    name: &'static str,
    role: Role,
    /// By group.
    measures: Vec<usize>,
}

/// The success of every group of agents, and what share of its tasks ends too late and of its calls
/// is refused by its own layers, if any is: a bar for each group in each variant, at the file's own
/// values. None unless there are several groups and several variants.
pub(crate) fn starvation(result: &SweepResult) -> Option<Scene> {
    let mut groups = groups(result);
    let rest = groups.split_off(groups.len().min(ROWS_MAX - 1));
    if groups.len() < 2 || result.variants.len() < 2 {
        return None;
    }
    let columns = columns(result, &groups)?;
    let most = (ROWS_MAX / (groups.len() + 1)).max(1);
    let variants = &super::lines::distinguishable(result, &finding::own(result))[..];
    let variants = &variants[..variants.len().min(most)];
    let title = title(result, &groups, &columns[0], variants);
    let subtitle = subtitle(result, variants, rest);
    let (mut scene, area) =
        Scene::framed(&phrases::short(result, &title), &subtitle, &result.command);
    let area = plot::legend(&mut scene, area, &key(result));
    draw(&mut scene, area, result, &groups, &columns, variants);
    Some(scene)
}

/// All groups of agents, that of the objective first.
pub(crate) fn groups(result: &SweepResult) -> Vec<String> {
    let whom = result.objective().caller();
    let of = result.measures.iter().filter(|measure| {
        measure.path().starts_with("agents.") && measure.name() == "success" && measure.is_plain()
    });
    let mut groups: Vec<String> = of.map(sim::measure::Measure::of_whom).collect();
    groups.sort_by_key(|group| *group != whom);
    groups
}

/// What is shown: success, and what else is seen at all.
fn columns(result: &SweepResult, groups: &[String]) -> Option<Vec<Column>> {
    let place = |is: &dyn Fn(&sim::measure::Measure) -> bool| {
        result.measures.iter().position(|measure| measure.is_plain() && is(measure))
    };
    let of_agents = |name: &str| {
        let of = |group: &String| {
            place(&|one| {
                one.path().starts_with("agents.") && one.name() == name && one.of_whom() == *group
            })
        };
        groups.iter().map(of).collect::<Option<Vec<usize>>>()
    };
    let refused = groups.iter().map(|group| {
        let from = format!("{group} -> ");
        place(&|one| one.name() == "refused" && one.of_whom().starts_with(&from))
    });
    let own = finding::own(result);
    let is_seen = |measures: &Vec<usize>| {
        let cells = (0..result.variants.len()).map(|variant| result.cell(variant, &own));
        cells
            .into_iter()
            .any(|cell| measures.iter().any(|measure| result.estimate(cell, *measure).mean > 0.0))
    };
    let success = Column {
        name: "tasks that end well and in time",
        role: Role::Series(0),
        measures: of_agents("success")?,
    };
    let late = of_agents("late").map(|measures| Column {
        name: "tasks that end too late",
        role: Role::Series(1),
        measures,
    });
    let refused = refused.collect::<Option<Vec<usize>>>().map(|measures| Column {
        name: "calls refused by own layers",
        role: Role::Series(3),
        measures,
    });
    let others = [late, refused].into_iter().flatten().filter(|column| is_seen(&column.measures));
    Some(std::iter::once(success).chain(others).collect())
}

/// Whose success changes most from the file as it is written to a variant, and what the others
/// gain or lose by that.
fn title(result: &SweepResult, groups: &[String], success: &Column, variants: &[usize]) -> String {
    let own = finding::own(result);
    let cell = |variant: usize| result.cell(variant, &own);
    let value = |variant: usize, group: usize| {
        scale::value(result.estimate(cell(variant), success.measures[group]).mean, Unit::Share)
    };
    let change = |variant: usize, group: usize| {
        result.difference(cell(variant), cell(0), success.measures[group])
    };
    let pairs = variants.iter().filter(|variant| **variant > 0);
    let pairs = pairs.flat_map(|variant| (0..groups.len()).map(|group| (*variant, group)));
    let clear = pairs.filter(|(variant, group)| !change(*variant, *group).may_be_zero());
    // What can be relied on goes before what cannot.
    let size = |(variant, group): &(usize, usize)| {
        let change = change(*variant, *group);
        if change.is_reliable { 2.0 + change.mean.abs() } else { change.mean.abs() }
    };
    let most = clear.max_by(|a, b| size(a).total_cmp(&size(b)));
    let Some((variant, group)) = most else {
        let each = (0..groups.len()).map(|group| format!("{} {}", groups[group], value(0, group)));
        let each: Vec<String> = each.collect();
        return format!(
            "No variant changes the success of any group in a way that can be shown: {}",
            each.join(", ")
        );
    };
    let shown = |group: usize| {
        let Estimate { mean, low, high, is_reliable, .. } = change(variant, group);
        let unsure = if is_reliable { "" } else { words::UNRELIABLE };
        format!("{}{unsure}", scale::difference(mean, low, high, Unit::Share))
    };
    let others = (0..groups.len()).filter(|other| *other != group).map(|other| {
        let is_clear = !change(variant, other).may_be_zero();
        let change = if is_clear { shown(other) } else { "no clear change".to_owned() };
        format!("{} {} and {}: {change}", groups[other], value(0, other), value(variant, other))
    });
    let others: Vec<String> = others.collect();
    format!(
        "{}: {} of tasks end well as written, {} with {} ({}); {}",
        groups[group],
        value(0, group),
        value(variant, group),
        result.variants[variant],
        shown(group),
        others.join("; "),
    )
}

fn subtitle(result: &SweepResult, variants: &[usize], rest: Vec<String>) -> String {
    let held = phrases::held(result, |_| false);
    let rest = [rest, phrases::others(result, variants)].concat();
    let rest = phrases::named("Without room here", &rest);
    format!(
        "{}. Shares of each group's own tasks and calls, over the whole run and {}, with the same \
         random numbers.{held}{rest}",
        result.title.trim_end_matches('.'),
        phrases::runs(result),
    )
}

fn key(result: &SweepResult) -> Vec<(Swatch, String)> {
    let all = "the whole bar: all tasks, or all calls".to_owned();
    let mut key = vec![(Swatch::Fill(Role::Grid.faint(0.6)), all)];
    if result.replications > 1 {
        key.push((Swatch::Line(Role::Ink), "95\u{a0}% interval".to_owned()));
    }
    key
}

fn draw(
    scene: &mut Scene,
    area: Area,
    result: &SweepResult,
    groups: &[String],
    columns: &[Column],
    variants: &[usize],
) {
    let own = finding::own(result);
    let names = groups.iter().map(|name| width_of(name, plot::NAME, Weight::Regular));
    let left = area.left + names.fold(60.0, f64::max).min(200.0) + 16.0;
    let top = area.top + 26.0;
    let lines = variants.len() * (groups.len() + 1);
    let height = ((area.bottom - top) / lines as f64).min(60.0);
    let width = (area.right - left) / columns.len() as f64;
    for (at, column) in columns.iter().enumerate() {
        let x = left + at as f64 * width;
        scene.bold(x, area.top + 12.0, column.name, plot::TICK, Role::Ink, Anchor::Start);
    }
    let text_at = |x: f64, y: f64, text: &str, weight: Weight| Text {
        x,
        y,
        text: text.to_owned(),
        size: plot::NAME,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight,
    };
    for (number, variant) in variants.iter().enumerate() {
        let head = top + (number * (groups.len() + 1)) as f64 * height;
        let name =
            text_at(area.left, head + height * 0.75, &result.variants[*variant], Weight::SemiBold);
        scene.write_within(name, area.width());
        for (group, name) in groups.iter().enumerate() {
            let y = head + (group + 1) as f64 * height;
            let text = text_at(area.left, y + height / 2.0 + 5.0, name, Weight::Regular);
            scene.write_within(text, left - area.left - 12.0);
            for (at, column) in columns.iter().enumerate() {
                let cell = result.cell(*variant, &own);
                let estimate = result.estimate(cell, column.measures[group]);
                let left = left + at as f64 * width;
                let bar = Area { left, right: left + width - 90.0, top: y, bottom: y + height };
                draw_bar(scene, bar, &estimate, column.role);
            }
        }
    }
}

/// A share as a bar in a frame that stands for all.
fn draw_bar(scene: &mut Scene, area: Area, of: &Estimate, role: Role) {
    let (middle, half) = (f64::midpoint(area.top, area.bottom), area.height() * 0.3);
    let at = |share: f64| area.left + share.clamp(0.0, 1.0) * area.width();
    scene.rect(area.left, middle - half, area.width(), 2.0 * half, Role::Grid.faint(0.6));
    if of.mean.is_finite() {
        let width = (at(of.mean) - area.left).max(1.0);
        scene.rect(area.left, middle - half, width, 2.0 * half, role.faint(0.75));
    }
    if of.low.is_finite() && of.high.is_finite() {
        scene.line((at(of.low), middle), (at(of.high), middle), Role::Ink, 2.0);
        for end in [of.low, of.high] {
            scene.line((at(end), middle - 4.0), (at(end), middle + 4.0), Role::Ink, 2.0);
        }
    }
    let (x, text) = (area.right + 8.0, scale::value(of.mean, Unit::Share));
    scene.text(x, middle + 5.0, &text, plot::NAME, Role::Ink, Anchor::Start);
}

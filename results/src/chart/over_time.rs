//! Measures over time, of one run or of a sweep.

use sim::measure::{Measure, Unit};
use sim::observe::Overview;

use super::lanes::faults;
use super::paint::{Role, SERIES};
use super::panels::{Line, Panel, draw_panels};
use super::plot::Swatch;
use super::scale;
use super::scene::Scene;
use super::words;
use crate::over_time::{OverTime, Piece};

/// Lines of a panel whose names have room beside it.
const LINES_MAX: usize = 3;

/// Groups of agents whose tasks have room.
const GROUPS_MAX: usize = 4;

/// What is drawn over time of a run in which this group of agents is asked about, or of a sweep
/// with an objective: how its tasks end, how long they take, what is called, what waits, what is
/// open, of at most so many parts of a kind; of a run also how the tasks of other groups end.
/// Measures that were asked for come first.
pub fn measures_over_time(
    all: &[Measure],
    first: &str,
    asked: &[Measure],
    most: usize,
) -> Vec<Measure> {
    let mut found: Vec<Measure> = asked.to_vec();
    let is_of_group = |measure: &Measure| measure.of_whom() == first;
    let starts = format!("{first} -> ");
    let is_of_edge = |measure: &Measure| measure.of_whom().starts_with(&starts);
    let is_agents = |measure: &Measure| measure.path().starts_with("agents.");
    let is_edge = |measure: &Measure| measure.path().starts_with("edges.");
    let is_service = |measure: &Measure| measure.path().starts_with("services.");
    let mut add = |name: &str, fits: &dyn Fn(&Measure) -> bool, most: usize| {
        let of_name = all.iter().filter(|measure| measure.name() == name && fits(measure));
        let new = of_name.filter(|measure| !asked.contains(measure)).take(most);
        found.extend(new.cloned());
    };
    add("success", &|m| is_agents(m) && is_of_group(m), 1);
    if asked.is_empty() {
        for name in ["goodput", "throughput"] {
            add(name, &|m| is_agents(m) && is_of_group(m), 1);
            add(name, &|m| is_agents(m) && !is_of_group(m), usize::MAX);
        }
        add("latency-ok.p50", &|m| is_agents(m) && is_of_group(m), 1);
    }
    add("latency-ok.p99", &|m| is_agents(m) && is_of_group(m), 1);
    add("attempts", &|m| is_edge(m) && is_of_edge(m), most);
    add("queue", &is_service, most);
    add("breaker.open-share", &is_edge, most);
    found
}

/// Measures of one run over time. None if nothing was measured.
pub fn run_over_time(
    about: &str,
    command: &str,
    run: &OverTime,
    overview: Option<&Overview>,
) -> Option<Scene> {
    let of = |names: &[&str]| -> Vec<usize> {
        let asked = |index: &usize| names.contains(&run.measures[*index].name().as_ref());
        // What is a part of another lies over it.
        (0..run.measures.len()).rev().filter(asked).collect()
    };
    let all = &run.measures;
    let groups = all.iter().filter(|measure| measure.name() == "goodput").map(Measure::of_whom);
    let groups: Vec<String> = groups.collect();
    let (shown, rest) = groups.split_at(groups.len().min(GROUPS_MAX));
    // Whose it is need not be said where there is one group alone.
    let whose = |group: &str| if groups.len() > 1 { format!(" of {group}") } else { String::new() };
    let tasks = shown.iter().map(|group| {
        let of_group = |index: &usize| all[*index].of_whom() == *group;
        let measures = of(&["goodput", "throughput"]).into_iter().filter(of_group);
        (format!("tasks{} that end", whose(group)), measures.collect())
    });
    let first = groups.first().map_or_else(String::new, |first| whose(first));
    let mut panels: Vec<(String, Vec<usize>)> = tasks.collect();
    let latency = of(&["latency-ok.p50", "latency-ok.p99"]);
    panels.insert(panels.len().min(1), (format!("latency of good tasks{first}"), latency));
    panels.push((format!("attempts{first}"), of(&["attempts"])));
    panels.push(("waiting in line".to_owned(), of(&["queue"])));
    panels.push(("share of time open".to_owned(), of(&["breaker.open-share"])));
    let panels = panels.into_iter().filter_map(|(name, measures)| {
        let unit = run.measures[*measures.first()?].unit();
        let (all, measures) = (measures.len(), largest(run, measures));
        let lines = measures.iter().enumerate().map(|(number, index)| {
            let measure = &run.measures[*index];
            let (name, place) = match measure.name().as_ref() {
                "goodput" => ("good".to_owned(), 2),
                "throughput" => ("all".to_owned(), 5),
                "latency-ok.p50" => ("median".to_owned(), 0),
                "latency-ok.p99" => ("99th percentile".to_owned(), 1),
                _ => (measure.of_whom().replace("->", "→"), number),
            };
            line(name, place, &run.pieces, *index, measure)
        });
        let lines: Vec<Line> = lines.collect();
        let part = (lines.len() < all).then(|| format!("the {} largest of {all}", lines.len()));
        Some(Panel { name, part, unit, lines })
    });
    let title = run_title(run, overview);
    let rest = match rest {
        [] => String::new(),
        rest => format!(" Groups without room here: {}.", rest.join(", ")),
    };
    let lead = format!("{}. Seed 0x{:x}.{rest}", about.trim_end_matches('.'), run.seed);
    draw_panels((&title, &lead, command), panels.collect(), &run.pieces, overview, &[])
}

/// As many of the measures as one panel can show: those with the largest values.
fn largest(run: &OverTime, mut measures: Vec<usize>) -> Vec<usize> {
    if LINES_MAX < measures.len() {
        let all = |index: usize| mean_of(&run.pieces, index, &|_| true).unwrap_or(0.0);
        measures.sort_by(|a, b| all(*b).total_cmp(&all(*a)));
        measures.truncate(LINES_MAX);
        measures.sort_unstable();
    }
    measures
}

/// Measures of a sweep over time: the file's own cell in each variant, with its interval. None if
/// nothing was measured.
pub fn sweep_over_time(
    about: &str,
    command: &str,
    variants: &[(String, OverTime)],
    overview: Option<&Overview>,
) -> Option<Scene> {
    let (_, first) = variants.first()?;
    let shown = &variants[..variants.len().min(SERIES)];
    let panels = most_telling(first).into_iter().map(|index| {
        let measure = &first.measures[index];
        let lines = shown.iter().enumerate().map(|(number, (name, over_time))| {
            line(name.clone(), number, &over_time.pieces, index, measure)
        });
        let name = words::measure(measure);
        Panel { name, part: None, unit: measure.unit(), lines: lines.collect() }
    });
    let named = match variants.len() - shown.len() {
        0 => String::new(),
        more => format!(" {more} more of the variants stand in series.csv."),
    };
    let lead = format!(
        "{}. The file's own setting, {} runs of each variant with the same random numbers.{named}",
        about.trim_end_matches('.'),
        first.runs,
    );
    let mut key: Vec<(Swatch, String)> = (shown.iter().enumerate())
        .map(|(number, (name, _))| (Swatch::Line(Role::Series(number)), name.clone()))
        .collect();
    if first.runs > 1 {
        let runs = first.runs;
        let band = format!("95\u{a0}% interval of each line alone, from {runs} runs");
        key.push((Swatch::Fill(Role::Ink.faint(0.16)), band));
    }
    let title = sweep_title(shown);
    draw_panels((&title, &lead, command), panels.collect(), &first.pieces, overview, &key)
}

/// The measures in the order in which they are drawn while there is room: of those that several
/// parts have, such as lines of services, the ones that change most come before the others.
fn most_telling(run: &OverTime) -> Vec<usize> {
    let measures = 0..run.measures.len();
    let change = |index: usize| {
        let values = run.pieces.iter().map(|piece| piece.estimates[index].mean);
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let high = values.iter().copied().fold(0.0, f64::max);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        if high > 0.0 { (high - low) / high } else { 0.0 }
    };
    let name = |index: usize| run.measures[index].name();
    let rank = |index: usize| {
        let alike = measures.clone().filter(|other| name(*other) == name(index));
        let before = |other: &usize| {
            let (its, own) = (change(*other), change(index));
            its > own || (its >= own && *other < index)
        };
        alike.filter(before).count()
    };
    let mut ranked: Vec<(usize, usize)> =
        measures.clone().map(|index| (rank(index), index)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, index)| index).collect()
}

fn line(name: String, number: usize, pieces: &[Piece], index: usize, of: &Measure) -> Line {
    let points = pieces.iter().map(|piece| {
        let (from, to) = (piece.from.as_secs_f64(), piece.to.as_secs_f64());
        let found = &piece.estimates[index];
        // What is counted in a piece is drawn as a rate, in an hour as other rates are.
        let factor = if of.unit() == Unit::Count { 3600.0 / (to - from) } else { 1.0 };
        (from, to, [found.mean, found.low, found.high].map(|value| value * factor))
    });
    Line { name, role: Role::Series(number), points: points.collect() }
}

/// The mean of a measure over some pieces that have one; none if none has.
fn mean_of(pieces: &[Piece], index: usize, is_in: &dyn Fn(&Piece) -> bool) -> Option<f64> {
    let (mut sum, mut time) = (0.0, 0.0);
    for piece in pieces.iter().filter(|piece| is_in(piece)) {
        let (value, length) = (piece.estimates[index].mean, piece.length());
        if value.is_finite() {
            (sum, time) = (sum + value * length, time + length);
        }
    }
    (time > 0.0).then(|| sum / time)
}

/// How much of what ended was good: before the first fault, in it, and at the end.
fn run_title(run: &OverTime, overview: Option<&Overview>) -> String {
    let of = |name: &str| run.measures.iter().position(|measure| measure.name() == name);
    let (Some(good), Some(all), Some(last)) = (of("goodput"), of("throughput"), run.pieces.last())
    else {
        return "Measures over time".to_owned();
    };
    let whom = run.measures[good].of_whom();
    let share = |is_in: &dyn Fn(&Piece) -> bool| {
        let [good, all] = [good, all].map(|index| mean_of(&run.pieces, index, is_in));
        good.zip(all)
            .filter(|(_, all)| *all > 0.0)
            .map(|(good, all)| scale::value((good / all).min(1.0), Unit::Share))
    };
    let begin = run.pieces[0].from.as_secs_f64();
    let end = last.to.as_secs_f64();
    let late = end - (end - begin) * 0.1;
    let at_end = share(&|piece| late <= piece.from.as_secs_f64() + 1e-9);
    let shaded = overview.map(faults).unwrap_or_default();
    let mut parts = Vec::new();
    if let Some((from, to)) = shaded.first().copied() {
        let before = share(&|piece| piece.to.as_secs_f64() <= from + 1e-9);
        let during =
            share(&|piece| from <= piece.to.as_secs_f64() && piece.from.as_secs_f64() <= to);
        parts.extend(before.map(|share| format!("{share} before the fault")));
        parts.extend(during.map(|share| format!("{share} while the fault is on")));
    }
    parts.push(match at_end {
        Some(share) => format!("{share} in the last {}", scale::moment(end - late)),
        None => format!("none ends in the last {}", scale::moment(end - late)),
    });
    format!("Good tasks of {whom}, of those that end: {}", parts.join(", "))
}

/// What the first measure has come to at the end.
fn sweep_title(variants: &[(String, OverTime)]) -> String {
    let Some((_, first)) = variants.first() else { return String::new() };
    let (Some(measure), Some(last)) = (first.measures.first(), first.pieces.last()) else {
        return "Measures over time".to_owned();
    };
    let (begin, end) = (first.pieces[0].from.as_secs_f64(), last.to.as_secs_f64());
    let late = end - (end - begin) * 0.1;
    let is_late = |piece: &Piece| late <= piece.from.as_secs_f64() + 1e-9;
    let value = |over_time: &OverTime| mean_of(&over_time.pieces, 0, &is_late).unwrap_or(f64::NAN);
    let known = |piece: usize| {
        let of = |(_, of): &(String, OverTime)| of.pieces.get(piece)?.estimates.first().copied();
        let all: Vec<f64> = variants.iter().filter_map(of).map(|one| one.mean).collect();
        let spread = all.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            - all.iter().copied().fold(f64::INFINITY, f64::min);
        (all.len() == variants.len() && all.iter().all(|one| one.is_finite())).then_some(spread)
    };
    // At the end nothing may be known of some.
    let are_late = variants.iter().all(|(_, over_time)| value(over_time).is_finite());
    let pieces = (0..first.pieces.len()).filter_map(|piece| Some((piece, known(piece)?)));
    let most = pieces.reduce(|a, b| if a.1 < b.1 { b } else { a }).filter(|_| !are_late);
    let value = |of: &OverTime| match most {
        Some((piece, _)) => of.pieces[piece].estimates[0].mean,
        None => value(of),
    };
    let shown = |value: f64| scale::value(value, measure.unit());
    let is = if variants.len() <= 4 {
        let each = variants.iter().map(|(name, of)| format!("{} ({name})", shown(value(of))));
        each.collect::<Vec<_>>().join(", ")
    } else {
        let others = variants[1..].iter().map(|(_, over_time)| value(over_time));
        let known: Vec<f64> = others.filter(|value| value.is_finite()).collect();
        let low = known.iter().copied().fold(f64::INFINITY, f64::min);
        let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let own = shown(value(first));
        let number = variants.len() - 1;
        match known.len() {
            0 => format!("{own} as written"),
            _ if shown(low) == shown(high) => {
                format!("{own} as written, {} in all {number} variants", shown(low))
            }
            _ => {
                format!("{own} as written, {} to {} in {number} variants", shown(low), shown(high))
            }
        }
    };
    let name = words::measure(measure);
    if let Some((piece, _)) = most {
        let Piece { from, to, .. } = first.pieces[piece];
        let [from, to] = [from, to].map(|time| scale::moment(time.as_secs_f64()));
        return format!("The {name} from {from} to {to}, where it differs most: {is}");
    }
    format!("The {name} in the last {}: {is}", scale::moment(end - late))
}

//! Pictures that are drawn where the data of a sweep call for them: when they are, and that what
//! they say follows from the runs.

use results::chart::{OF_SWEEPS, Scene, lines, variants};
use results::measured::TaskTimes;
use results::repairs::Repairs;
use results::{Measured, SweepResult};
use sim::design::AxisRole;
use sim::measure::{Measure, Sample};

use crate::table;

const RUNS: u32 = 20;

/// Measures of which each run of an invented sweep has one sample.
const MEASURES: [&str; 3] =
    ["agents.a.success", "agents.a.weighted-goodput", "edges.\"a -> s\".amplification"];

/// What an invented run says of each measure: of this variant, at this place on each axis.
pub(crate) type Runs<'a> = &'a dyn Fn(usize, &[usize], u32) -> [f64; 3];

/// An invented sweep that looks at one of the measures.
pub(crate) fn swept(
    objective: usize,
    variants: &[&str],
    axes: &[(&str, &[&str])],
    runs: Runs<'_>,
) -> SweepResult {
    recovering(objective, variants, axes, runs, &|_, _| Repairs::default())
}

/// The same, of runs that took so long to recover.
pub(crate) fn recovering(
    objective: usize,
    variants: &[&str],
    axes: &[(&str, &[&str])],
    runs: Runs<'_>,
    repairs: &dyn Fn(usize, u32) -> Repairs,
) -> SweepResult {
    invented((objective, RUNS), variants, axes, runs, repairs)
}

/// The same, of so many runs of each cell.
fn invented(
    (objective, replications): (usize, u32),
    variants: &[&str],
    axes: &[(&str, &[&str])],
    runs: Runs<'_>,
    repairs: &dyn Fn(usize, u32) -> Repairs,
) -> SweepResult {
    let measures = MEASURES.map(|path| Measure::parse(path, &table::system(1)).unwrap());
    let read = |axis: &(&str, &[&str])| {
        let is_choice = axis.0.starts_with("policies.");
        table::axis(*axis, if is_choice { AxisRole::Choice } else { AxisRole::Condition })
    };
    let axes = axes.iter().map(read).collect();
    let design = table::invented(variants, axes, replications, measures[objective].clone());
    let mut result = SweepResult::new(design, measures.to_vec(), "wavetank sweep it".to_owned());
    for cell in 0..result.cells() {
        let (variant, places) = result.place(cell);
        for run in 0..replications {
            let of = |value: f64| Sample { part: value * 1000.0, of: 1000.0 };
            let one = Measured {
                tasks: vec![("a".to_owned(), TaskTimes::default())],
                repairs: vec![repairs(variant, run)],
                ..table::measured(runs(variant, &places, run).map(of).to_vec())
            };
            result.add(cell, run, &one);
        }
    }
    result
}

/// An invented ablation: each part is there or not.
pub(crate) fn ablated(parts: &[&str], runs: Runs<'_>) -> SweepResult {
    of_few(parts, RUNS, runs)
}

/// The same, of so many runs of each combination.
pub(crate) fn of_few(parts: &[&str], replications: u32, runs: Runs<'_>) -> SweepResult {
    let values: &[&str] = &["with", "without"];
    let axes: Vec<(&str, &[&str])> = parts.iter().map(|part| (*part, values)).collect();
    invented((0, replications), &["as written"], &axes, runs, &|_, _| Repairs::default())
}

/// The same for all cells of a run, and not the same in each run.
pub(crate) fn weather(run: u32) -> f64 {
    f64::from(run * 7 % 5)
}

pub(crate) fn picture(result: &SweepResult, name: &str) -> Option<Scene> {
    let (_, of) = OF_SWEEPS.iter().find(|(other, _)| *other == name).expect("there is one");
    of(result)
}

pub(crate) fn title(scene: &Scene) -> String {
    scene.title().replace('\u{a0}', " ")
}

pub(crate) fn says(scene: &Scene) -> Vec<String> {
    scene.texts().map(|text| text.text.replace('\u{a0}', " ")).collect()
}

const OPEN: (&str, &[&str]) = ("policies.p.breaker.open", &["1s", "10s", "100s", "1000s", "3h"]);
const FAULT: (&str, &[&str]) = ("faults.0.for", &["1s", "10s", "100s", "1000s", "10000s"]);

/// Goodput along an axis, the same in all runs but for the weather, and for a little in some cells.
fn along(of: [f64; 5], unclear: &[usize]) -> SweepResult {
    let runs = |_: usize, at: &[usize], run: u32| {
        let little = if unclear.contains(&at[0]) { f64::from(run * 11 % 7) - 3.0 } else { 0.0 };
        [0.5, of[at[0]] + weather(run) + little, 1.0]
    };
    swept(1, &["as written"], &[OPEN], &runs)
}

#[test]
fn lines_name_the_optimum_within_an_axis_and_what_may_be_as_good() {
    let result = along([50.0, 80.0, 100.0, 99.9, 60.0], &[3]);
    let scene = lines(&result).unwrap();
    let is = "Breaker open 100 s is the best: the weighted goodput of a is 102/h (100 s to 1000 s \
              may be as good, less and more is worse); the file's own, 1 s, is worse (−50/h)";
    assert_eq!(title(&scene), is);
    assert!(says(&scene).contains(&"the best of the file as it is written".to_owned()));
    // At an end there is no optimum within, nor where an end may be as good.
    for (of, unclear) in
        [([50.0, 60.0, 70.0, 80.0, 90.0], &[][..]), ([50.0, 80.0, 100.0, 99.0, 99.9], &[4][..])]
    {
        let scene = lines(&along(of, unclear)).unwrap();
        assert!(!says(&scene).contains(&"the best of the file as it is written".to_owned()));
        assert!(!title(&scene).contains("less and more is worse"), "{}", title(&scene));
    }
}

/// Success by the length of a fault, of two variants.
fn falling(one: [f64; 5], other: [f64; 5]) -> SweepResult {
    let runs = |variant: usize, at: &[usize], run: u32| {
        let share = if variant == 0 { one[at[0]] } else { other[at[0]] };
        [share + 0.001 * (weather(run) - 2.0) * share * (1.0 - share), 1.0, 1.0]
    };
    swept(0, &["as written", "patient"], &[FAULT], &runs)
}

#[test]
fn an_s_curve_is_read_off_between_decades() {
    // Halfway between 10 s and 100 s, on a scale of logarithms, and between 100 s and 1000 s.
    let result = falling([1.0, 0.8, 0.2, 0.0, 0.0], [1.0, 1.0, 0.9, 0.1, 0.0]);
    let scene = picture(&result, "s-curve").unwrap();
    let text = title(&scene);
    let is =
        "The success of a crosses 50 % at fault length 31.6 s (as written), 5.27 min (patient)";
    assert_eq!(text, is);
    let about = says(&scene).join(" ");
    // A quarter of the way to 0.8.
    assert!(about.contains("Crosses 95 % at: 1.78 s"), "{about}");
    let alike = falling([1.0, 0.8, 0.2, 0.0, 0.0], [1.0, 0.8, 0.2, 0.0, 0.0]);
    assert!(title(&picture(&alike, "s-curve").unwrap()).ends_with("overlap: undecided"));
    let never = falling([1.0, 0.8, 0.2, 0.0, 0.0], [1.0, 1.0, 0.9, 0.8, 0.7]);
    assert!(title(&picture(&never, "s-curve").unwrap()).ends_with("always above (patient)"));
    assert!(picture(&falling([1.0; 5], [0.9; 5]), "s-curve").is_none(), "none crosses");
    assert!(picture(&along([1.0; 5], &[]), "s-curve").is_none(), "goodput is no share");
}

#[test]
fn a_phase_diagram_counts_where_which_variant_is_better_and_where_that_is_undecided() {
    // The second is better where the fault is long, and by chance alone in the middle.
    let runs = |variant: usize, at: &[usize], run: u32| {
        let lead = match at[1] {
            0 | 1 => -2.0,
            2 => f64::from(run * 3 % 7) - 3.0,
            _ => 5.0,
        };
        [0.5, 100.0 + 10.0 * weather(run) + variant as f64 * lead, 1.0]
    };
    let axes = [("policies.p.retry.times", &["1", "2"][..]), FAULT];
    let result = swept(1, &["as written", "b"], &axes, &runs);
    let scene = picture(&result, "phase-diagram").unwrap();
    let is =
        "Of 10 cells the weighted goodput of a is better as written in 4, b in 4, undecided in 2";
    assert_eq!(title(&scene), is);
    let texts = says(&scene);
    for (text, number) in [("A +2/h", 4), ("B +5/h", 4), ("?", 2)] {
        assert_eq!(texts.iter().filter(|one| *one == text).count(), number, "{text} in {texts:?}");
    }
    let idle = |_: usize, _: &[usize], run: u32| [0.5, weather(run), 1.0];
    let scene = picture(&swept(1, &["as written", "b"], &axes, &idle), "phase-diagram").unwrap();
    assert!(title(&scene).ends_with("is undecided in all 10 cells"), "{}", title(&scene));
    assert!(picture(&swept(1, &["as written"], &axes, &runs), "phase-diagram").is_none());
}

/// Goodput and amplification along an axis.
fn traded(of: [(f64, f64); 5]) -> SweepResult {
    let runs = |_: usize, at: &[usize], run: u32| {
        let (goodput, attempts) = of[at[0]];
        [0.5, goodput + weather(run), attempts + 0.01 * weather(run)]
    };
    swept(1, &["as written"], &[OPEN], &runs)
}

#[test]
fn a_front_has_what_nothing_else_is_better_than_in_both() {
    // The second is worse than the third in both.
    let result = traded([(50.0, 1.0), (60.0, 2.5), (80.0, 2.0), (90.0, 3.0), (70.0, 4.0)]);
    let scene = picture(&result, "pareto-front").unwrap();
    let is = "Weighted goodput of a against amplification of a → s: no setting is better in both \
              than 3 of 5, from 52/h at 1.02 to 92/h at 3.02; the file's own is one of them";
    assert_eq!(title(&scene), is);
    let texts = says(&scene);
    let named = ["open 1 s", "open 100 s", "open 1000 s"];
    assert!(named.iter().all(|name| texts.iter().any(|text| text == name)), "{texts:?}");
    assert!(!texts.iter().any(|text| text == "open 10 s"), "{texts:?}");
    let key = |scene: &Scene, text: &str| says(scene).iter().any(|one| one.starts_with(text));
    assert!(key(&scene, "small: ") && !key(&scene, "may be on it"), "{texts:?}");
    // The third has the better means of both than the second, but by chance.
    let runs = |_: usize, at: &[usize], run: u32| {
        let little = if at[0] == 1 { f64::from(run * 11 % 7) - 3.2 } else { 0.0 };
        let of = [(50.0, 1.0), (80.0, 2.0), (80.0, 2.0), (90.0, 3.0), (95.0, 4.0)][at[0]];
        [0.5, of.0 + weather(run) + little, of.1 - 0.01 * little]
    };
    let scene = swept(1, &["as written"], &[OPEN], &runs);
    let scene = picture(&scene, "pareto-front").unwrap();
    assert!(title(&scene).contains("than 4 of 5"), "{}", title(&scene));
    assert!(!key(&scene, "small: ") && key(&scene, "may be on it"), "{:?}", says(&scene));
    let best = traded([(50.0, 1.0), (40.0, 1.5), (30.0, 2.0), (20.0, 2.5), (10.0, 3.0)]);
    assert!(picture(&best, "pareto-front").is_none(), "one is the best in both");
}

/// A variant, what it changes, and by how much its goodput is higher.
type Changed<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

fn changed(variants: &[Changed<'_>]) -> SweepResult {
    let names: Vec<&str> = variants.iter().map(|(name, ..)| *name).collect();
    let runs = |variant: usize, _: &[usize], run: u32| {
        let little = if variants[variant].0 == "c" { f64::from(run * 11 % 7) - 3.0 } else { 0.0 };
        [0.5, 100.0 + 10.0 * weather(run) + variants[variant].2 + little, 1.0]
    };
    let mut result = swept(1, &names, &[], &runs);
    let of = |(_, changes, _): &Changed<'_>| {
        changes.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
    };
    result.changes = variants.iter().map(of).collect();
    result
}

#[test]
fn variants_that_add_to_each_other_are_steps() {
    let [timeout, retry, cache] = [("p.timeout", "1s"), ("p.retry", "2"), ("p.cache", "on")];
    let result = changed(&[
        ("as written", &[], 0.0),
        // By name the last comes first.
        ("a", &[timeout, retry, cache], 12.0),
        ("b", &[timeout], -5.0),
        ("c", &[timeout, retry], -5.0),
        ("other", &[("p.timeout", "2s")], 50.0),
    ]);
    let scene = picture(&result, "ablation").unwrap();
    let text = title(&scene);
    let is = "Step by step the weighted goodput of a goes from 120/h to 132/h: b −5/h; a +17/h [";
    assert!(text.starts_with(is), "{text}");
    assert!(text.ends_with("]; no clear change by 1 of 3 steps"), "{text}");
    let texts = says(&scene);
    let place = |name: &str| scene.texts().find(|text| text.text == name).unwrap().left;
    assert!(place("b") < place("c") && place("c") < place("a"), "{texts:?}");
    assert!(texts.contains(&"−5/h".to_owned()), "{texts:?}");
    assert!(!texts.contains(&"other".to_owned()), "{texts:?}");
}

#[test]
fn variants_that_leave_something_out_are_held_against_the_file() {
    let off = |path| [(path, "off")];
    let result = changed(&[
        ("as written", &[], 0.0),
        ("no retry", &off("p.retry"), -30.0),
        ("no timeout", &off("p.timeout"), -10.0),
        ("another timeout", &[("p.timeout", "3s")], 10.0),
    ]);
    let scene = picture(&result, "ablation").unwrap();
    let is = "The weighted goodput of a is 120/h with all layers: no retry −30/h; no timeout −10/h";
    assert_eq!(title(&scene), is);
    // Alternatives are no steps.
    let alternatives = changed(&[
        ("as written", &[], 0.0),
        ("a", &[("p.timeout", "2s")], 1.0),
        ("b", &[("p.timeout", "3s"), ("p.retry", "2")], 2.0),
        ("c", &[("p.timeout", "4s"), ("p.retry", "2"), ("p.cache", "on")], 2.0),
    ]);
    assert!(picture(&alternatives, "ablation").is_none());
}

/// The same in four runs alone.
fn few(runs: Runs<'_>) -> impl Fn(usize, &[usize], u32) -> [f64; 3] + '_ {
    move |variant, at, run| if run < 4 { runs(variant, at, run) } else { [f64::NAN; 3] }
}

#[test]
fn findings_of_too_few_runs_are_not_said_to_be_clear() {
    let better = |variant: usize, _: &[usize], run: u32| {
        [0.5, 100.0 + weather(run) + 20.0 * variant as f64, 1.0]
    };
    let names = ["as written", "b", "c"];
    let texts = |runs: Runs<'_>| {
        let mut result = swept(1, &names, &[], runs);
        let [timeout, retry] = [("p.timeout", "1s"), ("p.retry", "2")]
            .map(|(path, value)| (path.to_owned(), value.to_owned()));
        result.changes = vec![vec![], vec![timeout.clone()], vec![timeout, retry]];
        let ablation = title(&picture(&result, "ablation").unwrap());
        let phases = picture(&swept(1, &names, &[OPEN, FAULT], runs), "phase-diagram").unwrap();
        [title(&variants(&result).unwrap()), ablation, title(&phases)]
    };
    let [said, ablation, phases] = texts(&better);
    assert!(said.ends_with("; c +40/h; b +20/h"), "{said}");
    assert!(ablation.ends_with(": b +20/h; c +20/h"), "{ablation}");
    assert!(phases.ends_with("is better c in 25"), "{phases}");
    let [said, ablation, phases] = texts(&few(&better));
    let both = "; b +20/h (too few runs to rely on); c +40/h (too few runs to rely on)";
    assert!(said.ends_with(both), "{said}");
    assert!(ablation.ends_with("; there are too few runs to rely on any step"), "{ablation}");
    assert!(phases.ends_with("is undecided in all 25 cells"), "{phases}");
}

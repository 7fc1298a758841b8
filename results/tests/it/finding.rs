//! What is said of a sweep: best among choices alone, two outcomes that a mean hides, and that
//! nothing matters where that is so.

use results::SweepResult;
use results::chart::{heat_map, lines, svg, told, variants};
use sim::design::{AxisRole, SweepDesign};
use sim::measure::{Better, Measure, Sample};

use crate::table;

const RUNS: u32 = 20;

/// A sweep whose goodput in each cell and run is as given: of these variants and axes.
fn sweep(
    variants: &[&str],
    axes: &[(&str, &[&str])],
    value: impl Fn(usize, &[usize], u32) -> f64,
) -> SweepResult {
    let objective = Measure::parse("agents.a.frozen", &table::system(1)).unwrap();
    let read = |axis: &(&str, &[&str])| {
        let role = if axis.0 == FAULT.0 { AxisRole::Condition } else { AxisRole::Choice };
        table::axis(*axis, role)
    };
    let axes = axes.iter().map(read).collect();
    let design = table::invented(variants, axes, RUNS, objective.clone());
    let design = SweepDesign { better: Better::Lower, ..design };
    let mut result = SweepResult::new(design, vec![objective], "wavetank sweep it".to_owned());
    for cell in 0..result.cells() {
        let (variant, places) = result.place(cell);
        for run in 0..RUNS {
            let samples = vec![Sample::plain(value(variant, &places, run))];
            result.add(cell, run, &table::measured(samples));
        }
    }
    result
}

/// A sweep of one value has nothing along its axes; its runs can be seen all the same.
#[test]
fn a_sweep_of_one_value_is_drawn_run_by_run() {
    for axes in
        [&[("policies.p.breaker.failures", &["3"][..])][..], &[("a.b", &["1"]), ("a.c", &["2"])]]
    {
        let result = sweep(&["as written"], axes, |_, _, run| weather(run));
        assert!(heat_map(&result).is_none() && lines(&result).is_none());
        let scene = variants(&result).expect("there are runs");
        assert!(scene.title().starts_with("The frozen time of a is "), "{}", scene.title());
    }
}

#[test]
fn a_file_without_a_cell_of_its_own_is_said_to_be_so() {
    let axes: &[(&str, &[&str])] = &[("policies.p.breaker.failures", &["3", "4"])];
    let mut result = sweep(&["as written"], axes, |_, _, run| weather(run));
    let is_said = |result: &SweepResult| said(result).contains("no cell is its own");
    assert!(!is_said(&result));
    result.design.default = None;
    assert!(is_said(&result), "{}", said(&result));
}

#[test]
fn no_line_lies_below_a_band() {
    let axes: &[(&str, &[&str])] = &[("policies.p.breaker.failures", &["3", "4"])];
    let value = |variant, _: &[usize], run| weather(run) + variant as f64;
    let file = svg(&lines(&sweep(&["as written", "other"], axes, value)).unwrap());
    let (_, file) = file.split_once("</style>").unwrap();
    let last = file.rfind("fill-opacity=\"0.18\"").expect("there are bands");
    let first = file.find("stroke=\"#0072b2\"").expect("there is a line");
    assert!(last < first);
}

#[test]
fn equal_runs_are_no_two_outcomes_also_if_they_are_zero() {
    for value in [0.0, 1.0] {
        let axes: &[(&str, &[&str])] = &[("policies.p.breaker.failures", &["3", "4"])];
        let result = sweep(&["as written"], axes, |_, _, _| value);
        let file = svg(&lines(&result).unwrap());
        assert!(!file.contains("two outcomes") && !said(&result).contains("of 20 runs"), "{value}");
    }
}

/// The same for all cells of a run, and not the same in each run.
fn weather(run: u32) -> f64 {
    f64::from(run * 7 % 5)
}

fn said(result: &SweepResult) -> String {
    told(result).said.join("; ").replace('\u{a0}', " ")
}

const FAULT: (&str, &[&str]) = ("faults.0.for", &["1min", "10min"]);
const BREAKER: (&str, &[&str]) = ("policies.p.breaker.failures", &["1", "5"]);

#[test]
fn nothing_is_best_where_all_axes_are_the_weather() {
    let result = sweep(&["as written"], &[FAULT], |_, at, run| 100.0 * at[0] as f64 + weather(run));
    let told = told(&result);
    assert_eq!(told.cells, [("best case", 0), ("the file's own", 0), ("worst case", 1)]);
    assert_eq!(told.said, [""; 0]);
    let title = lines(&result).unwrap().title().replace('\u{a0}', " ");
    assert!(
        title.starts_with("The frozen time of a runs from 2 s at fault length 1 min"),
        "{title}"
    );
    assert!(!title.contains("best"), "{title}");
}

#[test]
fn the_best_is_that_of_the_files_own_condition_and_how_far_it_reaches_is_said() {
    // Five failures are better in a long fault, one is in a short one.
    let value = |_: usize, at: &[usize], run| {
        let worse = if at[0] == at[1] { 0.0 } else { 50.0 };
        1000.0 * at[0] as f64 + worse + weather(run)
    };
    let result = sweep(&["as written"], &[FAULT, BREAKER], value);
    let told = told(&result);
    assert_eq!(told.cells, [("best", 0), ("the file's own", 0), ("worst", 1)]);
    let text = said(&result);
    assert!(text.starts_with("failures 1 is the best at fault length 1 min"), "{text}");
    let elsewhere = "; the best one may be so under 1 of 2 conditions; \
                     Best at fault length 10 min: failures 5, 1002 s";
    assert!(text.ends_with(elsewhere), "{text}");

    let same = sweep(&["as written"], &[FAULT, BREAKER], |_, at, run| {
        1000.0 * at[0] as f64 + 50.0 * at[1] as f64 + weather(run)
    });
    let elsewhere = "; the best one may be so under 2 of 2 conditions; \
                     Best at fault length 10 min: failures 1, 1002 s";
    assert!(said(&same).ends_with(elsewhere), "{}", said(&same));
}

#[test]
fn a_title_says_when_nothing_matters() {
    let value = |_: usize, at: &[usize], run: u32| {
        weather(run) + f64::from((run * 3 + at[0] as u32 * 5 + at[1] as u32) % 4)
    };
    let axes = [BREAKER, ("policies.p.breaker.open", &["5s", "60s"][..])];
    let result = sweep(&["as written"], &axes, value);
    let title = heat_map(&result).unwrap().title().to_owned();
    assert!(title.starts_with("These runs tell none of the 4 settings from the best"), "{title}");
    let clear = sweep(&["as written"], &axes, |_, at, run| 9.0 * at[0] as f64 + weather(run));
    let title = heat_map(&clear).unwrap().title().to_owned();
    assert!(!title.contains("tell none"), "{title}");
}

#[test]
fn two_outcomes_that_a_mean_hides_are_told_and_drawn_as_dots() {
    let two = |run| if run == 3 { 1000.0 } else { 180.0 + weather(run) };
    let value = |variant: usize, _: &[usize], run| {
        if variant == 0 { two(run) } else { 10.0 + weather(run) }
    };
    let result = sweep(&["as written", "better"], &[FAULT], value);
    let outcomes = "of 20 runs 19 end at 184 s or below, one ends at 1000 s";
    assert!(said(&result).contains(outcomes), "{}", said(&result));
    for scene in [lines(&result).unwrap(), variants(&result).unwrap()] {
        let title = scene.title().replace('\u{a0}', " ");
        let of = "Two outcomes of the frozen time of a at fault length 1 min";
        assert_eq!(title, format!("{of}: {outcomes}"));
        assert!(scene.texts().any(|text| text.text == "one run"), "dots are explained");
    }
    // A spread alone is no second outcome.
    let spread = sweep(&["as written"], &[FAULT], |_, _, run| f64::from(run) * 10.0);
    assert_eq!(said(&spread), "");
    assert!(!lines(&spread).unwrap().texts().any(|text| text.text == "one run"));
}

#[test]
fn variants_are_compared_run_by_run() {
    // Whatever the weather, the second is 3 better, and the third as good.
    let value = |variant: usize, _: &[usize], run| {
        50.0 * weather(run)
            + [0.0, -3.0, 0.0][variant]
            + if variant == 2 && run == 1 { 0.5 } else { 0.0 }
    };
    let scene = variants(&sweep(&["as written", "b", "c"], &[], value)).unwrap();
    let title = scene.title().replace('\u{a0}', " ");
    assert_eq!(title, "The frozen time of a is 100 s as written; b −3 s; c: no clear change");
    let none = sweep(&["as written", "b", "c", "d", "e"], &[], |variant, _, run| {
        50.0 * weather(run) + 2.0 * variant as f64
    });
    let title = variants(&none).unwrap().title().replace('\u{a0}', " ");
    assert_eq!(
        title,
        "The frozen time of a is 100 s as written; none of 4 variants is clearly better; worst: e \
         +8 s"
    );
}

/// Where not all variants have room, that of the best cell has.
#[test]
fn a_heat_map_without_room_keeps_the_best() {
    let names: Vec<String> = (0..40).map(|number| format!("variant {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let axes = [(BREAKER.0, &many[..]), ("policies.p.breaker.open", &many[..])];
    let result = sweep(&names, &axes, |variant, _, run| {
        weather(run) + if variant == 37 { 1.0 } else { 10.0 }
    });
    let scene = heat_map(&result).unwrap();
    let texts: Vec<&str> = scene.texts().map(|text| text.text).collect();
    assert!(texts.contains(&"variant 0") && texts.contains(&"variant 37"), "{texts:?}");
    assert!(!texts.contains(&"variant 36"), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("Without room here: ")), "{texts:?}");
}

/// Every variant has a panel, and axes that are not shown are named with their values.
#[test]
fn a_heat_map_shows_every_variant_and_names_what_is_held() {
    let names = ["as written", "b", "c", "d", "e", "f", "g"];
    let axes = [BREAKER, ("policies.p.breaker.open", &["5s", "60s"][..]), FAULT];
    // What is not shown is far off: the scale is that of what is.
    let value = |variant: usize, at: &[usize], run| {
        1e6 * at[2] as f64 + variant as f64 + at[0] as f64 + weather(run)
    };
    let scene = heat_map(&sweep(&names, &axes, value)).unwrap();
    let texts: Vec<&str> = scene.texts().map(|text| text.text).collect();
    for name in names {
        assert!(texts.contains(&name), "{name} in {texts:?}");
    }
    assert!(
        texts.iter().any(|text| text.contains("Held: fault length\u{a0}1\u{a0}min.")),
        "{texts:?}"
    );
    assert!(!texts.iter().any(|text| text.contains("100000")), "{texts:?}");
}

#[test]
fn a_title_without_room_shortens_names_and_keeps_what_it_says() {
    let name =
        "a very long name of a variant that says all that it changes, and by how much, and why";
    let names = ["as written", &format!("{name} 1"), &format!("{name} 2"), &format!("{name} 3")];
    let value = |variant: usize, _: &[usize], run| {
        50.0 * weather(run)
            + [0.0, -3.0, -5.0, 0.0][variant]
            + f64::from(variant as u32 / 3 * (run % 2))
    };
    let scene = variants(&sweep(&names, &[], value)).unwrap();
    let title = scene.title().replace('\u{a0}', " ");
    assert!(title.ends_with("why 3 +0.5 s [+0.26, +0.74]"), "{title}");
    let drawn: Vec<&str> = scene.texts().map(|text| text.text).collect();
    assert!(drawn.iter().any(|line| line.ends_with("+0.74]")), "{drawn:?}");
}

#[test]
fn a_setting_of_a_variant_has_a_sign_of_its_own_between_them() {
    let value =
        |variant: usize, at: &[usize], run| weather(run) + 50.0 - 10.0 * (variant + at[0]) as f64;
    let result = sweep(&["as written", "twice, as it were"], &[BREAKER], value);
    assert!(
        said(&result).starts_with("twice, as it were; failures 5 is the best"),
        "{}",
        said(&result)
    );
}

//! Claims put to the test: what intervals decide, cell by cell and of all together.

use results::SweepResult;
use results::chart::region;
use results::verdict::{Judged, RuleOf, Truth, Verdict};
use sim::measure::{Bound, Compare};

use crate::of_sweeps::{Runs, says, swept, title, weather};

/// How good a cell is: clearly, by the first value of the axis, hardly to be told by the second, and
/// clearly not by the third.
const RUNS: Runs<'_> = &|variant, places, run| {
    let level = [0.9, 0.5, 0.1][places[0]] - if variant == 1 { 0.05 } else { 0.0 };
    let noise = if places[0] == 1 { 0.05 } else { 0.001 };
    [level + noise * (weather(run) - 2.0), 10.0 * level, 1.0]
};

fn result() -> SweepResult {
    swept(0, &["as written", "worse"], &[("faults.0.for", &["1s", "10s", "100s"])], RUNS)
}

fn rule(compare: Compare, value: f64, against: Option<usize>, variants: &[usize]) -> RuleOf {
    RuleOf {
        text: "success is enough".to_owned(),
        measure: 0,
        bound: Bound { compare, value },
        against,
        variants: variants.to_vec(),
        at: Vec::new(),
    }
}

fn truths(judged: &Judged) -> Vec<Truth> {
    judged.cells.iter().map(|(_, truth)| *truth).collect()
}

#[test]
fn a_cell_says_yes_or_no_if_its_whole_interval_does() {
    let judged = Judged::of(&result(), vec![rule(Compare::AtLeast, 0.5, None, &[0])]);
    assert_eq!(truths(&judged), [Truth::Yes, Truth::Unclear, Truth::No]);
    assert_eq!(judged.verdict(), Verdict::HoldsWhere);
    let worst = judged.counterexample().expect("one says no");
    assert_eq!((worst.cell, worst.worst.map(|(run, _)| run)), (2, Some(0)));
    let told = |found: Truth| judged.count(found);
    assert_eq!([Truth::Yes, Truth::No, Truth::Unclear].map(told), [1, 1, 1]);
}

#[test]
fn a_rule_is_asked_of_the_cells_at_its_values_alone() {
    let all = rule(Compare::AtLeast, 0.5, None, &[0]);
    let cells = |places: &[usize]| {
        let judged =
            Judged::of(&result(), vec![RuleOf { at: vec![(0, places.to_vec())], ..all.clone() }]);
        judged.cells
    };
    assert_eq!(cells(&[0]), [(0, Truth::Yes)]);
    assert_eq!(cells(&[2, 0]), [(0, Truth::Yes), (2, Truth::No)]);
}

#[test]
fn a_verdict_is_that_of_all_cells_together() {
    let of = |value: f64| {
        Judged::of(&result(), vec![rule(Compare::AtLeast, value, None, &[0])]).verdict()
    };
    assert_eq!([0.05, 0.5, 0.95].map(of), [Verdict::Holds, Verdict::HoldsWhere, Verdict::Fails]);
    let unsure = |_: usize, _: &[usize], run: u32| [0.5 + 0.1 * (weather(run) - 2.0), 0.0, 1.0];
    let result = swept(0, &["as written"], &[("faults.0.for", &["1s"])], &unsure);
    let judged = Judged::of(&result, vec![rule(Compare::MoreThan, 0.5, None, &[0])]);
    assert_eq!(judged.verdict(), Verdict::Undecided);
    assert!(judged.counterexample().is_none());
}

#[test]
fn rules_against_a_variant_compare_runs_of_the_same_seed_and_do_not_ask_it() {
    let judged = Judged::of(&result(), vec![rule(Compare::LessThan, 0.0, Some(0), &[1])]);
    assert_eq!(judged.cells.iter().map(|(cell, _)| *cell).collect::<Vec<_>>(), [3, 4, 5]);
    // Each run is worse by the same, however little the cells themselves can be told.
    assert_eq!(judged.verdict(), Verdict::Holds);
    for one in &judged.asked {
        assert!((one.found.mean + 0.05).abs() < 1e-12, "{:?}", one.found);
    }
}

#[test]
fn a_cell_says_no_if_one_of_its_rules_does_not_hold() {
    let both = [rule(Compare::AtLeast, 0.05, None, &[0]), rule(Compare::AtMost, 0.8, None, &[0])];
    let judged = Judged::of(&result(), both.to_vec());
    assert_eq!(truths(&judged), [Truth::No, Truth::Yes, Truth::Yes]);
}

#[test]
fn a_picture_of_a_region_has_a_field_for_each_cell_and_says_in_how_many_it_holds() {
    let result = result();
    let judged = Judged::of(&result, vec![rule(Compare::AtLeast, 0.5, None, &[0, 1])]);
    let scene = region(&result, &judged, "Success is enough.").expect("there are few rows");
    assert_eq!(title(&scene), "The claim holds in 2 of 6 cells, and not in 3");
    let said = says(&scene);
    let count = |word: &str| said.iter().filter(|text| *text == word).count();
    assert_eq!([count("yes"), count("no"), count("?")], [2, 3, 1], "{said:?}");
    for name in ["as written", "worse", "1 s", "10 s", "100 s"] {
        assert_eq!(count(name), 1, "{name}: {said:?}");
    }
}

#[test]
fn a_table_of_a_claim_has_a_row_for_each_rule_and_cell() {
    let result = result();
    let rules =
        vec![rule(Compare::AtLeast, 0.5, None, &[0]), rule(Compare::LessThan, 0.0, Some(0), &[1])];
    let bytes = Judged::of(&result, rules).table(&result, Vec::new()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let head = "cell,variant,faults.0.for,rule,measure,against,n,mean,low95,high95,holds";
    assert_eq!((lines.len(), lines[0]), (7, head));
    assert!(lines[1].starts_with("0,as written,1s,success is enough,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",yes") && lines[3].ends_with(",no"), "{text}");
    assert!(lines[4].starts_with("3,worse,1s,") && lines[4].contains(",as written,"), "{text}");
}

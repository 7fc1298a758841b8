//! Which cell of a sweep is which.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sim::design::{Axis, AxisRole, SweepDesign, seed_of};
use sim::measure::{Better, Measure};

fn axis(path: &str, values: Vec<String>) -> Axis {
    Axis { path: path.to_owned(), values, role: AxisRole::Choice }
}

/// A sweep with this number of variants, and of values on each axis.
fn design(variants: usize, axes: &[usize]) -> SweepDesign {
    let numbers = |count: usize| (0..count).map(|number| number.to_string()).collect();
    SweepDesign {
        title: "Numbers".to_owned(),
        variants: numbers(variants),
        axes: axes.iter().map(|count| axis("some.setting", numbers(*count))).collect(),
        default: None,
        replications: 3,
        seed: 7,
        objective: Measure::of_agents("a", "success").expect("it is a measure"),
        better: Better::Higher,
    }
}

proptest! {
    #[test]
    fn every_cell_has_its_own_place_and_every_place_its_cell(
        variants in 1..4_usize,
        axes in prop::collection::vec(1..5_usize, 0..4),
    ) {
        let design = design(variants, &axes);
        let mut seen = BTreeSet::new();
        let mut before = None;
        for cell in 0..design.cells() {
            let place = design.place(cell);
            prop_assert_eq!(design.cell(place.0, &place.1), cell);
            let values: Vec<String> = design.settings(cell).map(|(_, v)| v.to_owned()).collect();
            prop_assert_eq!(&values, &place.1.iter().map(ToString::to_string).collect::<Vec<_>>());
            prop_assert_eq!(design.variant(cell), place.0.to_string());
            // Variants outermost, the last axis fastest: the order in which words are sorted.
            prop_assert!(before < Some(place.clone()));
            before = Some(place.clone());
            seen.insert(place);
        }
        let places = variants * axes.iter().product::<usize>();
        prop_assert_eq!(seen.len(), places);
        prop_assert_eq!(design.runs(), places as u64 * 3);
    }
}

#[test]
fn the_files_own_cell_is_at_its_values_in_every_variant() {
    let mut design = design(2, &[2, 3]);
    assert_eq!(design.default_cell(1), None);
    design.default = Some(vec![1, 2]);
    assert_eq!([0, 1].map(|variant| design.default_cell(variant)), [Some(5), Some(11)]);
}

#[test]
fn a_sweep_without_axes_has_one_cell_for_each_variant() {
    let design = design(3, &[]);
    assert_eq!(design.cells(), 3);
    assert_eq!(design.place(2), (2, Vec::new()));
}

#[test]
fn cells_beyond_counting_are_as_many_as_can_be_counted() {
    let mut huge = design(2, &[1; 64]);
    for axis in &mut huge.axes {
        axis.values = vec!["1".to_owned(), "2".to_owned()];
    }
    assert_eq!((huge.cells(), huge.runs()), (usize::MAX, u64::MAX));
}

#[test]
fn axes_are_called_by_the_end_of_their_path() {
    let name = |path: &str| axis(path, Vec::new()).name().to_owned();
    assert_eq!(name("policies.guarded.breaker.open"), "breaker.open");
    assert_eq!(name("breaker.open"), "breaker.open");
    assert_eq!(name("open"), "open");
}

/// The first numbers of `SplitMix64` begun at 1234567, as the reference code gives them.
#[test]
fn seeds_follow_from_the_root_seed_and_the_replication() {
    let known = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    assert_eq!([0, 1, 2].map(|replication| seed_of(1_234_567, replication)), known);
    assert_eq!(design(1, &[]).seed_of(2), seed_of(7, 2));
}

//! Every scenario that comes with the program can be run, and its results are what they were.

use std::fmt::Write;

use expect_test::expect;
use scenarios::{LayerRegistry, ScenarioFile, library};
use sim::{Watch, run};

/// If this changes, results of published scenarios change: say so under **Results** in the
/// changelog.
#[test]
fn golden_fingerprints_of_the_library() {
    let registry = LayerRegistry::builtin();
    let mut told = String::new();
    for entry in library::LIBRARY {
        let file = format!("{}.toml", entry.name);
        let file = ScenarioFile::parse(&file, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&registry).unwrap_or_else(|e| panic!("{e}"));
        let record = run(&scenario.system, scenario.seed, Watch::Counts);
        assert_eq!(record.stopped, None, "{}", entry.name);
        let (events, fingerprint) = (record.events, record.fingerprint);
        writeln!(told, "{} {fingerprint:016x} {events}", entry.name).expect("a string takes all");
    }
    expect![[r#"
        hanging-server 46523811f95db45e 5743
        course-outage dbf78aa949d8fe5b 213
        breaker-or-retry-first 7386684238ac7d8d 8848
        shared-pool 286bc3ab5c5d99b3 26511
        rate-limit-herd cdec92a05f3c7bc8 710
        retry-storm 919cc637fe218ad2 179661
        cascade c6a07f6de4b019d1 475990
        libraries 5027e5bd2a1d3870 7780
        rush-hour fde56a11cf7d5a76 248427
    "#]]
    .assert_eq(&told);
}

#[test]
fn every_cell_of_the_library_is_right() {
    let registry = LayerRegistry::builtin();
    for entry in library::LIBRARY {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
        let cells: usize = sweep.design.axes.iter().map(|axis| axis.values.len()).product();
        assert_eq!(sweep.cells.len(), cells * sweep.design.variants.len(), "{}", entry.name);
        assert!(
            sweep.design.default.is_some(),
            "{}: the file's own setting is on no axis",
            entry.name
        );
    }
}

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
    let mut lines = String::new();
    for entry in library::LIBRARY {
        let file = format!("{}.toml", entry.name);
        let file = ScenarioFile::parse(&file, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&registry).unwrap_or_else(|e| panic!("{e}"));
        let record = run(&scenario.system, scenario.seed, Watch::Counts);
        assert_eq!(record.stopped, None, "{}", entry.name);
        let (events, fingerprint) = (record.events, record.fingerprint);
        writeln!(lines, "{} {fingerprint:016x} {events}", entry.name).expect("a string takes all");
    }
    expect![[r#"
        hanging-server 58974d2735515d4a 5617
        course-outage dbf78aa949d8fe5b 213
        breaker-or-retry-first 02715ba1e9f07aed 8660
        shared-pool 07db34f3cfe15583 26452
        rate-limit-herd 942860f70f0a3ea3 710
        retry-storm 21bada33c6635b6b 181568
        cascade d119c76f7d69c31a 488403
        libraries 5acdf84322746423 7708
        rush-hour d5b1b8d1a7ec9cff 249494
        death-spiral 880de2d6e1b6891e 99214
        poison-task a527a59aed007730 20439
        half-open-stampede a915e5c974611a53 16613
        cache-stampede 0fac19d6eca8f445 80821
        sinkhole 0ef318ddb9a89644 42430
        timeout-cascade 68cfc4d758d02515 34473
        silent-errors 0237ece237fa06da 57189
        replica-storm eb64ed4b60fbfac7 188644
        goodput-collapse 065b7c2c6b120aff 137666
        cache-flush 62eac42cbe50313d 175000
        how-long-to-wait 53421e4ee7c5b924 5884
        how-long-retries-help d4f8b6efb1775de4 1202
        layer-by-layer 0aeb28f1b75dfe20 13639
        research-and-writing 46a563e1d77621b6 3939
        checkpoint-or-restart 47a407b74f641c9a 14796
        stuck-loop 7ecceb697c6215a6 6972
        writing-without-news 28ae12b559629ad3 927
        which-pattern-did-it b625dc782a6a3912 13553
        as-it-comes 469f89c53c3668ca 8045
        token-bulkheads 34c344de8d649aa9 1935
        stale-answer 115cff7c2915f2a7 29344
        self-healing 91fea47d29aa53c0 16440
        human-in-the-night db861dca4887d74a 161880
    "#]]
    .assert_eq(&lines);
}

#[test]
fn every_cell_of_the_library_is_right() {
    let registry = LayerRegistry::builtin();
    for entry in library::LIBRARY {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
        let cells: usize = sweep.design.axes.iter().map(|axis| axis.values.len()).product();
        assert_eq!(sweep.design.cells(), cells * sweep.design.variants.len(), "{}", entry.name);
        assert!(
            sweep.design.default.is_some(),
            "{}: the file's own setting is on no axis",
            entry.name
        );
    }
}

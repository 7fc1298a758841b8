//! What the failure stories of the library say of themselves is so on every seed.

use scenarios::{LayerRegistry, Scenario, ScenarioFile, library};
use sim::{Record, Watch, run};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

/// The file as it is written, and each of its variants, on the file's own setting.
fn versions(name: &str) -> Vec<(String, Scenario)> {
    let registry = LayerRegistry::builtin();
    let text = library::find(name).expect("it is in the library").text;
    let file = ScenarioFile::parse(name, text).unwrap_or_else(|e| panic!("{e}"));
    let sweep = file.sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    let design = &sweep.design;
    let own = design.default.as_ref().expect("the file's own setting is on each axis");
    let cells = (0..design.cells()).filter(|&cell| design.place(cell).1 == *own);
    let of = |cell| (design.variants[design.place(cell).0].clone(), sweep.cell(&registry, cell));
    let mut all: Vec<_> = cells.map(of).collect();
    // The hypotheses of the file itself are no part of a sweep.
    all[0].1 = file.scenario(&registry).unwrap_or_else(|e| panic!("{e}"));
    all
}

fn holds(scenario: &Scenario, record: &Record) -> Vec<bool> {
    let hypotheses = scenario.hypotheses.iter();
    hypotheses.map(|one| one.holds(one.measure.of(record))).collect()
}

/// All hypotheses of the file and of its variants hold; and those of the file do not all hold of
/// a variant, or they would say nothing of what the variant changes.
#[track_caller]
fn holds_on_every_seed(name: &str) {
    let versions = versions(name);
    assert!(versions.len() > 1, "{name} has no remedy");
    let story = &versions[0].1;
    for (variant, scenario) in &versions {
        assert!(!scenario.hypotheses.is_empty(), "{name}, {variant}: nothing is said");
        for seed in SEEDS {
            let record = run(&scenario.system, seed, Watch::Counts);
            let found = holds(scenario, &record);
            assert!(found.iter().all(|&held| held), "{name}, {variant}, seed {seed}: {found:?}");
            let of_story = holds(story, &record);
            let same = std::ptr::eq(scenario, story);
            assert_eq!(of_story.iter().all(|&held| held), same, "{name}, {variant}, seed {seed}");
        }
    }
}

#[test]
fn a_death_spiral_outlives_its_rush_unless_retries_are_limited() {
    holds_on_every_seed("death-spiral");
}

#[test]
fn poison_costs_retries_and_is_never_rescued() {
    holds_on_every_seed("poison-task");
}

#[test]
fn breakers_that_probe_together_stay_open_after_the_service_is_back() {
    holds_on_every_seed("half-open-stampede");
}

#[test]
fn an_empty_cache_fills_again_only_if_calls_for_the_same_are_sent_once() {
    holds_on_every_seed("cache-stampede");
}

#[test]
fn a_sinkhole_draws_most_traffic_unless_it_is_left_out() {
    holds_on_every_seed("sinkhole");
}

#[test]
fn an_inner_timeout_longer_than_the_outer_one_takes_the_gateway_along() {
    holds_on_every_seed("timeout-cascade");
}

#[test]
fn silent_errors_leave_success_as_it_was_until_a_check_finds_them() {
    holds_on_every_seed("silent-errors");
}

#[test]
fn a_retry_storm_outlives_its_fault_unless_something_holds_it_back() {
    holds_on_every_seed("retry-storm");
}

#[test]
fn a_pool_shared_by_two_is_emptied_by_one_of_them() {
    holds_on_every_seed("shared-pool");
}

#[test]
fn a_replica_that_crashes_takes_the_others_along_unless_retries_or_queues_are_short() {
    holds_on_every_seed("replica-storm");
}

#[test]
fn a_line_longer_than_anyone_waits_leaves_no_goodput_unless_the_newest_go_first_or_few_wait() {
    holds_on_every_seed("goodput-collapse");
}

#[test]
fn a_flushed_cache_brings_down_what_it_hid_unless_less_comes_through() {
    holds_on_every_seed("cache-flush");
}

#[test]
fn retries_get_over_outages_that_are_as_long_as_their_waits() {
    holds_on_every_seed("how-long-retries-help");
}

#[test]
fn a_job_that_is_not_saved_takes_twice_as_long() {
    holds_on_every_seed("checkpoint-or-restart");
}

#[test]
fn a_loop_without_a_limit_starves_its_neighbour() {
    holds_on_every_seed("stuck-loop");
}

#[test]
fn a_stale_answer_keeps_a_writer_going_and_makes_some_of_it_wrong() {
    holds_on_every_seed("writing-without-news");
}

//! What is wrong in one place hides nothing that is wrong beside it, and each thing is counted
//! where it is.

use scenarios::{LayerRegistry, ScenarioFile};

const FILE: &str = r#"
title = "x"
horizon = "2h"
[agents.a]
arrivals = "every(1s)"
steps = [{ call = "s" }]
[services.s]
latency = "1s"
"#;

fn parsed(more: &str) -> ScenarioFile {
    ScenarioFile::parse("it.toml", &format!("{FILE}{more}")).unwrap_or_else(|e| panic!("{e}"))
}

/// What is found, mistakes or warnings.
fn found(more: &str) -> String {
    match parsed(more).sweep(&LayerRegistry::builtin()) {
        Ok(sweep) => sweep.warnings.to_string(),
        Err(wrong) => wrong.to_string(),
    }
}

#[track_caller]
fn assert_has(found: &str, parts: &[&str]) {
    for part in parts {
        assert!(found.contains(part), "`{part}` is not in:\n{found}");
    }
}

#[test]
fn settings_that_do_not_go_together_hide_no_wrong_value_of_either() {
    let policy = |breaker: &str| {
        format!(
            "[policies]\np = [{{ breaker = {{ {breaker}, open = \"5s\" }} }}]\n\
             [edges]\n\"a -> s\" = \"p\"\n"
        )
    };
    let found_here =
        found(&policy("failures = 0, window = \"30s\", rate = \"150%\", memory = \"x\""));
    assert_has(
        &found_here,
        &[
            "cannot stand beside",
            "`failures` must be at least 1, not 0",
            "`rate` must be from 0 to 1, not 150%",
            "`memory` has no form `x`",
        ],
    );
    // Right values are no mistakes because of what stands beside them.
    let right = found(&policy("failures = 5, rate = \"50%\""));
    assert!(right.ends_with("1 mistake in it.toml"), "{right}");
}

#[test]
fn a_setting_of_another_kind_of_fault_is_read_all_the_same() {
    let fault =
        |more: &str| format!("[[faults]]\nhit = \"s\"\nat = \"1min\"\nfor = \"1min\"\n{more}\n");
    let of_another = found(&fault("do = \"down\"\nfactor = \"many\""));
    assert_has(&of_another, &["`factor` must be left out", "`many`"]);
    let of_none = found(&fault("do = \"slwo\"\nfactor = \"many\""));
    assert_has(&of_none, &["`slwo`", "`many`"]);
    let right = found(&fault("do = \"slwo\"\nfactor = 3.0"));
    assert!(right.ends_with("1 mistake in it.toml"), "{right}");
}

#[test]
fn mistakes_are_counted_where_they_are() {
    let registry = LayerRegistry::builtin();
    let mut file = parsed("[sweep]\nreplications = 0\n");
    file.set_text(&registry, "services.s.latency", "never").unwrap();
    let said = file.sweep(&registry).map(|_| ()).unwrap_err().to_string();
    assert!(said.ends_with("1 mistake in it.toml, 1 mistake in --set"), "{said}");
    let mut file = parsed("");
    file.set_text(&registry, "services.s.latency", "never").unwrap();
    let said = file.scenario(&registry).map(|_| ()).unwrap_err().to_string();
    assert!(said.ends_with("1 mistake in --set"), "{said}");
}

#[test]
fn values_of_an_axis_that_are_numbers_are_in_numeric_order() {
    let values = |values: &str| {
        let text = format!("[sweep]\n\"services.s.{values}\n");
        let sweep =
            parsed(&text).sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        sweep.design.axes[0].values.join(" ")
    };
    assert_eq!(values("slots\" = [8, 2, 4]"), "2 4 8");
    assert_eq!(values("latency\" = [\"2min\", \"500ms\", \"3s\"]"), "500ms 3s 2min");
    assert_eq!(
        values("errors\" = [{ network = 0.5 }, { network = 0.25 }]"),
        "network=0.5 network=0.25"
    );
    assert_eq!(values("errors.network\" = [\"50%\", \"5%\"]"), "5% 50%");
    // With a word among them they are no row of numbers.
    assert_eq!(values("slots\" = [8, \"unlimited\", 4]"), "8 unlimited 4");
}

#[test]
fn what_can_never_come_is_warned_of_where_it_stands() {
    assert_eq!(found(""), "");
    let fault = |when: &str| format!("[[faults]]\nhit = \"s\"\ndo = \"down\"\n{when}\n");
    for (more, line, says) in [
        (
            "[services.other]\nlatency = \"1s\"\n".to_owned(),
            "[services.other]",
            "nobody calls the service `other`",
        ),
        (
            fault("at = \"5h\"\nfor = \"1min\""),
            "at = \"5h\"",
            "the run ends before this fault begins",
        ),
        (
            fault("up = \"5h\"\ndown = \"1min\""),
            "up = \"5h\"",
            "the run ends before this fault begins",
        ),
        (
            "[[aborts]]\nwhen = \"agents.a.success < 0% over 1min\"\n".to_owned(),
            "when = ",
            "never holds: a share is from 0 to 100%",
        ),
        (
            "[[recoveries]]\nname = \"r\"\nhit = \"s\"\ndo = \"restart\"\n\
             when = \"agents.a.failures < 0 over 1min\"\n"
                .to_owned(),
            "when = ",
            "never holds: 0 is the least",
        ),
        (
            "[[hypotheses]]\nthat = \"agents.a.success > 100%\"\n".to_owned(),
            "that = ",
            "never holds",
        ),
    ] {
        let said = found(&more);
        assert_has(&said, &["warning[no-effect]", line, says]);
    }
    let early = found(&format!(
        "{}[agents.b]\narrivals = \"every(1s)\"\n\
         steps = [{{ loop = [{{ work = \"1s\" }}], limit = 3 }}]\n",
        fault("at = \"1min\"\nfor = \"1min\"")
    ));
    assert_has(&early, &["no task gets behind a loop in this"]);
    let text = format!("{FILE}{}", fault("at = \"1min\"\nfor = \"1min\""))
        .replace("horizon", "warmup = \"10min\"\nhorizon");
    let file = ScenarioFile::parse("it.toml", &text).unwrap();
    let said = file.scenario(&LayerRegistry::builtin()).unwrap().warnings.to_string();
    assert_has(&said, &["the fault is over before the warm-up is"]);
    // A service that only a variant calls is not idle.
    let variant =
        "[services.other]\nlatency = \"1s\"\n[variants.b]\n\"agents.a.steps.0.call\" = \"other\"\n";
    assert_eq!(found(variant), "");
}

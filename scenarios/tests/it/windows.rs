//! Windows as they are written: what is misspelt is answered with what was expected, and what never
//! comes is a mistake, or where it is up to chance a warning.

use scenarios::{Diagnostics, LayerRegistry, Scenario, ScenarioFile, explain};

/// A file with one hypothesis, and more lines for the fault, which is named `api down`.
fn with(that: &str, fault: &str) -> Result<Scenario, Diagnostics> {
    let text = format!(
        "title = \"x\"\nhorizon = \"2h\"\nwarmup = \"10min\"\n\
        [agents.a]\narrivals = \"poisson(5s)\"\nsteps = [{{ call = \"s\" }}]\n\
        [services.s]\nlatency = \"1s\"\n\
        [[faults]]\nname = \"api down\"\nhit = \"s\"\ndo = \"down\"\n{fault}\n\
        [[hypotheses]]\nthat = '{that}'\n"
    );
    let file = ScenarioFile::parse("case.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(&LayerRegistry::builtin())
}

const FAULT: &str = "at = \"1h\"\nfor = \"5min\"";

/// What is wrong, and what to do about it.
#[track_caller]
fn mistake(that: &str, fault: &str) -> String {
    let found = with(that, fault).expect_err(that);
    let [one] = found.all() else { panic!("{that}: {found}") };
    format!("{}; {}", one.message(), one.help_text().unwrap_or(""))
}

#[test]
fn a_misspelt_window_is_answered_with_what_was_expected() {
    let success = "agents.a.success >= 99%";
    for (window, expected) in [
        (
            "from 10 until 20",
            "there is no length of time `10`: it has no unit; for example: `from 10s`, `from 10min`",
        ),
        (
            "until 10",
            "there is no length of time `10`: it has no unit; for example: `until 10s`, `until 10min`",
        ),
        ("from soon", "there is no length of time `soon`; there is: 20s, 5min, 1h 30min"),
        ("from until 20s", "a length of time is missing behind `from`; for example: `from 20s`"),
        (
            "from 10s from 20s",
            "`from` stands twice in the window `from 10s from 20s`; for example: `from 20s until \
             5min`",
        ),
        (
            "during \"api down\"",
            "behind `during` the word `fault` and a name are missing; for example: `during fault \
             \"api down\"`",
        ),
        (
            "during",
            "behind `during` the word `fault` and a name are missing; for example: `during fault \
             \"api down\"`",
        ),
        (
            "from 20s after the fault \"api down\"",
            "behind `after` the word `fault` and a name are missing; for example: `after fault \
             \"api down\"`",
        ),
        (
            "after fault api down",
            "the name of a fault stands in quotation marks; for example: `after fault \"api down\"`",
        ),
        (
            "after fault",
            "the name of a fault stands in quotation marks; for example: `after fault \"api down\"`",
        ),
        (
            "after fault \"api down\" until 5min",
            "nothing may stand behind the name of a fault, as `until 5min`; for example: times \
             come first, as in `from 20s until 5min after fault \"api down\"`",
        ),
        ("after fault \"api dwon\"", "there is no fault `api dwon`; did you mean `api down`?"),
        ("form 10s", "there is no word of a window `form`; did you mean `from`?"),
        ("untill 20s", "there is no word of a window `untill`; did you mean `until`?"),
        ("from 10min untill 20min", "there is no word of a window `untill`; did you mean `until`?"),
        (
            "from 20s aftr fault \"api down\"",
            "there is no word of a window `aftr`; did you mean `after`?",
        ),
        (
            "durring fault \"api down\"",
            "there is no word of a window `durring`; did you mean `during`?",
        ),
    ] {
        // Wherever it stands.
        for that in [
            format!("{success} {window}"),
            format!("agents.a.success {window} >= 99%"),
            format!("agents.a recovers within 2min {window}"),
        ] {
            assert_eq!(mistake(&that, FAULT), expected, "{that}");
        }
    }
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_a_mistake() {
    for that in [
        "agents.a.success >= 99% after fault \"api down",
        "agents.a.success after fault \"api down >= 99%",
        "edges.\"a -> s.success >= 99%",
    ] {
        let expected = format!("a quotation mark in `{that}` is not closed");
        assert!(mistake(that, FAULT).starts_with(&expected), "{}", mistake(that, FAULT));
    }
}

#[test]
fn a_comparison_that_is_none_is_answered_with_the_right_one() {
    for (sign, expected) in [
        ("=>", "`=>` is no comparison: write `>=`"),
        ("=<", "`=<` is no comparison: write `<=`"),
        ("≥", "`≥` is no comparison: write `>=`"),
        ("≤", "`≤` is no comparison: write `<=`"),
        ("==", "`==` is no comparison: write `>=`, `>`, `<=` or `<`"),
        ("=", "`=` is no comparison: write `>=`, `>`, `<=` or `<`"),
        (">>", "`>>` is no comparison: write `>=`, `>`, `<=` or `<`"),
        ("is", "`agents.a.success is 99%` compares nothing: there is no `>=`, `>`, `<=` or `<`"),
    ] {
        let found = mistake(&format!("agents.a.success {sign} 99%"), FAULT);
        assert_eq!(found, format!("{expected}; for example: agents.write.success >= 99%"));
    }
    assert!(with("edges.a -> s.success >= 99%", FAULT).is_ok());
}

#[test]
fn a_recovery_that_is_none_is_answered_with_what_recovers() {
    let have = "agents and edges have: `agents.a recovers within …`, `edges.\"a -> s\" recovers \
                within …`";
    let example =
        |subject: &str| format!("for example: {subject} recovers within 2min after fault \"NAME\"");
    for subject in ["services.s", "system", "agents.a.success"] {
        let expected = format!("`{subject}` has no failure episodes that could end; {have}");
        let that = format!("{subject} recovers within 2min after fault \"api down\"");
        assert_eq!(mistake(&that, FAULT), expected);
    }
    for verb in ["recovers", "recovers in 2min", "recover within 2min"] {
        let that = format!("agents.a {verb} after fault \"api down\"");
        let expected = format!(
            "`{that}` does not say `recovers within` and a length of time; {}",
            example("agents.a")
        );
        assert_eq!(mistake(&that, FAULT), expected);
    }
    for (that, expected, of) in [
        ("agents.a.recovers within 2min", "does not say `recovers within`", "agents.a"),
        ("agents.a recovers within", "a length of time is missing behind", "agents.a"),
        ("agents.a recovers within 2", "`2` is no length of time", "agents.a"),
        ("recovers within 2min", "does not say what recovers", "agents.write"),
    ] {
        let found = mistake(that, FAULT);
        assert!(found.contains(expected) && found.ends_with(&example(of)), "{found}");
    }
    let elsewhere = "there is no measure `recovery`; what has it: `agents.a.recovery`, \
                     `edges.\"a -> s\".recovery`";
    assert_eq!(mistake("services.s.recovery < 2min", FAULT), elsewhere);
}

#[test]
fn every_form_of_a_window_is_named_where_none_is_meant() {
    let forms = "there is: from 20s, until 5min, from 20s until 5min, before fault \"NAME\", during \
                 fault \"NAME\", after fault \"NAME\", from 20s until 5min after fault \"NAME\"";
    let found = mistake("agents.a.success >= 1% whenever fault \"api down\"", FAULT);
    assert_eq!(found, format!("there is no word of a window `whenever`; {forms}"));
}

#[test]
fn a_window_that_can_never_be_is_a_mistake() {
    let that = |window: &str| format!("agents.a.success >= 99% {window}");
    let counted = "the run counts from 10min until 2h";
    for (fault, window, why) in [
        ("at = \"3h\"\nfor = \"5min\"", "during fault \"api down\"", "the fault never begins"),
        (
            "at = \"3h\"\nfor = \"5min\"",
            "from 1s after fault \"api down\"",
            "the fault never begins",
        ),
        (FAULT, "from 10min during fault \"api down\"", "the fault is on from 1h to 1h 5min"),
        (FAULT, "from 1h after fault \"api down\"", "the fault is on from 1h to 1h 5min"),
        ("at = \"1h\"\nfor = \"2h\"", "after fault \"api down\"", "the fault is on from 1h to 2h"),
        (
            "at = \"1min\"\nfor = \"2min\"",
            "during fault \"api down\"",
            "the fault is on from 1min to 3min",
        ),
        (
            "at = \"1min\"\nfor = \"2min\"",
            "after fault \"api down\"",
            "the fault is on from 1min to 3min",
        ),
        (
            "at = \"1min\"\nfor = \"2min\"",
            "before fault \"api down\"",
            "the fault is on from 1min to 3min",
        ),
        (
            "at = \"30min\"\nfor = \"1min\"\nevery = \"40min\"",
            "from 2min during fault \"api down\"",
            "the fault is on from 30min to 31min, from 1h 10min to 1h 11min",
        ),
    ] {
        let expected = format!("there is no time in the window `{window}`; {why}, and {counted}");
        assert_eq!(mistake(&that(window), fault), expected);
    }
    for (window, why) in [
        ("from 2h", counted),
        ("until 10min", counted),
        ("from 20s until 10s after fault \"api down\"", "a window ends after it begins"),
    ] {
        let found = mistake(&that(window), FAULT);
        assert!(found.starts_with(&format!("there is no time in the window `{window}`; {why}")));
    }
    // Each of these comes.
    for (fault, window) in [
        (FAULT, "from 4min during fault \"api down\""),
        (FAULT, "before fault \"api down\""),
        ("at = \"3h\"\nfor = \"5min\"", "before fault \"api down\""),
        ("at = \"5min\"\nfor = \"10min\"", "during fault \"api down\""),
        ("at = \"30min\"\nfor = \"1min\"\nevery = \"40min\"", "from 5min after fault \"api down\""),
    ] {
        assert!(with(&that(window), fault).is_ok(), "{window}");
    }
}

#[test]
fn a_window_that_may_not_come_by_chance_is_warned_of() {
    let warnings = |window: &str, mtbf: &str| -> Vec<String> {
        let fault = format!("mtbf = \"{mtbf}\"\nmttr = \"10min\"");
        let scenario = with(&format!("agents.a.success >= 99% {window}"), &fault);
        let scenario = scenario.unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.all().iter().map(|one| one.message().to_owned()).collect()
    };
    let during = "during fault \"api down\"";
    let expected = |window: &str| {
        vec![format!("by chance the window `{window}` may never come: nothing holds then")]
    };
    assert_eq!(warnings(during, "5h"), expected(during));
    assert_eq!(warnings(during, "30min"), Vec::<String>::new());
    let after = "from 1h 30min after fault \"api down\"";
    assert_eq!(warnings(after, "30min"), expected(after));
    assert_eq!(warnings("before fault \"api down\"", "5h"), Vec::<String>::new());
    assert_eq!(warnings("from 1h", "5h"), Vec::<String>::new());
}

/// All that `explain windows` shows can be written.
#[test]
fn every_window_that_is_explained_can_be_written() {
    let text = explain("windows", &LayerRegistry::builtin()).expect("it is a topic");
    let add = |all: String, that: &str| all + "[[hypotheses]]\nthat = " + that + "\n";
    let written = text.lines().filter_map(|line| line.trim().strip_prefix("that = "));
    let hypotheses = written.fold(String::new(), add);
    assert_eq!(hypotheses.matches("that").count(), 5, "{text}");
    let objective = text.lines().find(|line| line.contains("objective = ")).expect("there is one");
    // In a table, the forms stand in front.
    let forms = text
        .lines()
        .filter_map(|line| Some(line.trim().split_once("  ")?.0))
        .filter(|form| ["from", "before", "during", "after"].iter().any(|w| form.starts_with(w)))
        .map(|form| format!("'agents.research.success >= 1% {form}'"))
        .fold(String::new(), |all, that| add(all, &that));
    assert_eq!(forms.matches("that").count(), 7, "{text}");
    let file = format!(
        "title = \"x\"\nhorizon = \"2h\"\n[agents.research]\narrivals = \"poisson(5s)\"\n\
        steps = [{{ call = \"github\" }}]\n[services.github]\nlatency = \"1s\"\n\
        [[faults]]\nname = \"github-hang\"\nhit = \"github\"\ndo = \"hang\"\n{FAULT}\n\
        {hypotheses}{forms}[sweep]\nreplications = 2\n{}\n",
        objective.trim()
    );
    let file = ScenarioFile::parse("case.toml", &file).unwrap_or_else(|e| panic!("{e}"));
    let registry = LayerRegistry::builtin();
    assert_eq!(file.scenario(&registry).unwrap_or_else(|e| panic!("{e}")).hypotheses.len(), 12);
    assert!(file.sweep(&registry).is_ok());
}

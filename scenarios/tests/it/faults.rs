//! The catalogue of faults: each minimal scenario shows what it says, and nothing of it is there
//! without the fault.

use scenarios::library::{FAULTS, Fault, How};
use scenarios::{LayerRegistry, Scenario, ScenarioFile};
use sim::fault::kinds::slow::Slow;
use sim::{Record, Watch, run};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

/// The minimal scenarios.
fn all_shown() -> impl Iterator<Item = (&'static str, Scenario)> {
    FAULTS.iter().filter_map(Fault::scenario).map(|entry| {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        assert!(scenario.warnings.is_empty(), "{}: {}", entry.name, scenario.warnings);
        (entry.name, scenario)
    })
}

fn of(scenario: &Scenario, seed: u64) -> Record {
    let record = run(&scenario.system, seed, Watch::Counts);
    assert_eq!(record.stopped, None, "{}", scenario.title);
    record
}

/// The hypotheses that do not hold, each with what was measured.
fn failing(scenario: &Scenario, record: &Record) -> Vec<String> {
    let values = scenario.hypotheses.iter().map(|one| (one, one.measure.of(record)));
    let failing = values.filter(|(one, value)| !one.holds(*value));
    failing.map(|(one, value)| format!("{}: {value}", one.text)).collect()
}

#[test]
fn catalogue_has_each_number_once_with_how_it_is_written_or_why_not() {
    let numbers: Vec<u32> = FAULTS.iter().map(|fault| fault.number).collect();
    assert_eq!(numbers, (1..=37).collect::<Vec<u32>>());
    for fault in FAULTS {
        let (How::Written(text, _) | How::Missing(text)) = fault.how;
        assert!(!fault.name.is_empty() && !text.is_empty(), "{fault:?}");
        if let Some(entry) = fault.scenario() {
            let number = format!("faults/{:02}-", fault.number);
            assert!(entry.name.starts_with(&number), "{}", entry.name);
        }
    }
}

#[test]
fn minimal_scenarios_show_their_fault_on_every_seed() {
    for (name, scenario) in all_shown() {
        assert!(scenario.hypotheses.len() > 1, "{name} says little");
        for seed in SEEDS {
            let failing = failing(&scenario, &of(&scenario, seed));
            assert!(failing.is_empty(), "{name}, seed {seed}: {failing:#?}");
        }
    }
}

/// Each fault of a file is made one that does nothing, at the same times; and a limit on rate,
/// context or budget is lifted.
#[test]
fn minimal_scenarios_fail_without_any_of_their_faults() {
    for (name, scenario) in all_shown() {
        let faults = scenario.system.faults.len();
        let limits = scenario.system.services.iter().filter(|one| one.rate_limit.is_some());
        let budgets = scenario.system.budgets.len();
        let contexts = scenario.system.agents.iter().filter(|one| one.context.is_some());
        let others = limits.count() + budgets + contexts.count();
        assert!(faults + others > 0, "{name} has nothing to take out");
        let without = |change: &dyn Fn(&mut Scenario)| {
            let mut scenario = scenario.clone();
            change(&mut scenario);
            failing(&scenario, &of(&scenario, 1))
        };
        for index in 0..faults {
            let nothing = Slow { factor: 1.0, share: 1.0 };
            let failing = without(&|one| one.system.faults[index].effect = nothing.clone().into());
            assert!(!failing.is_empty(), "{name} holds without its fault {index}");
        }
        if faults == 0 {
            let lift = |one: &mut Scenario| {
                one.system.services.iter_mut().for_each(|service| service.rate_limit = None);
                one.system.agents.iter_mut().for_each(|agents| agents.context = None);
                one.system.budgets.iter_mut().for_each(|budget| budget.amount = u64::MAX);
            };
            assert!(!without(&lift).is_empty(), "{name} holds without its limit");
        }
    }
}

/// What is wrong with a file of these faults and this service, on one line each.
fn refused(service: &str, faults: &str) -> String {
    let text = format!(
        "title = \"t\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\" }}]\n[services.s]\nlatency = \"1s\"\n{service}\n{faults}"
    );
    let file = ScenarioFile::parse("t.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let Err(found) = file.scenario(&LayerRegistry::builtin()) else { return String::new() };
    let said = found.all().iter().map(|one| {
        let help = one.help_text().map_or_else(String::new, |help| format!(" ({help})"));
        format!("{}{help}", one.message())
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
fn stages_chances_and_gaps_that_make_no_sense_are_refused() {
    let first = "[[faults]]\nname = \"first\"\nhit = \"s\"\ndo = \"down\"\nat = \"1min\"\n\
                 for = \"1min\"\n";
    let then = |keys: &str| {
        let second = format!("[[faults]]\nname = \"second\"\nhit = \"s\"\n{keys}\n");
        refused("", &format!("{first}{second}"))
    };
    let down = |keys: &str| then(&format!("do = \"down\"\n{keys}"));
    assert_eq!(down("after = \"first\"\nfor = \"1min\""), "");
    for (keys, expected) in [
        (
            "after = \"fist\"\nfor = \"1min\"",
            "there is no earlier fault `fist` (did you mean `first`?)",
        ),
        (
            "after = \"second\"\nfor = \"1min\"",
            "there is no earlier fault `second` (there is: first)",
        ),
        ("after = \"first\"", "`after` must be given beside `for`"),
        (
            "after = \"first\"\nfor = \"1s\"\nat = \"1s\"",
            "`after` must be left out beside `at`, `every`, `mtbf`, `mttr`, …",
        ),
        ("at = \"1s\"\nfor = \"1s\"\nchance = 0.5", "`chance` must be left out without `every`"),
    ] {
        assert_eq!(down(keys), expected, "{keys}");
    }
    for (keys, expected) in [
        ("at = \"0s\"\nfor = \"1ns\"\nevery = \"2ns\"", "`every` must be at least 1us, not 2ns"),
        ("mtbf = \"1ns\"\nmttr = \"1ns\"", SHORT_MTBF),
        ("mtbf = \"1ns\"\nmttr = \"1us\"", ""),
        ("up = \"1ns\"\ndown = \"1ns\"", SHORT_UP),
        (NO_TIME, SHORT_UP),
    ] {
        assert_eq!(down(keys), expected, "{keys}");
    }
    let spike =
        "do = \"spike\"\nby = \"1s\"\ntau = \"1h\"\ngap = \"1s\"\nat = \"0s\"\nfor = \"1h\"";
    assert_eq!(then(spike), "`gap` must be at least a thousandth of `tau`");
}

const SHORT_MTBF: &str =
    "`mtbf` must be longer: from one beginning to the next it is at least 1us on average";
const NO_TIME: &str = "up = \"mix(50% constant(0s), 50% constant(0s))\"\n\
     down = \"mix(50% constant(0s), 50% constant(0s))\"";
const SHORT_UP: &str =
    "`up` must be longer: from one beginning to the next it is at least 1us on average";

const CACHE: &str = "policies = { p = [{ cache = { ttl = \"1h\" } }] }\n\
                     edges = { \"a -> s\" = \"p\" }\n";

/// A file of these faults, with a service `t` that nothing calls.
fn with_cache(faults: &str) -> Result<Scenario, String> {
    let text = format!(
        "title = \"t\"\nhorizon = \"1h\"\n{CACHE}[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\", keys = 1 }}]\n[services.s]\nlatency = \"1ms\"\n\
         [services.t]\nlatency = \"1ms\"\n{faults}"
    );
    let file = ScenarioFile::parse("t.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    file.scenario(&LayerRegistry::builtin()).map_err(|found| found.to_string())
}

const FLUSH: &str = "[[faults]]\nhit = \"policies.p.cache\"\ndo = \"flush\"\n";
const DOWN: &str = "[[faults]]\nname = \"first\"\nhit = \"s\"\ndo = \"down\"\n";

#[test]
fn flush_after_an_outage_comes_once_at_its_end() {
    let flushes = |flush: &str| {
        let faults = format!("{DOWN}at = \"10s\"\nfor = \"1min\"\n{flush}");
        let scenario = with_cache(&faults).unwrap_or_else(|e| panic!("{e}"));
        let record = run(&scenario.system, 1, Watch::Counts);
        record.services[0].requests.issued
    };
    let after = flushes(&format!("{FLUSH}after = \"first\"\n"));
    assert_eq!(after, flushes(&format!("{FLUSH}at = \"70s\"\n")));
    assert_eq!(after, flushes("") + 1, "what was kept is asked for once more");
    for (keys, expected) in [
        ("after = \"first\"\nfor = \"1s\"", "`for` must be left out: `flush` takes no time"),
        ("after = \"first\"\nmtbf = \"1h\"", "`after` must be left out beside `at`"),
        ("mtbf = \"1ns\"", SHORT_MTBF),
        ("up = \"0s\"", SHORT_UP),
        ("at = \"0s\"\nevery = \"1ns\"", "`every` must be at least 1us"),
    ] {
        let faults = format!("{DOWN}at = \"10s\"\nfor = \"1min\"\n{FLUSH}{keys}\n");
        let found = with_cache(&faults).err().unwrap_or_default();
        assert!(found.contains(expected), "{keys}: {found}");
    }
}

#[test]
fn faults_that_cannot_matter_or_come_too_often_are_warned_of() {
    for (faults, expected) in [
        ("at = \"0s\"\nfor = \"1us\"\nevery = \"2us\"", "about 3.6e9 times"),
        ("mtbf = \"1us\"\nmttr = \"2us\"", "about 2.4e9 times"),
    ] {
        let scenario = with_cache(&format!("{DOWN}{faults}\n")).unwrap_or_else(|e| panic!("{e}"));
        let warnings = scenario.warnings.to_string();
        assert!(warnings.contains("too-long") && warnings.contains(expected), "{warnings}");
    }
    let after = format!("{FLUSH}after = \"first\"\n");
    let at = "at = \"59min\"\n";
    let missed = "the fault that this one follows does not end before the run does";
    for (faults, expected) in [
        (format!("{DOWN}{at}for = \"30s\"\n{after}"), ""),
        (format!("{DOWN}{at}for = \"1min\"\n{after}"), missed),
        (format!("{DOWN}{at}for = \"unlimited\"\n{after}"), missed),
        (
            "[[faults]]\nhit = \"t\"\ndo = \"down\"\nat = \"1s\"\nfor = \"1s\"\n".to_owned(),
            "no edge leads to what this fault hits",
        ),
    ] {
        let scenario = with_cache(&faults).unwrap_or_else(|e| panic!("{e}"));
        let warnings = scenario.warnings.to_string();
        // Nobody calls one of the services, of which is warned each time.
        let others = warnings.matches("warning[").count() - 1;
        let is_right = warnings.contains(expected) && (others == 0) == expected.is_empty();
        assert!(is_right, "{faults}: {warnings}");
    }
}

#[test]
fn edges_to_replicas_and_keys_with_dashes_are_refused_with_what_to_write() {
    let edge =
        "[[faults]]\nhit = \"a -> s#2\"\ndo = \"loss\"\nshare = 0.5\nat = \"1s\"\nfor = \"1s\"";
    assert_eq!(refused("", edge), "an edge leads to all replicas: `a -> s`");
    let keys = "[[faults]]\nhit = \"s\"\ndo = \"refuse\"\nshare = 0.5\nkey = \"1-3\"\nat = \"1s\"\n\
                for = \"1s\"";
    assert_eq!(refused("", keys), "a range of keys is written `\"1 to 3\"`");
}

#[test]
fn rate_limits_that_make_no_sense_are_refused() {
    for (limit, expected) in [
        ("burst = 5, filled = 5", ""),
        ("burst = 5, filled = 6", "`filled` must be at most `burst`, or `limit` without it"),
        ("algorithm = \"fixed-window\", filled = 9", ""),
        (
            "algorithm = \"fixed-window\", burst = 5",
            "`burst` must be left out beside a fixed window, which lets in `limit` at once",
        ),
    ] {
        let limit = format!("rate-limit = {{ limit = 9, per = \"1min\", {limit} }}");
        assert_eq!(refused(&limit, ""), expected, "{limit}");
    }
}

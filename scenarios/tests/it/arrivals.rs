//! Arrivals as they are written, and what is wrong with them.

use patterns::{Duration, Time};
use scenarios::{LayerRegistry, ScenarioFile};
use sim::kernel::{Bursts, Distribution, RateProfile};
use sim::model::system::Arrivals;

fn file(arrivals: &str) -> String {
    format!(
        "title = \"x\"\nhorizon = \"2h\"\n[agents.a]\nsteps = [{{ call = \"s\" }}]\n\
         arrivals = {arrivals}\n[services.s]\nlatency = \"1s\"\n"
    )
}

fn read(arrivals: &str) -> Arrivals {
    let file = ScenarioFile::parse("it.toml", &file(arrivals)).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    scenario.system.agents[0].arrivals.clone()
}

/// Where something is wrong, as what is left of the line, and what is said.
fn wrong(arrivals: &str) -> Vec<(String, String)> {
    let text = file(arrivals);
    let file = ScenarioFile::parse("it.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let Err(found) = file.scenario(&LayerRegistry::builtin()) else { return Vec::new() };
    let said = found.all().iter().map(|one| {
        let (line, column) = found.line_and_column(one);
        let line = text.lines().nth(line - 1).expect("the line is there");
        (line.chars().skip(column - 1).collect(), one.message().to_owned())
    });
    said.collect()
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[test]
fn a_rate_says_the_same_as_the_mean_gap() {
    let open = |text: &str| match read(&format!("\"{text}\"")) {
        Arrivals::Open(gap) => gap,
        other => panic!("{other:?}"),
    };
    let every = Distribution::exponential(secs(30)).unwrap();
    for text in ["poisson(every=30s)", "poisson(30s)", "poisson(rate=2/min)", "poisson(rate=120/h)"]
    {
        assert_eq!(open(text), every, "{text}");
    }
    for (text, mean) in [("poisson(rate=2880/day)", 30.0), ("poisson(rate=2/s)", 0.5)] {
        let read = open(text).mean_secs();
        assert!((read - mean).abs() < 1e-9, "{text}: {read}");
    }
}

#[test]
fn every_rate_over_time_is_read() {
    let profile = |text: &str| match read(text) {
        Arrivals::Varying(profile) => profile,
        other => panic!("{other:?}"),
    };
    let cases = [
        (
            "\"diurnal(mean=30/min, amplitude=80%)\"",
            RateProfile::wave(0.5, 0.8, secs(86_400), secs(43_200)),
        ),
        (
            "\"diurnal(2/s, peak-to-trough=9, period=1h, peak=20min)\"",
            RateProfile::wave(2.0, 0.8, secs(3600), secs(1200)),
        ),
        (
            "\"ramp(from=0/s, to=60/min, over=10min, at=5min)\"",
            RateProfile::ramp(0.0, 1.0, secs(300), secs(600)),
        ),
        (
            "\"spike(rate=60/min, factor=10, at=1h, for=5min)\"",
            RateProfile::spike(1.0, 10.0, secs(3600), secs(300)),
        ),
        (
            "\"steps(0s 1/s, 1h 30min 120/min, 2h 0/s)\"",
            RateProfile::steps(&[(secs(0), 1.0), (secs(5400), 2.0), (secs(7200), 0.0)]),
        ),
        ("{ steps = [\"1min 3/s\"] }", RateProfile::steps(&[(secs(60), 3.0)])),
    ];
    for (text, expected) in cases {
        assert_eq!(profile(text), expected.unwrap(), "{text}");
    }
    let Arrivals::Bursts(bursts) = read("\"bursts(6/min, 2/s, low-for=5min, high-for=20s)\"")
    else {
        panic!("no bursts")
    };
    assert_eq!(bursts, Bursts::new(0.1, 2.0, secs(300), secs(20)).unwrap());
    for text in ["\"trace(1s, 2.5s, 2.5s)\"", "{ trace = [\"1s\", \"2.5s\", \"2.5s\"] }"] {
        let Arrivals::Trace(times) = read(text) else { panic!("no trace") };
        assert_eq!(*times, [1000, 2500, 2500].map(|at| Time::ZERO + Duration::from_millis(at)));
    }
}

#[test]
fn what_is_wrong_with_arrivals_is_said_at_its_place() {
    let below = "must be such that the rate is above zero at some time";
    let cases = [
        ("poisson()", "", "`every` must be given, or `rate`"),
        ("poisson(1s, rate=2/s)", "2/s)", "`rate` must be left out beside `every`"),
        ("poisson(rate=0/s)", "0/s)", "`rate` must be more than 0, not 0/s"),
        ("poisson(rate=-3/h)", "-3/h)", "`rate` must be more than 0, not -3/h"),
        ("poisson(rate=2/week)", "2/week)", "`rate` must be a rate such as"),
        ("poisson(rate=2)", "2)", "`rate` must be a rate such as"),
        ("poisson(rate=nan/s)", "nan/s)", "`rate` must be a rate such as"),
        ("poisson(rate=2e6/s)", "2e6/s)", "`rate` must be at most 1000000/s, not 2000000/s"),
        ("diurnal(1/s)", "", "`amplitude` must be given, or `peak-to-trough`"),
        ("diurnal(1/s, 50%, 2)", "", "`peak-to-trough` must be left out beside `amplitude`"),
        ("diurnal(1/s, 1.5)", "1.5)", "`amplitude` must be from 0 to 1, not 1.5"),
        ("ramp(-1/s, 1/s, 1h)", "-1/s, ", "`from` must be at least 0, not -1/s"),
        ("ramp(1/s, -1/s, 1h)", "-1/s, 1h)", "`to` must be at least 0, not -1/s"),
        ("ramp(0/s, to=0/s, over=1h)", "0/s, over", &format!("`to` {below}")),
        ("spike(1/s, -1, 1s, 1s)", "-1, ", "`factor` must be from 0 to 1000, not -1"),
        ("steps(0s 0/s, 1h 0/s)", "", &format!("`rates` {below}")),
        ("steps(0s 1/s, 1h -2/s)", "1h -2/s)", "`rates`: a rate must not be below zero"),
        (
            "steps(2h 1/s, 1h 2/s)",
            "1h 2/s)",
            "`rates`: the times must rise, and number 2 (1h) comes after 2h",
        ),
        ("steps(1h 1/s, 1h 2/s)", "1h 2/s)", "`rates`: the times must rise"),
        ("steps(1/s)", "1/s)", "`rates` must be a time and a rate such as `1h 50/min`"),
        ("bursts(2/s, 1/s, 1s, 1s)", "", "`low` must be at most `high`"),
        (
            "bursts(0/s, 1/day, 1ns, high-for=1ns)",
            "1ns)",
            "`high-for` must be such that fewer than a million changes come between two tasks",
        ),
        (
            "trace(1s, 3s, 2s, 4s)",
            "2s, 4s)",
            "`times`: the times must rise, and number 3 (2s) comes after 3s",
        ),
        ("trace()", "", "`trace` needs `times`"),
        ("trace(1s, soon)", "soon)", "`times`: `soon`: "),
    ];
    for (text, at, message) in cases {
        let found = wrong(&format!("\"{text}\""));
        let is_it = |(place, said): &(String, String)| {
            (at.is_empty() || place.starts_with(at)) && said.starts_with(message)
        };
        assert!(found.len() == 1 && is_it(&found[0]), "{text}: {found:#?}");
    }
    // All at once, each at its place.
    assert_eq!(wrong("\"trace(1s, soon, 3s, 2s, later)\"").len(), 3);
    let many = vec!["\"1s\""; 100_001].join(", ");
    let found = wrong(&format!("{{ trace = [{many}] }}"));
    assert!(found[0].1.contains("a list of from 1 to 100000"), "{}", found[0].1);
}

#[test]
fn a_day_is_at_least_a_second_long() {
    let found = wrong("\"diurnal(mean=30/min, amplitude=0.8, period=1ns)\"");
    let [(_, message)] = &found[..] else { panic!("{found:?}") };
    assert!(
        message.contains("at least 1s: a rate that swings faster comes to its mean"),
        "{message}"
    );
    assert!(wrong("\"diurnal(mean=30/min, amplitude=0.8, period=1s)\"").is_empty());
}

#[test]
fn arrivals_beyond_the_horizon_are_warned_of() {
    let warnings = |arrivals: &str| -> Vec<String> {
        let file =
            ScenarioFile::parse("it.toml", &file(arrivals)).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.all().iter().map(|one| one.message().to_owned()).collect()
    };
    for (arrivals, expected) in [
        (
            "{ trace = [\"1s\", \"2h\", \"3h\"] }",
            "2 of the 3 times of the trace lie beyond the horizon",
        ),
        ("\"steps(0s 10/min, 3h 50/min)\"", "the run ends before the rate changes at 3h"),
        (
            "\"ramp(from=1/min, to=9/min, over=10min, at=2h)\"",
            "the run ends before the rate changes at 2h",
        ),
        (
            "\"spike(rate=1/min, factor=9, at=5h, for=1min)\"",
            "the run ends before the rate changes at 5h",
        ),
        ("\"every(3h)\"", "fewer than one task comes before the run ends, on average"),
        ("\"poisson(3h)\"", "fewer than one task comes before the run ends, on average"),
        (
            "\"renewal(pareto(shape=0.9, least=3h))\"",
            "fewer than one task comes before the run ends, on average",
        ),
    ] {
        assert_eq!(warnings(arrivals), [expected], "{arrivals}");
    }
    for arrivals in [
        "{ trace = [\"1s\", \"119min\"] }",
        "\"steps(0s 10/min, 1h 50/min)\"",
        "\"ramp(from=1/min, to=9/min, over=3h, at=1h)\"",
        "\"spike(rate=1/min, factor=9, at=1h, for=5h)\"",
        "\"poisson(1h)\"",
        "\"closed(think=constant(1s))\"",
        "\"renewal(pareto(shape=0.9, least=1s))\"",
    ] {
        assert_eq!(warnings(arrivals), Vec::<String>::new(), "{arrivals}");
    }
}

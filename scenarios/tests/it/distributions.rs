//! Distributions and lengths of time as texts and as tables.

use scenarios::{LayerRegistry, ScenarioFile};
use sim::kernel::Distribution;

fn latency(text: &str) -> Distribution {
    let file = file(text);
    let file = ScenarioFile::parse("distribution.toml", &file).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    scenario.system.services[0].latency.clone()
}

fn file(text: &str) -> String {
    format!(
        "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\" }}]\n[services.s]\nlatency = {text}\n"
    )
}

#[test]
fn every_form_is_read() {
    let span = |text: &str| text.parse().expect("a length");
    let sigma = |cv: f64| Distribution::lognormal_sigma(cv).unwrap();
    let forms = [
        ("30s", Distribution::constant(span("30s"))),
        ("exponential(100ms)", Distribution::exponential(span("100ms")).unwrap()),
        ("exponential(rate=30/min)", Distribution::exponential(span("2s")).unwrap()),
        ("uniform(1s, 3s)", Distribution::uniform(span("1s"), span("3s")).unwrap()),
        ("uniform(low=1s, high=3s)", Distribution::uniform(span("1s"), span("3s")).unwrap()),
        (
            "lognormal(median=1s, p99=8s)",
            Distribution::lognormal_p99(span("1s"), span("8s")).unwrap(),
        ),
        ("lognormal(median=1s, sigma=0.7)", Distribution::lognormal(span("1s"), 0.7).unwrap()),
        ("weibull(shape=0.65, scale=3d)", Distribution::weibull(0.65, span("3d")).unwrap()),
        ("lognormal(median=1s, cv=2)", Distribution::lognormal(span("1s"), sigma(2.0)).unwrap()),
        ("lognormal(mean=1s, cv=2)", Distribution::lognormal_mean(span("1s"), sigma(2.0)).unwrap()),
        ("lognormal(mean=1s, sigma=0.5)", Distribution::lognormal_mean(span("1s"), 0.5).unwrap()),
        ("weibull(shape=2, mean=3d)", Distribution::weibull_mean(2.0, span("3d")).unwrap()),
        ("pareto(shape=3, mean=3s)", Distribution::pareto(3.0, span("2s")).unwrap()),
        ("gamma(2, 1s)", Distribution::gamma(2.0, span("1s")).unwrap()),
        ("gamma(shape=2, scale=1s)", Distribution::gamma(2.0, span("2s")).unwrap()),
        ("gamma(mean=1s, cv=0.5)", Distribution::gamma(4.0, span("1s")).unwrap()),
        ("pareto(shape=1.5, least=1s)", Distribution::pareto(1.5, span("1s")).unwrap()),
        ("gamma(shape=2, mean=1s)", Distribution::gamma(2.0, span("1s")).unwrap()),
        ("erlang(k=3, mean=1s)", Distribution::erlang(3, span("1s")).unwrap()),
        (
            "hyperexponential(90% 1s, 10% 20s)",
            Distribution::hyperexponential(&[(0.9, span("1s")), (0.1, span("20s"))]).unwrap(),
        ),
        (
            "mix(95% constant(100ms), 5% lognormal(median=10s, p99=40s))",
            Distribution::mixture(vec![
                (0.95, Distribution::constant(span("100ms"))),
                (0.05, Distribution::lognormal_p99(span("10s"), span("40s")).unwrap()),
            ])
            .unwrap(),
        ),
        (
            "mix(3 constant(1s), 1 mix(1 uniform(0s, 1s), 1 exponential(9s)))",
            Distribution::mixture(vec![
                (3.0, Distribution::constant(span("1s"))),
                (
                    1.0,
                    Distribution::mixture(vec![
                        (1.0, Distribution::uniform(span("0s"), span("1s")).unwrap()),
                        (1.0, Distribution::exponential(span("9s")).unwrap()),
                    ])
                    .unwrap(),
                ),
            ])
            .unwrap(),
        ),
        (
            "quantiles(p0=0s, p50=1s, p100=20s)",
            Distribution::empirical(&[(0.0, span("0s")), (0.5, span("1s")), (1.0, span("20s"))])
                .unwrap(),
        ),
    ];
    for (text, distribution) in forms {
        assert_eq!(latency(&format!("\"{text}\"")), distribution, "{text}");
    }
}

#[test]
fn a_crash_loop_is_a_form_too() {
    let span = |text: &str| text.parse().expect("a length");
    assert_eq!(
        latency("\"restarts(again=0.5, base=1s, cap=1min, start=2s)\""),
        Distribution::restarts(0.5, span("1s"), span("1min"), span("2s")).unwrap(),
    );
}

#[test]
fn a_table_says_the_same_as_a_text() {
    assert_eq!(
        latency("{ lognormal = { median = \"1.2s\", p99 = \"8s\" } }"),
        latency("\"lognormal(median=1.2s, p99=8s)\""),
    );
    assert_eq!(latency("{ erlang = { k = 3, mean = \"1s\" } }"), latency("\"erlang(3, 1s)\""));
}

/// What is wrong with a latency: the place that is underlined, and what is said.
fn wrong(latency: &str) -> Vec<(String, String)> {
    let text = file(&format!("\"{latency}\""));
    let file = ScenarioFile::parse("distribution.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let Err(found) = file.scenario(&LayerRegistry::builtin()) else { return Vec::new() };
    let said = found.all().iter().map(|one| {
        let (line, column) = found.line_and_column(one);
        let line = text.lines().nth(line - 1).expect("the line is there");
        let rest: String = line.chars().skip(column - 1).collect();
        let help = one.help_text().map_or_else(String::new, |help| format!(" ({help})"));
        (rest.trim_matches('"').to_owned(), format!("{}{help}", one.message()))
    });
    said.collect()
}

#[test]
fn a_key_that_another_distribution_has_is_not_taken_for_a_misspelling() {
    let gamma = "it takes: shape, mean, scale, cv";
    let cases = [
        ("gamma(median=1s, cv=2)", "median=1s, cv=2)", "`gamma` has no key `median`", gamma),
        ("gamma(p99=1s)", "p99=1s)", "`gamma` has no key `p99`", gamma),
        ("erlang(2, scale=1s)", "scale=1s)", "`erlang` has no key `scale`", "it takes: k, mean"),
        ("lognormal(medain=1s)", "medain=1s)", "`lognormal` has no key `medain`", "did you mean"),
    ];
    for (text, at, message, help) in cases {
        let found = wrong(text);
        let is_it = |(place, said): &(String, String)| {
            place == at && said.starts_with(message) && said.contains(help)
        };
        assert!(found.iter().any(is_it), "{text}: {found:#?}");
    }
}

#[test]
fn parameters_that_do_not_go_together_are_named() {
    let cases = [
        ("exponential()", "`mean` must be given, or `rate`"),
        ("exponential(1s, 2/s)", "`rate` must be left out beside `mean`"),
        ("lognormal(1s)", "`median` must be given beside `p99`, `sigma` or `cv`"),
        ("lognormal(mean=1s)", "`mean` must be given beside `sigma` or `cv`"),
        ("lognormal(sigma=1)", "`median` must be given, or `mean`"),
        ("lognormal(1s, mean=2s, cv=1)", "`mean` must be left out beside `median`"),
        ("lognormal(mean=1s, p99=2s)", "`p99` must be given beside `median`"),
        ("lognormal(1s, p99=2s, cv=2)", "`cv` must be left out beside `p99`"),
        ("lognormal(1s, sigma=1, cv=2)", "`cv` must be left out beside `sigma`"),
        ("lognormal(1s, sigma=1, p99=2s)", "`sigma` must be left out beside `p99`"),
        ("lognormal(mean=1s, sigma=1e9)", "`sigma` must be smaller: the median would be 0s"),
        ("lognormal(mean=1s, cv=1e300)", "`cv` must be a number that is not negative"),
        ("weibull(2)", "`scale` must be given, or `mean`"),
        ("weibull(2, 1s, 1s)", "`mean` must be left out where the other one is given"),
        ("weibull(1e-9, mean=1s)", "`shape` must be larger: the scale would be 0s"),
        ("pareto(2)", "`least` must be given, or `mean`"),
        ("pareto(1, mean=1s)", "`shape` must be more than 1 beside `mean`, which is infinite else"),
        ("gamma(2)", "`mean` must be given, or `scale`"),
        ("gamma(mean=1s)", "`shape` must be given, or `cv`"),
        ("gamma(scale=1s)", "`scale` must be given beside `shape`"),
        ("gamma(2, 1s, 1s)", "`scale` must be left out beside `mean`"),
        ("gamma(2, 1s, cv=1)", "`cv` must be left out beside `shape`"),
        ("gamma(cv=1)", "`mean` must be given beside `shape` or `cv`"),
        ("gamma(mean=1s, cv=1e-200)", "`cv` must be a number above 0"),
        (
            "mix(50% constant(1s), 30% constant(2s))",
            "`parts` must be shares that add up to 100%, or else weights: numbers without `%`",
        ),
        (
            "hyperexponential(60% 1s, 50% 20s)",
            "`parts` must be shares that add up to 100%, or else weights: numbers without `%`",
        ),
        (
            "mix(50% constant(1s), 1 constant(2s))",
            "`parts` must be either all shares, such as `5%`, or all weights, such as `5`",
        ),
    ];
    for (text, message) in cases {
        let found = wrong(text);
        assert!(found.len() == 1 && found[0].1 == message, "{text}: {found:#?}");
    }
}

#[test]
fn a_mixture_says_which_distribution_each_part_has() {
    let found = wrong("mix(95% 100ms, 5% constant(10s), 0% constant(1s), 1% lognorm(1s), 5%)");
    let expected = [
        (
            "95% 100ms, ",
            "`95% 100ms` does not say which distribution this part of a mixture has \
             (`constant(100ms)` or `exponential(100ms)`; where all parts are exponential, as in \
             earlier versions: `hyperexponential(95% 100ms, …)`)",
        ),
        ("0% constant(1s)", "`parts`: a share must be more than 0"),
        ("lognorm(1s), ", "`parts` has no form `lognorm` (did you mean `lognormal`?)"),
        (
            "5%)",
            "`parts` must be a share and a distribution such as `95% constant(1s)`, not `5%` (for \
             example: parts = [\"95% constant(1s)\", \"5% exponential(20s)\"])",
        ),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((place, said), (at, message)) in found.iter().zip(expected) {
        assert!(place.starts_with(at) && said == message, "{place} {said}");
    }
    let within = wrong("mix(1 constant(1s), 1 gamma(2, mean=?))");
    assert!(within.len() == 1 && within[0].0 == "?))", "{within:#?}");
}

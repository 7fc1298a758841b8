//! Distributions and lengths of time as texts and as tables.

use scenarios::{LayerRegistry, ScenarioFile};
use sim::kernel::Distribution;

fn latency(text: &str) -> Distribution {
    let file = format!(
        "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\" }}]\n[services.s]\nlatency = {text}\n"
    );
    let file = ScenarioFile::parse("distribution.toml", &file).unwrap_or_else(|e| panic!("{e}"));
    let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    scenario.system.services[0].latency.clone()
}

#[test]
fn every_form_is_read() {
    let span = |text: &str| text.parse().expect("a length");
    let forms = [
        ("30s", Distribution::constant(span("30s"))),
        ("exponential(100ms)", Distribution::exponential(span("100ms")).unwrap()),
        ("uniform(1s, 3s)", Distribution::uniform(span("1s"), span("3s")).unwrap()),
        ("uniform(low=1s, high=3s)", Distribution::uniform(span("1s"), span("3s")).unwrap()),
        (
            "lognormal(median=1s, p99=8s)",
            Distribution::lognormal_p99(span("1s"), span("8s")).unwrap(),
        ),
        ("lognormal(median=1s, sigma=0.7)", Distribution::lognormal(span("1s"), 0.7).unwrap()),
        ("weibull(shape=0.65, scale=3d)", Distribution::weibull(0.65, span("3d")).unwrap()),
        ("pareto(shape=1.5, least=1s)", Distribution::pareto(1.5, span("1s")).unwrap()),
        ("gamma(shape=2, mean=1s)", Distribution::gamma(2.0, span("1s")).unwrap()),
        ("erlang(k=3, mean=1s)", Distribution::erlang(3, span("1s")).unwrap()),
        (
            "mix(90% 1s, 10% 20s)",
            Distribution::hyperexponential(&[(0.9, span("1s")), (0.1, span("20s"))]).unwrap(),
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
fn a_table_says_the_same_as_a_text() {
    assert_eq!(
        latency("{ lognormal = { median = \"1.2s\", p99 = \"8s\" } }"),
        latency("\"lognormal(median=1.2s, p99=8s)\""),
    );
    assert_eq!(latency("{ erlang = { k = 3, mean = \"1s\" } }"), latency("\"erlang(3, 1s)\""));
}

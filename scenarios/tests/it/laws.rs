//! Laws and lengths of time as texts and as tables.

use scenarios::{Catalog, Document};
use sim::kernel::Law;

fn latency(text: &str) -> Law {
    let file = format!(
        "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\" }}]\n[services.s]\nlatency = {text}\n"
    );
    let document = Document::parse("law.toml", &file).unwrap_or_else(|e| panic!("{e}"));
    let plan = document.plan(&Catalog::builtin()).unwrap_or_else(|e| panic!("{e}"));
    plan.system.services[0].latency.clone()
}

#[test]
fn every_form_is_read() {
    let span = |text: &str| text.parse().expect("a length");
    let forms = [
        ("30s", Law::constant(span("30s"))),
        ("exponential(100ms)", Law::exponential(span("100ms")).unwrap()),
        ("uniform(1s, 3s)", Law::uniform(span("1s"), span("3s")).unwrap()),
        ("uniform(low=1s, high=3s)", Law::uniform(span("1s"), span("3s")).unwrap()),
        ("lognormal(median=1s, p99=8s)", Law::lognormal_p99(span("1s"), span("8s")).unwrap()),
        ("lognormal(median=1s, sigma=0.7)", Law::lognormal(span("1s"), 0.7).unwrap()),
        ("weibull(shape=0.65, scale=3d)", Law::weibull(0.65, span("3d")).unwrap()),
        ("pareto(shape=1.5, least=1s)", Law::pareto(1.5, span("1s")).unwrap()),
        ("gamma(shape=2, mean=1s)", Law::gamma(2.0, span("1s")).unwrap()),
        ("erlang(k=3, mean=1s)", Law::erlang(3, span("1s")).unwrap()),
        (
            "mix(90% 1s, 10% 20s)",
            Law::hyperexponential(&[(0.9, span("1s")), (0.1, span("20s"))]).unwrap(),
        ),
        (
            "quantiles(p0=0s, p50=1s, p100=20s)",
            Law::empirical(&[(0.0, span("0s")), (0.5, span("1s")), (1.0, span("20s"))]).unwrap(),
        ),
    ];
    for (text, law) in forms {
        assert_eq!(latency(&format!("\"{text}\"")), law, "{text}");
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

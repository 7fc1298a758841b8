//! Profiles: each makes a scenario that runs, each value has a source, and what is written counts
//! more.

use patterns::settings::Node;
use scenarios::{LayerRegistry, Profile, Scenario, ScenarioFile, profiles};
use sim::{Record, Watch, run};

/// A scenario in which agents call a service under a policy, each like a profile if it is named.
fn scenario(services: &str, agents: &str, policy: &str) -> String {
    format!(
        "title = \"p\"\nhorizon = \"2h\"\n[agents.a]\nsteps = [{{ call = \"s\" }}]\n{agents}\n\
         [services.s]\n{services}\n[policies]\np = [{policy}]\n[edges]\n\"a -> s\" = \"p\"\n"
    )
}

const TRAFFIC: &str = "arrivals = \"closed(think=exponential(10s))\"";
const LATENCY: &str = "latency = \"exponential(1s)\"";

fn file(text: &str) -> ScenarioFile {
    ScenarioFile::parse("file.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn read(text: &str) -> Scenario {
    let scenario = file(text).scenario(&LayerRegistry::builtin());
    scenario.unwrap_or_else(|wrong| panic!("{wrong}\n{text}"))
}

fn wrong(text: &str) -> String {
    let found = file(text).scenario(&LayerRegistry::builtin());
    found.map(|_| ()).expect_err("it is wrong").to_string()
}

/// Scenarios with a profile in each section that it has.
fn of_profile(profile: &Profile) -> Vec<(&'static str, String)> {
    let like = format!("like = \"{}\"", profile.name);
    let texts = profile.parts.iter().map(|part| match part.section {
        "services" => ("services", scenario(&like, TRAFFIC, "")),
        "agents" => ("agents", scenario(LATENCY, &like, "")),
        _ => ("policies", scenario(LATENCY, TRAFFIC, &format!("{{ {like} }}"))),
    });
    texts.collect()
}

#[test]
fn each_profile_makes_a_scenario_that_runs_and_says_nothing_without_effect() {
    let mut number = 0;
    for profile in profiles() {
        assert!(!profile.parts.is_empty(), "{}", profile.name);
        for (section, text) in of_profile(profile) {
            let scenario = read(&text);
            assert!(scenario.warnings.is_empty(), "{}: {}", profile.name, scenario.warnings);
            let record = run(&scenario.system, 1, Watch::Counts);
            let (agents, edge) = (&record.agents[0], &record.edges[0]);
            assert!(agents.tasks.answered() > 100, "{} of {section}", profile.name);
            assert!(edge.calls.good() * 2 > edge.calls.answered(), "{} of {section}", profile.name);
            number += 1;
        }
    }
    assert!(number > 25, "{number}");
}

#[test]
fn each_value_of_a_profile_has_a_source_and_a_date_or_is_called_an_assumption() {
    for profile in profiles() {
        let name = profile.name;
        let [year, month] = profile.as_of.split('-').collect::<Vec<_>>()[..] else {
            panic!("{name}: {}", profile.as_of)
        };
        assert!(year.starts_with("20") && month.len() == 2, "{name}: {}", profile.as_of);
        for (key, _, from) in profile.parts.iter().flat_map(|part| &part.values) {
            let is_dated = from.contains("202") || from.contains(" at ");
            let is_assumed = from.starts_with("assumption: ") || from.starts_with("requests of ");
            let refers = from.starts_with("the same: ");
            assert!(is_dated || is_assumed || refers, "{name}: {key}: {from:?}");
        }
        let is_of_data = |(_, _, from): &(String, Node, String)| {
            from.contains("Azure") || from.contains("Burst")
        };
        let has_data = profile.parts.iter().any(|part| part.values.iter().any(is_of_data));
        let licence = profile.licence.as_deref().unwrap_or_default();
        assert_eq!(has_data, licence.contains("CC-BY 4.0"), "{name}: {licence}");
    }
}

/// The points of a text such as `quantiles(p0=1s, p50=2s)`: shares and seconds.
fn points(text: &str) -> Vec<(f64, f64)> {
    let inner = text
        .split_once("quantiles(")
        .expect("it is there")
        .1
        .split_once(')')
        .expect("it is there")
        .0;
    let point = |point: &str| {
        let (share, time) = point
            .trim()
            .strip_prefix('p')
            .expect("it is there")
            .split_once('=')
            .expect("it is there");
        let time: patterns::Duration = time.parse().expect("a length of time");
        (share.parse::<f64>().expect("it is there") / 100.0, time.as_secs_f64())
    };
    inner.split(',').map(point).collect()
}

/// The value of a key of a profile, as text.
fn value(profile: &Profile, section: &str, key: &str) -> Option<String> {
    let values = &profile.part(section)?.values;
    values.iter().find(|(name, ..)| name == key).map(|(_, value, _)| value.to_string())
}

#[test]
fn quantiles_of_what_a_service_is_drawn_from_are_those_that_the_profile_states() {
    let mut number = 0;
    for profile in profiles() {
        let Some(latency) = value(profile, "services", "latency") else { continue };
        if !latency.contains("quantiles(") {
            continue;
        }
        let like = format!(
            "like = \"{}\"\nerrors = {{}}\nrate-limit = \"none\"\nslots = \"unlimited\"\nqueue = 0",
            profile.name
        );
        let agents = "arrivals = \"closed(think=0s)\"\ncount = 20";
        let text = scenario(&like, agents, "").replace("2h", "6h");
        let record = run(&read(&text).system, 7, Watch::Counts);
        let times = &record.agents[0].latency_ok;
        let drawn = times.count() as f64;
        assert!(drawn > 20_000.0, "{}: {drawn}", profile.name);
        for (share, secs) in points(&latency) {
            // Four deviations of a share that is counted, and the width of a bucket.
            let off = 4.0 * (share * (1.0 - share) / drawn).sqrt() + 1.0 / drawn;
            let at = |share: f64| {
                times.quantile(share.clamp(0.0, 1.0)).expect("it is there").as_secs_f64()
            };
            let (low, high) = (at(share - off) / 1.02, at(share + off) * 1.02);
            let name = profile.name;
            assert!(share >= 1.0 || low <= secs, "{name}: {share}: {secs} below {low}");
            assert!(share <= 0.0 || secs <= high || share >= 1.0, "{name}: {share}: {secs} {high}");
            let is_longest = share >= 1.0 && at(1.0) <= secs * 1.02;
            assert!(share < 1.0 || is_longest, "{name}: beyond the longest, {secs}");
        }
        number += 1;
    }
    assert!(number > 10, "{number}");
}

#[test]
fn traffic_like_a_trace_comes_as_often_as_in_the_trace() {
    // Requests of the files, and how long they take from the first to the last.
    let traces = [("azure-conversation", 19_366.0, 3_501.7), ("azure-code", 8_819.0, 3_435.9)];
    for (name, requests, secs) in traces {
        let text = scenario("latency = \"1ms\"", &format!("like = \"{name}\""), "");
        let text = text.replace("2h", "100h");
        let record = run(&read(&text).system, 3, Watch::Counts);
        let rate = record.agents[0].tasks.issued as f64 / (100.0 * 3600.0);
        let share = rate / (requests / secs);
        assert!((0.92..1.02).contains(&share), "{name}: {share}");
    }
}

#[test]
fn what_is_written_counts_more_than_a_profile_wherever_it_stands() {
    let system = |text: &str| read(text).system;
    let own = scenario("errors = { network = 0.5 }\nlike = \"mcp-stdio\"\nslots = 7", TRAFFIC, "");
    let service = &system(&own).services[0];
    assert_eq!(service.slots, 7);
    let plain = "latency = \"lognormal(median=20ms, sigma=0.6)\"\nslots = 7";
    let plain = scenario(&format!("{plain}\nerrors = {{ network = 0.5 }}"), TRAFFIC, "");
    let fingerprint = |text: &str| -> Record { run(&system(text), 1, Watch::Counts) };
    assert_eq!(fingerprint(&own).fingerprint, fingerprint(&plain).fingerprint);
}

#[test]
fn paths_lead_into_what_a_profile_says_and_to_its_name() {
    let registry = LayerRegistry::builtin();
    let text = scenario("like = \"github-rest\"", TRAFFIC, "{ like = \"litellm\" }");
    let changed = |path: &str, value: &str| {
        let mut file = file(&text);
        file.set_text(&registry, path, value).unwrap_or_else(|wrong| panic!("{wrong}"));
        file.scenario(&registry).unwrap_or_else(|wrong| panic!("{wrong}")).system
    };
    assert_eq!(changed("services.s.slots", "3").services[0].slots, 3);
    let limit = |system: &sim::System| format!("{:?}", system.services[0].rate_limit);
    let [as_it_is, more] = ["5000", "6000"];
    let limits = [as_it_is, more].map(|to| limit(&changed("services.s.rate-limit.limit", to)));
    assert!(limits[0].contains("5000") && limits[1].contains("6000"), "{limits:?}");
    // Another profile takes its own values along, and not those of the one before.
    let other = changed("services.s.like", "search");
    assert_eq!(other.services[0].slots, u32::MAX);
    assert!(limit(&other).contains("burst: 30"), "{}", limit(&other));
    let layers = |system: &sim::System| system.policies[0].layers.len();
    assert_eq!(layers(&changed("policies.p.breaker", "off")), 1);
    assert_eq!(layers(&changed("policies.p.breaker.open", "1min")), 2);
}

#[test]
fn a_sweep_goes_over_profiles() {
    let swept = scenario("like = \"search\"", TRAFFIC, "")
        + "[variants.local]\n\"services.s.like\" = \"mcp-stdio\"\n\
           [sweep]\nreplications = 2\n\"agents.a.count\" = [1, 2]\n";
    let registry = LayerRegistry::builtin();
    let sweep = file(&swept).sweep(&registry).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(sweep.warnings.is_empty(), "{}", sweep.warnings);
    let slots = |cell| sweep.cell(&registry, cell).system.services[0].slots;
    assert_eq!([0, 1, 2, 3].map(slots), [u32::MAX, u32::MAX, 1, 1]);
}

#[test]
fn mistakes_about_profiles_are_told_with_the_nearest_name_beside_all_others() {
    let text = scenario(
        "like = \"opnai-api\"\nslots = 0",
        "like = \"azur-code\"\ncount = 0",
        "{ like = \"langraph\" }",
    );
    let text = wrong(&text);
    for says in [
        "there is no profile `opnai-api`",
        "did you mean `openai-api`?",
        "there is no profile `azur-code`",
        "did you mean `azure-code`?",
        "there is no profile `langraph`",
        "did you mean `langgraph`?",
        "`slots` must be at least 1",
        "`count` must be from 1",
        "5 mistakes",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
    // A profile of another section, a number, and what a profile does not bring.
    assert!(
        wrong(&scenario("like = \"langgraph\"", TRAFFIC, "")).contains("no profile `langgraph`")
    );
    let text = wrong(&scenario("like = 3", TRAFFIC, ""));
    assert!(text.contains("`like` must be the name of a profile, not a whole number"), "{text}");
    let bare = scenario("latency = \"1s\"", "like = \"azure-code\"", "");
    let text = wrong(&bare.replace("steps =", "# steps ="));
    assert!(text.contains("`a` needs `steps`"), "{text}");
}

#[test]
fn each_profile_is_explained_with_every_value_and_its_source() {
    let registry = LayerRegistry::builtin();
    for profile in profiles() {
        let text = scenarios::explain(profile.name, &registry).expect("it is there");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (key, value, from) in profile.parts.iter().flat_map(|part| &part.values) {
            assert!(
                text.contains(&format!("{key} = {value}")),
                "{}: {key} in {text}",
                profile.name
            );
            assert!(text.contains(from.as_str()), "{}: {from} in {text}", profile.name);
        }
    }
    let all = scenarios::explain("profiles", &registry).expect("it is there");
    assert!(profiles().iter().all(|profile| all.contains(profile.name)), "{all}");
}

/// The numbers behind a word of a source: `p95 1.84 s`, `p95 1.84s`.
fn stated(from: &str, word: &str) -> Option<f64> {
    let behind = from.split_once(word)?.1.trim_start();
    let number: String = behind.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit = behind[number.len()..].trim_start();
    let factor = if unit.starts_with("ms") { 0.001 } else { 1.0 };
    number.trim_end_matches('.').parse::<f64>().ok().map(|number| number * factor)
}

#[test]
fn quantiles_of_a_profile_that_were_measured_are_those_of_its_source() {
    let mut number = 0;
    for profile in profiles() {
        let Some(part) = profile.part("services") else { continue };
        let measured = part.values.iter().find(|(key, _, from)| {
            key == "latency" && (from.starts_with("modelstats.ai") || from.starts_with("stress"))
        });
        let Some((_, latency, from)) = measured else { continue };
        let points = points(&latency.to_string());
        for (word, share) in [("median", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let (_, secs) = points[points.partition_point(|(other, _)| *other < share - 1e-9)];
            let says = stated(from, word).expect("the source says it");
            assert!((says - secs).abs() < 1e-9, "{}: {word}: {says} and {secs}", profile.name);
        }
        number += 1;
    }
    assert_eq!(number, 8);
}

#[test]
fn answers_of_models_take_as_long_as_their_first_token_and_the_rest_of_their_tokens() {
    let first = [
        (
            "openai-api",
            "mix(98% lognormal(median=640ms, sigma=0.33), 2% lognormal(median=4.48s, sigma=0.33))",
        ),
        ("anthropic-api", "lognormal(median=940ms, sigma=0.69)"),
    ];
    for (name, first) in first {
        let text = scenario(
            "like = \"azure-conversation\"",
            "arrivals = \"closed(think=0s)\"\ncount = 20",
            "",
        );
        let text = text.replace("[{ call = \"s\" }]", "[{ call = \"first\" }, { call = \"s\" }]");
        let text = text.replace("2h", "6h") + &format!("[services.first]\nlatency = \"{first}\"\n");
        let record = run(&read(&text).system, 11, Watch::Counts);
        let times = &record.agents[0].latency_ok;
        let profile = profiles().iter().find(|profile| profile.name == name);
        let latency = value(profile.expect("it is one"), "services", "latency");
        for (share, secs) in points(&latency.expect("it has one")) {
            if !(0.05..0.995).contains(&share) {
                continue;
            }
            let found = times.quantile(share).expect("there are times").as_secs_f64();
            assert!((found / secs - 1.0).abs() < 0.06, "{name}: {share}: {found} and {secs}");
        }
    }
}

/// Whatever else is wrong with the part, or with the file.
#[test]
fn a_profile_that_there_is_not_is_named_beside_other_mistakes() {
    let text = "title = \"x\"\nhorizon = \"1h\"\n[agents.a]\nlike = \"azure-cod\"\ncount = \"x\"\n\
                steps = [{ call = \"s\" }]\n[services.s]\nlike = \"openai-ap\"\nslots = -1\n\
                [policies]\np = [{ like = \"langgrap\" }, { timeout = 3 }]\n\
                [polices]\nq = []\n";
    let file = ScenarioFile::parse("x.toml", text).unwrap();
    let text = file.scenario(&LayerRegistry::builtin()).expect_err("it is wrong").to_string();
    for name in ["azure-cod", "openai-ap", "langgrap"] {
        let says = format!("there is no profile `{name}`");
        assert_eq!(text.matches(&says).count(), 1, "{says} in {text}");
    }
    for key in ["`count`", "`slots`", "`polices`"] {
        assert!(text.contains(key), "{key} in {text}");
    }
}

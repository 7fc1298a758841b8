//! Files that once went wrong, each with the value that is right, and its source.

use patterns::settings::Value;
use scenarios::{LayerRegistry, ScenarioFile};
use sim::measure::Measure;
use sim::{Watch, run};

fn parsed(text: &str) -> ScenarioFile {
    ScenarioFile::parse("case.toml", text).unwrap_or_else(|e| panic!("{e}"))
}

/// A measure of one run.
#[track_caller]
fn measured(text: &str, measure: &str) -> f64 {
    let scenario = parsed(text).scenario(&LayerRegistry::builtin());
    let scenario = scenario.unwrap_or_else(|e| panic!("{e}"));
    let record = run(&scenario.system, scenario.seed, Watch::Counts);
    assert_eq!(record.stopped, None);
    let measure = Measure::parse(measure, &scenario.system).unwrap_or_else(|e| panic!("{e}"));
    measure.of(&record)
}

/// A count, or a ratio of equal counts: exact numbers all of them.
#[track_caller]
fn assert_exactly(text: &str, measure: &str, expected: f64) {
    let found = measured(text, measure);
    assert!((found - expected).abs() < 1e-9, "{measure} is {found}, not {expected}");
}

/// What is reported of a sweep that cannot be run.
#[track_caller]
fn refused(text: &str) -> String {
    let sweep = parsed(text).sweep(&LayerRegistry::builtin());
    sweep.expect_err("it cannot be run").to_string()
}

/// One agent that calls `s` once a second.
fn calling(horizon: &str, arrivals: &str, service: &str, layer: &str) -> String {
    format!(
        "title = \"case\"\nhorizon = \"{horizon}\"\n[agents.a]\nslots = \"unlimited\"\n\
         arrivals = \"{arrivals}\"\nsteps = [{{ call = \"s\" }}]\n[services.s]\n{service}\n\
         [policies]\np = [{layer}]\n[edges]\n\"a -> s\" = \"p\"\n"
    )
}

/// Half of all questions are malformed. gRPC's throttle does not count what is neither retryable
/// nor asked to be pushed back (proposal A6, "Throttling"), so retries of UNAVAILABLE go on.
#[test]
fn grpc_tokens_are_not_spent_on_malformed_questions() {
    let service = "latency = \"10ms\"\nerrors = { validation = 0.5, network = 0.02 }";
    let layer = "{ retry = { like = \"grpc\", budget = \"tokens(10, ratio=0.1)\" } }";
    let text = calling("1h", "every(1s)", service, layer);
    let requests = measured(&text, "services.s.requests");
    assert!((3640.0..3690.0).contains(&requests), "{requests}");
}

/// A fifth of what is under way may be retries: a call that is retried is one request under way,
/// not two (Envoy's `RetryBudget`, envoyproxy/envoy#9069).
#[test]
fn a_share_of_retries_is_a_share_of_requests() {
    let service = "latency = \"exponential(10s)\"\nerrors = { network = 1.0 }";
    let layer = "{ retry = { network = \"1 x 100ms\", budget = \"share(20%, least=0)\" } }";
    let text = calling("1h", "poisson(every=100ms)", service, layer);
    let requests = measured(&text, "services.s.requests");
    let tasks = measured(&text, "agents.a.tasks");
    let share = 1.0 - tasks / requests;
    assert!((0.19..0.21).contains(&share), "{share}: {requests} requests of {tasks} tasks");
}

/// The clients of OpenAI have one number of retries for all classes (`max_retries`).
#[test]
fn one_number_of_retries_is_for_all_classes() {
    let service = "latency = \"1ms\"\nerrors = { rate-limit = 1.0 }";
    let layer = "{ retry = { like = \"openai\", max-retries = 5 } }";
    let text = calling("9min", "every(5min)", service, layer);
    assert_exactly(&text, "services.s.requests", 6.0);
}

/// resilience4j decides after min(minimumNumberOfCalls, permittedNumberOfCallsInHalfOpenState)
/// probes.
#[test]
fn half_open_decides_after_the_smaller_of_two_numbers() {
    let layer =
        "{ breaker = { like = \"resilience4j\", window = 10, min-calls = 5, open = \"10s\" } }";
    let text =
        calling("31min", "every(1s)", "latency = \"10ms\"\nerrors = { network = 0.0 }", layer)
            .replace("slots = \"unlimited\"\n", "")
            + "[[faults]]\nhit = \"s\"\ndo = \"down\"\nat = \"60500ms\"\nfor = \"30min\"\n";
    assert_exactly(&text, "services.s.requests", 660.0);
}

/// resilience4j has one failureRateThreshold for the closed and the half-open state.
#[test]
fn one_threshold_is_for_both_states() {
    let layer = "{ breaker = { like = \"resilience4j\", rate = \"80%\", window = 10, \
                 min-calls = 10, open = \"10s\" } }";
    let text = calling("1h", "every(1s)", "latency = \"10ms\"\nerrors = { network = 0.6 }", layer)
        .replace("slots = \"unlimited\"\n", "")
        + "[[faults]]\nhit = \"s\"\ndo = \"down\"\nat = \"1min\"\nfor = \"30s\"\n";
    let opens = |text: &str| {
        let of = |counter: &str| measured(text, &format!("edges.\"a -> s\".breaker.{counter}"));
        of("opens") + of("reopens")
    };
    let spelled_out = text.replace("rate = \"80%\"", "rate = \"80%\", probe-rate = \"80%\"");
    let [opened, again] = [&text, &spelled_out].map(|text| opens(text));
    assert!((opened - again).abs() < 1e-12, "{opened}, then {again}");
    // With a threshold of 50 % for the probes it opens nearly twice as often.
    let more = opens(&text.replace("rate = \"80%\"", "rate = \"80%\", probe-rate = \"50%\""));
    assert!((70.0..100.0).contains(&opened) && more > 1.4 * opened, "{opened}, then {more}");
}

/// The cost of a timeout was twice the cost of a retry, and wrapped to nothing.
#[test]
fn costs_of_a_quota_saturate() {
    for cost in [2_147_483_647_u32, 2_147_483_648] {
        let layer = format!(
            "{{ retry = {{ timeout = \"3 x 10ms\", budget = \"quota({cost}, cost={cost})\" }} }}, \
             {{ timeout = \"100ms\" }}"
        );
        let text = calling("10min", "every(1s)", "latency = \"1h\"", &layer);
        assert_exactly(&text, "edges.\"a -> s\".amplification", 1.0);
    }
}

/// A success that gives more tokens than can be counted fills the bucket.
#[test]
fn tokens_saturate() {
    let layer = "{ retry-budget = { kind = \"tokens(100, ratio=1e17)\" } }";
    let text = calling("10s", "every(1s)", "latency = \"100ms\"", layer);
    assert_exactly(&text, "agents.a.success", 1.0);
}

/// Names stand in paths, and a path could not say such a name.
#[test]
fn names_with_quotes_are_refused() {
    let text = "title = \"f\"\nhorizon = \"10s\"\n[agents.'a\"b']\narrivals = \"every(1s)\"\n\
                steps = [{ call = \"x\" }]\n[services.x]\nlatency = \"1s\"\n";
    let message = refused(text);
    assert!(message.contains("error[bad-name]") && message.contains("case.toml:3:9"), "{message}");
}

/// A change of direction, a joiner or a control character is seen nowhere, so that one name looks
/// like another, or turns the line that it stands in.
#[test]
fn names_with_what_cannot_be_seen_are_refused_at_their_places() {
    let file = |group: &str, service: &str, policy: &str, fault: &str, variant: &str| {
        format!(
            "title = \"f\"\nhorizon = \"1min\"\n[agents.\"{group}\"]\narrivals = \"every(1s)\"\n\
             steps = [{{ call = \"{service}\" }}]\n[services.\"{service}\"]\nlatency = \"1s\"\n\
             [policies]\n\"{policy}\" = [{{ timeout = \"5s\" }}]\n[edges]\n\
             \"{group} -> {service}\" = \"{policy}\"\n[[faults]]\nname = \"{fault}\"\n\
             hit = \"{service}\"\ndo = \"down\"\nat = \"1s\"\nfor = \"1s\"\n\
             [variants.\"{variant}\"]\n\"agents.\\\"{group}\\\".count\" = 2\n"
        )
    };
    let of = |place: usize, name: &str| {
        let mut names = ["a", "x", "p", "fault", "two"].map(str::to_owned);
        names[place] = name.to_owned();
        let [group, service, policy, fault, variant] = &names;
        file(group, service, policy, fault, variant)
    };
    let sweep = |text: &str| {
        let file = ScenarioFile::parse("case.toml", text).unwrap();
        file.sweep(&LayerRegistry::builtin()).map_err(|mistakes| mistakes.render(false))
    };
    for seen in ["決済", "שירות", "é", "🦀"] {
        (0..5).for_each(|place| assert!(sweep(&of(place, seen)).is_ok(), "{seen} at {place}"));
    }
    let lines = [3, 6, 9, 13, 18];
    for (place, line) in lines.into_iter().enumerate() {
        for (unseen, code) in [
            ("\u{202e}", "U+202E"),
            ("\u{200b}", "U+200B"),
            ("\u{feff}", "U+FEFF"),
            ("\u{ad}", "U+00AD"),
            ("\u{e0041}", "U+E0041"),
            ("\u{2029}", "U+2029"),
            ("\u{9b}", "U+009B"),
        ] {
            let message = sweep(&of(place, &format!("b{unseen}c"))).unwrap_err();
            let at = format!("case.toml:{line}:");
            let is = format!("must not contain {code}, which cannot be seen");
            assert!(message.contains("error[bad-name]") && message.contains(&at), "{message}");
            assert!(message.contains(&is), "{message}");
            // What a terminal obeys is not sent to it.
            let is_obeyed = ["U+202E", "U+009B"].contains(&code);
            assert!(!is_obeyed || !message.contains(unseen), "{message}");
        }
    }
}

/// Two edges would have the same name.
#[test]
fn names_with_arrows_are_refused() {
    let text = "title = \"f\"\nhorizon = \"1min\"\n[agents.\"a -> x\"]\narrivals = \"every(1s)\"\n\
                steps = [{ call = \"x\" }]\n[services.x]\nlatency = \"1s\"\n";
    let message = refused(text);
    assert!(
        message.contains("must not contain `->`") && message.contains("case.toml:3:9"),
        "{message}"
    );
}

/// A group of two has the agents `a#1` and `a#2`: no group may be called so.
#[test]
fn names_of_single_agents_are_refused() {
    let text = "title = \"f\"\nhorizon = \"1min\"\n[agents.\"a#1\"]\narrivals = \"every(1s)\"\n\
                steps = [{ call = \"x\" }]\n[services.x]\nlatency = \"1s\"\n";
    assert!(refused(text).contains("`#`"));
}

fn swept(sweep: &str) -> String {
    calling("10s", "every(1s)", "latency = \"1s\"", "{ timeout = \"1s\" }") + "[sweep]\n" + sweep
}

/// The results of four billion runs have no room in memory.
#[test]
fn more_replications_than_fit_are_refused() {
    let message = refused(&swept("replications = 4294967295\n"));
    assert!(message.contains("`replications` must be from 1 to 1000000"), "{message}");
    assert!(message.contains("case.toml:14:16"), "{message}");
}

/// Axes multiply, and so do variants and replications.
#[test]
fn more_cells_than_fit_are_refused() {
    let list = |unit: &str, count: usize| {
        let values: Vec<String> = (1..=count).map(|value| format!("\"{value}{unit}\"")).collect();
        values.join(", ")
    };
    let axes = format!(
        "\"services.s.latency\" = [{}]\n\"policies.p.timeout\" = [{}]\n",
        list("ms", 1_000),
        list("s", 1_001)
    );
    assert!(refused(&swept(&axes)).contains("too-large"));
    let change = |index| format!("[variants.\"v{index}\"]\n\"policies.p.timeout\" = \"2s\"\n");
    let variants = (0..1_000).map(change).collect::<Vec<_>>().concat();
    let latencies = format!("\"services.s.latency\" = [{}]\n", list("ms", 1_000));
    assert!(refused(&(swept(&latencies) + &variants)).contains("too-large"));
    let runs = "replications = 1000000\n\"policies.p.timeout\" = [";
    assert!(refused(&swept(&format!("{runs}{}]\n", list("s", 100)))).contains("too-large"));
}

/// A text is read from the outside to the inside, as deep as it goes.
#[test]
fn texts_of_many_calls_within_each_other_are_refused() {
    for latency in [
        "constant(".repeat(100_000) + &")".repeat(100_000),
        "1 x ".repeat(100_000) + "1s",
        "a(b(c=".repeat(100_000) + "1" + &"))".repeat(100_000),
    ] {
        let text = calling("10s", "every(1s)", &format!("latency = \"{latency}\""), "");
        let message = refused(&text);
        assert!(message.contains("more than 32 calls within each other"), "{}", message.len());
    }
}

/// The place of a step was kept in 16 bits.
#[test]
fn more_steps_than_can_be_counted_are_refused() {
    let steps = "{ work = \"0s\" }, ".repeat(65_540);
    let text = format!(
        "title = \"f\"\nhorizon = \"10s\"\n[agents.a]\narrivals = \"every(5s)\"\nsteps = [{steps}]\n"
    );
    assert!(refused(&text).contains("`steps` must be a list of from 1 to 10000"));
}

/// Each number of a sweep takes some bytes of the disk, and those of a cell are held in memory.
#[test]
fn more_numbers_than_fit_are_refused() {
    let values = |count: usize| (1..=count).map(|v| v.to_string()).collect::<Vec<_>>().join(", ");
    let axes = format!(
        "\"services.s.slots\" = [{}]\n\"services.s.queue\" = [{}]\n",
        values(100),
        values(100)
    );
    let message = refused(&swept(&format!("replications = 5000\n{axes}")));
    for part in
        ["10000 cells of 5000 runs with ", "more than 2000000000 numbers", "case.toml:14:16"]
    {
        assert!(message.contains(part), "{message}");
    }
    let registry = LayerRegistry::builtin();
    let mut file = parsed(&swept(&format!("\"services.s.slots\" = [{}]\n", values(100))));
    file.set_replications(1_000_000);
    let message = file.sweep(&registry).expect_err("it is too large").to_string();
    assert!(message.contains("100 cells of 1000000 runs"), "{message}");
}

/// A cache keeps an answer for each thing that calls ask for, up to its capacity.
#[test]
fn caches_that_have_no_room_are_refused() {
    let cached = |count: u32, layer: &str, step: &str| {
        calling("10s", "every(1s)", "latency = \"1s\"", layer)
            .replace("steps = [{ call = \"s\" }]", &format!("steps = [{{ call = \"s\"{step} }}]"))
            .replace("[agents.a]\n", &format!("[agents.a]\ncount = {count}\n"))
    };
    let unlimited = "{ cache = { ttl = \"1h\", capacity = \"unlimited\" } }";
    let large = "{ cache = { ttl = \"1h\", capacity = 5000000 } }";
    let edge = "{ cache = { ttl = \"1h\", capacity = 5000000, per = \"edge\" } }";
    let fits = |text: &str| {
        let sweep = parsed(text).sweep(&LayerRegistry::builtin());
        sweep.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    };
    // Each call asks for something of its own.
    let message = refused(&cached(1, unlimited, ""));
    assert!(message.contains("a run would take about 384.0 GB of memory"), "{message}");
    assert!(message.contains("a smaller `capacity` of caches"), "{message}");
    fits(&cached(1, large, ""));
    assert!(refused(&cached(2, large, "")).contains("a run would take about 1.8 GB"));
    fits(&cached(2, edge, ""));
    // All calls ask for one of so many things.
    fits(&cached(1, unlimited, ", keys = 1000000"));
    assert!(refused(&cached(10, unlimited, ", keys = 1000000")).contains("too-large"));
    fits(&cached(10, unlimited, ", keys = 10000"));
}

/// Every section is looked through again and again, and each part has its record.
#[test]
fn more_parts_than_the_program_takes_on_are_refused() {
    let base = calling("10s", "every(1s)", "latency = \"1s\"", "{ timeout = \"1s\" }");
    let many = |line: fn(usize) -> String| (0..10_001).map(line).collect::<String>();
    for (section, more) in [
        ("services", many(|i| format!("[services.s{i}]\nlatency = \"1s\"\n"))),
        (
            "agents",
            many(|i| {
                format!("[agents.a{i}]\narrivals = \"every(1s)\"\nsteps = [{{ call = \"s\" }}]\n")
            }),
        ),
        (
            "faults",
            many(|_| {
                "[[faults]]\nhit = \"s\"\ndo = \"down\"\nat = \"1s\"\nfor = \"1s\"\n".to_owned()
            }),
        ),
        ("hypotheses", many(|_| "[[hypotheses]]\nthat = \"agents.a.success > 0\"\n".to_owned())),
        ("variants", many(|i| format!("[variants.v{i}]\n\"agents.a.count\" = 2\n"))),
    ] {
        let message = refused(&(base.clone() + &more));
        assert!(message.contains(&format!("`{section}` has more than 10000 parts")), "{section}");
    }
    for (section, key) in [("policies", "{} = []\n"), ("edges", "\"{} -> s\" = \"p\"\n")] {
        let lines: String = (0..10_001).map(|i| key.replace("{}", &format!("x{i}"))).collect();
        let message =
            refused(&base.replace(&format!("[{section}]\n"), &format!("[{section}]\n{lines}")));
        assert!(message.contains(&format!("`{section}` has more than 10000 parts")), "{section}");
    }
    let layers = "{ timeout = \"1s\" }, ".repeat(1_001);
    let text = calling("10s", "every(1s)", "latency = \"1s\"", &layers);
    let message = refused(&text);
    assert!(message.contains("a policy has at most 1000 layers"), "{message}");
}

/// Agents multiply with what each has of its own.
#[test]
fn a_system_that_needs_too_much_memory_is_refused() {
    let with = |count: u32, layer: &str| {
        calling("10s", "every(1s)", "latency = \"1s\"", layer)
            .replace("[agents.a]\n", &format!("[agents.a]\ncount = {count}\n"))
    };
    let log = |more: &str| {
        format!("{{ rate-limiter = {{ kind = \"sliding-log(1048576, 1min)\"{more} }} }}")
    };
    let window = "{ breaker = { failures = 5, window = 1000000, open = \"5s\" } }";
    let buckets = "{ breaker = { failures = 5, window = \"epoch(1min, buckets=100000)\", \
                   open = \"5s\" } }";
    let any = "{ breaker = { any = [{ rate = 0.5, window = 1000000 }, { rate = 0.2, \
               window = 1000000 }], open = \"5s\" } }";
    let hedge = "{ hedge = { delay = \"quantile(0.9, window=65536)\" } }";
    let throttle = "{ adaptive-throttle = { buckets = 10000, window = \"1min\" } }";
    for (text, most) in [
        (with(100_000, &log("")), "agents.a"),
        (with(100_000, window), "agents.a"),
        (with(100_000, buckets), "agents.a"),
        (with(100_000, any), "agents.a"),
        (with(100_000, hedge), "agents.a"),
        (with(100_000, throttle), "agents.a"),
        (with(300, &log("")), "agents.a"),
    ] {
        let message = refused(&text);
        let is_told = message.contains("error[too-large]: a run would take about ");
        assert!(is_told && message.contains(&format!("[{most}]")), "{message}");
    }
    let mut many = with(1, "");
    for group in 0..40 {
        many += &format!("[agents.g{group}]\ncount = 100_000\narrivals = \"every(1s)\"\n");
        many += "steps = [{ call = \"s\" }]\n";
    }
    assert!(refused(&many).contains("too-large"));
    let registry = LayerRegistry::builtin();
    for text in [
        with(100_000, &log(", per = \"edge\"")),
        with(150, &log("")),
        with(100_000, "{ breaker = { failures = 5, open = \"5s\" } }, { timeout = \"5s\" }"),
        with(100_000, "{ bulkhead = { slots = 100000, queue = 100000 } }"),
    ] {
        parsed(&text).sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// It is stopped, and that is known before it is run.
#[test]
fn a_run_that_is_too_long_is_a_warning() {
    for (horizon, arrivals, many) in [
        ("365d", "poisson(every=10ms)", "about 3.2e9 tasks"),
        ("10s", "renewal(0s)", "no end of tasks"),
    ] {
        let text = calling(horizon, arrivals, "latency = \"1s\"", "{ timeout = \"1s\" }");
        let sweep = parsed(&text).sweep(&LayerRegistry::builtin());
        let shown = sweep.unwrap_or_else(|e| panic!("{e}")).warnings.to_string();
        assert!(shown.contains("warning[too-long]") && shown.contains(many), "{shown}");
        assert!(shown.contains("case.toml:5:12"), "{shown}");
    }
}

/// The seed is the sweep's, so that all cells have the same random numbers.
#[test]
fn the_seed_is_no_axis() {
    let message = refused(&swept("\"seed\" = [1, 2, 3]\n"));
    assert!(message.contains("`seed` cannot be varied"), "{message}");
    let text = swept("replications = 2\n") + "[variants.\"another seed\"]\nseed = 99\n";
    assert!(refused(&text).contains("`seed` cannot be varied"));
}

/// Whatever stands inside of a text can be set, and is an axis.
#[test]
fn what_is_inside_of_a_text_can_be_set_and_swept() {
    let text = calling(
        "1h",
        "poisson(every=90s)",
        "latency = \"lognormal(median=1s, p99=8s)\"",
        "{ retry = { network = \"5 x exponential(1s, factor=2, jitter=full)\" } }, \
         { breaker = { failures = 3, open = \"growing(30s, cap=5min)\" } }, { timeout = \"9s\" }",
    );
    let registry = LayerRegistry::builtin();
    for (path, value, shown) in [
        ("agents.a.arrivals.every", "45s", "45s"),
        ("services.s.latency.p99", "20s", "20s"),
        ("services.s.latency.lognormal.median", "2s", "2s"),
        ("policies.p.retry.network.base", "250ms", "250ms"),
        ("policies.p.retry.network.retries", "7", "7"),
        ("policies.p.retry.network.factor", "3", "3"),
        ("policies.p.retry.network.cap", "1min", "1min"),
        ("policies.p.retry.network.jitter", "equal", "equal"),
        ("policies.p.breaker.open.cap", "10min", "10min"),
        ("policies.p.timeout.limit", "3s", "3s"),
    ] {
        let mut file = parsed(&text);
        file.set_text(&registry, path, value).unwrap_or_else(|e| panic!("{e}"));
        file.scenario(&registry).unwrap_or_else(|e| panic!("{path}: {e}"));
        let node = file.get(&registry, path).unwrap_or_else(|| panic!("{path} is there"));
        let is = match &node.value {
            Value::Integer(number) => number.to_string(),
            _ => node.text().unwrap_or_default().to_owned(),
        };
        assert_eq!(is, shown, "{path}");
    }
    let axis = "[sweep]\nreplications = 1\n\"policies.p.retry.network.base\" = [\"1s\", \"3s\"]\n\
                \"agents.a.arrivals.every\" = [\"90s\", \"30s\"]\n";
    let sweep = parsed(&(text + axis)).sweep(&registry).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sweep.design.cells(), 4);
    // In numeric order: 30s comes before 90s.
    assert_eq!(sweep.design.default, Some(vec![0, 1]), "the file's own values are found inside");
}

/// What has no effect is reported, and the file runs all the same.
#[test]
fn what_has_no_effect_is_a_warning() {
    let base = calling(
        "1h",
        "every(1s)",
        "latency = \"1s\"",
        "{ breaker = \"off\" }, { timeout = \"1s\" }",
    );
    let fault = "[[faults]]\nhit = \"s\"\ndo = \"down\"\nat = \"2h\"\nfor = \"1min\"\n";
    for (text, at, why) in [
        (base.clone() + fault, "case.toml:16:6", "the run ends before this fault begins"),
        (base.replace("steps", "priority = 2\nsteps"), "case.toml:6:12", "knows priorities"),
        (base.replace("p = [", "q = []\np = ["), "case.toml:10:1", "no edge uses the policy `q`"),
        (
            base.clone() + "[sweep]\n\"policies.p.breaker.open\" = [\"1s\", \"2s\"]\n",
            "case.toml:14:1",
            "is left out everywhere",
        ),
        (
            base.replace(
                "\"off\"",
                "{ failures = 2, open = \"5s\", half-open-timeout = \"500ms\" }",
            ),
            "case.toml:10:67",
            "a probe may take longer",
        ),
        (
            base.replace(
                "{ breaker = \"off\" }",
                "{ retry = { network = \"2 x 1s\", max-retries = 9 } }",
            ),
            "case.toml:10",
            "max-retries",
        ),
        (base.replace("\"1s\" }]", "\"unlimited\" }]"), "case.toml:10:39", "without a limit"),
        (
            base.replace("\"1s\" }]", "{ limit = \"unlimited\", propagates = true } }]"),
            "case.toml:10:49",
            "without a limit",
        ),
        (base.replace("{ timeout = \"1s\" }", "{ retry = {} }"), "case.toml:10:37", "has a rule"),
        (
            base.replace("{ timeout = \"1s\" }", "{ retry = { max-retries = 3 } }"),
            "case.toml:10:37",
            "has a rule",
        ),
    ] {
        let sweep = parsed(&text).sweep(&LayerRegistry::builtin());
        let shown = sweep.unwrap_or_else(|e| panic!("{e}\n{text}")).warnings.to_string();
        let is_told = shown.contains("warning[no-effect]") && shown.contains(why);
        assert!(is_told && shown.contains(at), "{why}:\n{shown}");
    }
}

/// A rule that is none has nothing inside: what is set there says nothing, and is no mistake.
#[test]
fn an_axis_inside_of_a_rule_that_a_variant_takes_away_is_no_mistake() {
    let layer = "{ retry = { network = \"2 x 1s\" } }";
    let text = calling("10s", "every(1s)", "latency = \"1s\"", layer)
        + "[variants.bare]\n\"policies.p.retry.network\" = \"never\"\n[sweep]\n\
           \"policies.p.retry.network.retries\" = [1, 2]\n";
    let sweep = parsed(&text).sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(sweep.design.cells(), 4);
}

/// A value alone has no arguments; the form that has them is named.
#[test]
fn a_path_into_a_value_alone_says_which_form_it_needs() {
    let layer = "{ breaker = { rate = \"50%\", window = \"30s\", open = \"5s\" } }";
    let text = calling("10s", "every(1s)", "latency = \"1s\"", layer)
        + "[sweep]\n\"policies.p.breaker.window.buckets\" = [3, 10]\n";
    let message = refused(&text);
    assert!(message.contains("it is of the form `epoch`: write `epoch(…)`"), "{message}");
}

#[test]
fn numbers_beyond_counting_are_out_of_range() {
    let text = |count: &str| {
        format!(
            "title = \"f\"\nhorizon = \"1s\"\n[agents.a]\ncount = {count}\n\
             arrivals = \"every(1s)\"\nsteps = [{{ work = \"1s\" }}]\n"
        )
    };
    for count in ["-1", "4294967296", "99999999999999999999"] {
        let message = refused(&text(count));
        assert!(message.contains("`count` must be from 1 to 100000, not "), "{message}");
    }
}

/// When a service crashed, its callers learnt of it in an order that depended on whoever else was
/// at work.
#[test]
fn a_crash_is_learnt_of_alike_whoever_else_works() {
    let alone = "title = \"t\"\nhorizon = \"1min\"\n[agents.a]\nslots = \"unlimited\"\n\
                 arrivals = \"every(1s)\"\nsteps = [{ call = \"s\" }]\n\
                 [services.s]\nlatency = \"30s\"\n[policies]\n\
                 p = [{ retry = { network = \"1 x exponential(10s, jitter=full)\" } }]\n\
                 [edges]\n\"a -> s\" = \"p\"\n\
                 [[faults]]\nhit = \"s\"\ndo = \"down\"\nat = \"10500ms\"\nfor = \"1ns\"\n";
    let others = "[agents.zz]\ncount = 2\narrivals = \"every(1300ms)\"\n\
                  steps = [{ work = \"900ms\" }]\n";
    let [one, other] = [alone.to_owned(), alone.to_owned() + others]
        .map(|text| measured(&text, "agents.a.latency.p95"));
    assert!(one > 30.0, "{one}");
    assert_eq!(one.to_bits(), other.to_bits(), "{one} and {other}");
}

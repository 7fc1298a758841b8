//! What people write in their first hours and did not mean, and what they are answered.

use scenarios::{LayerRegistry, ScenarioFile};

const FILE: &str = r#"
title   = "First hours"
horizon = "20min"

[agents.a]
count    = 2
arrivals = "poisson(every=5s)"
steps    = [{ call = "s" }]

[services.s]
latency = "200ms"
slots   = 4
queue   = 10

[policies]
p = [
    { retry   = { network = "2 x 1s" } },
    { breaker = { failures = 5, open = "30s" } },
]

[edges]
"a -> s" = "p"

[[faults]]
hit = "s"
do  = "down"
at  = "5min"
for = "2min"

[[hypotheses]]
that = "agents.a.success >= 10%"

[sweep]
replications = 3
"policies.p.breaker.failures" = [1, 5]
"#;

/// What `check` says of the file with some of it changed.
fn checked(changes: &[(&str, &str)]) -> String {
    let mut text = FILE.to_owned();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    let file = match ScenarioFile::parse("file.toml", &text) {
        Ok(file) => file,
        Err(wrong) => return wrong.to_string(),
    };
    match file.sweep(&LayerRegistry::builtin()) {
        Ok(sweep) => sweep.warnings.to_string(),
        Err(wrong) => wrong.to_string(),
    }
}

fn says(changes: &[(&str, &str)], all: &[&str]) {
    let said = checked(changes);
    for part in all {
        assert!(said.contains(part), "{changes:?}: `{part}` is not in:\n{said}");
    }
}

fn says_nothing(changes: &[(&str, &str)]) {
    let said = checked(changes);
    assert!(!said.contains("error") && !said.contains("warning"), "{changes:?}:\n{said}");
}

const THAT: &str = "agents.a.success >= 10%";
const FAULT: &str = "do  = \"down\"\nat  = \"5min\"\nfor = \"2min\"";

const FILE_FAULT: &str = "hit = \"s\"\ndo  = \"down\"";
const FORCE: &str = "\"force\"\nstate = \"open\"";

#[test]
fn a_file_without_slips_is_answered_by_nothing() {
    says_nothing(&[]);
}

#[test]
fn a_queue_of_unlimited_slots_is_a_warning_unless_a_fault_limits_them() {
    let unlimited = ("slots   = 4\n", "");
    says(&[unlimited], &["file.toml:12:11", "no request ever waits"]);
    says_nothing(&[unlimited, ("do  = \"down\"", "do = \"slots\"\nslots = 2")]);
}

#[test]
fn slots_of_agents_in_a_closed_loop_are_a_warning() {
    let closed = ("\"poisson(every=5s)\"", "\"closed(think=1s)\"\nslots = 2");
    says(&[closed], &["file.toml:8:9", "never has more than one task"]);
    says_nothing(&[("\"poisson(every=5s)\"", "\"poisson(every=5s)\"\nslots = 2")]);
}

#[test]
fn a_fault_that_multiplies_no_time_is_a_warning() {
    let slow = ("do  = \"down\"", "do = \"slow\"\nfactor = 3");
    says_nothing(&[slow]);
    says(&[slow, ("\"200ms\"", "\"0s\"")], &["file.toml:27:10", "takes no time"]);
}

#[test]
fn a_health_check_beyond_the_horizon_is_a_warning() {
    let check =
        |every| [("queue   = 10", format!("queue = 10\ncount = 2\nhealth-check = \"{every}\""))];
    let said = |every| check(every).map(|(old, new)| checked(&[(old, new.as_str())])).concat();
    assert!(said("20min").contains("the run ends before the first check"), "{}", said("20min"));
    assert!(!said("10s").contains("warning"), "{}", said("10s"));
}

#[test]
fn a_range_of_keys_beyond_those_that_are_asked_for_is_a_warning() {
    let keys = ("{ call = \"s\" }", "{ call = \"s\", keys = 100 }");
    let fault = |range: &str| format!("do = \"refuse\"\nshare = 1.0\nkey = \"{range}\"");
    let (within, beyond) = (fault("90 to 100"), fault("90 to 500"));
    says_nothing(&[keys, ("do  = \"down\"", &within)]);
    says(&[keys, ("do  = \"down\"", &beyond)], &["no step asks there for more than 100 things"]);
}

#[test]
fn a_ramp_that_ends_before_its_top_is_a_warning() {
    let ramp = |over: &str| {
        FAULT.replace(
            "\"down\"",
            &format!("\"ramp\"\nclass = \"network\"\nfrom = 0.1\nto = 0.5\nover = \"{over}\""),
        )
    };
    says(&[(FAULT, &ramp("3min"))], &["never comes to its full size"]);
    says_nothing(&[(FAULT, &ramp("2min"))]);
}

#[test]
fn no_retries_are_a_warning_where_they_are_written_and_not_on_an_axis() {
    says(&[("2 x 1s", "0 x 1s")], &["write `network = \"never\"`"]);
    says_nothing(&[("[1, 5]", "[1, 5]\n\"policies.p.retry.network.retries\" = [0, 2]")]);
}

#[test]
fn waits_and_latencies_beyond_the_horizon_are_a_warning() {
    let late = "few calls are retried, or none: half of all first waits are";
    for (rule, wait) in [
        ("1 x 20min", "20min or longer, and the horizon is 20min"),
        ("1 x drawn-pareto(shape=0.1, least=2s)", "34min 8s or longer"),
        ("1 x exponential(1h, jitter=full)", "30min or longer"),
        ("1 x drawn-exponential(100d)", "69d "),
    ] {
        says(&[("2 x 1s", rule)], &["warning[no-effect]", late, wait]);
    }
    for rule in [
        "1 x 19min",
        "1 x exponential(39min, jitter=full)",
        "1 x drawn-pareto(shape=0.1, least=1s)",
        "1 x drawn-pareto(shape=0.001, least=1s, cap=1min)",
    ] {
        says_nothing(&[("2 x 1s", rule)]);
    }
    says(&[("\"200ms\"", "\"21min\"")], &["no request is answered before the run ends"]);
    says_nothing(&[("\"200ms\"", "\"exponential(30min)\"")]);
}

#[test]
fn waits_and_latencies_without_end_are_a_mistake() {
    let endless = "half of all waits would be longer than 584 years";
    let rule = "2 x drawn-pareto(shape=0.001, least=1s)";
    says(&[("2 x 1s", rule)], &["error[conflict]", "`shape` must be larger", endless]);
    let law = "\"pareto(shape=0.001, least=1s)\"";
    let endless = "half of all lengths would be longer than 584 years";
    says(&[("\"200ms\"", law)], &["error[conflict]", "`shape` must be larger", endless]);
}

#[test]
fn a_bound_of_another_unit_is_answered_in_the_unit_of_the_measure() {
    for (wrong, right) in [
        ("agents.a.latency.p99 < 5%", "for example: agents.a.latency.p99 <= 30s"),
        ("agents.a.success >= 99", "for example: agents.a.success >= 99%"),
        ("agents.a.goodput >= 5s", "for example: agents.a.goodput >= 120/h"),
        ("services.s.queue.peak < 5s", "for example: services.s.queue.peak <= 10"),
    ] {
        says(&[(THAT, wrong)], &["error[bad-hypothesis]", right]);
    }
}

#[test]
fn an_edge_may_be_written_without_blanks_and_in_quotes() {
    for that in ["edges.a->s.breaker.opens < 99", "edges.'a->s'.success >= 1%"] {
        says_nothing(&[(THAT, that)]);
    }
    let force = |hit: &str| FILE_FAULT.replace("\"s\"", hit).replace("\"down\"", FORCE);
    for hit in ["\"a->s.breaker\"", "\"'a -> s'.breaker\"", "\"policies.'p'.breaker\""] {
        says_nothing(&[(FILE_FAULT, &force(hit))]);
    }
    let dots = "a name with dots stands in quotes: `policies.'p.q'.breaker`";
    says(&[(FILE_FAULT, &force("\"policies.p.q.breaker\""))], &[dots]);
}

#[test]
fn an_edge_from_right_to_left_is_turned_round() {
    says(&[("\"a -> s\" =", "\"s->a\" =")], &["file.toml:22:1", "`a -> s`"]);
    let loss = FILE_FAULT.replace("\"s\"", "\"s->a\"").replace("\"down\"", "\"loss\"\nshare = 1.0");
    says(&[(FILE_FAULT, &loss)], &["file.toml:25:7", "`a -> s`"]);
}

#[test]
fn a_share_of_unlimited_slots_is_a_mistake() {
    let that = (THAT, "services.s.utilisation < 80%");
    says_nothing(&[that]);
    says(&[that, ("slots   = 4\nqueue   = 10\n", "")], &["error", "`s` has unlimited slots"]);
}

#[test]
fn a_path_without_quotes_is_answered_with_the_quotes() {
    let unquoted = ("\"policies.p.breaker.failures\" =", "policies.p.breaker.failures =");
    says(&[unquoted], &["file.toml:35:1", "\"policies.p.breaker.failures\" = [1, 5]"]);
}

#[test]
fn a_path_into_an_empty_policy_says_that_it_is_empty() {
    let layers = FILE.split_once("p = [").unwrap().1.split_once("\n]").unwrap().0;
    says(&[(layers, "")], &["the list has no `breaker`", "there is nothing in it"]);
}

#[test]
fn a_file_that_is_no_trace_is_told_how_traces_are_named() {
    for trace in ["\"trace(x.txt)\"", "{ trace = [\"x.txt\"] }", "{ trace = [\"log\\\"\"] }"] {
        let said = checked(&[("\"poisson(every=5s)\"", trace)]);
        assert!(said.contains("error"), "{said}");
        assert_eq!(said.contains("ends in `.csv`"), trace.contains(".txt"), "{said}");
    }
}

/// A second round of mistakes is one too many.
#[test]
fn what_faults_hit_and_what_is_measured_is_looked_at_beside_other_mistakes() {
    let measure = (THAT, "agents.a.sucess >= 10%");
    let unit = (THAT, "agents.a.success >= 10s");
    let hit = ("hit = \"s\"", "hit = \"s#3\"");
    let [of_measure, of_unit] = ["no measure `sucess`", "`10s` is no share"];
    let of_hit = "no such replica";
    for (wrong, said) in [
        (("horizon = \"20min\"", "horizon = 20"), "`horizon` must be"),
        (("count    = 2", "cuont    = 2"), "no key `cuont`"),
        (("latency = \"200ms\"", "latency = \"200 sec\""), "`200 sec`"),
        (("failures = 5", "failurs = 5"), "no key `failurs`"),
        (("\"a -> s\" =", "\"b -> s\" ="), "no agent or service `b`"),
        (("at  = \"5min\"", "at  = 5"), "`at` must be"),
    ] {
        says(&[wrong, measure], &[said, of_measure]);
        says(&[wrong, unit], &[said, of_unit]);
    }
    says(&[("horizon = \"20min\"", "horizon = 20"), hit], &[of_hit]);
}

/// What may be the doing of a part that cannot be read is not held against the rest.
#[test]
fn what_a_mistake_hides_is_no_further_mistake() {
    let of_edge = (THAT, "edges.'a -> s'.breaker.opens < 5");
    let of_fault = (THAT, "agents.a.success >= 1% during fault 's-down'");
    for wrong in [
        ("count    = 2", "cuont    = 2"),
        ("latency = \"200ms\"", "latency = \"200 sec\""),
        ("open = \"30s\"", "open = \"30 sec\""),
        ("at  = \"5min\"", "at  = 5"),
    ] {
        for that in [of_edge, of_fault] {
            let that = (that.0, &*that.1.replace('\'', "\\\""));
            let said = checked(&[wrong, that]);
            assert!(said.ends_with("1 mistake in file.toml"), "{wrong:?}, {that:?}:\n{said}");
        }
    }
}

#[test]
fn a_misspelt_section_is_no_missing_one() {
    let axis = ("\"policies.p.breaker.failures\" = [1, 5]\n", "");
    for (section, misspelt) in [
        ("[agents.a]", "[agent.a]"),
        ("[services.s]", "[service.s]"),
        ("[policies]", "[polices]"),
        ("[edges]", "[edge]"),
    ] {
        let said = checked(&[(section, misspelt), axis]);
        let name = section.trim_matches(['[', ']']).split('.').next().unwrap();
        assert!(said.contains(&format!("did you mean `{name}`?")), "{said}");
        assert!(said.ends_with("1 mistake in file.toml"), "{said}");
    }
}

#[test]
fn keys_of_the_top_behind_a_table_are_sent_to_the_top() {
    let top = "`horizon` stands at the top of the file, before the first table";
    says(&[("horizon = \"20min\"\n", ""), ("queue   = 10\n", "horizon = \"20min\"\n")], &[top]);
}

#[test]
fn a_path_without_a_measure_lists_those_that_there_are() {
    let missing = "behind `agents.a` a measure of it is missing";
    says(&[(THAT, "agents.a >= 10%")], &[missing, "there is: success, "]);
}

#[test]
fn a_title_without_end_is_a_mistake() {
    let long = "x".repeat(10_000);
    says(&[("First hours", &long)], &["error[too-large]", "more than 300 characters"]);
}

#[test]
fn explain_answers_for_every_word_that_stands_for_a_topic() {
    let registry = LayerRegistry::builtin();
    for (word, topic) in [
        ("forms", "services.latency"),
        ("fault", "faults"),
        ("agent", "agents"),
        ("policies", "layers"),
        ("hypothesis", "hypotheses"),
        ("trace", "agents.arrivals"),
        ("window", "windows"),
        ("mistakes", "codes"),
    ] {
        let of_word =
            scenarios::explain(word, &registry).unwrap_or_else(|near| panic!("{word}: {near:?}"));
        let of_topic =
            scenarios::explain(topic, &registry).unwrap_or_else(|near| panic!("{topic}: {near:?}"));
        assert_eq!(of_word, of_topic, "{word}");
    }
    for word in ["faults", "edges", "variants", "sweep", "aborts", "services", "codes", "like"] {
        assert!(scenarios::explain(word, &registry).is_ok(), "{word}");
    }
}

//! What has no effect changes nothing: not a bit of what is recorded of the rest of a system.

use patterns::Outcome;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use scenarios::{LayerRegistry, ScenarioFile};
use sim::observe::{AgentRecord, EdgeRecord, FaultRecord, ServiceRecord, TrackKind};
use sim::{Record, Watch, run};

/// A scenario, in parts that can be added to.
#[derive(Clone, Debug)]
struct Scene {
    seed: u64,
    /// Groups of agents: names and tables.
    agents: Vec<(String, String)>,
    services: Vec<(String, String)>,
    /// The name of the policy, and its layers.
    policy: String,
    layers: Vec<String>,
    /// Edges under the policy.
    edges: Vec<String>,
    faults: Vec<String>,
}

impl Scene {
    fn text(&self) -> String {
        let mut text = format!(
            "title = \"a scene\"\nhorizon = \"6min\"\nwarmup = \"1min\"\nseed = {}\n",
            self.seed
        );
        for (section, parts) in [("agents", &self.agents), ("services", &self.services)] {
            for (name, table) in parts {
                text += &format!("[{section}.\"{name}\"]\n{table}\n");
            }
        }
        let (policy, layers) = (&self.policy, self.layers.join(", "));
        text += &format!("[policies]\n{policy} = [{layers}]\n[edges]\n");
        for edge in &self.edges {
            text += &format!("\"{edge}\" = \"{policy}\"\n");
        }
        for fault in &self.faults {
            text += &format!("[[faults]]\n{fault}\n");
        }
        text
    }

    fn run(&self, watch: Watch) -> Record {
        let text = self.text();
        let file = ScenarioFile::parse("scene.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let scenario = file.scenario(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        let record = run(&scenario.system, scenario.seed, watch);
        assert_eq!(record.stopped, None);
        record
    }
}

/// Layers that do something, each of which draws, waits, refuses or repeats.
const ACTIVE: [&str; 10] = [
    "{ fallback = { to = \"spare\" } }",
    "{ retry = { network = \"3 x exponential(1s, jitter=full)\", timeout = \"1 x 5s\" } }",
    "{ breaker = { failures = 3, open = \"growing(10s, jitter=full)\" } }",
    "{ adaptive-throttle = { rule = \"sre(k=1.5, min-requests=5)\" } }",
    "{ load-shedder = { threshold = \"70%\" } }",
    "{ bulkhead = { slots = 2, queue = 3, max-wait = \"5s\" } }",
    "{ hedge = { delay = \"3s\" } }",
    "{ timeout = \"8s\" }",
    "{ balance = { over = [\"spare\", \"third\"], pick = \"random\" } }",
    "{ balance = { over = [\"third\", \"spare\"], pick = \"by-caller\" } }",
];

/// Layers that never act.
const IDLE: [&str; 7] = [
    "{ timeout = \"1000h\" }",
    "{ breaker = { failures = 5, open = \"growing(10s, jitter=full)\", mode = \"disabled\" } }",
    "{ breaker = { failures = 1000000, open = \"growing(10s, jitter=full)\", per = \"policy\" } }",
    "{ bulkhead = { slots = 100000, queue = 0, per = \"policy\" } }",
    "{ retry = { validation = \"3 x exponential(1s, jitter=full)\" } }",
    "{ rate-limiter = { kind = \"gcra(1000000, per=1s)\", per = \"edge\" } }",
    "{ deadline = { min-remaining = \"1ms\" } }",
];

fn scene() -> impl Strategy<Value = Scene> {
    let arrivals = select(vec![
        "arrivals = \"poisson(every=2s)\"\nslots = \"unlimited\"",
        "arrivals = \"closed(think=exponential(1s))\"",
        "arrivals = \"every(1500ms)\"\nslots = 2",
    ]);
    let steps = select(vec![
        "steps = [{ call = \"shop\" }]",
        "steps = [{ work = \"exponential(500ms)\" }, { call = \"shop\", times = 2 }]",
        "steps = [{ call = \"shop\", optional = true, keys = 7 }, { call = \"spare\" }]",
    ]);
    let agents = prop::collection::vec((arrivals, 1..4_u32, steps), 1..3);
    let faults = subsequence(
        vec![
            "hit = \"shop\"\ndo = \"down\"\nat = \"2min\"\nfor = \"20s\"",
            "hit = \"shop\"\ndo = \"hang\"\nmtbf = \"1min\"\nmttr = \"10s\"",
            "hit = \"shop\"\ndo = \"slow\"\nfactor = 3\nmtbf = \"1min\"\nmttr = \"10s\"",
            "hit = \"shop\"\ndo = \"errors\"\nclass = \"network\"\nshare = 0.3\nat = \"5min\"\nfor = \"2min\"",
            "hit = \"spare\"\ndo = \"errors\"\nclass = \"overload\"\nshare = 0.5\nmtbf = \"1min\"\nmttr = \"1min\"",
        ],
        0..=5,
    );
    let errors = select(vec!["", "errors = { network = 0.2 }\n"]);
    let slots = select(vec!["slots = 2", "slots = \"unlimited\""]);
    (0..1_000_u64, agents, errors, slots, subsequence(ACTIVE.to_vec(), 0..=4), faults).prop_map(
        |(seed, agents, errors, slots, layers, faults)| {
            let agents =
                agents.iter().zip(["buyer", "m1"]).map(|((arrivals, count, steps), name)| {
                    (name.to_owned(), format!("count = {count}\n{arrivals}\n{steps}"))
                });
            let agents: Vec<_> = agents.collect();
            let shop = format!("latency = \"exponential(1s)\"\nqueue = 9\n{slots}\n{errors}");
            let spare = "latency = \"lognormal(median=1s, p99=9s)\"".to_owned();
            Scene {
                seed,
                edges: agents.iter().map(|(name, _)| format!("{name} -> shop")).collect(),
                agents,
                services: vec![
                    ("shop".to_owned(), shop),
                    ("spare".to_owned(), spare),
                    ("third".to_owned(), "latency = \"2s\"".to_owned()),
                ],
                policy: "guarded".to_owned(),
                layers: layers.into_iter().map(str::to_owned).collect(),
                faults: faults.into_iter().map(str::to_owned).collect(),
            }
        },
    )
}

/// Something that has no effect.
#[derive(Clone, Debug)]
enum Nothing {
    Layer(&'static str, Index),
    PolicyName(&'static str),
    /// A group that works on its own, or for which nothing comes before the end.
    Group(&'static str, &'static str),
    Service(&'static str),
    FaultOf(&'static str, bool),
    /// A fault that can hit only what a group does for which nothing comes before the end.
    OfLate(&'static str),
    ErrorOfShareZero,
    Keys,
}

/// Faults of which the group `late` alone is hit.
const OF_LATE: [&str; 7] = [
    "hit = \"shop\"\ntasks = \"late\"\ndo = \"errors\"\nclass = \"validation\"\nshare = 1.0",
    "hit = \"shop\"\npriority = 9\ndo = \"hang\"",
    "hit = [\"shop\", \"late\"]\npriority = 9\ndo = \"refuse\"\nshare = 0.5\npermanent = \"task\"",
    "hit = \"shop\"\ntasks = \"late\"\ndo = \"slow\"\nfactor = 9",
    "hit = \"late\"\ndo = \"loss\"\nshare = 0.5\npermanent = true",
    "hit = \"late\"\ndo = \"slow\"\nfactor = 9\nshare = 0.5",
    "hit = \"late\"\nkey = \"2 to 3\"\ndo = \"refuse\"\nshare = 1.0",
];

fn nothing() -> impl Strategy<Value = Nothing> {
    let works =
        "count = 2\narrivals = \"every(1300ms)\"\nsteps = [{ work = \"exponential(900ms)\" }]";
    let calls_another =
        "arrivals = \"poisson(every=700ms)\"\nsteps = [{ call = \"island\", keys = 3 }]";
    let comes_late = "arrivals = \"every(11min)\"\nsteps = [{ call = \"shop\" }]";
    let group =
        (select(vec!["aa", "buyer1", "n", "zz"]), select(vec![works, calls_another, comes_late]));
    let fault = select(vec![
        "hit = \"shop\"\ndo = \"errors\"\nclass = \"validation\"\nshare = 0.0\nat = \"1s\"\nfor = \"9min\"",
        "hit = \"shop\"\ndo = \"refuse\"\nshare = 0.0\nat = \"1s\"\nfor = \"9min\"",
        "hit = \"shop\"\ndo = \"slow\"\nfactor = 1\nat = \"1s\"\nfor = \"9min\"",
        "hit = \"spare\"\ndo = \"slow\"\nfactor = 1\nmtbf = \"1min\"\nmttr = \"1min\"",
        "hit = \"shop\"\ndo = \"down\"\nat = \"11min\"\nfor = \"9min\"",
    ]);
    prop_oneof![
        4 => (select(IDLE.to_vec()), any::<Index>()).prop_map(|(layer, at)| Nothing::Layer(layer, at)),
        1 => select(vec!["a", "z", "guarded2"]).prop_map(Nothing::PolicyName),
        2 => group.prop_map(|(name, table)| Nothing::Group(name, table)),
        1 => select(vec!["aside", "other", "zoo"]).prop_map(Nothing::Service),
        2 => select(OF_LATE.to_vec()).prop_map(Nothing::OfLate),
        2 => (fault, any::<bool>()).prop_map(|(fault, first)| Nothing::FaultOf(fault, first)),
        1 => Just(Nothing::ErrorOfShareZero),
        1 => Just(Nothing::Keys),
    ]
}

impl Nothing {
    fn add_to(&self, scene: &mut Scene) {
        match self {
            Self::Layer(layer, at) => {
                // Below a balance nothing is called.
                let at = at.index(scene.layers.len() + 1);
                scene.layers.insert(at, (*layer).to_owned());
            }
            Self::PolicyName(name) => (*name).clone_into(&mut scene.policy),
            Self::Group(name, table) => {
                if scene.agents.iter().any(|(other, _)| other == name) {
                    return;
                }
                scene.agents.push(((*name).to_owned(), (*table).to_owned()));
                if table.contains("island")
                    && scene.services.iter().all(|(name, _)| name != "island")
                {
                    scene
                        .services
                        .push(("island".to_owned(), "latency = \"exponential(1s)\"".to_owned()));
                }
                if table.contains("shop") {
                    scene.edges.push(format!("{name} -> shop"));
                }
            }
            Self::Service(name) => {
                if scene.services.iter().all(|(other, _)| other != name) {
                    scene.services.push(((*name).to_owned(), "latency = \"1s\"".to_owned()));
                }
            }
            Self::OfLate(fault) => {
                let table = "arrivals = \"every(11min)\"\npriority = 9\nsteps = [{ work = \"1s\" }, \
                             { call = \"shop\", keys = 4 }]";
                let late = ("late".to_owned(), table.to_owned());
                if !scene.agents.contains(&late) {
                    scene.agents.push(late);
                    scene.edges.push("late -> shop".to_owned());
                }
                let times = "at = \"1s\"\nfor = \"9min\"";
                let number = scene.faults.len();
                scene.faults.push(format!("name = \"late {number}\"\n{fault}\n{times}"));
            }
            Self::FaultOf(fault, first) => {
                let at = if *first { 0 } else { scene.faults.len() };
                scene.faults.insert(at, format!("name = \"idle {}\"\n{fault}", scene.faults.len()));
            }
            Self::ErrorOfShareZero => {
                let table = &mut scene.services[0].1;
                if !table.contains("errors") {
                    *table += "errors = { overload = 0.0 }\n";
                } else if !table.contains("overload") {
                    *table = table.replace("{ network", "{ overload = 0.0, network");
                }
            }
            // Nothing here remembers or joins what is asked for.
            Self::Keys => {
                let table = &mut scene.agents[0].1;
                *table = table.replace("times = 2 }", "times = 2, keys = 4 }");
            }
        }
    }
}

/// Without what is known of wrong values.
fn as_it_looks((agents, services, edges): &mut Parts) {
    let counts = agents.iter_mut().map(|part| &mut part.tasks);
    let counts = counts.chain(services.iter_mut().map(|part| &mut part.requests));
    let edges = edges.iter_mut();
    let of_edges = edges.flat_map(|it| [&mut it.calls, &mut it.attempts, &mut it.diverted]);
    for counts in counts.chain(of_edges) {
        for good in [Outcome::Ok, Outcome::Degraded] {
            let wrong = std::mem::take(&mut counts.ended[usize::from(good.wrong().code())]);
            counts.ended[usize::from(good.code())] += wrong;
        }
    }
    for part in agents {
        part.late.wrong = 0;
    }
}

type Parts = (Vec<AgentRecord>, Vec<ServiceRecord>, Vec<EdgeRecord>);

/// What is recorded of the parts that a scene has.
fn of_parts(record: &Record, scene: &Scene) -> Parts {
    let has = |parts: &[(String, String)], name: &str| parts.iter().any(|(part, _)| part == name);
    let agents = record.agents.iter().filter(|part| has(&scene.agents, &part.name));
    let services = record.services.iter().filter(|part| has(&scene.services, &part.name));
    let edges = record.edges.iter();
    let edges =
        edges.filter(|edge| has(&scene.agents, &edge.from) && has(&scene.services, &edge.to));
    // A fault without effect is counted as a fault all the same.
    let services = services.cloned().map(|service| ServiceRecord {
        faulty: 0,
        down: 0,
        fault_intervals: 0,
        first_fault: None,
        ..service
    });
    // Layers may stand at other places.
    let faults = FaultRecord::default();
    let edges = edges.cloned().map(|edge| EdgeRecord { layers: Vec::new(), faults, ..edge });
    (agents.cloned().collect(), services.collect(), edges.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_has_no_effect_changes_not_a_bit(
        scene in scene(),
        nothings in prop::collection::vec(nothing(), 1..5),
    ) {
        let mut more = scene.clone();
        for nothing in &nothings {
            nothing.add_to(&mut more);
        }
        let (before, after) = (scene.run(Watch::Counts), more.run(Watch::Counts));
        let (before, after) = (of_parts(&before, &scene), of_parts(&after, &scene));
        // Not `prop_assert_eq`, which would print the histograms.
        prop_assert!(before.0 == after.0, "agents differ in {}", more.text());
        prop_assert!(before.1 == after.1, "services differ in {}", more.text());
        prop_assert!(before.2 == after.2, "edges differ in {}", more.text());
    }

    /// Answers are wrong, and what becomes of calls and tasks is the same for all that can be seen.
    #[test]
    fn wrong_answers_change_nothing_but_the_count_of_wrong_ones(
        mut scene in scene(),
        is_cached in any::<bool>(),
    ) {
        let sharing = "{ cache = { ttl = \"9s\", stale-if-error = \"1min\" } }, { coalesce = {} }";
        scene.layers.splice(0..0, is_cached.then(|| sharing.to_owned()));
        let mut misled = scene.clone();
        for (name, table) in &mut misled.services {
            let fault = "do = \"wrong\"\nshare = 0.3\nmtbf = \"1min\"\nmttr = \"1min\"";
            let fault = format!("name = \"wrong {name}\"\nhit = \"{name}\"\n{fault}");
            misled.faults.insert(0, fault);
            *table += "\nwrong = 0.2\n";
        }
        let (right, wrong) = (scene.run(Watch::Counts), misled.run(Watch::Counts));
        let counted =
            |record: &Record| record.edges.iter().map(|edge| edge.calls.wrong()).sum::<u64>();
        prop_assert!(counted(&right) == 0 && 0 < counted(&wrong), "{}", misled.text());
        let (right, mut wrong) = (of_parts(&right, &scene), of_parts(&wrong, &scene));
        as_it_looks(&mut wrong);
        prop_assert!(right.0 == wrong.0, "agents differ in {}", misled.text());
        prop_assert!(right.1 == wrong.1, "services differ in {}", misled.text());
        prop_assert!(right.2 == wrong.2, "edges differ in {}", misled.text());
    }

    /// Where agents have nothing in common, one more of them changes nothing for the others.
    #[test]
    fn another_agent_of_a_group_changes_nothing_for_the_others(
        scene in scene(),
        count in 1..4_u32,
    ) {
        let alone = |scene: &Scene, count: u32| {
            let mut scene = scene.clone();
            scene.agents.truncate(1);
            scene.edges.truncate(1);
            let table = &mut scene.agents[0].1;
            let rest = table.split_once('\n').expect("the first line is the count").1;
            *table = format!("count = {count}\n{rest}");
            scene.services[0].1 = scene.services[0].1.replace("slots = 2", "slots = \"unlimited\"");
            let trace = scene.run(Watch::Trace).trace.expect("it was asked for");
            let agents = trace.tracks.into_iter().filter(|track| track.kind() == TrackKind::Agent);
            // Those of tasks that are open at the end come in the order of their places.
            let sorted = agents.map(|mut track| {
                track.intervals.sort_by_key(|interval| (interval.from, interval.to, interval.state));
                track.intervals
            });
            sorted.collect::<Vec<_>>()
        };
        let (few, many) = (alone(&scene, count), alone(&scene, count + 1));
        prop_assert_eq!(few.len() + 1, many.len());
        prop_assert!(few[..] == many[..few.len()], "{}", scene.text());
    }
}

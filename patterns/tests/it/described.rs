//! Settings that are described: read, checked and written back, with every mistake at its place.

use patterns::Duration;
use patterns::settings::{Entry, Findings, NoNames, Node, Reader, Setting, Shape, Share, Value};

patterns::settings! {
    /// How waits grow.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Curve {
        /// Always the same.
        Constant(
            /// The wait.
            wait: Duration,
        ),
        /// By a factor.
        Exponential {
            /// The first wait.
            base: Duration,
            /// The factor.
            factor: f64 [.at_least(1.0)] = 2.0,
        },
        /// As listed.
        List(
            /// The waits.
            waits: Vec<Duration> [.rest().at_least(1.0)],
        ),
    }
    literals { Duration => Self::Constant }
}

patterns::settings! {
    /// How waits are spread.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Jitter {
        /// Not at all.
        None,
        /// From zero.
        Full,
        /// Between multiples.
        Between {
            /// The smallest.
            from: f64 [.at_least(0.0)],
            /// The largest.
            to: f64 [.above(0.0)],
        },
    }
    literals { Share => |Share(by)| Self::Between { from: 1.0 - by, to: 1.0 + by } }
}

patterns::settings! {
    /// Waits.
    #[derive(Clone, Debug, PartialEq)]
    pub call struct Backoff {
        /// How they grow.
        curve: Curve,
        /// The longest.
        cap: Option<Duration> = None,
        /// How they are spread.
        jitter: Jitter = Jitter::None,
    }
}

patterns::settings! {
    /// A rule.
    #[derive(Clone, Debug, PartialEq)]
    pub call struct Rule {
        /// The waits.
        backoff: Backoff,
        /// How many.
        retries: u32 [.times().unlimited()],
    }
    none ["never"];
}

patterns::settings! {
    /// What opens it.
    #[derive(Clone, Debug, PartialEq)]
    pub keyed enum Trip {
        /// In a row.
        Consecutive {
            /// Failures.
            failures: u32 [.at_least(1.0)],
        },
        /// A share.
        Rate {
            /// The share.
            rate: f64 [.share().above(0.0)],
            /// Of how many.
            window: u32 [.at_least(1.0)],
            /// Least.
            min_calls: u32 = 10,
        },
    }
}

patterns::settings! {
    /// A breaker.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// What opens it.
        @flat trip: Trip,
        /// How long.
        open: Duration [.above(0.0).was(&["wait"])] = Duration::from_secs(60),
        /// Network.
        network: Option<Rule> = None,
        /// Probes.
        probes: u32 = 1,
        /// Successes.
        successes: u32 = 1,
    }
    short "open";
    rules rules;
}

fn rules(settings: &Settings, found: &mut Findings) {
    found.unless(settings.successes <= settings.probes, "successes", "no more than the probes");
}

fn table(entries: &[(&str, Value)]) -> Node {
    let mut at = 0;
    let entries = entries.iter().map(|(key, value)| {
        let key_at = at..at + key.len();
        let length = match value {
            Value::Text(text) => text.len() + 2,
            _ => 4,
        };
        let node_at = key_at.end + 3..key_at.end + 3 + length;
        at = node_at.end + 2;
        Entry { key: (*key).to_owned(), key_at, node: Node::new(node_at, value.clone()) }
    });
    let entries: Vec<Entry> = entries.collect();
    Node::new(0..at, Value::Table(entries))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn read<T: Setting>(node: &Node) -> (Option<T>, Vec<String>) {
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    let value = reader.within("it", |reader| T::read(node, None, reader));
    let reported =
        reader.finish().into_iter().map(|m| format!("{}..{}: {}", m.at.start, m.at.end, m.message));
    (value, reported.collect())
}

fn backoff(curve: Curve) -> Backoff {
    Backoff { curve, cap: None, jitter: Jitter::None }
}

#[test]
fn texts_and_tables_are_two_spellings_of_one_tree() {
    let seconds = Duration::from_secs;
    let exponential = Curve::Exponential { base: seconds(1), factor: 3.0 };
    for (written, meant) in [
        ("exponential(1s, factor=3)", backoff(exponential.clone())),
        ("exponential(1s, 3)", backoff(exponential.clone())),
        (
            "exponential(factor=3, base=1s, cap=5s)",
            Backoff { cap: Some(seconds(5)), ..backoff(exponential) },
        ),
        ("60s", backoff(Curve::Constant(seconds(60)))),
        (
            "list(1s, 2s, cap=5s)",
            Backoff { cap: Some(seconds(5)), ..backoff(Curve::List(vec![seconds(1), seconds(2)])) },
        ),
        ("list(1s, 2s)", backoff(Curve::List(vec![seconds(1), seconds(2)]))),
        (
            "list(1s, jitter=full, 2s)",
            Backoff { jitter: Jitter::Full, ..backoff(Curve::List(vec![seconds(1), seconds(2)])) },
        ),
        (
            "constant(1s, jitter=50%)",
            Backoff {
                jitter: Jitter::Between { from: 0.5, to: 1.5 },
                ..backoff(Curve::Constant(seconds(1)))
            },
        ),
        (
            "constant(1s, jitter=between(0.5, 1.5))",
            Backoff {
                jitter: Jitter::Between { from: 0.5, to: 1.5 },
                ..backoff(Curve::Constant(seconds(1)))
            },
        ),
    ] {
        let node = Node::new(10..12 + written.len(), text(written));
        assert_eq!(read::<Backoff>(&node), (Some(meant.clone()), vec![]), "{written}");
        assert_eq!(
            read::<Backoff>(&meant.write()),
            (Some(meant.clone()), vec![]),
            "{}",
            meant.write()
        );
    }
    let rule = Rule { backoff: backoff(Curve::Constant(seconds(60))), retries: 3 };
    assert_eq!(read::<Rule>(&Node::new(0..9, text("3 x 60s"))).0, Some(rule));
}

#[test]
fn mistakes_are_at_the_very_letters() {
    let at = |written: &str, part: &str| {
        let start = written.find(part).expect("it is there") + 11;
        format!("{start}..{}", start + part.len())
    };
    for (written, part, reported) in [
        ("3 x exponential(1s, factor=0.5)", "0.5", "`factor` must be at least 1, not 0.5"),
        ("3 x exponential(1s, faktor=2)", "faktor", "`exponential` has no key `faktor`"),
        (
            "3 x exponential(1 sec)",
            "1 sec",
            "`base`: `1 sec`: `sec` is no unit of time; there are ns, us, ms, s, min, h and d",
        ),
        ("3 x exponental(1s)", "exponental", "`it` has no form `exponental`"),
        ("3 x exponential(factor=2)", "exponential", "`exponential` needs `base`"),
        ("3 x exponential(1s, base=2s)", "1s", "`factor` must be a number, not `1s`"),
        ("3 x constant(1s, wait=2s)", "1s", "`constant` takes no further value here"),
        ("3 x exponential(1s, 2, 3)", "3)", "`exponential` takes no further value here"),
        ("3 x exponential(1s, jitter=fulll)", "fulll", "`jitter` has no form `fulll`"),
        ("3 x exponential(1s, jitter=120%)", "120%", "`jitter` must be from 0% to 100%, not 120%"),
        ("many x 60s", "many", "`retries` must be a whole number, not `many`"),
        (
            "3 x exponential(1s",
            "exponential(1s",
            "`it`: `exponential(1s` lacks its closing parenthesis",
        ),
    ] {
        let node = Node::new(10..12 + written.len(), text(written));
        let place = at(written, part.trim_end_matches(')'));
        let place = if part == "3)" {
            let start = 11 + written.rfind('3').expect("there");
            format!("{start}..{}", start + 1)
        } else {
            place
        };
        assert_eq!(read::<Rule>(&node).1, [format!("{place}: {reported}")], "{written}");
    }
}

#[test]
fn the_keys_say_which_form_is_meant() {
    let trip = |entries: &[(&str, Value)]| read::<Settings>(&table(entries));
    let consecutive = trip(&[("failures", Value::Integer(3))]).0.expect("right").trip;
    assert_eq!(consecutive, Trip::Consecutive { failures: 3 });
    let rate =
        trip(&[("rate", text("50%")), ("window", Value::Integer(20))]).0.expect("right").trip;
    assert_eq!(rate, Trip::Rate { rate: 0.5, window: 20, min_calls: 10 });
    assert_eq!(trip(&[]).1, ["0..0: one of these must be given: `failures`, `rate` and `window`"]);
    assert_eq!(trip(&[("rate", text("50%"))]).1, ["0..14: `it` needs `window`"]);
    let both = trip(&[("failures", Value::Integer(3)), ("rate", text("50%"))]).1;
    assert_eq!(both, ["24..29: `rate` cannot stand beside `failures`"]);
}

#[test]
fn every_mistake_of_a_table_is_told() {
    let node = table(&[
        ("failures", Value::Integer(0)),
        ("open", text("0s")),
        ("probes", Value::Bool(true)),
        ("nonsense", Value::Integer(1)),
        ("network", text("3 x exponential(1s, factor=0)")),
        ("wait", text("3s")),
    ]);
    let reported = read::<Settings>(&node).1;
    let reported: Vec<&str> =
        reported.iter().map(|t| t.split_once(": ").expect("a place").1).collect();
    assert_eq!(
        reported,
        [
            "`failures` must be at least 1, not 0",
            "`open` must be longer than 0s, not 0s",
            "`factor` must be at least 1, not 0",
            "`probes` must be a whole number, not true or false",
            "`it` has no key `nonsense`",
            "`wait` is called `open` now",
        ]
    );
}

#[test]
fn what_does_not_go_together_is_told_at_its_key() {
    let node = table(&[("failures", Value::Integer(3)), ("successes", Value::Integer(2))]);
    assert_eq!(read::<Settings>(&node).1, ["29..33: `successes` must be no more than the probes"]);
    let (settings, _) = read::<Settings>(&table(&[("failures", Value::Integer(0))]));
    let settings = Settings { successes: 3, ..settings.expect("it can be read") };
    let mut found = Findings::default();
    settings.check(&mut found);
    let found: Vec<String> = found.into_all().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["`failures` must be at least 1, not 0", "`successes` must be no more than the probes"]
    );
}

#[test]
fn written_settings_read_back_as_themselves() {
    let node = table(&[
        ("failures", Value::Integer(3)),
        ("network", text("forever x exponential(1s, jitter=20%)")),
    ]);
    let settings = read::<Settings>(&node).0.expect("right");
    let written = settings.write();
    assert_eq!(
        written.to_string(),
        "{ failures = 3, network = \"unlimited x exponential(base=1s, jitter=between(from=0.8, to=1.2))\" }"
    );
    assert_eq!(read::<Settings>(&written), (Some(settings), vec![]));
}

#[test]
fn a_shape_knows_its_keys_and_defaults() {
    let Shape::Table(info) = Settings::shape() else { panic!("a table") };
    let keys: Vec<String> = info
        .all_keys()
        .iter()
        .map(|key| {
            let default =
                key.default().map_or_else(|| "required".to_owned(), |default| default.to_string());
            format!("{key}: {default}")
        })
        .collect();
    assert_eq!(
        keys,
        [
            "failures: required",
            "rate: required",
            "window: required",
            "min-calls: 10",
            "open: \"1min\"",
            "network: \"never\"",
            "probes: 1",
            "successes: 1"
        ]
    );
}

patterns::settings! {
    /// Waits, or not.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Held {
        /// What opens it.
        @flat trip: Trip = Trip::Consecutive { failures: 5 },
        /// The rule.
        rule: Option<Rule> = None,
    }
}

#[test]
fn a_table_knows_which_keys_exclude_each_other_and_what_holds_by_default() {
    let info = |shape| match shape {
        Shape::Table(info) => info.group_info(),
        other => panic!("{other:?} is no table"),
    };
    let settings = info(Settings::shape());
    let forms: Vec<String> = settings.choices[0]
        .forms
        .iter()
        .map(|form| format!("{}: {} keys, {}", form.name, form.keys.len(), form.doc()))
        .collect();
    assert_eq!(forms, ["consecutive: 1 keys, In a row.", "rate: 3 keys, A share."]);
    assert!(!settings.choices[0].has_default);
    let held = info(Held::shape());
    assert!(held.choices[0].has_default);
    let keys = held.choices[0].forms.iter().flat_map(|form| form.keys.clone());
    let defaults: Vec<_> = keys.map(|key| held.default_of(key).map(|d| d.to_string())).collect();
    assert_eq!(defaults, [Some("5".to_owned()), None, None, Some("10".to_owned())]);
}

#[test]
fn the_number_of_times_can_be_written_in_a_table_too() {
    let inner = table(&[("wait", text("1s")), ("retries", Value::Integer(3))]);
    let node = table(&[("constant", inner.value)]);
    let rule = Rule { backoff: backoff(Curve::Constant(Duration::from_secs(1))), retries: 3 };
    assert_eq!(read::<Rule>(&node), (Some(rule), vec![]));
    let missing = read::<Rule>(&Node::new(0..4, text("60s"))).1;
    assert_eq!(missing, ["0..4: `60s` needs `retries`"]);
}

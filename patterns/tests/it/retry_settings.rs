//! Settings of backoffs and retries: what is refused, what is read, what has no effect.

use std::fmt::Write;

use expect_test::expect;
use patterns::backoff::{self, Backoff, Curve, Jitter};
use patterns::retry::{Account, FOREVER, Retry, RetryAfter, Rule, Settings, TooLate};
use patterns::settings::{
    Auto, Code, Entry, LayerSettings, NoNames, Node, Reader, Setting, Value, read_layer,
};
use patterns::{Class, Classes, Duration, Invalid, budget};

const ONE: Duration = Duration::from_secs(1);

/// What was said about each of the settings, one line for each.
fn reported(results: impl IntoIterator<Item = (&'static str, Result<(), Invalid>)>) -> String {
    let mut lines = String::new();
    for (name, result) in results {
        let said = result.map_or_else(|invalid| invalid.to_string(), |()| "fine".to_owned());
        writeln!(lines, "{name}: {said}").expect("a string takes all");
    }
    lines
}

#[test]
fn of_a_backoff_and_a_retry() {
    let plain = backoff::Settings::of;
    let exponential = |factor| plain(Curve::Exponential { base: ONE, factor });
    let backoffs = [
        ("constant 0", plain(Curve::Constant(Duration::ZERO))),
        ("factor 1", exponential(1.0)),
        ("factor below 1", exponential(0.999)),
        ("factor NaN", exponential(f64::NAN)),
        ("factor infinity", exponential(f64::INFINITY)),
        ("empty list", plain(Curve::List(Vec::new()))),
        ("decorrelated constant", plain(Curve::Constant(ONE)).spread(Jitter::Decorrelated)),
    ]
    .map(|(name, settings)| (name, Backoff::new(settings).map(drop)));

    let retry = |retries, backoff, max_retries| {
        let rules = [(Class::Network, Rule::of(retries, backoff))].into();
        let settings = Settings::of(rules).with(|settings| settings.max_retries = max_retries);
        Retry::new(settings).map(drop)
    };
    let zero = Duration::ZERO;
    let constant = || plain(Curve::Constant(zero));
    let to_zero = plain(Curve::Constant(ONE)).capped(zero);
    let list = |last| plain(Curve::List(vec![ONE, zero, last]));
    let linear = |step| plain(Curve::Linear { base: zero, step: Auto::Is(step) });
    let retries = [
        ("3 at once", retry(3, constant(), FOREVER)),
        ("for ever at once", retry(FOREVER, constant(), FOREVER)),
        ("for ever at once, up to 3", retry(FOREVER, constant(), 3)),
        ("for ever with a cap of 0", retry(FOREVER, to_zero, FOREVER)),
        ("for ever from a list to 0", retry(FOREVER, list(zero), FOREVER)),
        ("for ever from a list", retry(FOREVER, list(ONE), FOREVER)),
        ("for ever linear", retry(FOREVER, linear(ONE), FOREVER)),
        ("for ever linear at once", retry(FOREVER, linear(zero), FOREVER)),
        ("for ever exponential", retry(FOREVER, exponential(1.0), FOREVER)),
        ("bad backoff", retry(1, exponential(0.0), FOREVER)),
    ];
    expect![[r#"
        constant 0: fine
        factor 1: fine
        factor below 1: `factor` must be at least 1, not 0.999
        factor NaN: `factor` must be at least 1, not NaN
        factor infinity: `factor` must be at least 1, not inf
        empty list: `waits` must be a list of at least 1
        decorrelated constant: `jitter` must be decorrelated only if the waits are exponential
        3 at once: fine
        for ever at once: `network.retries` must be limited unless its waits are longer than zero
        for ever at once, up to 3: fine
        for ever with a cap of 0: `network.retries` must be limited unless its waits are longer than zero
        for ever from a list to 0: `network.retries` must be limited unless its waits are longer than zero
        for ever from a list: fine
        for ever linear: fine
        for ever linear at once: `network.retries` must be limited unless its waits are longer than zero
        for ever exponential: fine
        bad backoff: `network.factor` must be at least 1, not 0.0
    "#]]
    .assert_eq(&reported(backoffs.into_iter().chain(retries)));
}

/// A table as a file has it: whole numbers, truths, lists of words in brackets, and texts.
pub(crate) fn table(entries: &[(&str, &str)]) -> Node {
    let mut at = 0;
    let entries = entries.iter().map(|(key, text)| {
        let key_at = at..at + key.len();
        let start = key_at.end + 3;
        at = start + text.len() + 2;
        let words = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let value = match (words, text.parse(), text.parse()) {
            (Some(words), _, _) => {
                let words = words.split(", ").filter(|word| !word.is_empty());
                Value::List(words.map(Node::word).collect())
            }
            (_, Ok(number), _) => Value::Integer(number),
            (_, _, Ok(number)) => Value::Float(number),
            _ if *text == "true" || *text == "false" => Value::Bool(*text == "true"),
            _ => Value::Text((*text).to_owned()),
        };
        let end = start + text.len() + 2 * usize::from(matches!(value, Value::Text(_)));
        Entry { key: (*key).to_owned(), key_at, node: Node::new(start..end, value) }
    });
    let entries: Vec<Entry> = entries.collect();
    Node::new(0..at, Value::Table(entries))
}

/// The settings of a layer as a file has them, and what is told of them, without places.
pub(crate) fn read<S: LayerSettings>(entries: &[(&str, &str)]) -> (Option<S>, Vec<String>) {
    let node = table(entries);
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    let settings = read_layer(&node, &mut reader);
    (settings, reader.finish().into_iter().map(|mistake| mistake.message).collect())
}

/// The settings of a layer in which nothing is wrong.
pub(crate) fn well<S: LayerSettings>(entries: &[(&str, &str)]) -> S {
    let (settings, reported) = read(entries);
    assert_eq!(reported, [""; 0], "{entries:?}");
    settings.expect("well written")
}

fn warned(entries: &[(&str, &str)]) -> Vec<String> {
    let node = table(entries);
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    let settings: Option<Settings> = read_layer(&node, &mut reader);
    assert!(settings.is_some(), "what is only warned of can be run: {entries:?}");
    let mistakes = reader.finish();
    assert!(mistakes.iter().all(|mistake| mistake.code == Code::NoEffect), "{mistakes:?}");
    mistakes.into_iter().map(|mistake| mistake.message).collect()
}

#[test]
fn every_spelling_of_a_rule_is_read() {
    let rule = |text: &str| well::<Settings>(&[("network", text)]).rules[Class::Network].clone();
    let doubling = || backoff::Settings::of(Curve::doubling(ONE));
    let full = doubling().capped(ONE * 3).spread(Jitter::Full);
    for (text, expected) in [
        ("5 x exponential(1s, factor=2, cap=3s, jitter=full)", Rule::of(5, full)),
        ("5 x exponential(base=1s)", Rule::of(5, doubling())),
        ("3 x 60s", Rule::of(3, backoff::Settings::constant(ONE * 60))),
        ("3 x constant(60s)", Rule::of(3, backoff::Settings::constant(ONE * 60))),
        ("forever x 1s", Rule::of(FOREVER, backoff::Settings::constant(ONE))),
        (
            "2 x linear(1s)",
            Rule::of(2, backoff::Settings::of(Curve::Linear { base: ONE, step: Auto::Auto })),
        ),
        (
            "2 x linear(1s, step=2s)",
            Rule::of(
                2,
                backoff::Settings::of(Curve::Linear { base: ONE, step: Auto::Is(ONE * 2) }),
            ),
        ),
        ("2 x fibonacci(1s)", Rule::of(2, backoff::Settings::of(Curve::Fibonacci { base: ONE }))),
        (
            "2 x list(1s, 5s, jitter=equal)",
            Rule::of(
                2,
                backoff::Settings::of(Curve::List(vec![ONE, ONE * 5])).spread(Jitter::Equal),
            ),
        ),
        (
            "2 x exponential(1s, jitter=20%)",
            Rule::of(2, doubling().spread(Jitter::Between { from: 0.8, to: 1.2 })),
        ),
        (
            "2 x exponential(1s, jitter=100ms)",
            Rule::of(2, doubling().spread(Jitter::PlusMinus(Duration::from_millis(100)))),
        ),
        (
            "2 x exponential(1s, jitter=finagle-equal)",
            Rule::of(2, doubling().spread(Jitter::FinagleEqual)),
        ),
        (
            "2 x constant(1s, retry-after=clamp(5s))",
            Rule::of(2, backoff::Settings::constant(ONE))
                .with(|rule| rule.retry_after = Some(RetryAfter::Clamp(ONE * 5))),
        ),
    ] {
        assert_eq!(rule(text), Some(expected.clone()), "{text}");
        // What is written for it is read as the same.
        let settings = Settings::of([(Class::Network, expected)].into());
        let written = settings.write();
        let mut names = NoNames;
        let mut reader = Reader::new(&mut names);
        assert_eq!(read_layer::<Settings>(&written, &mut reader), Some(settings), "{written}");
    }
    assert_eq!(rule("never"), None);
}

#[test]
fn a_class_that_is_not_written_follows_the_others() {
    let retries = |entries: &[(&str, &str)]| {
        let settings: Settings = well(entries);
        Class::ALL.map(|class| settings.rules.get(class).map_or(0, |rule| rule.retries))
    };
    let both = [("timeout", "never"), ("others", "3 x 1s"), ("rate-limit", "1 x 60s")];
    assert_eq!(retries(&both), [3, 0, 1, 3, 3, 3, 3, 3]);
    let course = [("like", "course-meant"), ("others", "never"), ("timeout", "1 x 1s")];
    assert_eq!(retries(&course), [0, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(retries(&[("like", "course-meant")]), [5, 3, 3, 3, 0, 0, 0, 0]);
}

/// A path such as `retry.network.base` changes one number of the rule that holds already.
#[test]
fn one_number_of_a_rule_can_be_changed() {
    let mut node = table(&[("like", "course-meant"), ("network", "")]);
    let Value::Table(entries) = &mut node.value else { panic!("a table") };
    entries[1].node = table(&[("base", "2s"), ("retries", "7")]);
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    let settings: Settings = read_layer(&node, &mut reader).expect("well written");
    let rule = settings.rules.get(Class::Network).expect("a rule");
    assert_eq!(rule.retries, 7);
    assert_eq!(rule.backoff.curve, Curve::doubling(ONE * 2));
    assert_eq!((rule.backoff.cap, rule.backoff.jitter), (Some(ONE * 30), Jitter::Full));
}

#[test]
fn every_other_key_of_a_retry_is_read() {
    let settings: Settings = well(&[
        ("network", "9 x 1s"),
        ("timeout", "9 x 1s"),
        ("max-retries", "5"),
        ("per-class", "false"),
        ("max-elapsed", "9s"),
        ("too-late", "after-attempt"),
        ("retry-after", "clamp(5s)"),
        ("min-retry-after", "1s"),
        ("max-retry-after", "1min"),
        ("retry-after-overrules", "true"),
        ("retry-after-restarts", "true"),
        ("only-idempotent", "false"),
        ("budget", "share(20%, least=1)"),
        ("account", "sent"),
    ]);
    let rule = || Rule::of(9, backoff::Settings::constant(ONE));
    let rules = [(Class::Network, rule()), (Class::Timeout, rule())].into();
    let expected = Settings::of(rules).with(|settings| {
        settings.max_retries = 5;
        settings.per_class = false;
        settings.max_elapsed = ONE * 9;
        settings.too_late = TooLate::AfterAttempt;
        settings.retry_after = RetryAfter::Clamp(ONE * 5);
        settings.min_retry_after = ONE;
        settings.max_retry_after = ONE * 60;
        settings.retry_after_overrules = true;
        settings.retry_after_restarts = true;
        settings.only_idempotent = false;
        settings.budget = Some(budget::Settings::of(budget::Kind::Share { share: 0.2, least: 1 }));
        settings.account = Account::Sent;
    });
    assert_eq!(settings, expected);
    let mut names = NoNames;
    let mut reader = Reader::new(&mut names);
    assert_eq!(read_layer(&settings.write(), &mut reader), Some(settings));
}

#[test]
fn a_budget_can_be_taken_off() {
    let budget = |text| well::<Settings>(&[("like", "grpc"), ("budget", text)]).budget;
    assert_eq!(budget("none"), None);
    // What counts is still what the library counts.
    let counted = budget("tokens(20, ratio=0.5)").expect("there is one");
    let unavailable = Classes::NONE.with(Class::Network).with(Class::Overload);
    let tokens = budget::Kind::Tokens { max: 20, ratio: 0.5 };
    assert_eq!(counted, budget::Settings::of(tokens).counting(unavailable));
}

#[test]
fn mistakes_of_a_retry_are_told() {
    for (entries, expected) in [
        (&[("network", "5 exponential(1s)")][..], "`network` has no form `5 exponential`"),
        (&[("network", "60s")], "`60s` needs `retries`"),
        (&[("network", "3 x exponential(1s, factor=0.5)")], "`factor` must be at least 1, not 0.5"),
        (&[("network", "3 x exponential(first=1s)")], "`first` is called `base` now"),
        (
            &[("network", "3 x constant(1s, jitter=polly)")],
            "`jitter` must be polly only if the waits double",
        ),
        (&[("network", "3 x constant(1s, jitter=between(2, 1))")], "`to` must be at least `from`"),
        (
            &[("network", "forever x 0s")],
            "`network.retries` must be limited unless its waits are longer than zero",
        ),
        (
            &[("network", "1 x 1s"), ("min-retry-after", "2s"), ("max-retry-after", "1s")],
            "`min-retry-after` must be no longer than `max-retry-after`",
        ),
        (
            &[("network", "1 x 1s"), ("retry-after-overrules", "true")],
            "`max-retries` must be limited beside `retry-after-overrules`",
        ),
        (
            &[("network", "1 x 1s"), ("budget", "tokens(1001)")],
            "`max` must be from 1 to 1000, not 1001",
        ),
        (&[("network", "1 x 1s"), ("retries", "3")], "`retry` has no key `retries`"),
    ] {
        let reported = read::<Settings>(entries).1;
        assert!(reported.iter().any(|reported| reported == expected), "{entries:?}: {reported:?}");
    }
}

#[test]
fn what_has_no_effect_is_told() {
    let none: [&str; 0] = [];
    let rule = ("network", "5 x exponential(1s)");
    assert_eq!(warned(&[rule]), none);
    for (key, text, expected) in [
        (
            "max-retries",
            "5",
            "`max-retries` has no effect: the rules allow one call no more than 5 in all",
        ),
        ("per-class", "false", "`per-class` has no effect: at most one class is retried"),
        ("too-late", "clip", "`too-late` has no effect: there is no `max-elapsed`"),
        ("account", "sent", "`account` has no effect: there is no `budget`"),
    ] {
        assert_eq!(warned(&[rule, (key, text)]), [expected]);
    }
    assert_eq!(warned(&[rule, ("max-retries", "4")]), none);
    let two = [rule, ("timeout", "5 x 1s")];
    assert_eq!(warned(&[&two[..], &[("max-retries", "9")]].concat()), none);
    let deaf = [rule, ("retry-after", "ignore"), ("max-retry-after", "1min")];
    assert_eq!(
        warned(&deaf),
        ["`max-retry-after` has no effect: no rule respects what a failure asks for"]
    );
    let own = [("network", "1 x constant(1s, retry-after=exact)"), ("retry-after", "ignore")];
    assert_eq!(warned(&own), ["`retry-after` has no effect: every rule has its own"]);
    let nothing = [("network", "never"), ("budget", "fixed(3)")];
    assert_eq!(warned(&nothing), ["`budget` has no effect: nothing is retried"]);
}

#[test]
fn a_cap_that_no_wait_reaches_is_told() {
    let of = |text| warned(&[("network", text)]);
    let none: [&str; 0] = [];
    assert_eq!(of("6 x exponential(1s, cap=30s)"), none, "the sixth would be 32 s");
    for (text, expected) in [
        ("5 x exponential(1s, cap=30s)", "`cap` has no effect: none of the 5 waits is longer"),
        ("1 x exponential(1s, cap=1s)", "`cap` has no effect: the one wait is not longer"),
        ("5 x constant(1s, cap=2s)", "`cap` has no effect: no wait is longer"),
        ("5 x list(1s, 2s, cap=2s)", "`cap` has no effect: no wait is longer"),
        ("5 x exponential(1s, cap-when=after)", "`cap-when` has no effect without `cap`"),
        (
            "9 x exponential(1s, cap=3s, cap-when=after)",
            "`cap-when` has no effect without `jitter`",
        ),
    ] {
        assert_eq!(of(text), [expected], "{text}");
    }
    assert_eq!(of("1 x constant(1s, cap=1s, cap-when=after, jitter=50%)"), none);
}

#[test]
fn a_budget_layer_is_read() {
    let kind = |text| well::<budget::Settings>(&[("kind", text)]).kind;
    assert_eq!(kind("tokens(10)"), budget::Kind::Tokens { max: 10, ratio: 0.1 });
    assert_eq!(kind("quota(500)"), budget::Kind::quota(500, 5));
    let text = "quota(9, cost=1, timeout-cost=2, throttle-cost=3, reward=4, refill=1s)";
    let quota = budget::Kind::Quota {
        capacity: 9,
        cost: 1,
        timeout_cost: Auto::Is(2),
        throttle_cost: Auto::Is(3),
        reward: 4,
        refill: Some(ONE),
    };
    assert_eq!(kind(text), quota);
    let deposits = budget::Kind::Deposits { ttl: ONE * 10, least_per_sec: 10, share: 0.2 };
    assert_eq!(kind("deposits(20%)"), deposits);
    assert_eq!(kind("bucket(9, every=1s)"), budget::Kind::Bucket { capacity: 9, every: ONE });
    assert_eq!(kind("share(20%, least=1)"), budget::Kind::Share { share: 0.2, least: 1 });
    assert_eq!(kind("rate(0.2)"), budget::Kind::Rate { rate: 0.2, least: 3 });
    assert_eq!(kind("fixed(3)"), budget::Kind::Fixed(3));
    let counted = [("kind", "tokens(10)"), ("count", "[timeout]")];
    let timeouts = Classes::NONE.with(Class::Timeout);
    assert_eq!(well::<budget::Settings>(&counted).count, timeouts);
    let reported = read::<budget::Settings>(&[("kind", "fixed(3)"), ("count", "[timeout]")]).1;
    assert_eq!(reported, ["`count` has no effect: only `tokens` looks at the class of a failure"]);
    let reported = read::<budget::Settings>(&[("kind", "share(120%)")]).1;
    assert_eq!(reported, ["`share` must be from 0 to 1, not 120%"]);
    assert_eq!(read::<budget::Settings>(&[]).1, ["`retry-budget` needs `kind`"]);
    for kind in [quota, deposits] {
        let settings = budget::Settings::of(kind);
        let mut names = NoNames;
        let mut reader = Reader::new(&mut names);
        assert_eq!(read_layer(&settings.write(), &mut reader), Some(settings));
    }
}

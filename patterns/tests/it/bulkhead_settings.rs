//! What is written for a bulkhead is what is meant, and what has no effect is said.

use patterns::bulkhead::{Bulkhead, DropPolicy, Order, Overflow, Partition, Settings};
use patterns::settings::{CallerId, Setting, Shape, Value};
use patterns::testing::Driver;
use patterns::{Action, CallId, Duration, Outcome, Time};

use crate::bulkhead::FULL;
use crate::settings_reading::{good, presets_are_sound, read, table, text, warnings};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn number(number: i128) -> Value {
    Value::Integer(number)
}

#[test]
fn every_setting_can_be_written() {
    assert_eq!(good::<Settings>(&[("slots", number(4))]), Settings::of(4));
    let part = table(&[("reserved", number(2)), ("most", number(4))]);
    let settings = good::<Settings>(&[
        ("slots", number(8)),
        ("queue", number(5)),
        ("max-wait", text("2s")),
        ("order", text("adaptive(50ms)")),
        ("priorities", number(3)),
        ("overflow", text("lower")),
        ("drop-policy", text("codel(interval=200ms, target=10ms)")),
        ("min-remaining", text("1s")),
        ("partitions", table(&[("write", part), ("research", table(&[]))])),
    ]);
    let expected = Settings::of(8).with(|settings| {
        settings.queue = 5;
        settings.max_wait = Some(millis(2000));
        settings.order = Order::Adaptive(millis(50));
        settings.priorities = 3;
        settings.overflow = Overflow::Lower;
        settings.partitions =
            [(CallerId(0), Partition::of(0, u32::MAX)), (CallerId(1), Partition::of(2, 4))].into();
        settings.drop_policy = DropPolicy::Codel { interval: millis(200), target: millis(10) };
        settings.min_remaining = Some(millis(1000));
    });
    assert_eq!(settings, expected);
}

#[test]
fn every_form_can_be_written() {
    let with = |key: &'static str, written: &str| {
        good::<Settings>(&[("slots", number(1)), ("queue", number(9)), (key, text(written))])
    };
    let drop_policy = |written: &str| with("drop-policy", written).drop_policy;
    let (interval, target) = (millis(100), millis(5));
    assert_eq!(drop_policy("codel"), DropPolicy::Codel { interval, target });
    assert_eq!(
        drop_policy("controlled-timeout(1s)"),
        DropPolicy::ControlledTimeout { interval, max_wait: millis(1000) }
    );
    assert_eq!(
        drop_policy("controlled-timeout(interval=1s)"),
        DropPolicy::ControlledTimeout { interval: millis(1000), max_wait: target }
    );
    assert_eq!(drop_policy("never"), DropPolicy::Never);
    assert_eq!(with("order", "fifo").order, Order::Fifo);
    assert_eq!(with("order", "lifo").order, Order::Lifo);
    assert_eq!(with("order", "adaptive").order, Order::Adaptive(millis(100)));
    assert_eq!(with("max-wait", "unlimited").max_wait, None);
    assert_eq!(with("min-remaining", "unchecked").min_remaining, None);
    assert_eq!(with("min-remaining", "0s").min_remaining, Some(Duration::ZERO));
}

/// Elsewhere the word for no length is "unlimited"; here that would say the opposite.
#[test]
fn deadlines_are_unchecked_by_default() {
    let Shape::Table(info) = Settings::shape() else { panic!("a table") };
    let keys = info.all_keys();
    let default = |name: &str| {
        let key = keys.iter().find(|key| key.name() == name).expect("a key");
        key.default().map(|default| default.to_string())
    };
    assert_eq!(default("min-remaining").as_deref(), Some("\"unchecked\""));
    assert_eq!(default("max-wait").as_deref(), Some("\"unlimited\""));
    let key = keys.iter().find(|key| key.name() == "min-remaining").expect("a key");
    assert!(matches!(key.shape(), Shape::Optional(_, ["unchecked"])));
}

#[test]
fn mistakes_are_all_said() {
    let said = |entries: &[(&str, Value)]| read::<Settings>(entries).1;
    assert_eq!(said(&[]), ["here, mistake: `bulkhead` needs `slots`"]);
    let all = said(&[
        ("slots", number(0)),
        ("priorities", number(0)),
        ("order", text("filo")),
        ("drop-policy", text("codel(interval=5ms)")),
        ("partitions", table(&[("wride", table(&[("most", number(0))]))])),
        ("patience", text("1s")),
        ("shed", text("never")),
        ("least-left", text("1s")),
    ]);
    assert_eq!(
        all,
        [
            "slots, mistake: `slots` must be at least 1, or \"unlimited\", not 0",
            "order, mistake: `order` has no form `filo`",
            "priorities, mistake: `priorities` must be at least 1, or \"unlimited\", not 0",
            "here, mistake: there is no agent or service `wride`",
            "here, mistake: `most` must be at least 1, or \"unlimited\", not 0",
            "drop-policy, mistake: `interval` must be longer than `target`",
            "patience, mistake: `patience` is called `max-wait` now",
            "shed, mistake: `shed` is called `drop-policy` now",
            "least-left, mistake: `least-left` is called `min-remaining` now",
        ]
    );
    let part = |reserved| table(&[("reserved", number(reserved))]);
    let parts = table(&[("research", part(3)), ("write", part(2))]);
    let expected = "partitions, mistake: `partitions` must be such that together they reserve no more than \
         `slots`";
    assert_eq!(said(&[("slots", number(4)), ("partitions", parts)]), [expected]);
}

/// What is said to have no effect beside four slots.
fn without_effect(entries: &[(&'static str, Value)]) -> Vec<String> {
    let entries: Vec<_> =
        [("slots", number(4))].into_iter().chain(entries.iter().cloned()).collect();
    let said = warnings::<Settings>(&entries);
    let said = said.iter().map(|said| said.split_once(", warning: ").expect("a warning").1);
    said.map(str::to_owned).collect()
}

#[test]
fn without_a_queue_nothing_about_it_has_an_effect() {
    let no_queue = without_effect(&[
        ("max-wait", text("1s")),
        ("order", text("lifo")),
        ("priorities", number(2)),
        ("overflow", text("last")),
        ("drop-policy", text("codel")),
    ]);
    for (key, said) in
        ["max-wait", "order", "priorities", "overflow", "drop-policy"].iter().zip(&no_queue)
    {
        assert_eq!(*said, format!("`{key}` has no effect: without a `queue` no call waits"));
    }
    assert_eq!(no_queue.len(), 5);
}

#[test]
fn what_has_no_effect_is_said() {
    let queue = |places| ("queue", number(places));
    for (entries, expected) in [
        (
            vec![queue(5), ("max-wait", text("0s"))],
            "`queue` has no effect: with a `max-wait` of 0s a call waits for the rest of the \
             instant only",
        ),
        (
            vec![queue(5), ("overflow", text("lower"))],
            "`overflow` has no effect: with one class of `priorities` none is lower",
        ),
        (
            vec![queue(5), ("overflow", text("last"))],
            "`overflow` has no effect: first in, first out, the newcomer is last anyway",
        ),
        (
            vec![queue(1), ("order", text("lifo"))],
            "`order` has no effect: in a queue of 1 there is no choice",
        ),
        (
            vec![queue(1), ("priorities", number(3))],
            "`priorities` has no effect: in a queue of 1 there is no choice",
        ),
        (
            vec![queue(5), ("max-wait", text("5ms")), ("drop-policy", text("controlled-timeout"))],
            "`drop-policy` has no effect: no call waits for longer than `max-wait` anyway",
        ),
        (
            vec![("partitions", table(&[("write", table(&[("most", number(4))]))]))],
            "`most` has no effect: there are 4 `slots`",
        ),
    ] {
        assert_eq!(without_effect(&entries), [expected], "{entries:?}");
    }
    for entries in [
        vec![
            queue(5),
            ("max-wait", text("1s")),
            ("order", text("lifo")),
            ("overflow", text("last")),
        ],
        vec![queue(1), ("order", text("lifo")), ("overflow", text("last"))],
        vec![queue(5), ("priorities", number(2)), ("overflow", text("lower"))],
        vec![queue(5), ("order", text("adaptive")), ("overflow", text("last"))],
        vec![queue(5), ("max-wait", text("6ms")), ("drop-policy", text("controlled-timeout"))],
        vec![("partitions", table(&[("write", table(&[("most", number(3))]))]))],
        vec![("min-remaining", text("1s"))],
    ] {
        assert_eq!(without_effect(&entries), Vec::<String>::new(), "{entries:?}");
    }
}

fn like(library: &str, entries: &[(&'static str, Value)]) -> Settings {
    let entries: Vec<_> =
        [("like", text(library))].into_iter().chain(entries.iter().cloned()).collect();
    good::<Settings>(&entries)
}

fn driver(settings: Settings) -> Driver<Bulkhead> {
    Driver::new(Bulkhead::new(settings).expect("valid"), &[])
}

/// resilience4j `BulkheadConfig`: `maxConcurrentCalls` 25, `maxWaitDuration` 0. One number makes
/// the queue and the wait.
#[test]
fn resilience4j_waits_if_it_may_and_not_otherwise() {
    presets_are_sound::<Settings>();
    assert_eq!(like("resilience4j", &[]), Settings::of(25));
    let forever = like("resilience4j", &[("max-wait", text("unlimited"))]);
    assert_eq!((forever.queue, forever.max_wait), (u32::MAX, None));

    let settings = like("resilience4j", &[("slots", number(1)), ("max-wait", text("1s"))]);
    assert_eq!((settings.queue, settings.max_wait), (u32::MAX, Some(millis(1000))));
    let at = |millis_in| Time::ZERO + millis(millis_in);
    let (mut lucky, mut refused) = (driver(settings.clone()), driver(settings));
    for driver in [&mut lucky, &mut refused] {
        assert_eq!(driver.call(0), Action::Send);
        assert_eq!(driver.call(1), Action::WaitUntil(at(1000)));
    }
    lucky.now = at(400);
    assert_eq!(lucky.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(lucky.wake(1), Action::Send);
    refused.now = at(1000);
    assert_eq!(refused.wake(1), Action::Reply(FULL));

    // Our own on top of it.
    let bounded = like("resilience4j", &[("max-wait", text("1s")), ("queue", number(3))]);
    assert_eq!((bounded.queue, bounded.max_wait), (3, Some(millis(1000))));
}

/// .NET `ConcurrencyLimiter`: with `NewestFirst` the newest goes first, and when the queue is full
/// the oldest goes out for the newcomer; with `OldestFirst` the newcomer is refused.
#[test]
fn polly_has_one_number_for_the_order_and_the_overflow() {
    assert_eq!(like("polly", &[]), Settings::of(1000));
    let of = |order: &str| {
        like("polly", &[("slots", number(1)), ("queue", number(2)), ("order", text(order))])
    };
    let oldest = of("fifo");
    assert_eq!((oldest.order, oldest.overflow), (Order::Fifo, Overflow::Newcomer));
    let newest = of("lifo");
    assert_eq!((newest.order, newest.overflow), (Order::Lifo, Overflow::Last));
    let mut driver = driver(newest);
    assert_eq!(driver.call(0), Action::Send);
    assert_eq!([1, 2, 3].map(|call| driver.call(call)), [Action::Wait; 3]);
    assert_eq!(driver.effects.woken, [CallId(1)], "the oldest");
    assert_eq!(driver.wake(1), Action::Reply(FULL));
    assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!(driver.effects.woken, [CallId(1), CallId(3)]);
    let said = read::<Settings>(&[("like", text("polly")), ("order", text("adaptive"))]).1;
    assert_eq!(said[0], "order, mistake: `order` has no form `adaptive`");
}

/// `HystrixThreadPoolProperties`: the queue has `maxQueueSize` places, of which
/// `queueSizeRejectionThreshold` are used.
#[test]
fn hystrix_uses_no_more_of_its_queue_than_the_threshold() {
    assert_eq!(like("hystrix", &[]), Settings::of(10));
    let queue = |entries: &[(&'static str, Value)]| like("hystrix", entries).queue;
    assert_eq!(queue(&[("max-queue-size", number(3))]), 3);
    assert_eq!(queue(&[("max-queue-size", number(100))]), 5);
    let threshold = ("queue-size-rejection-threshold", number(8));
    assert_eq!(queue(&[("max-queue-size", number(100)), threshold.clone()]), 8);
    let said = warnings::<Settings>(&[("like", text("hystrix")), threshold]);
    assert_eq!(said.len(), 1, "{said:?}");
}

/// Envoy's `CircuitBreakers.Thresholds`: `max_requests`, `max_pending_requests`.
#[test]
fn envoy_has_requests_and_pending_requests() {
    let expected = Settings::of(1024).with(|settings| settings.queue = 1024);
    assert_eq!(like("envoy", &[]), expected);
    let expected = Settings::of(3).with(|settings| settings.queue = 2);
    assert_eq!(like("envoy", &[("slots", number(3)), ("queue", number(2))]), expected);
}

//! Every wait lies where its formula says, for every draw.

use expect_test::expect;
use patterns::Duration;
use patterns::backoff::{Backoff, CapWhen, Curve, Jitter, Progress, Quantile, Settings};
use patterns::settings::Auto;
use proptest::prelude::*;

const JITTERS: [Jitter; 4] = [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated];

fn with(curve: Curve, cap: Option<Duration>, cap_when: CapWhen, jitter: Jitter) -> Settings {
    Settings::of(curve).spread(jitter).with(|settings| {
        settings.cap = cap;
        settings.cap_when = cap_when;
    })
}

fn exponential(jitter: Jitter, cap_when: CapWhen) -> Settings {
    let curve = Curve::Exponential { base: Duration::from_millis(100), factor: 3.0 };
    with(curve, Some(Duration::from_secs(2)), cap_when, jitter)
}

/// The wait after so many others, of which the last was `memory`.
fn wait(
    backoff: &Backoff,
    waits: u32,
    memory: Duration,
    mut draw: impl FnMut() -> f64,
) -> Duration {
    backoff.next_with(&mut Progress { waits, memory }, &mut draw)
}

/// The first waits in milliseconds, each drawn in the same way.
fn waits(settings: Settings, draw: f64) -> String {
    let backoff = Backoff::new(settings).expect("valid");
    let mut previous = Duration::ZERO;
    let waits: Vec<_> = (0..6)
        .map(|n| {
            previous = wait(&backoff, n, previous, || draw);
            (previous.as_nanos() as f64 / 1e6).to_string()
        })
        .collect();
    waits.join(" ")
}

#[test]
fn waits_are_those_of_the_published_formulas() {
    let mut table = Vec::new();
    for jitter in JITTERS {
        for cap_when in [CapWhen::Before, CapWhen::After] {
            for draw in [0.0, 0.5] {
                let waits = waits(exponential(jitter, cap_when), draw);
                table.push(format!("{jitter:?} {cap_when:?} {draw}: {waits}\n"));
            }
        }
    }
    expect![[r#"
        None Before 0: 100 300 900 2000 2000 2000
        None Before 0.5: 100 300 900 2000 2000 2000
        None After 0: 100 300 900 2000 2000 2000
        None After 0.5: 100 300 900 2000 2000 2000
        Full Before 0: 0 0 0 0 0 0
        Full Before 0.5: 50 150 450 1000 1000 1000
        Full After 0: 0 0 0 0 0 0
        Full After 0.5: 50 150 450 1350 2000 2000
        Equal Before 0: 50 150 450 1000 1000 1000
        Equal Before 0.5: 75 225 675 1500 1500 1500
        Equal After 0: 50 150 450 1350 2000 2000
        Equal After 0.5: 75 225 675 2000 2000 2000
        Decorrelated Before 0: 100 100 100 100 100 100
        Decorrelated Before 0.5: 200 350 575 912.5 1050 1050
        Decorrelated After 0: 100 100 100 100 100 100
        Decorrelated After 0.5: 200 350 575 912.5 1418.75 2000
    "#]]
    .assert_eq(&table.concat());
}

#[test]
fn other_curves_grow_as_they_say() {
    let plain = |curve| waits(Settings::of(curve), 0.5);
    let [one, two, five] = [1, 2, 5].map(Duration::from_millis);
    assert_eq!(plain(Curve::Constant(five)), "5 5 5 5 5 5");
    assert_eq!(plain(Curve::Linear { base: one, step: Auto::Is(two) }), "1 3 5 7 9 11");
    assert_eq!(plain(Curve::List(vec![two, five, one])), "2 5 1 1 1 1");
    assert_eq!(plain(Curve::Exponential { base: one, factor: 1.0 }), "1 1 1 1 1 1");
    assert_eq!(
        plain(Curve::Exponential { base: one, factor: 1.5 }),
        "1 1.5 2.25 3.375 5.0625 7.59375"
    );
}

/// backon 1.6.0 spreads after its cap: 800 ms under a cap of 400 ms were seen.
#[test]
fn no_wait_is_longer_than_the_cap() {
    let cap = Duration::from_millis(400);
    for jitter in JITTERS {
        for cap_when in [CapWhen::Before, CapWhen::After] {
            let settings = exponential(jitter, cap_when).capped(cap);
            let backoff = Backoff::new(settings).expect("valid");
            let mut previous = Duration::ZERO;
            for n in 0..100 {
                previous = wait(&backoff, n, previous, || 1.0 - f64::EPSILON / 2.0);
                assert!(previous <= cap, "{jitter:?} {cap_when:?} {n}: {previous}");
            }
        }
    }
}

/// cockatiel 4.0.0 forgets the factor when there is no jitter: 100, 200, 400 at a factor of 3.
#[test]
fn the_factor_holds_with_every_jitter() {
    for (jitter, most) in [(Jitter::None, 900), (Jitter::Full, 900), (Jitter::Equal, 900)] {
        let backoff = Backoff::new(exponential(jitter, CapWhen::Before)).expect("valid");
        assert_eq!(
            backoff.bounds(Progress { waits: 2, memory: Duration::ZERO }).1,
            Duration::from_millis(most)
        );
    }
}

/// Waits drawn at the cap stay spread if the cap comes first, and pile up if it comes last.
#[test]
fn the_order_of_cap_and_jitter_shows_at_the_cap() {
    let at_cap = |cap_when, draw| {
        let backoff = Backoff::new(exponential(Jitter::Full, cap_when)).expect("valid");
        wait(&backoff, 9, Duration::ZERO, || draw)
    };
    assert_eq!(at_cap(CapWhen::Before, 0.25), Duration::from_millis(500));
    assert_eq!(at_cap(CapWhen::Before, 0.75), Duration::from_millis(1_500));
    assert_eq!(at_cap(CapWhen::After, 0.25), Duration::from_secs(2));
    assert_eq!(at_cap(CapWhen::After, 0.75), Duration::from_secs(2));
}

#[test]
fn a_cap_below_the_first_wait_is_a_constant_wait() {
    for jitter in [Jitter::None, Jitter::Decorrelated] {
        let settings = exponential(jitter, CapWhen::Before).capped(Duration::from_millis(1));
        assert_eq!(waits(settings, 0.5), "1 1 1 1 1 1");
    }
}

/// Past 2 to the power of 53 ns, a length times 1 was less than the length.
#[test]
fn long_waits_keep_their_bounds() {
    let base = Duration::from_nanos(3_509_085_312_115_115_009);
    let curve = Curve::Exponential { base, factor: 1.0 };
    let backoff = Backoff::new(Settings::of(curve).spread(Jitter::Decorrelated)).expect("valid");
    assert_eq!(backoff.bounds(Progress { waits: 0, memory: Duration::ZERO }), (base, base));
    assert_eq!(wait(&backoff, 0, Duration::ZERO, || 0.0), base);
}

fn curves() -> impl Strategy<Value = Curve> {
    let span = || {
        prop_oneof![
            Just(Duration::ZERO),
            (0..10_000_000_000_u64).prop_map(Duration::from_nanos),
            any::<u64>().prop_map(Duration::from_nanos),
            Just(Duration::MAX),
        ]
    };
    prop_oneof![
        span().prop_map(Curve::Constant),
        (span(), span()).prop_map(|(base, step)| Curve::Linear { base, step: Auto::Is(step) }),
        (span(), prop_oneof![1.0..10.0, Just(1.0), Just(f64::MAX)])
            .prop_map(|(base, factor)| Curve::Exponential { base, factor }),
        span().prop_map(|base| Curve::Fibonacci { base }),
        prop::collection::vec(span(), 1..5).prop_map(Curve::List),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let cap = prop_oneof![
        Just(None),
        any::<u64>().prop_map(|nanos| Some(Duration::from_nanos(nanos))),
        (0..20_000_000_000_u64).prop_map(|nanos| Some(Duration::from_nanos(nanos))),
    ];
    let cap_when = prop_oneof![Just(CapWhen::Before), Just(CapWhen::After)];
    let between =
        (0.0..2.0, 0.01..2.0).prop_map(|(from, more)| Jitter::Between { from, to: from + more });
    let jitter = prop_oneof![4 => prop::sample::select(&JITTERS), 1 => between];
    (curves(), cap, cap_when, jitter)
        .prop_map(|(curve, cap, cap_when, jitter)| with(curve, cap, cap_when, jitter))
        .prop_filter("decorrelated is exponential", |settings| {
            settings.jitter != Jitter::Decorrelated
                || matches!(settings.curve, Curve::Exponential { .. })
        })
}

/// The length of the curve, by the definition and not by squaring.
fn length(curve: &Curve, n: u32) -> f64 {
    match curve {
        Curve::Constant(wait) => wait.as_nanos() as f64,
        Curve::Linear { base, step } => {
            base.as_nanos() as f64 + f64::from(n) * step.or(*base).as_nanos() as f64
        }
        Curve::Exponential { base, factor } => {
            (0..n).fold(base.as_nanos() as f64, |length, _| length * factor)
        }
        Curve::Fibonacci { base } => {
            let numbers = (0..n).fold((1.0, 1.0), |(one, two), _| (two, one + two));
            base.as_nanos() as f64 * numbers.0
        }
        Curve::List(waits) => waits[waits.len().min(n as usize + 1) - 1].as_nanos() as f64,
        _ => unreachable!("not generated"),
    }
}

/// Whether a span is the number of nanoseconds but for rounding.
fn is_close(span: Duration, nanos: f64) -> bool {
    let nanos = nanos.min(Duration::MAX.as_nanos() as f64);
    (span.as_nanos() as f64 - nanos).abs() <= 2.0 + nanos * 1e-12
}

proptest! {
    #[test]
    fn waits_lie_within_the_bounds_of_their_formula(
        settings in settings(),
        n in 0..40_u32,
        previous in any::<u64>().prop_map(Duration::from_nanos),
        draw in 0.0..1.0_f64,
    ) {
        let backoff = Backoff::new(settings.clone()).expect("valid");
        let wait = wait(&backoff, n, previous, || draw);
        let (least, most) = backoff.bounds(Progress { waits: n, memory: previous });
        prop_assert!(least <= wait && wait <= most);

        let cap = settings.cap.map_or(f64::INFINITY, |cap| cap.as_nanos() as f64);
        let before = settings.cap_when == CapWhen::Before;
        let early = |nanos: f64| if before { nanos.min(cap) } else { nanos };
        let d = early(length(&settings.curve, n).min(Duration::MAX.as_nanos() as f64));
        let expected = match (settings.jitter, &settings.curve) {
            (Jitter::None, _) => d,
            (Jitter::Full, _) => draw * d,
            (Jitter::Equal, _) => d / 2.0 + draw * d / 2.0,
            (Jitter::Decorrelated, Curve::Exponential { base, factor }) => {
                let previous = if n == 0 { *base } else { previous.max(*base) };
                let most = previous.as_nanos() as f64 * factor;
                let least = early(base.as_nanos() as f64);
                least + draw * (early(most.min(Duration::MAX.as_nanos() as f64)) - least)
            }
            (Jitter::Between { from, to }, _) => {
                let end = Duration::MAX.as_nanos() as f64;
                let (from, to) = ((d * from).min(end), (d * to).min(end));
                from + draw * (to - from)
            }
            (_, _) => unreachable!("not generated"),
        };
        // A multiple of more than 1 goes above the cap if that comes first.
        let above = before && matches!(settings.jitter, Jitter::Between { .. });
        let expected = if above { expected } else { expected.min(cap) };
        prop_assert!(is_close(wait, expected), "{wait} is not {expected} ns");
    }

    #[test]
    fn without_jitter_or_a_list_waits_never_shrink(settings in settings()) {
        if matches!(settings.curve, Curve::List(_)) {
            return Ok(());
        }
        let backoff = Backoff::new(settings.spread(Jitter::None)).expect("valid");
        let waits: Vec<_> = (0..200).map(|n| wait(&backoff, n, Duration::ZERO, || 0.5)).collect();
        prop_assert!(waits.is_sorted());
    }

    #[test]
    fn growth_reaches_the_cap_in_logarithmic_time(
        base in 1..1_000_000_u64,
        factor in 1.5..10.0_f64,
        cap in 1..u64::MAX / 2,
    ) {
        let curve = Curve::Exponential { base: Duration::from_nanos(base), factor };
        let cap = Some(Duration::from_nanos(cap));
        let settings = with(curve, cap, CapWhen::After, Jitter::None);
        let backoff = Backoff::new(settings).expect("valid");
        // 1.5 to the power of 110 is more than 2 to the power of 64.
        prop_assert_eq!(Some(wait(&backoff, 110, Duration::ZERO, || 0.5)), cap);
        prop_assert_eq!(Some(wait(&backoff, u32::MAX, Duration::ZERO, || 0.5)), cap);
    }

    #[test]
    fn a_wait_takes_one_draw_if_it_is_spread_and_none_if_not(
        settings in settings(),
        n in any::<u32>(),
    ) {
        let spread = settings.jitter != Jitter::None;
        let backoff = Backoff::new(settings).expect("valid");
        let mut draws = 0;
        let _wait = wait(&backoff, n, Duration::ZERO, || {
            draws += 1;
            0.5
        });
        prop_assert_eq!(draws, u32::from(spread));
    }

    #[test]
    fn decorrelated_waits_follow_one_another_within_their_range(
        draws in prop::collection::vec(0.0..1.0_f64, 1..50),
    ) {
        let backoff = Backoff::new(exponential(Jitter::Decorrelated, CapWhen::After))
            .expect("valid");
        let (first, cap) = (Duration::from_millis(100), Duration::from_secs(2));
        let mut previous = first;
        for (n, draw) in draws.into_iter().enumerate() {
            let wait = wait(&backoff, n as u32, previous, || draw);
            prop_assert!(first <= wait && wait <= (previous * 3).min(cap));
            previous = wait;
        }
    }

    /// Polly's jitter: all draws positive, and together as long as the formula says, whatever was
    /// drawn before the last.
    #[test]
    fn waits_of_polly_telescope(draws in prop::collection::vec(0.0..1.0_f64, 1..30)) {
        let first = Duration::from_millis(100);
        let polly = with(Curve::doubling(first), None, CapWhen::After, Jitter::Polly);
        let capped = polly.clone().capped(Duration::from_secs(1));
        let [polly, capped] = [polly, capped].map(|one| Backoff::new(one).expect("valid"));
        let (mut free, mut bound) = (Progress::default(), Progress::default());
        let mut total = Duration::ZERO;
        for (n, draw) in draws.iter().enumerate() {
            let (least, most) = polly.bounds(free);
            let wait = polly.next_with(&mut free, &mut || *draw);
            prop_assert!(least <= wait && wait <= most, "{least} {wait} {most}");
            prop_assert!(wait > Duration::ZERO || (n == 0 && *draw < 1e-9));
            total += wait;
            // A cap shortens waits, but does not move where they would have ended.
            let shorter = capped.next_with(&mut bound, &mut || *draw);
            prop_assert_eq!(shorter, wait.min(Duration::from_secs(1)));
        }
        let t = draws.len() as f64 - 1.0 + draws[draws.len() - 1];
        let end = 1e8 / 1.4 * libm::exp2(t) * libm::tanh(2.0 * libm::sqrt(t));
        prop_assert!((total.as_nanos() as f64 - end).abs() <= 1.0 + end * 1e-12);
    }
}

/// The waits of Polly's own formula for the middle of each range, to a tenth of a millisecond:
/// 2^t tanh(2 sqrt t) / 1.4 at t = 0.5, 1.5, 2.5, 3.5, and the differences.
#[test]
fn waits_of_polly_are_those_of_its_formula() {
    let doubling = Settings::of(Curve::doubling(Duration::from_secs(1)));
    let backoff = Backoff::new(doubling.spread(Jitter::Polly)).expect("valid");
    let mut progress = Progress::default();
    let tenths = |wait: Duration| (wait.as_nanos() + 50_000) / 100_000;
    let waits = [(); 4].map(|()| tenths(backoff.next_with(&mut progress, &mut || 0.5)));
    assert_eq!(waits, [8974, 10930, 20357, 40460]);
    // At the end of time a wait is for ever, and nothing overflows.
    let mut late = Progress { waits: 1_000, memory: Duration::MAX };
    assert_eq!(backoff.bounds(late), (Duration::ZERO, Duration::MAX));
    let second = Progress { waits: 1, memory: Duration::from_millis(897) };
    let (least, most) = backoff.bounds(second);
    assert_eq!([least, most].map(tenths), [4802, 19402]);
    assert_eq!(backoff.next_with(&mut late, &mut || 0.5), Duration::MAX);
}

#[test]
fn multiples_and_fibonacci_are_as_written() {
    let second = Duration::from_secs(1);
    let between = |from, to, cap_when| {
        let curve = Curve::Fibonacci { base: second };
        with(curve, Some(second * 3), cap_when, Jitter::Between { from, to })
    };
    let (before, after) = (CapWhen::Before, CapWhen::After);
    assert_eq!(waits(between(1.0, 1.0, before), 0.9), "1000 1000 2000 3000 3000 3000");
    assert_eq!(waits(between(0.5, 1.5, before), 0.75), "1250 1250 2500 3750 3750 3750");
    assert_eq!(waits(between(0.5, 1.5, after), 0.75), "1250 1250 2500 3000 3000 3000");
    assert_eq!(waits(between(0.5, 1.5, after), 0.0), "500 500 1000 1500 2500 3000");
    let far = Backoff::new(between(1.0, 1.0, before).with(|s| s.cap = None)).expect("valid");
    assert_eq!(wait(&far, u32::MAX, Duration::ZERO, || 0.5), Duration::MAX);
}

/// The first waits in milliseconds of one sequence.
fn sequence(settings: Settings, draw: f64, count: usize) -> Vec<f64> {
    let backoff = Backoff::new(settings).expect("valid");
    let mut progress = Progress::default();
    let mut draws = 0;
    let mut rng = || {
        draws += 1;
        draw
    };
    let waits = (0..count).map(|_| {
        let (least, most) = backoff.bounds(progress);
        let wait = backoff.next_with(&mut progress, &mut rng);
        assert!(least <= wait && wait <= most, "{least} {wait} {most}");
        wait.as_nanos() as f64 / 1e6
    });
    let waits = waits.collect();
    assert_eq!(draws, count, "one draw for each wait, the first one included");
    waits
}

/// Finagle `Backoff.decorrelatedJittered`, `exponentialJittered` and `equalJittered` from 100 ms to
/// 1 s: each follows from the wait before, and the first one is never spread.
#[test]
fn waits_of_finagle_follow_from_the_wait_before() {
    let from = |factor, jitter| {
        let curve = Curve::Exponential { base: Duration::from_millis(100), factor };
        Settings::of(curve).capped(Duration::from_secs(1)).spread(jitter)
    };
    let decorrelated = |draw, count| sequence(from(3.0, Jitter::FinagleDecorrelated), draw, count);
    assert_eq!(decorrelated(0.0, 7), [100.0; 7]);
    assert_eq!(decorrelated(0.25, 5), [100.0, 150.0, 225.0, 337.5, 503.125]);
    assert_eq!(decorrelated(0.5, 6), [100.0, 200.0, 400.0, 700.0, 850.0, 925.0]);
    let exponential = |draw, count| sequence(from(2.0, Jitter::FinagleExponential), draw, count);
    assert_eq!(exponential(0.0, 4), [100.0, 0.0, 0.0, 0.0]);
    assert_eq!(exponential(0.25, 6), [100.0, 50.0, 50.0, 100.0, 1000.0, 1000.0]);
    assert_eq!(exponential(0.5, 5), [100.0, 100.0, 200.0, 1000.0, 1000.0]);
    let equal = |draw, count| sequence(from(2.0, Jitter::FinagleEqual), draw, count);
    assert_eq!(equal(0.0, 6), [100.0, 100.0, 200.0, 400.0, 800.0, 1000.0]);
    assert_eq!(equal(0.25, 5), [100.0, 125.0, 250.0, 500.0, 1000.0]);
    assert_eq!(equal(0.5, 5), [100.0, 150.0, 300.0, 600.0, 1000.0]);
    // Once at the cap it stays there, though another draw would fall below.
    let backoff = Backoff::new(from(2.0, Jitter::FinagleEqual)).expect("valid");
    let mut progress = Progress { waits: 4, memory: Duration::from_millis(1_000) };
    assert_eq!(backoff.next_with(&mut progress, &mut || 0.0), Duration::from_secs(1));
    // Without a cap nothing overflows.
    for jitter in [Jitter::FinagleDecorrelated, Jitter::FinagleExponential, Jitter::FinagleEqual] {
        let free = from(2.0, jitter).with(|settings| settings.cap = None);
        let _waits = sequence(free, 0.9, 200);
    }
}

/// failsafe-go `WithJitter`: up or down by a length of time, and never below zero.
#[test]
fn a_wait_goes_up_and_down_by_a_length_of_time() {
    let by = |wait, by, draw| {
        let [wait, by] = [wait, by].map(Duration::from_millis);
        let backoff = Settings::constant(wait).spread(Jitter::PlusMinus(by));
        sequence(backoff, draw, 1)[0].to_string()
    };
    assert_eq!([0.0, 0.5, 0.75].map(|draw| by(1_000, 100, draw)), ["900", "1000", "1050"]);
    // Where it would be below zero it is zero, and the rest is spread as before.
    assert_eq!([0.0, 0.25, 0.5, 0.75].map(|draw| by(50, 100, draw)), ["0", "0", "50", "100"]);
}

#[test]
fn only_jitter_needs_chance() {
    let plain = Settings::of(Curve::doubling(Duration::from_millis(100)));
    let backoff = Backoff::new(plain.clone()).expect("valid");
    assert!(!backoff.uses_chance());
    let mut progress = Progress::default();
    let waits = [(); 3].map(|()| backoff.next(&mut progress));
    assert_eq!(waits, [100, 200, 400].map(Duration::from_millis));
    assert!(Backoff::new(plain.spread(Jitter::Full)).expect("valid").uses_chance());
}

#[test]
#[should_panic(expected = "a backoff with jitter needs `next_with`")]
fn jitter_without_draws_is_told() {
    let spread = Settings::constant(Duration::from_secs(1)).spread(Jitter::Full);
    let _wait = Backoff::new(spread).expect("valid").next(&mut Progress::default());
}

#[test]
fn a_cap_is_reached_by_a_wait_that_would_be_longer() {
    let second = Duration::from_secs(1);
    let doubling = Settings::of(Curve::doubling(second));
    let reaches = |settings: &Settings| [1, 2, 3, 100].map(|waits| settings.is_cap_reached(waits));
    assert_eq!(reaches(&doubling), [false; 4], "there is none");
    // 1, 2, 4: a wait of exactly the cap is not shortened.
    assert_eq!(reaches(&doubling.clone().capped(second * 2)), [false, false, true, true]);
    let constant = Settings::constant(second).capped(second);
    assert_eq!(reaches(&constant), [false; 4]);
    // Capped after jitter, the spread wait counts.
    let spread = constant.spread(Jitter::Between { from: 0.5, to: 1.5 });
    assert_eq!(reaches(&spread), [false; 4]);
    let after = spread.with(|settings| settings.cap_when = CapWhen::After);
    assert_eq!(reaches(&after), [true; 4]);
    let list = Settings::of(Curve::List(vec![second, second * 5, second])).capped(second * 3);
    assert_eq!(reaches(&list), [false, true, true, true]);
}

/// Quantiles of each law in closed form, and the cap as for all other waits.
#[test]
fn waits_are_drawn_by_laws() {
    let secs = Duration::from_secs;
    let exponential = Curve::DrawnExponential { mean: secs(2) };
    let lognormal = Curve::DrawnLognormal { median: secs(2), p99: secs(20) };
    let weibull = Curve::DrawnWeibull { shape: 0.5, scale: secs(2) };
    let pareto = Curve::DrawnPareto { shape: 2.0, least: secs(3) };
    for (curve, least, quantiles) in [
        (exponential, 0, [(0.5, 2.0 * core::f64::consts::LN_2), (0.99, 2.0 * 4.605_170_186)]),
        (lognormal, 0, [(0.5, 2.0), (0.99, 20.0)]),
        (weibull, 0, [(0.5, 2.0 * 0.480_453_014), (0.99, 2.0 * 21.207_592_441)]),
        (pareto, 3, [(0.75, 6.0), (0.99, 30.0)]),
    ] {
        let settings = Settings::of(curve);
        let backoff = Backoff::new(settings.clone()).expect("valid");
        assert!(backoff.uses_chance());
        let found = |draw| wait(&backoff, 5, Duration::ZERO, || draw).as_secs_f64();
        for (share, secs) in quantiles {
            assert!((found(share) - secs).abs() < 1e-7, "{settings:?} {share}: {}", found(share));
        }
        assert_eq!(backoff.bounds(Progress::default()), (secs(least), Duration::MAX));
        assert!((found(0.0) - least as f64).abs() < 1e-9, "the shortest");
        assert!(found(1.0 - 1e-16).is_finite());
        let capped = Backoff::new(settings.clone().capped(secs(4))).expect("valid");
        let waits = [0.0, 0.99].map(|draw| wait(&capped, 0, Duration::ZERO, || draw));
        assert_eq!(waits, [secs(least), secs(4)]);
        assert!(Backoff::new(settings.spread(Jitter::Full)).is_err(), "spread twice");
    }
    let endless = Settings::of(Curve::DrawnPareto { shape: 0.01, least: secs(1) });
    assert!(Backoff::new(endless.clone()).is_err(), "half of all waits have no end");
    assert!(Backoff::new(endless.capped(secs(4))).is_ok());
    let wrong = Curve::DrawnLognormal { median: secs(2), p99: secs(1) };
    assert!(Backoff::new(Settings::of(wrong)).is_err());
}

/// A draw finds its wait on straight lines between the points, and the cap cuts what is longer.
#[test]
fn waits_are_drawn_from_a_distribution() {
    let points = |points: &[(f64, u64)]| {
        let point = |&(share, secs)| Quantile { share, wait: Duration::from_secs(secs) };
        Settings::of(Curve::Drawn(points.iter().map(point).collect()))
    };
    let settings = points(&[(0.0, 1), (0.5, 3), (0.9, 11), (1.0, 31)]);
    let backoff = Backoff::new(settings.clone()).expect("valid");
    assert!(backoff.uses_chance());
    let found = |draw| wait(&backoff, 5, Duration::ZERO, || draw).as_secs_f64();
    for (draw, secs) in [(0.0, 1.0), (0.25, 2.0), (0.5, 3.0), (0.7, 7.0), (0.9, 11.0), (0.95, 21.0)]
    {
        assert!((found(draw) - secs).abs() < 1e-8, "{draw}: {}", found(draw));
    }
    assert!(found(1.0 - 1e-16) <= 31.0);
    let bounds = backoff.bounds(Progress::default());
    assert_eq!(bounds, (Duration::from_secs(1), Duration::from_secs(31)));
    for cap_when in [CapWhen::Before, CapWhen::After] {
        let mut capped = settings.clone().capped(Duration::from_secs(5));
        capped.cap_when = cap_when;
        let capped = Backoff::new(capped).expect("valid");
        let waits = [0.25, 0.7].map(|draw| wait(&capped, 0, Duration::ZERO, || draw));
        assert_eq!(waits, [2, 5].map(Duration::from_secs));
    }
    // A jitter would spread them twice.
    assert!(Backoff::new(settings.spread(Jitter::Full)).is_err());
    for wrong in [
        &[][..],
        &[(0.0, 1), (0.99, 2)],
        &[(0.01, 1), (1.0, 2)],
        &[(0.0, 2), (1.0, 1)],
        &[(0.0, 1), (0.5, 1), (0.5, 2), (1.0, 3)],
    ] {
        assert!(Backoff::new(points(wrong)).is_err(), "{wrong:?}");
    }
}

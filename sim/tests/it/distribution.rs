//! Distributions draw what they say, the same for ever.

use patterns::{Duration, Invalid};
use sim::kernel::{Distribution, RngStreams};

const DRAWS: usize = 100_000;
const SECOND: Duration = Duration::from_secs(1);

fn ok(distribution: Result<Distribution, Invalid>) -> Distribution {
    distribution.expect("settings are in range")
}

/// A distribution, and the probability that a length is at most a number of seconds.
struct Case {
    name: &'static str,
    distribution: Distribution,
    cdf: fn(f64) -> f64,
    /// The first lengths drawn from the seed 42, in nanoseconds.
    pinned: [u64; 4],
}

fn case(
    name: &'static str,
    pinned: [u64; 4],
    distribution: Result<Distribution, Invalid>,
    cdf: fn(f64) -> f64,
) -> Case {
    Case { name, distribution: ok(distribution), cdf, pinned }
}

fn cases() -> Vec<Case> {
    let mut cases = one_draw_cases();
    cases.extend(several_draws_cases());
    cases.extend(other_parameters_cases());
    cases
}

fn one_draw_cases() -> Vec<Case> {
    vec![
        case(
            "uniform",
            [1_333_364_761, 681_169_981, 1_046_779_638, 1_369_733_989],
            Distribution::uniform(Duration::from_millis(500), Duration::from_secs(2)),
            |x| ((x - 0.5) / 1.5).clamp(0.0, 1.0),
        ),
        case(
            "exponential",
            [105_536_585, 114_730_743, 393_014_703, 681_338_402],
            Distribution::exponential(SECOND),
            |x| -libm::expm1(-x),
        ),
        case(
            "lognormal",
            [1_034_631_436, 536_065_806, 786_294_607, 1_160_862_318],
            Distribution::lognormal(SECOND, 0.75),
            |x| normal_cdf(libm::log(x) / 0.75),
        ),
        case(
            "lognormal by p99",
            [1_031_903_056, 562_626_063, 801_094_337, 1_147_509_650],
            Distribution::lognormal_p99(SECOND, Duration::from_secs(5)),
            |x| normal_cdf(libm::log(x) / libm::log(5.0) * 2.326_347_874_040_841),
        ),
        case(
            "weibull that wears",
            [406_781_520, 420_602_571, 688_277_415, 857_719_230],
            Distribution::weibull(2.5, SECOND),
            |x| -libm::expm1(-libm::pow(x, 2.5)),
        ),
        case(
            "weibull that lasts",
            [40_258_861, 45_361_294, 263_380_730, 578_025_441],
            Distribution::weibull(0.7, SECOND),
            |x| -libm::expm1(-libm::pow(x, 0.7)),
        ),
        case(
            "pareto",
            [1_017_745_036, 1_019_305_783, 1_067_695_354, 1_120_255_070],
            Distribution::pareto(6.0, SECOND),
            |x| 1.0 - libm::pow(x.max(1.0), -6.0),
        ),
        case(
            "pareto without variance",
            [1_072_891_911, 1_079_488_332, 1_299_539_280, 1_574_953_269],
            Distribution::pareto(1.5, SECOND),
            |x| 1.0 - libm::pow(x.max(1.0), -1.5),
        ),
    ]
}

fn several_draws_cases() -> Vec<Case> {
    vec![
        case(
            "gamma",
            [893_669_430, 691_293_152, 326_839_935, 306_916_624],
            Distribution::gamma(2.5, SECOND),
            |x| gamma_cdf(2.5, x * 2.5),
        ),
        case(
            "gamma of a small shape",
            [802_349_285, 107_239_659, 1_445_773_795, 260_559_221],
            Distribution::gamma(0.4, SECOND),
            |x| gamma_cdf(0.4, x * 0.4),
        ),
        case(
            "erlang",
            [913_827_742, 725_564_357, 374_774_473, 354_879_006],
            Distribution::erlang(3, SECOND),
            |x| 1.0 - libm::exp(-3.0 * x) * (1.0 + 3.0 * x + 4.5 * x * x),
        ),
        case(
            "hyperexponential",
            [114_730_743, 681_338_402, 449_633_474, 158_849_448],
            Distribution::hyperexponential(&[(9.0, SECOND), (1.0, Duration::from_secs(10))]),
            |x| 1.0 - 0.9 * libm::exp(-x) - 0.1 * libm::exp(-x / 10.0),
        ),
        case("mixture", [560_389_994, 789_911_330, 592_490_595, 929_858_643], mixture(), |x| {
            0.75 * ((x - 0.5) / 0.5).clamp(0.0, 1.0) - 0.25 * libm::expm1(-x / 10.0)
        }),
        case(
            "empirical",
            [468_052_866, 172_467_992, 318_711_855, 497_742_032],
            Distribution::empirical(&[
                (0.0, Duration::from_millis(100)),
                (0.5, Duration::from_millis(400)),
                (0.99, SECOND),
                (1.0, Duration::from_secs(10)),
            ]),
            empirical_cdf,
        ),
    ]
}

fn other_parameters_cases() -> Vec<Case> {
    vec![
        case(
            "lognormal by mean and cv",
            [473_723_773, 155_769_837, 297_780_299, 575_562_575],
            Distribution::lognormal_sigma(2.0)
                .and_then(|sigma| Distribution::lognormal_mean(SECOND, sigma)),
            |x| normal_cdf((libm::log(x) + libm::log(5.0) / 2.0) / libm::sqrt(libm::log(5.0))),
        ),
        case(
            "weibull by mean",
            [366_569_712, 382_203_767, 707_390_883, 931_400_556],
            Distribution::weibull_mean(2.0, SECOND),
            |x| -libm::expm1(-x * x * core::f64::consts::FRAC_PI_4),
        ),
        case(
            "pareto by mean",
            [848_120_863, 849_421_486, 889_746_128, 933_545_892],
            Distribution::pareto_mean(6.0, SECOND),
            |x| 1.0 - libm::pow((x * 1.2).max(1.0), -6.0),
        ),
        case(
            "gamma by scale",
            [2_234_173_575, 1_728_232_880, 817_099_837, 767_291_560],
            Distribution::gamma_scale(2.5, SECOND),
            |x| gamma_cdf(2.5, x),
        ),
        case(
            "gamma by cv",
            [938_569_406, 771_612_066, 446_263_044, 426_939_939],
            Distribution::gamma_cv(SECOND, 0.5),
            |x| gamma_cdf(4.0, x * 4.0),
        ),
    ]
}

fn mixture() -> Result<Distribution, Invalid> {
    let short = ok(Distribution::uniform(Duration::from_millis(500), SECOND));
    let long = ok(Distribution::exponential(Duration::from_secs(10)));
    Distribution::mixture(vec![(3.0, short), (1.0, long)])
}

fn empirical_cdf(x: f64) -> f64 {
    let pieces = [(0.0, 0.1), (0.5, 0.4), (0.99, 1.0), (1.0, 10.0)];
    let piece = pieces.windows(2).find(|pair| x <= pair[1].1);
    piece.map_or(1.0, |pair| {
        let ((low, from), (high, to)) = (pair[0], pair[1]);
        low + (high - low) * ((x - from) / (to - from)).max(0.0)
    })
}

fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / core::f64::consts::SQRT_2) / 2.0
}

/// The lower incomplete gamma function over the whole, by its series.
fn gamma_cdf(shape: f64, x: f64) -> f64 {
    let mut term = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape + 1.0));
    let mut sum = 0.0;
    for step in 1..1_000 {
        sum += term;
        term *= x / (shape + f64::from(step));
    }
    sum
}

fn draws(distribution: &Distribution) -> Vec<f64> {
    let mut stream = RngStreams::new(42).stream("law");
    (0..DRAWS).map(|_| distribution.sample(&mut stream).as_secs_f64()).collect()
}

#[test]
fn draws_stay_what_they_are() {
    let mut changed = Vec::new();
    for Case { name, distribution, pinned, .. } in cases() {
        let mut stream = RngStreams::new(42).stream("law");
        let drawn = [(); 4].map(|()| distribution.sample(&mut stream).as_nanos());
        if drawn != pinned {
            changed.push((name, drawn));
        }
    }
    assert!(changed.is_empty(), "{changed:?}");
}

/// The test of Kolmogorov and Smirnov, which a right distribution passes in 999 of 1000 cases.
#[test]
fn draws_have_the_right_shape() {
    for Case { name, distribution, cdf, .. } in cases() {
        let mut drawn = draws(&distribution);
        drawn.sort_by(f64::total_cmp);
        let share = |count: usize| count as f64 / DRAWS as f64;
        let gaps = drawn.iter().enumerate().map(|(index, &x)| {
            let expected = cdf(x);
            (expected - share(index)).max(share(index + 1) - expected)
        });
        let gap = gaps.fold(0.0, f64::max) * (DRAWS as f64).sqrt();
        assert!(gap < 1.949, "{name}: {gap}");
    }
}

/// Mean and variance are within four of their standard errors.
#[test]
fn draws_have_the_right_mean_and_variance() {
    for Case { name, distribution, .. } in cases() {
        let drawn = draws(&distribution);
        let mean = |of: &dyn Fn(f64) -> f64| drawn.iter().map(|&x| of(x)).sum::<f64>() / 1e5;
        let expected = distribution.mean_secs();
        if distribution.cv2().is_finite() {
            let variance = distribution.cv2() * expected * expected;
            let error = 4.0 * (variance / 1e5).sqrt();
            assert!((mean(&|x| x) - expected).abs() < error, "mean of {name}");
            let second = mean(&|x| (x - expected) * (x - expected));
            let fourth = mean(&|x| libm::pow(x - expected, 4.0));
            let error = 4.0 * ((fourth - second * second) / 1e5).sqrt();
            assert!((second - variance).abs() < error, "variance of {name}");
        } else {
            assert_eq!(name, "pareto without variance");
            assert!((expected - 3.0).abs() < 1e-9);
        }
    }
}

fn ok_sigma(cv: f64) -> f64 {
    Distribution::lognormal_sigma(cv).expect("it is in range")
}

#[test]
fn moments_are_those_of_the_books() {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} {b}");
    let constant = Distribution::constant(Duration::from_millis(250));
    near(constant.mean_secs(), 0.25);
    near(constant.cv2(), 0.0);
    near(ok(Distribution::uniform(Duration::ZERO, SECOND)).cv2(), 1.0 / 3.0);
    near(ok(Distribution::uniform(Duration::ZERO, Duration::ZERO)).cv2(), 0.0);
    near(ok(Distribution::exponential(SECOND)).cv2(), 1.0);
    near(ok(Distribution::erlang(4, SECOND)).cv2(), 0.25);
    near(ok(Distribution::weibull(1.0, SECOND)).cv2(), 1.0);
    near(ok(Distribution::weibull(0.5, SECOND)).mean_secs(), 2.0);
    near(ok(Distribution::weibull(0.5, SECOND)).cv2(), 5.0);
    near(
        ok(Distribution::hyperexponential(&[(2.0, SECOND), (2.0, Duration::from_secs(3))])).cv2(),
        1.5,
    );
    near(ok(Distribution::empirical(&[(0.0, SECOND), (1.0, SECOND)])).cv2(), 0.0);
    // Waits that do not grow are a geometric number of equal lengths.
    near(ok(Distribution::restarts(0.7, SECOND, SECOND, Duration::ZERO)).cv2(), 0.7);
    near(ok(Distribution::restarts(0.0, SECOND, SECOND * 4, SECOND)).cv2(), 0.0);
    near(ok(Distribution::exponential_rate(4.0)).mean_secs(), 0.25);
    let lognormal = ok(Distribution::lognormal_mean(SECOND, ok_sigma(2.0)));
    near(lognormal.mean_secs(), 1.0);
    near(lognormal.cv2(), 4.0);
    near(ok(Distribution::weibull_mean(0.5, SECOND)).mean_secs(), 1.0);
    near(ok(Distribution::pareto_mean(1.5, SECOND)).mean_secs(), 1.0);
    near(ok(Distribution::gamma_scale(3.0, SECOND)).mean_secs(), 3.0);
    near(ok(Distribution::gamma_cv(SECOND, 2.0)).mean_secs(), 1.0);
    near(ok(Distribution::gamma_cv(SECOND, 2.0)).cv2(), 4.0);
    // Two lengths, each in half of all draws.
    let [short, long] = [1, 3].map(|secs| Distribution::constant(Duration::from_secs(secs)));
    let two = ok(Distribution::mixture(vec![(0.5, short.clone()), (0.5, long)]));
    near(two.mean_secs(), 2.0);
    near(two.cv2(), 0.25);
    let heavy = ok(Distribution::pareto(1.5, SECOND));
    let heavy = ok(Distribution::mixture(vec![(0.5, short.clone()), (0.5, heavy)]));
    near(heavy.mean_secs(), 2.0);
    assert!(heavy.cv2().is_infinite());
    let heaviest = ok(Distribution::pareto(1.0, SECOND));
    let heaviest = ok(Distribution::mixture(vec![(1.0, short), (1.0, heaviest)]));
    assert!(heaviest.mean_secs().is_infinite() && heaviest.cv2().is_infinite());
    assert!(ok(Distribution::pareto(1.0, SECOND)).mean_secs().is_infinite());
    assert!(ok(Distribution::pareto(2.0, SECOND)).cv2().is_infinite());
}

#[test]
fn settings_out_of_range_are_named() {
    let zero = Duration::ZERO;
    let refused: [(Result<Distribution, Invalid>, &str); 33] = [
        (Distribution::uniform(SECOND, zero), "high"),
        (Distribution::exponential(zero), "mean"),
        (Distribution::lognormal(zero, 1.0), "median"),
        (Distribution::lognormal(SECOND, -0.1), "sigma"),
        (Distribution::lognormal(SECOND, f64::INFINITY), "sigma"),
        (Distribution::lognormal_p99(zero, SECOND), "median"),
        (Distribution::lognormal_p99(SECOND, Duration::from_millis(1)), "p99"),
        (Distribution::weibull(0.0, SECOND), "shape"),
        (Distribution::weibull(f64::NAN, SECOND), "shape"),
        (Distribution::weibull(1.0, zero), "scale"),
        (Distribution::pareto(f64::INFINITY, SECOND), "shape"),
        (Distribution::pareto(1.0, zero), "least"),
        (Distribution::gamma(-1.0, SECOND), "shape"),
        (Distribution::gamma(1.0, zero), "mean"),
        (Distribution::erlang(0, SECOND), "k"),
        (Distribution::hyperexponential(&[]), "share"),
        (Distribution::hyperexponential(&[(0.0, SECOND)]), "share"),
        (Distribution::hyperexponential(&[(1.0, SECOND), (-0.5, SECOND)]), "share"),
        (Distribution::hyperexponential(&[(1.0, zero)]), "mean"),
        (Distribution::exponential_rate(0.0), "rate"),
        (Distribution::lognormal_mean(zero, 1.0), "mean"),
        (Distribution::lognormal_mean(SECOND, 1e9), "sigma"),
        (Distribution::weibull_mean(1e-9, SECOND), "shape"),
        (Distribution::pareto_mean(1.0, SECOND), "shape"),
        (Distribution::gamma_scale(f64::MAX, Duration::MAX), "shape"),
        (Distribution::gamma_cv(SECOND, 1e-200), "cv"),
        (Distribution::mixture(vec![]), "share"),
        (Distribution::mixture(vec![(-1.0, Distribution::constant(SECOND))]), "share"),
        (Distribution::empirical(&[(0.0, SECOND)]), "q"),
        (Distribution::restarts(1.0, SECOND, SECOND, zero), "again"),
        (Distribution::restarts(0.5, SECOND * 2, SECOND, zero), "cap"),
        (Distribution::empirical(&[(0.0, zero), (0.5, SECOND), (0.5, SECOND), (1.0, SECOND)]), "q"),
        (Distribution::empirical(&[(0.0, SECOND), (1.0, zero)]), "at"),
    ];
    for (distribution, setting) in refused {
        assert_eq!(distribution.map_err(|invalid| invalid.setting), Err(setting.into()));
    }
}

/// Settings that a user can write, however absurd, give a distribution that can be drawn from.
/// Lengths of 1.5, 4, 8.5, 13, … s, each half as likely as the one before.
#[test]
fn crash_loop_lasts_as_long_as_its_waits_and_starts() {
    let half = Duration::from_millis(500);
    let law = ok(Distribution::restarts(0.5, SECOND, SECOND * 4, half));
    let lengths = (0..60).map(|n| match n {
        0 => (1.5, 0.5),
        1 => (4.0, 0.25),
        n => (4.0 + 4.5 * f64::from(n - 1), libm::exp2(-f64::from(n + 1))),
    });
    let moments = lengths.map(|(length, chance)| (chance * length, chance * length * length));
    let (mean, square) = moments.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    assert!((law.mean_secs() - mean).abs() < 1e-9, "{} and {mean}", law.mean_secs());
    let cv2 = square / (mean * mean) - 1.0;
    assert!((law.cv2() - cv2).abs() < 1e-9, "{} and {cv2}", law.cv2());
    let mut stream = RngStreams::new(42).stream("restarts");
    let draws: Vec<f64> = (0..DRAWS).map(|_| law.sample(&mut stream).as_secs_f64()).collect();
    for (length, share) in [(1.5, 0.5), (4.0, 0.25), (8.5, 0.125), (13.0, 0.0625)] {
        let found = draws.iter().filter(|draw| (**draw - length).abs() < 1e-6).count();
        let found = found as f64 / DRAWS as f64;
        assert!((found - share).abs() < 0.01, "{length} s: {found}");
    }
}

#[test]
fn extremes_do_no_harm() {
    let mut stream = RngStreams::new(1).stream("extremes");
    for span in [Duration::from_nanos(1), SECOND, Duration::MAX] {
        let shapes = [f64::MIN_POSITIVE, 1e-9, 0.5, 1e9, f64::MAX].into_iter();
        let distributions = shapes.flat_map(|shape| {
            [
                Distribution::weibull(shape, span),
                Distribution::gamma(shape, span),
                Distribution::lognormal(span, shape),
                Distribution::hyperexponential(&[(shape, span)]),
            ]
        });
        // Where half of its lengths had no end, that of Pareto is refused.
        let paretos = [0.5, 1e9, f64::MAX].map(|shape| Distribution::pareto(shape, span));
        let paretos = paretos.into_iter().filter(|_| span < Duration::MAX);
        for distribution in distributions.chain(paretos).map(ok) {
            for _ in 0..100 {
                distribution.sample(&mut stream);
            }
            assert!(
                !distribution.mean_secs().is_nan() && !distribution.cv2().is_nan(),
                "{distribution:?}"
            );
        }
    }
    for shape in [f64::MIN_POSITIVE, 1e-9] {
        assert!(Distribution::pareto(shape, SECOND).is_err(), "{shape}");
    }
    let [low, high] = [SECOND, SECOND + Duration::from_nanos(1)];
    let narrow = ok(Distribution::uniform(low, high));
    for _ in 0..100 {
        let drawn = narrow.sample(&mut stream);
        assert!(low <= drawn && drawn <= high);
    }
}

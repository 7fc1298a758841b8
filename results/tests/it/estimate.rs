//! Estimates against values known from books, and at the ends of what is possible.

use results::Estimate;
use results::pooled::{difference, estimate};
use sim::measure::{Pooling, Sample, Unit};

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 5e-4
}

fn samples(of: &[(f64, f64)]) -> Vec<Sample> {
    of.iter().map(|&(part, of)| Sample { part, of }).collect()
}

fn share(of: &[(f64, f64)]) -> Estimate {
    estimate(Pooling::Share, Unit::Share, samples(of).into_iter())
}

fn of_ratio(unit: Unit, of: &[(f64, f64)]) -> Estimate {
    estimate(Pooling::Ratio, unit, samples(of).into_iter())
}

fn change(pooling: Pooling, a: &[(f64, f64)], b: &[(f64, f64)]) -> Estimate {
    difference(pooling, Unit::Share, samples(a).into_iter().zip(samples(b)), 1)
}

#[test]
fn ratios_are_pooled_and_not_averaged() {
    // Two runs without a failure count for the time that they took.
    let mtbf = of_ratio(Unit::Seconds, &[(100.0, 0.0), (90.0, 2.0), (100.0, 0.0), (70.0, 4.0)]);
    assert!(near(mtbf.mean, 60.0) && mtbf.n == 4, "{mtbf:?}");
}

#[test]
fn intervals_of_means_are_those_of_students_t_on_a_scale_of_logarithms() {
    // Ten values with mean 5.5 and standard deviation 3.0277: t(0.975; 9) = 2.262157.
    let values = (1..=10).map(|value| Sample::plain(f64::from(value)));
    let found = estimate(Pooling::Mean, Unit::Count, values);
    let factor = libm::exp(2.262_157 * 3.027_650 / 10.0_f64.sqrt() / 5.5);
    assert!(near(found.mean, 5.5), "{found:?}");
    assert!(near(found.low, 5.5 / factor) && near(found.high, 5.5 * factor), "{found:?}");
    assert!(found.is_reliable);
}

#[test]
fn shares_have_wilsons_interval_and_never_leave_what_is_possible() {
    // 0 of 20 and 20 of 20: z²/(n + z²) = 3.8415/23.8415 = 0.1611 (Wilson, 1927; Newcombe, 1998).
    let [none, all] = [0.0, 10.0].map(|part| share(&[(part, 10.0), (part, 10.0)]));
    assert!(none.low == 0.0 && near(none.high, 0.1611), "{none:?}");
    assert!(near(all.low, 1.0 - 0.1611) && all.high >= 1.0 && all.high <= 1.0, "{all:?}");
    assert!(!none.is_reliable && none.runs_needed.is_none());

    // Runs that vary as much as independent trials do, by chance: the trials that there are.
    let many: Vec<(f64, f64)> = (0..100_u8).map(|run| (f64::from(run % 2), 1.0)).collect();
    let found = share(&many);
    assert!(near(found.mean, 0.5));
    let t = 1.984_217_f64;
    let half = t / (99.0 + t * t).sqrt() / 2.0;
    assert!(near(found.low, 0.5 - half) && near(found.high, 0.5 + half), "{found:?}");

    // Runs that are well or dead are but few trials, whatever happens within them.
    let split: Vec<(f64, f64)> =
        (0..20).map(|run| (if run == 0 { 0.0 } else { 1000.0 }, 1000.0)).collect();
    let found = share(&split);
    assert!(0.7 < found.low && found.low < 0.8 && found.high < 1.0, "{found:?}");
    assert!(!found.is_reliable && found.runs_needed.is_some_and(|runs| runs > 20), "{found:?}");
}

#[test]
fn a_time_between_events_of_which_none_came_has_a_lower_end_alone() {
    let found = of_ratio(Unit::Seconds, &[(100.0, 0.0), (100.0, 0.0)]);
    // 2 T / χ²(0.975; 2) with χ²(0.975; 2) = 7.3778.
    assert!(found.mean.is_nan() && near(found.low, 400.0 / 7.377_759), "{found:?}");
    assert!(found.high.is_infinite() && !found.is_reliable);
    let rate = of_ratio(Unit::PerHour, &[(0.0, 1.0), (0.0, 1.0)]);
    assert!(rate.low == 0.0 && near(rate.high, 7.377_759 / 4.0), "{rate:?}");
    let nothing = of_ratio(Unit::Seconds, &[(0.0, 0.0), (0.0, 0.0)]);
    assert!(nothing.n == 0 && nothing.mean.is_nan() && nothing.low.is_nan());
}

#[test]
fn what_is_undefined_is_left_out() {
    let values = [1.0, f64::NAN, 3.0].map(Sample::plain);
    let found = estimate(Pooling::Mean, Unit::Count, values.into_iter());
    assert_eq!(found.n, 2);
    assert!(near(found.mean, 2.0));
    assert!(estimate(Pooling::Mean, Unit::Count, [].into_iter()).mean.is_nan());
}

#[test]
fn one_run_has_no_interval() {
    let one = estimate(Pooling::Mean, Unit::Count, [Sample::plain(4.0)].into_iter());
    assert!(near(one.mean, 4.0) && one.low.is_nan() && one.high.is_nan() && one.may_be_zero());
    assert_eq!((one.is_reliable, one.runs_needed), (false, Some(2)));
    assert!(share(&[(10.0, 10.0)]).low.is_nan());
    assert!(change(Pooling::Share, &[(1.0, 2.0)], &[(1.0, 2.0)]).low.is_nan());
}

#[test]
fn equal_values_are_their_mean_to_the_last_bit() {
    let found = estimate(Pooling::Mean, Unit::Seconds, [0.1; 7].map(Sample::plain).into_iter());
    assert_eq!([found.mean, found.low, found.high].map(f64::to_bits), [0.1_f64.to_bits(); 3]);
}

#[test]
fn pairs_take_out_what_is_common() {
    let values = [10.0, 50.0, 20.0, 90.0].map(|value| (value, 1.0));
    let better = values.map(|(value, one)| (value + 1.0, one));
    let found = change(Pooling::Mean, &better, &values);
    assert!(near(found.low, 1.0) && near(found.high, 1.0), "{found:?}");
    assert!(!found.may_be_zero());
    let mixed = change(Pooling::Mean, &[(1.0, 1.0), (3.0, 1.0)], &[(2.0, 1.0), (2.0, 1.0)]);
    assert!(mixed.may_be_zero());
}

#[test]
fn differences_of_ratios_are_those_of_the_pooled_ratios() {
    let a = [(8.0, 10.0), (45.0, 50.0), (19.0, 20.0)];
    let b = [(7.0, 10.0), (45.0, 60.0), (10.0, 20.0)];
    let found = change(Pooling::Share, &a, &b);
    assert!(near(found.mean, 72.0 / 80.0 - 62.0 / 90.0), "{found:?}");
    assert!(-1.0 <= found.low && found.low < found.mean && found.high <= 1.0, "{found:?}");
}

#[test]
fn a_difference_is_exactly_zero_only_where_both_are_equal_bit_for_bit() {
    let whole = [(10.0, 10.0), (12.0, 12.0)];
    let same = change(Pooling::Share, &whole, &whole);
    assert_eq!([same.mean, same.low, same.high].map(f64::to_bits), [0.0_f64.to_bits(); 3]);
    let other = change(Pooling::Share, &whole, &[(10.0, 10.0), (11.0, 11.0)]);
    assert!(other.mean == 0.0 && other.low < -0.1 && 0.1 < other.high, "{other:?}");
}

#[test]
fn few_events_are_marked_though_they_are_spread_evenly() {
    // Two of four trials: an effective number of three, and of each kind one and a half.
    let few = share(&[(1.0, 1.0), (0.0, 1.0), (1.0, 1.0), (0.0, 1.0)]);
    assert!(!few.is_reliable && few.runs_needed == Some(14), "{few:?}");
    // Four runs that deviate by 1.9 from their mean of 2: the relative error is 0.55, as that of
    // 3.3 events.
    let spread = |by: f64| [2.0 - by, 2.0 + by, 2.0 - by, 2.0 + by].map(|part| (part, 1.0));
    let wide = of_ratio(Unit::Count, &spread(1.9));
    assert!(!wide.is_reliable && wide.runs_needed == Some(7), "{wide:?}");
    let near = of_ratio(Unit::Count, &spread(1.0));
    assert!(!near.is_reliable && near.runs_needed == Some(5), "{near:?}");
    let more = [spread(1.0), spread(1.0)].concat();
    assert!(of_ratio(Unit::Count, &more).is_reliable);
}

/// Two runs cannot look skewed, and a thousand trials in each say nothing of how runs vary.
#[test]
fn fewer_runs_are_not_more_reliable() {
    let parts = [900.0, 950.0, 980.0, 930.0, 960.0, 940.0, 955.0, 925.0];
    let all = parts.map(|part| (part, 1000.0));
    for (pooling, unit) in [(Pooling::Share, Unit::Share), (Pooling::Ratio, Unit::Seconds)] {
        let reliable = |runs: usize| {
            let found = estimate(pooling, unit, samples(&all[..runs]).into_iter());
            let pairs = samples(&all[..runs]).into_iter().zip(samples(&all[8 - runs..]));
            let change = difference(pooling, unit, pairs, 1);
            [found.is_reliable, change.is_reliable]
        };
        let by_runs: Vec<[bool; 2]> = (2..=8).map(reliable).collect();
        assert_eq!(by_runs[..3], [[false; 2]; 3], "{pooling:?}");
        assert!(by_runs.iter().zip(&by_runs[1..]).all(|(few, more)| few[0] <= more[0]));
        assert!(by_runs[5][0], "{by_runs:?}");
    }
}

#[test]
fn a_time_of_which_none_was_seen_is_zero_and_not_to_be_relied_on() {
    let none = of_ratio(Unit::WorkSeconds, &[(0.0, 1.0), (0.0, 1.0)]);
    assert_eq!((none.mean, none.low, none.high), (0.0, 0.0, 0.0));
    assert!(!none.is_reliable);
}

#[test]
fn a_difference_of_shares_that_do_not_vary_has_the_intervals_of_both() {
    let (a, b) = ([(10.0, 10.0), (10.0, 10.0)], [(0.0, 10.0), (0.0, 10.0)]);
    // Each is 0.1611 wide towards the other one: √(2 · 0.1611²) = 0.2279 (Newcombe, 1998).
    let found = change(Pooling::Share, &a, &b);
    assert!(near(found.low, 1.0 - 0.2278) && found.high >= 1.0 && found.high <= 1.0, "{found:?}");
    let found = change(Pooling::Share, &b, &a);
    assert!(near(found.high, 0.2278 - 1.0) && found.low <= -1.0 && found.low >= -1.0, "{found:?}");
}

#[test]
fn one_of_several_differences_of_shares_has_the_wider_interval() {
    let runs = |parts: [f64; 4]| samples(&parts.map(|part| (part, 100.0)));
    let half = |intervals: usize| {
        let pairs = runs([50.0, 52.0, 48.0, 55.0]).into_iter().zip(runs([40.0, 44.0, 41.0, 42.0]));
        let found = difference(Pooling::Share, Unit::Share, pairs, intervals);
        (found.high - found.low) / 2.0
    };
    // t(0.975; 3) = 3.182446 and, by Bonferroni, t(1 - 0.025/5; 3) = 5.840909.
    assert!(near(half(5) / half(1), 5.840_909 / 3.182_446), "{} and {}", half(5), half(1));
}

//! Streams are the same for ever, and those of different names have nothing to do with each other.

use std::collections::BTreeMap;

use sim::kernel::{RngStream, RngStreams, StreamName};

const DRAWS: usize = 1_000_000;

#[test]
fn streams_stay_what_they_are() {
    let mut stream = RngStreams::new(42).stream("github: latency");
    assert_eq!(
        [(); 3].map(|()| stream.next_u64()),
        [0x60e8_4e0a_bae0_5243, 0x9ad5_701d_45c1_c09b, 0xdd61_51b0_6b94_0fa3]
    );
    assert_eq!(format!("{stream:?}"), "RngStream(at word 6)");
    assert_eq!(
        [(); 3].map(|()| stream.uniform().to_bits()),
        [0x3fe4_b8f0_6f89_a7bf, 0x3fd7_aa4f_be9a_7b2e, 0x3fee_3781_a635_f37a]
    );
    assert_eq!(
        [(); 3].map(|()| stream.exponential().to_bits()),
        [0x400b_a51e_b365_2c4d, 0x3fe0_8736_280d_6077, 0x3fd9_2ebf_3b03_8792]
    );
    assert_eq!(
        [(); 3].map(|()| stream.normal().to_bits()),
        [0xbfdd_c4da_72f3_ad1f, 0x3fe5_8258_751f_e7c2, 0x3fda_a46a_6cd8_e0ae]
    );
}

#[test]
fn streams_that_look_alike_are_unrelated() {
    let names = ["", "a", "b", "ab", "ba", "agent/1", "agent/2", "agent/11", "a\0"];
    let keys: Vec<(u64, &str)> =
        [0, 1, 2, u64::MAX].into_iter().flat_map(|seed| names.map(|name| (seed, name))).collect();
    let bits = |(seed, name): (u64, &str)| {
        let mut stream = RngStreams::new(seed).stream(name);
        [(); 1_000].map(|()| stream.next_u64())
    };
    for (index, &one) in keys.iter().enumerate() {
        assert_eq!(bits(one), bits(one));
        for &other in &keys[..index] {
            let both = bits(one).into_iter().zip(bits(other));
            let differ: u32 = both.map(|(a, b)| (a ^ b).count_ones()).sum();
            // Half of 64,000 bits, and five standard deviations to each side.
            assert!((31_368..=32_632).contains(&differ), "{one:?} {other:?} {differ}");
        }
    }
}

#[test]
fn names_of_streams_are_told_apart_by_their_parts() {
    let of = StreamName::of;
    let names = [
        of("a"),
        of("a#1"),
        of("a").text("1"),
        of("a").text("").text("1"),
        of("a").text("1").text(""),
        of("a").number(1),
        of("a").number(1).number(1),
        of("a").number(1).text("1"),
        of("a").number(1 << 8),
        of("a").number(1 << 56),
        of("a").text("b -> c"),
        of("a").text("b").text("c"),
        of("a").text("bc"),
        of("ab").text("c"),
        of("").text("a"),
        of("a").text(""),
    ];
    let mut known = BTreeMap::new();
    for (index, name) in names.into_iter().enumerate() {
        assert_eq!(known.insert(name, index), None, "{index} has a name that was there");
    }
}

#[test]
fn uniform_draws_are_below_one() {
    let mut stream = RngStreams::new(1).stream("uniform");
    let draws = sorted(&mut stream, RngStream::uniform);
    assert!(draws[0] >= 0.0 && draws[DRAWS - 1] < 1.0);
    fits(&draws, |x| x);
}

#[test]
fn exponential_draws_have_the_right_shape_and_tail() {
    let mut stream = RngStreams::new(1).stream("exponential");
    let draws = sorted(&mut stream, RngStream::exponential);
    assert!(draws[0] >= 0.0);
    fits(&draws, |x| -libm::expm1(-x));
    // The tail begins at 7.697; e^-7.697 of a million are 454, e^-9 are 123.
    let beyond = |x: f64| draws.iter().filter(|&&draw| draw > x).count();
    assert!((380..530).contains(&beyond(7.697_117_5)), "{}", beyond(7.697_117_5));
    assert!((85..165).contains(&beyond(9.0)), "{}", beyond(9.0));
}

#[test]
fn normal_draws_have_the_right_shape_and_tails() {
    let mut stream = RngStreams::new(1).stream("normal");
    let draws = sorted(&mut stream, RngStream::normal);
    fits(&draws, |x| libm::erfc(-x / core::f64::consts::SQRT_2) / 2.0);
    // The tails begin at 3.654; 129 of a million are beyond to each side, 32 beyond 4.
    for sign in [-1.0, 1.0] {
        let beyond = |x: f64| draws.iter().filter(|&&draw| draw * sign > x).count();
        assert!((85..175).contains(&beyond(3.654_152_9)), "{}", beyond(3.654_152_9));
        assert!((12..55).contains(&beyond(4.0)), "{}", beyond(4.0));
    }
}

fn sorted(stream: &mut RngStream, draw: fn(&mut RngStream) -> f64) -> Vec<f64> {
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| draw(stream)).collect();
    draws.sort_by(f64::total_cmp);
    draws
}

/// The test of Kolmogorov and Smirnov, which right draws pass in 999 of 1000 cases.
#[track_caller]
fn fits(sorted: &[f64], cdf: impl Fn(f64) -> f64) {
    let share = |count: usize| count as f64 / sorted.len() as f64;
    let gaps = sorted.iter().enumerate().map(|(index, &x)| {
        let expected = cdf(x);
        (expected - share(index)).max(share(index + 1) - expected)
    });
    let gap = gaps.fold(0.0, f64::max) * (sorted.len() as f64).sqrt();
    assert!(gap < 1.949, "{gap}");
}

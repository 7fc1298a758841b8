//! Histograms and ranks against a sorted list of lengths.

use patterns::Duration;
use patterns::stats::{Bucket, Histogram, Ranks, Scale};
use proptest::prelude::*;

const fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

/// Lengths of every size.
fn lengths() -> impl Strategy<Value = Duration> {
    (0..64_u32, any::<u64>()).prop_map(|(bits, low)| nanos(low & (u64::MAX >> bits)))
}

/// The bucket of a length by its definition: which power of two, and which part of it.
fn by_hand(parts: u64, length: u64) -> (u64, u64) {
    if length < 2 * parts {
        return (length, length);
    }
    let power = 1_u64 << length.ilog2();
    let width = power / parts;
    let first = power + (length - power) / width * width;
    (first, first + (width - 1))
}

fn scale_is_its_definition<const PARTS: u64>() {
    let mut next = 0;
    for bucket in 0..Scale::<PARTS>::BUCKETS {
        let Bucket { shortest, longest } = Scale::<PARTS>::lengths(bucket);
        let found = (shortest.as_nanos(), longest.as_nanos());
        assert_eq!(found.0, next, "bucket {bucket} of {PARTS} begins where the last one ended");
        assert_eq!(by_hand(PARTS, found.0), found, "{PARTS}");
        assert_eq!(by_hand(PARTS, found.1), found, "{PARTS}");
        assert_eq!(
            [shortest, longest].map(Scale::<PARTS>::bucket),
            [bucket; 2],
            "both ends of bucket {bucket} of {PARTS}"
        );
        next = found.1.wrapping_add(1);
    }
    assert_eq!(next, 0, "the last bucket ends with the longest length");
}

#[test]
fn scale_has_a_narrow_bucket_for_every_length() {
    scale_is_its_definition::<1>();
    scale_is_its_definition::<32>();
    scale_is_its_definition::<64>();
    scale_is_its_definition::<128>();
}

fn histogram_is_a_sorted_list<const PARTS: u64>(
    added: &[Duration],
    q: f64,
) -> Result<(), TestCaseError> {
    let mut histogram = Histogram::<PARTS>::new();
    let mut roomy = Histogram::<PARTS>::with_all_room();
    for length in added {
        histogram.add(*length);
        roomy.add(*length);
    }
    prop_assert_eq!(&histogram, &roomy);
    let mut sorted: Vec<u64> = added.iter().map(|length| length.as_nanos()).collect();
    sorted.sort_unstable();
    let count = sorted.len() as u64;
    prop_assert_eq!(histogram.count(), count);
    prop_assert_eq!(histogram.min(), sorted.first().map(|length| nanos(*length)));
    prop_assert_eq!(histogram.max(), sorted.last().map(|length| nanos(*length)));
    prop_assert_eq!(histogram.sum_nanos(), sorted.iter().map(|length| u128::from(*length)).sum());
    for rank in 1..=count {
        let (shortest, longest) = by_hand(PARTS, sorted[rank as usize - 1]);
        let expected = Bucket { shortest: nanos(shortest), longest: nanos(longest) };
        prop_assert_eq!(histogram.at_rank(rank), Some(expected));
    }
    prop_assert_eq!(histogram.at_rank(count + 1), None);
    let in_buckets: u64 = histogram.buckets().map(|(_, count)| count).sum();
    prop_assert_eq!(in_buckets, count);
    if let Some(middle) = histogram.quantile(q) {
        let rank = (libm::ceil(q * count as f64) as u64).max(1);
        let exact = sorted[rank as usize - 1];
        prop_assert!(middle.as_nanos().abs_diff(exact) <= exact / PARTS);
        let beyond = by_hand(PARTS, middle.as_nanos()).1;
        let above = sorted.iter().filter(|length| beyond < **length).count() as f64;
        prop_assert!((histogram.share_above(middle) - above / count as f64).abs() < 1e-12);
    } else {
        prop_assert_eq!(count, 0);
    }

    // In two halves, and together.
    let (one, two) = added.split_at(added.len() / 3);
    let [mut one, two] = [one, two].map(|half| {
        let mut histogram = Histogram::<PARTS>::new();
        for length in half {
            histogram.add(*length);
        }
        histogram
    });
    prop_assert_eq!(&one.and(&two), &roomy);
    one.merge(&two);
    prop_assert_eq!(&one, &histogram);

    roomy.clear();
    prop_assert_eq!(&roomy, &Histogram::new());
    roomy.add(nanos(7));
    prop_assert_eq!(roomy.at_rank(1).map(|bucket| bucket.longest), Some(nanos(7)));
    Ok(())
}

fn ranks_are_those_of_a_sorted_list<const PARTS: u64>(
    story: &[(Duration, usize)],
) -> Result<(), TestCaseError> {
    let mut ranks = Ranks::<PARTS>::new();
    let mut list: Vec<Duration> = Vec::new();
    for (length, what) in story {
        if what % 3 == 0 && !list.is_empty() {
            ranks.remove(list.remove(what % list.len()));
        } else {
            ranks.add(*length);
            list.push(*length);
        }
        list.sort_unstable();
        prop_assert_eq!(ranks.count() as usize, list.len());
        for rank in [1, list.len() / 2, list.len()].into_iter().filter(|rank| 0 < *rank) {
            let expected = list.get(rank - 1).map(|length| by_hand(PARTS, length.as_nanos()));
            let found = ranks.at_rank(rank as u32);
            let found = found.map(|of| (of.shortest.as_nanos(), of.longest.as_nanos()));
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(ranks.at_rank(list.len() as u32 + 1), None);
    }
    ranks.clear();
    prop_assert_eq!(ranks.at_rank(1), None);
    Ok(())
}

proptest! {
    #[test]
    fn histogram_is_what_a_sorted_list_says(
        added in prop::collection::vec(lengths(), 0..60),
        q in 0.0..=1.0,
    ) {
        histogram_is_a_sorted_list::<32>(&added, q)?;
        histogram_is_a_sorted_list::<64>(&added, q)?;
        histogram_is_a_sorted_list::<128>(&added, q)?;
    }

    #[test]
    fn ranks_are_what_a_sorted_list_says(
        story in prop::collection::vec((lengths(), any::<usize>()), 1..80),
    ) {
        ranks_are_those_of_a_sorted_list::<32>(&story)?;
        ranks_are_those_of_a_sorted_list::<64>(&story)?;
    }
}

#[test]
fn histogram_of_a_thousand_lengths_is_near_the_truth() {
    let mut histogram = Histogram::<128>::new();
    (1..=1000).for_each(|millis| histogram.add(Duration::from_millis(millis)));
    for (q, millis) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
        let reported = histogram.quantile(q).expect("not empty").as_secs_f64() * 1e3;
        assert!((reported / millis - 1.0).abs() < 1.0 / 128.0, "{q}: {reported} for {millis}");
    }
    assert!((histogram.mean_secs() - 0.5005).abs() < 1e-12);
    assert!((histogram.share_above(Duration::from_millis(900)) - 0.1).abs() < 0.01);
    assert_eq!(Histogram::<128>::new().quantile(0.5), None);
    assert!(Histogram::<128>::new().mean_secs().is_nan());
}

//! Counts of lengths of time in buckets of constant relative width.

/// A histogram of lengths of time: exact count, sum, least and greatest; quantiles to within 1/128
/// of their value.
pub type Histogram = patterns::stats::Histogram<128>;

#[cfg(test)]
mod tests {
    use patterns::Duration;

    use super::*;

    #[test]
    fn quantiles_are_near_the_true_ones() {
        let mut histogram = Histogram::default();
        for millis in 1..=1000 {
            histogram.add(Duration::from_millis(millis));
        }
        for (q, millis) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = histogram.quantile(q).expect("not empty").as_secs_f64() * 1e3;
            assert!((found / millis - 1.0).abs() < 1.0 / 128.0, "{q}: {found} for {millis}");
        }
        assert!((histogram.mean_secs() - 0.5005).abs() < 1e-12);
        assert!((histogram.share_above(Duration::from_millis(900)) - 0.1).abs() < 0.01);
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn merged_is_as_if_counted_together() {
        let (mut left, mut right, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for nanos in 0..10_000 {
            let span = Duration::from_nanos(nanos * nanos);
            if nanos % 3 == 0 { &mut left } else { &mut right }.add(span);
            both.add(span);
        }
        left.merge(&right);
        assert_eq!(left, both);
    }
}

//! What a retry budget reports of itself.

crate::report! {
    counters Counter {
        /// Extra attempts that were granted.
        Granted = "granted", Count;
        /// Extra attempts that were refused.
        Refused = "refused", Failures;
    }
}

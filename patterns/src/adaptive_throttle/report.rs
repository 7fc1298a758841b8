//! What an adaptive throttle reports of itself.

crate::report! {
    counters Counter {
        /// Calls that passed.
        Admitted = "admitted", Count;
        /// Calls that were refused.
        Refused = "refused", Failures, Lower;
    }
}

//! What a check of deadlines reports of itself.

crate::report! {
    counters Counter {
        /// Calls that were refused because their deadline was over, or too close.
        Refused = "refused", Failures, Lower;
        /// Calls that were given up at their deadline.
        GivenUp = "given-up", Failures, Lower;
    }
}

//! What a rate limiter reports of itself.

crate::report! {
    counters Counter {
        /// Calls that passed at once.
        Admitted = "admitted", Count;
        /// Calls that had to wait for their permit.
        Delayed = "delayed", Count, Lower;
        /// Calls that were refused.
        Refused = "refused", Failures, Lower;
        /// Time that calls waited for their permit.
        Waited = "waited", Time, Lower;
    }
}

//! What a fallback reports of itself.

crate::report! {
    counters Counter {
        /// Attempts that were sent to targets.
        Sent = "sent", Count;
        /// Failures that were replaced by the answer of a target.
        Answered = "answered", Count;
        /// Failures that were replaced by a value at hand.
        Values = "values", Count;
        /// Failures for which there was nothing, since all targets had failed too.
        Exhausted = "exhausted", Count, Lower;
    }
}

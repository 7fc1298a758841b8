//! What a hedge reports of itself.

crate::report! {
    counters Counter {
        /// Hedges that were sent.
        Sent = "sent", Count;
        /// Calls that a hedge answered well, before or instead of the first attempt.
        Won = "won", Count, Higher;
        /// Attempts that were given up because another had answered.
        Cancelled = "cancelled", Count;
    }
}

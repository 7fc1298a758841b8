//! What coalescing reports of itself.

crate::report! {
    counters Counter {
        /// Calls that were sent for themselves and for those that joined them.
        Leaders = "leaders", Count;
        /// Calls that joined another, and were not sent.
        Joined = "joined", Count;
        /// Calls that were sent in the place of a leader that was given up.
        Promoted = "promoted", Count;
        /// Calls that were refused, since as many had joined as may.
        Refused = "refused", Failures, Lower;
    }
}

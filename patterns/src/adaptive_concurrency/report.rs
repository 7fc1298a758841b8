//! What an adaptive limit reports of itself.

crate::report! {
    states State {
        /// The limit follows what it measures.
        Limiting = "limiting", Normal;
        /// It measures the time that calls take without load, and lets few pass meanwhile.
        Measuring = "measuring", Limited;
    }

    counters Counter {
        /// Calls that were admitted.
        Admitted = "admitted", Count;
        /// Calls that were refused.
        Refused = "refused", Failures, Lower;
        /// Calls under way.
        InFlight = "in-flight", Level;
        /// How many calls may be under way.
        Limit = "limit", Level;
    }
}

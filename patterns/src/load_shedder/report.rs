//! What a load shedder reports of itself.

crate::report! {
    states State {
        /// Every call is admitted.
        Normal = "normal", Normal;
        /// Calls of low priority are refused.
        Shedding = "shedding", Limited;
    }

    counters Counter {
        /// Calls that were admitted.
        Admitted = "admitted", Count;
        /// Calls that were refused.
        Refused = "refused", Failures, Lower;
        /// Calls under way.
        InFlight = "in-flight", Level;
    }
}

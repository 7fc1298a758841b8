//! What a balance reports of itself.

crate::report! {
    states State {
        /// All targets are in.
        AllIn = "all-in", Normal;
        /// Some targets are ejected, or being probed.
        SomeOut = "some-out", Limited;
        /// Too many targets are out, and all are used.
        Panic = "panic", Bad;
    }

    counters Counter {
        /// Attempts that were sent to targets.
        Sent = "sent", Count;
        /// Those of them that were sent after another target had refused.
        Reselected = "reselected", Count;
        /// Calls that were refused, since no target could be used.
        Refused = "refused", Failures, Lower;
        /// How often a target was ejected.
        Ejections = "ejections", Count, Lower;
        /// How often a target came back.
        Returned = "returned", Count;
        /// How often so many targets were out that all were used.
        Panics = "panics", Count, Lower;
    }
}

//! What a timeout reports of itself.

crate::report! {
    counters Counter {
        /// Calls that were given up because no answer came in time.
        Fired = "fired", Failures, Lower;
    }
}

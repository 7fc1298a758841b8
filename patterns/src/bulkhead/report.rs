//! What a bulkhead reports of itself.

crate::report! {
    states State {
        /// Calls wait for a permit no longer than they should.
        Normal = "normal", Normal;
        /// Calls have waited for too long, and those that do are dropped.
        Overloaded = "overloaded", Bad;
    }
}

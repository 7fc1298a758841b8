//! What a bulkhead reports of itself.

crate::report! {
    states State {
        /// Calls wait for a permit no longer than they should.
        Normal = "normal", Normal;
        /// Calls have waited for too long, and those that do are dropped.
        Overloaded = "overloaded", Bad;
    }

    counters Counter {
        /// Slots in use.
        InUse = "in-use", Level;
        /// Calls in the queue.
        Waiting = "waiting", Level, Lower;
        /// Calls that had to wait.
        Queued = "queued", Count, Lower;
        /// Time that calls waited, whatever became of them.
        Waited = "waited", Time, Lower;
        /// Calls that were refused since there was no room, or lost their place in the queue to
        /// another.
        Full = "full", Failures, Lower;
        /// Calls that were refused after waiting for as long as they may.
        TimedOut = "timed-out", Failures, Lower;
        /// Calls that were dropped from a queue that was too slow.
        Dropped = "dropped", Failures, Lower;
        /// Calls that were refused because their deadline was too close.
        TooLate = "too-late", Failures, Lower;
    }
}

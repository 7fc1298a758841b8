//! What a cache reports of itself.

use crate::intervention::Intervention;

crate::report! {
    counters Counter {
        /// Calls that were answered by a fresh copy of a good answer.
        Hits = "hits", Count, Higher;
        /// Calls that were answered by a failure that was kept.
        Negative = "negative", Count;
        /// Calls that found no fresh copy, and were sent on.
        Misses = "misses", Passed, Lower;
        /// Calls that failed, and were answered by an old copy.
        Stale = "stale", Count;
        /// Copies that were dropped to make room for others.
        Evictions = "evictions", Passed, Lower;
    }

    interventions [Intervention::Flush, Intervention::Reset]
}

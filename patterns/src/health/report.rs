//! What a health check reports of itself.

crate::report! {
    states State {
        /// Nothing is known yet.
        Unknown = "unknown", Limited;
        /// It works.
        Healthy = "healthy", Normal;
        /// It works, but badly.
        Degraded = "degraded", Limited;
        /// It does not work.
        Unhealthy = "unhealthy", Bad;
    }
}

//! What a retry reports of itself.

crate::report! {
    counters Counter {
        /// Retries after a failure of the class `network`.
        Network = "network", Count;
        /// Retries after a failure of the class `timeout`.
        Timeout = "timeout", Count;
        /// Retries after a failure of the class `rate-limit`.
        RateLimit = "rate-limit", Count;
        /// Retries after a failure of the class `overload`.
        Overload = "overload", Count;
        /// Retries after a failure of the class `validation`.
        Validation = "validation", Count;
        /// Retries after a failure of the class `breaker-open`.
        BreakerOpen = "breaker-open", Count;
        /// Retries after a failure of the class `bulkhead-full`.
        BulkheadFull = "bulkhead-full", Count;
        /// Retries after a failure of the class `rejected`.
        Rejected = "rejected", Count;
        /// Retries in all.
        Retries = "retries", Count;
        /// Calls that ended well after a retry.
        Rescued = "rescued", Count, Higher;
        /// Calls that failed because they had no retries left.
        Exhausted = "exhausted", Count, Lower;
        /// Calls that failed because the next attempt would have come too late: after their
        /// deadline, or after the longest time that they may take.
        TooLate = "too-late", Count, Lower;
        /// Calls that failed because the budget of the retry was used up.
        OutOfBudget = "out-of-budget", Count, Lower;
        /// Calls that failed in a way that is not retried, or must not be sent twice.
        NotRetryable = "not-retryable", Passed, Lower;
        /// Time that calls waited for their next attempt.
        Waited = "waited", Time, Lower;
    }
}

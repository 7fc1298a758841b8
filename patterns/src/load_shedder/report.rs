//! What a load shedder reports of itself.

crate::report! {
    states State {
        /// Every call is admitted.
        Normal = "normal", Normal;
        /// Calls of low priority are refused.
        Shedding = "shedding", Limited;
    }
}

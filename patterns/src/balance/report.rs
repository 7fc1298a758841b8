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
}

//! What an adaptive limit reports of itself.

crate::report! {
    states State {
        /// The limit follows what it measures.
        Limiting = "limiting", Normal;
        /// It measures the time that calls take without load, and lets few pass meanwhile.
        Measuring = "measuring", Limited;
    }
}

//! What a supervisor reports of itself.

crate::report! {
    states State {
        /// The process runs.
        Running = "running", Normal;
        /// The process has crashed, and is to be restarted.
        Waiting = "waiting", Limited;
        /// The process has not begun yet, or has done all its work.
        Ended = "ended", Normal;
        /// The process has crashed too often: what is above has to act.
        Escalated = "escalated", Bad;
    }
}

//! What a check of deadlines can be set to.

use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Rejects calls whose deadline has passed or is too close; they fail as `timeout`.
    ///
    /// The deadline of a call is set by its task, or by a `timeout` above that propagates it. A
    /// call without a deadline passes.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How much time must be left before the deadline for a call to be sent. Raise it to the
        /// shortest time in which an answer can come at all. With `"0s"` only calls whose deadline
        /// has passed are rejected.
        min_remaining: Duration [.was(&["least"])] = Duration::ZERO,
        /// How many calls may be rejected for that reason.
        reject: Reject = Reject::All,
        /// Whether a call that was sent is given up at its deadline. Set it to `false` if something
        /// above stops waiting on its own.
        gives_up: bool = true,
    }
    warns warns;
}

settings! {
    /// How many calls may be rejected because too little time is left.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Reject {
        /// All of them.
        All,
        /// None: late calls pass.
        None,
        /// No more than this share of all calls, so that clocks which disagree cannot reject
        /// everything. Finagle's `DeadlineFilter` has 20 % of 10 s.
        Share {
            /// The share of the calls of a window.
            share: f64 [.share().example("\"20%\"")],
            /// The length of a window. Windows follow one another from time zero on.
            within: Duration [.above(0.0)] = Duration::from_secs(10),
        },
    }
}

impl Settings {
    /// Rejects all calls whose deadline has passed, and gives up the others at theirs.
    pub const fn of() -> Self {
        Self { min_remaining: Duration::ZERO, reject: Reject::All, gives_up: true }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of()
    }
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if settings.reject != Reject::None {
        return;
    }
    if fields.node("min-remaining").is_some() {
        let why = "`min-remaining` has no effect: with `reject = \"none\"` late calls pass";
        reader.no_effect(&fields.place_of("min-remaining"), why);
    }
    if !settings.gives_up {
        let why = "this layer does nothing: it neither rejects calls nor gives them up";
        reader.no_effect(&fields.place_of("reject"), why);
    }
}

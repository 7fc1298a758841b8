//! What coalescing can be set to.

use crate::settings;
use crate::settings::{Fields, Reader};

settings! {
    /// Sends calls that ask for the same at the same time once, and gives all of them the answer.
    /// Only steps with `keys` ask for the same more than once.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How many calls may wait for the answer to another; more fail as `rejected`. With 0,
        /// only one call for each key is let through at a time.
        max_followers: u32 [.unlimited()] = u32::MAX,
        /// What those that wait do when the call that was sent is given up, and its attempt with
        /// it. (The attempt cannot go on for the others, as in Go's `singleflight`: what is open
        /// below a call ends with it.)
        leader_gone: LeaderGone = LeaderGone::Promote,
    }
    warns without_effect;
}

settings! {
    /// What followers do when their leader is given up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LeaderGone {
        /// The first of them is sent instead, and the others follow it.
        Promote,
        /// All of them fail as `rejected`.
        FailAll,
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_followers: u32::MAX, leader_gone: LeaderGone::Promote }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as every function that warns")]
fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if settings.max_followers == 0 && fields.node("leader-gone").is_some() {
        let why = "`leader-gone` has no effect without followers";
        reader.no_effect(&fields.place_of("leader-gone"), why);
    }
}

//! What faults do to the processes of agents.

use patterns::Duration;

/// What the faults that are on do to the process of each agent of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ills {
    /// How often each crashes by itself while it works, per second.
    pub(crate) crash_rate: f64,
    /// With which chance one that starts crashes at once.
    pub(crate) crash_again: f64,
    /// With which chance a loop that begins has no way out.
    pub(crate) stuck: f64,
    /// With which chance a checkpoint that is written cannot be read again.
    pub(crate) corrupt: f64,
    /// After how long one is full, and crashes.
    pub(crate) full_after: Duration,
    /// How many tasks each has in hand at the most.
    pub(crate) slots: u32,
    /// Whether none can start, and whether those that were there stand still.
    pub(crate) is_down: bool,
    pub(crate) hangs: bool,
}

impl Default for Ills {
    fn default() -> Self {
        Self {
            crash_rate: 0.0,
            crash_again: 0.0,
            stuck: 0.0,
            corrupt: 0.0,
            full_after: Duration::MAX,
            slots: u32::MAX,
            is_down: false,
            hangs: false,
        }
    }
}

impl Ills {
    /// Adds a chance to one that there is: of causes that do not depend on each other.
    pub(super) fn add(chance: &mut f64, more: f64) {
        *chance = 1.0 - (1.0 - *chance) * (1.0 - more);
    }
}

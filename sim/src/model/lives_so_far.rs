//! What lives, while it is built.

use super::life::{Group, Process, Saver};
use super::system::Flow;

/// What lives, as far as it is built.
#[derive(Default)]
pub(super) struct LivesSoFar {
    pub(super) groups: Vec<Group>,
    pub(super) flows: Vec<Flow>,
    pub(super) processes: Vec<Process>,
    pub(super) savers: Vec<Saver>,
}

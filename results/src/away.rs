//! Which states of agents are those of processes that do not work, and not what agents do.

use patterns::report::Severity;

/// Whether it is a state of a process that does not work.
pub(crate) fn is_away(state: &str, severity: Severity) -> bool {
    severity != Severity::Normal && state != "frozen"
}

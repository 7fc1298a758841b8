//! Changes to a system that are tried, and what each is to tell: plain data, from the file to the
//! report.

use patterns::Time;

/// A change to a system that is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its name: that of a variant.
    pub name: String,
    /// What it is to tell.
    pub of: TrialOf,
    /// What it changes: paths into the file, and the value of each.
    pub changes: Vec<(String, String)>,
}

/// What a trial is to tell. Faults go by their names.
#[derive(Clone, Debug, PartialEq)]
pub enum TrialOf {
    /// How it is: nothing is changed.
    AsWritten,
    /// What the author of the file asks.
    Own,
    /// How it is without any fault.
    Quiet,
    /// What all patterns together are worth: all of them are left out.
    Bare,
    /// What one fault does: no other one comes.
    Only(String),
    /// What one fault costs beside the others: it alone does not come.
    Spared(String),
    /// What a layer is worth: it is left out.
    Without {
        /// The policy.
        policy: String,
        /// The kind of layer, such as `retry`; with its number before it where the policy has
        /// several of that kind: `2.retry`.
        kind: String,
    },
    /// Whether a setting is right: another value stands there.
    Setting {
        /// Where it is.
        path: String,
        /// The value that is written.
        own: String,
        /// The value that is tried.
        value: String,
    },
    /// What a layer would be worth that is not there.
    Added {
        /// The policy, or the edge that has none.
        to: String,
        /// The kind of layer.
        kind: String,
        /// The layer as a file has it.
        layer: String,
    },
    /// What it helps to do something by hand while a fault is on.
    Lever {
        /// The fault.
        fault: String,
        /// What is done, and to what.
        action: String,
        /// How long that takes or lasts, if it does: `takes 30s`, `for 10min`.
        how: String,
        /// When.
        at: Time,
    },
    /// Whether a breaker does what a breaker is to do: what it guards is down for so long.
    Check {
        /// The policy that it is in.
        policy: String,
        /// The service that is down.
        service: String,
        /// From when on.
        from: Time,
        /// Until when.
        until: Time,
    },
    /// Whether what is found hangs on something that is assumed.
    Assumed(Assumption),
}

/// Something that a system takes for granted. Parts go by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// How many agents a group has.
    NumberOf(String),
    /// How long the work of a service takes.
    WorkOf(String),
    /// How long a fault lasts.
    LengthOf(String),
}

//! Supervision: start again what has crashed, later each time, and not for ever.
//!
//! Most crashes are gone with a restart; one that is not comes again at once, and then restarting
//! only does more harm.
//!
//! ```text
//!                  crashed                 the wait is over
//!  ┌─────────┐ ──────────────► ┌─────────┐ ────────────────► started again
//!  │ running │                 │ waiting │
//!  └────┬────┘ ───┐            └─────────┘
//!       │ done    │ crashed too often within a time
//!       ▼         ▼
//!     ended    escalated: what is above has to act
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `restarts`, `within` | exactly as many are allowed; at exactly this age one counts |
//! | `reset-after` | exactly this time of running is enough |
//! | `beats-within` | exactly this long without a sign of life is hung |
//!
//! Restart intensity and kinds are those of Erlang's supervisors (OTP Design Principles,
//! "Supervisor Behaviour"; `supervisor.erl`, where a restart counts as long as `now ≤ then +
//! period`): with `restarts` 1 and `within` 5 s, the second restart within 5 s is one too many.
//! Waits that grow with each crash, and start over after a time of running well, are those of
//! Kubernetes (kubelet `CrashLoopBackOff`: 10 s doubling to 5 min, reset after 10 min).
//!
//! To recover what is not broken does nothing: an end of what is not running is no end.

mod machine;
mod pattern;
mod presets;
mod report;
mod settings;

pub use machine::{End, Next, Supervisor};
pub use presets::{Erlang, Kubernetes};
pub use report::State;
pub use settings::{Kind, Settings};

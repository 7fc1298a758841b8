//! Health checks: ask now and then, and believe only what was said several times in a row.
//!
//! One failed probe may be chance, and one good one too. What is restarted or taken out of use for
//! either does more harm than the failure.
//!
//! ```text
//!                    fall failures in a row
//!  ┌─────────┐ ◄──────────────────────────────► ┌───────────┐
//!  │ healthy │      rise successes in a row     │ unhealthy │
//!  └────┬────┘                                  └───────────┘
//!       │ too many of the latest were bad             ▲
//!  ┌────▼─────┐                                       │
//!  │ degraded │───────────────────────────────────────┘
//!  └──────────┘
//! ```
//!
//! | knob | at the boundary |
//! |---|---|
//! | `rise`, `fall` | exactly as many in a row change the state |
//! | `grace` | over at exactly its end |
//! | `slow` | an answer that took exactly this long is not slow |
//! | `share` | exactly the share is enough |
//!
//! `rise`, `fall` and the three intervals are those of HAProxy (`rise 2`, `fall 3`, `inter 2s`,
//! `fastinter`, `downinter`); Kubernetes calls them `successThreshold`, `failureThreshold`,
//! `periodSeconds`, `initialDelaySeconds`, and its start-up probe is the `grace`. Until the first
//! change it is unknown how the process is.
//!
//! # Time to detect
//!
//! A pause begins with the result of the probe before. What fails for good right after a probe was
//! answered is unhealthy after at most
//!
//! > `interval · (1 + jitter) + timeout + (fall − 1) · (fast · (1 + jitter) + timeout)`.

mod machine;
mod pattern;
mod presets;
mod report;
mod settings;

pub use machine::Health;
pub use presets::{Haproxy, Kubernetes};
pub use report::State;
pub use settings::{Degraded, Settings};

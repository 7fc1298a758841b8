//! Adaptive throttle: send less of what a callee does not accept, by chance and in proportion.
//!
//! A callee that has too much to do must still refuse each call, and that costs it as well. A
//! throttle refuses at the caller what the callee would refuse anyway, before anything is sent.
//!
//! ```text
//!                 draw < p
//!  call ──┬──────────────────────► rejected
//!         │ otherwise
//!         └──► send ──► accepted, or not ──► counted for a while ──► p
//! ```
//!
//! There are no states, as a breaker has: the share of calls that is refused grows with the share
//! that the callee does not accept, and falls with it. Some calls always pass, so that a recovery
//! is seen.
//!
//! With `n` requests in the window, `a` of them accepted, and `p` never above the cap:
//!
//! | rule | p | who |
//! |---|---|---|
//! | [`Rule::Sre`] | `(n − k·a) / (n + 1)` | Google, aegis |
//! | [`Rule::SuccessRate`] | `((n − a/rate) / (n + 1))^(1/aggression)` | Envoy, failsafe-go |
//! | [`Rule::Protected`] | `(n − spare − w·a) / (n + 1)`, less with good times | go-zero |
//! | [`Rule::Average`] | `1 − ema / (1 − threshold)` | Finagle |
//!
//! | knob | at the boundary |
//! |---|---|
//! | `window`, `buckets` | on a grid from time zero; a bucket leaves as a whole |
//! | `min-requests`, `min-per-sec` | with exactly as many it may refuse |
//! | `pass-after` | longer than this, so not at exactly this |
//! | `count`, `ignore` | `ignore` wins; in neither is accepted |
//!
//! Each decision takes one draw, and refuses if it is less than `p`: so with `p` zero nothing is
//! refused, and the draws of a run do not depend on what was refused.

mod layer;
mod machine;
mod presets;
mod report;
mod settings;

pub use machine::{AdaptiveThrottle, Figures};
pub use presets::{Envoy, FailsafeGo};
pub use report::Counter;
pub use settings::{IGNORED, NOT_ACCEPTED, OnCancel, Rule, Settings};

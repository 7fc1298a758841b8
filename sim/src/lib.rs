//! The engine of Wavetank, and its model of agents and services.
//!
//! - [`kernel`]: virtual time, pending events, random streams, distributions, the fingerprint. It
//!   knows nothing of what is simulated.
//! - [`call`]: the way of a call through the layers of a policy.
//! - [`fault`]: what can be made to go wrong: the kinds of fault, and when they are on.
//! - [`model`]: agents, services, sources, and the world that ties them.
//! - [`observe`]: what a run leaves behind.
//! - [`measure`]: every number that a record can be asked for, defined once.
//! - [`causes`]: why tasks failed;
//! - [`series`]: measures over time;
//! - [`design`]: what a sweep is about, and which of its cells is which;
//! - [`trial`]: changes to a system that are tried, and what each is to tell.

pub mod call;
pub mod causes;
pub mod design;
pub mod fault;
pub mod kernel;
pub mod measure;
pub mod model;
pub mod observe;
pub mod series;
pub mod trial;

pub use model::{Limits, RunOptions, System, Watch, run, run_until};
pub use observe::{Record, Stop};

//! How fast the engine is, against loops written by hand.
//!
//! [`limit`] holds one loop for each workload, with no framework: what a careful programmer would
//! write for that one question and nothing else. It comes bare, and with the record that the engine
//! leaves: counts, histograms, integrals, states, digest, and streams for each client. W4, agents
//! that crash, save and spend, has a record of its own, in [`limit::lives`]. [`engine`] runs the
//! same workloads through the engine. All use the same generator (`ChaCha8`), the same samplers and
//! the same pending-event queue, so that the ratio to the full limit is the price of generality and
//! of nothing else.
//!
//! `cargo run --release -p wavetank-benches` prints all that is measured; `cargo bench`
//! measures all sides of each workload with criterion.

pub mod engine;
pub mod limit;
mod measuring;
mod parts;
mod systems;
mod table;
mod team;
mod workload;
mod workloads;

pub use measuring::{Measuring, timed};
pub use parts::{CHILD, PARTS, Part, child};
pub use systems::{queue, shop};
pub use table::Table;
pub use team::Team;
pub use workload::{Answer, Calls, Customers, Run};
pub use workloads::{Side, WORKLOADS, Workload};

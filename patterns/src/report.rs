//! What a layer reports of itself: the states that it can be in, and what it counts.
//!
//! A kind of layer declares both once, with the macro [`report!`](crate::report!), and names the
//! declaration in its settings: [`LayerSettings::REPORT`](crate::settings::LayerSettings::REPORT).
//! So they are known before there is a layer: measures, hypotheses, reference pages and charts go
//! by them, for kinds of layer from outside as for those of this crate.
//!
//! A layer says that it enters a state by
//! [`Context::enter_state`](crate::Context::enter_state), and counts in plain fields of its own:
//! [`Counters`] and [`Level`]s. Whoever wants to know the numbers asks for them by
//! [`Layer::count`](crate::Layer::count).
//!
//! # Example
//!
//! ```
//! patterns::report! {
//!     states State {
//!         /// Every call passes.
//!         Normal = "normal", Normal;
//!         /// Calls are refused.
//!         Full = "full", Bad;
//!     }
//!     counters Counter {
//!         /// Calls that were refused.
//!         Refused = "refused", Failures, Lower;
//!         /// Calls under way.
//!         InFlight = "in-flight", Level;
//!     }
//! }
//!
//! use patterns::report::{Counts, Level};
//! use patterns::{Duration, Time};
//!
//! let mut counters = Counters::default();
//! counters[Counter::Refused] += 1;
//! let mut in_flight = Level::default();
//! in_flight.set(3, Time::ZERO);
//!
//! // What `Layer::count` does.
//! let mut counts = Counts::of(&REPORT);
//! let now = Time::ZERO + Duration::from_nanos(20);
//! counters.add_to(&mut counts);
//! counts.add(Counter::InFlight, in_flight.integral(now));
//! assert_eq!(counts.all(), [1, 60]);
//! ```

mod counts;
mod info;
mod macros;

pub use counts::{Counters, Counts, Level};
pub use info::{Better, CounterId, CounterInfo, Quantity, Report, Severity, StateId, StateInfo};

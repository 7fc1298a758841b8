//! Faults: what can be made to go wrong, when it is, and what all that is on adds up to.
//!
//! A *kind* of fault is one file below [`kinds`] and one entry of its list. It says what can be
//! set, what it adds to the health of the services and edges that it hits ([`Adding`]), and what
//! becomes of the requests there when it comes on or goes off ([`Shock`]). Nothing else knows any
//! kind: readers, schema, reference and command go by what a kind says of itself ([`FaultInfo`]).
//!
//! ```text
//!  Schedule ──► Faults ──toggle──► Health ──► every request that comes, works and ends
//!  Effect   ──►   │
//!                 ├──► Condition ──► record and trace
//!                 └──► Shock ──────► the requests that are there
//! ```

pub mod kinds;

mod adding;
mod condition;
mod effect;
mod faults;
mod group;
mod health;
mod hit;
mod ills;
mod kind;
mod leak;
mod level;
mod schedule;
mod scope;

pub use adding::Adding;
pub(crate) use condition::{Condition, Standing};
pub use effect::{Effect, FaultInfo, OnAgents};
pub(crate) use faults::{Draws, Faults, Toggled};
pub(crate) use health::{Health, Turned};
pub(crate) use hit::Fate;
pub use hit::Permanent;
pub(crate) use ills::Ills;
pub use kind::{Change, FaultKind, Shock};
pub use kinds::KINDS;
pub use leak::Growth;
pub use level::Level;
pub use schedule::Schedule;
pub(crate) use schedule::TIMES_MAX;
pub(crate) use scope::{Asked, Scopes};
pub use scope::{SCOPES_MAX, Scope};

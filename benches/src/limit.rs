//! The limit: one loop for each workload, written by hand.
//!
//! Each loop is generic over what it leaves behind: [`Bare`], which is next to nothing and turns
//! into no code, or [`Full`], which is what the engine leaves behind.

mod calls;
mod hold;
mod key;
pub mod lives;
mod mm1;
mod recording;
mod streams;

pub use calls::calls;
pub use hold::hold;
pub use mm1::mm1;
pub use recording::{Bare, BreakerState, Full, Level, Recording, StateTotal, Stay};

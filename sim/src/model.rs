//! What is simulated: agents and services, sources and faults.

pub mod system;

pub use system::System;

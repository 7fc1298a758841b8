//! What the engine promises, seen from outside.

mod agenda;
mod law;
mod queue;
mod stream;

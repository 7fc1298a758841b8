//! Simulation against theory: every mean must lie within its 99 % interval, and the interval must
//! be narrow enough to say something.

mod faults;
mod patterns_alone;
mod queues;
mod support;
#[path = "../it/tank.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod tank;

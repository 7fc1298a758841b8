//! The life of agents: processes that crash, hang, save what they have done and come back, and the
//! order of the steps of their tasks.
//!
//! All of it hangs on one pointer of the world, which is empty where no agents need it: what every
//! call and every task goes through knows nothing of it.

mod branches;
mod crashing;
mod draws;
mod flow;
mod lives;
mod needs;
mod notes;
mod process;
mod saver;
mod saving;
mod starting;
mod task;
mod timers;
mod words;

pub(super) use lives::{Group, Lives, Regions};
pub(super) use process::{Process, ResetLink};
pub(super) use saver::Saver;

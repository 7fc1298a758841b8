//! Whole runs: that they are right, repeatable, and lose nothing.

mod course;
mod layers;
mod losses;
mod tank;

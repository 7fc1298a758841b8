//! What the engine promises, seen from outside: the kernel piece by piece, then whole runs, which
//! are right, repeatable, and lose nothing.

mod about;
mod agenda;
mod kinds;
mod law;
mod queue;
mod stream;

mod course;
mod golden;
mod layers;
mod losses;
mod tank;

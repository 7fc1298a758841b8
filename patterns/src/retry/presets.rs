//! Retries of libraries, in their own numbers.

mod clients;
mod course;
mod libraries;
mod list;
mod single;

pub use clients::{Aws, Envoy, Grpc, Mcp, ModelClient};
pub use course::{CourseMeant, CoursePrinted};
pub use libraries::{
    FailsafeGo, Finagle, FinagleJitter, Growth, Polly, PollyGrowth, Resilience4j, Tenacity,
};
pub(super) use list::all;

//! Timeout: stop waiting for an answer after a while.
//!
//! ```text
//!  call ──► send ──┬── a result comes first ──► the result
//!                  └── the limit comes first ─► failed: timeout
//! ```
//!
//! A result at exactly the deadline counts if its event comes before that of the deadline.
//!
//! The attempt that was given up releases what it holds in the layers below; whether work goes on
//! at the callee is not for this layer to say. A result that comes later changes nothing. Of two
//! nested timeouts the earlier deadline holds, whichever of them is outside.

mod layer;
mod machine;
mod presets;
mod report;
mod settings;

pub use machine::Timeout;
pub use presets::{
    Anthropic, CourseMeant, CoursePrinted, Envoy, Hystrix, Mcp, Openai, Polly, Resilience4j,
};
pub use report::Counter;
pub use settings::Settings;

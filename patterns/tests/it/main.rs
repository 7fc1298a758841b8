//! What the patterns promise, whatever happens to them.

mod backoff;
mod breaker;
mod breaker_boundary;
mod breaker_defect;
mod breaker_layer;
mod breaker_model;
mod breaker_story;
mod bulkhead;
mod fallback;
mod limiter;
mod limiter_layer;
mod limiter_model;
mod retry;
mod settings;
mod timeout;

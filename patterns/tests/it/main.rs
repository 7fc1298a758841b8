//! What the patterns promise, whatever happens to them.

mod backoff;
mod breaker;
mod breaker_boundary;
mod breaker_defect;
mod breaker_knobs;
mod breaker_layer;
mod breaker_model;
mod breaker_story;
mod bulkhead;
mod bulkhead_boundary;
mod bulkhead_defect;
mod bulkhead_laws;
mod bulkhead_layer;
mod bulkhead_model;
mod bulkhead_order;
mod bulkhead_share;
mod bulkhead_shed;
mod bulkhead_story;
mod fallback;
mod retry;
mod settings;
mod timeout;

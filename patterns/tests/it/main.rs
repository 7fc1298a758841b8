//! What the patterns promise, whatever happens to them.

mod backoff;
mod breaker;
mod breaker_boundary;
mod breaker_defect;
mod breaker_layer;
mod breaker_model;
mod breaker_story;
mod bulkhead;
mod cache;
mod cache_list;
mod cache_model;
mod coalesce;
mod fallback;
mod hedge;
mod hedge_delay;
mod hedge_model;
mod hedge_plan;
mod retry;
mod settings;
mod timeout;

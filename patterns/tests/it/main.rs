//! What the patterns promise, whatever happens to them.

mod backoff;
mod balance;
mod balance_health;
mod balance_model;
mod breaker;
mod breaker_boundary;
mod breaker_defect;
mod breaker_layer;
mod breaker_model;
mod breaker_story;
mod bulkhead;
mod fallback;
mod outlier;
mod outlier_back;
mod outlier_history;
mod outlier_model;
mod outlier_rates;
mod outlier_story;
mod retry;
mod settings;
mod timeout;

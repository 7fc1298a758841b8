//! Retries: `num_retries` is of all failures that are not listed, those to connect among them.

use patterns::settings::Node;
use patterns::{Class, Duration};

use crate::export::forms::Form;
use crate::export::layers::{Layer, Policy};
use crate::export::put::{Table, whole};
use crate::export::services::names;
use crate::import;

/// What is listed where it differs.
const LISTED: [(Class, &[&str]); 4] = [
    (Class::Timeout, &["TimeoutErrorRetries"]),
    (Class::RateLimit, &["RateLimitErrorRetries"]),
    (Class::Overload, &["InternalServerErrorRetries", "ServiceUnavailableErrorRetries"]),
    (Class::Validation, &["BadRequestErrorRetries"]),
];

/// The longest wait of the router.
const LONGEST: Duration = Duration::from_secs(8);

/// The retries of the first policy that has some: they hold for all models.
pub(super) fn put(policies: &[&Policy], router: &mut Table) {
    let layers = policies.iter().filter_map(|policy| policy.layer("retry"));
    let layers: Vec<&Layer> = layers.collect();
    // Without a number there are two.
    let Some(layer) = layers.first() else { return router.put("num_retries", whole(0)) };
    let others = count(layer, Class::Network);
    router.put("num_retries", whole(others));
    for (class, keys) in LISTED {
        let own = count(layer, class);
        let there = if class == Class::Validation { 0 } else { others };
        for key in keys.iter().filter(|_| own != there) {
            router.put(&format!("retry_policy.{key}"), whole(own));
        }
    }
    // A wait of less than a second is what the router has of its own.
    let shortest = layers.iter().filter_map(|layer| first_wait(layer)).max();
    let seconds = shortest.map_or(0, |wait| wait.min(LONGEST).as_nanos() / 1_000_000_000);
    if seconds > 0 {
        router.put("retry_after", whole(seconds.into()));
    }
}

/// How often a call is tried again after failures of a class.
fn count(layer: &Layer, class: Class) -> i128 {
    let most = layer.get("max-retries").and_then(import::whole);
    let Some(times) = rule(layer, class).and_then(|form| form.times) else { return 0 };
    match (import::whole(&times), most) {
        (Some(times), Some(most)) => times.min(most),
        (times, most) => times.or(most).unwrap_or(FOREVER),
    }
}

/// Tries without an end, as far as there can be.
const FOREVER: i128 = 1000;

fn rule(layer: &Layer, class: Class) -> Option<Form> {
    Form::of(layer.get(class.name())?).filter(|form| form.times.is_some())
}

/// The first wait that somebody has set.
fn first_wait(layer: &Layer) -> Option<Duration> {
    let form = Class::ALL.into_iter().find_map(|class| rule(layer, class))?;
    let waits = form.get("waits").map(names).unwrap_or_default();
    let first = form.base().or_else(|| form.first()).or(waits.first().map(Node::word))?;
    first.text()?.parse().ok()
}

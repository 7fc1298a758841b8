//! When the router leaves out a deployment (`router_utils/cooldown_handlers.py`).
//!
//! With `allowed_fails` it counts failures. Without it, and where that is what is the default
//! anyway, it looks at the calls of the minute: more than half of them must have failed, of one
//! deployment alone all of very many.

use patterns::Class;
use patterns::settings::Node;

use super::router::Cooldown;
use crate::import::draft::{Draft, From, Layer};
use crate::import::parts::{default, whole};
use crate::import::section::Taken;
use crate::import::times::Times;
use crate::import::unit::{self, Unit};
use crate::import::words::classes;

/// How many failures the router allows unless something else is written.
const ALLOWED: i128 = 3;

const WHY: &str = "default of LiteLLM";

pub(super) fn of(document: &Node, taken: &Taken<'_>, draft: &mut Draft) -> Cooldown {
    if taken.on("disable_cooldowns", draft).is_some() {
        for key in ["allowed_fails", "cooldown_time"] {
            if let Some(entry) = taken.entry(key) {
                draft.leave_entry(entry, "`disable_cooldowns` turns it off");
            }
        }
        return Cooldown::default();
    }
    let time = taken.value("cooldown_time", Unit::Time(Times::Seconds), draft);
    if time.as_ref().and_then(Node::text) == Some("0s") {
        if let Some(from) = taken.from("cooldown_time") {
            draft.leave_from(&from, "no deployment is left out for 0 s");
        }
        return Cooldown::default();
    }
    let time = time.zip(taken.from("cooldown_time"));
    let fails = taken.value("allowed_fails", Unit::OneLess, draft);
    if let Some((fails, from)) = fails.filter(|_| is_set(document)).zip(taken.from("allowed_fails"))
    {
        let mut layer = Layer::new("breaker", from.clone());
        layer.set("failures", fails, from);
        open(&mut layer, time);
        default(&mut layer, "window", minute(), "failures in a minute");
        let why = "408, 429, 401, 404, and from 500 on";
        complete(&mut layer, why);
        return Cooldown { of_several: Some(layer.clone()), alone: Some(layer) };
    }
    if let Some(entry) = taken.entry("allowed_fails") {
        let why = "what is the default counts as not written: the share of failures decides";
        draft.leave_entry(entry, why);
    }
    Cooldown {
        of_several: Some(by_share(time.clone())),
        alone: time.map(|time| of_all(Some(time))),
    }
}

/// Whether `allowed_fails` counts. `litellm_settings` says what the default is, and the router
/// takes what is the default for nothing (`_is_allowed_fails_set_on_router`).
fn is_set(document: &Node) -> bool {
    let of = |table: &str| unit::whole(document.get(table)?.get("allowed_fails")?);
    let default = of("litellm_settings").unwrap_or(ALLOWED);
    of("router_settings").is_some_and(|own| own != default)
}

fn minute() -> Node {
    Node::word("epoch(1min, buckets=1)")
}

type Time = Option<(Node, From)>;

/// Of several deployments one is left out of which more than half of the calls fail.
fn by_share(time: Time) -> Layer {
    const WHY: &str = "without `allowed_fails`; assumed: not at the first 429, 401 or 404";
    let from = time.as_ref().map_or(From::Default(WHY), |(_, from)| from.clone());
    let mut layer = Layer::new("breaker", from);
    default(&mut layer, "rate", Node::word("50%"), WHY);
    default(&mut layer, "compare", Node::word("more-than"), "exactly half is not enough");
    default(&mut layer, "min-calls", whole(5), "by version: 5 or 2 calls, or 1");
    finish(layer, time)
}

/// One deployment alone is left out if all of many calls fail.
fn of_all(time: Time) -> Layer {
    const WHY: &str = "one deployment alone: all must fail; assumed: not at the first 401 or 404";
    let from = time.as_ref().map_or(From::Default(WHY), |(_, from)| from.clone());
    let mut layer = Layer::new("breaker", from);
    default(&mut layer, "rate", Node::word("100%"), WHY);
    default(&mut layer, "min-calls", whole(1000), WHY_MANY);
    finish(layer, time)
}

const WHY_MANY: &str = "fewer calls in the minute say nothing to LiteLLM";

fn finish(mut layer: Layer, time: Time) -> Layer {
    open(&mut layer, time);
    default(&mut layer, "window", minute(), "the calls of this minute");
    complete(&mut layer, "429, 408, and from 500 on, beside 401 and 404");
    layer
}

fn open(layer: &mut Layer, time: Time) {
    if let Some((time, from)) = time {
        layer.set("open", time, from);
    }
    default(layer, "open", Node::word("5s"), WHY);
}

/// The router puts a deployment back as if nothing had been.
fn complete(layer: &mut Layer, counted: &'static str) {
    default(layer, "permits", Node::word("unlimited"), "all calls come back at once");
    let all = [Class::Network, Class::Timeout, Class::RateLimit, Class::Overload];
    default(layer, "count", classes(all), counted);
    let own = [Class::BreakerOpen, Class::BulkheadFull, Class::Rejected];
    default(layer, "ignore", classes(own), "what never came there");
}

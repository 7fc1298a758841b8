//! The catalogue of faults: each with a minimal scenario that shows it, or why there is none.

use super::entry::{Entry, entry};

/// A fault of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number, from 1 on without gaps.
    pub number: u32,
    /// What it is called.
    pub name: &'static str,
    /// How it is written, or why it cannot be.
    pub how: How,
}

/// How a fault is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In these words, as this scenario has them.
    Written(&'static str, Entry),
    /// Not yet: why.
    Missing(&'static str),
}

impl Fault {
    /// The scenario that shows it, if there is one.
    pub fn scenario(&self) -> Option<&Entry> {
        match &self.how {
            How::Written(_, entry) => Some(entry),
            How::Missing(_) => None,
        }
    }
}

const fn written(number: u32, name: &'static str, how: &'static str, entry: Entry) -> Fault {
    Fault { number, name, how: How::Written(how, entry) }
}

const fn missing(number: u32, name: &'static str, why: &'static str) -> Fault {
    Fault { number, name, how: How::Missing(why) }
}

/// All faults of the catalogue, in order.
pub const FAULTS: &[Fault] = &[
    written(
        1,
        "crash",
        "`down` with `up` and `down`, or `mtbf` and `mttr`",
        entry!("faults/01-crash"),
    ),
    written(
        2,
        "crash loop",
        "`down` with `down = \"restarts(…)\"`",
        entry!("faults/02-crash-loop"),
    ),
    written(3, "hang", "`hang` with a `share`, or of the whole service", entry!("faults/03-hang")),
    written(4, "gray, slow", "`slow` with a `share`, from time to time", entry!("faults/04-gray")),
    written(
        5,
        "latency spike",
        "`spike` with a `gap`: shot noise",
        entry!("faults/05-latency-spike"),
    ),
    written(6, "error burst", "`bursts`", entry!("faults/06-error-burst")),
    written(
        7,
        "random errors",
        "`errors`, or `errors` of a service",
        entry!("faults/07-random-errors"),
    ),
    written(
        8,
        "rate limit",
        "`rate-limit` of a service, with `algorithm`, `hint`, `shared` and `filled`",
        entry!("faults/08-rate-limit"),
    ),
    written(
        9,
        "overload",
        "`slots`, `overload` or `refuse` at a service with a short `queue`",
        entry!("faults/09-overload"),
    ),
    written(
        10,
        "partial outage",
        "`refuse` or `errors` with `permanent`, and calls with `keys`",
        entry!("faults/10-partial-outage"),
    ),
    written(
        11,
        "blackout with a ramp back",
        "`down`, and a `ramp` with `after`",
        entry!("faults/11-blackout"),
    ),
    written(
        12,
        "malformed output",
        "`errors` as `validation`, one `permanent` and one not",
        entry!("faults/12-malformed-output"),
    ),
    written(
        13,
        "plausible wrong answer",
        "`wrong` with `detect`",
        entry!("faults/13-plausible-wrong"),
    ),
    written(
        14,
        "stale data",
        "`stale`, with `every` for each refresh",
        entry!("faults/14-stale-data"),
    ),
    written(15, "partition", "`down` or `loss` that hits an edge", entry!("faults/15-partition")),
    written(
        16,
        "correlated failure",
        "a fault that hits a list, beside others",
        entry!("faults/16-correlated"),
    ),
    written(
        17,
        "herd on recovery",
        "emergent: `hang`, and retries without jitter",
        entry!("faults/17-herd"),
    ),
    written(
        18,
        "cold start",
        "`cold-start` with `idle`, or `after` another fault",
        entry!("faults/18-cold-start"),
    ),
    written(19, "leak, ageing", "`leak`, and a `down` for each restart", entry!("faults/19-leak")),
    written(20, "resource exhaustion", "`slots`", entry!("faults/20-exhaustion")),
    written(
        21,
        "deadlock",
        "`hang` that hits both services; none comes of itself",
        entry!("faults/21-deadlock"),
    ),
    written(
        22,
        "infinite loop",
        "`stuck`, and a step `{ loop = […] }` with a `limit`",
        entry!("faults/22-infinite-loop"),
    ),
    written(
        23,
        "poison task",
        "`errors` with `permanent`, and calls with `keys`",
        entry!("faults/23-poison-task"),
    ),
    written(
        24,
        "context overflow",
        "`context` of agents with a `limit`, and steps with `tokens`",
        entry!("faults/24-context-overflow"),
    ),
    written(
        25,
        "budget exhaustion",
        "`[budgets]`, which agents spend in tokens, dollars, calls or time",
        entry!("faults/25-budget-exhaustion"),
    ),
    written(
        26,
        "auth expiry",
        "`refuse` with `every` and `chance`",
        entry!("faults/26-auth-expiry"),
    ),
    written(
        27,
        "schema drift",
        "`errors` as `validation` that hits an edge, from a time on",
        entry!("faults/27-schema-drift"),
    ),
    written(28, "stream cut", "`cut`", entry!("faults/28-stream-cut")),
    written(
        29,
        "duplicate, late result",
        "`duplicate`; late results come of any timeout",
        entry!("faults/29-duplicate"),
    ),
    written(30, "message loss", "`loss`", entry!("faults/30-message-loss")),
    written(
        31,
        "corrupt checkpoint",
        "`corrupt`, and `checkpoint` with `keep`",
        entry!("faults/31-corrupt-checkpoint"),
    ),
    missing(32, "clock jump", "all layers read one clock, which is always right"),
    written(
        33,
        "flapping",
        "`down` with `every`, about as fast as a breaker waits",
        entry!("faults/33-flapping"),
    ),
    written(
        34,
        "deploy regression",
        "`errors` from a time on, `for` as long as until the rollback",
        entry!("faults/34-deploy-regression"),
    ),
    written(
        35,
        "cascade",
        "emergent: `slow` behind a service with few slots",
        entry!("faults/35-cascade"),
    ),
    written(
        36,
        "metastable overload",
        "emergent: `slow` for a time, and retries",
        entry!("faults/36-metastable"),
    ),
    written(
        37,
        "human delay",
        "`[humans]`, and a recovery that one of them does",
        entry!("faults/37-human-delay"),
    ),
];

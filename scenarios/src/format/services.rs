//! Services.

use patterns::settings::{
    Code, Entry, Fields, Findings, Node, Reader, Setting, Shape, Share, Value,
};
use patterns::{Class, Duration};
use sim::model::system::{self, RateRule};

use super::distribution::Distribution;
use super::row::laid_out;
use super::steps::Step;
use super::tokens::{TokenCount, USD_MAX, price};
use crate::profiles;

patterns::settings! {
    /// A service: something that does work for others, such as an LLM API, an MCP server or a
    /// file system.
    #[derive(Clone, Debug)]
    pub(crate) struct Service {
        /// Requests worked on at a time, by each replica.
        slots: u32 [.at_least(1.0).unlimited()] = u32::MAX,
        /// Requests that may wait for a slot, at each replica; more are refused as overload.
        queue: u32 [.unlimited()] = u32::MAX,
        /// Whose turn is next in the queue.
        order: Order = Order::Fifo,
        /// Which request is refused when one comes that would have to wait, and the queue is full.
        overflow: Overflow = Overflow::Newcomer,
        /// How many replicas there are, each with slots and a queue of its own. One of them is
        /// called `NAME#2`, counted from 1 on: a fault can hit it alone. Random numbers of requests
        /// do not depend on it.
        count: u32 [.at_least(1.0).at_most(1000.0)] = 1,
        /// Which replica gets a request, whoever calls. `least-in-flight` and `two-choices` go by
        /// how many requests are in work or in line at each.
        pick: Pick = Pick::RoundRobin,
        /// How long a replica is down, hangs or drains until the balancer leaves it out, and how
        /// long it is back until it is used again. While all are left out, all are used. With
        /// `none` the balancer knows of no failure: one that refuses at once looks idle to it.
        health_check: Option<Duration> [.none(&["none"]).example("\"10s\"")] = None,
        /// Whether an attempt goes to another replica than the one before of the same call (Envoy
        /// `previous_hosts`, of which this remembers the last).
        retry_elsewhere: bool = false,
        /// How long the work on a request takes.
        latency: Distribution [.example("\"lognormal(median=400ms, p99=3s)\"")],
        /// The share of requests that fail, by class of failure.
        errors: Errors [.example("{ network = 0.01, validation = \"0.2%\" }")] = Errors(Vec::new()),
        /// The share of requests that end well with a wrong value, of those that do not fail: no
        /// layer can see it, and what is made of it is wrong too.
        wrong: f64 [.share()] = 0.0,
        /// A limit on the rate of requests, over all callers and replicas; what exceeds it fails as
        /// `rate-limit`, and learns when the next request will be let in.
        rate_limit: Option<RateLimit> = None,
        /// The same limit on the `tokens` of requests. Both have to let a request in, and one that
        /// is refused uses up neither; one of more tokens than may ever come at once fails for
        /// good.
        token_limit: Option<RateLimit> = None,
        /// A second limit on tokens, over a long time: what a plan or a monthly cap allows.
        token_quota: Option<TokenQuota> = None,
        /// What each request that it lets in costs its caller: those that it refuses cost nothing,
        /// and each further attempt costs again.
        price: Price = Price { call: 0.0, per_million_tokens: 0.0 },
        /// What becomes of work whose caller has given up.
        abandoned: Abandoned = Abandoned::RunsOn,
        /// What becomes of a write (a step with `does = "write"`) whose task has not seen the
        /// present version of the record.
        stale_writes: StaleWrites = StaleWrites::Refuse,
        /// Calls to other services, made after its own work.
        steps: Vec<Step> [.at_most(10_000.0)] = Vec::new(),
    }
    rules Self::rules;
    warns Self::warns;
    profiles profiles::of_services;
}

patterns::settings! {
    /// What becomes of a write whose task has not seen the present version of the record.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum StaleWrites {
        /// It fails as `validation`, and changes nothing (compare-and-set; in HTTP an `If-Match`,
        /// RFC 9110, 13.1.1). Measured as `conflicts`.
        Refuse,
        /// It is done, and overwrites what the task has not seen. Measured as `lost-updates`.
        Accept,
    }
}

patterns::settings! {
    /// Whose turn is next in the queue.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Order {
        /// First in, first out.
        Fifo,
        /// Last in, first out: the mean wait is the same, but while there are too many requests the
        /// newest, whose callers most likely still wait, are served in time (Maurer, "Fail at
        /// Scale", ACM Queue 13(8), 2015), and old ones never.
        Lifo,
        /// By the `priority` of the task, 0 first, and else first in, first out. What has a slot
        /// keeps it.
        Priority,
    }
}

patterns::settings! {
    /// Which request is refused when one comes that would have to wait, and the queue is full.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Overflow {
        /// The newcomer.
        Newcomer,
        /// Of all that wait and the newcomer the one whose turn would be last: with `lifo` the
        /// oldest, with `priority` one that is less important than the newcomer, if there is one.
        Last,
    }
}

patterns::settings! {
    /// Which of the replicas that may be used gets a request.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Pick {
        /// One after the other.
        RoundRobin,
        /// Any, each as likely.
        Random,
        /// One with the fewest requests in work or in line, and of several such one after the
        /// other: "join the shortest queue".
        LeastInFlight,
        /// Of two different ones, drawn by chance, the one with fewer requests in work or in line
        /// (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 1996).
        TwoChoices,
    }
}

patterns::settings! {
    /// What becomes of work whose caller has given up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Abandoned {
        /// It goes on unseen, and keeps its slot: what most real servers do.
        RunsOn,
        /// It stops at once.
        Stops,
    }
}

patterns::settings! {
    /// So many tokens in each such time, and no more.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct TokenQuota {
        /// How many tokens, of all callers together.
        tokens: TokenCount [.at_least(1.0).at_most(4e9).example("\"10M\"")],
        /// How long they have to last; times follow one another from the beginning of the run.
        per: Duration [.above(0.0).example("\"30d\"")],
        /// What a failure says about when to come again: by default nothing, as providers do once a
        /// cap is reached, so that who tries again does so in vain.
        hint: RateHint = RateHint::None,
    }
}

patterns::settings! {
    /// What a request costs, in dollars.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Price {
        /// For each request.
        call: f64 [.at_least(0.0).at_most(USD_MAX)] = 0.0,
        /// For a million of its tokens.
        per_million_tokens: f64 [.at_least(0.0).at_most(USD_MAX).example("3.0")] = 0.0,
    }
}

patterns::settings! {
    /// A limit on the rate of requests, or of their tokens.
    #[derive(Clone, Debug)]
    pub(crate) struct RateLimit {
        /// Requests, or tokens, let in for each `per`.
        limit: u32 [.at_least(1.0).example("50")],
        /// The time in which `limit` requests are let in.
        per: Duration [.above(0.0).example("\"1min\"")],
        /// How it is counted.
        algorithm: RateAlgorithm = RateAlgorithm::TokenBucket,
        /// How many may come at once, of a bucket; with `none`, `limit`.
        burst: Option<u32> [.at_least(1.0)] = None,
        /// How many may come at once at the beginning, if others have used up some; with `none`,
        /// as many as ever.
        filled: Option<u32> = None,
        /// What a failure says about when to come again: the header `Retry-After`, or
        /// `grpc-retry-pushback-ms`.
        hint: RateHint = RateHint::Exact,
        /// Whether all callers share it. Otherwise each group of agents, and each service that
        /// calls, has a limit of its own.
        shared: bool = true,
    }
    rules Self::rules;
}

patterns::settings! {
    /// How a limit on a rate is counted.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum RateAlgorithm {
        /// Tokens come back at an even pace, up to `burst`.
        TokenBucket,
        /// `limit` requests in each window of the length `per`; windows follow one another from the
        /// beginning of the run: a quota that is reset.
        FixedWindow,
    }
}

patterns::settings! {
    /// What a failure by a rate limit says about when to come again.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum RateHint {
        /// When the next request would be let in.
        Exact,
        /// Always the same.
        Fixed(
            /// How long to wait.
            after: Duration [.example("\"60s\"")],
        ),
        /// Nothing.
        None,
        /// That it may be at once.
        AtOnce,
        /// That there is no point in it.
        Never,
    }
}

impl From<RateHint> for system::RateHint {
    fn from(hint: RateHint) -> Self {
        match hint {
            RateHint::Exact => Self::Exact,
            RateHint::Fixed(after) => Self::Fixed(after),
            RateHint::None => Self::None,
            RateHint::AtOnce => Self::AtOnce,
            RateHint::Never => Self::Never,
        }
    }
}

impl TokenQuota {
    /// The limit, as it is run.
    fn resolved(self) -> system::RateLimit {
        let filled = u32::try_from(self.tokens.0).unwrap_or(u32::MAX);
        let rule = RateRule::Window { limit: filled, length: self.per };
        system::RateLimit { rule, filled, hint: self.hint.into(), shared: true }
    }
}

impl RateLimit {
    fn every(&self) -> Duration {
        Duration::from_nanos(self.per.as_nanos() / u64::from(self.limit.max(1)))
    }

    /// The limit, as it is run.
    fn resolved(&self) -> system::RateLimit {
        let burst = self.burst.unwrap_or(self.limit);
        let rule = match self.algorithm {
            RateAlgorithm::TokenBucket => RateRule::Bucket { every: self.every(), burst },
            RateAlgorithm::FixedWindow => RateRule::Window { limit: self.limit, length: self.per },
        };
        let (filled, hint) = (self.filled.unwrap_or(burst), self.hint.into());
        system::RateLimit { rule, filled, hint, shared: self.shared }
    }

    fn rules(&self, found: &mut Findings) {
        let each = "at least a nanosecond for each request of the limit";
        let is_bucket = self.algorithm == RateAlgorithm::TokenBucket;
        found.unless(!is_bucket || !self.every().is_zero(), "per", each);
        let window = "left out beside a fixed window, which lets in `limit` at once";
        found.unless(is_bucket || self.burst.is_none(), "burst", window);
        let most = self.burst.unwrap_or(self.limit);
        let is_less = self.filled.is_none_or(|filled| filled <= most);
        found.unless(is_less, "filled", "at most `burst`, or `limit` without it");
    }
}

/// The share of requests that fail, by class.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Errors(Vec<(Class, f64)>);

impl Setting for Errors {
    fn shape() -> Shape {
        Shape::Map(Share::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            reader.wrong_type(node, "a table of classes and shares");
            return None;
        };
        let mut shares = Vec::new();
        let mut total = 0.0;
        for Entry { key, key_at, node } in entries {
            let name = Node::new(key_at.clone(), Value::Text(key.clone()));
            let class = Class::read(&name, None, reader);
            let share = reader.within(key.clone(), |reader| Share::read(node, None, reader));
            let (Some(class), Some(Share(share))) = (class, share) else { continue };
            shares.push((class, share));
            let before = total;
            total += share;
            if total > 1.0 && before <= 1.0 && share <= 1.0 {
                let message = "the shares of errors add up to more than 1";
                reader.mistake(&node.at, Code::Conflict, message);
            }
        }
        // By class, so that their order in the file plays no part.
        shares.sort_by_key(|(class, _)| class.name());
        Some(Self(shares))
    }

    fn write(&self) -> Node {
        let entries = self.0.iter().map(|(class, share)| Entry {
            key: class.name().to_owned(),
            key_at: 0..0,
            node: share.write(),
        });
        Node::unwritten(Value::Table(entries.collect()))
    }
}

impl Service {
    /// The service, as it is run.
    pub(crate) fn resolved(&self, name: &str) -> system::Service {
        let rate_limit = self.rate_limit.as_ref().map(RateLimit::resolved);
        system::Service {
            name: name.to_owned(),
            slots: self.slots,
            queue: self.queue,
            latency: self.latency.sampler(),
            errors: self.errors.0.clone(),
            wrong: self.wrong,
            rate_limit,
            token_limits: self.token_limits(),
            price: system::Price {
                call: price(self.price.call),
                per_million_tokens: price(self.price.per_million_tokens),
            },
            abandoned: match self.abandoned {
                Abandoned::RunsOn => system::Abandoned::RunsOn,
                Abandoned::Stops => system::Abandoned::Stops,
            },
            steps: laid_out(&self.steps),
            refuses_stale: self.stale_writes == StaleWrites::Refuse,
            replicas: system::Replicas {
                count: self.count,
                pick: match self.pick {
                    Pick::RoundRobin => system::Pick::RoundRobin,
                    Pick::Random => system::Pick::Random,
                    Pick::LeastInFlight => system::Pick::LeastInFlight,
                    Pick::TwoChoices => system::Pick::TwoChoices,
                },
                health_check: self.health_check,
                retry_elsewhere: self.retry_elsewhere,
            },
            order: match self.order {
                Order::Fifo => system::Order::Fifo,
                Order::Lifo => system::Order::Lifo,
                Order::Priority => system::Order::Priority,
            },
            overflow: match self.overflow {
                Overflow::Newcomer => system::Overflow::Newcomer,
                Overflow::Last => system::Overflow::Last,
            },
        }
    }

    fn token_limits(&self) -> Vec<system::RateLimit> {
        let limit = self.token_limit.as_ref().map(RateLimit::resolved);
        limit.into_iter().chain(self.token_quota.map(TokenQuota::resolved)).collect()
    }

    fn rules(&self, found: &mut Findings) {
        Step::check_all(&self.steps, found);
        Step::check_of_service(&self.steps, found);
    }

    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.count == 1 {
            for key in ["pick", "health-check", "retry-elsewhere"] {
                if fields.node(key).is_some() {
                    let message = "there is one replica only: nothing can be picked";
                    reader.no_effect(&fields.place_of(key), message);
                }
            }
        }
        let has_queue = 0 < self.queue && self.slots < u32::MAX;
        for key in ["order", "overflow"] {
            if fields.node(key).is_some() && !has_queue {
                reader.no_effect(&fields.place_of(key), "no request ever waits in the queue");
            }
        }
        if fields.node("overflow").is_some() && self.queue == u32::MAX {
            reader.no_effect(&fields.place_of("overflow"), "the queue is never full");
        }
    }
}

//! The keys of Istio.

use super::super::envoy::{NO_CLASS, ON};
use crate::import::classes::Names;
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

pub(super) const GO: Unit = Unit::Time(Times::Go);

/// `LoadBalancerSettings.SimpleLB`.
const PICKS: &[(&str, &str)] = &[
    ("ROUND_ROBIN", "round-robin"),
    ("LEAST_REQUEST", "two-choices"),
    ("LEAST_CONN", "two-choices"),
    ("RANDOM", "random"),
    ("PASSTHROUGH", "random"),
    ("UNSPECIFIED", "two-choices"),
];

/// Istio takes those of Envoy, codes of HTTP, and nothing else.
static RETRY_ON: Names = Names {
    all: ON,
    written: usize::MAX,
    classless: NO_CLASS,
    is_all: true,
    in_one_text: true,
    dotted: false,
};

const CONNECTIONS: &str = "connections are not modelled";
const WHERE: &str = "where a request goes says nothing of failures";

pub(super) static HTTP: Section = Section {
    place: "VirtualService.spec.http[]",
    layer: "timeout",
    like: "",
    rows: &[
        Row::with("timeout", "limit", "without it there is none").at_least(0.001),
        Row::with("route", "", "a service for each host"),
        Row::with("retries", "", "the layers `retry` and `timeout` of a try"),
        Row::out("fault", "faults stand in `[[faults]]`: put them there by hand"),
        Row::out("mirror", "what is mirrored has no answer"),
        Row::out("match", WHERE),
        Row::out("name", WHERE),
        Row::out("rewrite", WHERE),
        Row::out("redirect", WHERE),
        Row::out("headers", WHERE),
        Row::out("corsPolicy", WHERE),
    ],
};

pub(super) static RETRIES: Section = Section {
    place: "VirtualService.spec.http[].retries",
    layer: "retry",
    like: "envoy",
    rows: &[
        Row::of("attempts", "max-retries", Unit::Whole),
        Row::of("retryOn", "retry-on", Unit::Classes(&RETRY_ON)),
        Row::of("backoff", "base", GO).at_least(0.001),
        Row::with("perTryTimeout", "timeout.limit", "a layer `timeout` below the retry")
            .at_least(0.001),
        Row::out("retryRemoteLocalities", "hosts are in no place"),
        Row::out("retryIgnorePreviousHosts", "which host a retry goes to is up to `balance`"),
    ],
};

pub(super) static POLICY: Section = Section {
    place: "DestinationRule.spec.trafficPolicy",
    layer: "bulkhead",
    like: "",
    rows: &[
        Row::of("connectionPool.http.http2MaxRequests", "slots", Unit::Whole),
        Row::of("connectionPool.http.http1MaxPendingRequests", "queue", Unit::Whole),
        Row::with("connectionPool.tcp.maxConnections", "slots", "if it is less, as with HTTP/1.1"),
        Row::with("connectionPool.http.maxRetries", "retry.budget", "`fixed(3)` of the retry"),
        Row::with("retryBudget.percent", "retry.budget", "`share(20%, least=3)` of the retry")
            .at_most(100.0),
        Row::with("retryBudget.minRetryConcurrency", "retry.budget", "the same"),
        Row::of("loadBalancer.simple", "pick", Unit::Word(PICKS)).note("of the layer `balance`"),
        Row::with("outlierDetection", "", "the layer `balance`"),
        Row::out("loadBalancer.consistentHash", WHERE),
        Row::out("loadBalancer.localityLbSetting", "hosts are in no place"),
        Row::out("loadBalancer.warmupDurationSecs", "put `slow-start` into the balance by hand"),
        Row::out("connectionPool.tcp.connectTimeout", CONNECTIONS),
        Row::out("connectionPool.tcp.tcpKeepalive", CONNECTIONS),
        Row::out("connectionPool.http.maxRequestsPerConnection", CONNECTIONS),
        Row::out("connectionPool.http.idleTimeout", CONNECTIONS),
        Row::out("connectionPool.http.h2UpgradePolicy", CONNECTIONS),
        Row::out("connectionPool.http.useClientProtocol", CONNECTIONS),
        Row::out("tls", CONNECTIONS),
        Row::out("portLevelSettings", "what holds for one port alone is not modelled"),
    ],
};

pub(super) static OUTLIER: Section = Section {
    place: "DestinationRule.spec.trafficPolicy.outlierDetection",
    layer: "balance",
    like: "",
    rows: &[
        Row::of("consecutive5xxErrors", "eject.consecutive.failures", Unit::Whole),
        Row::of("consecutiveGatewayErrors", "eject.consecutive-gateway.failures", Unit::Whole),
        Row::of("consecutiveErrors", "eject.consecutive-gateway.failures", Unit::Whole)
            .note("as it was before 1.5"),
        Row::of("interval", "eject.interval", GO).at_least(0.001),
        Row::of("baseEjectionTime", "eject.base-ejection-time", GO).at_least(0.001),
        Row::of("maxEjectionPercent", "eject.max-ejection-percent", Unit::Whole).at_most(100.0),
        Row::of("minHealthPercent", "panic-percent", Unit::Whole).at_most(100.0),
        Row::with("splitExternalLocalOriginErrors", "eject.split-local", "`{}` if it is true"),
        Row::out("consecutiveLocalOriginFailures", "with `splitExternalLocalOriginErrors`"),
    ],
};

//! The keys of service configurations.

use patterns::Class::{Network, Overload, RateLimit, Timeout, Validation};

use crate::import::classes::Names;
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

pub(super) const PROTO: Unit = Unit::Time(Times::Proto);
const TOKENS: &str = "`tokens(10, ratio=0.1)`";
const SIZES: &str = "messages have no size here";

/// Codes that stand for no class of failure here.
const NO_CLASS: &[&str] = &[
    "OK",
    "CANCELLED",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
    "0",
    "1",
    "6",
    "7",
    "16",
];

/// `google.rpc.Code`.
static CODES: Names = Names {
    all: &[
        ("UNAVAILABLE", &[Network, Overload]),
        ("DEADLINE_EXCEEDED", &[Timeout]),
        ("RESOURCE_EXHAUSTED", &[RateLimit]),
        ("INVALID_ARGUMENT", &[Validation]),
        ("INTERNAL", &[Overload]),
        ("UNKNOWN", &[Overload]),
        ("ABORTED", &[Overload]),
        ("DATA_LOSS", &[Overload]),
        ("FAILED_PRECONDITION", &[Validation]),
        ("OUT_OF_RANGE", &[Validation]),
        ("UNIMPLEMENTED", &[Validation]),
        ("NOT_FOUND", &[Validation]),
        ("14", &[Network, Overload]),
        ("4", &[Timeout]),
        ("8", &[RateLimit]),
        ("3", &[Validation]),
        ("13", &[Overload]),
        ("2", &[Overload]),
        ("10", &[Overload]),
        ("15", &[Overload]),
        ("9", &[Validation]),
        ("11", &[Validation]),
        ("12", &[Validation]),
        ("5", &[Validation]),
    ],
    written: usize::MAX,
    classless: NO_CLASS,
    is_all: true,
    in_one_text: false,
    dotted: false,
};

pub(super) static METHOD: Section = Section {
    place: "methodConfig[]",
    layer: "timeout",
    like: "",
    rows: &[
        Row::of("timeout", "limit", PROTO),
        Row::with("name", "", "the service"),
        Row::with("retryPolicy", "", "the layer `retry`"),
        Row::with("hedgingPolicy", "", "the layer `hedge`"),
        Row::out("waitForReady", "connections are not modelled"),
        Row::out("maxRequestMessageBytes", SIZES),
        Row::out("maxResponseMessageBytes", SIZES),
    ],
};

pub(super) static RETRY: Section = Section {
    place: "methodConfig[].retryPolicy",
    layer: "retry",
    like: "grpc",
    rows: &[
        Row::of("maxAttempts", "max-attempts", Unit::Whole).at_least(2.0),
        Row::of("initialBackoff", "base", PROTO).more_than(0.0),
        Row::of("maxBackoff", "cap", PROTO).more_than(0.0),
        Row::of("backoffMultiplier", "factor", Unit::Factor).more_than(0.0),
        Row::of("retryableStatusCodes", "retry-on", Unit::Classes(&CODES)),
        Row::out("perAttemptRecvTimeout", "put a layer `timeout` below the retry by hand"),
    ],
};

pub(super) static HEDGE: Section = Section {
    place: "methodConfig[].hedgingPolicy",
    layer: "hedge",
    like: "grpc",
    rows: &[
        Row::of("maxAttempts", "max-attempts", Unit::Whole).at_least(2.0),
        Row::of("hedgingDelay", "hedging-delay", PROTO),
        Row::of("nonFatalStatusCodes", "non-fatal", Unit::Classes(&CODES)),
    ],
};

pub(super) static ROOT: Section = Section {
    place: "serviceConfig",
    layer: "retry-budget",
    like: "",
    rows: &[
        Row::with("retryThrottling.maxTokens", "kind", TOKENS).more_than(0.0).at_most(1000.0),
        Row::with("retryThrottling.tokenRatio", "kind", TOKENS).more_than(0.0),
        Row::with("methodConfig", "", "a service for each"),
        Row::with("loadBalancingConfig", "", "the layer `balance`, for outlier detection"),
        Row::out("loadBalancingPolicy", "of balancers only `outlier_detection` is modelled"),
        Row::out("healthCheckConfig", "there are no health checks here"),
    ],
};

pub(super) static OUTLIER: Section = Section {
    place: "loadBalancingConfig[].outlier_detection",
    layer: "balance",
    like: "",
    rows: &[
        Row::of("interval", "eject.interval", PROTO),
        Row::of("baseEjectionTime", "eject.base-ejection-time", PROTO),
        Row::of("maxEjectionTime", "eject.max-ejection-time", PROTO),
        Row::of("maxEjectionPercent", "eject.max-ejection-percent", Unit::Whole).at_most(100.0),
        Row::of("successRateEjection.stdevFactor", "eject.success-rate.stdev-factor", Unit::Whole),
        Row::of(
            "successRateEjection.enforcementPercentage",
            "eject.success-rate.enforce-percent",
            Unit::Whole,
        )
        .at_most(100.0),
        Row::of("successRateEjection.minimumHosts", "eject.success-rate.min-hosts", Unit::Whole),
        Row::of("successRateEjection.requestVolume", "eject.success-rate.min-calls", Unit::Whole),
        Row::of(
            "failurePercentageEjection.threshold",
            "eject.failure-percentage.threshold",
            Unit::Whole,
        )
        .at_most(100.0),
        Row::of(
            "failurePercentageEjection.enforcementPercentage",
            "eject.failure-percentage.enforce-percent",
            Unit::Whole,
        )
        .at_most(100.0),
        Row::of(
            "failurePercentageEjection.minimumHosts",
            "eject.failure-percentage.min-hosts",
            Unit::Whole,
        ),
        Row::of(
            "failurePercentageEjection.requestVolume",
            "eject.failure-percentage.min-calls",
            Unit::Whole,
        ),
        Row::out("childPolicy", "the hosts are picked one after the other"),
    ],
};

//! The keys of service configurations.

use patterns::Class::{Network, Overload, RateLimit, Timeout, Validation};

use crate::import::classes::Names;
use crate::import::table::{Row, Section};
use crate::import::times::Times;
use crate::import::unit::Unit;

pub(super) const PROTO: Unit = Unit::Time(Times::Proto);
const SIZES: &str = "messages have no size here";

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
    ],
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
        Row::of("maxAttempts", "max-attempts", Unit::Whole),
        Row::of("initialBackoff", "base", PROTO),
        Row::of("maxBackoff", "cap", PROTO),
        Row::of("backoffMultiplier", "factor", Unit::Factor),
        Row::of("retryableStatusCodes", "retry-on", Unit::Classes(&CODES)),
        Row::out("perAttemptRecvTimeout", "put a layer `timeout` below the retry by hand"),
    ],
};

pub(super) static HEDGE: Section = Section {
    place: "methodConfig[].hedgingPolicy",
    layer: "hedge",
    like: "grpc",
    rows: &[
        Row::of("maxAttempts", "max-attempts", Unit::Whole),
        Row::of("hedgingDelay", "hedging-delay", PROTO),
        Row::of("nonFatalStatusCodes", "non-fatal", Unit::Classes(&CODES)),
    ],
};

pub(super) static ROOT: Section = Section {
    place: "serviceConfig",
    layer: "retry-budget",
    like: "",
    rows: &[
        Row::with("retryThrottling.maxTokens", "kind", "`tokens(10, ratio=0.1)`"),
        Row::with("retryThrottling.tokenRatio", "kind", "`tokens(10, ratio=0.1)`"),
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
        Row::of("maxEjectionPercent", "eject.max-ejection-percent", Unit::Whole),
        Row::of("successRateEjection.stdevFactor", "eject.success-rate.stdev-factor", Unit::Whole),
        Row::of(
            "successRateEjection.enforcementPercentage",
            "eject.success-rate.enforce-percent",
            Unit::Whole,
        ),
        Row::of("successRateEjection.minimumHosts", "eject.success-rate.min-hosts", Unit::Whole),
        Row::of("successRateEjection.requestVolume", "eject.success-rate.min-calls", Unit::Whole),
        Row::of(
            "failurePercentageEjection.threshold",
            "eject.failure-percentage.threshold",
            Unit::Whole,
        ),
        Row::of(
            "failurePercentageEjection.enforcementPercentage",
            "eject.failure-percentage.enforce-percent",
            Unit::Whole,
        ),
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

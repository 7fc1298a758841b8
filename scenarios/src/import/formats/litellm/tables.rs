//! The keys of `LiteLLM`.

use patterns::Class;

use crate::import::table::{Row, Section};
use crate::import::unit::Unit;

const SHOWN: &str = "it says what is shown or logged, not what is done";
const CHOICE: &str = "which model answers well is not modelled";
const STORE: &str = "where its state is kept is not modelled: each caller has its own";
const COOLDOWN: &str = "the breaker of each deployment";

/// How a deployment is picked.
pub(super) const STRATEGY: Unit = Unit::Word(&[
    ("simple-shuffle", "random"),
    ("least-busy", "least-in-flight"),
    ("latency-based-routing", "two-choices"),
    ("usage-based-routing", "round-robin"),
    ("usage-based-routing-v2", "round-robin"),
    ("cost-based-routing", "in-order"),
]);

pub(super) static ROUTER: Section = Section {
    place: "router_settings",
    layer: "retry",
    like: "",
    rows: &[
        Row::with("num_retries", "retry.max-retries", "`like = \"openai\"`: its waits; else 2"),
        Row::with("retry_policy", "retry.CLASS", "a rule for each kind; `num_retries` for others"),
        Row::with("retry_after", "retry.CLASS", "no wait is shorter; of one deployment alone"),
        Row::with("timeout", "timeout.limit", "of each try").more_than(0.0),
        Row::with("request_timeout", "timeout.limit", "of each try").more_than(0.0),
        Row::with("allowed_fails", "breaker.failures", "one more than these, in a minute"),
        Row::with("cooldown_time", "breaker.open", COOLDOWN),
        Row::with("disable_cooldowns", "breaker", "no breaker if it is true"),
        Row::with("fallbacks", "fallback.to", "other models, one after the other"),
        Row::with("default_fallbacks", "fallback.to", "of all other models"),
        Row::with("routing_strategy", "balance.pick", "as near as it can be said"),
        Row::out("allowed_fails_policy", "a breaker counts all its classes together"),
        Row::out("context_window_fallbacks", "a question that is too long is no failure here"),
        Row::out("content_policy_fallbacks", "a question that is refused is no failure here"),
        Row::out("max_fallbacks", "write as many services in `fallback.to`"),
        Row::out("stream_timeout", "streams are not modelled"),
        Row::out("model_group_retry_policy", "one policy holds for all groups here"),
        Row::out("model_group_alias", "a service has one name"),
        Row::out("enable_pre_call_checks", CHOICE),
        Row::out("routing_strategy_args", CHOICE),
        Row::out("enable_tag_filtering", CHOICE),
        Row::out("optional_pre_call_checks", CHOICE),
        Row::out("redis_host", STORE),
        Row::out("redis_port", STORE),
        Row::out("redis_password", STORE),
        Row::out("redis_url", STORE),
        Row::out("cache_responses", "put a layer `cache` by hand"),
        Row::out("cache", "put a layer `cache` by hand"),
        Row::out("cache_params", "put a layer `cache` by hand"),
        Row::out("drop_params", CHOICE),
        Row::out("set_verbose", SHOWN),
        Row::out("debug_level", SHOWN),
        Row::out("json_logs", SHOWN),
        Row::out("callbacks", SHOWN),
        Row::out("success_callback", SHOWN),
        Row::out("failure_callback", SHOWN),
        Row::out("telemetry", SHOWN),
    ],
};

pub(super) static POLICY: Section = Section {
    place: "router_settings.retry_policy",
    layer: "retry",
    like: "",
    rows: &[
        Row::with("TimeoutErrorRetries", "timeout", "so many, with the waits of OpenAI's client"),
        Row::with("RateLimitErrorRetries", "rate-limit", "the same"),
        Row::with("InternalServerErrorRetries", "overload", "the same"),
        Row::with("ServiceUnavailableErrorRetries", "overload", "the same"),
        Row::with("BadRequestErrorRetries", "validation", "the same"),
        Row::with("DefaultRetries", "others", "of all that is not listed, for `num_retries`"),
        Row::out("AuthenticationErrorRetries", "no class of failure is known for it"),
        Row::out("ContentPolicyViolationErrorRetries", "no class of failure is known for it"),
        Row::out("NotFoundErrorRetries", "no class of failure is known for it"),
    ],
};

/// Which class each of them is; of several for one the last counts.
pub(super) const KINDS: [(&str, Class); 5] = [
    ("BadRequestErrorRetries", Class::Validation),
    ("TimeoutErrorRetries", Class::Timeout),
    ("RateLimitErrorRetries", Class::RateLimit),
    ("ServiceUnavailableErrorRetries", Class::Overload),
    ("InternalServerErrorRetries", Class::Overload),
];

pub(super) static PARAMS: Section = Section {
    place: "model_list[].litellm_params",
    layer: "service",
    like: "",
    rows: &[
        Row::with("rpm", "rate-limit", "`{ limit, per = \"1min\" }` of the service").at_least(1.0),
        Row::of("max_parallel_requests", "slots", Unit::Whole).at_least(1.0).note("of the service"),
        Row::with("weight", "balance.weights", "how much of the calls it gets"),
        Row::with("model", "", "said in a comment"),
        Row::out("tpm", "put `token-limit` into the service, and `tokens` into the steps, by hand"),
        Row::out("timeout", "one timeout holds for all deployments here"),
        Row::out("stream_timeout", "streams are not modelled"),
        Row::out("max_retries", "the router alone tries again"),
        Row::out("num_retries", "one number of retries holds for all deployments here"),
        Row::out("order", "write `pick = \"in-order\"` by hand"),
        Row::out("api_base", "where it is says nothing of failures"),
        Row::out("api_key", "where it is says nothing of failures"),
        Row::out("api_version", "where it is says nothing of failures"),
        Row::out("temperature", CHOICE),
        Row::out("max_tokens", CHOICE),
        Row::out("input_cost_per_token", "put `price` into the service by hand"),
        Row::out("output_cost_per_token", "put `price` into the service by hand"),
    ],
};

//! Rules for configurations and scenarios.

use super::info::RuleInfo;

pub(super) const RULES: [RuleInfo; 17] = [
    RuleInfo {
        name: "counts-all-failures",
        meaning: "A breaker that counts all failures since it was closed, whatever succeeded \
                  between them, opens in the end at any share of errors: on average with call \
                  number k/p, for k failures and a share p. Five in a row at 2 % take hundreds of \
                  millions of calls.",
        change: "Set the count back at every success, or take a share of a window: `like = \
                  \"course-meant\"`.",
        source: "L1",
    },
    RuleInfo {
        name: "probes-not-limited",
        meaning: "A limit of probes is configured and never looked at: when the wait is over, all \
                  who wait are let through at once.",
        change: "Count the probes under way, and refuse the others; here `permits = 1`.",
        source: "L3",
    },
    RuleInfo {
        name: "retries-disagree",
        meaning: "The same kind of failure is tried again in one place and not, or otherwise, in \
                  another. Which is right depends on the load (a timeout) or on whether the \
                  defect stays (a validation error).",
        change: "Keep one rule for each kind of failure, and say for which load it is meant.",
        source: "L5, L6",
    },
    RuleInfo {
        name: "breakers-disagree",
        meaning: "The same service has a breaker with two sets of numbers: one of them is not in \
                  force.",
        change: "Keep one; a sweep over both says which.",
        source: "L7",
    },
    RuleInfo {
        name: "more-successes-than-probes",
        meaning: "A half-open breaker wants more successes than it lets calls through at a time: \
                  it needs several rounds, and one that counts probes over the whole phase never \
                  closes.",
        change: "Let as many calls through as must succeed, or want fewer successes.",
        source: "L8",
    },
    RuleInfo {
        name: "retries-or-attempts",
        meaning: "Retries are counted without the first attempt, attempts with it. One number \
                  under both names is two different policies.",
        change: "Say which is meant: N retries are N + 1 attempts.",
        source: "L9",
    },
    RuleInfo {
        name: "cap-never-reached",
        meaning: "The retries end before the waits have grown to their cap, which is never in \
                  force: who changes it changes nothing.",
        change: "Leave the cap out, or lower it below the largest wait.",
        source: "L11",
    },
    RuleInfo {
        name: "budget-below-context",
        meaning: "A budget of tokens that is smaller than the context of one call is spent by the \
                  first one.",
        change: "Set the budget to calls times tokens of a call.",
        source: "L20",
    },
    RuleInfo {
        name: "fixed-wait-and-retry-after",
        meaning: "A fixed wait and the wait that the server asks for are two waits: no more than \
                  one of them can be kept exactly.",
        change: "Say which wins: here `retry-after = \"floor\"` takes the longer one.",
        source: "L21",
    },
    RuleInfo {
        name: "detection-beyond-promise",
        meaning: "Who calls one after the other sees a failure by timeout no earlier than the \
                  timeout: detection cannot be faster.",
        change: "Promise no less than the timeout, or shorten it.",
        source: "L22",
    },
    RuleInfo {
        name: "alert-never-fires",
        meaning: "At this traffic the rate that an alert waits for cannot come about.",
        change: "Scale the threshold with the traffic: a share of calls, over a window with \
                  enough of them.",
        source: "L23",
    },
    RuleInfo {
        name: "critical-inverted",
        meaning: "Critical services get a lower threshold and a longer wait than others: the ones \
                  that are missed most are shut off first and longest.",
        change: "Give them a fallback, or a threshold and a wait that are no stricter than for \
                  others.",
        source: "L24",
    },
    RuleInfo {
        name: "limit-counted-as-failure",
        meaning: "A breaker that counts refusals for the rate (429) makes a shortage of seconds \
                  into an outage as long as its wait.",
        change: "Leave `rate-limit` out of what it counts: `ignore = [\"rate-limit\"]`.",
        source: "A11",
    },
    RuleInfo {
        name: "stacked-retries",
        meaning: "Retries around retries multiply: each attempt of the outer layer is all \
                  attempts of the inner one.",
        change: "Retry in one layer, and let the others pass failures on.",
        source: "C9",
    },
    RuleInfo {
        name: "timeout-beyond-deadline",
        meaning: "The attempts and the waits between them take longer than the limit around them: \
                  the last ones are never made, or never waited for.",
        change: "Make limit >= attempts x timeout + waits, or retry less.",
        source: "7.6",
    },
    RuleInfo {
        name: "breaker-without-fallback",
        meaning: "A breaker in front of a service that a task cannot do without saves waiting, \
                  and not the task: while it is open every task fails.",
        change: "Add a fallback around the breaker, or make the step optional.",
        source: "A7, A9",
    },
    RuleInfo {
        name: "dead-parameter",
        meaning: "A setting is written that nothing reads, given the others.",
        change: "Leave it out, or change what keeps it from being read.",
        source: "L11",
    },
];

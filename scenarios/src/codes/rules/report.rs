//! Rules for reports that people write.

use super::info::RuleInfo;

pub(super) const RULES: [RuleInfo; 20] = [
    RuleInfo {
        name: "time-never-stored",
        meaning: "A breaker goes by the time of the last failure to find out when it may try \
                  again. A listing that reads this time and never stores it ends with an error, \
                  or stays open.",
        change: "Store the time under the name that is read, where a failure is counted.",
        source: "L2",
    },
    RuleInfo {
        name: "threshold-off-by-one",
        meaning: "One place opens on as many failures as the threshold says, another on one more.",
        change: "Write `>=` in both, or say \"more than\".",
        source: "L4",
    },
    RuleInfo {
        name: "log-off-policy",
        meaning: "The waits in a log are not those of the policy beside it: one of them is of \
                  another version.",
        change: "Take the log from a run with this policy.",
        source: "L10",
    },
    RuleInfo {
        name: "one-wait-too-many",
        meaning: "Between N attempts lie N - 1 waits.",
        change: "Count the waits, not the attempts.",
        source: "L12",
    },
    RuleInfo {
        name: "availability-does-not-follow",
        meaning: "Of a mean time between failures and a mean time to repair follows an \
                  availability: up time divided by up and down time. The one that is written is \
                  another.",
        change: "Measure all three on the same runs, and say how each is defined.",
        source: "L13",
    },
    RuleInfo {
        name: "targets-redundant",
        meaning: "Targets of MTBF and MTTR imply an availability. A target below that can never \
                  be missed while they are met.",
        change: "Drop one of the targets, or set the availability to what the others imply.",
        source: "L14",
    },
    RuleInfo {
        name: "failures-do-not-follow",
        meaning: "A rate of runs and a share of failures make a time between failures. The MTBF \
                  that is written is longer.",
        change: "Say what counts as a failure for the MTBF, or write the time that follows.",
        source: "L15",
    },
    RuleInfo {
        name: "repair-does-not-follow",
        meaning: "A mean time to repair is a mix of repairs by machine and by people. With the \
                  share that is written it cannot be so short.",
        change: "Write the mix, or measure the share and the time on the same failures.",
        source: "L16",
    },
    RuleInfo {
        name: "two-error-budgets",
        meaning: "An error budget is one minus the objective. Two budgets are two objectives.",
        change: "Name one objective, and derive the budget from it.",
        source: "L17",
    },
    RuleInfo {
        name: "prevention-without-comparison",
        meaning: "How often a breaker opened is not how many failures it prevented: that is the \
                  difference to the same runs without it.",
        change: "Compare with the pattern left out, on equal seeds: `wavetank ablate`, or \
                  `compare --without`.",
        source: "L18",
    },
    RuleInfo {
        name: "undefined-total",
        meaning: "A total improvement over measures with different units has no definition.",
        change: "Name each measure with its own change.",
        source: "L19",
    },
    RuleInfo {
        name: "missing-section",
        meaning: "A reliability report lacks a section that its reader looks for.",
        change: "Add it; where there is nothing yet, say \"not tested\".",
        source: "7.6",
    },
    RuleInfo {
        name: "placeholder",
        meaning: "Text that was to be replaced is still there.",
        change: "Replace it, or say \"not tested\".",
        source: "7.6",
    },
    RuleInfo {
        name: "number-without-unit",
        meaning: "A measure without a unit, or a share without the number of runs behind it, \
                  cannot be judged: 17 of 20 is anything from 64 to 95 %.",
        change: "Write value, unit and n, or an interval.",
        source: "7.6",
    },
    RuleInfo {
        name: "target-on-mean-only",
        meaning: "The mean meets the target and the bound of its interval does not: it may well \
                  be missed.",
        change: "Compare the bound with the target, and make more runs.",
        source: "7.6",
    },
    RuleInfo {
        name: "different-faults",
        meaning: "Before and after were measured under different faults, so that the change shows \
                  the faults as much as the patterns.",
        change: "Run both on the same faults and the same seeds.",
        source: "7.6",
    },
    RuleInfo {
        name: "seeds-missing",
        meaning: "Simulated numbers without their seeds cannot be made again.",
        change: "Name the seeds, or the command.",
        source: "7.6",
    },
    RuleInfo {
        name: "impossible-value",
        meaning: "A value that no measurement gives: a share above 100 %, more successes than \
                  runs, no time between failures.",
        change: "Measure again, or write what was meant: a change is no share.",
        source: "7.6",
    },
    RuleInfo {
        name: "statements-disagree",
        meaning: "A report says two different values of the same thing: at least one of them is of \
                  another state of the system, or wrong.",
        change: "Take both from the same runs, or say what differs between them.",
        source: "7.6",
    },
    RuleInfo {
        name: "target-not-met",
        meaning: "A value misses its target, and the report says that the target is met.",
        change: "Say that it is missed, by how much, and what is to be done about it.",
        source: "7.6",
    },
];

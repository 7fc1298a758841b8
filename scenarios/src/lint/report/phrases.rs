//! Words around measures in sentences and headings.

/// Words between a measure and its value that say nothing more.
pub(super) const BETWEEN: [&str; 21] = [
    "rate",
    "of",
    "the",
    "system",
    "is",
    "was",
    "now",
    "currently",
    "at",
    "stands",
    "reached",
    "has",
    "a",
    "an",
    "about",
    "are",
    "were",
    "we",
    "rose",
    "fell",
    "to",
];

/// Words in front of a measure that say nothing more.
pub(super) const BEFORE: [&str; 19] = [
    "the", "our", "overall", "its", "current", "a", "an", "with", "measured", "we", "reached",
    "reach", "achieved", "has", "have", "total", "system", "is", "final",
];

/// Words of sentences that tell of something else than the system as it is.
pub(super) const OTHERWISE: [&str; 31] = [
    "before",
    "after",
    "without",
    "during",
    "under ",
    "when ",
    "if ",
    "goal",
    "should",
    "must",
    "planned",
    "last ",
    "previous",
    "baseline",
    "objective",
    "slo",
    "would",
    "assum",
    "month",
    "quarter",
    "experiment",
    "only",
    "for example",
    "alert",
    "between ",
    "worst",
    "best ",
    "expected",
    "simulat",
    "estimate",
    "hypothes",
];

/// Words of headings under which a report speaks of the whole.
pub(super) const WHOLE: [&str; 13] = [
    "summary",
    "metric",
    "result",
    "readiness",
    "conclusion",
    "overview",
    "verdict",
    "outcome",
    "kpi",
    "recommendation",
    "report",
    "status",
    "note",
];

/// Words for what was changed, behind `before` and `after`.
pub(super) const CHANGES: [&str; 6] =
    ["change", "changes", "fix", "fixes", "hardening", "patterns"];

//! Rules for single sentences: a timeout beyond its deadline, 429 that opens breakers, promises
//! that a few runs cannot keep.

use super::evidence::wilson;
use super::metrics::percent;
use super::number::{Number, numbers};
use super::page::{Line, Page};
use super::statements::is_above;
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    for line in page.prose().filter(|line| !line.is_row() && !line.text.starts_with('#')) {
        deadline(line, found);
        limited(line, found);
        proved(line, found);
    }
}

/// Words of sentences that tell of what was, may be, or is not to be.
const OTHERWISE: [&str; 13] = [
    "before",
    "previous",
    "instead",
    "if ",
    "would",
    "should",
    "must",
    "never",
    "no longer",
    "lowered",
    "changed",
    "raised",
    "for example",
];

/// The number of seconds that a sentence gives for what one of these words names: the first behind
/// it, up to the next sign.
fn length<'n>(line: &Line<'_>, all: &'n [Number], words: &[&str]) -> Option<(f64, &'n Number)> {
    let end = words.iter().find_map(|word| Some(line.small.find(word)? + word.len()))?;
    let one = all.iter().find(|one| end <= one.start)?;
    let is_of_it = !line.small[end..one.start].contains([',', ';', ':', '(']);
    Some((one.seconds().filter(|_| is_of_it)?, one))
}

/// A call may take longer than the task that makes it.
fn deadline(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let call = [
        "tool timeout",
        "call timeout",
        "request timeout",
        "timeout of each call",
        "call has a timeout of",
        "the timeout is",
    ];
    let task = ["task deadline", "task timeout", "task limit", "overall deadline", "deadline"];
    if line.has(&OTHERWISE) {
        return;
    }
    let all = numbers(line);
    let (Some((call, _)), Some((task, at))) =
        (length(line, &all, &call), length(line, &all, &task))
    else {
        return;
    };
    if task < call {
        let (call, task) = (time(call), time(task));
        let message = format!("a call may take {call}, and the task that makes it {task}");
        let wrong = finding("timeout-beyond-deadline", &at.place(line), message);
        found.push(wrong.proof(format!("arithmetic: {call} are more than {task}")));
    }
}

/// Refusals for the rate that open a breaker.
fn limited(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let Some(word) = ["429", "rate limit", "rate-limit"].into_iter().find(|word| line.has(&[word]))
    else {
        return;
    };
    let is_breaker = line.has(&["breaker", "circuit"]);
    let counts = ["opens", "open the", "opened by", "trips", "trip the", "count as", "counts as"];
    let counted = [
        "counted as",
        "count towards",
        "counts towards",
        "counted towards",
        "as a failure",
        "429 included",
        "including 429",
    ];
    let is_denied =
        line.has(&["not ", "n't", "exclud", "ignor", "apart from", "except", "without"]);
    if is_breaker
        && line.has(&[&counts[..], &counted].concat())
        && !is_denied
        && !line.has(&OTHERWISE)
    {
        let message = "a breaker that counts refusals for the rate (429) makes an outage of a \
                       shortage of seconds: it is opened by load, and not by what it guards";
        found.push(finding("limit-counted-as-failure", &line.place(word), message));
    }
}

/// A share that as many runs as there were cannot show, though all of them were good.
fn proved(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let is_said =
        line.has(&["met", "so ", "therefore", "proves", "shows that", "confirm", "hence"]);
    if !is_said || line.has(&["not met", "not enough", "too few", "cannot"]) {
        return;
    }
    let all = numbers(line);
    let counted = all.windows(2).find(|pair| {
        let between = line.small[pair[0].end..pair[1].start].trim();
        ["of", "out of", "/"].contains(&between)
            && ["runs", "executions", "tests", "experiments", "tasks"].contains(&&*pair[1].unit)
            && 1.0 <= pair[1].value
            && (pair[0].value - pair[1].value).abs() < 0.5
    });
    let Some([_, runs]) = counted else { return };
    let is_limit =
        |one: &&Number| one.unit == "%" && is_above(&line.small[..one.start]) == Some(true);
    let Some(limit) = all.iter().find(is_limit) else { return };
    let (low, _) = wilson(1.0, runs.value);
    if low < limit.value / 100.0 {
        let runs = number(runs.value);
        let message = format!(
            "{runs} good runs of {runs} leave any share from {} % on open: more than {} % is not \
             shown by them",
            percent(low),
            number(limit.value)
        );
        let proof = format!(
            "arithmetic: of {runs} runs, 100 % is anything from {} to 100 % (Wilson, 95 %)",
            percent(low)
        );
        let wrong = finding("target-on-mean-only", &limit.place(line), message);
        found.push(wrong.proof(proof));
    }
}

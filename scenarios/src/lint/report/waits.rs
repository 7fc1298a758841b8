//! Rules for retries and waits, as a report tells of them.

use super::number::{Number, after, numbers};
use super::page::{Line, Page};
use super::promises::list;
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, time};

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    words(page, found);
    for line in page.prose() {
        between(line, found);
    }
    log(page, found);
    for kind in ["timeout", "validation"] {
        disagree(page, kind, found);
    }
}

/// The first number of a line with this word right behind it.
fn counted(line: &Line<'_>, word: &str) -> Option<Number> {
    numbers(line).into_iter().find(|one| one.unit == word)
}

/// One number, once of retries and once of attempts.
fn words(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    let all = page.prose().flat_map(numbers).filter(|one| one.unit == "retries");
    let retries: Vec<f64> = all.map(|one| one.value).collect();
    for line in page.prose() {
        let Some(attempts) = counted(line, "attempts") else { continue };
        if attempts.value > 1.0 && retries.contains(&attempts.value) {
            let count = number(attempts.value);
            let message = format!(
                "{count} attempts here and {count} retries elsewhere: {count} retries are {} \
                 attempts",
                number(attempts.value + 1.0)
            );
            let at = attempts.place(line);
            found.push(finding("retries-or-attempts", &at, message));
            return;
        }
    }
}

/// As many waits as attempts.
fn between(line: &Line<'_>, found: &mut Vec<Diagnostic>) {
    let Some(attempts) = counted(line, "attempts") else { return };
    let waits = numbers(line).into_iter().find(|one| {
        let rest: String = line.small[one.end..].chars().take(16).collect();
        one.unit != "attempts" && rest.contains("waits")
    });
    let Some(waits) = waits.filter(|waits| waits.value >= attempts.value) else { return };
    let at = waits.place(line);
    let message = format!(
        "{} attempts have {} waits between them, not {}",
        number(attempts.value),
        number(attempts.value - 1.0),
        number(waits.value)
    );
    let proof = sum_of_waits(line, &waits, attempts.value - 1.0);
    found.push(finding("one-wait-too-many", &at, message).proof(proof));
}

/// How long so many waits are together, as far as the line says it behind their number.
fn sum_of_waits(line: &Line<'_>, waits: &Number, count: f64) -> Option<String> {
    let behind: Vec<Number> =
        numbers(line).into_iter().filter(|one| one.start > waits.end).collect();
    match &list(line, &behind)[..] {
        [] | [_] => {
            let mut lengths = behind.iter().filter_map(Number::seconds);
            let each = lengths.next()?;
            let (of_all, count) = (time(each * count), number(count));
            Some(format!("arithmetic: {count} x {} = {of_all}", time(each)))
        }
        // Of waits that differ, those are summed up that there are.
        several => {
            let kept = several.get(..count as usize)?;
            let sum = kept.iter().fold(0.0, |sum, wait| sum + wait);
            let each: Vec<String> = kept.iter().map(|wait| time(*wait)).collect();
            Some(format!("arithmetic: {} = {}", each.join(" + "), time(sum)))
        }
    }
}

/// A log that begins with another wait than the policy.
fn log(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    // With jitter no wait is that of the policy.
    if page.lines.iter().any(|line| line.has(&["jitter"]) && !line.has(&["no jitter", "false"])) {
        return;
    }
    let written = page
        .fenced()
        .find_map(|line| after(line, "\"initial_delay_ms\"").map(|one| one.value / 1000.0));
    let said = page.prose().filter(|line| line.has(&["back-off", "backoff"])).find_map(|line| {
        let words = ["initial delay", "starts at", "from"];
        words.iter().find_map(|word| after(line, word)?.seconds())
    });
    let Some(first) = written.or(said) else { return };
    let waits = page.fenced().filter(|line| line.has(&["waiting", "wait ", "retrying in"]));
    let logged = waits.filter_map(|line| {
        let word =
            ["waiting", "wait ", "retrying in"].into_iter().find(|word| line.has(&[word]))?;
        let one = after(line, word)?;
        Some((line, one.seconds()?, one))
    });
    if let Some((line, wait, one)) =
        logged.take(1).find(|(_, wait, _)| (wait - first).abs() > 0.05 * first)
    {
        let message = format!(
            "the first wait of this log is {}, and the policy begins with {}",
            time(wait),
            time(first)
        );
        let at = one.place(line);
        found.push(finding("log-off-policy", &at, message));
    }
}

/// A kind of failure that is tried again and not.
fn disagree(page: &Page<'_>, kind: &str, found: &mut Vec<Diagnostic>) {
    let negations =
        ["not retr", "never retr", "no retr", "n't retr", "not be retried", " 0 retries"];
    let of_kind = |line: &&Line<'_>| line.has(&[kind]) && line.has(&["retr"]);
    let denied = page.prose().filter(of_kind).find(|line| line.has(&negations));
    let Some(denied) = denied else { return };
    let retried = page.prose().filter(of_kind).find(|line| {
        let is_counted = counted(line, "retries").is_some_and(|one| one.value > 0.0);
        !line.has(&negations) && (is_counted || line.has(&["retry", "retried"]))
    });
    let Some(retried) = retried else { return };
    let later = if retried.at.start > denied.at.start { retried } else { denied };
    let message = format!("failures of {kind} are tried again in one place, and not in another");
    found.push(finding("retries-disagree", &later.place(kind), message));
}

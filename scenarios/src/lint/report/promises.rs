//! Rules for what a report says of one policy: retries, waits, caps and deadlines, read together
//! from a paragraph or a table.

use core::ops::Range;

use super::number::{Number, numbers};
use super::page::{Line, Page};
use crate::diagnostic::Diagnostic;
use crate::lint::finding::{finding, number, power, time};

pub(super) fn look(page: &Page<'_>, found: &mut Vec<Diagnostic>) {
    for block in page.blocks() {
        stacked(&block, found);
        let pieces: Vec<Vec<&Line<'_>>> = match block[0] {
            row if row.is_row() && row.bars_count() > 3 => {
                block.iter().map(|line| vec![*line]).collect()
            }
            _ => vec![block.clone()],
        };
        for piece in pieces {
            let policy = Policy::of(&piece);
            policy.look(found);
        }
        for line in &block {
            header(line, &block, found);
        }
    }
}

/// A number with its place.
type At = (f64, Range<usize>);

/// What is said of a policy.
#[derive(Debug, Default)]
struct Policy {
    retries: Option<At>,
    attempts: Option<At>,
    /// The first wait, the one wait, and all of them, in seconds.
    first: Option<f64>,
    fixed: Option<f64>,
    waits: Vec<f64>,
    cap: Option<At>,
    each: Option<f64>,
    deadline: Option<At>,
    total: Option<At>,
    grows: bool,
    has_more: bool,
}

impl Policy {
    fn of(lines: &[&Line<'_>]) -> Self {
        let mut made = Self::default();
        let retries = |line: &&&Line<'_>| line.has(&["retr", "attempt", "back-off", "backoff"]);
        if !lines.iter().any(|line| retries(&line)) {
            return made;
        }
        for line in lines {
            made.grows |= line.has(&["exponential", "doubling", "doubles"]);
            made.has_more |=
                line.has(&["factor", "multiplier", "fibonacci", "linear", "jitter", "tripl"]);
            let all = numbers(line);
            let mut end = 0;
            for (at, one) in all.iter().enumerate() {
                let mut from = end.max(one.start.saturating_sub(60)).min(one.start);
                while !line.small.is_char_boundary(from) {
                    from += 1;
                }
                let front = &line.small[from..one.start];
                made.add(line, front, one, &all[at..]);
                end = one.end;
            }
        }
        made
    }

    fn add(&mut self, line: &Line<'_>, front: &str, one: &Number, rest: &[Number]) {
        let has = |words: &[&str]| words.iter().any(|word| front.contains(word));
        let front = front.trim_end_matches([' ', ':', '=', '|', '"']);
        let ends = |words: &[&str]| words.iter().any(|word| front.ends_with(word));
        let place = one.place(line);
        let (value, counts) = (one.value, one.unit.is_empty() || one.unit == "times");
        if ["retries", "retry"].contains(&&*one.unit)
            || counts && ends(&["retries", "max_retries", "max retries"])
        {
            self.retries = self.retries.take().or(Some((value, place)));
            return;
        }
        if one.unit == "attempts" || counts && ends(&["attempts", "max_attempts"]) {
            self.attempts = self.attempts.take().or(Some((value, place)));
            return;
        }
        let waits = list(line, rest);
        if waits.len() > 1 && self.waits.is_empty() && (has(&["wait", "("]) || self.grows) {
            self.waits = waits;
            return;
        }
        let Some(seconds) = one.seconds() else { return };
        let is_whole = has(&["total ", "overall "]) && has(&["timeout", "limit", "budget"]);
        let behind = one.behind(&line.small).trim_start();
        let set = |to: &mut Option<f64>| *to = to.or(Some(seconds));
        if has(&["deadline"]) || is_whole {
            self.deadline = self.deadline.take().or(Some((seconds, place)));
        } else if has(&["timeout"])
            && (has(&["attempt", "each"]) || behind.starts_with("per attempt"))
        {
            set(&mut self.each);
        } else if behind.starts_with("in total")
            || ends(&["total", "in total", "take", "takes"])
            || line.small[..one.start].trim_end().ends_with('=')
        {
            self.total = self.total.take().or(Some((seconds, place)));
        } else if ends(&[
            "capped at",
            "cap",
            "cap of",
            "max delay",
            "max_delay",
            "up to",
            "maximum of",
        ]) {
            self.cap = self.cap.take().or(Some((seconds, place)));
        } else if ends(&["from", "starting at", "starts at", "initial delay", "initial_delay"]) {
            set(&mut self.first);
        } else if has(&["fixed", "constant"]) && has(&["wait", "delay", "pause"]) {
            set(&mut self.fixed);
        }
    }

    /// The retries, however they are counted.
    fn count(&self) -> Option<f64> {
        let of_attempts = self.attempts.as_ref().map(|(attempts, _)| attempts - 1.0);
        self.retries
            .as_ref()
            .map(|(retries, _)| *retries)
            .or(of_attempts)
            .filter(|count| (1.0..=100.0).contains(count))
    }

    /// The waits of all retries, as far as they are known.
    fn lengths(&self) -> Option<Vec<f64>> {
        let count = self.count()? as usize;
        if self.waits.len() == count {
            return Some(self.waits.clone());
        }
        if let Some(fixed) = self.fixed {
            return Some(vec![fixed; count]);
        }
        let first = self.first.filter(|_| self.grows && !self.has_more)?;
        let cap = self.cap.as_ref().map_or(f64::INFINITY, |(cap, _)| *cap);
        Some((0..count).map(|at| (first * power(2.0, at as i128)).min(cap)).collect())
    }

    fn look(&self, found: &mut Vec<Diagnostic>) {
        self.one_too_many(found);
        self.cap_not_reached(found);
        self.beyond(found);
    }

    /// A total that has as many waits as attempts.
    fn one_too_many(&self, found: &mut Vec<Diagnostic>) {
        let (Some((attempts, _)), Some(wait), Some((total, at))) =
            (&self.attempts, self.fixed, &self.total)
        else {
            return;
        };
        if *attempts > 1.0 && (total - attempts * wait).abs() < 1e-6 * total {
            let (attempts, right) = (*attempts, (attempts - 1.0) * wait);
            let message = format!(
                "{0} attempts have {1} waits between them: {2} in total, not {3}",
                number(attempts),
                number(attempts - 1.0),
                time(right),
                time(*total)
            );
            let proof = format!(
                "arithmetic: {} x {} = {}",
                number(attempts - 1.0),
                time(wait),
                time(right)
            );
            found.push(finding("one-wait-too-many", at, message).proof(proof));
        }
    }

    fn cap_not_reached(&self, found: &mut Vec<Diagnostic>) {
        let (Some(count), Some(first), Some((cap, at))) = (self.count(), self.first, &self.cap)
        else {
            return;
        };
        let largest = first * power(2.0, count as i128 - 1);
        if self.grows && !self.has_more && largest < *cap {
            let message = format!(
                "{} retries from {} end before the cap of {}: the largest wait is {}",
                number(count),
                time(first),
                time(*cap),
                time(largest)
            );
            found.push(finding("cap-never-reached", at, message));
        }
    }

    /// Attempts and waits that take longer than the limit around them.
    fn beyond(&self, found: &mut Vec<Diagnostic>) {
        let Some((deadline, at)) = &self.deadline else { return };
        let Some(count) = self.count() else { return };
        let (each, waits) = (self.each.unwrap_or(0.0), self.lengths().unwrap_or_default());
        let between = waits.iter().fold(0.0, |sum, wait| sum + wait);
        let total = (count + 1.0) * each + between;
        if total > *deadline {
            let of_each = match self.each {
                Some(each) => format!(" of up to {}", time(each)),
                None => String::new(),
            };
            let message = format!(
                "{} attempts{of_each} and {} between them are {}, and the limit around them is {}",
                number(count + 1.0),
                time(between),
                time(total),
                time(*deadline)
            );
            let proof = format!(
                "arithmetic: {} x {} + {} = {}",
                number(count + 1.0),
                time(each),
                time(between),
                time(total)
            );
            found.push(finding("timeout-beyond-deadline", at, message).proof(proof));
        }
    }
}

/// Lengths of time that are listed: `1, 2, 4 s` or `1 s, 2 s and 4 s`.
pub(super) fn list(line: &Line<'_>, all: &[Number]) -> Vec<f64> {
    let mut listed: Vec<&Number> = Vec::new();
    for one in all {
        if let Some(last) = listed.last() {
            let between = last.behind(&line.small);
            let between = &between
                [..between.len().min(one.start.saturating_sub(line.small.len() - between.len()))];
            // An `and` right behind a number is read as its unit.
            let is_and = last.unit == "and" && between.trim().is_empty();
            if !is_and && ![",", "and", ", and", "then"].contains(&between.trim()) {
                break;
            }
        }
        if !(one.unit.is_empty() || one.unit == "and" || one.seconds().is_some()) {
            break;
        }
        listed.push(one);
    }
    let Some(unit) = listed.last().and_then(|one| Some(one.seconds()? / one.value.max(1e-9)))
    else {
        return Vec::new();
    };
    listed.iter().map(|one| one.seconds().unwrap_or(one.value * unit)).collect()
}

/// Who retries, in words of which two are two layers.
const LAYERS: [&str; 10] = [
    "sdk",
    "wrapper",
    "tool",
    "agent",
    "client",
    "library",
    "proxy",
    "gateway",
    "orchestrator",
    "framework",
];

/// Words of a paragraph that says what is to be, or that layers do not lie around one another.
const APART: [&str; 8] = [
    "instead",
    "no longer",
    "disabled",
    "switched off",
    "turned off",
    "never retries",
    "must not",
    "alternat",
];

/// Retries of several layers, each of which has a number of its own.
fn stacked(block: &[&Line<'_>], found: &mut Vec<Diagnostic>) {
    if block[0].is_row() || block.iter().any(|line| line.has(&APART)) {
        return;
    }
    let mut layers: Vec<(&str, f64, Range<usize>)> = Vec::new();
    let is_of_retries = block.iter().any(|line| line.has(&["retry", "retries", "retried"]));
    for line in block {
        let mut end = 0;
        for one in numbers(line) {
            let front = &line.small[end..one.start];
            let behind: String = line.small[one.end..].chars().take(20).collect();
            let is_behind =
                behind.trim_start().split(' ').take(2).any(|word| word.starts_with("retries"));
            let last = |text: &str| {
                let own = LAYERS.iter().filter_map(|layer| Some((text.rfind(layer)?, *layer)));
                own.max().map(|(_, layer)| layer)
            };
            let says = one.unit == "times" && front.contains("retries");
            let layer = if says {
                last(front)
            } else if one.unit == "times" && is_of_retries {
                within(&behind)
            } else {
                last(&behind).filter(|_| is_behind)
            };
            if let Some(layer) =
                layer.filter(|layer| !layers.iter().any(|(known, ..)| known == layer))
                && one.value >= 1.0
            {
                layers.push((layer, one.value, one.place(line)));
            }
            end = one.end;
        }
    }
    let attempts = layers.iter().fold(1.0, |all, (_, retries, _)| all * (retries + 1.0));
    if layers.len() > 1 && attempts > 10.0 {
        let each: Vec<String> = layers.iter().map(|(_, count, _)| number(count + 1.0)).collect();
        let message = format!(
            "retries around retries: {} = {} attempts of one call",
            each.join(" x "),
            number(attempts)
        );
        found.push(finding("stacked-retries", &layers[0].2, message));
    }
}

/// Whose a number is: `3 times in the SDK`.
fn within(behind: &str) -> Option<&'static str> {
    let rest = ["times in ", "times by "].iter().find_map(|begin| {
        let rest = behind.trim_start().strip_prefix(begin)?;
        Some(
            ["the ", "our ", "its "]
                .iter()
                .find_map(|word| rest.strip_prefix(word))
                .unwrap_or(rest),
        )
    })?;
    LAYERS.into_iter().find(|layer| rest.starts_with(layer))
}

/// A wait that is exact, and the one that the server asks for.
fn header(line: &Line<'_>, block: &[&Line<'_>], found: &mut Vec<Diagnostic>) {
    let Some(start) = line.small.find("retry-after") else { return };
    let wins = [
        "or longer",
        "at least",
        "unless",
        "if present",
        "otherwise",
        "whichever",
        "longer one",
        "absent",
        "without",
        "missing",
        "floor",
        "ignor",
        "not respect",
        "instead",
        " else",
        "no retry-after",
    ];
    let is_kept = line.has(&["respect", "obey", "honour", "honor", "follow"]);
    if !is_kept || block.iter().any(|line| line.has(&wins)) {
        return;
    }
    let exact = block.iter().find_map(|line| {
        let is_limit = line.has(&["429", "rate limit", "rate-limit"]);
        let wait = numbers(line).into_iter().find(|one| {
            let front = &line.small[..one.start];
            let front: String =
                front.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
            let is_exact =
                front.contains("exactly") || front.contains("fixed") && front.contains("wait");
            is_exact && one.seconds().is_some()
        });
        wait.filter(|_| is_limit)?.seconds()
    });
    if let Some(exact) = exact {
        let message = format!(
            "a wait of {} exactly, and as long as the server asks: if that is another time, one of \
             them is not kept",
            time(exact)
        );
        let at = line.at.start + start..line.at.start + start + "retry-after".len();
        found.push(finding("fixed-wait-and-retry-after", &at, message));
    }
}

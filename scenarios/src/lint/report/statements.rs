//! What a report says of its measures, in tables and in sentences: a subject, a measure, a value.

use core::ops::Range;
use std::rc::Rc;

use super::evidence::Evidence;
use super::number::{Number, numbers};
use super::page::{Line, Page, cell};
use super::phrases::{BEFORE, BETWEEN, CHANGES, OTHERWISE, WHOLE};

/// When a value was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Before,
    Now,
    Target,
}

/// That a measure has a value.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// The measure, as in `METRICS`.
    pub(super) name: &'static str,
    /// What it is a measure of, in small letters; empty for the whole.
    pub(super) subject: String,
    pub(super) when: When,
    pub(super) value: f64,
    /// How far it may be off by rounding alone.
    pub(super) rounding: f64,
    /// Where it stands, and where its line begins.
    pub(super) at: Range<usize>,
    line: usize,
    pub(super) block: usize,
    pub(super) is_of_table: bool,
    /// What is in its row apart from it.
    pub(super) label: String,
    pub(super) evidence: Evidence,
    /// If it is a target: whether more is better.
    pub(super) is_above: Option<bool>,
}

/// What people call each measure that is read here, the longest names in front.
const NAMES: [(&str, &[&str]); 6] = [
    ("success", &["task success rate", "success rate", "task success", "success"]),
    ("mtbf", &["mean time between failures", "mtbf"]),
    ("mttr", &["mean time to recovery", "mean time to recover", "mean time to repair", "mttr"]),
    ("availab", &["availability", "uptime"]),
    ("graceful", &["graceful failure rate", "graceful failures", "graceful degradation rate"]),
    ("heal", &["auto-healing rate", "auto-heal rate", "auto-heal", "auto-healed"]),
];

impl Statement {
    /// Whether it is of the same subject and in the same row, or in the same table.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.is_of_table
            && self.subject == other.subject
            && self.block == other.block
            && (self.subject.is_empty() || self.line == other.line)
    }

    pub(super) fn is_in_row_of(&self, other: &Self) -> bool {
        (self.line, self.name, &self.subject) == (other.line, other.name, &other.subject)
    }

    /// Whether it says another value of the same thing, at another place of the report.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let is_same = (self.name, &self.subject, self.when)
            == (other.name, &other.subject, other.when)
            && self.line != other.line
            && !(self.is_of_table && self.block == other.block);
        let runs = self.evidence.runs.zip(other.evidence.runs);
        let is_other_sample = runs.is_some_and(|(one, other)| (one - other).abs() > 0.5);
        let near = 1.001 * self.rounding.max(other.rounding) + 1e-9 * self.value.abs();
        is_same && !is_other_sample && (self.value - other.value).abs() > near
    }
}

/// All statements of a report.
pub(super) fn statements(page: &Page<'_>) -> Vec<Statement> {
    let mut all = Vec::new();
    for line in page.prose() {
        if line.is_data() {
            of_row(line, &mut all);
        } else if !line.is_row() && !line.text.starts_with('#') {
            of_sentence(line, &mut all);
        }
    }
    all
}

/// The measure that a label names and nothing more.
fn named(label: &str) -> Option<&'static str> {
    let plain = label.split(['(', '[']).next().unwrap_or_default().replace(['*', '_', '`'], "");
    let plain = plain.trim().trim_end_matches(['%', ':', ' ']);
    let plain = ["overall ", "system ", "total "]
        .iter()
        .find_map(|word| plain.strip_prefix(word))
        .unwrap_or(plain);
    NAMES.iter().find(|(_, names)| names.contains(&plain)).map(|(name, _)| *name)
}

/// The value of a number as one of a measure, and how far it may be off.
fn read(name: &str, one: &Number) -> Option<(f64, f64)> {
    let is_time = ["mtbf", "mttr"].contains(&name);
    let value = if is_time { one.seconds() } else { one.share() }?;
    let unit = if one.value == 0.0 { 1.0 } else { value / one.value };
    Some((value, 0.5 * one.step() * unit))
}

/// What a heading over a column says of the values below it.
fn when(head: &str) -> Option<When> {
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if has(&["target", "goal", "objective", "slo"]) {
        Some(When::Target)
    } else if has(&["before", "baseline", "previous"]) {
        Some(When::Before)
    } else {
        let now = ["after", "now", "current", "value", "result", "measured", "actual", "achieved"];
        (head.is_empty() || has(&now)).then_some(When::Now)
    }
}

/// What is spoken of below a heading: nothing, if it is the whole.
fn subject(line: &Line<'_>) -> String {
    let section = &line.section;
    let is_of_one = ["experiment", "before", "baseline"].iter().any(|word| section.contains(word));
    let is_whole = WHOLE.iter().any(|word| section.contains(word));
    if is_whole && !is_of_one { String::new() } else { section.to_string() }
}

fn statement(line: &Line<'_>, name: &'static str, one: &Number, when: When) -> Option<Statement> {
    let (value, rounding) = read(name, one)?;
    Some(Statement {
        name,
        subject: subject(line),
        when,
        value,
        rounding,
        at: one.place(line),
        line: line.at.start,
        block: line.block,
        is_of_table: line.is_row(),
        label: String::new(),
        evidence: Evidence::default(),
        is_above: is_above(&line.small[..one.start]),
    })
}

/// Whether the sign or the words in front of a number say that more is better.
pub(super) fn is_above(front: &str) -> Option<bool> {
    let front = front.trim_end();
    let ends = |signs: &[&str]| signs.iter().any(|sign| front.ends_with(sign));
    if ends(&[">", "≥", ">=", "at least", "more than", "above", "longer than"]) {
        return Some(true);
    }
    ends(&["<", "≤", "<=", "at most", "less than", "below", "under", "shorter than"])
        .then_some(false)
}

/// Rows name a measure in front, with a column for each time; or a subject, with one for each
/// measure.
fn of_row(line: &Line<'_>, all: &mut Vec<Statement>) {
    let label = cell(line, 0);
    let (own, own_of) = (named(&label), Rc::clone(&line.heads));
    let values = numbers(line);
    let evidence = Evidence::of_row(line);
    // Rows without a subject have a value in their first column.
    let is_value = line.heads.first().is_some_and(|head| named(head).is_some());
    let mut done: Vec<usize> = Vec::new();
    for one in &values {
        let Some(column) = line.column(one.start) else { continue };
        if column == 0 && (own.is_some() || !is_value) {
            continue;
        }
        let Some(head) = own_of.get(column).filter(|_| !done.contains(&column)) else { continue };
        let (name, when, subject_of) = match own {
            Some(name) => (Some(name), when(head), None),
            None => {
                let is_before = label.contains("before") || label.contains("baseline");
                let is_target = label.contains("target");
                let is_now = ["now", "after", "current", "value", ""].contains(&&*label);
                let when = match (is_before, is_target) {
                    (true, _) => When::Before,
                    (_, true) => When::Target,
                    _ => When::Now,
                };
                let is_plain = is_before || is_target || is_now || is_value;
                (named(head), Some(when), (!is_plain || is_value).then(|| label.clone()))
            }
        };
        let (Some(name), Some(when)) = (name, when) else { continue };
        let is_target = when == When::Target;
        if one.has_sign || one.is_limit && !is_target || read(name, one).is_none() {
            continue;
        }
        let Some(mut made) = statement(line, name, one, when) else { continue };
        if let Some(of) = subject_of {
            // Nobody says what a row without a subject is of.
            let of = if is_value { format!("row {}", line.at.start) } else { of };
            made.subject =
                if made.subject.is_empty() { of } else { format!("{} {of}", made.subject) };
        }
        made.label.clone_from(if own.is_some() { &label } else { head });
        if when == When::Now {
            made.evidence = evidence.beside(&cell(line, column));
        }
        all.push(made);
        done.push(column);
    }
}

/// Sentences say a value plainly, or no statement is made of them.
fn of_sentence(line: &Line<'_>, all: &mut Vec<Statement>) {
    let small = &line.small;
    let Some((time, when)) = timed(line) else { return };
    let values = numbers(line);
    if values.is_empty() || is_of_a_part(small, &values) {
        return;
    }
    for (name, names) in NAMES {
        let Some((start, end, own)) = names.iter().find_map(|name| {
            let start = find_word(small, name)?;
            Some((start, start + name.len(), *name))
        }) else {
            continue;
        };
        if !is_plain_front(&small[..start]) {
            continue;
        }
        let mut behind = values.iter().filter(|one| one.start >= end);
        let Some(first) = behind.next() else { continue };
        // `17 of 18 runs (94 %)` says the share behind.
        let rest = first.behind(small).trim();
        let is_counted = ["of", "out"].contains(&&*first.unit)
            || ["of ", "out of "].iter().any(|of| rest.starts_with(of));
        let share = behind.clone().nth(1).filter(|_| is_counted && read(name, first).is_none());
        let share = share.or_else(|| behind.next().filter(|_| is_counted));
        let one = if read(name, first).is_some() { Some(first) } else { share };
        let Some(one) = one.filter(|one| !one.is_limit && !one.has_sign) else { continue };
        let words = small[end..first.start].split(|c: char| !c.is_alphanumeric());
        let mut words = words.filter(|word| !word.is_empty());
        let is_timed = time.is_empty() || words.clone().any(|word| word == time);
        let is_said = |word: &str| {
            let is_of_time = || word == time || CHANGES.contains(&word);
            BETWEEN.contains(&word) || !time.is_empty() && is_of_time()
        };
        let is_plain = is_timed && words.all(is_said);
        let has_other = small[end..first.start].contains(['(', ';', '.', '|']);
        if !is_plain || has_other || !is_plain_rest(one.behind(small)) {
            continue;
        }
        let Some(mut made) = statement(line, name, one, when) else { continue };
        own.clone_into(&mut made.label);
        let until =
            NAMES.iter().flat_map(|(_, names)| *names).filter_map(|name| small[end..].find(name));
        let until = until.min().map_or(small.len(), |until| end + until);
        made.evidence = Evidence::of(&small[end..until]);
        let is_target = |other: &&Number| {
            other.is_limit
                && other.start > one.end
                && other.start < until
                && small[one.end..other.start].contains("target")
        };
        let target = values.iter().find(is_target);
        let target = target.and_then(|other| statement(line, name, other, When::Target));
        all.push(made);
        all.extend(target);
    }
}

/// Whether a sentence says of what part it tells: `MTBF of github is 36 h and MTTR 3 min`, or `the
/// group research: success 97 %`.
fn is_of_a_part(small: &str, values: &[Number]) -> bool {
    let parts = ["group ", "agent ", "service ", "server ", "team "];
    let mut fronts = small.match_indices(':').map(|(colon, _)| &small[..colon]);
    let mut names = NAMES.iter().flat_map(|(_, names)| *names);
    fronts.any(|front| parts.iter().any(|part| front.contains(part)))
        || names.any(|name| {
            let Some(end) = find_word(small, name).map(|start| start + name.len()) else {
                return false;
            };
            let until = values.iter().find(|one| end <= one.start).map_or(end, |one| one.start);
            let rest = small[end..until].trim_start();
            let of = rest.strip_prefix("of ").unwrap_or_default();
            let mut words = of.split(|c: char| !c.is_alphanumeric()).filter(|one| !one.is_empty());
            words.any(|word| !BETWEEN.contains(&word))
        })
}

/// The word by which a sentence tells of before or after a change, empty if it has none; nothing of
/// a sentence that tells of something else.
fn timed(line: &Line<'_>) -> Option<(&'static str, When)> {
    let times = [("before", When::Before), ("after", When::Now)];
    let is_time = |word: &&&str| times.iter().any(|(time, _)| time == *word);
    // That name is no word of a time.
    let small = line.small.replace("mean time between failures", "mtbf");
    let mut others = OTHERWISE.iter().filter(|word| !is_time(word));
    let has_other = others.any(|word| small.contains(word));
    let mut said = times.into_iter().filter(|(time, _)| line.has(&[time]));
    let first = said.next().unwrap_or(("", When::Now));
    (!has_other && said.next().is_none()).then_some(first)
}

/// Where a word stands as a word of its own.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_own = |(start, _): &(usize, &str)| {
        let is_letter = |c: char| c.is_alphanumeric() || c == '-';
        !text[..*start].ends_with(is_letter) && !text[*start + word.len()..].starts_with(is_letter)
    };
    text.match_indices(word).find(is_own).map(|(start, _)| start)
}

/// Whether what is in front of a measure, back to the last sign, says nothing more of it.
fn is_plain_front(front: &str) -> bool {
    let clause = front.rsplit([',', ';', ':', '.', '(']).next().unwrap_or(front);
    let clause = clause.rsplit_once(" and ").map_or(clause, |(_, rest)| rest);
    let mut words = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| BEFORE.contains(&word) || word == "and")
}

/// Whether what is behind a value says nothing more of it.
fn is_plain_rest(rest: &str) -> bool {
    let rest = rest.trim_start().trim_start_matches(['*', '_']);
    let next: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    match &*next {
        "" => !rest.starts_with(['/', '-', '–']),
        "and" | "now" | "of" => rest[next.len()..]
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || next != "of"),
        _ => NAMES.iter().any(|(_, names)| names.iter().any(|name| rest.starts_with(name))),
    }
}

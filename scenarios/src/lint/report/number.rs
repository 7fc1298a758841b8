//! Numbers in lines: values, units, and whether they are limits.

use core::ops::Range;

use super::page::Line;

/// A number in a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// Where it begins and ends within the line.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The word behind it, in small letters: `%`, `min`, `h`; empty if there is none.
    pub(super) unit: String,
    /// Whether a sign or a word in front makes it a limit.
    pub(super) is_limit: bool,
    pub(super) has_sign: bool,
    /// How many digits are written behind its point.
    decimals: usize,
}

/// What makes the number behind it a limit.
const LIMITS: [&str; 16] = [
    ">",
    "<",
    "≥",
    "≤",
    "=>",
    ">=",
    "<=",
    "at least",
    "at most",
    "more than",
    "less than",
    "longer than",
    "shorter than",
    "above",
    "below",
    "under",
];

/// Numbers that are words; `one` is mostly none.
const WORDS: [&str; 11] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// All numbers of a line, in order. In a table the unit of a number may stand in its row or above
/// its column.
pub(super) fn numbers(line: &Line<'_>) -> Vec<Number> {
    let mut all = of(&line.small);
    let Some(cells) = line.cells() else { return all };
    // What is code, such as the rule of an alert, says no unit.
    let words = |cell: &str| cell.split('`').step_by(2).collect::<String>().to_lowercase();
    let label = cells.first().map_or_else(String::new, |cell| words(cell));
    for one in all.iter_mut().filter(|one| one.unit.is_empty()) {
        let said = unit_said(line.head(one.start)).or_else(|| unit_said(&label));
        one.unit = said.unwrap_or_default();
    }
    all
}

pub(super) fn of(small: &str) -> Vec<Number> {
    let bytes = small.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (mut all, mut at) = (Vec::<Number>::new(), 0);
    while at < bytes.len() {
        let start = at;
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        let value = if bytes[start].is_ascii_digit() {
            let (value, end) = figures(small, start);
            at = end;
            value
        } else {
            let word = WORDS.iter().position(|word| *word == &small[start..at]);
            word.map(|place| place as f64 + 2.0)
        };
        let Some(value) = value else { continue };
        let front = small[..start].trim_end();
        let is_limit = LIMITS.iter().any(|sign| front.ends_with(sign));
        let has_sign = front.ends_with(['+', '-', '−', '~']);
        let unit = unit(&small[at..]);
        let decimals = small[start..at].split_once(['.', ',']).map_or(0, |(_, rest)| rest.len());
        let one = Number { value, start, end: at, unit, is_limit, has_sign, decimals };
        match all.last_mut().filter(|last| goes_on(last, &one, small)) {
            Some(last) => {
                let sum = last.seconds().zip(one.seconds()).map(|(first, rest)| first + rest);
                last.value = sum.unwrap_or(last.value);
                // What is behind it is behind its last unit.
                let gap = usize::from(small[one.end..].starts_with(['-', ' ']));
                last.end = one.end + gap + one.unit.len();
                "s".clone_into(&mut last.unit);
            }
            None => all.push(one),
        }
        // What is the unit of a number is no word of its own.
        while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
            at += 1;
        }
    }
    all
}

/// The number that begins at a place, and where it ends.
fn figures(small: &str, start: usize) -> (Option<f64>, usize) {
    let bytes = small.as_bytes();
    let mut end = start;
    while end < bytes.len() && (bytes[end].is_ascii_digit() || b".,".contains(&bytes[end])) {
        end += 1;
    }
    while b".,".contains(&bytes[end - 1]) {
        end -= 1;
    }
    let value = without_commas(&small[start..end]).parse::<f64>().ok();
    if bytes.get(end) == Some(&b'k') && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return (value.map(|value| value * 1000.0), end + 1);
    }
    (value, end)
}

/// Figures with a point where the fraction begins: a comma parts thousands, or is that point.
fn without_commas(figures: &str) -> String {
    let mut groups =
        figures.split(',').skip(1).map(|group| group.split('.').next().unwrap_or(group));
    if groups.all(|group| group.len() == 3) || figures.contains('.') {
        figures.replace(',', "")
    } else {
        figures.replacen(',', ".", 1)
    }
}

/// Whether a length of time goes on with a smaller unit: `1min 30s`.
fn goes_on(last: &Number, one: &Number, small: &str) -> bool {
    let between = small[last.end..one.start].trim().strip_prefix(&*last.unit);
    let (Some(large), Some(rest)) = (last.seconds(), one.seconds()) else { return false };
    between.is_some_and(|between| ["", "and"].contains(&between.trim()))
        && large / last.value.max(1.0) > rest / one.value.max(1.0)
        && !one.has_sign
}

/// The word right behind a number.
fn unit(rest: &str) -> String {
    let rest = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
    if rest.starts_with('%') || rest.starts_with("percent") {
        return "%".to_owned();
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect()
}

/// What is counted, and needs no other unit.
const COUNTED: [&str; 9] = [
    "runs",
    "calls",
    "tasks",
    "executions",
    "operations",
    "requests",
    "episodes",
    "number",
    "count",
];

/// The unit that the label of a row or the heading of a column says.
fn unit_said(text: &str) -> Option<String> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    if text.contains(['%']) || text.contains("percent") {
        return Some("%".to_owned());
    }
    let is_long = |word: &String| word.len() > 2 && seconds_of(word).is_some();
    let is_counted = |word: &String| COUNTED.contains(&word.as_str());
    let apart = text.find(['(', '[', ',']).or_else(|| text.find(" in ").map(|at| at + 3));
    let short = apart.and_then(|at| words(&text[at..]).into_iter().next());
    let short = short.filter(|word| seconds_of(word).is_some());
    short.or_else(|| words(text).into_iter().find(|word| is_long(word) || is_counted(word)))
}

/// A unit of time, in seconds.
fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "second" | "seconds" => 1.0,
        "min" | "minute" | "minutes" | "mins" | "m" => 60.0,
        "h" | "hour" | "hours" | "hr" | "hrs" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "week" | "weeks" => 604_800.0,
        _ => return None,
    })
}

impl Number {
    /// Where it stands in the report, as a number of this line.
    pub(super) fn place(&self, line: &Line<'_>) -> Range<usize> {
        line.at.start + self.start..line.at.start + self.end
    }

    /// As a length of time, in seconds.
    pub(super) fn seconds(&self) -> Option<f64> {
        Some(self.value * seconds_of(&self.unit)?)
    }

    /// As a share: so many of a hundred, or a fraction of one.
    pub(super) fn share(&self) -> Option<f64> {
        let is_fraction = self.unit.is_empty() && self.decimals > 0 && self.value <= 1.0;
        match &*self.unit {
            "%" if self.value <= 100.0 => Some(self.value / 100.0),
            _ => is_fraction.then_some(self.value),
        }
    }

    /// What the last digit that is written stands for, as a part of one.
    pub(super) fn step(&self) -> f64 {
        (0..self.decimals.min(12)).fold(1.0, |step, _| step / 10.0)
    }

    /// Where what is behind it and its unit begins.
    pub(super) fn behind<'l>(&self, small: &'l str) -> &'l str {
        let rest = &small[self.end..];
        let rest = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
        rest.strip_prefix(&*self.unit).unwrap_or(rest)
    }
}

/// The last number in front of a word of a line.
pub(super) fn before(line: &Line<'_>, word: &str) -> Option<Number> {
    let end = line.small.find(word)?;
    numbers(line).into_iter().rfind(|number| number.end <= end && end - number.end < 20)
}

/// The first number behind a word of a line.
pub(super) fn after(line: &Line<'_>, word: &str) -> Option<Number> {
    let start = line.small.find(word)?;
    numbers(line).into_iter().find(|number| number.start >= start + word.len())
}

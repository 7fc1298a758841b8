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
}

/// What makes the number behind it a limit.
const LIMITS: [&str; 12] = [
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
    "under",
];

/// All numbers of a line, in order.
pub(super) fn numbers(line: &Line<'_>) -> Vec<Number> {
    of(&line.small)
}

pub(super) fn of(small: &str) -> Vec<Number> {
    let bytes = small.as_bytes();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let is_inner = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !bytes[at].is_ascii_digit() || is_inner {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_digit() || b".,".contains(&bytes[at])) {
            at += 1;
        }
        while b".,".contains(&bytes[at - 1]) {
            at -= 1;
        }
        let Ok(mut value) = small[start..at].replace(',', "").parse::<f64>() else { continue };
        if bytes.get(at) == Some(&b'k') && !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        {
            value *= 1000.0;
            at += 1;
        }
        let front = small[..start].trim_end();
        let is_limit = LIMITS.iter().any(|sign| front.ends_with(sign));
        let has_sign = front.ends_with(['+', '-', '−', '~']);
        let unit = unit(&small[at..]);
        all.push(Number { value, start, end: at, unit, is_limit, has_sign });
    }
    all
}

/// The word right behind a number.
fn unit(rest: &str) -> String {
    let rest = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
    if rest.starts_with('%') {
        return "%".to_owned();
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect()
}

impl Number {
    /// Where it stands in the report, as a number of this line.
    pub(super) fn place(&self, line: &Line<'_>) -> Range<usize> {
        line.at.start + self.start..line.at.start + self.end
    }

    /// As a length of time, in seconds.
    pub(super) fn seconds(&self) -> Option<f64> {
        let unit = match &*self.unit {
            "ms" | "millisecond" | "milliseconds" => 1e-3,
            "s" | "sec" | "second" | "seconds" => 1.0,
            "min" | "minute" | "minutes" | "mins" | "m" => 60.0,
            "h" | "hour" | "hours" | "hr" | "hrs" => 3600.0,
            "d" | "day" | "days" => 86_400.0,
            _ => return None,
        };
        Some(self.value * unit)
    }

    /// As a share.
    pub(super) fn share(&self) -> Option<f64> {
        (self.unit == "%" && self.value <= 100.0).then_some(self.value / 100.0)
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

//! What a value stands on: so many runs, or an interval.

use super::number::{Number, of};
use super::page::{Line, cell};

/// How many runs are behind a value, and its interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    pub(super) runs: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
}

/// Words between the ends of an interval.
const TO: [&str; 6] = ["to", "–", "-", "−", ",", "and"];

impl Evidence {
    /// What a piece of text says, in small letters.
    pub(super) fn of(text: &str) -> Self {
        let all = of(text);
        let n = all.iter().find(|one| {
            let front = text[..one.start].trim_end();
            let front = front.strip_suffix('=').map(str::trim_end);
            front.is_some_and(|front| {
                front == "n" || front.ends_with([' ', '(', ',']) || {
                    front
                        .strip_suffix('n')
                        .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
                }
            })
        });
        let is_part = |pair: &&[Number]| {
            ["of", "out of", "/"].contains(&between(pair, text)) && pair[0].value <= pair[1].value
        };
        let parts = all.windows(2).find(is_part);
        let runs = n.or(parts.map(|pair| &pair[1])).map(|one| one.value);
        Self { runs: runs.filter(|runs| *runs >= 1.0), interval: interval(text, &all) }
    }

    /// What a row says in columns of their own, and in its label.
    pub(super) fn of_row(line: &Line<'_>) -> Self {
        let mut found = Self { runs: Self::of(&cell(line, 0)).runs, interval: None };
        for (column, head) in line.heads.iter().enumerate().skip(1) {
            let text = cell(line, column);
            let first = || of(&text).first().map(|one| one.value);
            if head == "n" || ["runs", "samples", "sample size"].contains(&&**head) {
                found.runs = first();
            } else if is_of_interval(head) {
                found.interval = ends(&of(&text), &text);
            } else if head.contains("n =") || head.contains("n=") {
                found.runs = found.runs.or(Self::of(head).runs);
            }
        }
        found
    }

    /// The same with what a cell says beside its value.
    pub(super) fn beside(self, cell: &str) -> Self {
        let own = Self::of(cell);
        Self { runs: own.runs.or(self.runs), interval: own.interval.or(self.interval) }
    }

    pub(super) const fn is_there(&self) -> bool {
        self.runs.is_some() || self.interval.is_some()
    }
}

/// What stands between two numbers, apart from the unit of the first.
fn between<'l>(pair: &[Number], text: &'l str) -> &'l str {
    let between = text[pair[0].end..pair[1].start].trim();
    // A word between numbers is read as the unit of the first one.
    let is_word = TO.contains(&&*pair[0].unit) || ["of", "out"].contains(&&*pair[0].unit);
    let unit = if is_word { "" } else { &*pair[0].unit };
    between.strip_prefix(unit).unwrap_or(between).trim()
}

/// Whether a heading says that intervals are below it.
fn is_of_interval(head: &str) -> bool {
    head.contains("interval") || head.split(|c: char| !c.is_alphanumeric()).any(|it| it == "ci")
}

/// Two numbers that are the ends of an interval.
fn ends(all: &[Number], text: &str) -> Option<(f64, f64)> {
    let is_pair =
        |pair: &&[Number]| TO.contains(&between(pair, text)) && pair[0].value <= pair[1].value;
    let pair = all.windows(2).find(is_pair)?;
    Some((pair[0].value, pair[1].value))
}

fn interval(text: &str, all: &[Number]) -> Option<(f64, f64)> {
    if let Some(open) = text.find('[')
        && let Some(close) = text[open..].find(']').map(|end| open + end)
    {
        let inner = &text[open..close];
        if let [low, high] = &of(inner)[..] {
            return Some((low.value, high.value));
        }
    }
    let is_half = |pair: &&[Number]| ["±", "+/-", "+-"].contains(&between(pair, text));
    let half = all.windows(2).find(is_half);
    if let Some([middle, half]) = half {
        return Some((middle.value - half.value, middle.value + half.value));
    }
    let start = ["interval", "ci "].iter().filter_map(|word| text.find(word)).min()?;
    let behind: Vec<Number> = all.iter().filter(|one| one.start > start).cloned().collect();
    ends(&behind, text)
}

/// The interval of Wilson for a share of some runs, at 95 %.
pub(super) fn wilson(share: f64, runs: f64) -> (f64, f64) {
    let z = 1.96_f64;
    let middle = share + z * z / (2.0 * runs);
    let half = z * (share * (1.0 - share) / runs + z * z / (4.0 * runs * runs)).sqrt();
    let whole = 1.0 + z * z / runs;
    ((middle - half) / whole, (middle + half) / whole)
}

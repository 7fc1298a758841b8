//! The window behind a measure: how it is read.

use patterns::Duration;

use super::unknown::UnknownMeasure;
use crate::model::system::System;
use crate::observe::{Anchor, Window};

/// Words with which a window begins.
const WORDS: [&str; 5] = ["from", "until", "before", "during", "after"];

/// Every form of a window.
const FORMS: [&str; 7] = [
    "from 20s",
    "until 5min",
    "from 20s until 5min",
    "before fault \"NAME\"",
    "during fault \"NAME\"",
    "after fault \"NAME\"",
    "from 20s until 5min after fault \"NAME\"",
];

/// Takes the window off the end of a text: `agents.a.success`, `during fault "x"`.
pub fn split(text: &str) -> (&str, Option<&str>) {
    let mut is_quoted = false;
    let starts = text.char_indices().filter(|(at, c)| {
        is_quoted ^= *c == '"';
        let word = text[at + c.len_utf8()..].split_whitespace().next();
        !is_quoted && c.is_whitespace() && word.is_some_and(|word| WORDS.contains(&word))
    });
    match starts.map(|(at, _)| at).next() {
        Some(at) => (text[..at].trim_end(), Some(text[at..].trim())),
        None => (text, None),
    }
}

/// What is wrong with a text that stands where a window might, and begins with no word of one.
pub fn not_a_window(text: &str) -> UnknownMeasure {
    let word = text.split_whitespace().next().unwrap_or("");
    let unknown = UnknownMeasure::no("word of a window", word, WORDS.map(str::to_owned).to_vec());
    UnknownMeasure { forms: FORMS.map(str::to_owned).to_vec(), ..unknown }
}

/// Reads a window: `from 20s until 5min after fault "x"`.
pub(super) fn read(text: &str, system: &System) -> Result<Window, UnknownMeasure> {
    let mut window = Window { from: None, until: None, anchor: Anchor::Run };
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = first_word(rest);
        let slot = match word {
            "from" => &mut window.from,
            "until" => &mut window.until,
            _ => {
                window.anchor = anchor(word, behind, system)?;
                return checked(window, system, text);
            }
        };
        if slot.is_some() {
            let message = format!("`{word}` stands twice in the window `{text}`");
            return Err(because(message, "`from 20s until 5min`"));
        }
        let (time, more) = time(word, behind)?;
        *slot = Some(time);
        rest = more;
    }
    checked(window, system, text)
}

fn first_word(text: &str) -> (&str, &str) {
    let (word, behind) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, behind.trim_start())
}

/// The length of time that a text begins with, of as many words as can be read, and what is behind
/// it.
fn time<'a>(word: &str, text: &'a str) -> Result<(Duration, &'a str), UnknownMeasure> {
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let ends = ends.chain([text.len()]);
    let mut read =
        ends.filter_map(|end| Some((text[..end].trim().parse().ok()?, text[end..].trim())));
    if let Some((time, more)) = read.next_back() {
        return match first_word(more).0 {
            next if next.is_empty() || WORDS.contains(&next) => Ok((time, more)),
            _ => Err(not_a_window(more)),
        };
    }
    let (first, _) = first_word(text);
    if first.is_empty() || WORDS.contains(&first) {
        let message = format!("a length of time is missing behind `{word}`");
        return Err(because(message, &format!("`{word} 20s`")));
    }
    if first.parse::<f64>().is_ok() {
        let message = format!("there is no length of time `{first}`: it has no unit");
        return Err(because(message, &format!("`{word} {first}s`, `{word} {first}min`")));
    }
    let known = ["20s", "5min", "1h 30min"].map(str::to_owned).to_vec();
    Err(UnknownMeasure::no("length of time", first, known))
}

fn anchor(word: &str, behind: &str, system: &System) -> Result<Anchor, UnknownMeasure> {
    if !["before", "during", "after"].contains(&word) {
        return Err(not_a_window(word));
    }
    let known = || system.faults.iter().map(|fault| fault.name.clone());
    let example = |name: &str| format!("`{word} fault \"{name}\"`");
    let some = known().next().unwrap_or_else(|| "NAME".to_owned());
    let (fault, name) = first_word(behind);
    // A quotation mark may stand right behind the word.
    let (fault, name) = match behind.find(['"', '\'']) {
        Some(at) if at < fault.len() => (&behind[..at], &behind[at..]),
        _ => (fault, name),
    };
    if fault != "fault" {
        let written = behind.split(['"', '\'']).find(|part| known().any(|name| name == *part));
        let message = format!("behind `{word}` the word `fault` and a name are missing");
        return Err(because(message, &example(written.unwrap_or(&some))));
    }
    let Some(quote) = name.chars().next().filter(|c| ['"', '\''].contains(c)) else {
        let written = if name.is_empty() { some.as_str() } else { name };
        let message = "the name of a fault stands in quotation marks".to_owned();
        return Err(because(message, &example(written)));
    };
    let Some((name, more)) = name[1..].split_once(quote) else {
        let message = "the quotation mark before the name of a fault is not closed".to_owned();
        return Err(because(message, &example(name[1..].trim())));
    };
    if !more.trim().is_empty() {
        let message = format!("nothing may stand behind the name of a fault, as `{}`", more.trim());
        let example =
            format!("times come first, as in `from 20s until 5min {word} fault \"{name}\"`");
        return Err(because(message, &example));
    }
    if known().any(|fault| fault == name) && system.is_on_demand(name) {
        let message = format!("when `{name}` is on is up to a recovery, and known only afterwards");
        let help = "ask for times of the run: `from 10min until 20min`".to_owned();
        return Err(UnknownMeasure::because(message, help));
    }
    if !known().any(|fault| fault == name) {
        return Err(UnknownMeasure::no("fault", name, known().collect()));
    }
    let name = name.to_owned();
    Ok(match word {
        "before" => Anchor::Before(name),
        "during" => Anchor::During(name),
        _ => Anchor::After(name),
    })
}

fn because(message: String, example: &str) -> UnknownMeasure {
    UnknownMeasure::because(message, format!("for example: {example}"))
}

/// A window that is empty, or lies outside of what is counted, is never measured.
fn checked(window: Window, system: &System, text: &str) -> Result<Window, UnknownMeasure> {
    let never = |why: String| {
        let message = format!("there is no time in the window `{text}`");
        Err(UnknownMeasure::because(message, why))
    };
    if let (Some(from), Some(until)) = (window.from, window.until)
        && until <= from
    {
        return never(format!("a window ends after it begins: `from {until} until {from}`"));
    }
    let [warmup, horizon] = [system.warmup, system.horizon].map(patterns::Time::as_nanos);
    let from = window.from.map_or(0, Duration::as_nanos);
    let until = window.until.map_or(u64::MAX, Duration::as_nanos);
    let run = || format!("the run counts from {} until {}", system.warmup, system.horizon);
    if horizon <= from || (window.anchor == Anchor::Run && until <= warmup) {
        return never(run());
    }
    let named = |fault: &&crate::model::system::Fault| Some(&*fault.name) == window.anchor.fault();
    let schedule = system.faults.iter().find(named).map(|fault| &fault.schedule);
    let times = schedule.and_then(|schedule| schedule.fixed_times(system.horizon));
    if let Some(times) = times
        && window.parts((system.warmup, system.horizon), &times).is_empty()
    {
        let on: Vec<String> =
            times.iter().take(2).map(|(on, off)| format!("{on} to {off}")).collect();
        let on = if on.is_empty() {
            "the fault never begins".to_owned()
        } else {
            format!("the fault is on from {}", on.join(", from "))
        };
        return never(format!("{on}, and {}", run()));
    }
    Ok(window)
}

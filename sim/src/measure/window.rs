//! The window behind a measure: how it is read.

use patterns::Duration;

use super::unknown::UnknownMeasure;
use crate::model::system::System;
use crate::observe::{Anchor, Window};

/// Words with which a window begins.
const WORDS: [&str; 5] = ["from", "until", "before", "during", "after"];

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

/// Reads a window: `from 20s until 5min after fault "x"`.
pub(super) fn read(text: &str, system: &System) -> Result<Window, UnknownMeasure> {
    let mut window = Window { from: None, until: None, anchor: Anchor::Run };
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let behind = behind.trim_start();
        let slot = match word {
            "from" => &mut window.from,
            "until" => &mut window.until,
            _ => {
                window.anchor = anchor(word, behind, system)?;
                return checked(window, system, text);
            }
        };
        let end = WORDS.iter().filter_map(|word| behind.find(&format!(" {word}"))).min();
        let (time, more) = behind.split_at(end.unwrap_or(behind.len()));
        let time = time.trim().parse::<Duration>().map_err(|_| {
            unknown("length of time", time, &["20s", "5min", "1h 30min"].map(str::to_owned))
        })?;
        *slot = Some(time);
        rest = more.trim_start();
    }
    checked(window, system, text)
}

fn anchor(word: &str, behind: &str, system: &System) -> Result<Anchor, UnknownMeasure> {
    if !["before", "during", "after"].contains(&word) {
        return Err(unknown("word of a window", word, &WORDS.map(str::to_owned)));
    }
    let Some(name) = behind.strip_prefix("fault") else {
        return Err(unknown("kind of anchor", behind, &["fault \"NAME\"".to_owned()]));
    };
    let name = name.trim().trim_matches(['"', '\'']);
    if !system.faults.iter().any(|fault| fault.name == name) {
        let known: Vec<String> = system.faults.iter().map(|fault| fault.name.clone()).collect();
        return Err(unknown("fault", name, &known));
    }
    let name = name.to_owned();
    Ok(match word {
        "before" => Anchor::Before(name),
        "during" => Anchor::During(name),
        _ => Anchor::After(name),
    })
}

/// A window that is empty, or lies outside of what is counted, is never measured.
fn checked(window: Window, system: &System, text: &str) -> Result<Window, UnknownMeasure> {
    let never = |known: &str| Err(unknown("time in the window", text, &[known.to_owned()]));
    if let (Some(from), Some(until)) = (window.from, window.until)
        && until <= from
    {
        return never("a window that ends after it begins");
    }
    let [warmup, horizon] = [system.warmup, system.horizon].map(patterns::Time::as_nanos);
    let from = window.from.map_or(0, Duration::as_nanos);
    let until = window.until.map_or(u64::MAX, Duration::as_nanos);
    if horizon <= from {
        return never(&format!("a window that begins before the horizon, {}", system.horizon));
    }
    if window.anchor == Anchor::Run && until <= warmup {
        return never(&format!("a window that ends after the warm-up, {}", system.warmup));
    }
    Ok(window)
}

fn unknown(what: &'static str, part: &str, known: &[String]) -> UnknownMeasure {
    UnknownMeasure { part: part.trim().to_owned(), what, known: known.to_vec() }
}

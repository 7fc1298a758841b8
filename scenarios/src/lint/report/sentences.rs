//! Where the sentences of a paragraph begin and end.

use core::ops::Range;

/// A sentence that is longer is cut.
const LENGTH_MAX: usize = 8000;

/// Words with a point behind them that is no end.
const SHORT: [&str; 12] =
    ["e.g", "i.e", "approx", "ca", "vs", "no", "nr", "fig", "etc", "cf", "dr", "sec"];

/// What a line of a file begins, if it is no code.
pub(super) enum Begins {
    /// What it is alone: nothing, a heading, a rule, a row of a table.
    Alone,
    /// A paragraph, or an item of a list.
    New,
    /// It goes on with what is above, if that is a paragraph.
    Nothing,
}

pub(super) fn is_heading(line: &str) -> bool {
    let start = line.trim_start_matches('\u{feff}');
    let level = start.len() - start.trim_start_matches('#').len();
    (1..=6).contains(&level) && start[level..].starts_with([' ', '\t'])
}

pub(super) fn begin(line: &str) -> Begins {
    let start = line.trim();
    let is_rule = ['=', '-', '*', '_'].iter().any(|sign| start.trim_matches(*sign).is_empty());
    if is_rule || is_heading(line) || start.starts_with(['#', '|']) {
        return Begins::Alone;
    }
    let digits = start.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_counted = digits.len() < start.len()
        && digits.starts_with([')', '.'])
        && digits[1..].starts_with(' ');
    let is_item = start.starts_with("- ") || start.starts_with("* ") || start.starts_with("+ ");
    if is_counted || is_item || start.starts_with(['>', '<']) || is_labelled(start) {
        return Begins::New;
    }
    Begins::Nothing
}

/// Whether a line begins with words and a colon, as lists without marks do.
fn is_labelled(start: &str) -> bool {
    let words = start.trim_start_matches(['*', '_']);
    let Some((label, _)) = words.split_once(':') else { return false };
    let is_plain = |c: char| c.is_alphanumeric() || " ,-*_()/".contains(c);
    label.len() <= 40 && words.starts_with(char::is_uppercase) && label.chars().all(is_plain)
}

/// Whether a paragraph has a break behind what there is of it.
pub(super) fn is_broken(paragraph: &str) -> bool {
    paragraph.ends_with("  ") || paragraph.ends_with('\\')
}

/// The places of the sentences of a paragraph.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut all, mut start, mut is_code) = (Vec::new(), 0, false);
    let mut last_space = 0;
    for (at, byte) in bytes.iter().enumerate() {
        is_code ^= *byte == b'`';
        if byte.is_ascii_whitespace() {
            last_space = at;
        }
        let is_end = b".!?".contains(byte) && !is_code && ends(text, start, at);
        let is_long = at.saturating_sub(start) >= LENGTH_MAX && last_space > start;
        let end = match (is_end, is_long) {
            (true, _) => behind_marks(bytes, at + 1),
            (_, true) => last_space,
            _ => continue,
        };
        all.push(trimmed(text, start..end));
        start = end;
        // What is cut may be cut within code.
        is_code &= is_end;
    }
    if !text[start..].trim().is_empty() || all.is_empty() {
        all.push(trimmed(text, start..text.len()));
    }
    all
}

/// A place without the space in front and behind.
fn trimmed(text: &str, at: Range<usize>) -> Range<usize> {
    let piece = &text[at.clone()];
    let start = at.end - piece.trim_start().len();
    start..at.start + piece.trim_end().len().max(start - at.start)
}

/// Behind the brackets and quotes that close with a sentence.
fn behind_marks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| b")\"'*_".contains(byte)) {
        at += 1;
    }
    at
}

/// Whether a sentence that begins at a place ends with the sign at another.
fn ends(text: &str, start: usize, at: usize) -> bool {
    let rest = &text[behind_marks(text.as_bytes(), at + 1)..];
    let next = rest.trim_start();
    if next.len() == rest.len() {
        return false;
    }
    let next = next.trim_start_matches(['*', '_', '`', '(', '[', '"']);
    let goes_on = next.starts_with(|c: char| c.is_lowercase());
    let before = &text[start..at];
    let word = before.rsplit([' ', '\n', '(']).next().unwrap_or(before);
    let is_initial = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    let is_mark = before.trim().bytes().all(|byte| byte.is_ascii_digit());
    !goes_on && !is_initial && !is_mark && !SHORT.contains(&&*word.to_ascii_lowercase())
}

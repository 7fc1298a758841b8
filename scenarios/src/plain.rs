//! Texts from outside, so that they can be shown anywhere.

use std::borrow::Cow;

/// A text on one line, without control characters: a terminal would obey them, and XML has none.
/// Each is written as Rust writes it in a text.
///
/// ```
/// assert_eq!(scenarios::plain("Grüße,\n3 → 4"), "Grüße,\\n3 → 4");
/// ```
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for c in text.chars() {
        if c.is_control() { plain.extend(c.escape_default()) } else { plain.push(c) }
    }
    Cow::Owned(plain)
}

//! Texts from outside, so that they can be shown anywhere.

use std::borrow::Cow;

/// A text on one line, without what cannot be seen: a terminal would obey control characters, XML
/// has none of them, and others turn the text around them. Each is written as Rust writes it in a
/// text.
///
/// ```
/// assert_eq!(scenarios::plain("Grüße,\n3 → 4"), "Grüße,\\n3 → 4");
/// ```
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for c in text.chars() {
        if is_invisible(c) { plain.extend(c.escape_default()) } else { plain.push(c) }
    }
    Cow::Owned(plain)
}

/// Whether a character is a control (general category Cc), a format such as a change of direction
/// or a joiner of no width (Cf), or an end of a line (Zl, Zp), as in Unicode 16.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

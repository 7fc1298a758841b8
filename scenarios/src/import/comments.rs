//! Comments in JSON, as in `appsettings.json`.

use std::borrow::Cow;

/// A text of JSON with its comments (`// …`, `/* … */`) blanked out, so that all places stay. Any
/// other text is as it was: `//` says nothing in YAML.
pub(super) fn without_comments(text: &str) -> Cow<'_, str> {
    if !is_json(text) || !(text.contains("//") || text.contains("/*")) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let (mut quoted, mut escaped) = (false, false);
    while let Some(c) = rest.next() {
        if quoted {
            quoted = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match (c, rest.peek()) {
            ('/', Some('/')) => {
                out.push(' ');
                while let Some(c) = rest.next_if(|c| *c != '\n') {
                    blank(c, &mut out);
                }
            }
            ('/', Some('*')) => {
                out.push(' ');
                let mut last = ' ';
                for c in rest.by_ref() {
                    blank(c, &mut out);
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            _ => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// Puts a space for each byte of a character; ends of lines stay.
fn blank(c: char, out: &mut String) {
    if c == '\n' {
        out.push(c);
    } else {
        out.extend(core::iter::repeat_n(' ', c.len_utf8()));
    }
}

/// Whether a text begins as JSON does, after blanks and comments.
fn is_json(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        if let Some(line) = rest.strip_prefix("//") {
            rest = line.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(block) = rest.strip_prefix("/*") {
            rest = block.split_once("*/").map_or("", |(_, rest)| rest).trim_start();
        } else {
            return rest.starts_with(['{', '[']);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_blank_and_all_else_stays_where_it_is() {
        for (text, expected) in [
            ("{\"a\": 1 // ü\n}", "{\"a\": 1      \n}"),
            ("{\"a\": \"x // y\" /* z\n*/}", "{\"a\": \"x // y\"     \n  }"),
            ("// first\n{\"a\": \"\\\"//\"}", "        \n{\"a\": \"\\\"//\"}"),
            ("a: http://b", "a: http://b"),
        ] {
            let blanked = without_comments(text);
            assert_eq!(blanked, expected);
            assert_eq!(blanked.len(), text.len());
        }
    }
}

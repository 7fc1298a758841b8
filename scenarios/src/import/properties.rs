//! Files of properties: lines as `java.util.Properties` reads them, keys as Spring Boot does.
//!
//! A key ends at the first `=`, `:` or blank that has no `\` before it; what follows after blanks
//! and one `=` or `:` is its value, which goes on in the next line after a `\`. Documents are
//! divided by `#---`.

use core::ops::Range;

use patterns::settings::{Code, Node, Value};

use super::dotted::{Tree, keys_of};
use super::yaml::NULL;
use crate::diagnostic::Diagnostic;

/// A file as a tree for each document, and what is wrong with it.
pub(super) type Read = (Vec<Node>, Vec<Diagnostic>);

/// How sure it is that a text is one of properties.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// Its name says so.
    Named,
    /// Each line is one that nothing else has: `some.key=value`, `some.key:value`.
    Looks,
    /// Each line may be one, and one at least is nothing else.
    Perhaps,
}

/// The trees of a file of properties, if the text is one, as far as that is sure.
pub(super) fn properties(text: &str, sure: Sure) -> Option<Read> {
    let mut documents = vec![Tree::default()];
    let mut wrong = Vec::new();
    let (mut is_seen, mut has_tables) = (sure == Sure::Named, false);
    // A mark of the order of bytes belongs to no key.
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    while at < text.len() {
        let (start, end) = line(text, at);
        at = end;
        let natural = text[start..end].trim_end_matches(is_end);
        if ["#---", "!---"].contains(&natural.trim_end_matches(is_blank)) {
            documents.push(Tree::default());
        } else if !natural.is_empty() && !natural.starts_with(['#', '!']) {
            let (letters, end) = logical(text, start);
            at = end;
            let pair = Pair::of(&letters, start);
            is_seen |= pair.is_sure();
            let is_one = match sure {
                Sure::Named => true,
                Sure::Looks => pair.is_sure() && pair.is_plain(),
                Sure::Perhaps => pair.is_plain(),
            };
            if !is_one {
                return None;
            }
            wrong.extend(pair.wrong);
            let node = Node::new(pair.value_at, plain_value(&pair.value));
            let root = documents.last_mut()?;
            // Keys are taken apart once more where those of YAML are.
            let keys = keys_of(&pair.key);
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            root.put(&keys, (&pair.key, pair.key_at), node, &mut wrong);
        }
    }
    let trees = documents.into_iter().map(|tree| {
        has_tables |= tree.has_tables();
        Node::new(0..text.len(), Value::Table(tree.into_entries()))
    });
    let trees: Vec<Node> = trees.collect();
    (is_seen && (has_tables || sure == Sure::Named)).then_some((trees, wrong))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// Where the line at a byte begins behind its blanks, and where the next one does.
fn line(text: &str, at: usize) -> (usize, usize) {
    let rest = &text[at..];
    let start = at + (rest.len() - rest.trim_start_matches(is_blank).len());
    let end = text[start..].find(is_end).map_or(text.len(), |end| start + end);
    let ending = if text[end..].starts_with("\r\n") { 2 } else { usize::from(end < text.len()) };
    (start, end + ending)
}

/// A character of a line that may go on in the next ones, where it stands, and whether it is one
/// that `\` has made of others.
struct Letter {
    c: char,
    at: Range<usize>,
    is_escaped: bool,
    is_wrong: bool,
}

/// The characters of the line that begins at a byte, and where the next one begins.
fn logical(text: &str, start: usize) -> (Vec<Letter>, usize) {
    let mut letters = Vec::new();
    let mut at = start;
    while let Some(c) = text[at..].chars().next() {
        if is_end(c) {
            return (letters, line(text, at).1);
        }
        let from = at;
        at += c.len_utf8();
        if c != '\\' {
            letters.push(Letter { c, at: from..at, is_escaped: false, is_wrong: false });
            continue;
        }
        match text[at..].chars().next() {
            None => {}
            Some(end) if is_end(end) => at = line(text, line(text, at).1).0,
            Some('u') => {
                let (c, length) = unicode(&text[from..]);
                at = from + length;
                let (is_wrong, c) = (c.is_none(), c.unwrap_or(char::REPLACEMENT_CHARACTER));
                letters.push(Letter { c, at: from..at, is_escaped: true, is_wrong });
            }
            Some(other) => {
                at += other.len_utf8();
                let c = match other {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'f' => '\u{c}',
                    other => other,
                };
                letters.push(Letter { c, at: from..at, is_escaped: true, is_wrong: false });
            }
        }
    }
    (letters, at)
}

/// The character that `\u0041` stands for, or two of them for one of UTF-16, and how many bytes
/// that takes.
fn unicode(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let Some(first) = unit(0) else { return (None, 2) };
    let units = [first, unit(6).unwrap_or(0)];
    match char::decode_utf16(units).next() {
        Some(Ok(c)) => (Some(c), 6 * c.len_utf16()),
        _ => (None, 6),
    }
}

/// A key and its value, and where they stand.
struct Pair {
    key: String,
    key_at: Range<usize>,
    /// What stands between them, but blanks.
    separator: Option<char>,
    /// Whether a blank or nothing follows that.
    is_spaced: bool,
    value: String,
    value_at: Range<usize>,
    wrong: Option<Diagnostic>,
}

impl Pair {
    fn of(letters: &[Letter], start: usize) -> Self {
        let is = |letter: &Letter, of: &dyn Fn(char) -> bool| !letter.is_escaped && of(letter.c);
        let is_separator = |c: char| c == '=' || c == ':';
        let ends = |letter: &Letter| is(letter, &is_separator) || is(letter, &is_blank);
        let key_end = letters.iter().position(ends).unwrap_or(letters.len());
        let (key, rest) = letters.split_at(key_end);
        let trimmed = |rest: &[Letter]| rest.iter().take_while(|one| is(one, &is_blank)).count();
        let rest = &rest[trimmed(rest)..];
        let separator = rest.first().filter(|one| is(one, &is_separator)).map(|one| one.c);
        let rest = &rest[usize::from(separator.is_some())..];
        let blanks = trimmed(rest);
        let is_spaced = blanks > 0 || rest.is_empty();
        let value = &rest[blanks..];
        // Numbers and times are read without the blanks behind them.
        let behind = value.iter().rev().take_while(|one| is(one, &is_blank)).count();
        let value = &value[..value.len() - behind];
        let place = |of: &[Letter], or: usize| match of {
            [first, .., last] => first.at.start..last.at.end,
            [only] => only.at.clone(),
            [] => or..or,
        };
        let text = |of: &[Letter]| of.iter().map(|letter| letter.c).collect::<String>();
        let end = letters.last().map_or(start, |last| last.at.end);
        let wrong = letters.iter().find(|letter| letter.is_wrong).map(|letter| {
            let message = "`\\u` must be followed by the four digits of a character";
            let wrong = Diagnostic::new(letter.at.clone(), Code::Unreadable, message);
            wrong.help("for example: \\u0041, which is `A`; a `\\` itself is written `\\\\`")
        });
        Self {
            key: text(key),
            key_at: place(key, start),
            separator,
            is_spaced,
            value: text(value),
            value_at: place(value, end),
            wrong,
        }
    }

    /// Whether nothing but a file of properties has such a line: between a colon and a value of
    /// YAML there is a space.
    fn is_sure(&self) -> bool {
        match self.separator {
            Some(':') => !self.is_spaced,
            separator => separator.is_some(),
        }
    }

    /// Whether its key is like most.
    fn is_plain(&self) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || "._-[]".contains(c);
        !self.key.is_empty() && self.key.chars().all(is_part)
    }
}

fn plain_value(text: &str) -> Value {
    match text {
        // To Spring Boot an empty number or time is none.
        "" => Value::Word(NULL.to_owned()),
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn named(text: &str) -> (String, Vec<String>) {
        let (documents, wrong) = properties(text, Sure::Named).expect("its name says so");
        let shown: Vec<String> = documents.iter().map(Node::to_string).collect();
        (shown.join(" "), wrong.iter().map(|one| text[one.place()].to_owned()).collect())
    }

    fn looks(text: &str) -> Option<(usize, usize)> {
        properties(text, Sure::Looks).map(|(all, wrong)| (all.len(), wrong.len()))
    }

    #[test]
    fn properties_are_tables_in_one_another() {
        let text = "# comment\na.b.c=10s\na.b.d = 5\na.list[0]=x\na.list[1]=y\n";
        let (documents, wrong) = properties(text, Sure::Looks).expect("they are properties");
        let tree = &documents[0];
        assert_eq!((documents.len(), wrong.len()), (1, 0));
        let shown = "{ a = { b = { c = \"10s\", d = 5 }, list = [\"x\", \"y\"] } }";
        assert_eq!(tree.to_string(), shown);
        let d = tree.get("a").and_then(|a| a.get("b")?.get("d")).expect("it is there");
        assert_eq!(&text[d.at.clone()], "5");
        assert!(looks("a: 1\n").is_none());
        assert!(looks("a=1\n").is_none(), "without a dot it may be anything");
    }

    #[test]
    fn a_colon_without_a_space_is_of_properties_and_one_with_a_space_of_yaml() {
        assert_eq!(looks("a.b:3\na.c=4\n"), Some((1, 0)));
        assert_eq!(looks("a.b=http://c:80\n"), Some((1, 0)));
        assert_eq!(looks("a:\n  b.c: 3\n"), None);
        assert_eq!(looks("a.b: 3\n"), None);
    }

    #[test]
    fn a_key_ends_at_the_first_sign_or_blank() {
        for (line, key, value) in [
            ("a=1", "a", "1"),
            ("a = 1", "a", "1"),
            ("a: k v", "a", "\"k v\""),
            ("a :1", "a", "1"),
            ("a 1s", "a", "\"1s\""),
            ("\t a\t1s", "a", "\"1s\""),
            ("a = = 1", "a", "\"= 1\""),
            ("a", "a", "\"null\""),
            ("a=", "a", "\"null\""),
            ("a\\ b\\=c\\:d=e", "a b=c:d", "\"e\""),
            ("\\u0061=\\u0041B", "a", "\"AB\""),
            ("a=\\ud83d\\ude00", "a", "\"\u{1f600}\""),
            ("a=x\\ty\\q\\\\", "a", "\"x\\tyq\\\\\""),
            ("a=x  ", "a", "\"x\""),
        ] {
            let (documents, wrong) = properties(line, Sure::Named).expect("its name says so");
            let entries = documents[0].entries().expect("a table");
            assert_eq!(wrong, [], "{line}");
            assert_eq!((&*entries[0].key, &*entries[0].node.to_string()), (key, value), "{line}");
        }
    }

    #[test]
    fn a_wrong_escape_is_told_at_its_place() {
        let (_, wrong) = named("a=x\\u00g1\nb=\\ud83d!\nc=\\u\n");
        assert_eq!(wrong, ["\\u", "\\ud83d", "\\u"]);
    }

    #[test]
    fn lines_go_on_and_documents_are_divided() {
        let text = "\u{feff}a.b=x,\\\r\n  y\r\na.b=z\r\na.b.c=1\r\n#---\r\na.b=2\r\n";
        let (shown, wrong) = named(text);
        assert_eq!(shown, "{ a = { b = \"x,y\" } } { a = { b = 2 } }");
        assert_eq!(wrong, ["a.b", "a.b.c"]);
        // A `\` that another one makes a character ends no line; in a comment none does.
        assert_eq!(named("a.b=x\\\\\n# c\\\na.c=1\n").0, "{ a = { b = \"x\\\\\", c = 1 } }");
        assert_eq!(named("a.b\\\n   .c=1\\\n\na.d=2\r").0, "{ a = { b = { c = 1 }, d = 2 } }");
    }

    #[test]
    fn what_may_be_properties_has_a_line_that_nothing_else_has() {
        let perhaps = |text: &str| properties(text, Sure::Perhaps).is_some();
        assert!(perhaps("a.b: 3\na.c 4\na.d=5\na.e\n"));
        assert!(!perhaps("a.b: 3\na.c 4\n"));
        assert!(!perhaps("a.b: \"x\"\n{ a.c=5\n"));
    }
}

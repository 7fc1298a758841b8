//! A report as it is read, however it is written down.

/// Marks within a text: code, what is strong, and a figure with its number. No text of a scenario
/// can have them.
const CODE: (char, char) = ('\u{1}', '\u{2}');
const STRONG: (char, char) = ('\u{3}', '\u{4}');
const FIGURE: (char, char, char) = ('\u{5}', '\u{6}', '\u{7}');

/// A report: what it is about, and what stands in it from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it is about: the only heading of the first level.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A part of a document. All texts may have [marks](code).
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading below the title: 2 for sections, 3 and 4 below them.
    Heading(u8, String),
    /// Some sentences.
    Paragraph(String),
    /// What has to be seen before all else.
    Banner(String),
    /// Some points.
    List(Vec<String>),
    /// Rows and columns.
    Table(Table),
    /// Lines as they were logged.
    Log(Vec<String>),
    /// A picture.
    Picture {
        /// Its name, which is that of its file without the ending.
        name: String,
        /// The picture itself, as SVG for light and dark.
        svg: String,
        /// What there is to be seen in it, for those who do not see it.
        says: String,
    },
}

/// Rows and columns. The first column says what a row is about.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows, in a sentence.
    pub caption: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// Rows, each with a text for each column.
    pub rows: Vec<Vec<String>>,
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: u8, text: impl Into<String>) {
        self.blocks.push(Block::Heading(level, text.into()));
    }

    /// Adds some sentences.
    pub fn say(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Adds points, if there are any.
    pub fn list(&mut self, points: Vec<String>) {
        if !points.is_empty() {
            self.blocks.push(Block::List(points));
        }
    }

    /// Adds a table, if it has rows.
    pub fn table(&mut self, caption: impl Into<String>, columns: &[&str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            let columns = columns.iter().map(ToString::to_string).collect();
            self.blocks.push(Block::Table(Table { caption: caption.into(), columns, rows }));
        }
    }
}

/// A name, a path or a command within a text.
pub fn code(text: impl AsRef<str>) -> String {
    marked(CODE, text.as_ref())
}

/// A text in which code stands between backticks.
pub(super) fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(place, part)| if place % 2 == 0 { part.to_owned() } else { code(part) }).collect()
}

/// What has to be seen.
pub fn strong(text: impl AsRef<str>) -> String {
    marked(STRONG, text.as_ref())
}

fn marked((begin, end): (char, char), text: &str) -> String {
    format!("{begin}{text}{end}")
}

/// A figure that can be followed by its number.
pub(super) fn figure(number: usize, text: &str) -> String {
    let (begin, middle, end) = FIGURE;
    format!("{begin}{number}{middle}{text}{end}")
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span<'t> {
    Plain(&'t str),
    Code(&'t str),
    Strong(&'t str),
    Figure(usize, &'t str),
}

/// The pieces of a text. What is marked has no marks within.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    let begins = [CODE.0, STRONG.0, FIGURE.0];
    while let Some(at) = rest.find(begins) {
        if 0 < at {
            all.push(Span::Plain(&rest[..at]));
        }
        let mark = rest[at..].chars().next().unwrap_or_default();
        let end = [CODE, STRONG, (FIGURE.0, FIGURE.2)].iter().find(|pair| pair.0 == mark);
        let end = end.map_or(CODE.1, |pair| pair.1);
        let inner = &rest[at + 1..];
        let (inner, behind) = inner.split_once(end).unwrap_or((inner, ""));
        all.push(match mark {
            mark if mark == CODE.0 => Span::Code(inner),
            mark if mark == STRONG.0 => Span::Strong(inner),
            _ => {
                let (number, shown) = inner.split_once(FIGURE.1).unwrap_or(("0", inner));
                Span::Figure(number.parse().unwrap_or(0), shown)
            }
        });
        rest = behind;
    }
    if !rest.is_empty() {
        all.push(Span::Plain(rest));
    }
    all
}

/// A text without its marks.
pub fn plain(text: &str) -> String {
    let plain = spans(text).into_iter().map(|span| match span {
        Span::Plain(text) | Span::Code(text) | Span::Strong(text) | Span::Figure(_, text) => text,
    });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart_at_their_marks() {
        let text = format!("of {} {}, {}", figure(12, "96 %"), code("a->b"), strong("not ready"));
        let found = spans(&text);
        assert_eq!(
            found,
            [
                Span::Plain("of "),
                Span::Figure(12, "96 %"),
                Span::Plain(" "),
                Span::Code("a->b"),
                Span::Plain(", "),
                Span::Strong("not ready")
            ]
        );
        assert_eq!(plain(&text), "of 96 % a->b, not ready");
        assert_eq!(spans("nothing"), [Span::Plain("nothing")]);
        assert!(spans("").is_empty());
        assert_eq!(with_code("`a` is no `b`."), format!("{} is no {}.", code("a"), code("b")));
    }
}

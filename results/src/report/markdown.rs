//! A report as Markdown (`CommonMark` with tables as GitHub has them).

use super::document::{Block, Document, Span, Table, spans};

/// A document as Markdown. Pictures are beside it.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", line(&document.title));
    for block in &document.blocks {
        out.push('\n');
        out += &match block {
            Block::Heading(level, heading) => {
                format!("{} {}\n", "#".repeat(usize::from((*level).clamp(2, 6))), line(heading))
            }
            Block::Paragraph(said) => format!("{}\n", begun(said)),
            Block::Banner(said) => format!("> {}\n", begun(said)),
            Block::List(points) => {
                let points: Vec<String> = points.iter().map(|point| begun(point)).collect();
                format!("- {}\n", points.join("\n- "))
            }
            Block::Table(table) => of_table(table),
            Block::Log(lines) => {
                // A fence is longer than any within.
                let most = lines.iter().map(|line| longest_fence(line)).max().unwrap_or(0);
                let fence = "`".repeat((most + 1).max(3));
                let lines = lines.join("\n").replace(|c| c != '\n' && is_odd(c), ODD);
                format!("{fence}text\n{lines}\n{fence}\n")
            }
            Block::Picture { name, says, .. } => {
                format!("![{}]({}.svg)\n", line(says), address(name))
            }
        };
    }
    out
}

fn of_table(table: &Table) -> String {
    // A bar ends a field even within code.
    let row = |fields: &[String]| {
        let fields: Vec<String> =
            fields.iter().map(|field| line(field).replace('|', "\\|")).collect();
        format!("| {} |\n", fields.join(" | "))
    };
    let rule = format!("| {} |\n", vec!["---"; table.columns.len()].join(" | "));
    let rows: String = table.rows.iter().map(|fields| row(fields)).collect();
    format!("{}\n\n{}{rule}{rows}", begun(&table.caption), row(&table.columns))
}

/// The longest run of backticks in a text.
fn longest_fence(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text that begins a paragraph or a point: what would make something else of it is escaped.
fn begun(text: &str) -> String {
    let mut line = line(text);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_marker = |at: usize| matches!(line.as_bytes().get(at + 1), None | Some(b' '));
    let at = match line.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 && is_marker(digits) => digits,
        Some(b'+') if digits == 0 && is_marker(0) => 0,
        Some(b'-' | b'>') if digits == 0 => 0,
        _ => return line,
    };
    line.insert(at, '\\');
    line
}

/// A text in a line, of which nothing is taken for a mark but its own marks.
fn line(of: &str) -> String {
    let mut out = String::new();
    for span in spans(of) {
        match span {
            Span::Plain(text) | Span::Figure(_, text) => out += &escaped(text),
            // Marks that stand beside spaces, or around nothing, are none.
            Span::Strong(text) if text.trim().is_empty() => out += text,
            Span::Strong(text) => out += &format!("**{}**", escaped(text.trim())),
            Span::Code("") => {}
            Span::Code(text) => {
                let fence = "`".repeat(longest_fence(text) + 1);
                let is_pad = |c| c == '`' || c == ' ';
                let pad = if text.starts_with(is_pad) || text.ends_with(is_pad) { " " } else { "" };
                out += &format!("{fence}{pad}{text}{pad}{fence}");
            }
        }
    }
    let out = out.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    out.replace(is_odd, ODD).trim().to_owned()
}

/// Stands for what no text may have.
const ODD: &str = "\u{fffd}";

/// Signs that are not to be seen, those included that turn the direction of what follows them.
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<&#~$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The name of a file as an address.
fn address(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(byte).collect()
}

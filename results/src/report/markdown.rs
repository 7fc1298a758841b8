//! A report as Markdown (`CommonMark` with tables as GitHub has them).

use super::document::{Block, Document, Span, Table, spans};

/// A document as Markdown. Pictures are beside it.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", text(&document.title));
    for block in &document.blocks {
        out.push('\n');
        out += &match block {
            Block::Heading(level, heading) => {
                format!("{} {}\n", "#".repeat(usize::from(*level)), text(heading))
            }
            Block::Paragraph(said) => format!("{}\n", text(said)),
            Block::Banner(said) => format!("> {}\n", text(said)),
            Block::List(points) => points
                .iter()
                .map(|point| format!("- {}\n", text(point)))
                .collect::<Vec<_>>()
                .concat(),
            Block::Table(table) => of_table(table),
            Block::Log(lines) => {
                // A fence is longer than any within.
                let most = lines.iter().map(|line| longest_fence(line)).max().unwrap_or(0);
                let fence = "`".repeat((most + 1).max(3));
                format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
            }
            Block::Picture { name, says, .. } => {
                format!("![{}]({name}.svg)\n", text(says).replace(['[', ']'], ""))
            }
        };
    }
    out
}

fn of_table(table: &Table) -> String {
    let row = |fields: &[String]| {
        let fields: Vec<String> =
            fields.iter().map(|field| text(field).replace('|', "\\|")).collect();
        format!("| {} |\n", fields.join(" | "))
    };
    let rule = vec!["---".to_owned(); table.columns.len()];
    let rows: String = table.rows.iter().map(|fields| row(fields)).collect();
    format!("{}\n\n{}{}{rows}", text(&table.caption), row(&table.columns), row(&rule))
}

/// The longest run of backticks in a text.
fn longest_fence(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text of which nothing is taken for a mark but its own marks.
fn text(of: &str) -> String {
    let mut out = String::new();
    for span in spans(of) {
        match span {
            Span::Plain(text) | Span::Figure(_, text) => out += &escaped(text),
            Span::Strong(text) => out += &format!("**{}**", escaped(text)),
            Span::Code(text) => {
                let fence = "`".repeat(longest_fence(text) + 1);
                let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
                out += &format!("{fence}{pad}{text}{pad}{fence}");
            }
        }
    }
    out.replace('\n', " ")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '_' | '`' | '<' | '\\' | '[' | ']' | '#' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

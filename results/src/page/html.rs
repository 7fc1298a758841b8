//! Texts and tables as they stand in a page.

use std::fmt::Write;

use sim::measure::Unit;

use crate::chart::in_unit;
use crate::table::number;

/// A table of numbers. Each has its exact value in the page, which is that of the CSV file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it is called; rows and columns are found by it.
    pub id: &'static str,
    /// Its heading.
    pub heading: String,
    /// What is to be known of it.
    pub note: String,
    /// Whether it stands before the pictures.
    pub is_key: bool,
    /// Whether it is folded until it is asked for.
    pub is_folded: bool,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// By what it is known: the number of a cell, the path of a measure.
    pub key: String,
    /// The command that makes it again, if it has one of its own.
    pub command: String,
    /// Whether it is the file's own.
    pub is_own: bool,
    /// One for each column.
    pub fields: Vec<Field>,
}

/// What stands in a place of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A text, sorted as such.
    Text(String),
    /// A text that is sorted by its place among others.
    Ranked(String, usize),
    /// A text, with what it means below it.
    Defined(String, String),
    /// Numbers: the name of each, its exact value (nothing if it is undefined) and how it is shown.
    /// It is sorted by the first.
    Numbers(Vec<(&'static str, String, String)>),
    /// A number with its interval as a drawing, each as a share of the width; and where that of the
    /// file's own is.
    Drawn {
        /// The number.
        mean: f64,
        /// The ends of its interval, if it has any.
        ends: Option<(f64, f64)>,
        /// The number of the file's own cell.
        own: Option<f64>,
    },
}

/// The width of a drawing in a field.
const WIDTH: f64 = 120.0;

impl Table {
    pub(super) fn write(&self, out: &mut String) -> std::fmt::Result {
        let Self { id, heading, note, columns, rows, .. } = self;
        let heading = escape(heading);
        if self.is_folded {
            write!(out, "<details id=\"{id}\"><summary><h2>{heading}</h2></summary>")?;
        } else {
            write!(out, "<section id=\"{id}\"><h2>{heading}</h2>")?;
        }
        if !note.is_empty() {
            write!(out, "<p class=\"muted\" dir=\"auto\">{}</p>", escape(note))?;
        }
        write!(
            out,
            "\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{heading}\">\
             <table>\n<thead><tr>"
        )?;
        for column in columns {
            write!(out, "<th scope=\"col\"><bdi>{}</bdi></th>", escape(column))?;
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            row.write(out)?;
        }
        let end = if self.is_folded { "details" } else { "section" };
        writeln!(out, "</tbody></table></div></{end}>")
    }
}

impl Row {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        write!(out, "<tr data-key=\"{}\"", escape(&self.key))?;
        if !self.command.is_empty() {
            write!(out, " data-again=\"{}\"", escape(&self.command))?;
        }
        let class = if self.is_own { " class=\"own\"" } else { "" };
        write!(out, "{class}>")?;
        for field in &self.fields {
            field.write(out)?;
        }
        out.push_str("</tr>\n");
        Ok(())
    }
}

impl Field {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(out, "<td><bdi>{}</bdi></td>", escape(text)),
            Self::Ranked(text, rank) => {
                write!(out, "<td data-sort=\"{rank}\"><bdi>{}</bdi></td>", escape(text))
            }
            Self::Defined(text, definition) => write!(
                out,
                "<td><bdi>{}</bdi><br/><small>{}</small></td>",
                escape(text),
                escape(definition)
            ),
            Self::Numbers(numbers) => {
                let first = numbers.first().map_or("", |(_, exact, _)| exact);
                write!(out, "<td class=\"number\" data-sort=\"{}\">", escape(first))?;
                for (index, (name, exact, shown)) in numbers.iter().enumerate() {
                    let between = if index > 0 { " to " } else { "" };
                    let (exact, shown) = (escape(exact), escape(shown));
                    write!(
                        out,
                        "{between}<data class=\"{name}\" value=\"{exact}\">{shown}</data>"
                    )?;
                }
                out.push_str("</td>");
                Ok(())
            }
            Self::Drawn { mean, ends, own } => drawn(*mean, *ends, *own, out),
        }
    }
}

/// A dot with its interval.
fn drawn(
    mean: f64,
    ends: Option<(f64, f64)>,
    own: Option<f64>,
    out: &mut String,
) -> std::fmt::Result {
    let at = |share: f64| (share.clamp(0.0, 1.0) * WIDTH * 10.0).round() / 10.0;
    if mean.is_nan() {
        out.push_str("<td></td>");
        return Ok(());
    }
    write!(
        out,
        "<td data-sort=\"{mean}\"><svg class=\"dot\" viewBox=\"-5 0 {} 12\" aria-hidden=\"true\">",
        WIDTH + 10.0
    )?;
    if let Some(own) = own {
        write!(out, "<path class=\"of-own\" d=\"M{} 0v12\"/>", at(own))?;
    }
    if let Some((low, high)) = ends {
        write!(out, "<path d=\"M{} 6H{}\"/>", at(low), at(high))?;
    }
    write!(out, "<circle cx=\"{}\" cy=\"6\" r=\"3\"/></svg></td>", at(mean))
}

/// A number with its name: exactly, as tables have it, and in its unit.
pub(super) fn named(name: &'static str, value: f64, unit: Unit) -> (&'static str, String, String) {
    let shown = if value == f64::INFINITY { "∞".to_owned() } else { in_unit(value, unit) };
    (name, number(value), shown)
}

/// A text as it stands between tags and in attributes. What no XML may have is replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            // Signs that turn the direction of what follows them would reach into other texts.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

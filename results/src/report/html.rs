//! A report as one page that asks nothing of the network.
//!
//! The page is XML as well as HTML, and has no scripts. Each figure leads to a row that says where
//! it comes from, and that row leads back.

mod inline;
mod origins;
mod outline;

use std::fmt::Write;

use super::document::{Block, Document, Table, plain};
use super::figures::Figure;
use crate::page::{Picture, SWITCH, escape, head, styles};

use inline::{Links, quiet};
use origins::{HEADING, origins};
use outline::{Entry, Outline, contents};

/// A document as a page, in which each of the figures can be followed.
pub fn html(document: &Document, figures: &[Figure]) -> String {
    let pictures: Vec<Picture> = document.blocks.iter().filter_map(picture).collect();
    let (style, drawn) = styles(&pictures);
    let sheets = pictures.iter().zip(drawn).map(|(picture, drawn)| picture.sheet(drawn)).collect();
    let title = plain(&document.title);
    let out = head(&title, None, &[include_str!("report.css"), &style]);
    let mut page = Page { out, sheets, links: Links::new(figures), ..Page::default() };
    page.write(document, figures).expect("a string takes everything");
    page.out
}

fn picture(block: &Block) -> Option<Picture> {
    let Block::Picture { name, svg, .. } = block else { return None };
    Some(Picture::new(name, svg.clone(), Vec::new()))
}

/// A page that is being written.
#[derive(Debug, Default)]
struct Page<'a> {
    out: String,
    links: Links<'a>,
    outline: Outline,
    /// The pictures, each on its sheet; none twice.
    sheets: Vec<String>,
    tables: usize,
    pictures: usize,
    logs: usize,
    is_in_section: bool,
}

impl Page<'_> {
    fn write(&mut self, document: &Document, figures: &[Figure]) -> std::fmt::Result {
        let title = self.links.text(&document.title);
        writeln!(
            self.out,
            "<a class=\"skip\" href=\"#text\">Skip to the text</a>\n<header>{SWITCH}</header>\n\
             <main>\n<div class=\"lead\">\n<h1 dir=\"auto\">{title}</h1>"
        )?;
        let is_heading = |block: &Block| matches!(block, Block::Heading(..));
        let begins = document.blocks.iter().position(is_heading).unwrap_or(document.blocks.len());
        let (lead, text) = document.blocks.split_at(begins);
        for block in lead {
            self.block(block)?;
        }
        self.out.push_str("</div>\n");
        self.out.push_str(&contents(&listed(text, figures)));
        self.out.push_str("<div id=\"text\" tabindex=\"-1\">\n");
        for block in text {
            self.block(block)?;
        }
        if !figures.is_empty() {
            let at = self.heading(2, HEADING)?;
            let origins = origins(&self.links, &at);
            self.out.push_str(&origins);
        }
        if self.is_in_section {
            self.out.push_str("</section>\n");
        }
        self.out.push_str("</div>\n</main>\n</body>\n</html>\n");
        Ok(())
    }

    fn block(&mut self, block: &Block) -> std::fmt::Result {
        match block {
            Block::Heading(level, text) => self.heading(*level, text).map(drop),
            Block::Paragraph(said) => {
                writeln!(self.out, "<p dir=\"auto\">{}</p>", self.links.text(said))
            }
            Block::Banner(said) => {
                let said = self.links.text(said);
                writeln!(
                    self.out,
                    "<aside role=\"note\" class=\"warning\"><p dir=\"auto\">{said}</p></aside>"
                )
            }
            Block::List(points) => {
                self.out.push_str("<ul>\n");
                for point in points {
                    let point = self.links.text(point);
                    writeln!(self.out, "<li dir=\"auto\">{point}</li>")?;
                }
                self.out.push_str("</ul>\n");
                Ok(())
            }
            Block::Table(table) => self.table(table),
            Block::Log(lines) => {
                self.logs += 1;
                writeln!(
                    self.out,
                    "<pre dir=\"ltr\" tabindex=\"0\" role=\"group\" aria-label=\"Log {}\">{}</pre>",
                    self.logs,
                    escape(&lines.join("\n"))
                )
            }
            Block::Picture { says, .. } => self.picture(says),
        }
    }

    fn heading(&mut self, level: u8, text: &str) -> Result<Entry, std::fmt::Error> {
        let at = self.outline.next(level, text);
        let Entry { level, number, id, .. } = &at;
        if *level == 2 {
            let end = if self.is_in_section { "</section>\n" } else { "" };
            writeln!(self.out, "{end}<section aria-labelledby=\"{id}\">")?;
            self.is_in_section = true;
        }
        let text = self.links.text(text);
        writeln!(
            self.out,
            "<h{level} id=\"{id}\" dir=\"auto\"><span class=\"at\">{number}</span> {text}\
             </h{level}>"
        )?;
        Ok(at)
    }

    /// A table, in a region that scrolls if it has to.
    fn table(&mut self, table: &Table) -> std::fmt::Result {
        self.tables += 1;
        let number = self.tables;
        let label = escape(&plain(&table.caption));
        let caption = self.links.text(&table.caption);
        write!(
            self.out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}: \
             {label}\"><table>\n<caption><span dir=\"auto\"><b>Table {number}.</b> {caption}</span>\
             </caption>\n<thead><tr>"
        )?;
        for column in &table.columns {
            // A heading that says nothing is none.
            let cell = if column.trim().is_empty() { "td" } else { "th scope=\"col\"" };
            let end = cell.split(' ').next().unwrap_or_default();
            let column = self.links.text(column);
            write!(self.out, "<{cell}><bdi>{column}</bdi></{end}>")?;
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.out.push_str("<tr>");
            for (column, field) in row.iter().enumerate() {
                let field = self.links.text(field);
                if column == 0 {
                    write!(self.out, "<th scope=\"row\"><bdi>{field}</bdi></th>")?;
                } else {
                    write!(self.out, "<td><bdi>{field}</bdi></td>")?;
                }
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody></table></div>\n");
        Ok(())
    }

    fn picture(&mut self, says: &str) -> std::fmt::Result {
        let sheet = self.sheets.get_mut(self.pictures).map(std::mem::take).unwrap_or_default();
        self.pictures += 1;
        let (number, says) = (self.pictures, self.links.text(says));
        writeln!(
            self.out,
            "<figure>\n{sheet}<figcaption dir=\"auto\"><b>Picture {number}.</b> {says}\
             </figcaption></figure>"
        )
    }
}

/// What the contents list: all headings, and the section that is added if there are figures.
fn listed(text: &[Block], figures: &[Figure]) -> Vec<Entry> {
    let mut outline = Outline::default();
    let headings = text.iter().filter_map(|block| match block {
        Block::Heading(level, text) => Some((*level, text.as_str())),
        _ => None,
    });
    let added = (!figures.is_empty()).then_some((2, HEADING));
    headings.chain(added).map(|(level, text)| outline.next(level, &quiet(text))).collect()
}

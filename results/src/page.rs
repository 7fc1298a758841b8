//! One page that shows all that a command came to: words, numbers and pictures in a single file
//! that asks nothing of the network.
//!
//! The page is XML as well as HTML, so that any parser can check it. Colours follow the system, or
//! a switch that is made of CSS alone; a script of a few lines adds sorting and what is shown of a
//! row. Without it all numbers are there.

mod cells;
mod frame;
mod html;
mod measures;
mod picture;

use std::fmt::Write;

pub use cells::{CELLS_MAX, cells};
pub use html::{Field, Row, Table};
pub use measures::{of_cell, of_record};
pub use picture::{PICTURE_MAX, Picture};

pub(crate) use frame::{SWITCH, head};
pub(crate) use html::escape;
pub(crate) use picture::styles;

/// What the page consists of. All texts may have anything in them.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// How much was run, with which seed.
    pub about: String,
    /// The command that makes it again.
    pub command: String,
    /// What has to be known before anything else: that it was stopped, or is unstable.
    pub warnings: Vec<String>,
    /// What the hypotheses came to.
    pub verdicts: Vec<Verdict>,
    /// What the command has printed.
    pub said: String,
    /// The pictures. What there is to be seen in each is a finding.
    pub pictures: Vec<Picture>,
    /// The numbers, and under what heading; those with a summary are folded.
    pub tables: Vec<Table>,
    /// Files beside the page.
    pub files: Vec<String>,
}

/// What a hypothesis came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// As it is written in the scenario.
    pub text: String,
    /// Whether it holds; none if that was not decided.
    pub holds: Option<bool>,
    /// What was found.
    pub found: String,
}

impl Page {
    /// The page as a file.
    pub fn html(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a string takes everything");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let (style, drawn) = styles(&self.pictures);
        let sheets = [include_str!("page/page.css"), &style];
        out.push_str(&head(&self.title, Some("'unsafe-inline'"), &sheets));
        self.header(&escape(&self.title), out)?;
        out.push_str("<main>\n");
        self.findings(out)?;
        self.verdicts(out)?;
        for table in self.tables.iter().filter(|table| table.is_key) {
            table.write(out)?;
        }
        if !self.pictures.is_empty() {
            out.push_str("<h2>Pictures</h2>\n");
        }
        for (picture, drawn) in self.pictures.iter().zip(drawn) {
            picture.write(drawn, out)?;
        }
        for table in self.tables.iter().filter(|table| !table.is_key) {
            table.write(out)?;
        }
        if !self.said.is_empty() {
            writeln!(
                out,
                "<h2>As the command says it</h2>\n<pre dir=\"ltr\" tabindex=\"0\">{}</pre>",
                escape(self.said.trim_end())
            )?;
        }
        self.files(out)?;
        writeln!(
            out,
            "</main>\n<aside id=\"tip\" aria-live=\"polite\" hidden=\"hidden\"></aside>\n\
             <script>/*<![CDATA[*/\n{}/*]]>*/</script>\n</body>\n</html>",
            include_str!("page/page.js")
        )
    }

    fn header(&self, title: &str, out: &mut String) -> std::fmt::Result {
        let (about, command) = (escape(&self.about), escape(&self.command));
        writeln!(
            out,
            "<header>\n{SWITCH}\n\
             <h1 dir=\"auto\">{title}</h1>\n<p class=\"muted\" dir=\"auto\">{about}</p>\n\
             <p class=\"again\"><span>Make it again:</span> <code dir=\"ltr\">{command}</code></p>"
        )?;
        for warning in &self.warnings {
            writeln!(out, "<p class=\"warning\" role=\"alert\">{}</p>", escape(warning))?;
        }
        out.push_str("</header>\n");
        Ok(())
    }

    /// What there is to be seen in each picture.
    fn findings(&self, out: &mut String) -> std::fmt::Result {
        let mut titles: Vec<(&str, &str)> = Vec::new();
        for picture in &self.pictures {
            // Two pictures may say the same.
            if titles.iter().all(|(_, title)| *title != picture.title) {
                titles.push((&picture.name, &picture.title));
            }
        }
        if titles.is_empty() {
            return Ok(());
        }
        out.push_str("<h2>What there is to be seen</h2>\n<ul class=\"findings\">\n");
        for (name, title) in titles {
            let (name, title) = (escape(name), escape(title));
            writeln!(out, "<li dir=\"auto\"><a href=\"#{name}\">{title}</a></li>")?;
        }
        out.push_str("</ul>\n");
        Ok(())
    }

    fn verdicts(&self, out: &mut String) -> std::fmt::Result {
        if self.verdicts.is_empty() {
            return Ok(());
        }
        out.push_str("<h2>Hypotheses</h2>\n<ul class=\"verdicts\">\n");
        for Verdict { text, holds, found } in &self.verdicts {
            let (class, mark) = match holds {
                Some(true) => ("holds", "holds"),
                Some(false) => ("fails", "FAILS"),
                None => ("open", "not decided"),
            };
            let (text, found) = (escape(text), escape(found));
            writeln!(
                out,
                "<li class=\"{class}\"><b>{mark}</b> <code dir=\"ltr\">{text}</code> \
                 <span class=\"muted\">{found}</span></li>"
            )?;
        }
        out.push_str("</ul>\n");
        Ok(())
    }

    fn files(&self, out: &mut String) -> std::fmt::Result {
        if self.files.is_empty() {
            return Ok(());
        }
        out.push_str("<h2>Files</h2>\n<ul class=\"files\">\n");
        for file in &self.files {
            let file = escape(file);
            writeln!(out, "<li><a href=\"{file}\">{file}</a></li>")?;
        }
        out.push_str("</ul>\n");
        Ok(())
    }
}

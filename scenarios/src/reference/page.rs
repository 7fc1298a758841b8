//! A page in Markdown, written from top to bottom.

use patterns::settings::{GroupInfo, Key, Shape, SumInfo, Variant};

use super::types::Types;
use crate::describe::{
    Block, Field, arguments, blocks, clean, common_fields, default_of, example_of, fields_of_form,
    first_sentence, literals_of, plain_field, range_of, signature, tagged, type_of, types_in, wrap,
};

/// How long lines of prose are.
const WIDTH: usize = 100;

/// A page of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferencePage {
    /// The name of its file: `breaker.md`.
    pub file: String,
    /// Its text, in Markdown.
    pub text: String,
}

/// A page that is being written.
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn new(title: &str) -> Self {
        Self { text: format!("# {title}\n") }
    }

    pub(super) fn finish(self, name: &str) -> ReferencePage {
        let mut text = self.text.trim_end().to_owned();
        text.push('\n');
        ReferencePage { file: format!("{name}.md"), text }
    }

    pub(super) fn heading(&mut self, level: usize, title: &str) {
        self.text.push_str(&format!("\n{} {title}\n", "#".repeat(level)));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push_str(&format!("\n{}\n", wrap(text, "", "", WIDTH)));
    }

    /// A doc comment.
    pub(super) fn doc(&mut self, doc: &str) {
        for block in blocks(doc) {
            match block {
                Block::Paragraph(text) => self.paragraph(&text),
                Block::Verbatim(text) => self.text.push_str(&format!("\n{text}\n")),
            }
        }
    }

    /// Lines of a file.
    pub(super) fn example(&mut self, toml: &str) {
        self.text.push_str(&format!("\n```toml\n{toml}\n```\n"));
    }

    pub(super) fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        // A column in which nothing stands says nothing.
        let is_used = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
        let columns: Vec<usize> = (0..head.len()).filter(is_used).collect();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        self.text.push('\n');
        self.text.push_str(&line(columns.iter().map(|at| head[*at].to_owned()).collect()));
        self.text.push_str(&format!("|{}\n", "---|".repeat(columns.len())));
        for row in rows {
            let cells = columns.iter().map(|at| row[*at].replace('|', "\\|"));
            self.text.push_str(&line(cells.collect()));
        }
    }

    /// A table of keys.
    pub(super) fn fields(&mut self, fields: &[Field], types: &Types, name: &str) {
        let rows = fields.iter().map(|field| {
            vec![
                format!("`{}`", field.key),
                type_with_links(field.key, types, name),
                default_of(field),
                range_of(field.key).unwrap_or_default(),
                first_sentence(&clean(&field.doc)),
                format!("`{}`", example_of(field.key)),
            ]
        });
        self.table(&["key", "type", "default", "range", "meaning", "example"], rows.collect());
    }

    /// What there is to say of keys beyond a line of a table.
    pub(super) fn details(&mut self, fields: &[Field]) {
        for Field { key, doc, .. } in fields {
            let doc = clean(doc);
            let is_long = blocks(&doc) != [Block::Paragraph(first_sentence(&doc))];
            if !is_long && key.former().is_empty() {
                continue;
            }
            self.heading(3, &format!("`{key}`"));
            self.doc(&doc);
            if !key.former().is_empty() {
                let former = key.former().iter().map(|name| format!("`{name}`"));
                let former = former.collect::<Vec<_>>().join(" and ");
                self.paragraph(&format!("In earlier versions it was called {former}."));
            }
        }
    }

    /// Which keys exclude each other.
    pub(super) fn choices(&mut self, info: &GroupInfo) {
        for choice in info.choices.iter().filter(|choice| choice.by.is_none()) {
            let some = if choice.has_default { "at most" } else { "exactly" };
            self.paragraph(&format!("Of these groups of keys {some} one is written:"));
            self.text.push('\n');
            for form in &choice.forms {
                let keys: Vec<String> = form.keys.iter().map(|key| format!("`{key}`")).collect();
                let item = format!("{}: {}", keys.join(", "), clean(&form.doc()));
                self.text.push_str(&format!("{}\n", wrap(&item, "- ", "  ", WIDTH)));
            }
        }
    }

    /// The sections of the types that a page describes.
    pub(super) fn types(&mut self, types: &Types, name: &str) {
        for known in types.on(name) {
            self.heading(2, &known.name);
            match &known.shape {
                Shape::Table(table) => self.doc(&clean(&table.doc())),
                Shape::Sum(sum) => self.doc(&clean(&sum.doc())),
                _ => {}
            }
            self.type_body(&known.shape, types, name);
        }
    }

    /// What can be written for a type.
    pub(super) fn type_body(&mut self, shape: &Shape, types: &Types, name: &str) {
        match shape {
            Shape::Table(table) => {
                let (fields, info) = (common_fields(table), table.group_info());
                self.fields(&fields, types, name);
                self.choices(&info);
                if let Some(short) = table.short {
                    self.paragraph(&format!("A value alone stands for `{short}`."));
                }
                self.details(&fields);
                for (by, form) in tagged(&info.choices) {
                    self.heading(2, &format!("`{by} = \"{}\"`", form.name));
                    self.doc(&clean(&form.doc()));
                    let fields = fields_of_form(form);
                    if !fields.is_empty() {
                        self.fields(&fields, types, name);
                        self.details(&fields);
                    }
                }
            }
            Shape::Sum(sum) => self.sum(sum, types, name),
            _ => {}
        }
    }

    fn sum(&mut self, sum: &SumInfo, types: &Types, name: &str) {
        let variants = (sum.variants)();
        for literal in literals_of(sum) {
            self.paragraph(&format!("Without a name: {literal}."));
        }
        let is_word = |variant: &&Variant| variant.keys.is_empty();
        let words: Vec<_> = variants.iter().filter(is_word).collect();
        if !words.is_empty() {
            let rows = words.iter().map(|variant| {
                vec![format!("`{}`", variant.name), in_a_line(&clean(&variant.doc()))]
            });
            self.table(&["word", "meaning"], rows.collect());
        }
        let extras = variants.first().map(arguments).unwrap_or_default();
        for variant in variants.iter().filter(|variant| !is_word(variant)) {
            self.heading(3, &form_title(variant));
            self.doc(&clean(&variant.doc()));
            let own = variant.keys.iter().take(variant.positional);
            let own: Vec<Field> = own.map(|key| plain_field(key)).collect();
            if !own.is_empty() {
                self.fields(&own, types, name);
                self.details(&own);
            }
        }
        if !extras.is_empty() {
            self.heading(3, "Arguments of every form");
            self.fields(
                &extras.iter().map(|key| plain_field(key)).collect::<Vec<_>>(),
                types,
                name,
            );
        }
    }
}

fn in_a_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The type of a key, with links to what is described elsewhere.
fn type_with_links(key: &Key, types: &Types, name: &str) -> String {
    let links = types_in(&key.shape());
    let links: Vec<String> = links.iter().filter_map(|shape| types.link(shape, name)).collect();
    if links.is_empty() {
        return type_of(key);
    }
    format!("{} ({})", type_of(key), links.join(", "))
}

/// The head of the section of a form.
fn form_title(variant: &Variant) -> String {
    format!("`{}`", signature(variant))
}

//! Pictures inside a page.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::html::escape;

/// The most bytes of a picture inside a page; a larger one is named and stands beside it.
pub const PICTURE_MAX: usize = 1 << 20;

/// A picture of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Its name, which is that of its files without their endings.
    pub name: String,
    /// What there is to be seen.
    pub title: String,
    /// The picture, as [`svg`](crate::chart::svg) draws it: an item on each line.
    pub svg: String,
    /// The files that have it.
    pub files: Vec<String>,
}

impl Picture {
    /// A picture as it stands in its file; what there is to be seen is its title.
    pub fn new(name: &str, svg: String, files: Vec<String>) -> Self {
        let title = svg.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map_or(String::new(), |(title, _)| unescape(title));
        Self { name: name.to_owned(), title, svg, files }
    }

    pub(super) fn write(&self, drawn: Option<String>, out: &mut String) -> std::fmt::Result {
        let name = escape(&self.name);
        writeln!(out, "<figure id=\"{name}\">")?;
        out.push_str(&self.sheet(drawn));
        write!(out, "<figcaption>{name}:")?;
        for file in &self.files {
            let file = escape(file);
            write!(out, " <a href=\"{file}\">{file}</a>")?;
        }
        writeln!(out, "</figcaption></figure>")
    }

    /// The picture on a sheet that scrolls if it has to, or why it is not there.
    pub(crate) fn sheet(&self, drawn: Option<String>) -> String {
        let name = escape(&self.name);
        match drawn {
            Some(drawn) => format!(
                "<div class=\"sheet\" tabindex=\"0\" role=\"group\" aria-label=\"{name}\">\
                 {drawn}</div>\n"
            ),
            None => format!(
                "<p>{} (too large for this page: {} MB)</p>\n",
                escape(&self.title),
                self.svg.len() >> 20
            ),
        }
    }
}

/// The style that pictures have in common, and what is left of each: all but the style, and letters
/// that another one has defined before. Nothing is left of one that is too large.
pub(crate) fn styles(pictures: &[Picture]) -> (String, Vec<Option<String>>) {
    let (mut styles, mut letters) = (BTreeSet::new(), BTreeSet::new());
    let drawn = pictures.iter().map(|picture| {
        if picture.svg.len() > PICTURE_MAX {
            return None;
        }
        let mut drawn = String::with_capacity(picture.svg.len());
        for line in picture.svg.lines() {
            let style = line.strip_prefix("<style>").and_then(|rest| rest.strip_suffix("</style>"));
            let id = line.strip_prefix("<path id=\"").and_then(|rest| rest.split('"').next());
            match (style, id) {
                (Some(style), _) => drop(styles.insert(style)),
                (None, Some(id)) if !letters.insert(id) => {}
                _ => {
                    drawn.push_str(line);
                    drawn.push('\n');
                }
            }
        }
        Some(drawn)
    });
    let drawn = drawn.collect();
    (styles.into_iter().map(switched).collect(), drawn)
}

/// A style by which a picture follows the system, so that it follows the switch of the page.
fn switched(style: &str) -> String {
    let dark = "@media (prefers-color-scheme:dark){";
    let Some((light, rules)) = style.split_once(dark) else { return format!("{style}\n") };
    let rules = rules.strip_suffix('}').unwrap_or(rules).replace(":root", "&");
    let light = light.trim();
    // Paper is light.
    format!(
        "{light}\n@media screen and (prefers-color-scheme:dark){{\
         :root:not(:has(#light:checked)){{{rules}}}}}\n\
         @media screen{{:root:has(#dark:checked){{{rules}}}}}\n"
    )
}

/// A text of a picture, as it was before it was written.
fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_styles_of_several_pictures_are_on_the_page_once() {
        let drawn = |title: &str| {
            format!(
                "<svg>\n<title>{title}</title>\n<style>@media (prefers-color-scheme:dark)\
                 {{svg [fill=\"#ffffff\"]{{fill:#12151c}}}}</style>\n<defs>\n\
                 <path id=\"r1\" d=\"M0 0\"/>\n</defs>\n<use href=\"#r1\"/>\n</svg>\n"
            )
        };
        let pictures = [drawn("1 &lt; 2 &amp;amp;"), drawn("two")];
        let pictures = pictures.map(|svg| Picture::new("it", svg, Vec::new()));
        assert_eq!(pictures[0].title, "1 < 2 &amp;");
        let (style, drawn) = styles(&pictures);
        let rules = "svg [fill=\"#ffffff\"]{fill:#12151c}";
        let system =
            "@media screen and (prefers-color-scheme:dark){:root:not(:has(#light:checked))";
        assert_eq!(
            style,
            format!(
                "\n{system}{{{rules}}}}}\n@media screen{{:root:has(#dark:checked){{{rules}}}}}\n"
            )
        );
        let letters = |drawn: &Option<String>| drawn.as_ref().map(|d| d.matches("r1\" d=").count());
        assert_eq!(drawn.iter().map(letters).collect::<Vec<_>>(), [Some(1), Some(0)]);
    }
}

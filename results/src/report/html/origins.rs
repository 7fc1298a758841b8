//! Where the figures of a report come from.

use super::super::figures::Figure;
use super::inline::Links;
use super::outline::Entry;
use crate::page::escape;
use crate::table::number;

/// The heading of the section.
pub(super) const HEADING: &str = "Where each figure comes from";

/// A row for each figure that leads back to where it stands, by variant and command.
pub(super) fn origins(links: &Links<'_>, at: &Entry) -> String {
    let mut out =
        "<p>Each figure is a number of <code>summary.csv</code>, which the command of its \
                   variant writes: the row is that of the variant and the measure, and the column \
                   is named here. A difference may be shown the other way round.</p>\n"
            .to_owned();
    for (place, (variant, command)) in groups(links.figures).into_iter().enumerate() {
        let (of, id) = (escape(variant), format!("{}-{}", at.id, place + 1));
        out += &format!(
            "<h3 id=\"{id}\" dir=\"auto\"><span class=\"at\">{}.{}</span> {of}</h3>\n\
             <p>Made again by <code dir=\"ltr\">{}</code></p>\n\
             <div class=\"scroll\" tabindex=\"0\" role=\"region\" \
             aria-label=\"Figures {}.{}: {of}\"><table class=\"from\">\n\
             <caption><span dir=\"auto\">Figures of <bdi>{of}</bdi></span></caption>\n\
             <thead><tr><th scope=\"col\">No.</th><th scope=\"col\">As shown</th>\
             <th scope=\"col\">Measure</th><th scope=\"col\">Column</th>\
             <th scope=\"col\">Value</th></tr></thead>\n<tbody>\n",
            at.number,
            place + 1,
            escape(command),
            at.number,
            place + 1,
        );
        for (place, figure) in links.figures.iter().enumerate() {
            if (figure.variant.as_str(), figure.command.as_str()) == (variant, command) {
                out += &row(links, place + 1, figure);
            }
        }
        out += "</tbody></table></div>\n";
    }
    out
}

/// The variants with their commands, in the order in which they come up.
fn groups(figures: &[Figure]) -> Vec<(&str, &str)> {
    let mut groups = Vec::new();
    for Figure { variant, command, .. } in figures {
        let group = (variant.as_str(), command.as_str());
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

fn row(links: &Links<'_>, place: usize, figure: &Figure) -> String {
    let Figure { shown, measure, column, value, .. } = figure;
    let back = if links.seen.contains(&place) {
        format!("<a href=\"#n{place}\" aria-label=\"Back to figure {place}\">{place}</a>")
    } else {
        place.to_string()
    };
    let (shown, measure, value) = (escape(shown), escape(measure), number(*value));
    format!(
        "<tr id=\"from-{place}\"><th scope=\"row\">{back}</th><td dir=\"ltr\">{shown}</td>\
         <td><code dir=\"ltr\">{measure}</code></td><td>{column}</td>\
         <td><data value=\"{value}\">{value}</data></td></tr>\n"
    )
}

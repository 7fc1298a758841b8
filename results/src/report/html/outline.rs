//! The sections of a report: their numbers, and the list of them.

/// A heading, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// One more than that of the heading it belongs to, at most.
    pub(super) level: u8,
    /// As it is shown: `2.1`.
    pub(super) number: String,
    /// By what it is found: `s2-1`.
    pub(super) id: String,
    /// What it says.
    pub(super) text: String,
}

/// Counts sections.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// How many of each level there are in the section above, from the second level on.
    counts: Vec<usize>,
}

impl Outline {
    /// The place of the next heading. One that would skip a level takes the next below.
    pub(super) fn next(&mut self, level: u8, text: &str) -> Entry {
        let depth = usize::from(level.clamp(2, 6) - 1).min(self.counts.len() + 1);
        self.counts.resize(depth, 0);
        self.counts[depth - 1] += 1;
        let counts: Vec<String> = self.counts.iter().map(ToString::to_string).collect();
        Entry {
            level: u8::try_from(depth + 1).unwrap_or(6),
            number: counts.join("."),
            id: format!("s{}", counts.join("-")),
            text: text.to_owned(),
        }
    }
}

/// The list of sections, those of the third level within those of the second. Its texts are
/// written already.
pub(super) fn contents(entries: &[Entry]) -> String {
    let shown: Vec<&Entry> = entries.iter().filter(|entry| entry.level <= 3).collect();
    if shown.is_empty() {
        return String::new();
    }
    let mut out =
        "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n".to_owned();
    let mut depth = 1;
    for entry in shown {
        let Entry { level, number, id, text } = entry;
        out += match (depth, *level) {
            (1, _) => "<ol>\n",
            (2, 3) => "\n<ol>\n",
            (3, 2) => "</li>\n</ol></li>\n",
            _ => "</li>\n",
        };
        depth = *level;
        out += &format!(
            "<li dir=\"auto\"><a href=\"#{id}\"><span class=\"at\">{number}</span> {text}</a>"
        );
    }
    out += if depth == 3 { "</li>\n</ol></li>\n" } else { "</li>\n" };
    out + "</ol>\n</nav>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_numbered_and_none_skips_a_level() {
        let mut outline = Outline::default();
        let levels = [3, 2, 4, 3, 4, 2, 9, 0];
        let found = levels.map(|level| {
            let Entry { level, number, id, .. } = outline.next(level, "");
            format!("h{level} {number} {id}")
        });
        let expected = [
            "h2 1 s1",
            "h2 2 s2",
            "h3 2.1 s2-1",
            "h3 2.2 s2-2",
            "h4 2.2.1 s2-2-1",
            "h2 3 s3",
            "h3 3.1 s3-1",
            "h2 4 s4",
        ];
        assert_eq!(found, expected);
    }
}

//! What comments beside settings say: where a number is from, or that it is assumed.

use crate::scenario_file::ScenarioFile;

/// What stands behind what no file has said.
pub(crate) const ASSUMED: &str = "assumed";

/// A setting with a comment behind it, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line, counted from 1 on.
    pub line: usize,
    /// The heading of its section, without brackets: `services.github`.
    pub section: String,
    /// The setting as it is written: `latency = "1s"`; nothing where the heading has the comment.
    pub setting: String,
    /// What the comment says.
    pub text: String,
}

impl ScenarioFile {
    /// The comments of a file that stand behind a setting or a heading, or in the lines right above
    /// one that has none behind it, in its order.
    pub fn notes(&self) -> Vec<Note> {
        notes(self.source.own())
    }

    /// Whether the file says that a hypothesis of this text is assumed: behind it, or behind its
    /// heading in the line before it.
    pub fn assumes(&self, hypothesis: &str) -> bool {
        let own = self.source.own();
        let line = own.lines().position(|line| line.contains(hypothesis));
        let line = line.map_or(0, |place| place + 1);
        let is_near = |note: &Note| note.line <= line && line <= note.line + 1;
        let says_so = |note: &Note| note.text == ASSUMED && note.section == "hypotheses";
        self.notes().iter().any(|note| says_so(note) && is_near(note))
    }

    /// How many lines set something.
    pub fn settings(&self) -> usize {
        let mut text = Text::default();
        let is_setting = |line: &&str| {
            let is_within = text.open.is_some();
            let (code, _) = text.parts(line);
            !is_within && !code.starts_with('[') && code.contains('=')
        };
        self.source.own().lines().filter(is_setting).count()
    }
}

fn notes(file: &str) -> Vec<Note> {
    let mut text = Text::default();
    let mut section = String::new();
    let mut above: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for (place, line) in file.lines().enumerate() {
        let (code, comment) = text.parts(line);
        let is_heading = code.starts_with('[') && code.ends_with(']') && !code.contains('=');
        if is_heading {
            code.trim_matches(['[', ']']).trim().clone_into(&mut section);
        }
        let comment = comment.map(|comment| comment.trim_start_matches('#').trim());
        let comment = comment.filter(|comment| !comment.is_empty());
        if code.is_empty() {
            match comment {
                Some(comment) => above.push(comment),
                None => above.clear(),
            }
            continue;
        }
        let begins = is_heading || code.contains('=');
        let of_above = std::mem::take(&mut above);
        let of_above = (begins && !of_above.is_empty()).then(|| of_above.join(" "));
        let Some(told) = comment.map(str::to_owned).or(of_above) else { continue };
        all.push(Note {
            line: place + 1,
            section: section.clone(),
            setting: if is_heading { String::new() } else { in_short(code) },
            text: told,
        });
    }
    all
}

/// A setting without what lines it up with others.
fn in_short(code: &str) -> String {
    let code = code.trim_end_matches(',');
    match code.split_once('=') {
        Some((key, value)) if !key.contains(['{', '[', '"']) => {
            format!("{} = {}", key.trim_end(), value.trim_start())
        }
        _ => code.to_owned(),
    }
}

/// Where a text of several lines is open, by the mark that ends it.
#[derive(Default)]
struct Text {
    open: Option<&'static str>,
}

impl Text {
    /// A line up to its comment, without spaces around it; and the comment, if it has one.
    fn parts<'l>(&mut self, line: &'l str) -> (&'l str, Option<&'l str>) {
        let mut at = 0;
        while at < line.len() {
            let rest = &line[at..];
            if let Some(mark) = self.open {
                if mark.starts_with('"') && rest.starts_with('\\') {
                    at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                } else if rest.starts_with(mark) {
                    self.open = None;
                    at += mark.len();
                } else {
                    at += rest.chars().next().map_or(1, char::len_utf8);
                }
                continue;
            }
            let mark = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| rest.starts_with(mark));
            match mark {
                Some(mark) => {
                    self.open = Some(mark);
                    at += mark.len();
                }
                None if rest.starts_with('#') => return (line[..at].trim(), Some(rest)),
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        // A text in single marks ends with its line.
        self.open = self.open.filter(|mark| mark.len() > 1);
        (line.trim(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::notes;

    #[test]
    fn comments_behind_settings_and_right_above_them_are_found_and_no_others() {
        let file = r##"# about the file

title = "A # in a text" # a title
[services.s] # app.yml:3
latency = "1s"   ## measured in March
about = """
no # comment
latency = 2 # nor this
""" # told
# on its own

errors = { network = 0.1 } #
# from the log
# of March
slots = 4
path = 'C:\' # ends there
quoted   =  "a \" # b" # c
[[faults]]
steps = [
    { call = "s" }, # assumed
]
"##;
        let found: Vec<String> = notes(file)
            .iter()
            .map(|one| format!("{} [{}] {} | {}", one.line, one.section, one.setting, one.text))
            .collect();
        assert_eq!(
            found,
            [
                "3 [] title = \"A # in a text\" | a title",
                "4 [services.s]  | app.yml:3",
                "5 [services.s] latency = \"1s\" | measured in March",
                "9 [services.s] \"\"\" | told",
                "15 [services.s] slots = 4 | from the log of March",
                "16 [services.s] path = 'C:\\' | ends there",
                "17 [services.s] quoted = \"a \\\" # b\" | c",
                "20 [faults] { call = \"s\" } | assumed",
            ]
        );
    }
}

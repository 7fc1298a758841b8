//! Writes a draft as a scenario file, with a comment at each line that says where it comes from.

use core::ops::Range;

use patterns::settings::Node;

use super::draft::{Draft, From, Layer, Left, Line, Service};
use super::lines::Lines;
use super::names::CALLER;
use crate::notes::ASSUMED;
use crate::plain::plain;
use crate::source::Source;
use crate::tree::key;

/// A scenario file, and where its lines come from.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// Lines of the text, in order, and what each comes from.
    origins: Vec<(Range<usize>, From)>,
}

impl Rendered {
    /// What a place of the text comes from: of the last line before it that comes from the other
    /// file.
    pub(crate) fn origin(&self, at: &Range<usize>) -> Option<&From> {
        let next = self.origins.partition_point(|(line, _)| line.start <= at.start);
        next.checked_sub(1).map(|before| &self.origins[before].1)
    }

    /// The place in the other file that a place of the text comes from.
    pub(crate) fn place(&self, at: &Range<usize>) -> Range<usize> {
        let written = self.origin(at).and_then(From::written);
        written.map_or(0..0, |(at, _)| at.clone())
    }
}

pub(crate) fn render(draft: &Draft, source: &Source, format: &str) -> Rendered {
    let lines = Lines::of(source.text());
    let mut writer = Writer { source, lines, text: String::new(), origins: Vec::new() };
    writer.head(draft, format);
    writer.agents(draft);
    for service in &draft.services {
        writer.service(service);
    }
    for policy in &draft.policies {
        for layer in &policy.layers {
            let (name, kind) = (key(&policy.name), layer.kind);
            writer.put(&format!("\n[[policies.{name}]]\n"));
            writer.line(&format!("[policies.{name}.{kind}]"), &layer.from);
            writer.lines(&layer.lines);
        }
    }
    writer.edges(draft);
    writer.fault(draft);
    if !draft.left.is_empty() {
        writer.put("\n# Left out:\n");
        for left in &draft.left {
            let shown = in_a_line(left, &writer.lines, file_name(source));
            writer.put(&format!("#   {shown}\n"));
        }
    }
    Rendered { text: writer.text, origins: writer.origins }
}

/// What was left out, and why, each in a line.
pub(crate) fn shown(left: &[Left], source: &Source) -> Vec<String> {
    let lines = Lines::of(source.text());
    left.iter().map(|left| in_a_line(left, &lines, source.file())).collect()
}

fn in_a_line(left: &Left, lines: &Lines, file: &str) -> String {
    let line = lines.number(&left.at);
    plain(&format!("{file}:{line} {}: {}", left.said, left.why)).into_owned()
}

struct Writer<'a> {
    source: &'a Source,
    lines: Lines,
    text: String,
    origins: Vec<(Range<usize>, From)>,
}

/// The column from which comments stand, where lines are shorter.
const COMMENTS: usize = 44;

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A line, with where it comes from.
    fn line(&mut self, line: &str, from: &From) {
        let comment = match from {
            From::Written(at, said) | From::Entry { key_at: at, said, .. } => {
                let number = self.lines.number(at);
                let start = self.text.len();
                self.origins.push((start..start + line.len(), from.clone()));
                format!("{}:{number} {said}", file_name(self.source))
            }
            From::Default("") => return self.put(&format!("{line}\n")),
            From::Default(why) => (*why).to_owned(),
            From::Assumed => ASSUMED.to_owned(),
        };
        self.put(&format!("{line:COMMENTS$} # {}\n", plain(&comment)));
    }

    fn lines(&mut self, lines: &[Line]) {
        let width = lines.iter().map(|line| line.key.len()).max().unwrap_or(0);
        for Line { key, value, from } in lines {
            self.line(&format!("{key:width$} = {value}"), from);
        }
    }

    fn head(&mut self, draft: &Draft, format: &str) {
        let file = plain(file_name(self.source)).into_owned();
        self.put(&format!(
            "# Made from {file}, which is of the format {format}. Each line says where it comes \
             from.\n# What is marked `{ASSUMED}` no file says: put in what is true for your \
             system.\n\n"
        ));
        let title = Node::word(title(&file, &draft.about));
        self.put(&format!("title   = {title}\n"));
        self.line("horizon = \"1h\"", &From::Assumed);
        self.line("warmup  = \"5min\"", &From::Assumed);
    }

    /// One process that calls all services, with as many calls side by side as there are.
    fn agents(&mut self, draft: &Draft) {
        self.put(&format!("\n[agents.{CALLER}]\n"));
        self.line("arrivals = \"poisson(rate=2/s)\"", &From::Assumed);
        self.line("slots    = \"unlimited\"", &From::Assumed);
        let called: Vec<&Service> = draft.services.iter().filter(|one| one.is_called).collect();
        self.put("steps    = [\n");
        let optional = if called.len() > 1 { ", optional = true" } else { "" };
        for service in called {
            let name = Node::word(&service.name);
            self.line(&format!("    {{ call = {name}{optional} }},"), &From::Assumed);
        }
        self.put("]\n");
    }

    fn service(&mut self, service: &Service) {
        self.put("\n");
        self.line(&format!("[services.{}]", key(&service.name)), &service.from);
        let has = |key: &str| service.lines.iter().any(|line| line.key == key);
        let mut lines = service.lines.clone();
        for (key, value) in [("slots", "unlimited"), ("latency", LATENCY)] {
            if !has(key) {
                let value = Node::word(value);
                lines.push(Line { key: key.to_owned(), value, from: From::Assumed });
            }
        }
        self.lines(&lines);
        if !has("errors") {
            self.line("errors = { network = 0.005 }", &From::Assumed);
        }
    }

    fn edges(&mut self, draft: &Draft) {
        let mut edges = draft.services.iter().filter_map(|service| {
            let policy = service.policy.as_ref()?;
            let edge = Node::word(format!("{CALLER} -> {}", service.name));
            Some(format!("{edge} = {}\n", Node::word(policy)))
        });
        if let Some(first) = edges.next() {
            let edges: String = edges.collect();
            self.put(&format!("\n[edges]\n{first}{edges}"));
        }
    }

    /// An outage of the first service that is called.
    fn fault(&mut self, draft: &Draft) {
        let Some(first) = draft.services.iter().find(|service| service.is_called) else { return };
        let hit = Node::word(first.stands_for.first().unwrap_or(&first.name));
        let policy =
            draft.policies.iter().find(|policy| Some(&policy.name) == first.policy.as_ref());
        let waits = |layer: &Layer| layer.kind == "timeout";
        let hangs = policy.is_some_and(|policy| policy.layers.iter().any(waits));
        let kind = if hangs { "hang" } else { "down" };
        self.put("\n");
        self.line("[[faults]]", &From::Assumed);
        self.put(&format!("hit = {hit}\ndo  = \"{kind}\"\nat  = \"20min\"\nfor = \"5min\"\n\n"));
        self.line("[[hypotheses]]", &From::Assumed);
        self.put(&format!("that = \"agents.{CALLER}.success >= 50%\"\n"));
    }
}

/// The last part of the path of a file.
fn file_name(source: &Source) -> &str {
    let file = source.file();
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// How long services take, of which nothing is known.
const LATENCY: &str = "lognormal(median=200ms, p99=2s)";

/// A title that is not too long.
fn title(file: &str, about: &str) -> String {
    let kept: String = format!("{file}: {about}").chars().take(200).collect();
    // Every character can stand in TOML as it is.
    kept.chars().map(|c| if c.escape_debug().count() == 1 || c == '\'' { c } else { '-' }).collect()
}

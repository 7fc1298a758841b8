//! Why tasks failed: in words, and as a table.

use std::collections::BTreeMap;
use std::io::Write;

use csv::Writer;
use sim::System;
use sim::causes::{Cause, CauseOf, causes, idle_layers};
use sim::measure::Measure;

use crate::table::number;

/// How many failures were made where and how, in a run or in all runs of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes {
    all: Vec<(Cause, f64)>,
    idle: Vec<(String, String)>,
}

impl Causes {
    /// Those of a system, by what was measured of it.
    pub fn of(system: &System, value: impl Fn(&Measure) -> f64) -> Self {
        let all = causes(system).into_iter().map(|cause| {
            let number = value(&cause.measure);
            (cause, number)
        });
        Self { all: all.collect(), idle: idle_layers(system, value) }
    }

    /// A line for each group whose tasks failed, and one for each edge, or policy with layers that
    /// its edges share, on which failures were made: whose, and what.
    pub fn lines(&self) -> Vec<(String, String)> {
        let some = |of: fn(CauseOf) -> bool| {
            self.all.iter().filter(move |(cause, number)| of(cause.of) && 0.0 < *number)
        };
        let mut lines: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, text: String| match lines.iter_mut().find(|l| l.0 == name) {
            Some((_, line)) => *line += &format!(", {text}"),
            None => lines.push((name.to_owned(), text)),
        };
        for (cause, number) in some(|of| of == CauseOf::Tasks) {
            add(&cause.name, format!("{number} {}", cause.what));
        }
        for (Cause { of, name, by, what, .. }, number) in some(|of| of != CauseOf::Tasks) {
            let by = by.as_deref().unwrap_or_default();
            let text = match *of {
                CauseOf::Layers => format!("{number} {what} by {by}"),
                CauseOf::Loops => format!("{number} at the {what} of a {by}"),
                _ => format!("{number} {what} from {by}"),
            };
            add(name, text);
        }
        lines
    }

    /// The layers of which nothing was seen, by whose they are.
    pub fn idle(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut idle: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, kind) in &self.idle {
            idle.entry(name).or_default().push(kind);
        }
        idle
    }

    /// Writes `causes.csv`: one row for each way in which something can have failed.
    ///
    /// - `failed`: what failed: `tasks` of a group as they ended, `loops` that were not over after
    ///   as many passes as they may have, `attempts` as a service or the
    ///   way to it failed them, and `calls` that a layer failed by itself. One task may have many
    ///   failed attempts and calls, also if it ended well in the end;
    /// - `of`: the group, the edge, the policy of a layer that all its edges share, or the budget;
    /// - `by`: the service, the kind of layer, `budget` or `loop`;
    /// - `cause`: the class of failure, or what the layer did;
    /// - `count`, `measure`: how many, and what the number is called in other tables.
    pub fn table<W: Write>(&self, out: W) -> csv::Result<W> {
        let mut out = Writer::from_writer(out);
        out.write_record(["failed", "of", "by", "cause", "count", "measure"])?;
        for (Cause { of, name, by, what, measure }, count) in &self.all {
            let by = by.as_deref().unwrap_or_default();
            out.write_record([failed(*of), name, by, what, &number(*count), measure.path()])?;
        }
        out.into_inner().map_err(|error| error.into_error().into())
    }
}

/// What has failed, in a word.
pub(crate) fn failed(of: CauseOf) -> &'static str {
    match of {
        CauseOf::Tasks => "tasks",
        CauseOf::Loops => "loops",
        CauseOf::Attempts => "attempts",
        CauseOf::Layers => "calls",
    }
}

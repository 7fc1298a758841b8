//! Incidents that were seen, and for how long they would have been.

use sim::System;

use super::mistake::{Mistake, cell};
use super::part::{Part, groups, services};
use super::sheet::{Column, Row, Sheet, Wrong};
use super::when::{self, Clock, When};

/// The row that says from when to when incidents would have been seen.
const WATCHED: &str = "watched";

const COLUMNS: [Column; 3] = [
    Column { name: "part", is_needed: true },
    Column { name: "start", is_needed: true },
    Column { name: "end", is_needed: true },
];

/// What was seen of a part while it was watched.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Watched {
    pub(super) part: Part,
    /// The times between incidents that ended in one, in seconds and in order.
    pub(super) ups: Vec<f64>,
    /// The time in which it was well, in seconds.
    pub(super) up: f64,
    /// How long incidents lasted that ended.
    pub(super) downs: Vec<f64>,
    /// How long one lasted so far that had not ended when watching did.
    pub(super) open: Option<f64>,
}

impl Watched {
    /// The time in incidents, in seconds.
    pub(super) fn down(&self) -> f64 {
        self.downs.iter().sum::<f64>() + self.open.unwrap_or(0.0)
    }
}

/// A row as it was read.
struct Incident {
    part: Part,
    row: u64,
    /// From when to when; nothing of a part that had none.
    times: Option<(f64, Option<f64>)>,
    /// What is written for its times.
    written: [String; 2],
}

/// From when to when parts were watched.
#[derive(Clone, Copy)]
struct Period {
    row: u64,
    from: f64,
    to: f64,
}

/// What rows have said so far.
#[derive(Default)]
struct Seen {
    /// From what times are counted, by the first of them.
    clock: Option<Clock>,
    /// Whether a row says the period, be it right or wrong.
    has_period: bool,
    period: Option<Period>,
    incidents: Vec<Incident>,
}

/// Reads the incidents of a file, by part.
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    system: &System,
) -> Result<Vec<Watched>, Vec<Mistake>> {
    let mut sheet = Sheet::read(file, bytes, &COLUMNS);
    let mut seen = Seen::default();
    sheet.each(|row, wrong| seen.read(row, wrong, system));
    if !seen.has_period && !seen.incidents.is_empty() {
        let expected = "a row `watched,START,END`: from when to when incidents would have been \
                        seen";
        sheet.wrong((None, None), "no row whose part is `watched`", expected);
    }
    // In order of time; a part that had none comes first.
    let start = |one: &Incident| one.times.map_or(f64::NEG_INFINITY, |(start, _)| start);
    seen.incidents.sort_by(|a, b| start(a).total_cmp(&start(b)));
    let mut all: Vec<Watched> = Vec::new();
    if let Some(period) = seen.period {
        for (at, incident) in seen.incidents.iter().enumerate() {
            check(&seen.incidents[..at], incident, period, &mut sheet);
        }
        for incident in &seen.incidents {
            if all.iter().all(|one| one.part != incident.part) {
                let own = seen.incidents.iter().filter(|one| one.part == incident.part);
                all.push(watched(&incident.part, own, period));
            }
        }
    }
    let mistakes = sheet.mistakes();
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
}

impl Seen {
    fn read(&mut self, row: Row<'_>, wrong: &mut Wrong<'_>, system: &System) {
        let written = ["start", "end"].map(|column| row.get(column).to_owned());
        let name = row.get("part");
        if name == WATCHED {
            return self.read_period(row, wrong, &written);
        }
        let part = Part::find(name, system);
        if part.is_none() {
            let known: Vec<&str> =
                groups(system).chain(services(system)).chain([WATCHED]).collect();
            wrong.name("part", name, &known);
        }
        if written.iter().all(String::is_empty) {
            self.add(part, row.number, None, written);
            return;
        }
        let start = self.time("start", &written[0], wrong);
        let end = if written[1].is_empty() {
            Some(None)
        } else {
            self.time("end", &written[1], wrong).map(Some)
        };
        let (Some(start), Some(end)) = (start, end) else { return };
        if end.is_some_and(|end| end <= start) {
            wrong.cell("end", &written[1], "a time after `start`");
            return;
        }
        self.add(part, row.number, Some((start, end)), written);
    }

    fn add(
        &mut self,
        part: Option<Part>,
        row: u64,
        times: Option<(f64, Option<f64>)>,
        written: [String; 2],
    ) {
        self.incidents.extend(part.map(|part| Incident { part, row, times, written }));
    }

    fn read_period(&mut self, row: Row<'_>, wrong: &mut Wrong<'_>, written: &[String; 2]) {
        if self.has_period {
            wrong.told("part", "a second row `watched`".to_owned(), "one", None);
            return;
        }
        self.has_period = true;
        let [from, to] =
            [("start", 0), ("end", 1)].map(|(column, at)| self.time(column, &written[at], wrong));
        let (Some(from), Some(to)) = (from, to) else { return };
        if to <= from {
            wrong.cell("end", &written[1], "a time after `start`");
            return;
        }
        self.period = Some(Period { row: row.number, from, to });
    }

    /// A time; all are counted from the same.
    fn time(&mut self, column: &str, written: &str, wrong: &mut Wrong<'_>) -> Option<f64> {
        let Some(When { clock, secs }) = when::read(written) else {
            wrong.cell(column, written, when::EXPECTED);
            return None;
        };
        let first = *self.clock.get_or_insert(clock);
        if first != clock {
            let expected = format!("{}, as the first time of the file is", first.what());
            wrong.cell(column, written, &expected);
            return None;
        }
        Some(secs)
    }
}

/// Tells what is wrong with an incident, given those that began before.
fn check(before: &[Incident], incident: &Incident, period: Period, sheet: &mut Sheet<'_>) {
    let Some((start, end)) = incident.times else { return };
    let mut wrong = |column: &str, written: &str, expected: &str| {
        sheet.wrong((Some(incident.row), Some(column)), &cell(written), expected);
    };
    let [from, to] = &incident.written;
    let inside = format!("a time within what was watched (row {})", period.row);
    if start < period.from || period.to <= start {
        wrong("start", from, &inside);
    } else if end.is_some_and(|end| period.to < end) {
        wrong("end", to, &format!("{inside}, or nothing if it was still on"));
    }
    let own = before.iter().filter(|one| one.part == incident.part);
    for (other, (_, other_end)) in own.filter_map(|one| Some((one, one.times?))) {
        if other_end.is_none_or(|end| start < end) {
            let expected = format!("a time after the incident of row {} ended", other.row);
            wrong("start", from, &expected);
        }
    }
}

/// What was seen of a part, by its incidents in order of time.
fn watched<'a>(
    part: &Part,
    incidents: impl Iterator<Item = &'a Incident>,
    period: Period,
) -> Watched {
    let mut seen =
        Watched { part: part.clone(), ups: Vec::new(), up: 0.0, downs: Vec::new(), open: None };
    let mut well_since = period.from;
    for (start, end) in incidents.filter_map(|one| one.times) {
        // Of what was on from the beginning nobody knows when it began.
        if period.from < start {
            seen.ups.push(start - well_since);
        }
        well_since = end.unwrap_or(period.to);
        match end {
            Some(end) => seen.downs.push(end - start),
            None => seen.open = Some(period.to - start),
        }
    }
    seen.up = seen.ups.iter().sum::<f64>() + (period.to - well_since);
    seen
}

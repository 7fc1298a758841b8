//! Loads that are given as a list: rates that follow one another, and the times of a trace.

use std::sync::Arc;

use patterns::settings::{Code, Node, Reader, Setting, Shape, Unit, Value};
use patterns::{Duration, Time};

use super::rate::Rate;

/// A rate, and from when on it holds: `1h 50/min`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RateStep {
    from: Duration,
    rate: Rate,
}

impl Setting for RateStep {
    fn shape() -> Shape {
        Shape::Form { what: "a time and a rate", example: "1h 50/min" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let halves = node.text().and_then(|text| text.trim().rsplit_once(' '));
        let Some((from, rate)) = halves else {
            reader.wrong_type(node, "a time and a rate such as `1h 50/min`");
            return None;
        };
        let word = |text: &str| Node { at: node.at.clone(), ..Node::word(text.trim()) };
        let from = Duration::read(&word(from), None, reader);
        let rate = Rate::read(&word(rate), None, reader)?;
        if rate.per_second() < 0.0 {
            let message = format!("{}: a rate must not be below zero", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self { from: from?, rate })
    }

    fn write(&self) -> Node {
        Node::word(format!("{} {}", self.from, self.rate))
    }
}

/// Rates that follow one another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RateSteps(Vec<RateStep>);

impl RateSteps {
    /// The times, each with the rate per second from then on.
    pub(super) fn steps(&self) -> Vec<(Duration, f64)> {
        self.0.iter().map(|step| (step.from, step.rate.per_second())).collect()
    }
}

impl Setting for RateSteps {
    fn shape() -> Shape {
        Shape::List(RateStep::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        read_rising(node, reader, |step: &RateStep| step.from, false).map(Self)
    }

    fn write(&self) -> Node {
        self.0.write()
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        self.0.magnitude()
    }
}

/// How many times a trace may have.
pub(crate) const TIMES_MAX: usize = 100_000;

/// The times at which tasks come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TraceTimes(Arc<[Time]>);

impl TraceTimes {
    /// The times.
    pub(super) fn times(&self) -> Arc<[Time]> {
        Arc::clone(&self.0)
    }
}

impl Setting for TraceTimes {
    fn shape() -> Shape {
        // A file that is named here has been read before.
        Shape::List(TraceTime::shape)
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let times = read_rising(node, reader, |TraceTime(time)| *time, true)?;
        Some(Self(times.into_iter().map(|TraceTime(time)| Time::ZERO + time).collect()))
    }

    fn write(&self) -> Node {
        let times = self.0.iter().map(|time| time.since(Time::ZERO).write());
        Node::unwritten(Value::List(times.collect()))
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.0.len() as f64, Unit::Items))
    }
}

/// One time of a trace.
#[derive(Clone, Copy, Debug)]
struct TraceTime(Duration);

impl Setting for TraceTime {
    fn shape() -> Shape {
        Shape::Form { what: "a length of time or a CSV file", example: "2.5s" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(file) = node.text().filter(|text| is_file(text)) {
            let message = format!(
                "a trace can name the file `{file}` only in `[agents]`, as \
                 `{{ trace = \"{file}\" }}`, and as all that it has"
            );
            reader.mistake(&node.at, Code::Unreadable, message);
            return None;
        }
        if let Some(file) = node.text().filter(|text| looks_like_a_file(text)) {
            let message =
                format!("`{file}` is no length of time, and a file of times ends in `.csv`");
            reader.mistake(&node.at, Code::Unreadable, message).help =
                Some("for example: arrivals = { trace = \"arrivals.csv\" }".to_owned());
            return None;
        }
        Duration::read(node, None, reader).map(Self)
    }

    fn write(&self) -> Node {
        self.0.write()
    }
}

/// Whether a text names a file, and is no time.
pub(crate) fn is_file(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("csv"))
}

/// Whether a text is no time, but may be the name of a file: `log.txt`.
fn looks_like_a_file(text: &str) -> bool {
    let is_ending = |c: char| c.is_alphanumeric() || matches!(c, '"' | '\'');
    text.parse::<Duration>().is_err()
        && text.rsplit_once('.').is_some_and(|(name, ending)| {
            name.contains(char::is_alphabetic)
                && !ending.is_empty()
                && ending.chars().all(is_ending)
        })
}

/// Reads a list in the order of time; may two stand at one time?
fn read_rising<T: Setting>(
    node: &Node,
    reader: &mut Reader<'_>,
    time: impl Fn(&T) -> Duration,
    may_be_equal: bool,
) -> Option<Vec<T>> {
    let Value::List(items) = &node.value else {
        reader.wrong_type(node, "a list");
        return None;
    };
    // Each one is read, so that every mistake is reported.
    let read: Vec<Option<T>> = items.iter().map(|item| T::read(item, None, reader)).collect();
    let mut latest: Option<Duration> = None;
    let mut is_rising = true;
    for (index, (item, value)) in items.iter().zip(&read).enumerate() {
        let Some(at) = value.as_ref().map(&time) else { continue };
        if latest.is_some_and(|latest| at < latest || (at == latest && !may_be_equal)) {
            let earlier = latest.unwrap_or_default();
            let number = index + 1;
            let message = format!(
                "{}: the times must rise, and number {number} ({at}) comes after {earlier}",
                reader.subject()
            );
            reader.mistake(&item.at, Code::OutOfRange, message);
            is_rising = false;
        }
        latest = latest.max(Some(at));
    }
    let read: Option<Vec<T>> = read.into_iter().collect();
    read.filter(|_| is_rising)
}

//! Times of the day and of the week, as people write them: `9-17`, `mon-fri`, `fri 18:00`.

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Shape};

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// From one time of the day to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayHours {
    pub(crate) from: Duration,
    pub(crate) to: Duration,
}

/// Days of the week, from Monday on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) [bool; 7]);

/// A time of the week, after Monday, 0:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begins(pub(crate) Duration);

impl DayHours {
    /// The whole day.
    pub(crate) const ALL: Self = Self { from: Duration::ZERO, to: minutes(24 * 60) };
}

impl Days {
    /// Every day.
    pub(crate) const ALL: Self = Self([true; 7]);
}

impl Begins {
    /// With the week.
    pub(crate) const MONDAY: Self = Self(Duration::ZERO);
}

const fn minutes(number: u64) -> Duration {
    Duration::from_secs(60 * number)
}

/// `9` or `9:30`, up to `24`.
fn time_of_day(text: &str) -> Option<Duration> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let [hour, minute] = [hour, minute].map(|part| part.trim().parse::<u64>().ok());
    let (hour, minute) = hour.zip(minute)?;
    (minute < 60 && 60 * hour + minute <= 24 * 60).then(|| minutes(60 * hour + minute))
}

fn day(text: &str) -> Option<usize> {
    NAMES.iter().position(|name| *name == text.trim())
}

fn shown(time: Duration) -> String {
    let all = time.as_nanos() / minutes(1).as_nanos();
    match (all / 60, all % 60) {
        (hour, 0) => hour.to_string(),
        (hour, minute) => format!("{hour}:{minute:02}"),
    }
}

impl Setting for DayHours {
    fn shape() -> Shape {
        Shape::Form { what: "hours of the day", example: "9-17" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let halves = node.text().and_then(|text| text.split_once('-'));
        let times = halves.and_then(|(from, to)| time_of_day(from).zip(time_of_day(to)));
        let Some((from, to)) = times else {
            reader.wrong_type(node, "hours of the day such as `9-17`, `8:30-18` or `22-6`");
            return None;
        };
        if from == to || from == minutes(24 * 60) {
            let subject = reader.subject();
            let message = format!("{subject} must have some time between, as `9-17` or `0-24`");
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self { from, to })
    }

    fn write(&self) -> Node {
        Node::word(format!("{}-{}", shown(self.from), shown(self.to)))
    }
}

impl Setting for Days {
    fn shape() -> Shape {
        Shape::Form { what: "days of the week", example: "mon-fri" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, "days of the week such as `mon-fri` or `mon, wed, fri`");
            return None;
        };
        let mut days = [false; 7];
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            for name in [first, last].map(str::trim) {
                if day(name).is_none() {
                    let known = NAMES.map(str::to_owned).to_vec();
                    reader.unknown_word(&node.at, "day of the week", name, known);
                    return None;
                }
            }
            let (first, last) = (day(first)?, day(last)?);
            // From Saturday to Monday is over the end of the week.
            let count = (last + 7 - first) % 7;
            (0..=count).for_each(|number| days[(first + number) % 7] = true);
        }
        Some(Self(days))
    }

    fn write(&self) -> Node {
        if *self == Self::ALL {
            return Node::word("mon-sun");
        }
        let names = NAMES.iter().zip(self.0).filter(|(_, is_on)| *is_on);
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        Node::word(names.join(", "))
    }
}

impl Setting for Begins {
    fn shape() -> Shape {
        Shape::Form { what: "a time of the week", example: "mon 0:00" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let time = node.text().and_then(|text| {
            let (name, time) = text.trim().split_once(' ').unwrap_or((text.trim(), "0"));
            Some(minutes(24 * 60 * day(name)? as u64) + time_of_day(time)?)
        });
        if time.is_none() {
            reader.wrong_type(node, "a time of the week such as `mon 0:00` or `fri 18:00`");
        }
        time.map(Self)
    }

    fn write(&self) -> Node {
        let day_long = minutes(24 * 60).as_nanos();
        let (day, time) = (self.0.as_nanos() / day_long, self.0.as_nanos() % day_long);
        let minute = time / minutes(1).as_nanos();
        Node::word(format!("{} {}:{:02}", NAMES[day as usize % 7], minute / 60, minute % 60))
    }
}

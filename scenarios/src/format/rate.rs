//! Rates of arrivals, such as `120/h`.

use patterns::settings::{Code, Node, Reader, Setting, Shape, Unit, Value};

/// How many come in a length of time, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    number: f64,
    per: &'static str,
    /// The length in seconds.
    secs: f64,
}

/// The lengths of time that a rate may be given for, in seconds.
const UNITS: [(&str, f64); 5] =
    [("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86400.0), ("d", 86400.0)];

/// The highest rate per second: more do not come in whole nanoseconds as they should.
const MAX: f64 = 1e6;

impl Rate {
    /// How many come in a second.
    pub(crate) fn per_second(self) -> f64 {
        self.number / self.secs
    }

    /// The rate that a text says.
    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once('/')?;
        let number = number.trim().parse().ok().filter(|number: &f64| number.is_finite())?;
        let (per, secs) = UNITS.into_iter().find(|(name, _)| *name == unit.trim())?;
        Some(Self { number, per, secs })
    }
}

impl Setting for Rate {
    fn shape() -> Shape {
        Shape::Form { what: "a rate", example: "120/h" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(rate) = node.text().and_then(Self::parse) else {
            let expected = "a rate such as `2/s`, `30/min`, `120/h` or `9/day`";
            reader.wrong_type(node, expected);
            return None;
        };
        if rate.per_second() > MAX {
            let message = format!("{} must be at most {MAX}/s, not {rate}", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(rate)
    }

    fn write(&self) -> Node {
        Node::unwritten(Value::Text(self.to_string()))
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        Some((self.per_second(), Unit::Plain))
    }
}

impl core::fmt::Display for Rate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{}", self.number, self.per)
    }
}

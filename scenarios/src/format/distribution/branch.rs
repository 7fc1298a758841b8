//! The branches of hyperexponential distributions, and their shares.

use core::fmt;

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Shape, Share, Value};

use crate::format::halves::halves;

patterns::settings! {
    /// One branch of a hyperexponential distribution.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) struct Branch {
        /// Its share of all, or a weight: a number without `%`.
        share: Weight [.example("\"10%\"")],
        /// The mean of the lengths in it.
        mean: Duration [.example("\"20s\"")],
    }
}

/// One branch of a hyperexponential distribution: its share and its mean, written `90% 1s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BranchText(pub(super) Branch);

impl Setting for BranchText {
    fn shape() -> Shape {
        let text = Shape::Form { what: "a share and a mean", example: "90% 1s" };
        Shape::Either(vec![text, Branch::shape()])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(node.value, Value::Table(_)) {
            return Branch::read(node, None, reader).map(Self);
        }
        let Some([share, mean]) = halves(node).filter(|[_, mean]| mean.text().is_some()) else {
            reader.wrong_type(node, "a share and a mean such as `90% 1s`");
            return None;
        };
        let (share, mean) =
            (Weight::read(&share, None, reader), Duration::read(&mean, None, reader));
        Some(Self(Branch { share: share?, mean: mean? }))
    }

    fn write(&self) -> Node {
        Node::word(format!("{} {}", self.0.share, self.0.mean))
    }
}

/// How much of all one of several gets: a share, `5%`, or a weight, a number alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weight {
    pub(super) value: f64,
    is_share: bool,
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_share {
            write!(f, "{}%", self.value * 100.0)
        } else {
            write!(f, "{}", self.value)
        }
    }
}

/// What is wrong with these together, if something is.
pub(super) fn wrong_weights(all: &[Weight]) -> Option<&'static str> {
    let shares = all.iter().filter(|one| one.is_share).count();
    let total: f64 = all.iter().map(|one| one.value).sum();
    if shares == 0 || all.is_empty() {
        None
    } else if shares < all.len() {
        Some("either all shares, such as `5%`, or all weights, such as `5`")
    } else {
        let adds_up = (total - 1.0).abs() < 1e-9;
        (!adds_up).then_some("shares that add up to 100%, or else weights: numbers without `%`")
    }
}

impl Setting for Weight {
    fn shape() -> Shape {
        Shape::Either(vec![Shape::Share, Shape::Number])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match &node.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => node.text().and_then(|text| text.trim().parse().ok()),
        };
        let (value, is_share) = match number.filter(|number| number.is_finite()) {
            Some(number) => (number, false),
            None => (Share::read(node, None, reader)?.0, true),
        };
        if value <= 0.0 {
            let message = format!("{}: a share must be more than 0", reader.subject());
            reader.mistake(&node.at, Code::OutOfRange, message);
            return None;
        }
        Some(Self { value, is_share })
    }

    fn write(&self) -> Node {
        Node::word(self)
    }
}

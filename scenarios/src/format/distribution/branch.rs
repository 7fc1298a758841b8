//! The branches of hyperexponential distributions, and their shares.

use core::fmt;

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Shape, Share};

/// One branch of a hyperexponential distribution: its share and its mean, written `90% 1s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Branch {
    pub(super) share: Weight,
    pub(super) mean: Duration,
}

impl Setting for Branch {
    fn shape() -> Shape {
        Shape::Form { what: "a share and a mean", example: "90% 1s" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let halves = node.text().and_then(|text| text.trim().split_once(' '));
        let Some((share, mean)) = halves else {
            reader.wrong_type(node, "a share and a mean such as `90% 1s`");
            return None;
        };
        let word = Node { at: node.at.clone(), ..Node::word(mean.trim()) };
        let (share, mean) = (read_share(share, node, reader), Duration::read(&word, None, reader));
        Some(Self { share: share?, mean: mean? })
    }

    fn write(&self) -> Node {
        Node::word(format!("{} {}", self.share, self.mean))
    }
}

/// How much of all one of several gets: a share, `5%`, or a weight, a number alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weight {
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

/// A share of more than nothing, or a weight.
pub(super) fn read_share(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Weight> {
    let number = text.parse().ok().filter(|share: &f64| share.is_finite());
    let word = Node { at: node.at.clone(), ..Node::word(text) };
    let (value, is_share) = match number {
        Some(number) => (number, false),
        None => (Share::read(&word, None, reader)?.0, true),
    };
    if value <= 0.0 {
        let message = format!("{}: a share must be more than 0", reader.subject());
        reader.mistake(&node.at, Code::OutOfRange, message);
        return None;
    }
    Some(Weight { value, is_share })
}

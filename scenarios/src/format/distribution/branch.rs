//! The branches of hyperexponential distributions, and their shares.

use patterns::Duration;
use patterns::settings::{Code, Node, Reader, Setting, Shape, Share};

/// One branch of a hyperexponential distribution: its share and its mean, written `90% 1s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Branch {
    pub(super) share: f64,
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
        Node::word(format!("{}% {}", self.share * 100.0, self.mean))
    }
}

/// A share of more than nothing, or a weight.
pub(super) fn read_share(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<f64> {
    let number = text.parse().ok().filter(|share: &f64| share.is_finite());
    let word = Node { at: node.at.clone(), ..Node::word(text) };
    let share = match number {
        Some(number) => number,
        None => Share::read(&word, None, reader)?.0,
    };
    if share <= 0.0 {
        let message = format!("{}: a share must be more than 0", reader.subject());
        reader.mistake(&node.at, Code::OutOfRange, message);
        return None;
    }
    Some(share)
}

//! Waits drawn from a distribution that is given by its quantiles.

use crate::settings::{Node, Reader, Setting, Shape, Share};
use crate::time::Duration;

/// A share of all waits, and the wait than which they are no longer: `50% 2s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The share, from 0 to 1.
    pub share: f64,
    /// The wait.
    pub wait: Duration,
}

impl Setting for Quantile {
    fn shape() -> Shape {
        Shape::Form { what: "a share and a wait", example: "50% 2s" }
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let halves = node.text().and_then(|text| text.trim().split_once(' '));
        let Some(halves) = halves else {
            reader.wrong_type(node, "a share and a wait such as `50% 2s`");
            return None;
        };
        let word = |text: &str| Node { at: node.at.clone(), ..Node::word(text.trim()) };
        let share = Share::read(&word(halves.0), None, reader);
        let wait = Duration::read(&word(halves.1), None, reader);
        Some(Self { share: share?.0, wait: wait? })
    }

    fn write(&self) -> Node {
        Node::word(format!("{}% {}", self.share * 100.0, self.wait))
    }
}

/// What such points must be, if they are not.
pub(super) fn check(points: &[Quantile]) -> Result<(), &'static str> {
    let ends = [points.first(), points.last()].map(|end| end.map(|end| end.share));
    if ends != [Some(0.0), Some(1.0)] {
        return Err("given from 0% to 100%");
    }
    let rises = |one: &Quantile, next: &Quantile| one.share < next.share && one.wait <= next.wait;
    if points.is_sorted_by(rises) { Ok(()) } else { Err("in rising order") }
}

/// The wait that a uniform draw stands for, with straight lines between the points.
pub(super) fn wait(points: &[Quantile], draw: f64) -> Duration {
    let next = points.partition_point(|point| point.share <= draw).min(points.len() - 1);
    let [low, high] = [points[next - 1], points[next]];
    let part = (draw - low.share) / (high.share - low.share);
    (low.wait + (high.wait - low.wait).scale(part)).min(high.wait)
}

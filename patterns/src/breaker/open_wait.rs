//! How long a circuit breaker stays open.

use crate::backoff::{self, Curve};
use crate::invalid::Findings;
use crate::settings::{
    Entry, Fields, Node, Reader, Setting, Shape, Sum, SumInfo, Unit, Variant, read_sum, write_sum,
};
use crate::time::Duration;

/// How long a breaker stays open: a length of time, or waits that differ each time it opens again
/// without having closed: `growing(30s, factor=2, cap=5min, jitter=full)`, or any backoff.
///
/// A wait that is drawn as zero ends at once.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenWait(pub backoff::Settings);

/// What [`OpenWait`] calls an exponential wait, beside that name.
const GROWING: &str = "growing";

impl From<Duration> for OpenWait {
    fn from(wait: Duration) -> Self {
        Self(backoff::Settings::constant(wait))
    }
}

impl From<backoff::Settings> for OpenWait {
    fn from(waits: backoff::Settings) -> Self {
        Self(waits)
    }
}

impl OpenWait {
    /// The wait, if it is always the same.
    pub const fn constant(&self) -> Option<Duration> {
        match (&self.0.curve, self.0.cap, self.0.jitter) {
            (Curve::Constant(wait), None, backoff::Jitter::None) => Some(*wait),
            _ => None,
        }
    }
}

impl Sum for OpenWait {
    fn variants() -> Vec<Variant> {
        let mut variants = backoff::Settings::variants();
        let growing = Variant {
            name: GROWING.to_owned(),
            doc: &[" Longer each time that it opens again: another name for `exponential`."],
            ..variants[exponential()].clone()
        };
        variants.push(growing);
        variants
    }

    fn literals() -> Vec<Shape> {
        backoff::Settings::literals()
    }

    fn read_variant(
        index: usize,
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let is_growing = index == backoff::Settings::variants().len();
        let index = if is_growing { exponential() } else { index };
        let base = base.map(|base| &base.0);
        backoff::Settings::read_variant(index, fields, base, reader).map(Self)
    }

    fn read_literal(
        node: &Node,
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let base = base.map(|base| &base.0);
        backoff::Settings::read_literal(node, fields, base, reader).map(Self)
    }

    fn index(&self) -> usize {
        self.0.index()
    }

    fn write_arguments(&self, out: &mut Vec<Entry>) {
        self.0.write_arguments(out);
    }

    fn check_arguments(&self, found: &mut Findings) {
        self.0.check_arguments(found);
    }
}

/// The place of the exponential wait among the forms of a backoff.
fn exponential() -> usize {
    let variants = backoff::Settings::variants();
    variants.iter().position(|variant| variant.name == "exponential").unwrap_or(0)
}

impl Setting for OpenWait {
    fn shape() -> Shape {
        Shape::Sum(SumInfo {
            path: concat!(module_path!(), "::OpenWait"),
            doc: &[
                " How long a breaker stays open: a length of time, or waits that differ each time",
                " it opens again without having closed.",
            ],
            variants: Self::variants,
            literals: Self::literals,
        })
    }

    fn read(node: &Node, base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        read_sum(node, base, reader)
    }

    fn write(&self) -> Node {
        self.constant().map_or_else(|| write_sum(self), |wait| wait.write())
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        self.constant()?.magnitude()
    }

    fn check(&self, found: &mut Findings) {
        self.check_arguments(found);
    }
}

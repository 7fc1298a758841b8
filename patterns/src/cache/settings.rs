//! What a cache can be set to.

use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Fields, Node, Reader, Setting, Shape, Unit};
use crate::time::Duration;

settings! {
    /// Keeps good answers for a while, and gives them again to calls that ask for the same. Only
    /// steps with `keys` ask for the same more than once.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How long an answer is fresh, and given again without asking. As long as answers stay
        /// true for; `unlimited` for those that do for ever.
        ttl: Duration [.above(0.0).unlimited().example("\"5min\"")],
        /// Where that time begins.
        counts_from: CountsFrom = CountsFrom::Stored,
        /// How many answers are kept.
        capacity: u32 [.at_least(1.0).unlimited()] = 1000,
        /// Which answer goes when another key needs its place.
        eviction: Eviction = Eviction::Lru,
        /// For how long after `ttl` an old answer may stand in for a failure, as a degraded one
        /// (RFC 5861, section 4).
        stale_if_error: Option<Lasting> [.above(0.0).unlimited().example("\"1h\"")] = None,
        /// The classes of failure for which an old answer stands in.
        stale_on: Classes [.at_least(1.0)] = Classes::ALL,
        /// For how long failures are given again, too, without asking. Whatever a failure says
        /// about when to come again grows less meanwhile. (failsafe-go's `CacheIf` can say so; DNS
        /// does it, RFC 2308.)
        negative: Option<Lasting> [.above(0.0).unlimited().example("\"5s\"")] = None,
        /// The classes of failure that are given again.
        negative_on: Classes [.at_least(1.0)] = INVALID,
        /// What becomes of a good answer that comes after its call was given up.
        late: LateResults = LateResults::Drop,
    }
    short "ttl";
    warns without_effect;
}

settings! {
    /// Where the lifetime of an answer begins (Polly v7: `AbsoluteTtl` and `RelativeTtl`,
    /// `SlidingTtl`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CountsFrom {
        /// When it came.
        Stored,
        /// When it was given last: one that is asked for often enough never ends. A failure that
        /// is kept ends all the same, or it would hide for ever that the callee is well again.
        LastUse,
    }
}

settings! {
    /// Which answer goes when the cache is full and another key needs a place. All three are
    /// constant in time. An answer that is past its lifetime keeps its place until it is looked
    /// for or evicted, as in most caches. tower-resilience has all three.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Eviction {
        /// The one that was used least recently: stored, given again, or standing in for a
        /// failure.
        Lru,
        /// The one that was stored first.
        Fifo,
        /// The one that was used least often, since its key has a place here; among equals, the
        /// one that has been used as often for longest.
        Lfu,
    }
}

settings! {
    /// What becomes of a good answer that comes after its call was given up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LateResults {
        /// Nothing.
        Drop,
        /// It is kept, and the next call that asks for the same has it. It comes from the callee
        /// as it is, whatever the layers between would have made of it.
        Keep,
    }
}

/// How long something is done that need not be done at all. [`Duration::MAX`] is "unlimited".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting(pub Duration);

impl Setting for Lasting {
    fn shape() -> Shape {
        Duration::shape()
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        Duration::read(node, None, reader).map(Self)
    }

    fn write(&self) -> Node {
        self.0.write()
    }

    fn magnitude(&self) -> Option<(f64, Unit)> {
        self.0.magnitude()
    }

    fn unlimited() -> Option<Self> {
        Some(Self(Duration::MAX))
    }
}

/// What asking again need not help against.
const INVALID: Classes = Classes::NONE.with(Class::Validation);

impl Settings {
    /// A thousand answers that are fresh for this long, and nothing for failures.
    pub const fn of(ttl: Duration) -> Self {
        Self {
            ttl,
            counts_from: CountsFrom::Stored,
            capacity: 1000,
            eviction: Eviction::Lru,
            stale_if_error: None,
            stale_on: Classes::ALL,
            negative: None,
            negative_on: INVALID,
            late: LateResults::Drop,
        }
    }
}

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let Settings { ttl, capacity, .. } = *settings;
    for (key, has_effect, why) in [
        ("stale-on", settings.stale_if_error.is_some(), "without `stale-if-error`"),
        ("negative-on", settings.negative.is_some(), "without `negative`"),
        ("counts-from", ttl < Duration::MAX, "since `ttl` never ends"),
        ("eviction", capacity < u32::MAX, "since nothing needs a place"),
    ] {
        if !has_effect && fields.node(key).is_some() {
            reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect {why}"));
        }
    }
}

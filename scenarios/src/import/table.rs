//! What a format can say, as data: one row for each of its keys. Import, export and the page of the
//! reference go by these tables.

use super::limits::Limits;
use super::unit::Unit;

/// A key of another world.
#[derive(Debug)]
pub(crate) struct Row {
    /// The key there, below its section; with dots where tables stand in one another.
    pub(crate) theirs: &'static str,
    /// The key here, below the layer; empty if there is none.
    pub(crate) ours: &'static str,
    /// How the one becomes the other.
    pub(crate) unit: Unit,
    /// What the library takes for it.
    pub(crate) limits: Limits,
    /// What else there is to know: why it is left out, or what it is said together with.
    pub(crate) note: &'static str,
}

impl Row {
    /// A key that has its like here.
    pub(crate) const fn of(theirs: &'static str, ours: &'static str, unit: Unit) -> Self {
        Self { theirs, ours, unit, limits: Limits::OF_UNIT, note: "" }
    }

    /// A key that says something together with others.
    pub(crate) const fn with(theirs: &'static str, ours: &'static str, note: &'static str) -> Self {
        Self { note, ..Self::of(theirs, ours, Unit::Together) }
    }

    /// A key that has no like here, and why.
    pub(crate) const fn out(theirs: &'static str, note: &'static str) -> Self {
        Self { note, ..Self::of(theirs, "", Unit::Nothing) }
    }

    /// Whether it says something of its own here.
    pub(crate) const fn speaks(&self) -> bool {
        !matches!(self.unit, Unit::Together | Unit::Nothing)
    }

    pub(crate) const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// No less is taken; of a length of time in seconds.
    pub(crate) const fn at_least(self, least: f64) -> Self {
        Self { limits: self.limits.least(least, true), ..self }
    }

    /// Neither it nor less is taken.
    pub(crate) const fn more_than(self, least: f64) -> Self {
        Self { limits: self.limits.least(least, false), ..self }
    }

    /// No more is taken.
    pub(crate) const fn at_most(self, most: f64) -> Self {
        Self { limits: self.limits.most(most, true), ..self }
    }

    /// Neither it nor more is taken.
    pub(crate) const fn less_than(self, most: f64) -> Self {
        Self { limits: self.limits.most(most, false), ..self }
    }
}

/// A section of a format: what one layer is made from.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where it stands there.
    pub(crate) place: &'static str,
    /// The kind of layer.
    pub(crate) layer: &'static str,
    /// The library whose rules the layer takes; empty for none.
    pub(crate) like: &'static str,
    /// Its keys.
    pub(crate) rows: &'static [Row],
}

/// A format.
#[derive(Debug)]
pub(crate) struct Format {
    /// Its name, as `--from` and `--to` take it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// How its layers lie around a call, the outermost first.
    pub(crate) order: &'static str,
    /// Where all that is written.
    pub(crate) source: &'static str,
    /// Whether upper and lower case, `-` and `_` play no part in keys.
    pub(crate) relaxed: bool,
    /// Its sections.
    pub(crate) sections: &'static [&'static Section],
}

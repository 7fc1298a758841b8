//! A part of a scenario as it was written.

use std::ops::Range;

/// Something that was written at a place, and what it says if it can be read.
pub(super) struct Part<T> {
    pub(super) name: String,
    pub(super) at: Range<usize>,
    pub(super) read: Option<T>,
    /// Whether there is nothing to say of it.
    pub(super) is_faultless: bool,
}

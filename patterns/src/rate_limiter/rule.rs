//! What all kinds of limit have in common.

/// One kind of limit. Times are nanoseconds, and `now` never decreases.
///
/// Most keep their state as of the last grant, which may lie ahead, and look no earlier than that:
/// so what is reserved is never overtaken.
pub(super) trait Rule {
    /// When that many permits can be had first; none if waiting alone does not bring them.
    ///
    /// May bring the state up to date, and changes nothing else.
    fn earliest(&mut self, now: u64, permits: u32) -> Option<u64>;

    /// Takes permits at the time that `earliest` gave.
    fn take(&mut self, now: u64, at: u64, permits: u32);

    /// Puts back what was taken last.
    fn untake(&mut self, permits: u32);
}

/// The nearest time there is.
pub(super) fn clipped(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

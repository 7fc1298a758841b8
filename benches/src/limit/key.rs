//! Pending events of the loops: time, order and what happens in one number.

use patterns::Duration;
use sim::kernel::RngStream;

/// An event packed into a key: time in the high 64 bits, then a serial number, then what happens.
pub(super) fn key(at: u64, serial: &mut u64, what: u32) -> u128 {
    *serial += 1;
    u128::from(at) << 64 | u128::from(*serial) << 26 | u128::from(what)
}

pub(super) fn time(key: u128) -> u64 {
    (key >> 64) as u64
}

/// Which of all events it is.
pub(super) fn serial(key: u128) -> u64 {
    key as u64 >> 26
}

pub(super) fn what(key: u128) -> u32 {
    key as u32 & ((1 << 26) - 1)
}

pub(super) fn exponential(stream: &mut RngStream, mean: Duration) -> u64 {
    mean.scale(stream.exponential()).as_nanos()
}

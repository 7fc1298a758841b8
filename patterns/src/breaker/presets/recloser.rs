//! recloser.

use super::plain::plain;
use crate::breaker::half_open::{Close, Permits};
use crate::breaker::open_wait::OpenWait;
use crate::breaker::settings::{Boundary, Evaluate, OnCancel, Settings};
use crate::breaker::trip::Trip;
use crate::breaker::window::Window;
use crate::settings;
use crate::settings::Like;
use crate::time::Duration;

settings! {
    /// recloser (Rust): `recloser.rs`, `ring_buffer.rs`. A future that is dropped reports nothing.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Recloser {
        /// `error_rate`, of the closed and of the half-open state.
        rate: f64 [.share().above(0.0)] = 0.5,
        /// `error_rate_half_open`; if it is not set, as `rate`.
        probe_rate: Option<f64> [.share()] = None,
        /// `closed_len`: how many results are looked at. It must be full before a further one is
        /// judged.
        window: u32 [.at_least(1.0).at_most(1_000_000.0)] = 100,
        /// `half_open_len`: how many probes are looked at; the same holds.
        probes: u32 [.at_least(1.0).at_most(1_000_000.0)] = 10,
        /// `open_wait`, with `open_wait_strategy` if it grows.
        open: OpenWait [.above(0.0)] = OpenWait::from(Duration::from_secs(30)),
    }
}

impl Like<Settings> for Recloser {
    fn settings(&self) -> Settings {
        let trip = Trip::rate(self.rate, Window::Calls(self.window)).at_min_calls(self.window + 1);
        plain(trip, self.open.clone()).with(|settings| {
            settings.evaluate = Evaluate::EveryResult;
            settings.boundary = Boundary::Refuses;
            settings.half_open.permits = Permits::Concurrent(u32::MAX);
            settings.half_open.close = Close::Latest {
                latest_probes: self.probes,
                probe_rate: self.probe_rate.unwrap_or(self.rate),
            };
            settings.on_cancel = OnCancel::Forget;
        })
    }
}

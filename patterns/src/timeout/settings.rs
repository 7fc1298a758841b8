//! What a timeout can be set to.

use crate::settings;
use crate::settings::{Fields, Reader};
use crate::time::Duration;

settings! {
    /// Stops waiting for an answer after a while; the call then fails as `timeout`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// How long an answer may take. Common clients wait 10 s to 10 min.
        limit: Duration [.above(0.0).unlimited().example("\"30s\"")],
        /// Whether layers and callees below know the deadline (gRPC's deadlines). They are then
        /// free to respect it, as `deadline` and `retry` do. Most clients send no deadline.
        propagates: bool = false,
    }
    short "limit";
    warns without_effect;
}

fn without_effect(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    if settings.limit == Duration::MAX {
        let message = "a timeout without a limit has no effect";
        let at = fields.place_of("limit");
        reader.no_effect(&at, message).help = Some("write `off` to leave it out".to_owned());
    }
}

impl Settings {
    /// This limit, of which nothing below knows.
    pub const fn of(limit: Duration) -> Self {
        Self { limit, propagates: false }
    }
}

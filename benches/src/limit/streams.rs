//! The random streams of the loops, by the names that the engine has for them.

use sim::kernel::{RngStream, RngStreams, StreamName};

/// Where the random numbers of one client, or of all, come from.
pub(super) struct Streams {
    pub(super) think: RngStream,
    pub(super) work: RngStream,
    pub(super) errors: RngStream,
    pub(super) jitter: RngStream,
}

impl Streams {
    pub(super) fn of(seed: u64, client: u64) -> Self {
        let of = |purpose| StreamName::of(purpose).text("agent").text("clients").number(client);
        let of_edge = |purpose| of(purpose).text("shop");
        let streams = RngStreams::new(seed);
        Self {
            think: streams.stream(of("arrivals")),
            work: streams.stream(of_edge("demand")),
            errors: streams.stream(of_edge("errors")),
            jitter: streams.stream(of_edge("layer").text("retry")),
        }
    }
}

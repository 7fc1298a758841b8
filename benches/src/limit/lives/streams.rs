//! The random streams of W4, by the names that the engine has for them.

use sim::kernel::{RngStream, RngStreams, StreamName};

use super::settings::{FAULTS, GROUPS, OF_GROUP, SERVICES};

/// Where the random numbers of one agent come from.
pub(super) struct AgentStreams {
    pub(super) think: RngStream,
    pub(super) work: RngStream,
    pub(super) process: RngStream,
    pub(super) tokens: RngStream,
    /// By service.
    pub(super) calls: [CallStreams; SERVICES.len()],
}

/// Where those of its calls of one service do.
pub(super) struct CallStreams {
    pub(super) work: RngStream,
    pub(super) errors: RngStream,
    pub(super) by_faults: RngStream,
}

impl AgentStreams {
    pub(super) fn of(seed: u64, agent: usize) -> Self {
        let (group, number) = (GROUPS[agent / OF_GROUP], (agent % OF_GROUP) as u64);
        let streams = RngStreams::new(seed);
        let name = |purpose| StreamName::of(purpose).text("agent").text(group).number(number);
        let stream = |purpose| streams.stream(name(purpose));
        Self {
            think: stream("arrivals"),
            work: stream("work"),
            process: stream("process"),
            tokens: stream("tokens"),
            calls: SERVICES.map(|service| CallStreams {
                work: streams.stream(name("demand").text(service)),
                errors: streams.stream(name("errors").text(service)),
                by_faults: streams.stream(name("errors by faults").text(service)),
            }),
        }
    }
}

/// By fault, its stream, and what makes its draws its own.
pub(super) fn of_faults(seed: u64) -> [(RngStream, u64); FAULTS.len()] {
    FAULTS.map(|(name, ..)| {
        let name = StreamName::of("fault").text(name);
        (RngStreams::new(seed).stream(name), name.hash())
    })
}

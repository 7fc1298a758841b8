//! What the agents, services and faults of W4 are, as the loop by hand has them.

use patterns::{Class, Duration, Outcome};
use sim::kernel::Distribution;

pub(super) const AGENTS: usize = 20;
/// Those who look things up come first, then those who write.
pub(super) const OF_GROUP: usize = 10;
/// Groups of agents.
pub const GROUPS: [&str; 2] = ["research", "write"];
pub(super) const WRITE: usize = 1;

pub(super) const LLM: usize = 0;
const SEARCH: usize = 1;
const WEB: usize = 2;
const FILES: usize = 3;
const DATABASE: usize = 4;
pub(super) const MAIL: usize = 5;
/// Services, in the order in which the loop has them.
pub const SERVICES: [&str; 6] = ["llm", "search", "web", "files", "database", "mail"];

/// By group, the service that each step calls; none for own work.
pub(super) const PROGRAMS: [&[Option<usize>]; 2] = [
    &[Some(LLM), Some(SEARCH), Some(WEB), Some(FILES), None, Some(LLM)],
    &[Some(LLM), Some(DATABASE), Some(LLM), Some(MAIL)],
];

pub(super) const THINK: Duration = Duration::from_secs(20);
pub(super) const WORK: Duration = Duration::from_secs(5);
/// A checkpoint comes after so many steps.
pub(super) const STEPS: u8 = 2;
pub(super) const SAVING: u64 = Duration::from_millis(200).as_nanos();
pub(super) const RESTORING: u64 = Duration::from_secs(1).as_nanos();
/// How long after a crash an agent is started again, and how long it starts.
pub(super) const RESTART_AFTER: u64 = Duration::from_secs(5).as_nanos();
pub(super) const STARTS_IN: u64 = Duration::from_millis(200).as_nanos();
pub(super) const TRIES: u8 = 4;
pub(super) const CRASH_EACH: Duration = Duration::from_secs(1800);

/// In billionths of a dollar, of a call and of a token.
pub(super) const PRICE: [u64; 2] = [1_000_000, 6_000];

/// A service: its slots, and how a request ends of itself.
pub(super) struct Settings {
    pub(super) latency: Distribution,
    pub(super) slots: u32,
    /// It ends in the first way whose number is above its draw.
    pub(super) endings: &'static [(Outcome, f64)],
    /// Whether a fault fails a share of requests.
    pub(super) has_errors: bool,
}

/// All services.
pub(super) fn services() -> [Settings; SERVICES.len()] {
    const NETWORK: Outcome = Outcome::failed(Class::Network);
    const LLM_ENDINGS: &[(Outcome, f64)] =
        &[(Outcome::failed(Class::Overload), 0.005), (Outcome::failed(Class::RateLimit), 0.01)];
    let skewed = |median, p99| {
        let [median, p99] = [median, p99].map(Duration::from_millis);
        Distribution::lognormal_p99(median, p99).expect("a median below the quantile")
    };
    let short = |mean| Distribution::exponential(Duration::from_millis(mean)).expect("not zero");
    let of = |latency, endings| Settings { latency, slots: u32::MAX, endings, has_errors: false };
    [
        Settings { slots: 8, has_errors: true, ..of(skewed(2_000, 12_000), LLM_ENDINGS) },
        of(skewed(400, 3_000), &[(NETWORK, 0.01)]),
        Settings { has_errors: true, ..of(skewed(1_000, 6_000), &[(NETWORK, 0.03)]) },
        of(Distribution::constant(Duration::from_millis(20)), &[]),
        Settings { slots: 2, has_errors: true, ..of(short(50), &[]) },
        of(short(200), &[]),
    ]
}

/// The tokens of a call of the LLM, a nanosecond for each.
pub(super) fn tokens() -> Distribution {
    let [median, p90] = [2_000, 5_000].map(Duration::from_nanos);
    Distribution::lognormal_p90(median, p90).expect("a median below the quantile")
}

/// What a fault does while it is on.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// A share of the requests to a service fails.
    Errors(usize, f64, Class),
    /// A service is not there.
    Down(usize),
    /// Each agent crashes now and then.
    CrashEach,
    /// All who write crash at once.
    CrashAll,
}

/// A fault: its name, what it does, and how many minutes it is off and on, on average.
pub(super) type Fault = (&'static str, Effect, [u64; 2]);

pub(super) const FAULTS: [Fault; 10] = [
    ("llm-errors", Effect::Errors(LLM, 0.3, Class::Overload), [240, 10]),
    ("llm-down", Effect::Down(LLM), [720, 2]),
    ("search-down", Effect::Down(SEARCH), [360, 2]),
    ("web-down", Effect::Down(WEB), [240, 5]),
    ("web-errors", Effect::Errors(WEB, 0.3, Class::Network), [240, 10]),
    ("files-down", Effect::Down(FILES), [480, 1]),
    ("database-errors", Effect::Errors(DATABASE, 0.2, Class::Overload), [240, 10]),
    ("mail-down", Effect::Down(MAIL), [240, 10]),
    ("crashes", Effect::CrashEach, [0, 0]),
    ("write-crashes", Effect::CrashAll, [360, 0]),
];

//! What outlier ejection can be set to.

use super::rules::{Consecutive, Ema, FailurePercentage, SplitLocal, SuccessRate};
use crate::invalid::Findings;
use crate::outcome::{Class, Classes};
use crate::settings;
use crate::settings::{Auto, Fields, Reader};
use crate::time::Duration;

settings! {
    /// Leaves out hosts that do worse than they should, for a while. Without any rule, five errors
    /// in a row are too many.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// The classes of failure that are errors of the host. A class that is neither here nor in
        /// `ignore` is a success: the host did answer.
        errors: Classes [.at_least(1.0)] = ERRORS,
        /// Those of the errors that are gateway failures: what a proxy answers by 502, 503 and
        /// 504.
        gateway: Classes = GATEWAY,
        /// The classes that say nothing of the host, even if they are in another set.
        ignore: Classes [.was(&["ignored"])] = IGNORED,
        /// Errors in a row, gateway failures or not (Envoy `consecutive_5xx`: 5). `auto` is 5 if
        /// there is no other rule, else off.
        consecutive: Auto<Option<Consecutive>> = Auto::Auto,
        /// Gateway failures in a row; another error ends the row (Envoy
        /// `consecutive_gateway_failure`: 5, enforced 0 %).
        consecutive_gateway: Option<Consecutive> = None,
        /// Whether failures on the way to the host are counted apart from errors of the host, and
        /// what follows on them.
        split_local: Option<SplitLocal> = None,
        /// A success rate far below that of the other hosts.
        success_rate: Option<SuccessRate> = None,
        /// A share of failures, whatever the other hosts do.
        failure_percentage: Option<FailurePercentage> = None,
        /// A success rate that fades with age (Finagle).
        ema: Option<Ema> = None,
        /// How long the calls are counted that `success-rate` and `failure-percentage` look at,
        /// and how long a host must be healthy for its multiplier to shrink by one (Envoy and
        /// gRPC: 10 s).
        interval: Duration [.above(0.0)] = Duration::from_secs(10),
        /// The length of a first ejection (Envoy and gRPC: 30 s).
        base_ejection_time: Duration [.above(0.0)] = Duration::from_secs(30),
        /// The longest ejection, before jitter; no shorter than the first. `auto` is 300 s, or the
        /// first if that is longer (Envoy and gRPC).
        max_ejection_time: Auto<Duration> = Auto::Auto,
        /// How much longer an ejection may be by chance; each length up to this is as likely
        /// (Envoy `max_ejection_time_jitter`: 0).
        ejection_jitter: Duration = Duration::ZERO,
        /// How ejections grow when a host is ejected again.
        growth: Growth = Growth::Linear,
        /// How an ejected host comes back.
        back: Back = Back::AtInterval,
        /// Whether an ejection is over at exactly its end.
        ejection_end: EjectionEnd = EjectionEnd::Returns,
        /// The share of all hosts that may be ejected, in percent (Envoy and gRPC: 10).
        max_ejection_percent: u8 [.at_most(100.0)] = 50,
        /// What is compared with that share.
        cap_reading: CapReading = CapReading::After,
        /// Whether one host may be ejected whatever the share (Envoy `always_eject_one_host`).
        always_eject_one: bool = false,
    }
    none ["off"];
    rules rules;
    warns warns;
    like presets;
}

/// The classes that usually are errors: the host could not be reached, did not answer in time, or
/// has too much to do.
pub const ERRORS: Classes =
    Classes::NONE.with(Class::Network).with(Class::Timeout).with(Class::Overload);

/// The classes that usually are gateway failures: what a proxy answers by 502, 503 and 504.
pub const GATEWAY: Classes = ERRORS;

/// The classes that usually say nothing of the host: it never saw the call.
pub const IGNORED: Classes =
    Classes::NONE.with(Class::BreakerOpen).with(Class::BulkheadFull).with(Class::Rejected);

settings! {
    /// How ejections grow with the multiplier: the number of ejections, less one for each interval
    /// in which the host was healthy.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Growth {
        /// `base · multiplier`. The multiplier stops one past what the longest ejection needs, so
        /// that it can shrink again (Envoy).
        Linear,
        /// `base · multiplier`, with a multiplier that never stops (gRPC A50).
        LinearUnbounded,
        /// `base · factor^(multiplier − 1)`; the multiplier stops at the longest ejection (Finagle
        /// and Linkerd, with the factor 2).
        Exponential {
            /// How many times as long each ejection is as the one before.
            factor: f64 [.at_least(1.0)] = 2.0,
        },
    }
}

settings! {
    /// How an ejected host comes back.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Back {
        /// At the first end of an interval that finds its ejection over, before the rules look at
        /// that interval (Envoy).
        AtInterval,
        /// At the same time, but after the rules: until then it is found by none, and counts for
        /// the cap (gRPC A50).
        AfterInterval,
        /// At the end of its ejection (tower-resilience).
        AtEnd,
        /// At the end of its ejection it may be sent one call, and the next result decides: a
        /// success brings it back and forgets its multiplier, an error ejects it again (Finagle).
        ByProbe,
    }
}

settings! {
    /// Whether an ejection is over at exactly its end.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EjectionEnd {
        /// Yes (Envoy).
        Returns,
        /// No: gRPC A50 lets a host back when the time is after the end. As it ejects at the ends
        /// of intervals, a host ejected for three of them stays out for four.
        Stays,
    }
}

settings! {
    /// What is compared with the share of hosts that may be ejected.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CapReading {
        /// The share with one host more, which must not be above it (Envoy). It is never overshot.
        After,
        /// The share without that host, which must be below it (the gRPC libraries). It may be
        /// overshot by less than one host.
        Before,
        /// The share without that host, which must not be above it (the text of gRPC A50). It may
        /// be overshot by one host.
        BeforeOrAt,
    }
}

impl Settings {
    /// Ejects after this many errors in a row: Envoy's times, and half of the hosts at most.
    pub const fn of(failures: u32) -> Self {
        let consecutive = Auto::Is(Some(Consecutive::of(failures)));
        Self { consecutive, ..Self::without_rules() }
    }

    /// Ejects nothing, until a rule is given.
    pub const fn without_rules() -> Self {
        Self {
            errors: ERRORS,
            gateway: GATEWAY,
            ignore: IGNORED,
            consecutive: Auto::Is(None),
            consecutive_gateway: None,
            split_local: None,
            success_rate: None,
            failure_percentage: None,
            ema: None,
            interval: Duration::from_secs(10),
            base_ejection_time: Duration::from_secs(30),
            max_ejection_time: Auto::Auto,
            ejection_jitter: Duration::ZERO,
            growth: Growth::Linear,
            back: Back::AtInterval,
            ejection_end: EjectionEnd::Returns,
            max_ejection_percent: 50,
            cap_reading: CapReading::After,
            always_eject_one: false,
        }
    }

    /// The rule on errors in a row, if there is one.
    pub fn in_a_row(&self) -> Option<Consecutive> {
        self.consecutive.or((!self.has_other_rule()).then_some(Consecutive::of(5)))
    }

    /// Whether there is a rule beside that.
    fn has_other_rule(&self) -> bool {
        self.consecutive_gateway.is_some()
            || self.split_local.is_some()
            || self.success_rate.is_some()
            || self.failure_percentage.is_some()
            || self.ema.is_some()
    }

    /// The longest ejection, before jitter.
    pub fn longest(&self) -> Duration {
        self.max_ejection_time.or(self.base_ejection_time.max(Duration::from_secs(300)))
    }

    /// How many of this many hosts can be ejected at once.
    pub fn most_ejected(&self, hosts: u16) -> u16 {
        let share = u64::from(self.max_ejection_percent) * u64::from(hosts);
        let most = match self.cap_reading {
            CapReading::After => share / 100,
            CapReading::Before => share.div_ceil(100),
            CapReading::BeforeOrAt => share / 100 + 1,
        };
        most.max(self.always_eject_one.into()).min(hosts.into()) as u16
    }
}

fn rules(settings: &Settings, found: &mut Findings) {
    let fits = settings.base_ejection_time <= settings.longest();
    found.unless(fits, "max_ejection_time", "no shorter than the base ejection time");
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let has_rule = settings.in_a_row().is_some() || settings.has_other_rule();
    if !has_rule {
        reader.no_effect(fields.at(), "nothing is ever ejected: all rules are off");
    }
    let gateway = settings.consecutive_gateway.is_none();
    if gateway && fields.node("gateway").is_some() {
        let message = "`gateway` has no effect without `consecutive-gateway`";
        reader.no_effect(&fields.place_of("gateway"), message);
    }
}

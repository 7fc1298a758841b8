//! What balancing can be set to.

use crate::invalid::Findings;
use crate::layer::Target;
use crate::outlier;
use crate::settings;
use crate::settings::{Auto, Fields, Reader};
use crate::time::Duration;

settings! {
    /// Sends each call to one of several services. The service that was called stands for them: it
    /// never sees the calls itself, and is none of them. Nor do layers below this one see any:
    /// those of a service belong in the policy of the edge to it.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Settings {
        /// The services, each named once.
        over: Vec<Target> [.at_least(1.0).example("[\"tool\", \"spare\"]")],
        /// Which of the services that may be used gets a call.
        pick: Picker = Picker::RoundRobin,
        /// How much each of the services gets, compared with the others, in the order of `over`:
        /// numbers from 1 to 1000. Without any, all get the same.
        weights: Vec<u32> [.example("[3, 1]")] = Vec::new(),
        /// Which of the services are left out for a while because they do worse than they should:
        /// a table of rules, or `like` a library.
        eject: Option<outlier::Settings> [.example("{ consecutive = 5 }")] = None,
        /// With a smaller share of the services left than this, in percent, ejections are not
        /// respected and all are used. With 0 never: when all are out, calls are refused (Envoy
        /// `healthy_panic_threshold`: 50).
        panic_percent: u8 [.at_most(100.0)] = 50,
        /// How many other services a call may try, one after the other, when a layer on the
        /// caller's side refused it, such as a breaker for one of them (Envoy
        /// `host_selection_retry_max_attempts`). `auto` is all others, 15 at most.
        reselect: Auto<u8> [.at_most(15.0)] = Auto::Auto,
        /// Whether a service that was refused with a hint when to come again is left out until
        /// then.
        respect_retry_after: bool [.was(&["heed-retry-after"])] = true,
        /// With `eject`: how services that come back get their share, if not all of it at once.
        slow_start: Option<SlowStart> = None,
        /// What results do that come after their call was given up.
        late: LateResults = LateResults::Drop,
        /// What a call says about its service that was given up above.
        cancelled: OnCancel = OnCancel::Ignore,
    }
    short "over";
    rules rules;
    warns warns;
}

/// How many refusals of one call are remembered.
pub const MAX_RESELECT: u8 = 15;

/// The largest weight of a target.
const MAX_WEIGHT: u32 = 1_000;

settings! {
    /// Which of the targets that may be used gets a call.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Picker {
        /// One after the other. A target that is left out passes its turn to all others alike, not
        /// to the one behind it. No draw.
        RoundRobin,
        /// Any, each as likely. One draw.
        Random,
        /// One with the fewest calls under way, and of several such one after the other (nginx
        /// `least_conn`). No draw.
        LeastInFlight,
        /// Of two different ones, drawn by chance, the one with fewer calls under way, and the
        /// first of them if they have as many (Envoy `LEAST_REQUEST`, Finagle `p2c`). Two draws.
        TwoChoices,
        /// Always the same for a caller: its number, in a scenario a hash of its name, modulo the
        /// number of targets. While that one is left out, its callers are dealt out over all
        /// others. No draw.
        ByCaller,
        /// The first: the others are there for when it is left out. No draw.
        InOrder,
    }
}

settings! {
    /// A growing share for a target that was ejected and has come back.
    ///
    /// Its weight is `max(min-weight-percent / 100, (age / window)^(1 / aggression))` of its whole
    /// share, with its time since it came back as its age, until that is `window` (Envoy
    /// `SlowStartConfig`; there the age is at least a second).
    ///
    /// Round robin passes it over so often that it has its weight's share of turns, chance draws it
    /// so much less often, and its calls under way weigh so much more.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct SlowStart {
        /// How long it lasts.
        window: Duration [.above(0.0).example("\"20s\"")],
        /// 1 is a straight line; with more, the weight grows faster at first.
        aggression: f64 [.above(0.0)] = 1.0,
        /// The least weight, in percent (Envoy: 10).
        min_weight_percent: u8 [.at_least(1.0).at_most(100.0)] = 10,
    }
    short "window";
}

settings! {
    /// What to do with results that come after their call was given up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LateResults {
        /// They count for the health of their target, unless the call has counted already.
        Count,
        /// Nothing.
        Drop,
    }
}

settings! {
    /// What a call says about its target that was given up above.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnCancel {
        /// Nothing (Envoy, if the one who called hung up).
        Ignore,
        /// That it gave no answer in time (Envoy, whose own timeout does this).
        Timeout,
    }
}

impl Settings {
    /// Over these targets, one after the other.
    pub const fn of(over: Vec<Target>) -> Self {
        Self {
            over,
            pick: Picker::RoundRobin,
            weights: Vec::new(),
            eject: None,
            panic_percent: 50,
            reselect: Auto::Auto,
            respect_retry_after: true,
            slow_start: None,
            late: LateResults::Drop,
            cancelled: OnCancel::Ignore,
        }
    }

    /// Over this many targets, numbered from 0.
    pub fn among(targets: u16) -> Self {
        Self::of((0..targets).map(|target| Target(target.into())).collect())
    }

    /// How many targets there are.
    pub(super) fn targets(&self) -> u16 {
        self.over.len() as u16
    }

    /// How many other targets a call may try.
    pub(super) fn others_tried(&self) -> u8 {
        let others = self.targets().saturating_sub(1);
        self.reselect.or(others.min(MAX_RESELECT.into()) as u8)
    }
}

impl Picker {
    /// How many draws it takes for each pick.
    pub const fn draws(self) -> usize {
        match self {
            Self::RoundRobin | Self::LeastInFlight | Self::ByCaller | Self::InOrder => 0,
            Self::Random => 1,
            Self::TwoChoices => 2,
        }
    }

    /// Whether targets can have different shares.
    const fn has_weights(self) -> bool {
        !matches!(self, Self::ByCaller | Self::InOrder)
    }
}

impl SlowStart {
    /// A straight line over this window, from a tenth of the share.
    pub const fn of(window: Duration) -> Self {
        Self { window, aggression: 1.0, min_weight_percent: 10 }
    }
}

fn rules(settings: &Settings, found: &mut Findings) {
    let Settings { over, pick, weights, eject, slow_start, .. } = settings;
    found.unless(u16::try_from(over.len()).is_ok(), "over", "at most 65535 services");
    let mut sorted = over.clone();
    sorted.sort_unstable();
    let differ = sorted.is_sorted_by(|one, next| one < next);
    found.unless(differ, "over", "without any service twice");
    let fits = weights.is_empty() || weights.len() == over.len();
    found.unless(fits, "weights", "one for each service, or none");
    let in_range = weights.iter().all(|weight| (1..=MAX_WEIGHT).contains(weight));
    found.unless(in_range, "weights", "numbers from 1 to 1000");
    let gives_shares = weights.is_empty() || pick.has_weights();
    found.unless(gives_shares, "weights", "left out unless the picker gives shares");
    found.unless(
        slow_start.is_none() || eject.is_some() && pick.has_weights(),
        "slow_start",
        "left out unless targets are ejected and the picker gives shares",
    );
}

fn warns(settings: &Settings, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let is_alone = settings.targets() == 1;
    let alone = "there is one service alone";
    let without = "nothing is ejected without `eject`";
    let never_out = settings.eject.is_none();
    for (key, is_idle, why) in [
        ("pick", is_alone, alone),
        ("weights", is_alone, alone),
        ("eject", is_alone, alone),
        ("reselect", is_alone, alone),
        ("panic-percent", never_out, without),
        ("late", never_out, without),
        ("cancelled", never_out, without),
    ] {
        if is_idle && fields.node(key).is_some() {
            reader.no_effect(&fields.place_of(key), format!("`{key}` has no effect: {why}"));
        }
    }
    if let Some(eject) = settings.eject.filter(|_| !is_alone) {
        warn_of_ejection(&eject, settings.targets(), fields, reader);
    }
}

/// Rules that need more services than there are.
fn warn_of_ejection(
    eject: &outlier::Settings,
    targets: u16,
    fields: &Fields<'_>,
    reader: &mut Reader<'_>,
) {
    let Some(node) = fields.node("eject") else { return };
    if eject.most_ejected(targets) == 0 {
        let percent = eject.max_ejection_percent;
        let message = format!(
            "`eject` has no effect: {percent}% of {targets} services is less than one of them"
        );
        reader.no_effect(&node.at, message).help =
            Some("set `max-ejection-percent`, or `always-eject-one = true`".to_owned());
        return;
    }
    let success = eject.success_rate.map(|rule| rule.min_hosts);
    let failure = eject.failure_percentage.map(|rule| rule.min_hosts);
    for (key, least) in [("success-rate", success), ("failure-percentage", failure)] {
        if let (Some(least), Some(rule)) = (least, node.get(key))
            && targets < least
        {
            let message = format!(
                "`{key}` has no effect: its `min-hosts` is {least}, and there are {targets} \
                 services"
            );
            reader.no_effect(&rule.at, message);
        }
    }
    // One of `m` is never further from their mean than `√(m − 1)` deviations.
    let furthest = 1_000_000 * (u64::from(targets) - 1);
    if let (Some(rule), Some(written)) = (eject.success_rate, node.get("success-rate"))
        && rule.min_hosts <= targets
        && furthest <= u64::from(rule.stdev_factor).pow(2)
    {
        let message = format!(
            "`success-rate` has no effect: one of {targets} services cannot be that far from \
             their mean"
        );
        reader.no_effect(&written.at, message).help = Some("lower `stdev-factor`".to_owned());
    }
}

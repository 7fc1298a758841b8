//! The balance itself: which target gets a call, and how it did.

use super::pick::{FULL, Picks, slow_weight};
use super::report::{Counters, State};
use super::settings::{LateResults, MAX_RESELECT, OnCancel, Settings};
use crate::invalid::Invalid;
use crate::layer::{PerCall, Rng};
use crate::outcome::{Class, Outcome};
use crate::outlier::Outliers;
use crate::permit::{Owner, Permit, Reason, Rejected};
use crate::settings::check;
use crate::time::Time;

/// Spreads calls over targets.
///
/// # Example
///
/// ```
/// use patterns::balance::{Balance, Settings};
/// use patterns::{Class, Outcome, Duration, Time};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut balance = Balance::new(Settings::among(3))?;
///
/// let now = Time::ZERO;
/// let permit = balance.try_acquire(now, 0, &[]).expect("all may be used");
/// assert_eq!((permit.target(), balance.in_flight(0)), (0, 1));
///
/// // A breaker on the way is open for 5 s: the next one is taken, and this one left out.
/// let refused = Outcome::failed_until(Class::BreakerOpen, Duration::from_secs(5));
/// balance.record(permit, refused, now);
/// let again = balance.try_acquire(now, 0, &[0]).expect("two are left");
/// assert_eq!((again.target(), balance.in_flight(0)), (1, 0));
/// let mut next = || balance.try_acquire(now, 0, &[]).expect("two are left").target();
/// assert_eq!([next(), next(), next()], [2, 1, 2]);
/// # Ok(())
/// # }
/// ```
///
/// A permit that is lost is a call under way for ever: pickers that count calls shun its target,
/// and if it was a probe the target is not tried again.
///
/// A permit is settled once; this is accepted:
///
/// ```
/// # use patterns::{Outcome, Permit, Time, balance::*};
/// fn once(balance: &mut Balance, permit: Permit<Sent>) {
///     balance.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
///
/// and this is not:
///
/// ```compile_fail,E0382
/// # use patterns::{Outcome, Permit, Time, balance::*};
/// fn twice(balance: &mut Balance, permit: Permit<Sent>) {
///     balance.record(permit, Outcome::Ok, Time::ZERO);
///     balance.record(permit, Outcome::Ok, Time::ZERO);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Balance {
    pub(super) settings: Settings,
    pub(super) owner: Owner,
    outliers: Option<Outliers>,
    picks: Picks,
    /// The weight of each target with its whole share.
    weights: Box<[u64]>,
    /// Until when each target is left out because a refusal said so.
    shut: Vec<Time>,
    uses_chance: bool,
    /// How many other targets a call may try.
    pub(super) reselect: u8,
    /// For the layer alone.
    pub(super) noted: State,
    pub(super) calls: PerCall<Turn>,
    pub(super) counters: Counters,
}

/// For settings by which no result depends on a draw.
struct NoChance;

impl Rng for NoChance {
    fn uniform(&mut self) -> f64 {
        0.5
    }
}

/// What a permit says of a call that was sent to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub(super) target: u16,
    is_probe: bool,
    given_up: bool,
}

impl Permit<Sent> {
    /// Where the call is sent, by its place in [`Settings::over`].
    pub fn target(&self) -> u16 {
        self.token().target
    }
}

/// What the layer remembers of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turn {
    pub(super) sent: Option<Sent>,
    pub(super) refused: [u16; MAX_RESELECT as usize],
    pub(super) refusals: u8,
}

impl Balance {
    /// A balance with all targets in.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, or does not go with another.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        let targets = settings.targets();
        let outliers = settings.eject.map(|eject| Outliers::new(eject, targets)).transpose()?;
        let ejects_by_chance = outliers.as_ref().is_some_and(Outliers::uses_chance);
        let weight = |target| {
            let weight = settings.weights.get(usize::from(target)).copied();
            FULL * u64::from(weight.unwrap_or(1))
        };
        Ok(Self {
            owner: Owner::new(),
            outliers,
            picks: Picks::new(settings.pick, targets),
            weights: (0..targets).map(weight).collect(),
            shut: vec![Time::ZERO; targets.into()],
            uses_chance: settings.pick.draws() > 0 || ejects_by_chance,
            reselect: settings.others_tried(),
            noted: State::AllIn,
            settings,
            calls: PerCall::default(),
            counters: Counters::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a pick or an ejection may depend on chance.
    pub fn uses_chance(&self) -> bool {
        self.uses_chance
    }

    /// How many calls are under way to a target.
    pub fn in_flight(&self, target: u16) -> u32 {
        self.picks.in_flight[usize::from(target)]
    }

    /// Which targets are ejected, if they can be.
    pub fn outliers(&self) -> Option<&Outliers> {
        self.outliers.as_ref()
    }

    /// Whether targets are left out, as the last call or result left it.
    pub fn state(&self) -> State {
        let out = self.outliers.as_ref().map_or(0, Outliers::ejected);
        let targets = self.settings.targets();
        let percent_in = u32::from(targets - out) * 100;
        if out == 0 {
            State::AllIn
        } else if percent_in < u32::from(self.settings.panic_percent) * u32::from(targets) {
            State::Panic
        } else {
            State::SomeOut
        }
    }

    /// Sends a call of this caller to one of the targets that may be used, but none of those that
    /// `refused` it.
    ///
    /// # Errors
    ///
    /// If no target may be used.
    ///
    /// # Panics
    ///
    /// If chance may matter: then take [`Balance::try_acquire_with`].
    pub fn try_acquire(
        &mut self,
        now: Time,
        caller: u16,
        refused: &[u16],
    ) -> Result<Permit<Sent>, Rejected> {
        assert!(!self.uses_chance, "these settings use chance: take `try_acquire_with`");
        self.try_acquire_with(now, caller, refused, &mut NoChance)
    }

    /// As [`Balance::try_acquire`]. Draws as often as the picker says, whatever comes of it, and
    /// before that once for each outlier that is found ([`Outliers::advance_with`]).
    ///
    /// # Errors
    ///
    /// If no target may be used.
    pub fn try_acquire_with(
        &mut self,
        now: Time,
        caller: u16,
        refused: &[u16],
        rng: &mut impl Rng,
    ) -> Result<Permit<Sent>, Rejected> {
        if let Some(outliers) = &mut self.outliers {
            outliers.advance_with(now, rng);
        }
        let mut draws = [0.0; 2];
        draws[..self.settings.pick.draws()].fill_with(|| rng.uniform());

        let panics = self.state() == State::Panic;
        let Self { settings, outliers, shut, weights, .. } = self;
        let outliers = outliers.as_ref();
        let respected = outliers.filter(|_| !panics);
        let may_be_used = |&(target, (shut, _)): &(u16, (&Time, &u64))| {
            *shut <= now
                && !respected.is_some_and(|outliers| outliers.is_ejected(target, now))
                && !refused.contains(&target)
        };
        let slow = settings.slow_start.as_ref().zip(outliers);
        let weighed = |(target, (_, &whole)): (u16, (&Time, &u64))| {
            let part = slow.and_then(|(slow, outliers)| {
                Some(slow_weight(slow, now.since(outliers.back_since(target)?)))
            });
            (target, part.map_or(whole, |part| whole / FULL * part))
        };
        let targets = (0..).zip(shut.iter().zip(&*weights));
        self.picks.offer(targets.filter(may_be_used).map(weighed));
        let Some(target) = self.picks.pick(caller, draws) else {
            return Err(Rejected { reason: Reason::NoTarget, until: self.next_free(refused, now) });
        };
        self.picks.in_flight[usize::from(target)] += 1;
        let is_probe = self.outliers.as_mut().is_some_and(|outliers| outliers.start(target));
        Ok(Permit::new(self.owner, Sent { target, is_probe, given_up: false }))
    }

    /// When the first target may be used again but those that refused.
    fn next_free(&self, refused: &[u16], now: Time) -> Option<Time> {
        let respected = self.outliers.as_ref().filter(|_| self.state() != State::Panic);
        let targets = (0..self.settings.targets()).filter(|target| !refused.contains(target));
        let times = targets.filter_map(|target| {
            let shut = self.shut[usize::from(target)];
            match respected.filter(|outliers| outliers.is_ejected(target, now)) {
                None => Some(shut),
                // It is not known when a probe will be answered.
                Some(outliers) => {
                    let until = outliers.ejection(target)?.until;
                    (now < until).then_some(until.max(shut))
                }
            }
        });
        times.min().filter(|until| *until != Time::MAX)
    }

    /// Records how a call ended. A call that was given up is late; see [`LateResults`].
    ///
    /// # Panics
    ///
    /// If another balance gave the permit, or chance may matter: then take
    /// [`Balance::record_with`].
    pub fn record(&mut self, permit: Permit<Sent>, outcome: Outcome, now: Time) {
        assert!(!self.uses_chance, "these settings use chance: take `record_with`");
        self.record_with(permit, outcome, now, &mut NoChance);
    }

    /// As [`Balance::record`]. Draws once for each outlier that is found
    /// ([`Outliers::record_with`]).
    ///
    /// # Panics
    ///
    /// If another balance gave the permit.
    pub fn record_with(
        &mut self,
        permit: Permit<Sent>,
        outcome: Outcome,
        now: Time,
        rng: &mut impl Rng,
    ) {
        let sent = permit.redeem(self.owner);
        let refused = outcome.class().is_some_and(Class::is_refusal);
        if sent.given_up {
            if !refused && self.settings.late == LateResults::Count {
                self.report(sent.target, outcome, now, rng);
            }
            return;
        }
        self.end(sent);
        if !refused {
            self.report(sent.target, outcome, now, rng);
            return;
        }
        self.give_back_probe(sent);
        if let Some(hint) = outcome.retry_after().filter(|_| self.settings.respect_retry_after) {
            self.shut[usize::from(sent.target)] = now + hint;
        }
    }

    /// Records that a call was given up, and its result is not awaited.
    ///
    /// If the result may still say something about the target, what is returned takes it to
    /// [`Balance::record`]; it may as well be dropped.
    ///
    /// # Panics
    ///
    /// If another balance gave the permit, or chance may matter: then take
    /// [`Balance::cancel_with`].
    pub fn cancel(&mut self, permit: Permit<Sent>, now: Time) -> Option<Permit<Sent>> {
        assert!(!self.uses_chance, "these settings use chance: take `cancel_with`");
        self.cancel_with(permit, now, &mut NoChance)
    }

    /// As [`Balance::cancel`]. Draws once for each outlier that is found
    /// ([`Outliers::record_with`]).
    ///
    /// # Panics
    ///
    /// If another balance gave the permit.
    pub fn cancel_with(
        &mut self,
        permit: Permit<Sent>,
        now: Time,
        rng: &mut impl Rng,
    ) -> Option<Permit<Sent>> {
        let sent = permit.redeem(self.owner);
        if !sent.given_up {
            self.end(sent);
            match self.settings.cancelled {
                OnCancel::Timeout => {
                    self.report(sent.target, Outcome::failed(Class::Timeout), now, rng);
                    return None;
                }
                OnCancel::Ignore => self.give_back_probe(sent),
            }
        }
        Some(Permit::new(self.owner, Sent { given_up: true, ..sent }))
    }

    fn end(&mut self, sent: Sent) {
        self.picks.in_flight[usize::from(sent.target)] -= 1;
    }

    fn give_back_probe(&mut self, sent: Sent) {
        if let Some(outliers) = self.outliers.as_mut().filter(|_| sent.is_probe) {
            outliers.cancel_probe(sent.target);
        }
    }

    fn report(&mut self, target: u16, outcome: Outcome, now: Time, rng: &mut impl Rng) {
        if let Some(outliers) = &mut self.outliers {
            let result = outliers.classify(outcome);
            outliers.record_with(target, result, now, rng);
        }
    }
}

//! What a retry does: how often it tries again, and how long it waits before that.

use patterns::Class;
use patterns::backoff::{Backoff, Jitter, Progress};
use patterns::retry::{FOREVER, Rule, Settings};

use super::read::settings;
use crate::export::Layer;

/// Retries beyond these are not added up.
const WAITS_MAX: u32 = 1000;

/// The retries after failures of a class.
pub(super) struct Waits {
    pub(super) rule: Rule,
    pub(super) retries: u32,
}

impl Waits {
    /// Those of a layer for a class, if it has any.
    pub(super) fn of(settings: &Settings, class: Class) -> Option<Self> {
        let rule = settings.rules.get(class)?.clone();
        let retries = rule.retries.min(settings.max_retries);
        (retries > 0).then_some(Self { rule, retries })
    }

    /// The waits in seconds, without jitter; none if they are drawn.
    pub(super) fn lengths(&self, is_capped: bool) -> Vec<f64> {
        let mut settings = self.rule.backoff.clone();
        settings.jitter = Jitter::None;
        if !is_capped {
            settings.cap = None;
        }
        let Some(backoff) = Backoff::new(settings).ok().filter(|one| !one.uses_chance()) else {
            return Vec::new();
        };
        let mut progress = Progress::default();
        let count = self.retries.min(WAITS_MAX);
        (0..count).map(|_| backoff.next(&mut progress).as_secs_f64()).collect()
    }
}

/// The most retries of a layer, over all classes of failure; nothing if they have no end.
pub(super) fn most(layer: &Layer) -> Option<i128> {
    let settings: Settings = settings(layer)?;
    let all = Class::ALL.into_iter().filter_map(|class| Waits::of(&settings, class));
    let most = all.map(|waits| waits.retries).max()?;
    (most < FOREVER).then_some(most.into())
}

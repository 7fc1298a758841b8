//! Drive one layer by hand: for tests and for learning how a layer behaves.

use crate::call_info::CallInfo;
use crate::intervention::Intervention;
use crate::layer::{Action, CallId, Context, Effects, Layer, Rng};
use crate::outcome::Outcome;
use crate::report::{Counts, Report};
use crate::settings::{ConfiguredLayer, LayerSettings};
use crate::time::{Duration, Time};

/// Draws that were written down beforehand, over and over.
#[derive(Clone, Debug)]
pub struct Script {
    draws: Vec<f64>,
    next: usize,
}

impl Script {
    /// These draws, again from the start when they are used up; 0.5 for ever if there are none.
    pub fn new(draws: &[f64]) -> Self {
        Self { draws: draws.to_vec(), next: 0 }
    }

    /// How many draws were taken.
    pub fn taken(&self) -> usize {
        self.next
    }
}

impl Rng for Script {
    fn uniform(&mut self) -> f64 {
        let draw = self.draws.get(self.next % self.draws.len().max(1)).copied();
        self.next += 1;
        draw.unwrap_or(0.5)
    }
}

/// One layer, a clock and scripted draws.
#[derive(Debug)]
pub struct Driver<L> {
    /// The layer.
    pub layer: L,
    /// The current time.
    pub now: Time,
    /// What is known of the calls from now on.
    pub info: CallInfo,
    /// Where the draws come from.
    pub rng: Script,
    /// What the layer asked for so far beside its steps.
    pub effects: Effects,
}

impl<L: Layer> Driver<L> {
    /// A layer at time zero.
    pub fn new(layer: L, draws: &[f64]) -> Self {
        Self {
            layer,
            now: Time::ZERO,
            info: CallInfo::default(),
            rng: Script::new(draws),
            effects: Effects::default(),
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// A call comes from above.
    pub fn call(&mut self, call: u32) -> Action {
        self.with(|layer, cx| layer.on_call(CallId(call), cx))
    }

    /// An attempt of the call ends.
    pub fn reply(&mut self, call: u32, outcome: Outcome) -> Action {
        self.with(|layer, cx| layer.on_reply(CallId(call), outcome, cx))
    }

    /// An attempt of the call ends that was sent after its first one.
    pub fn reply_of_extra(&mut self, call: u32, outcome: Outcome) -> Action {
        let Self { layer, now, info, rng, effects } = self;
        let mut info = *info;
        let mut cx = Context::new(*now, &mut info, rng, effects).of_attempt(true);
        layer.on_reply(CallId(call), outcome, &mut cx)
    }

    /// The time the call asked for has come.
    pub fn wake(&mut self, call: u32) -> Action {
        self.with(|layer, cx| layer.on_wake(CallId(call), cx))
    }

    /// The call is given up above.
    pub fn cancel(&mut self, call: u32) {
        self.with(|layer, cx| layer.on_cancel(CallId(call), cx));
    }

    /// An attempt of a call that was given up ends.
    pub fn late(&mut self, call: u32, outcome: Outcome) {
        self.with(|layer, cx| layer.on_late(CallId(call), outcome, cx));
    }

    /// Something is done to it by hand.
    pub fn intervene(&mut self, intervention: Intervention) -> bool {
        self.with(|layer, cx| layer.intervene(intervention, cx))
    }

    fn with<T>(&mut self, tell: impl FnOnce(&mut L, &mut Context<'_>) -> T) -> T {
        let Self { layer, now, info, rng, effects } = self;
        let mut info = *info;
        tell(layer, &mut Context::new(*now, &mut info, rng, effects))
    }
}

impl<L: ConfiguredLayer> Driver<L> {
    /// The states that the layer has entered so far, by name.
    pub fn states(&self) -> Vec<&'static str> {
        self.effects.states.iter().map(|state| Self::report().state(*state).name).collect()
    }

    /// The state that the layer is in at the beginning, by name.
    pub fn initial_state(&self) -> Option<&'static str> {
        self.layer.initial_state().map(|state| Self::report().state(state).name)
    }

    /// What the layer has counted so far, by name.
    pub fn counts(&self) -> Vec<(&'static str, u128)> {
        let mut counts = Counts::of(Self::report());
        self.layer.count(self.now, &mut counts);
        let names = Self::report().counters.iter().map(|counter| counter.name);
        names.zip(counts.all().iter().copied()).collect()
    }

    fn report() -> &'static Report {
        <L::Settings as LayerSettings>::REPORT
    }
}

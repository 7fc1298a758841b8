//! One layer in random stories, and the history of what went in and what came out.

use std::collections::BTreeMap;

use patterns::settings::ConfiguredLayer;
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Class, Duration, Outcome, Time};

/// What went into a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Call,
    Reply(Outcome),
    /// The time that it asked for has come.
    Timer,
    /// Another call woke it.
    Woken,
    Cancel,
    Late(Outcome),
}

/// One input, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) now: Time,
    /// Which call, of all in the story.
    pub(crate) call: usize,
    pub(crate) info: CallInfo,
    pub(crate) input: Input,
    /// Whether the attempt that has ended was not the first of its call.
    pub(crate) of_extra: bool,
    pub(crate) action: Option<Action>,
    /// States entered.
    pub(crate) entered: Vec<&'static str>,
    /// Attempts under way, after this input.
    pub(crate) under_way: usize,
    /// What was looked at in the layer afterwards.
    pub(crate) seen: u64,
}

impl Entry {
    pub(crate) fn sends(&self) -> bool {
        matches!(self.action, Some(Action::Send | Action::SendAndWake(_) | Action::SendTo(_)))
    }

    pub(crate) fn waits(&self) -> bool {
        matches!(self.action, Some(Action::Wait | Action::WaitUntil(_)))
    }

    pub(crate) fn reply(&self) -> Option<Outcome> {
        match self.action {
            Some(Action::Reply(outcome)) => Some(outcome),
            _ => None,
        }
    }
}

/// A history, and what the layer counted in it.
pub(crate) struct History<L> {
    pub(crate) driver: Driver<L>,
    pub(crate) entries: Vec<Entry>,
}

impl<L> History<L> {
    /// How many entries are such.
    pub(crate) fn count(&self, is_such: impl Fn(&Entry) -> bool) -> u128 {
        self.entries.iter().filter(|entry| is_such(entry)).count() as u128
    }

    /// The entries before this one of the same call.
    pub(crate) fn before<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a Entry> {
        let of_call = self.entries.iter().filter(|other| other.call == entry.call);
        of_call.take_while(move |other| !core::ptr::eq(*other, entry))
    }

    /// The time from each entry that begins something until the next entry of its call that ends
    /// it, or until the end, added up.
    pub(crate) fn time(
        &self,
        begins: impl Fn(&Entry) -> bool,
        ends: impl Fn(&Entry) -> bool,
    ) -> u128 {
        let starts = self.entries.iter().enumerate().filter(|(_, entry)| begins(entry));
        let lengths = starts.map(|(index, entry)| {
            let mut later = self.entries[index + 1..].iter().filter(|e| e.call == entry.call);
            let end = later.find(|later| ends(later)).map_or(self.driver.now, |end| end.now);
            u128::from(end.since(entry.now).as_nanos())
        });
        lengths.sum()
    }
}

/// A story without end, by `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Numbers that calls have at the layer, over and over.
const IDS: u32 = 6;

#[derive(Clone, Debug)]
struct Open {
    call: usize,
    info: CallInfo,
    /// Attempts under way: whether each is an extra one.
    attempts: Vec<bool>,
    sent: usize,
    wake: Option<Time>,
    is_given_up: bool,
}

/// Tells a layer a random story; `look` is asked of it after each input.
pub(crate) fn told<L: ConfiguredLayer>(
    layer: L,
    seed: u64,
    look: impl Fn(&L) -> u64,
) -> History<L> {
    let mut dice = Dice(seed);
    let draws: Vec<f64> = (0..97).map(|_| dice.below(1000) as f64 / 1000.0).collect();
    let driver = Driver::new(layer, &draws);
    let history = History { driver, entries: Vec::new() };
    let mut story = Story { history, open: BTreeMap::new(), calls: 0, look };
    for _ in 0..120 {
        let which = dice.below(IDS.into()) as u32;
        let open = story.open.get(&which).cloned();
        match (dice.below(8), open) {
            (0..3, None) => {
                let now = story.history.driver.now;
                let remaining = Duration::from_millis(10 * dice.below(20));
                let is_hurried = dice.below(2) == 0;
                let info = CallInfo {
                    deadline: if is_hurried { now + remaining } else { Time::MAX },
                    key: dice.below(4) as u32,
                    caller: dice.below(2) as u16,
                    priority: dice.below(3) as u8,
                    is_extra: dice.below(2) == 0,
                    is_idempotent: dice.below(4) != 0,
                };
                story.begin(which, info);
            }
            (0..4, Some(open)) if !open.attempts.is_empty() => {
                let outcome = match dice.below(7) {
                    0..3 => Outcome::Ok,
                    3 => Outcome::failed(Class::Network),
                    4 => Outcome::failed(Class::Timeout),
                    5 => Outcome::failed(Class::Validation),
                    _ => Outcome::failed(Class::Rejected),
                };
                let attempt = dice.below(open.attempts.len() as u64) as usize;
                story.end(which, attempt, outcome);
            }
            (4, Some(open)) if !open.is_given_up && dice.below(3) == 0 => story.cancel(which),
            _ => story.pass(Duration::from_millis(dice.below(30))),
        }
    }
    story.history
}

struct Story<L, F> {
    history: History<L>,
    open: BTreeMap<u32, Open>,
    calls: usize,
    look: F,
}

impl<L: ConfiguredLayer, F: Fn(&L) -> u64> Story<L, F> {
    fn begin(&mut self, which: u32, info: CallInfo) {
        let call = self.calls;
        self.calls += 1;
        let open =
            Open { call, info, attempts: Vec::new(), sent: 0, wake: None, is_given_up: false };
        self.open.insert(which, open);
        self.put_in(which, Input::Call, false);
    }

    fn end(&mut self, which: u32, attempt: usize, outcome: Outcome) {
        let open = self.open.get_mut(&which).expect("it is open");
        let of_extra = open.attempts.remove(attempt);
        let input = if open.is_given_up { Input::Late(outcome) } else { Input::Reply(outcome) };
        self.put_in(which, input, of_extra);
    }

    fn cancel(&mut self, which: u32) {
        self.open.get_mut(&which).expect("it is open").is_given_up = true;
        self.put_in(which, Input::Cancel, false);
    }

    fn pass(&mut self, span: Duration) {
        let until = self.history.driver.now + span;
        loop {
            let due = self.open.iter().filter_map(|(which, open)| Some((open.wake?, *which)));
            let Some((at, which)) = due.min().filter(|(at, _)| *at <= until) else { break };
            self.history.driver.now = at.max(self.history.driver.now);
            self.put_in(which, Input::Timer, false);
        }
        self.history.driver.now = until;
    }

    fn put_in(&mut self, which: u32, input: Input, of_extra: bool) {
        let driver = &mut self.history.driver;
        let open = self.open.get_mut(&which).expect("it is open");
        let info = open.info;
        driver.info = info;
        let before = driver.effects.states.len();
        let action = match input {
            Input::Call => Some(driver.call(which)),
            Input::Reply(outcome) if of_extra => Some(driver.reply_of_extra(which, outcome)),
            Input::Reply(outcome) => Some(driver.reply(which, outcome)),
            Input::Timer | Input::Woken => Some(driver.wake(which)),
            Input::Cancel => {
                driver.cancel(which);
                None
            }
            Input::Late(outcome) => {
                driver.late(which, outcome);
                None
            }
        };
        open.wake = match action {
            Some(Action::SendAndWake(at) | Action::WaitUntil(at)) => Some(at),
            _ => None,
        };
        if matches!(action, Some(Action::Send | Action::SendAndWake(_) | Action::SendTo(_))) {
            open.attempts.push(open.sent > 0);
            open.sent += 1;
        }
        let entry = Entry {
            now: driver.now,
            call: open.call,
            info,
            input,
            of_extra,
            action,
            entered: driver.states()[before..].to_vec(),
            under_way: open.attempts.len(),
            seen: (self.look)(&driver.layer),
        };
        let is_over = matches!(action, Some(Action::Reply(_)))
            || open.is_given_up && open.attempts.is_empty();
        if is_over {
            self.open.remove(&which);
        }
        self.history.entries.push(entry);
        let woken = core::mem::take(&mut self.history.driver.effects.woken);
        for call in woken {
            if self.open.get(&call.0).is_some_and(|open| !open.is_given_up) {
                self.put_in(call.0, Input::Woken, false);
            }
        }
    }
}

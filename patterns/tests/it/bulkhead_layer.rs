//! A bulkhead in the path of calls, with any settings.

use std::collections::BTreeMap;

use patterns::bulkhead::{Bulkhead, DropPolicy, Order, Settings};
use patterns::testing::Driver;
use patterns::{Action, CallInfo, Duration, Outcome, Time};
use proptest::prelude::*;

use crate::bulkhead::FULL;
use crate::bulkhead_story::{Happening, settings};

/// What can happen around a bulkhead.
#[derive(Clone, Copy, Debug)]
enum Around {
    Call {
        call: u32,
        caller: u16,
        priority: u8,
        deadline: Option<u64>,
    },
    End(usize),
    Cancel(usize),
    /// The next call that is woken is given up before it hears of it.
    CancelWoken,
    /// A wake that nobody asked for.
    Wake(usize),
    Pass(u64),
}

/// Drives a bulkhead as a policy would, and sees that every call ends once.
struct Outside {
    driver: Driver<Bulkhead>,
    settings: Settings,
    /// Calls in the order they came, and since when they wait.
    waiting: Vec<(u32, Time)>,
    sent: Vec<u32>,
    timers: BTreeMap<u32, Time>,
    cancels_woken: bool,
    came: usize,
    ended: usize,
}

impl Outside {
    fn new(settings: Settings) -> Self {
        let bulkhead = Bulkhead::new(settings.clone()).expect("valid");
        Self {
            driver: Driver::new(bulkhead, &[]),
            settings,
            waiting: Vec::new(),
            sent: Vec::new(),
            timers: BTreeMap::new(),
            cancels_woken: false,
            came: 0,
            ended: 0,
        }
    }

    fn carry_out(&mut self, call: u32, step: Action) {
        self.timers.remove(&call);
        match step {
            Action::Send => {
                assert!(!self.sent.contains(&call), "sent twice");
                if let Some(place) = self.waiting.iter().position(|(other, _)| *other == call) {
                    let Settings { order, priorities, partitions, .. } = &self.settings;
                    let is_plain = *order == Order::Fifo && *priorities == 1;
                    assert!(place == 0 || !is_plain || !partitions.is_empty(), "not the first");
                    self.waiting.remove(place);
                }
                self.sent.push(call);
                assert!(self.sent.len() <= self.settings.slots as usize, "too many at a time");
            }
            Action::Wait => {}
            Action::WaitUntil(at) => {
                assert!(self.driver.now <= at, "a wake in the past");
                self.timers.insert(call, at);
            }
            Action::Reply(_) => self.forget(call),
            step => panic!("{step:?}"),
        }
        for woken in std::mem::take(&mut self.driver.effects.woken) {
            if std::mem::take(&mut self.cancels_woken) {
                self.cancel(woken.0);
            }
            if self.is_open(woken.0) {
                let step = self.driver.wake(woken.0);
                assert!(step == Action::Send || step == Action::Reply(FULL), "why was it woken?");
                self.carry_out(woken.0, step);
            }
        }
    }

    fn is_open(&self, call: u32) -> bool {
        self.sent.contains(&call) || self.waiting.iter().any(|(other, _)| *other == call)
    }

    fn forget(&mut self, call: u32) {
        self.ended += 1;
        self.timers.remove(&call);
        self.waiting.retain(|(other, _)| *other != call);
        self.sent.retain(|other| *other != call);
    }

    fn call(&mut self, call: u32, info: CallInfo) {
        if self.is_open(call) {
            return;
        }
        self.came += 1;
        self.driver.info = info;
        let step = self.driver.call(call);
        if matches!(step, Action::Wait | Action::WaitUntil(_)) {
            self.waiting.push((call, self.driver.now));
        }
        self.carry_out(call, step);
    }

    fn end(&mut self, which: usize) {
        if !self.sent.is_empty() {
            let call = self.sent[which % self.sent.len()];
            let step = self.driver.reply(call, Outcome::Ok);
            assert_eq!(step, Action::Reply(Outcome::Ok));
            self.carry_out(call, step);
        }
    }

    fn open(&self) -> Vec<u32> {
        let waiting = self.waiting.iter().map(|(call, _)| *call);
        self.sent.iter().copied().chain(waiting).collect()
    }

    fn cancel(&mut self, call: u32) {
        if self.is_open(call) {
            self.driver.cancel(call);
            self.forget(call);
            // Whatever comes of it later is none of the bulkhead's business.
            self.driver.late(call, Outcome::Ok);
            self.carry_out(call, Action::Wait);
        }
    }

    fn wake(&mut self, call: u32) {
        let step = self.driver.wake(call);
        let expected = if self.sent.contains(&call) {
            Action::Wait
        } else {
            self.timers.get(&call).map_or(Action::Wait, |at| Action::WaitUntil(*at))
        };
        if self.timers.get(&call) == Some(&self.driver.now) {
            assert_eq!(step, Action::Reply(FULL));
        } else {
            assert_eq!(step, expected);
        }
        self.carry_out(call, step);
    }

    fn pass(&mut self, span: Duration) {
        let until = self.driver.now + span;
        while let Some((at, call)) = self.timers.iter().map(|(call, at)| (*at, *call)).min() {
            if until < at {
                break;
            }
            self.driver.now = at;
            let step = self.driver.wake(call);
            assert_eq!(step, Action::Reply(FULL), "patience is over");
            self.carry_out(call, step);
        }
        self.driver.now = until;
    }

    fn happen(&mut self, around: Around) {
        let open = self.open();
        match around {
            Around::Call { call, caller, priority, deadline } => {
                self.call(call, Happening::info(caller, priority, deadline, self.driver.now));
            }
            Around::End(which) => self.end(which),
            Around::CancelWoken => self.cancels_woken = true,
            Around::Pass(nanos) => self.pass(Duration::from_nanos(nanos)),
            Around::Cancel(_) | Around::Wake(_) if open.is_empty() => {}
            Around::Cancel(which) => self.cancel(open[which % open.len()]),
            Around::Wake(which) => self.wake(open[which % open.len()]),
        }
    }

    fn check(&self) {
        let now = self.driver.now;
        let Settings { queue, max_wait, .. } = self.settings;
        assert!(self.waiting.len() <= queue as usize);
        for (_, since) in &self.waiting {
            assert!(max_wait.is_none_or(|most| now.since(*since) <= most));
        }
        assert_eq!(self.driver.layer.inside() as usize, self.sent.len());
        assert_eq!(self.driver.layer.waiting() as usize, self.waiting.len());
        assert_eq!(self.came, self.ended + self.open().len());
    }
}

fn story() -> impl Strategy<Value = Vec<Around>> {
    let around = prop_oneof![
        10 => (0..14_u32, 0..4_u16, 0..5_u8, prop::option::weighted(0.3, 0..20_u64)).prop_map(
            |(call, caller, priority, deadline)| Around::Call { call, caller, priority, deadline }
        ),
        5 => any::<usize>().prop_map(Around::End),
        1 => any::<usize>().prop_map(Around::Cancel),
        1 => Just(Around::CancelWoken),
        1 => any::<usize>().prop_map(Around::Wake),
        4 => (0..6_u64).prop_map(Around::Pass),
    ];
    prop::collection::vec(around, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_call_ends_once_and_leaves_nothing(settings in settings(), story in story()) {
        let mut outside = Outside::new(settings);
        let initial_state = outside.driver.initial_state();
        for around in story {
            outside.happen(around);
            outside.check();
        }
        while !outside.sent.is_empty() {
            outside.end(0);
            outside.check();
        }
        // Callers for whom nothing is left beside the reserves of others wait for ever.
        let reserved: u32 = outside.settings.partitions.values().map(|part| part.reserved).sum();
        prop_assert!(outside.waiting.is_empty() || reserved == outside.settings.slots);
        for call in outside.open() {
            outside.cancel(call);
        }
        outside.check();
        prop_assert!(outside.timers.is_empty());

        let codel = matches!(outside.settings.drop_policy, DropPolicy::Codel { .. });
        let mut state = codel.then_some("normal");
        prop_assert_eq!(initial_state, state);
        for note in outside.driver.states() {
            prop_assert_ne!(state, Some(note), "a change to the same");
            state = Some(note);
        }
        let is_overloaded = outside.driver.layer.is_overloaded();
        prop_assert_eq!(state == Some("overloaded"), is_overloaded);
    }
}

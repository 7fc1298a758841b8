//! What must not change how a bulkhead decides: when it all happens, the unit of time, a copy.

use std::collections::BTreeSet;

use patterns::bulkhead::{Bulkhead, DropPolicy, Order, Settings};
use patterns::testing::Script;
use patterns::{
    Action, CallId, CallInfo, Context, Duration, Effects, Invalid, Layer, Outcome, Time,
};
use proptest::prelude::*;

use crate::bulkhead_numbered::{Entry, Numbered, Turn};
use crate::bulkhead_story::{CALLS, Happening, happenings, settings};

/// What a bulkhead said.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Entry(Entry),
    Turns(Vec<Turn>),
    Refused(Invalid),
}

/// Tells a bulkhead of one thing, with all lengths of time as many times as long.
fn tell(bulkhead: &mut Numbered, happening: Happening, now: &mut u64, times: u64) -> Option<Said> {
    let at = Time::from_nanos(*now);
    match happening {
        Happening::Pass(nanos) => *now += nanos * times,
        Happening::StepBack(nanos) => *now -= nanos * times,
        Happening::End(which) => {
            let mut inside = (0..CALLS).map(CallId).filter(|call| bulkhead.is_inside(*call));
            let which = which % (bulkhead.inside() as usize).max(1);
            if let Some(call) = inside.nth(which) {
                return Some(Said::Turns(bulkhead.leave(call, at)));
            }
        }
        Happening::Enter { call, caller, priority, deadline } => {
            let left = deadline.map(|left| left * times);
            let info = Happening::info(caller, priority, left, at);
            return Some(Said::Entry(bulkhead.enter(call, info, at)));
        }
        Happening::Leave(call) => return Some(Said::Turns(bulkhead.leave(call, at))),
        Happening::SetSlots(slots) => {
            let turns = bulkhead.set_slots(slots, at);
            return Some(turns.map_or_else(Said::Refused, Said::Turns));
        }
    }
    None
}

fn all_said(settings: &Settings, story: &[Happening], start: u64, times: u64) -> Vec<Said> {
    let mut bulkhead = Numbered::new(settings.clone()).expect("valid");
    let mut now = start;
    let said = story.iter().filter_map(|what| tell(&mut bulkhead, *what, &mut now, times));
    said.collect()
}

/// The same settings with all lengths of time as many times as long.
fn scaled(settings: Settings, times: u64) -> Settings {
    let order = match settings.order {
        Order::Adaptive(interval) => Order::Adaptive(interval * times),
        order => order,
    };
    let drop_policy = match settings.drop_policy {
        DropPolicy::Never => DropPolicy::Never,
        DropPolicy::Codel { interval, target } => {
            DropPolicy::Codel { interval: interval * times, target: target * times }
        }
        DropPolicy::ControlledTimeout { interval, max_wait } => {
            DropPolicy::ControlledTimeout { interval: interval * times, max_wait: max_wait * times }
        }
    };
    let scale = |span: Option<Duration>| span.map(|span| span * times);
    let (max_wait, min_remaining) = (scale(settings.max_wait), scale(settings.min_remaining));
    settings.with(|s| {
        s.order = order;
        s.drop_policy = drop_policy;
        s.max_wait = max_wait;
        s.min_remaining = min_remaining;
    })
}

proptest! {
    #[test]
    fn only_lengths_of_time_count_and_in_any_unit(
        settings in settings(),
        story in happenings(),
        later in 0..1_000_000_u64,
        times in 1..5_u64,
    ) {
        // So late that no step back meets the beginning of time.
        let start = 10_000;
        let said = all_said(&settings, &story, start, 1);
        prop_assert_eq!(&said, &all_said(&settings, &story, start + later, 1));
        prop_assert_eq!(&said, &all_said(&scaled(settings, times), &story, start, times));
    }

    #[test]
    fn a_copy_goes_on_alike_and_alone(
        settings in settings(),
        story in happenings(),
        cut in 0..150_usize,
        other in happenings(),
    ) {
        let mut path = Path::of(Bulkhead::new(settings).expect("valid"));
        let (before, after) = story.split_at(cut.min(story.len()));
        for what in before {
            let _said = path.happen(*what);
        }
        let (mut copy, mut third) = (path.clone(), path.clone());
        for what in other {
            let _said = third.happen(what);
        }
        for what in after {
            prop_assert_eq!(path.happen(*what), copy.happen(*what));
        }
    }
}

/// A bulkhead in the path of calls, of which there can be copies: its calls hold nothing.
#[derive(Clone)]
struct Path {
    bulkhead: Bulkhead,
    open: BTreeSet<u32>,
    sent: BTreeSet<u32>,
    now: u64,
}

impl Path {
    fn of(bulkhead: Bulkhead) -> Self {
        Self { bulkhead, open: BTreeSet::new(), sent: BTreeSet::new(), now: 10_000 }
    }

    /// Something happens. Returns what was done about it, and about all that were woken by it.
    fn happen(&mut self, happening: Happening) -> Vec<(u32, Option<Action>)> {
        let at = Time::from_nanos(self.now);
        match happening {
            Happening::Pass(nanos) => self.now += nanos,
            Happening::StepBack(nanos) => self.now -= nanos,
            Happening::Enter { call, caller, priority, deadline }
                if !self.open.contains(&call.0) =>
            {
                self.open.insert(call.0);
                let info = Happening::info(caller, priority, deadline, at);
                return self.tell(call.0, info, &|bulkhead, cx| Some(bulkhead.on_call(call, cx)));
            }
            Happening::Leave(call) if self.open.remove(&call.0) => {
                self.sent.remove(&call.0);
                return self.tell(call.0, CallInfo::default(), &|bulkhead, cx| {
                    bulkhead.on_cancel(call, cx);
                    None
                });
            }
            Happening::End(which) if !self.sent.is_empty() => {
                let which = self.sent.iter().copied().nth(which % self.sent.len());
                let call = which.expect("one of them");
                return self.tell(call, CallInfo::default(), &|bulkhead, cx| {
                    Some(bulkhead.on_reply(CallId(call), Outcome::Ok, cx))
                });
            }
            Happening::SetSlots(slots) => {
                let _refused = self.bulkhead.set_limit(slots, at);
            }
            _ => {}
        }
        Vec::new()
    }

    fn tell(
        &mut self,
        call: u32,
        mut info: CallInfo,
        tell: &dyn Fn(&mut Bulkhead, &mut Context<'_>) -> Option<Action>,
    ) -> Vec<(u32, Option<Action>)> {
        let (mut rng, mut effects) = (Script::new(&[]), Effects::default());
        let now = Time::from_nanos(self.now);
        let mut cx = Context::new(now, &mut info, &mut rng, &mut effects);
        let action = tell(&mut self.bulkhead, &mut cx);
        let mut done = vec![(call, action)];
        match action {
            Some(Action::Send) => _ = self.sent.insert(call),
            Some(Action::Reply(_)) => {
                self.open.remove(&call);
                self.sent.remove(&call);
            }
            _ => {}
        }
        for CallId(woken) in effects.woken {
            if self.open.contains(&woken) {
                done.extend(self.tell(woken, CallInfo::default(), &|bulkhead, cx| {
                    Some(bulkhead.on_wake(CallId(woken), cx))
                }));
            }
        }
        done
    }
}

//! What must not change how a bulkhead decides: when it all happens, the unit of time, a copy.

use patterns::bulkhead::{Bulkhead, DropPolicy, Entry, Order, Settings, Turn};
use patterns::{CallId, Duration, Invalid, Time};
use proptest::prelude::*;

use crate::bulkhead_story::{CALLS, Happening, happenings, settings};

/// What a bulkhead said.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Entry(Entry),
    Turns(Vec<Turn>),
    Refused(Invalid),
}

/// Tells a bulkhead of one thing, with all lengths of time as many times as long.
fn tell(bulkhead: &mut Bulkhead, happening: Happening, now: &mut u64, times: u64) -> Option<Said> {
    let at = Time::from_nanos(*now);
    match happening {
        Happening::Pass(nanos) => *now += nanos * times,
        Happening::StepBack(nanos) => *now -= nanos * times,
        Happening::End(which) => {
            let mut inside = (0..CALLS).map(CallId).filter(|call| bulkhead.is_inside(*call));
            let which = which % (bulkhead.inside() as usize).max(1);
            if let Some(call) = inside.nth(which) {
                return Some(Said::Turns(bulkhead.leave(call, at).to_vec()));
            }
        }
        Happening::Enter { call, caller, priority, deadline } => {
            let left = deadline.map(|left| left * times);
            let info = Happening::info(caller, priority, left, at);
            return Some(Said::Entry(bulkhead.enter(call, info, at)));
        }
        Happening::Leave(call) => return Some(Said::Turns(bulkhead.leave(call, at).to_vec())),
        Happening::SetSlots(slots) => {
            let turns = bulkhead.set_slots(slots, at);
            return Some(turns.map_or_else(Said::Refused, |turns| Said::Turns(turns.to_vec())));
        }
    }
    None
}

fn all_said(settings: &Settings, story: &[Happening], start: u64, times: u64) -> Vec<Said> {
    let mut bulkhead = Bulkhead::new(settings.clone()).expect("valid");
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
        DropPolicy::CoDel { interval, target } => {
            DropPolicy::CoDel { interval: interval * times, target: target * times }
        }
        DropPolicy::ControlledTimeout { interval, max_wait } => {
            DropPolicy::ControlledTimeout { interval: interval * times, max_wait: max_wait * times }
        }
    };
    let scale = |span: Option<Duration>| span.map(|span| span * times);
    let (max_wait, min_remaining) = (scale(settings.max_wait), scale(settings.min_remaining));
    Settings { order, drop_policy, max_wait, min_remaining, ..settings }
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
        let mut bulkhead = Bulkhead::new(settings).expect("valid");
        let mut now = 10_000;
        let (before, after) = story.split_at(cut.min(story.len()));
        for what in before {
            let _said = tell(&mut bulkhead, *what, &mut now, 1);
        }
        let (mut copy, mut third, mut then) = (bulkhead.clone(), bulkhead.clone(), now);
        for what in other {
            let _said = tell(&mut third, what, &mut then, 1);
        }
        let mut then = now;
        for what in after {
            let said = tell(&mut bulkhead, *what, &mut now, 1);
            prop_assert_eq!(said, tell(&mut copy, *what, &mut then, 1));
        }
    }
}

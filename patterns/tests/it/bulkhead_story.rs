//! What may happen to a bulkhead, with any settings.

use std::collections::BTreeMap;

use patterns::bulkhead::{DropPolicy, Order, Overflow, Partition, Settings};
use patterns::settings::CallerId;
use patterns::{CallId, CallInfo, Duration, Time};
use proptest::prelude::*;

/// Calls have numbers below this.
pub(crate) const CALLS: u32 = 14;

/// Something that happens to a bulkhead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Happening {
    Enter {
        call: CallId,
        caller: u16,
        priority: u8,
        deadline: Option<u64>,
    },
    /// A call goes, wherever it stands.
    Leave(CallId),
    /// The call inside at this index, counted round, goes.
    End(usize),
    Pass(u64),
    /// The clock goes back.
    StepBack(u64),
    SetSlots(u32),
}

impl Happening {
    /// What is known of a call that enters now.
    pub(crate) fn info(caller: u16, priority: u8, left: Option<u64>, now: Time) -> CallInfo {
        let deadline = left.map_or(Time::MAX, |left| now + Duration::from_nanos(left));
        CallInfo { caller, priority, deadline, ..CallInfo::default() }
    }
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let call = || (0..CALLS).prop_map(CallId);
    let happening = prop_oneof![
        16 => (call(), 0..4_u16, 0..5_u8, prop::option::weighted(0.3, 0..20_u64)).prop_map(
            |(call, caller, priority, deadline)| Happening::Enter {
                call,
                caller,
                priority,
                deadline
            }
        ),
        2 => call().prop_map(Happening::Leave),
        6 => any::<usize>().prop_map(Happening::End),
        6 => (0..6_u64).prop_map(Happening::Pass),
        1 => (1..6_u64).prop_map(Happening::StepBack),
        1 => (0..8_u32).prop_map(Happening::SetSlots),
    ];
    prop::collection::vec(happening, 1..150)
}

fn span(nanos: core::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    nanos.prop_map(Duration::from_nanos)
}

/// Shares of some of the callers 0 to 3 within so many slots.
fn partitions(slots: u32) -> impl Strategy<Value = BTreeMap<CallerId, Partition>> {
    let shares = prop::collection::vec(prop::option::of((0..3_u32, 0..4_u32)), 4);
    prop_oneof![Just(vec![None; 4]), shares].prop_map(move |shares| {
        let mut left = slots;
        let mut partitions = BTreeMap::new();
        for (caller, share) in shares.into_iter().enumerate().rev() {
            if let Some((reserved, more)) = share {
                let reserved = reserved.min(left);
                left -= reserved;
                let most = (reserved + more).max(1);
                partitions.insert(CallerId(caller as u16), Partition::of(reserved, most));
            }
        }
        partitions
    })
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let order =
        prop_oneof![Just(Order::Fifo), Just(Order::Lifo), span(0..10).prop_map(Order::Adaptive)];
    let overflow =
        prop_oneof![Just(Overflow::Newcomer), Just(Overflow::Lower), Just(Overflow::Last)];
    let drop_policy = prop_oneof![
        1 => Just(DropPolicy::Never),
        2 => (1..3_u64, 1..4_u64).prop_map(|(target, more)| DropPolicy::Codel {
            interval: Duration::from_nanos(target + more),
            target: Duration::from_nanos(target),
        }),
        1 => (span(0..8), span(0..4))
            .prop_map(|(interval, max_wait)| DropPolicy::ControlledTimeout { interval, max_wait }),
    ];
    let max_wait = prop::option::weighted(0.4, span(0..15));
    let min_remaining = prop::option::weighted(0.3, span(0..6));
    let slots = (1..4_u32).prop_flat_map(|slots| (Just(slots), partitions(slots)));
    (slots, 0..7_u32, max_wait, order, 1..4_u8, overflow, drop_policy, min_remaining).prop_map(
        |(
            (slots, partitions),
            queue,
            max_wait,
            order,
            priorities,
            overflow,
            drop_policy,
            min_remaining,
        )| {
            Settings::of(slots).with(|s| {
                (s.queue, s.max_wait, s.order) = (queue, max_wait, order);
                (s.priorities, s.overflow, s.partitions) = (priorities, overflow, partitions);
                (s.drop_policy, s.min_remaining) = (drop_policy, min_remaining);
            })
        },
    )
}

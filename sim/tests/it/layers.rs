//! Layers in every order under random stories: every call is answered once, and nothing of it is
//! left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use patterns::backoff::Jitter;
use patterns::report::StateId;
use patterns::{Action, CallId, CallInfo, Class, Context, Duration, Layer, Outcome, Time};
use proptest::prelude::*;
use sim::call::{CallEvent, Calls, ChainLink, Command, EdgeState, LayerInstance, Observer};
use sim::kernel::{RngStreams, Scheduler, StreamName};
use sim::model::system::LayerFactory;

use crate::kinds;
use crate::tank::{self, millis, secs};

/// What happens outside of the layers.
#[derive(Clone, Debug)]
enum Happening {
    /// A call comes.
    Call,
    /// Some request ends, well or not.
    End(usize, bool),
    /// Some caller gives up.
    Cancel(usize),
    /// Time passes, and the calls that asked for it are woken.
    Pass(u64),
}

/// Calls of all sorts: some ask for the same, some are in a hurry, some must not be repeated.
fn info(number: u32, now: Time) -> CallInfo {
    let hurry = u64::from(number % 5);
    CallInfo {
        deadline: if hurry == 0 { Time::MAX } else { now + millis(200) * hurry },
        key: number % 3,
        caller: (number % 2) as u16,
        priority: (number % 4) as u8,
        is_extra: false,
        is_idempotent: number % 7 != 3,
    }
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        3 => Just(Happening::Call),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(which, ok)| Happening::End(which, ok)),
        1 => any::<usize>().prop_map(Happening::Cancel),
        4 => (0..400_u64).prop_map(Happening::Pass),
    ];
    prop::collection::vec(one, 1..200)
}

/// Counts what it is given, and checks that it may be given that.
#[derive(Debug, Default)]
struct Counts {
    open: BTreeMap<u32, i64>,
    attempts: i64,
    given_up: i64,
    late: i64,
    diverted: i64,
    diverted_given_up: i64,
    diverted_late: i64,
}

impl Observer for Counts {
    fn edge(&mut self, edge: u32, event: CallEvent) {
        match event {
            CallEvent::Begun => *self.open.entry(edge).or_default() += 1,
            CallEvent::BegunAndSent => {
                *self.open.entry(edge).or_default() += 1;
                self.attempts += 1;
            }
            CallEvent::AnsweredAndEnded(..) => {
                *self.open.entry(edge).or_default() -= 1;
                self.attempts -= 1;
            }
            CallEvent::Ended(..) | CallEvent::EndedBelow(..) | CallEvent::GivenUp(_) => {
                *self.open.entry(edge).or_default() -= 1;
            }
            CallEvent::Sent => self.attempts += 1,
            CallEvent::Answered(..) => self.attempts -= 1,
            CallEvent::Dropped(_) => {
                self.attempts -= 1;
                self.given_up += 1;
            }
            CallEvent::Late(_) => self.late += 1,
            CallEvent::Diverted => self.diverted += 1,
            CallEvent::DivertedEnded(..) => self.diverted -= 1,
            CallEvent::DivertedGivenUp(_) => {
                self.diverted -= 1;
                self.diverted_given_up += 1;
            }
            CallEvent::DivertedLate(_) => self.diverted_late += 1,
        }
    }

    fn layer(&mut self, _layer: u32, _state: StateId) {}
}

/// Callers above and requests below.
struct Outside {
    calls: Calls,
    scheduler: Scheduler,
    counts: Counts,
    /// By caller, the frame of its open call.
    callers: BTreeMap<u32, u32>,
    next_caller: u32,
    /// Requests and their leaves; some work stops when it is given up.
    requests: BTreeMap<u32, u32>,
    next_request: u32,
    stops: bool,
    forgotten: i64,
}

const WAKE: u8 = 5;

impl Outside {
    fn new(layers: &[LayerFactory], spare: &[LayerFactory], stops: bool) -> Self {
        let mut scheduler = Scheduler::default();
        let streams = RngStreams::new(1);
        let instances = layers
            .iter()
            .chain(spare)
            .map(|factory| LayerInstance::new((factory.make)(), scheduler.lane()));
        let instances: Vec<LayerInstance> = instances.collect();
        let (split, all) = (layers.len() as u32, instances.len() as u32);
        let name = |index| StreamName::of("layer").number(index);
        let rngs = (0..u64::from(all)).map(|index| streams.stream(name(index))).collect();
        let chain = |places: Range<u32>| {
            places.map(|place| ChainLink { instance: place, rng: place }).collect()
        };
        let main = EdgeState { chain: chain(0..split), targets: [1, 2].into() };
        let spare = EdgeState { chain: chain(split..all), targets: [2, 2].into() };
        let last = EdgeState::default();
        Self {
            calls: Calls::new(&[main, spare, last], instances, rngs, WAKE),
            scheduler,
            counts: Counts::default(),
            callers: BTreeMap::new(),
            next_caller: 0,
            requests: BTreeMap::new(),
            next_request: 0,
            stops,
            forgotten: 0,
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let Self { calls, scheduler, counts, .. } = self;
        match *happening {
            Happening::Call => {
                let caller = self.next_caller;
                self.next_caller += 1;
                self.callers.insert(caller, calls.next_top());
                let next = calls.begin(0, caller, info(caller, scheduler.now()), scheduler, counts);
                self.obey(next);
            }
            Happening::End(which, ok) => {
                let Some(request) = nth(&self.requests, which) else { return };
                let leaf = self.requests.remove(&request).expect("it is there");
                let outcome = if ok { Outcome::Ok } else { Outcome::failed(Class::Network) };
                let next = calls.end(leaf, outcome, scheduler, counts);
                self.obey(next);
            }
            Happening::Cancel(which) => {
                let Some(caller) = nth(&self.callers, which) else { return };
                let top = self.callers.remove(&caller).expect("it is there");
                calls.cancel(top, caller, None, scheduler, counts);
                self.obey(None);
            }
            Happening::Pass(time) => {
                let until = scheduler.now() + millis(time);
                while let Some(event) = self.scheduler.next(until) {
                    assert_eq!(event.kind, WAKE);
                    let Self { calls, scheduler, counts, .. } = self;
                    let next = calls.wake(event.index, scheduler, counts);
                    self.obey(next);
                }
                // Time goes on even if no call asked to be woken.
                self.scheduler.schedule(until, sim::kernel::Event { kind: WAKE + 1, index: 0 });
                assert!(self.scheduler.next(until).is_some());
            }
        }
    }

    fn obey(&mut self, first: Option<Command>) {
        let mut next = first;
        while let Some(command) = next.take().or_else(|| self.calls.next_command()) {
            match command {
                Command::Launch { leaf, .. } => {
                    let request = self.next_request;
                    self.next_request += 1;
                    if self.calls.launch(leaf, request).is_some() {
                        self.requests.insert(request, leaf);
                    } else {
                        self.forgotten += 1;
                    }
                }
                Command::Abandon { leaf, request } => {
                    if self.stops && self.calls.is_abandoned(leaf, request) {
                        assert_eq!(self.requests.remove(&request), Some(leaf));
                        self.calls.forget(leaf);
                        self.forgotten += 1;
                    }
                }
                Command::Done { caller, .. } => {
                    assert!(self.callers.remove(&caller).is_some(), "answered twice");
                }
            }
        }
    }
}

fn nth(map: &BTreeMap<u32, u32>, which: usize) -> Option<u32> {
    map.keys().copied().nth(which % map.len().max(1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_once_and_leaves_nothing(
        layers in prop::collection::vec(kinds::any_layer(), 0..6),
        spare in prop::collection::vec(kinds::any_layer(), 0..3),
        stops in any::<bool>(),
        story in happenings(),
    ) {
        let mut outside = Outside::new(&layers, &spare, stops);
        for happening in &story {
            outside.happen(happening);
            prop_assert!(outside.callers.is_empty() || !outside.calls.is_empty());
            // Every request that is known is one that some leaf stands for, and but once.
            let leaves: BTreeSet<_> = outside.requests.values().collect();
            prop_assert_eq!(leaves.len(), outside.requests.len());
        }
        // Hedges within hedges make thousands of requests of some calls.
        for _ in 0..100_000 {
            if outside.callers.is_empty() && outside.requests.is_empty() {
                break;
            }
            outside.happen(&Happening::End(0, true));
            outside.happen(&Happening::Pass(1000));
        }
        prop_assert!(outside.callers.is_empty(), "a call was never answered");
        prop_assert!(outside.calls.is_empty(), "something is left of a call");
        prop_assert!(outside.counts.open.values().all(|open| *open == 0), "{:?}", outside.counts);
        prop_assert_eq!(outside.counts.attempts, 0);
        prop_assert_eq!(outside.counts.diverted, 0);
        prop_assert_eq!(outside.counts.given_up, outside.counts.late + outside.forgotten);
        let Counts { diverted_given_up, diverted_late, .. } = outside.counts;
        prop_assert!(diverted_late <= diverted_given_up);
    }
}

#[test]
fn an_attempt_beyond_the_first_is_marked() {
    /// Notes whether its calls are extra.
    #[derive(Clone, Debug)]
    struct Probe;
    impl Layer for Probe {
        fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
            cx.enter_state(StateId(u8::from(cx.info().is_extra)));
            Action::Reply(Outcome::failed(Class::Rejected))
        }
        fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
            Action::Reply(outcome)
        }
    }
    struct States(Vec<StateId>);
    impl Observer for States {
        fn edge(&mut self, _link: u32, _notice: CallEvent) {}
        fn layer(&mut self, _layer: u32, state: StateId) {
            self.0.push(state);
        }
    }
    let layers = [
        tank::retry(2, Duration::from_secs(1), Jitter::None),
        tank::timeout(secs(5)),
        tank::plain("probe", Probe),
    ];
    let mut outside = Outside::new(&layers, &[], false);
    let mut states = States(Vec::new());
    outside.calls.begin(0, 0, CallInfo::default(), &mut outside.scheduler, &mut states);
    while let Some(event) = outside.scheduler.next(Time::MAX) {
        outside.calls.wake(event.index, &mut outside.scheduler, &mut states);
    }
    assert_eq!(states.0, [0, 1, 1].map(StateId));
}

//! Coalescing against a plain list of flights, and with two faults that the same check finds.

use std::collections::VecDeque;

use patterns::coalesce::{Coalesce, Joined, LeaderGone, Settings, Turn};
use patterns::testing::Driver;
use patterns::{
    Action, CallId, CallInfo, Class, Context, Duration, Layer, Outcome, Reason, Rejected, Time,
};
use proptest::prelude::*;

const REJECTED: Outcome = Outcome::failed(Class::Rejected);
const FULL: Rejected = Rejected { reason: Reason::Full, until: None };
const NETWORK: Outcome = Outcome::failed(Class::Network);

fn settings(max_followers: u32, leader_gone: LeaderGone) -> Settings {
    Settings::default().with(|settings| {
        (settings.max_followers, settings.leader_gone) = (max_followers, leader_gone);
    })
}

fn coalesce(settings: Settings) -> Coalesce {
    Coalesce::new(settings).expect("valid")
}

fn driver(leader_gone: LeaderGone) -> Driver<Coalesce> {
    Driver::new(coalesce(settings(9, leader_gone)), &[])
}

/// One call outside.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    /// Its id may be used.
    Free,
    /// It has an attempt under way.
    Sent { info: CallInfo },
    /// It waits for somebody who asks for the same.
    Waiting { info: CallInfo },
    /// It is about to be sent in place of its leader.
    Promoted { info: CallInfo },
    /// It is about to be answered so.
    Answered { outcome: Outcome },
}

/// Drives a layer that coalesces as a policy would, next to a list of flights.
struct Outside<L> {
    driver: Driver<L>,
    settings: Settings,
    calls: [Call; 10],
    /// Of each key that is on the way, the leader and those that follow it.
    flights: Vec<(u32, Vec<usize>)>,
    woken: VecDeque<usize>,
}

impl<L: Layer> Outside<L> {
    fn new(layer: L, settings: Settings) -> Self {
        Self {
            driver: Driver::new(layer, &[]),
            settings,
            calls: [Call::Free; 10],
            flights: Vec::new(),
            woken: VecDeque::new(),
        }
    }

    fn call(&mut self, info: CallInfo) {
        let Some(id) = self.calls.iter().position(|call| *call == Call::Free) else { return };
        self.driver.info = info;
        let step = self.driver.call(id as u32);
        if !info.is_idempotent {
            assert_eq!(step, Action::Send, "it is sent for itself");
            self.calls[id] = Call::Sent { info };
            return;
        }
        match self.flights.iter_mut().find(|(key, _)| *key == info.key) {
            None => {
                assert_eq!(step, Action::Send, "nobody is on the way");
                self.calls[id] = Call::Sent { info };
                self.flights.push((info.key, vec![id]));
            }
            Some((_, members)) if members.len() <= self.settings.max_followers as usize => {
                assert_eq!(step, Action::Wait, "at most one attempt for each key");
                self.calls[id] = Call::Waiting { info };
                members.push(id);
            }
            Some(_) => assert_eq!(step, Action::Reply(REJECTED)),
        }
    }

    fn reply(&mut self, which: usize, outcome: Outcome) {
        let sent = |call: &Call| matches!(call, Call::Sent { .. });
        let Some(id) = self.pick(which, sent) else { return };
        let step = self.driver.reply(id as u32, outcome);
        assert_eq!(step, Action::Reply(outcome));
        self.calls[id] = Call::Free;
        self.end_flight_of(id, outcome);
        self.take_woken();
    }

    fn end_flight_of(&mut self, leader: usize, outcome: Outcome) {
        if let Some(at) = self.flights.iter().position(|(_, members)| members[0] == leader) {
            for id in &self.flights.remove(at).1[1..] {
                self.calls[*id] = Call::Answered { outcome };
            }
        }
    }

    fn cancel(&mut self, which: usize) {
        let Some(id) = self.pick(which, |call| *call != Call::Free) else { return };
        self.driver.cancel(id as u32);
        self.calls[id] = Call::Free;
        self.woken.retain(|woken| *woken != id);
        if let Some(at) = self.flights.iter().position(|(_, members)| members.contains(&id)) {
            let (_, members) = &mut self.flights[at];
            let led = members[0] == id;
            if led && (members.len() == 1 || self.settings.leader_gone == LeaderGone::FailAll) {
                self.end_flight_of(id, REJECTED);
            } else {
                members.retain(|member| *member != id);
                if let (true, Call::Waiting { info }) = (led, self.calls[members[0]]) {
                    self.calls[members[0]] = Call::Promoted { info };
                }
            }
        }
        self.take_woken();
    }

    fn take_woken(&mut self) {
        self.woken.extend(self.driver.effects.woken.drain(..).map(|call| call.0 as usize));
    }

    /// Wakes one call: one that asked for it, or as a surprise any other.
    fn wake(&mut self, surprise: Option<usize>) {
        let id = match surprise {
            None => self.woken.pop_front(),
            Some(which) => self.pick(which, |call| *call != Call::Free),
        };
        let Some(id) = id else { return };
        let step = self.driver.wake(id as u32);
        self.calls[id] = match self.calls[id] {
            Call::Promoted { info } => {
                assert_eq!(step, Action::Send);
                Call::Sent { info }
            }
            Call::Answered { outcome } => {
                assert_eq!(step, Action::Reply(outcome), "all of a flight are answered alike");
                self.woken.retain(|woken| *woken != id);
                Call::Free
            }
            other => {
                assert_eq!(step, Action::Wait);
                other
            }
        };
        self.take_woken();
    }

    fn pick(&self, which: usize, fits: impl Fn(&Call) -> bool) -> Option<usize> {
        let ids: Vec<usize> = (0..self.calls.len()).filter(|id| fits(&self.calls[*id])).collect();
        (!ids.is_empty()).then(|| ids[which % ids.len()])
    }

    /// Lets everything end that can.
    fn finish(&mut self) {
        loop {
            while !self.woken.is_empty() {
                self.wake(None);
            }
            if self.pick(0, |call| matches!(call, Call::Sent { .. })).is_none() {
                break;
            }
            self.reply(0, Outcome::Ok);
        }
        assert!(self.calls.iter().all(|call| *call == Call::Free), "somebody waits for ever");
    }
}

#[derive(Clone, Debug)]
enum Happening {
    Call { key: u32, is_idempotent: bool },
    Reply { which: usize, outcome: Outcome },
    Cancel { which: usize },
    Wake { surprise: Option<usize> },
}

fn happening() -> impl Strategy<Value = Happening> {
    let which = 0..100_usize;
    let outcome = prop::sample::select(vec![Outcome::Ok, Outcome::Degraded, NETWORK, REJECTED]);
    prop_oneof![
        6 => (0..3_u32, prop::bool::weighted(0.9))
            .prop_map(|(key, is_idempotent)| Happening::Call { key, is_idempotent }),
        2 => (which.clone(), outcome)
            .prop_map(|(which, outcome)| Happening::Reply { which, outcome }),
        2 => which.clone().prop_map(|which| Happening::Cancel { which }),
        4 => prop::option::weighted(0.2, which).prop_map(|surprise| Happening::Wake { surprise }),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let gone = prop::sample::select(vec![LeaderGone::Promote, LeaderGone::FailAll]);
    (0..5_u32, gone).prop_map(|(followers, gone)| settings(followers, gone))
}

fn check<L: Layer>(outside: &mut Outside<L>, story: Vec<Happening>) {
    for happening in story {
        match happening {
            Happening::Call { key, is_idempotent } => {
                outside.call(CallInfo { key, is_idempotent, ..CallInfo::default() });
            }
            Happening::Reply { which, outcome } => outside.reply(which, outcome),
            Happening::Cancel { which } => outside.cancel(which),
            Happening::Wake { surprise } => outside.wake(surprise),
        }
    }
    outside.finish();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn one_attempt_for_each_key_and_one_answer_for_all(
        settings in any_settings(),
        story in prop::collection::vec(happening(), 0..120),
    ) {
        let mut outside = Outside::new(coalesce(settings), settings);
        check(&mut outside, story);
        for key in 0..3 {
            prop_assert_eq!(outside.driver.layer.followers(key), None);
        }
    }
}

/// What a faulty layer does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// It forgets the followers of a leader that is given up.
    FollowersForgotten,
    /// It leaves a flight open that has ended, so that its answer is given once more.
    FlightStaysOpen,
}

struct Faulty {
    coalesce: Coalesce,
    fault: Fault,
    ended: Option<(u32, Outcome)>,
}

impl Layer for Faulty {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        match self.ended {
            Some((key, outcome)) if key == cx.info().key => Action::Reply(outcome),
            _ => self.coalesce.on_call(call, cx),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        if self.fault == Fault::FlightStaysOpen {
            self.ended = Some((cx.info().key, outcome));
        }
        self.coalesce.on_reply(call, outcome, cx)
    }

    fn on_wake(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        self.coalesce.on_wake(call, cx)
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        if self.fault == Fault::FollowersForgotten {
            self.coalesce.cancel(call, |_| {});
        } else {
            self.coalesce.on_cancel(call, cx);
        }
    }
}

fn faulty(fault: Fault) {
    let settings = settings(5, LeaderGone::Promote);
    let layer = Faulty { coalesce: coalesce(settings), fault, ended: None };
    let call = Happening::Call { key: 0, is_idempotent: true };
    let end = match fault {
        Fault::FollowersForgotten => Happening::Cancel { which: 0 },
        Fault::FlightStaysOpen => Happening::Reply { which: 0, outcome: Outcome::Ok },
    };
    let story = vec![call.clone(), call.clone(), end, Happening::Wake { surprise: None }, call];
    check(&mut Outside::new(layer, settings), story);
}

#[test]
#[should_panic(expected = "somebody waits for ever")]
fn forgotten_followers_are_found() {
    faulty(Fault::FollowersForgotten);
}

#[test]
#[should_panic(expected = "nobody is on the way")]
fn a_flight_that_stays_open_is_found() {
    faulty(Fault::FlightStaysOpen);
}

#[test]
fn followers_wait_for_the_leader_and_are_told_in_order() {
    let mut driver = driver(LeaderGone::Promote);
    assert_eq!([4, 2, 7].map(|call| driver.call(call)), [Action::Send, Action::Wait, Action::Wait]);
    assert_eq!(driver.layer.followers(0), Some(2));
    assert_eq!(driver.wake(7), Action::Wait);
    let busy = Outcome::failed_until(Class::Overload, Duration::from_secs(3));
    assert_eq!(driver.reply(4, busy), Action::Reply(busy));
    assert_eq!(driver.effects.woken, [CallId(2), CallId(7)]);
    assert_eq!(driver.call(4), Action::Send, "the flight has ended, though they are not told yet");
    assert_eq!([2, 7].map(|call| driver.wake(call)), [Action::Reply(busy); 2]);
    assert_eq!(driver.wake(2), Action::Wait, "a second wake in one instant says nothing");
}

#[test]
fn exactly_so_many_may_follow() {
    for most in [0, 1, 3] {
        let layer = coalesce(settings(most, LeaderGone::Promote));
        let mut driver = Driver::new(layer, &[]);
        assert_eq!(driver.call(0), Action::Send);
        for follower in 1..=most {
            assert_eq!(driver.call(follower), Action::Wait);
        }
        assert_eq!(driver.call(9), Action::Reply(REJECTED));
        driver.cancel(most);
        let again = if most == 0 { Action::Send } else { Action::Wait };
        assert_eq!(driver.call(9), again, "whoever has gone makes room");
    }
}

#[test]
fn a_follower_that_goes_leaves_the_others_alone() {
    for gone in [1, 2, 3] {
        let mut driver = driver(LeaderGone::FailAll);
        assert_eq!([0, 1, 2, 3].map(|call| driver.call(call))[3], Action::Wait);
        driver.cancel(gone);
        assert!(driver.effects.woken.is_empty());
        driver.late(gone, Outcome::Ok);
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
        let left: Vec<CallId> = (1..4).filter(|call| *call != gone).map(CallId).collect();
        assert_eq!(driver.effects.woken, left);
    }
}

#[test]
fn a_new_leader_is_sent_once_and_has_the_others_behind_it() {
    let mut driver = driver(LeaderGone::Promote);
    assert_eq!([0, 1, 2].map(|call| driver.call(call)), [Action::Send, Action::Wait, Action::Wait]);
    driver.cancel(0);
    assert_eq!(driver.effects.woken, [CallId(1)]);
    assert_eq!(driver.call(3), Action::Wait, "nobody slips in before it is sent");
    assert_eq!([1, 1].map(|call| driver.wake(call)), [Action::Send, Action::Wait]);
    driver.late(0, NETWORK);
    assert_eq!(driver.wake(2), Action::Wait, "what came late is nobody's answer");
    assert_eq!(driver.reply(1, Outcome::Ok), Action::Reply(Outcome::Ok));
    assert_eq!([2, 3].map(|call| driver.wake(call)), [Action::Reply(Outcome::Ok); 2]);
}

#[test]
fn a_new_leader_that_goes_before_it_was_sent_passes_it_on() {
    let mut driver = driver(LeaderGone::Promote);
    assert_eq!([0, 1, 2].map(|call| driver.call(call)), [Action::Send, Action::Wait, Action::Wait]);
    driver.cancel(0);
    driver.cancel(1);
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    assert_eq!(driver.wake(2), Action::Send);
    driver.cancel(2);
    assert_eq!(driver.call(5), Action::Send, "and when nobody is left, it is over");
}

#[test]
fn without_a_new_leader_all_of_them_fail() {
    let mut driver = driver(LeaderGone::FailAll);
    assert_eq!([0, 1, 2].map(|call| driver.call(call)), [Action::Send, Action::Wait, Action::Wait]);
    driver.cancel(0);
    assert_eq!(driver.effects.woken, [CallId(1), CallId(2)]);
    assert_eq!(driver.call(0), Action::Send);
    driver.cancel(1);
    assert_eq!(driver.wake(2), Action::Reply(REJECTED));
}

#[test]
fn time_has_no_say() {
    let mut driver = driver(LeaderGone::Promote);
    for now in [Time::MAX, Time::ZERO] {
        driver.now = now;
        assert_eq!([0, 1].map(|call| driver.call(call)), [Action::Send, Action::Wait]);
        assert_eq!(driver.reply(0, Outcome::Ok), Action::Reply(Outcome::Ok));
        assert_eq!(driver.wake(1), Action::Reply(Outcome::Ok));
    }
}

#[test]
fn by_itself() {
    let mut coalesce = coalesce(settings(1, LeaderGone::Promote));
    let [one, two, three] = [0, 1, 2].map(CallId);
    assert_eq!(
        [one, two, three].map(|call| coalesce.join(call, 5)),
        [Ok(Joined::Leads), Ok(Joined::Follows), Err(FULL)]
    );
    assert_eq!(coalesce.turn(three), Turn::Wait);
    coalesce.cancel(three, |_| panic!("it was never here"));
    coalesce.record(two, Outcome::Ok, |_| panic!("nobody follows a follower"));
    coalesce.cancel(one, |next| assert_eq!(next, two));
    assert_eq!(coalesce.turn(two), Turn::Send);
    assert_eq!(coalesce.join(one, 5), Ok(Joined::Follows));
    coalesce.record(two, Outcome::Ok, |next| assert_eq!(next, one));
    coalesce.cancel(one, |_| panic!("it leads nobody"));
    assert_eq!(coalesce.turn(one), Turn::Wait, "it has gone with its answer");
}

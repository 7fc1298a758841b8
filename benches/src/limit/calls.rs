//! W3: calls through retries, a breaker and a timeout to a service that goes down once.

use std::collections::VecDeque;

use patterns::{Class, Duration, Outcome};
use sim::kernel::Queue;

use super::key::{exponential, key, time, what};
use super::recording::{BreakerState, Recording, Stay};
use super::streams::Streams;
use crate::workload::{Answer, Calls};

const THINK: u32 = 0;
const DONE: u32 = 1;
const TIMEOUT: u32 = 2;
const BACKOFF: u32 = 3;
const DOWN: u32 = 4;
const UP: u32 = 5;

#[derive(Clone, Copy)]
struct Client<Moment> {
    /// Of its task; none while it thinks.
    attempts: u32,
    /// The longest next wait after a failure of each class.
    waits: [Duration; 3],
    /// Counts attempts for ever, so that what belongs to an earlier one is known.
    attempt: u32,
    /// The state of the breaker that let its attempt pass.
    generation: u32,
    waits_for_answer: bool,
    /// When its task began.
    began: Moment,
}

/// A request at the service: whose it is, which attempt of that client, and what it will come to.
#[derive(Clone, Copy)]
struct Request<Moment> {
    client: u32,
    attempt: u32,
    work: u64,
    fails: bool,
    arrived: Moment,
    /// When it got its slot, if it has one.
    started: Moment,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// Of the class network: by an error or by the outage.
    Failed = 0,
    TimedOut = 1,
    Refused = 2,
    Good = 3,
}

impl End {
    const fn outcome(self) -> Outcome {
        match self {
            Self::Failed => Outcome::failed(Class::Network),
            Self::TimedOut => Outcome::failed(Class::Timeout),
            Self::Refused => Outcome::failed(Class::BreakerOpen),
            Self::Good => Outcome::Ok,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Breaker {
    Closed(u32),
    Open(u64),
    Probing,
}

struct Shop<R: Recording> {
    settings: Calls,
    queue: Queue,
    serial: u64,
    streams: Vec<Streams>,
    clients: Vec<Client<R::Moment>>,
    /// By slot.
    at_work: Vec<Option<Request<R::Moment>>>,
    line: VecDeque<Request<R::Moment>>,
    /// Deadlines of one length come in the order in which they were set: only the first that is
    /// still waited for is in the queue.
    deadlines: VecDeque<(u64, u32, u32)>,
    down: bool,
    breaker: Breaker,
    generation: u32,
    epoch: u32,
    good: u64,
    ended: u64,
    recording: R,
}

/// W3: clients with think time, a service of a few slots and a queue, a timeout, retries with full
/// jitter, a breaker that all share, errors, and one outage.
pub fn calls<R: Recording>(settings: Calls, seed: u64) -> (Answer, R) {
    let client = Client {
        attempts: 0,
        waits: [Duration::ZERO; 3],
        attempt: 0,
        generation: 0,
        waits_for_answer: false,
        began: R::moment(0),
    };
    let streams = R::streams(settings.clients - 1) as u64 + 1;
    let mut shop = Shop {
        settings,
        queue: Queue::default(),
        serial: 0,
        streams: (0..streams).map(|client| Streams::of(seed, client)).collect(),
        clients: vec![client; settings.clients as usize],
        at_work: vec![None; settings.slots as usize],
        line: VecDeque::new(),
        deadlines: VecDeque::new(),
        down: false,
        breaker: Breaker::Closed(0),
        generation: 0,
        epoch: 0,
        good: 0,
        ended: 0,
        recording: R::new(settings.horizon, settings.timeout, settings.clients),
    };
    for client in 0..settings.clients {
        shop.think(0, client);
    }
    shop.push(settings.down_at.as_nanos(), DOWN, 0);
    shop.push((settings.down_at + settings.down_for).as_nanos(), UP, 0);
    shop.run();
    shop.close();
    let answer = Answer { operations: shop.ended, figure: shop.good as f64 / shop.ended as f64 };
    (answer, shop.recording)
}

impl<R: Recording> Shop<R> {
    fn push(&mut self, at: u64, kind: u32, index: u32) {
        self.queue.push(key(at, &mut self.serial, kind << 20 | index));
    }

    fn run(&mut self) {
        while let Some(next) = self.queue.pop() {
            let now = time(next);
            if now > self.settings.horizon.as_nanos() {
                return;
            }
            let index = what(next) & ((1 << 20) - 1);
            let kind = what(next) >> 20;
            // The slots of a service that went down were emptied: what was in them is over.
            if kind == DONE && index >> 10 != self.epoch & 1023 {
                continue;
            }
            // Each deadline that is due is an event of its own.
            if kind != TIMEOUT {
                self.recording.event(now, what(next));
            }
            match kind {
                THINK => {
                    let client = &mut self.clients[index as usize];
                    client.waits = [self.settings.backoff; 3];
                    client.began = R::moment(now);
                    self.recording.task_began();
                    self.attempt(now, index);
                }
                DONE => self.done(now, index & 1023),
                TIMEOUT => self.deadline(now),
                BACKOFF => self.attempt(now, index),
                DOWN => self.go_down(now),
                _ => {
                    self.recording.outage(now, false);
                    self.down = false;
                }
            }
        }
    }

    fn think(&mut self, now: u64, index: u32) {
        let streams = &mut self.streams[R::streams(index)];
        let at = now + exponential(&mut streams.think, self.settings.think);
        self.push(at, THINK, index);
    }

    fn attempt(&mut self, now: u64, index: u32) {
        let admitted = match self.breaker {
            Breaker::Closed(_) => true,
            Breaker::Open(until) if until <= now => {
                self.turn(now, Breaker::Probing);
                true
            }
            Breaker::Open(_) | Breaker::Probing => false,
        };
        let client = &mut self.clients[index as usize];
        client.attempts += 1;
        if !admitted {
            self.recording.attempt_refused();
            return self.attempt_ended(now, index, End::Refused);
        }
        client.attempt += 1;
        client.generation = self.generation;
        client.waits_for_answer = true;
        let (attempt, at) = (client.attempt, now + self.settings.timeout.as_nanos());
        if self.deadlines.is_empty() {
            self.push(at, TIMEOUT, 0);
        }
        self.deadlines.push_back((at, index, attempt));
        let streams = &mut self.streams[R::streams(index)];
        let work = exponential(&mut streams.work, self.settings.service);
        let fails = streams.errors.uniform() < self.settings.errors;
        let arrived = R::moment(now);
        let request = Request { client: index, attempt, work, fails, arrived, started: arrived };
        self.recording.attempt_sent(now);
        if self.down {
            self.recording.request_refused(End::Failed.outcome());
            self.answered(now, request, End::Failed);
        } else if let Some(slot) = self.at_work.iter().position(Option::is_none) {
            self.recording.request_let_in(true);
            self.start(now, slot, request);
        } else {
            self.recording.request_let_in(false);
            self.line.push_back(request);
        }
    }

    fn start(&mut self, now: u64, slot: usize, request: Request<R::Moment>) {
        self.recording.request_started(now, request.arrived);
        self.at_work[slot] = Some(Request { started: R::moment(now), ..request });
        self.push(now + request.work, DONE, (self.epoch & 1023) << 10 | slot as u32);
    }

    fn done(&mut self, now: u64, slot: u32) {
        let slot = slot as usize;
        let request = self.at_work[slot].take().expect("only what was started is done");
        let end = if request.fails { End::Failed } else { End::Good };
        let stay = self.stay(request);
        self.recording.request_ended(now, request.client, stay, end.outcome());
        if let Some(next) = self.line.pop_front() {
            self.recording.line_moves();
            self.start(now, slot, next);
        }
        self.answered(now, request, end);
    }

    fn is_awaited(&self, request: Request<R::Moment>) -> bool {
        let client = &self.clients[request.client as usize];
        client.waits_for_answer && client.attempt == request.attempt
    }

    fn stay(&self, request: Request<R::Moment>) -> Stay<R::Moment> {
        let Request { arrived, started, .. } = request;
        Stay { arrived, started, is_abandoned: !self.is_awaited(request) }
    }

    fn answered(&mut self, now: u64, request: Request<R::Moment>, end: End) {
        if self.is_awaited(request) {
            self.recording.attempt_answered(end.outcome());
            self.attempt_ended(now, request.client, end);
        } else {
            self.recording.attempt_late();
        }
    }

    fn deadline(&mut self, now: u64) {
        while let Some((at, index, attempt)) = self.deadlines.front().copied() {
            let client = &self.clients[index as usize];
            let waits = client.waits_for_answer && client.attempt == attempt;
            if waits && at > now {
                self.push(at, TIMEOUT, 0);
                return;
            }
            self.deadlines.pop_front();
            if waits {
                self.recording.event(now, TIMEOUT << 20 | index);
                self.recording.attempt_given_up();
                self.attempt_ended(now, index, End::TimedOut);
            }
        }
    }

    fn attempt_ended(&mut self, now: u64, index: u32, end: End) {
        let good = end == End::Good;
        let client = &mut self.clients[index as usize];
        client.waits_for_answer = false;
        if end != End::Refused {
            if client.generation == self.generation {
                self.judge(now, good);
            } else {
                self.recording.result_stale();
            }
        }
        let client = &mut self.clients[index as usize];
        if good || client.attempts > self.settings.retries {
            let attempts = std::mem::take(&mut client.attempts);
            self.ended += 1;
            self.good += u64::from(good);
            self.recording.task_ended(now, index, client.began, end.outcome(), attempts);
            self.think(now, index);
        } else {
            let longest = &mut client.waits[end as usize];
            let wait = longest.scale(self.streams[R::streams(index)].jitter.uniform());
            *longest = *longest * 2;
            let at = now + wait.as_nanos();
            self.recording.retry_waits(now, at, end.outcome());
            self.push(at, BACKOFF, index);
        }
    }

    /// The breaker learns how an attempt ended that its present state let in.
    fn judge(&mut self, now: u64, good: bool) {
        match (self.breaker, good) {
            (Breaker::Closed(_), true) => self.breaker = Breaker::Closed(0),
            (Breaker::Closed(failures), false) if failures + 1 < self.settings.failures => {
                self.breaker = Breaker::Closed(failures + 1);
            }
            (_, false) => self.turn(now, Breaker::Open(now + self.settings.open.as_nanos())),
            (_, true) => self.turn(now, Breaker::Closed(0)),
        }
    }

    /// The breaker enters another state.
    fn turn(&mut self, now: u64, breaker: Breaker) {
        self.breaker = breaker;
        self.generation += 1;
        let state = match breaker {
            Breaker::Closed(_) => BreakerState::Closed,
            Breaker::Open(_) => BreakerState::Open,
            Breaker::Probing => BreakerState::HalfOpen,
        };
        self.recording.breaker(now, state);
    }

    fn go_down(&mut self, now: u64) {
        self.recording.outage(now, true);
        self.down = true;
        self.epoch += 1;
        let mut lost: Vec<_> = self.at_work.iter_mut().filter_map(Option::take).collect();
        let in_slots = lost.len();
        lost.extend(self.line.drain(..));
        for (index, request) in lost.into_iter().enumerate() {
            let (stay, outcome) = (self.stay(request), End::Failed.outcome());
            self.recording.request_lost(now, stay, index < in_slots, outcome);
            self.answered(now, request, End::Failed);
        }
    }

    /// Adds what is there when the run ends.
    fn close(&mut self) {
        let end = self.settings.horizon.as_nanos();
        for request in self.at_work.iter().flatten() {
            self.recording.request_open(end, self.stay(*request), true);
        }
        for request in &self.line {
            self.recording.request_open(end, self.stay(*request), false);
        }
        for (index, client) in (0..).zip(&self.clients) {
            if client.attempts > 0 {
                self.recording.task_open(end, index, client.began);
            }
        }
        self.recording.finish(end);
    }
}

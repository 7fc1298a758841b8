//! The limit: one loop for each workload, written by hand.

use std::collections::VecDeque;

use patterns::Duration;
use sim::kernel::{Queue, RngStream, RngStreams};

use crate::workload::{Answer, Calls, Run};

/// An event packed into a key: time in the high 64 bits, then a serial number, then what happens.
fn key(at: u64, serial: &mut u64, what: u32) -> u128 {
    *serial += 1;
    u128::from(at) << 64 | u128::from(*serial) << 26 | u128::from(what)
}

fn time(key: u128) -> u64 {
    (key >> 64) as u64
}

fn what(key: u128) -> u32 {
    key as u32 & ((1 << 26) - 1)
}

fn exponential(stream: &mut RngStream, mean: Duration) -> u64 {
    mean.scale(stream.exponential()).as_nanos()
}

/// W1: M/M/1 at load 0.8, until this number of customers has left.
pub fn mm1(customers: u64, seed: u64) -> Answer {
    const ARRIVAL: u32 = 0;
    const DEPARTURE: u32 = 1;
    let between = Duration::from_millis(1250);
    let service = Duration::from_millis(1000);
    let streams = RngStreams::new(seed);
    let (mut arrivals, mut services) = (streams.stream("arrivals"), streams.stream("services"));
    let mut queue = Queue::default();
    let mut serial = 0;
    let mut line: VecDeque<u64> = VecDeque::new();
    let (mut left, mut sojourn) = (0, 0_u128);
    queue.push(key(exponential(&mut arrivals, between), &mut serial, ARRIVAL));
    while left < customers {
        let next = queue.pop().expect("there is always a next arrival");
        let now = time(next);
        if what(next) == ARRIVAL {
            let gap = exponential(&mut arrivals, between);
            queue.push(key(now + gap, &mut serial, ARRIVAL));
            line.push_back(now);
            if line.len() == 1 {
                let work = exponential(&mut services, service);
                queue.push(key(now + work, &mut serial, DEPARTURE));
            }
        } else {
            let arrived = line.pop_front().expect("a customer is served");
            sojourn += u128::from(now - arrived);
            left += 1;
            if !line.is_empty() {
                let work = exponential(&mut services, service);
                queue.push(key(now + work, &mut serial, DEPARTURE));
            }
        }
    }
    Answer { operations: left, figure: sojourn as f64 / left as f64 / 1e9 }
}

/// W2: the hold model (Jones, 1986): a number of events is pending; each one is put back at a
/// time drawn from an exponential distribution, until a number of them has come.
pub fn hold(pending: u32, holds: u64, seed: u64) -> Run {
    let mean = Duration::from_secs(1);
    let mut rng = RngStreams::new(seed).stream("holds");
    let mut queue = Queue::default();
    let mut serial = 0;
    for what in 0..pending {
        queue.push(key(exponential(&mut rng, mean), &mut serial, what));
    }
    Box::new(move || {
        let mut now = 0;
        for _ in 0..holds {
            let next = queue.pop().expect("as many go in as come out");
            now = time(next);
            let again = now + exponential(&mut rng, mean);
            queue.push(key(again, &mut serial, what(next)));
        }
        Answer { operations: holds, figure: now as f64 / 1e9 * f64::from(pending) / holds as f64 }
    })
}

const THINK: u32 = 0;
const DONE: u32 = 1;
const TIMEOUT: u32 = 2;
const BACKOFF: u32 = 3;
const DOWN: u32 = 4;
const UP: u32 = 5;

#[derive(Clone, Copy, Default)]
struct Client {
    attempts: u32,
    /// The longest next wait after a failure of each class.
    waits: [u64; 3],
    /// Counts attempts for ever, so that what belongs to an earlier one is known.
    attempt: u32,
    /// The state of the breaker that let its attempt pass.
    generation: u32,
    waits_for_answer: bool,
}

/// A request at the service: whose it is, and which attempt of that client.
#[derive(Clone, Copy)]
struct Request {
    client: u32,
    attempt: u32,
    work: u64,
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

#[derive(Clone, Copy, PartialEq)]
enum Breaker {
    Closed(u32),
    Open(u64),
    Probing,
}

struct Shop {
    settings: Calls,
    queue: Queue,
    serial: u64,
    think: RngStream,
    work: RngStream,
    rng: RngStream,
    jitter: RngStream,
    clients: Vec<Client>,
    /// By slot.
    at_work: Vec<Option<Request>>,
    line: VecDeque<Request>,
    /// Deadlines of one length come in the order in which they were set: only the first that is
    /// still waited for is in the queue.
    deadlines: VecDeque<(u64, u32, u32)>,
    down: bool,
    breaker: Breaker,
    generation: u32,
    epoch: u32,
    good: u64,
    ended: u64,
}

/// W3: clients with think time, a service of a few slots and a queue, a timeout, retries with full
/// jitter, a breaker that all share, errors, and one outage.
pub fn calls(settings: Calls, seed: u64) -> Answer {
    let streams = RngStreams::new(seed);
    let mut shop = Shop {
        settings,
        queue: Queue::default(),
        serial: 0,
        think: streams.stream("think"),
        work: streams.stream("work"),
        rng: streams.stream("luck"),
        jitter: streams.stream("jitter"),
        clients: vec![Client::default(); settings.clients as usize],
        at_work: vec![None; settings.slots as usize],
        line: VecDeque::new(),
        deadlines: VecDeque::new(),
        down: false,
        breaker: Breaker::Closed(0),
        generation: 0,
        epoch: 0,
        good: 0,
        ended: 0,
    };
    for client in 0..settings.clients {
        let at = exponential(&mut shop.think, settings.think);
        shop.push(at, THINK, client);
    }
    shop.push(settings.down_at.as_nanos(), DOWN, 0);
    shop.push((settings.down_at + settings.down_for).as_nanos(), UP, 0);
    shop.run();
    Answer { operations: shop.ended, figure: shop.good as f64 / shop.ended as f64 }
}

impl Shop {
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
            match what(next) >> 20 {
                THINK => {
                    let backoff = self.settings.backoff.as_nanos();
                    let client = &mut self.clients[index as usize];
                    (client.attempts, client.waits) = (0, [backoff; 3]);
                    self.attempt(now, index);
                }
                // The slots of a service that went down were emptied: what was in them is over.
                DONE if index >> 10 == self.epoch & 1023 => self.done(now, index & 1023),
                DONE => {}
                TIMEOUT => self.deadline(now),
                BACKOFF => self.attempt(now, index),
                DOWN => self.go_down(now),
                _ => self.down = false,
            }
        }
    }

    fn attempt(&mut self, now: u64, index: u32) {
        let admitted = match self.breaker {
            Breaker::Closed(_) => true,
            Breaker::Open(until) if until <= now => {
                self.breaker = Breaker::Probing;
                self.generation += 1;
                true
            }
            Breaker::Open(_) | Breaker::Probing => false,
        };
        let client = &mut self.clients[index as usize];
        client.attempts += 1;
        if !admitted {
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
        let work = exponential(&mut self.work, self.settings.service);
        let request = Request { client: index, attempt, work };
        if self.down {
            self.answered(now, request, End::Failed);
        } else if let Some(slot) = self.at_work.iter().position(Option::is_none) {
            self.start(now, slot, request);
        } else {
            self.line.push_back(request);
        }
    }

    fn start(&mut self, now: u64, slot: usize, request: Request) {
        self.at_work[slot] = Some(request);
        self.push(now + request.work, DONE, (self.epoch & 1023) << 10 | slot as u32);
    }

    fn done(&mut self, now: u64, slot: u32) {
        let slot = slot as usize;
        let request = self.at_work[slot].take().expect("only what was started is done");
        let failed = self.rng.uniform() < self.settings.errors;
        if let Some(next) = self.line.pop_front() {
            self.start(now, slot, next);
        }
        self.answered(now, request, if failed { End::Failed } else { End::Good });
    }

    fn answered(&mut self, now: u64, request: Request, end: End) {
        let client = &mut self.clients[request.client as usize];
        if client.waits_for_answer && client.attempt == request.attempt {
            self.attempt_ended(now, request.client, end);
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
                self.attempt_ended(now, index, End::TimedOut);
            }
        }
    }

    fn attempt_ended(&mut self, now: u64, index: u32, end: End) {
        let good = end == End::Good;
        let client = &mut self.clients[index as usize];
        client.waits_for_answer = false;
        if end != End::Refused && client.generation == self.generation {
            self.breaker = match (self.breaker, good) {
                (Breaker::Closed(_), true) => Breaker::Closed(0),
                (Breaker::Closed(failures), false) if failures + 1 < self.settings.failures => {
                    Breaker::Closed(failures + 1)
                }
                (_, false) => {
                    self.generation += 1;
                    Breaker::Open(now + self.settings.open.as_nanos())
                }
                (_, true) => {
                    self.generation += 1;
                    Breaker::Closed(0)
                }
            };
        }
        if good || client.attempts > self.settings.retries {
            self.ended += 1;
            self.good += u64::from(good);
            let at = now + exponential(&mut self.think, self.settings.think);
            self.push(at, THINK, index);
        } else {
            let longest = &mut client.waits[end as usize];
            let wait = (*longest as f64 * self.jitter.uniform()) as u64;
            *longest *= 2;
            self.push(now + wait, BACKOFF, index);
        }
    }

    fn go_down(&mut self, now: u64) {
        self.down = true;
        self.epoch += 1;
        let lost: Vec<Request> =
            self.at_work.iter_mut().filter_map(Option::take).chain(self.line.drain(..)).collect();
        for request in lost {
            self.answered(now, request, End::Failed);
        }
    }
}

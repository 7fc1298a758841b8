//! W1: M/M/1.

use std::collections::VecDeque;

use patterns::{Duration, Outcome};
use sim::kernel::Queue;

use super::key::{exponential, key, time, what};
use super::recording::{Recording, Stay};
use super::streams::Streams;
use crate::workload::{Answer, Customers};

const ARRIVAL: u32 = 0;
const DEPARTURE: u32 = 1;

/// W1: M/M/1, until the horizon.
pub fn mm1<R: Recording>(settings: Customers, seed: u64) -> (Answer, R) {
    let Customers { between, service, horizon } = settings;
    let Streams { think: mut arrivals, work: mut services, .. } = Streams::of(seed, 0);
    let mut queue = Queue::default();
    let mut serial = 0;
    let mut line: VecDeque<u64> = VecDeque::new();
    let (mut left, mut sojourn) = (0, 0_u128);
    let mut recording = R::new(horizon, Duration::MAX, 1);
    let mut started = R::moment(0);
    queue.push(key(exponential(&mut arrivals, between), &mut serial, ARRIVAL));
    while let Some(next) = queue.pop() {
        let now = time(next);
        if now > horizon.as_nanos() {
            break;
        }
        recording.event(now, what(next));
        let begins = if what(next) == ARRIVAL {
            let gap = exponential(&mut arrivals, between);
            queue.push(key(now + gap, &mut serial, ARRIVAL));
            line.push_back(now);
            recording.task_began();
            recording.attempt_sent(now);
            recording.request_let_in(line.len() == 1);
            line.len() == 1
        } else {
            let arrived = line.pop_front().expect("a customer is served");
            sojourn += u128::from(now - arrived);
            left += 1;
            let stay = Stay { arrived: R::moment(arrived), started, is_abandoned: false };
            recording.request_ended(now, 0, stay, Outcome::Ok);
            recording.attempt_answered(Outcome::Ok);
            recording.task_ended(now, 0, R::moment(arrived), Outcome::Ok, 1);
            if !line.is_empty() {
                recording.line_moves();
            }
            !line.is_empty()
        };
        if begins {
            started = R::moment(now);
            recording.request_started(now, R::moment(line[0]));
            let work = exponential(&mut services, service);
            queue.push(key(now + work, &mut serial, DEPARTURE));
        }
    }
    let end = horizon.as_nanos();
    for (place, arrived) in line.into_iter().enumerate() {
        let stay = Stay { arrived: R::moment(arrived), started, is_abandoned: false };
        recording.request_open(end, stay, place == 0);
        recording.task_open(end, 0, R::moment(arrived));
    }
    recording.finish(end);
    let answer = Answer { operations: left, figure: sojourn as f64 / left as f64 / 1e9 };
    (answer, recording)
}

//! Those who send tasks wait for a time that is drawn for each, and then give up or do not.

use sim::kernel::Distribution;
use sim::model::system::Abandoned;

use crate::support::{rate, replicate, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, secs};

/// M/M/1 in which who waits for longer than an exponential time with the rate θ has failed, but
/// stays in line: the sojourn is exponential with the rate μ − λ, and so the share θ / (θ + μ − λ)
/// is late.
#[test]
fn patience_that_is_drawn_judges_each_task() {
    case!();
    let (arrivals, work, impatience) = (0.8, 1.0, 0.1);
    let service = tank::service("service", 1, u32::MAX, rate(work));
    let mut system = stream_to(service, rate(arrivals), secs(100_000));
    system.agents[0].patience = Some(rate(impatience));
    let [late, sojourn] = replicate(&system, 31, |record| {
        let agents = &record.agents[0];
        let late = agents.late.good as f64 / agents.tasks.answered() as f64;
        [late, record.services[0].sojourn.mean_secs()]
    });
    late.is("share that is late", impatience / (impatience + work - arrivals), 0.02);
    sojourn.is("sojourn, s", 1.0 / (work - arrivals), 0.03);
}

/// M/M/3 in which who has waited for an exponential time with the rate θ gives up, in line or in
/// work: a birth and death process that from n grows at the rate λ and shrinks at the rate
/// min(n, 3)μ + nθ. The share θL / λ gives up (C. Palm, "Research on telephone traffic carried by
/// full availability groups", Tele 1, 1957: Erlang's A formula, of which this one lets go of those
/// in work too).
#[test]
fn those_who_lose_patience_give_up() {
    case!();
    let (slots, arrivals, work, impatience) = (3_u32, 4.0, 1.0, 0.2);
    let mut service = tank::service("service", slots, u32::MAX, rate(work));
    service.abandoned = Abandoned::Stops;
    let mut system = stream_to(service, rate(arrivals), secs(60_000));
    system.agents[0].patience = Some(rate(impatience));
    system.agents[0].gives_up = true;
    let [gave_up, line, busy] = replicate(&system, 32, |record| {
        let tasks = &record.agents[0].tasks;
        let service = &record.services[0];
        let lines = [service.queued, service.busy].map(|time| time_average(time, record));
        [tasks.failed() as f64 / tasks.answered() as f64, lines[0], lines[1]]
    });
    let mut weights = vec![1.0];
    for n in 1..200_u32 {
        let shrinks = f64::from(n.min(slots)) * work + f64::from(n) * impatience;
        weights.push(weights[n as usize - 1] * arrivals / shrinks);
    }
    let total: f64 = weights.iter().sum();
    let mean_of = |value: &dyn Fn(u32) -> u32| {
        weights.iter().zip(0..).map(|(weight, n)| weight / total * f64::from(value(n))).sum::<f64>()
    };
    gave_up.is("share that gives up", impatience * mean_of(&|n| n) / arrivals, 0.01);
    line.is("requests in line", mean_of(&|n| n.saturating_sub(slots)), 0.02);
    busy.is("slots taken", mean_of(&|n| n.min(slots)), 0.005);
}

/// Who gives up at an agent that works on one task at a time leaves its line: the same process,
/// with one slot, and who is at work goes as well.
#[test]
fn those_in_line_at_an_agent_give_up() {
    case!();
    let (arrivals, work, impatience) = (1.2, 1.0, 0.1);
    let service = tank::service("service", 1, u32::MAX, Distribution::constant(secs(0)));
    let mut system = stream_to(service, rate(arrivals), secs(60_000));
    system.agents[0].slots = 1;
    system.agents[0].steps = vec![sim::model::system::Step::Work(rate(work)), tank::call(0)];
    system.agents[0].patience = Some(rate(impatience));
    system.agents[0].gives_up = true;
    let [gave_up, busy] = replicate(&system, 33, |record| {
        let agents = &record.agents[0];
        let gave_up = agents.tasks.failed() as f64 / agents.tasks.answered() as f64;
        [gave_up, time_average(agents.busy, record)]
    });
    let mut weights = vec![1.0];
    for n in 1..200_u32 {
        let shrinks = work + f64::from(n) * impatience;
        weights.push(weights[n as usize - 1] * arrivals / shrinks);
    }
    let total: f64 = weights.iter().sum();
    let mean = weights.iter().zip(0..).map(|(weight, n)| weight / total * f64::from(n));
    gave_up.is("share that gives up", impatience * mean.sum::<f64>() / arrivals, 0.01);
    busy.is("share of time at work", 1.0 - weights[0] / total, 0.005);
}

//! Requests that spend something: whether they may, and who pays.

use patterns::{Class, Duration, Outcome, Time};

use super::accounts::Payer;
use super::request::{NONE, Request};
use super::role::CallStep;
use super::spending::Gate;
use super::system::AtLimit;
use super::world::World;
use crate::call::Command;
use crate::observe::Spent;

impl World {
    /// A request is to make a call that costs something, or that it may make only while something
    /// is left.
    #[inline(never)]
    pub(super) fn spend(&mut self, index: u32, step: CallStep, number: u32) -> Option<Command> {
        let now = self.scheduler.now();
        let &Request { station, arrived, .. } = self.stations.request(index);
        let edge = self.stations.edges(station) + step.edge;
        let spending = self.spending.as_deref_mut().expect("there are steps that cost something");
        if station < self.arrivals.len() {
            spending.own(index);
            if spending.is_free(number) {
                spending.forget_call(index, number, edge);
                return self.call_later(index, step);
            }
        }
        // The time of a branch is that of its task.
        let process = self.lives.as_deref().and_then(|lives| lives.process_of(station));
        let task = process.map_or(index, |_| self.root(index));
        let spending = self.spending.as_deref_mut().expect("there are steps that cost something");
        let waited = spending.prepare((index, task, station), number, edge, now);
        let step = CallStep { times: waited.unwrap_or(step.times), ..step };
        if station >= self.arrivals.len() {
            return self.call_later(index, step);
        }
        let group = self.stations.role(station);
        let record = &mut self.recorder.agents[group as usize].spending;
        let counts = arrived >= self.recorder.warmup;
        if let Some(at_limit) = spending.fit(index, group) {
            record.full += u64::from(counts);
            match at_limit {
                AtLimit::Fail => return Some(self.turn_down(index, step, Class::Validation)),
                AtLimit::Truncate => {
                    self.stations.request_mut(index).use_answer(Outcome::Degraded);
                }
                AtLimit::Compact { takes, .. } if !takes.is_zero() => {
                    return self.pause(index, &step, (takes, false));
                }
                AtLimit::Compact { .. } => {}
            }
        }
        match spending.ask(index, group, (task, self.stations.request(task)), now) {
            Gate::Open => {
                spending.let_through(index, group, self.stations.request(index), now);
                self.call_later(index, step)
            }
            Gate::Refused => {
                record.refused += u64::from(counts && !step.optional);
                Some(self.turn_down(index, step, Class::Rejected))
            }
            Gate::Skipped => {
                let step = CallStep { optional: true, ..step };
                Some(self.turn_down(index, step, Class::Rejected))
            }
            Gate::Wait(until) if until == Time::MAX => {
                self.pause(index, &step, (Duration::MAX, true))
            }
            Gate::Wait(until) => self.pause(index, &step, (until.since(now), true)),
        }
    }

    /// Budgets that were used up until now, or earlier, are shown so in a trace.
    fn show_budgets(&mut self) {
        if self.recorder.tracer.is_none() {
            return;
        }
        let Some(spending) = &mut self.spending else { return };
        for (budget, purse) in spending.purses.iter_mut().enumerate() {
            purse.shown().for_each(|span| self.recorder.budget_track(budget, span));
        }
    }

    /// A run ends.
    pub(super) fn close_budgets(&mut self, now: Time) {
        if let Some(spending) = &mut self.spending {
            spending.purses.iter_mut().for_each(|purse| purse.close(now));
        }
        self.show_budgets();
    }

    /// The calls of a step fail without being made.
    fn turn_down(&mut self, index: u32, step: CallStep, class: Class) -> Command {
        let now = self.scheduler.now();
        if let Some(spending) = &mut self.spending {
            // It may have waited before.
            spending.forget_wait(index);
        }
        let request = self.stations.request_mut(index);
        request.wait_for(&CallStep { times: 1, ..step }, NONE, now);
        // As if they had ended, so that many of them do not go ever deeper.
        Command::Done { caller: index, outcome: Outcome::failed(class) }
    }

    /// A step begins anew after some time, in which a budget is waited for or not: it is work that
    /// comes before it.
    fn pause(
        &mut self,
        index: u32,
        step: &CallStep,
        (span, is_wait): (Duration, bool),
    ) -> Option<Command> {
        if let Some(spending) = &mut self.spending {
            spending.wait(index, step.times, is_wait);
        }
        let request = self.stations.request_mut(index);
        request.step = request.step.wrapping_sub(1);
        request.is_last = false;
        self.work(index, span);
        None
    }

    /// The call of a request has ended.
    #[inline(never)]
    pub(super) fn settle(&mut self, index: u32) {
        let station = self.stations.request(index).station;
        let Some(spending) = &mut self.spending else { return };
        // Nothing of it can be seen.
        if !spending.sets_aside && self.recorder.tracer.is_none() {
            return;
        }
        if station < self.arrivals.len() {
            let group = self.stations.role(station);
            spending.settle(index, group, station, self.scheduler.now());
        }
        self.show_budgets();
    }

    /// A task ends.
    #[inline(never)]
    pub(super) fn close_account(&mut self, index: u32, outcome: Outcome) {
        let now = self.scheduler.now();
        let task = self.stations.request(index);
        let group = self.stations.role(task.station);
        let Some(spending) = &mut self.spending else { return };
        spending.close(index, group, task, now);
        let limit = self.recorder.limit_of(group as usize, task.demand);
        let counts = task.arrived >= self.recorder.warmup;
        if outcome.is_wrong() && counts && now.since(task.arrived) <= limit {
            spending.hide(group, task.station, now);
        }
        self.show_budgets();
    }

    /// An attempt comes to a service, of which this is the first replica: a limit on tokens has to
    /// know how many it has, and who pays is known from now on for what the service calls.
    pub(super) fn announce(&mut self, leaf: u32, edge: u32, first_replica: u32) {
        let service = &self.services[first_replica as usize];
        if service.is_plain && service.rate_limiter.is_none() {
            return;
        }
        let caller = self.calls.caller(leaf);
        let payer = caller.and_then(|caller| self.payer_of(caller));
        let Some(spending) = &mut self.spending else { return };
        spending.coming = payer;
        let service = &mut self.services[first_replica as usize];
        if let (Some(limits), Some(caller)) = (&mut service.rate_limiter, caller) {
            limits.ask_for(spending.tokens(caller, edge, service.number));
        }
    }

    /// For whom a request makes its calls.
    fn payer_of(&mut self, caller: u32) -> Option<Payer> {
        let made_by = self.stations.request(caller);
        let is_task = made_by.station < self.arrivals.len();
        let spending = self.spending.as_deref_mut()?;
        if is_task {
            spending.own(caller);
        }
        let group = is_task.then(|| self.stations.role(made_by.station));
        spending.payer_of(caller, made_by, group)
    }

    /// An attempt has come to a service. If it was let in, whoever it is for pays.
    pub(super) fn pay(&mut self, leaf: u32, edge: u32, first_replica: u32) {
        let request = self.calls.request_of(leaf);
        let Some((request, caller)) = request.zip(self.calls.caller(leaf)) else { return };
        let service = &self.services[first_replica as usize];
        let Some(spending) = &mut self.spending else { return };
        if self.stations.request(caller).station < self.arrivals.len() {
            spending.own(caller);
        }
        if !service.is_plain {
            spending.open(request);
        }
        let cost = spending.cost(caller, edge, service.number);
        if cost != Spent::default() {
            self.charge(caller, edge, cost);
        }
    }

    /// An attempt on an edge costs something, that this request has made.
    fn charge(&mut self, caller: u32, edge: u32, cost: Spent) {
        let (payer, now) = (self.payer_of(caller), self.scheduler.now());
        if now >= self.recorder.warmup {
            let record = self.recorder.record_of[edge as usize];
            self.recorder.edges[record as usize].spent.add(cost);
            if let Some(payer) = payer {
                self.recorder.agents[payer.group as usize].spending.spent.add(cost);
            }
        }
        let stations = &self.stations;
        if let (Some(payer), Some(spending)) = (payer, &mut self.spending) {
            spending.pay(payer, cost, now, |task, station, arrived| {
                stations.is_there(task, station, arrived)
            });
        }
    }
}

//! What calls cost, who pays for them, and what may still be spent.

use patterns::{Duration, Time};

use super::accounts::{Account, Payer};
use super::found_out::Hidden;
use super::purses::Purse;
use super::request::Request;
use super::system::{AtLimit, BudgetPer, BudgetThen, Context, FindsOut, Price};
use crate::kernel::{Distribution, RngStream};
use crate::observe::{BudgetRecord, Currency};

/// All that is spent in a run.
#[derive(Debug)]
pub(super) struct Spending {
    /// Of the steps that have a number here.
    pub(super) steps: Vec<StepCost>,
    /// By group of agents.
    pub(super) groups: Box<[Group]>,
    pub(super) purses: Box<[Purse]>,
    /// Whether some budget sets something aside for each call.
    pub(super) sets_aside: bool,
    /// By service: what it asks for, and whether it counts tokens.
    pub(super) services: Box<[(Price, bool)]>,
    /// By station, of those that need some: for tokens, and for what is found out.
    pub(super) rngs: Vec<Option<Box<[RngStream; 2]>>>,
    /// By request.
    pub(super) accounts: Vec<Account>,
    /// Who pays for the attempt that comes to a service.
    pub(super) coming: Option<Payer>,
    pub(super) hidden: Hidden,
}

/// What the calls of a step cost.
#[derive(Debug)]
pub(super) struct StepCost {
    pub(super) tokens: Option<Distribution>,
    pub(super) nano_usd: u64,
    /// The budgets that they spend.
    pub(super) budgets: Box<[u32]>,
}

/// How a group of agents spends.
#[derive(Debug)]
pub(super) struct Group {
    /// The station of its first agent.
    pub(super) first: u32,
    /// The budgets that its tasks spend, and the first of the shares that it has of each.
    pub(super) budgets: Box<[(u32, u32)]>,
    /// By currency, whether some of them counts in it: else nobody asks how much was spent.
    pub(super) counts: [bool; 4],
    pub(super) context: Option<Context>,
    pub(super) finds_out: Option<FindsOut>,
}

/// What becomes of a call that is to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gate {
    /// It is made.
    Open,
    /// It fails: a budget is used up.
    Refused,
    /// It is left out.
    Skipped,
    /// It is asked again then.
    Wait(Time),
}

impl Spending {
    pub(super) fn new(
        groups: Box<[Group]>,
        purses: Box<[Purse]>,
        services: Box<[(Price, bool)]>,
    ) -> Self {
        Self {
            steps: Vec::new(),
            groups,
            sets_aside: purses.iter().any(Purse::sets_aside),
            purses,
            services,
            rngs: Vec::new(),
            accounts: Vec::new(),
            coming: None,
            hidden: Hidden::default(),
        }
    }

    pub(super) fn account(&mut self, request: u32) -> &mut Account {
        let index = request as usize;
        if self.accounts.len() <= index {
            self.accounts.resize(index + 1, Account::default());
        }
        &mut self.accounts[index]
    }

    /// Whether the calls of a step cost nothing, and no budget stops them.
    pub(super) fn is_free(&self, step: u32) -> bool {
        let StepCost { tokens, nano_usd, budgets } = &self.steps[step as usize];
        tokens.is_none() && *nano_usd == 0 && budgets.is_empty()
    }

    /// A call that costs nothing is to be made, on an edge: what the one before cost is forgotten.
    pub(super) fn forget_call(&mut self, index: u32, step: u32, edge: u32) {
        let account = self.account(index);
        (account.step, account.edge, account.nano_usd) = (step, edge, 0);
        (account.new, account.tokens, account.left) = (0, 0, None);
    }

    /// A call of a step is to be made by a request for a task, on an edge: its tokens are drawn,
    /// unless they were before it had to wait. Says how often it is to be made if it had to.
    pub(super) fn prepare(
        &mut self,
        (index, task, station): (u32, u32, u32),
        step: u32,
        edge: u32,
        now: Time,
    ) -> Option<u32> {
        if std::mem::take(&mut self.account(index).is_waiting) {
            // The time of a wait costs nothing.
            self.account(task).paid = now;
        }
        let account = self.account(index);
        if account.left.is_some() {
            return account.left;
        }
        let StepCost { tokens, nano_usd, .. } = &self.steps[step as usize];
        let rng = self.rngs[station as usize].as_mut();
        let draw = tokens.as_ref().zip(rng).map(|(tokens, rngs)| tokens.sample(&mut rngs[0]));
        let (new, nano_usd) = (draw.map_or(0, Duration::as_nanos), *nano_usd);
        let account = self.account(index);
        (account.step, account.edge, account.nano_usd) = (step, edge, nano_usd);
        (account.new, account.tokens) = (new, new);
        None
    }

    /// Whether a request may make the call that was prepared, for a task of a group.
    pub(super) fn ask(
        &mut self,
        index: u32,
        group: u32,
        (task, request): (u32, &Request),
        now: Time,
    ) -> Gate {
        self.pay_time(task, group, request, now);
        let agent = request.station - self.groups[group as usize].first;
        let mut account = self.accounts[index as usize];
        let time = Currency::Time as usize;
        account.used[time] = self.accounts[task as usize].used[time];
        for nth in 0..self.steps[account.step as usize].budgets.len() {
            let budget = self.steps[account.step as usize].budgets[nth];
            let share = self.share(group, agent, budget);
            let purse = &mut self.purses[budget as usize];
            let full_at = match share {
                None if purse.allows(account.used[purse.currency as usize]) => continue,
                None => Time::MAX,
                Some(share) => match purse.ask(share, now) {
                    Ok(()) => continue,
                    Err(full_at) => full_at,
                },
            };
            purse.note_stopped(now);
            return match purse.then {
                BudgetThen::Fail => Gate::Refused,
                BudgetThen::Skip => Gate::Skipped,
                BudgetThen::Wait => Gate::Wait(full_at),
            };
        }
        Gate::Open
    }

    /// A call that was asked for is let through.
    pub(super) fn let_through(&mut self, index: u32, group: u32, task: &Request, now: Time) {
        let agent = task.station - self.groups[group as usize].first;
        let step = self.accounts[index as usize].step as usize;
        let mut is_set_aside = false;
        for nth in 0..self.steps[step].budgets.len() {
            let budget = self.steps[step].budgets[nth];
            if !self.purses[budget as usize].sets_aside() {
                continue;
            }
            is_set_aside = true;
            if let Some(share) = self.share(group, agent, budget) {
                self.purses[budget as usize].set_aside(share, now);
            }
        }
        let payer = self.payer(index, group, task);
        self.spend(payer, Some(index), Currency::Calls, 1, now);
        let account = &mut self.accounts[index as usize];
        (account.is_set_aside, account.unsettled) = (is_set_aside, 0);
        account.left = None;
        account.context = account.context.saturating_add(account.new);
    }

    /// The call has to wait, for a budget or not, with so many still to be made.
    pub(super) fn wait(&mut self, index: u32, left: u32, is_for_budget: bool) {
        let account = self.account(index);
        (account.left, account.is_waiting) = (Some(left), is_for_budget);
    }

    /// Whether the context of a task would be too large with a call: what is to be done then.
    pub(super) fn fit(&mut self, index: u32, group: u32) -> Option<AtLimit> {
        let Context { limit, is_resent, at_limit } = self.groups[group as usize].context?;
        let account = &mut self.accounts[index as usize];
        if account.new == 0 {
            return None;
        }
        let is_full = limit < account.context.saturating_add(account.new);
        match at_limit {
            AtLimit::Truncate if is_full => {
                account.new = account.new.min(limit);
                account.context = limit - account.new;
            }
            AtLimit::Compact { to, .. } if is_full => {
                account.new = account.new.min(limit);
                account.context = to.min(limit - account.new);
            }
            _ => {}
        }
        let resent = if is_resent { account.context } else { 0 };
        account.tokens = account.new.saturating_add(resent);
        is_full.then_some(at_limit)
    }

    /// The share of a budget that an agent of a group spends; none if each task has its own.
    fn share(&self, group: u32, agent: u32, budget: u32) -> Option<u32> {
        let all = &self.groups[group as usize].budgets;
        let (_, first) = *all.iter().find(|(other, _)| *other == budget)?;
        match self.purses[budget as usize].per {
            BudgetPer::All | BudgetPer::Group => Some(first),
            BudgetPer::Agent => Some(first + agent),
            BudgetPer::Task => None,
        }
    }

    /// A task pays for all that is spent on it.
    fn payer(&self, task: u32, group: u32, request: &Request) -> Payer {
        let first = self.groups[group as usize].first;
        Payer { group, agent: request.station - first, task, arrived: request.arrived }
    }

    /// A task pays for its time until now.
    fn pay_time(&mut self, index: u32, group: u32, task: &Request, now: Time) {
        // While nobody asks for it, it is not written down until when it is paid.
        let is_asked_for = self.groups[group as usize].counts[Currency::Time as usize];
        let account = self.account(index);
        if !is_asked_for {
            return;
        }
        let from = account.paid.max(task.started);
        account.paid = now;
        let payer = self.payer(index, group, task);
        self.spend(payer, Some(index), Currency::Time, now.since(from).as_nanos(), now);
    }

    /// Something is spent, by a task that is still there or not.
    #[inline]
    pub(super) fn spend(
        &mut self,
        payer: Payer,
        task: Option<u32>,
        of: Currency,
        cost: u64,
        now: Time,
    ) {
        if cost > 0 && self.groups[payer.group as usize].counts[of as usize] {
            self.spend_counted(payer, task, of, cost, now);
        }
    }

    /// The same, where a budget counts it.
    fn spend_counted(
        &mut self,
        payer: Payer,
        task: Option<u32>,
        of: Currency,
        cost: u64,
        now: Time,
    ) {
        let mut account = task.map(|task| &mut self.accounts[task as usize]);
        if let Some(account) = &mut account {
            let used = &mut account.used[of as usize];
            *used = used.saturating_add(cost);
        }
        let is_settled_later = account.is_some_and(|account| account.is_set_aside);
        let all = &self.groups[payer.group as usize].budgets;
        for (budget, first) in all {
            let purse = &mut self.purses[*budget as usize];
            if purse.currency != of || purse.sets_aside() && is_settled_later {
                continue;
            }
            match purse.per {
                BudgetPer::All | BudgetPer::Group => purse.spend(*first, cost, now),
                BudgetPer::Agent => purse.spend(first + payer.agent, cost, now),
                BudgetPer::Task => purse.note_spent(cost, now),
            }
        }
    }

    /// The call of a task has ended: what was set aside for it is settled.
    pub(super) fn settle(&mut self, index: u32, group: u32, station: u32, now: Time) {
        let Some(account) = self.accounts.get_mut(index as usize) else { return };
        if !std::mem::take(&mut account.is_set_aside) {
            return;
        }
        let (cost, step) = (std::mem::take(&mut account.unsettled), account.step as usize);
        let agent = station - self.groups[group as usize].first;
        for nth in 0..self.steps[step].budgets.len() {
            let budget = self.steps[step].budgets[nth];
            let share = self.share(group, agent, budget);
            let purse = &mut self.purses[budget as usize];
            if purse.sets_aside() {
                match share {
                    Some(share) => purse.settle(share, cost, now),
                    None => purse.note_spent(cost, now),
                }
            }
        }
    }

    /// For whom a request makes its calls: for itself, if it is a task of a group.
    pub(super) fn payer_of(
        &self,
        index: u32,
        request: &Request,
        group: Option<u32>,
    ) -> Option<Payer> {
        match group {
            Some(group) => Some(self.payer(index, group, request)),
            None => self.accounts.get(index as usize)?.payer,
        }
    }

    /// The agent of a task has crashed: the call that was to be made is forgotten.
    pub(super) fn halt(&mut self, index: u32, (group, station): (u32, u32), now: Time) {
        self.settle(index, group, station, now);
        self.forget_wait(index);
    }

    /// The call that was to be made, and may have had to wait, is not made.
    pub(super) fn forget_wait(&mut self, index: u32) {
        let account = self.account(index);
        (account.left, account.is_waiting) = (None, false);
    }

    /// What a task has in mind.
    pub(super) fn context(&self, index: u32) -> u64 {
        self.accounts.get(index as usize).map_or(0, |account| account.context)
    }

    /// A task begins again, with this in mind.
    pub(super) fn begin_again(&mut self, index: u32, context: u64) {
        self.account(index).context = context;
    }

    /// A branch of a task begins: it has used what the task has.
    pub(super) fn fork(&mut self, task: u32, branch: u32) {
        *self.account(branch) = self.account(task).branch();
    }

    /// A branch of a task is over, or given up: the task has used what it has.
    pub(super) fn join(&mut self, task: u32, branch: u32, (group, station): (u32, u32), now: Time) {
        self.settle(branch, group, station, now);
        let branch = std::mem::take(self.account(branch));
        self.account(task).join(branch);
    }

    /// A task ends: nothing is known of it any more but what it has spent.
    pub(super) fn close(&mut self, index: u32, group: u32, task: &Request, now: Time) {
        self.pay_time(index, group, task, now);
        self.settle(index, group, task.station, now);
        self.accounts[index as usize] = Account::default();
    }

    /// A task has ended in time with a wrong value.
    pub(super) fn hide(&mut self, group: u32, station: u32, now: Time) {
        let finds_out = self.groups[group as usize].finds_out.as_ref();
        if let Some((finds_out, rngs)) = finds_out.zip(self.rngs[station as usize].as_mut()) {
            self.hidden.add(group, finds_out, &mut rngs[1], now);
        }
    }

    /// What is left of each budget that several calls share, in tokens, dollars, calls or seconds.
    pub(super) fn rests(&self) -> impl Iterator<Item = (&str, f64)> {
        self.purses.iter().filter_map(Purse::rest)
    }

    /// What is to be known of budgets when a run has come to a time.
    pub(super) fn budgets(&self, now: Time) -> impl Iterator<Item = BudgetRecord> {
        self.purses.iter().map(move |purse| purse.record(now))
    }
}

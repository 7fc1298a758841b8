//! What attempts cost, and whose accounts are whose.

use patterns::Time;

use super::accounts::{Account, Payer};
use super::spending::Spending;
use crate::observe::{Currency, Spent};

impl Spending {
    /// A request comes to a service, for whom it is known.
    pub(super) fn open(&mut self, request: u32) {
        *self.account(request) = Account { payer: self.coming, ..Account::default() };
    }

    /// What is known of a request is that of a task: it was at a service that is there no more.
    pub(super) fn own(&mut self, task: u32) {
        let account = self.account(task);
        if account.payer.is_some() {
            *account = Account::default();
        }
    }

    /// The tokens of an attempt that a request makes on an edge to a service: where a layer sent
    /// it elsewhere, only those that count there.
    pub(super) fn tokens(&self, caller: u32, edge: u32, service: u32) -> u64 {
        let Some(account) = self.accounts.get(caller as usize) else { return 0 };
        let counts = account.edge == edge || self.services[service as usize].1;
        if counts { account.tokens } else { 0 }
    }

    /// A service has let an attempt in that a request has made: it costs this.
    pub(super) fn cost(&self, caller: u32, edge: u32, service: u32) -> Spent {
        let tokens = self.tokens(caller, edge, service);
        let account = self.accounts.get(caller as usize).filter(|account| account.edge == edge);
        let own = account.map_or(0, |account| account.nano_usd);
        let nano_usd = self.services[service as usize].0.of(tokens).saturating_add(own);
        Spent { tokens, nano_usd }
    }

    /// A task pays, which may be over by now.
    pub(super) fn pay(
        &mut self,
        payer: Payer,
        cost: Spent,
        now: Time,
        is_there: impl Fn(u32, u32, Time) -> bool,
    ) {
        let Payer { group, agent, task, arrived } = payer;
        let station = self.groups[group as usize].first + agent;
        let task = Some(task).filter(|task| is_there(*task, station, arrived));
        if let Some(task) = task {
            let account = self.account(task);
            account.unsettled = account.unsettled.saturating_add(cost.tokens);
        }
        self.spend(payer, task, Currency::Tokens, cost.tokens, now);
        self.spend(payer, task, Currency::Usd, cost.nano_usd, now);
    }
}

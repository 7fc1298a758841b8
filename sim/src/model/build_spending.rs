//! Building what is spent.

use super::build::Builder;
use super::limits::Watch;
use super::purses::Purse;
use super::spending::{Group, Spending, StepCost};
use super::system::{Agents, Budget, BudgetPer, Caller, Cost, Edge, Service, Step, System};
use super::who::Who;
use crate::observe::Currency;

impl System {
    /// Whether calls cost something in it, or services go by their tokens.
    pub fn has_costs(&self) -> bool {
        let costs = |step: &Step| matches!(step, Step::Call { cost, .. } if !cost.is_none());
        let steps = self.agents.iter().flat_map(|agents| &agents.steps);
        let mut steps = steps.chain(self.services.iter().flat_map(|service| &service.steps));
        let goes_by_them = |one: &Service| !one.price.is_none() || !one.token_limits.is_empty();
        steps.any(costs) || self.services.iter().any(goes_by_them)
    }

    /// Whether anything is spent in it, or found out.
    fn has_spending(&self) -> bool {
        let finds_out = self.agents.iter().any(|agents| agents.finds_out.is_some());
        !self.budgets.is_empty() || finds_out || self.has_costs()
    }

    /// The steps of a caller.
    fn steps(&self, caller: Caller) -> &[Step] {
        match caller {
            Caller::Agents(group) => &self.agents[group].steps,
            Caller::Service(service) => &self.services[service].steps,
        }
    }

    /// The edges on which something is spent, or at whose end for those who call.
    pub(super) fn costly_edges(&self) -> Vec<bool> {
        let counts = |step: &Step| matches!(step, Step::Call { cost, .. } if !cost.is_none());
        let is_costly = |edge: &Edge| {
            let to = &self.services[edge.to];
            let is_priced = !to.price.is_none() || !to.token_limits.is_empty();
            is_priced || self.steps(edge.from).iter().any(counts)
        };
        let mut costly: Vec<bool> = self.edges.iter().map(is_costly).collect();
        loop {
            let from = |service: usize| {
                let mut own = self.edges.iter().zip(&costly);
                own.any(|(edge, costly)| edge.from == Caller::Service(service) && *costly)
            };
            let more: Vec<bool> = self.edges.iter().map(|edge| from(edge.to)).collect();
            let before = costly.clone();
            costly.iter_mut().zip(more).for_each(|(costly, more)| *costly |= more);
            if costly == before {
                return costly;
            }
        }
    }

    /// Whether a call of a step spends a budget of a currency: it may cost some.
    pub fn spends(&self, step: &Step, currency: Currency) -> bool {
        let Step::Call { service, cost, .. } = step else { return false };
        let price = self.services[*service].price;
        match currency {
            Currency::Tokens => cost.tokens.is_some(),
            Currency::Usd => {
                let by_tokens = cost.tokens.is_some() && price.per_million_tokens > 0;
                cost.nano_usd > 0 || price.call > 0 || by_tokens
            }
            Currency::Calls | Currency::Time => true,
        }
    }

    /// How many shares a budget has.
    fn shares(&self, budget: &Budget) -> u64 {
        let groups = budget.groups.iter();
        match budget.per {
            BudgetPer::All => 1,
            BudgetPer::Group => groups.len() as u64,
            BudgetPer::Agent => groups.map(|group| u64::from(self.agents[*group].count)).sum(),
            BudgetPer::Task => 0,
        }
    }
}

impl Builder<'_> {
    /// What is spent in the system, if anything is.
    pub(super) fn spending(system: &System, watch: Watch) -> Option<Box<Spending>> {
        if !system.has_spending() {
            return None;
        }
        let is_shown = watch == Watch::Trace;
        let purse =
            |budget: &Budget| Purse::new(budget, system.shares(budget), system.warmup, is_shown);
        let purses = system.budgets.iter().map(purse);
        let mut first = 0;
        let group = |(group, agents): (usize, &Agents)| {
            let own = system.budgets.iter().enumerate();
            let own = own.filter_map(|(index, budget)| {
                let place = budget.groups.iter().position(|other| *other == group)?;
                let before = budget.groups[..place].iter();
                let share = match budget.per {
                    BudgetPer::All | BudgetPer::Task => 0,
                    BudgetPer::Group => place as u32,
                    BudgetPer::Agent => before.map(|other| system.agents[*other].count).sum(),
                };
                Some((index as u32, share))
            });
            let (context, finds_out) = (agents.context, agents.finds_out.clone());
            let budgets: Box<[(u32, u32)]> = own.collect();
            let mut counts = [false; 4];
            for (budget, _) in &budgets {
                counts[system.budgets[*budget as usize].currency as usize] = true;
            }
            let group = Group { first, budgets, counts, context, finds_out };
            first += agents.count;
            group
        };
        let groups = system.agents.iter().enumerate().map(group).collect();
        let services = system.services.iter().map(|service| {
            let counts_tokens = service.price.per_million_tokens > 0;
            (service.price, counts_tokens || !service.token_limits.is_empty())
        });
        Some(Box::new(Spending::new(groups, purses.collect(), services.collect())))
    }

    /// The number of a step that costs something or is stopped by budgets; none if it is neither.
    pub(super) fn costly_step(&mut self, caller: Caller, step: &Step) -> Option<u32> {
        let Step::Call { cost, .. } = step else { return None };
        let system = self.system;
        let budgets: Vec<u32> = match caller {
            Caller::Service(_) => Vec::new(),
            Caller::Agents(group) => {
                let all = system.budgets.iter().enumerate();
                let own = all.filter(|(_, budget)| {
                    budget.groups.contains(&group) && system.spends(step, budget.currency)
                });
                own.map(|(index, _)| index as u32).collect()
            }
        };
        // What the one before has cost must not stay known.
        let counts = |step: &Step| matches!(step, Step::Call { cost, .. } if !cost.is_none());
        if budgets.is_empty() && !system.steps(caller).iter().any(counts) {
            return None;
        }
        let Cost { tokens, nano_usd } = cost.clone();
        let spending = self.spending.as_mut()?;
        spending.steps.push(StepCost { tokens, nano_usd, budgets: budgets.into() });
        Some(spending.steps.len() as u32 - 1)
    }

    /// The streams of the station that comes next, for what it spends and finds out, if it needs
    /// some.
    pub(super) fn spender(&mut self, caller: Caller, who: Who<'_>) {
        let finds_out = match caller {
            Caller::Agents(group) => self.system.agents[group].finds_out.is_some(),
            Caller::Service(_) => false,
        };
        let draws = |step: &Step| matches!(step, Step::Call { cost, .. } if cost.tokens.is_some());
        let draws = finds_out || self.system.steps(caller).iter().any(draws);
        let Some(spending) = &mut self.spending else { return };
        let stream = |purpose| self.streams.stream(who.stream(purpose));
        let rngs = draws.then(|| Box::new(["tokens", "found out"].map(stream)));
        spending.rngs.push(rngs);
    }
}

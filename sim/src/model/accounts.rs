//! What single requests have spent, and for whom.

use patterns::Time;

/// What a request has spent, or is about to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Account {
    /// For whom, if it is at a service.
    pub(super) payer: Option<Payer>,
    /// The number of the step that is under way.
    pub(super) step: u32,
    /// The edge of the call that is under way, what it costs there beside what the service asks
    /// for, and its tokens, with those of the context if that is sent as well.
    pub(super) edge: u32,
    pub(super) nano_usd: u64,
    pub(super) tokens: u64,
    /// The tokens of it that are new.
    pub(super) new: u64,
    pub(super) context: u64,
    /// By currency.
    pub(super) used: [u64; 4],
    /// Whether something is set aside for the call, and the tokens that it has cost so far.
    pub(super) is_set_aside: bool,
    pub(super) unsettled: u64,
    /// Until when the time of the task is paid for.
    pub(super) paid: Time,
    /// Calls of the step that are to be made, if the first of them has to wait.
    pub(super) left: Option<u32>,
    /// Whether it waits for a budget.
    pub(super) is_waiting: bool,
    /// Of a branch of a task: what the task had used, and in mind, when it began.
    pub(super) of_task: Option<([u64; 4], u64)>,
}

/// The task for which something is spent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payer {
    pub(super) group: u32,
    pub(super) agent: u32,
    pub(super) task: u32,
    pub(super) arrived: Time,
}

impl Account {
    /// Of a branch that begins: it has used what its task has.
    pub(super) fn branch(&self) -> Self {
        let Self { used, context, .. } = *self;
        Self { used, context, of_task: Some((used, context)), ..Self::default() }
    }

    /// A branch is over: its task has used what it has.
    pub(super) fn join(&mut self, branch: Self) {
        let Self { used, context, of_task, .. } = branch;
        let Some((before, in_mind)) = of_task else { return };
        for (sum, (used, before)) in self.used.iter_mut().zip(used.iter().zip(before)) {
            *sum = sum.saturating_add(used.saturating_sub(before));
        }
        // What was compacted or cut in a branch is so for the task.
        self.context = self.context.saturating_add(context).saturating_sub(in_mind);
    }
}

//! What tasks are worth, and what agents keep in mind of them.

use patterns::Duration;
use patterns::settings::{Fields, Reader};
use sim::model::system;
use sim::observe;

use super::distribution::Distribution;
use super::tokens::{TokenCount, USD_MAX, nano_usd};

patterns::settings! {
    /// What a task is worth in dollars, by how it ends; a loss is below zero.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Worth {
        /// One that ended good, in time and with a right value.
        good: f64 [.at_least(-USD_MAX).at_most(USD_MAX).example("1.0")],
        /// One that ended degraded, in time and with a right value.
        degraded: f64 [.at_least(-USD_MAX).at_most(USD_MAX)] = 0.0,
        /// One that ended good or degraded, but after its `deadline` or the `patience` of who sent
        /// it.
        late: f64 [.at_least(-USD_MAX).at_most(USD_MAX)] = 0.0,
        /// One that failed or is overdue.
        failed: f64 [.at_least(-USD_MAX).at_most(USD_MAX)] = 0.0,
        /// One that ended in time with a wrong value.
        wrong: f64 [.at_least(-USD_MAX).at_most(USD_MAX)] = 0.0,
        /// The same once it is found out: see `finds-out`. With `none`, as much as before.
        found_out: Option<f64> [.at_least(-USD_MAX).at_most(USD_MAX).example("-2.0")] = None,
    }
}

impl Worth {
    /// The worth, as it is measured.
    pub(super) fn resolved(&self) -> observe::Worth {
        let found_out = self.found_out.unwrap_or(self.wrong);
        observe::Worth {
            good: nano_usd(self.good),
            degraded: nano_usd(self.degraded),
            late: nano_usd(self.late),
            failed: nano_usd(self.failed),
            wrong: nano_usd(self.wrong),
            found_out: nano_usd(found_out),
        }
    }
}

patterns::settings! {
    /// How it comes to light that a task has ended with a wrong value.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct FindsOut {
        /// The share of such tasks of which it ever does.
        share: f64 [.share().example("0.7")],
        /// How long after the end of the task.
        after: Distribution [.example("\"exponential(1h)\"")],
    }
}

impl FindsOut {
    pub(super) fn resolved(&self) -> system::FindsOut {
        system::FindsOut { share: self.share, after: self.after.sampler() }
    }
}

patterns::settings! {
    /// The context of a task: what was said in it, which grows by the tokens of each of its calls.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Context {
        /// How many tokens it can hold.
        limit: TokenCount [.above(0.0).example("\"100k\"")],
        /// Whether each call with tokens sends all of it, and so costs that as well: what a task
        /// costs then grows with the square of its calls.
        resent: bool = true,
        /// What becomes of a call that would make it larger.
        at_limit: AtLimit = AtLimit::Fail,
        /// With `at-limit = "compact"`: how large it is afterwards, as a share of `limit`.
        compact_to: f64 [.share()] = 0.3,
        /// With `at-limit = "compact"`: how long that takes. It costs no tokens.
        takes: Duration = Duration::from_secs(5),
    }
    warns Self::warns;
}

patterns::settings! {
    /// What becomes of a context that a call would make too large.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum AtLimit {
        /// The call is not made, and fails as `validation`, as an API refuses a prompt that is too
        /// long: its task fails, unless the step is optional.
        Fail,
        /// The oldest of it is forgotten, and the task goes on, degraded.
        Truncate,
        /// It is put into fewer words first.
        Compact,
    }
}

impl Context {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        for key in ["compact-to", "takes"] {
            if fields.node(key).is_some() && self.at_limit != AtLimit::Compact {
                let message = "without `at-limit = \"compact\"` nothing is put into fewer words";
                reader.no_effect(&fields.place_of(key), message);
            }
        }
    }

    pub(super) fn resolved(&self) -> system::Context {
        let at_limit = match self.at_limit {
            AtLimit::Fail => system::AtLimit::Fail,
            AtLimit::Truncate => system::AtLimit::Truncate,
            AtLimit::Compact => {
                let to = (self.limit.0 as f64 * self.compact_to) as u64;
                system::AtLimit::Compact { to, takes: self.takes }
            }
        };
        system::Context { limit: self.limit.0, is_resent: self.resent, at_limit }
    }
}

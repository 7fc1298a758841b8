//! What ends a run that would not end by itself, and how that is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use patterns::Duration;
use scenarios::EVENTS_MAX;
use sim::{Limits, Stop};

/// What ends runs.
#[derive(Args, Clone, Debug)]
pub(crate) struct LimitArgs {
    /// Stop when this much time is up, such as 90s or 1h: what was made by then is written, and the
    /// exit code is 1. A sweep goes on from there when the same command is given again. It is the
    /// time of runs and pictures: the file, and each cell of a sweep, is read and checked before.
    #[arg(long, value_name = "LENGTH")]
    max_time: Option<Duration>,
    /// Stop a run after this many events, and end with exit code 1: only a run without end comes
    /// so far.
    #[arg(long, value_name = "EVENTS", default_value_t = EVENTS_MAX)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    max_events: u64,
}

impl Default for LimitArgs {
    fn default() -> Self {
        Self { max_time: None, max_events: EVENTS_MAX }
    }
}

impl LimitArgs {
    /// The limits of each run.
    pub(crate) fn limits(&self) -> Limits {
        Limits { events: self.max_events, ..Limits::default() }
    }

    /// A flag that is set when the time is up, which begins now.
    pub(crate) fn time_is_up(&self) -> Arc<AtomicBool> {
        let is_up = Arc::new(AtomicBool::new(false));
        if let Some(length) = self.max_time {
            let flag = Arc::clone(&is_up);
            thread::spawn(move || {
                // Nothing is ever sent: it only waits.
                let (_sender, receiver) = mpsc::channel::<()>();
                let length = std::time::Duration::from_nanos(length.as_nanos());
                let _ = receiver.recv_timeout(length);
                flag.store(true, Ordering::Relaxed);
            });
        }
        is_up
    }

    /// Why a run was stopped.
    pub(crate) fn why(&self, stop: Stop) -> String {
        match (stop, self.max_time) {
            (Stop::Interrupted, Some(length)) => format!("the time of {length} is up (--max-time)"),
            (Stop::TooManyEvents, _) => format!(
                "it has had {} events (--max-events), and would have gone on",
                self.max_events
            ),
            (stop, _) => stop.to_string(),
        }
    }

    /// What to type to have the same limits again; how long a run takes is another matter.
    pub(crate) fn again(&self) -> String {
        match self.max_events {
            EVENTS_MAX => String::new(),
            events => format!(" --max-events {events}"),
        }
    }
}

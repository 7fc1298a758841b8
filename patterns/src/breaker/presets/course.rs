//! A course on reliability of agent systems: as its listings are printed, and as its text means it.

use super::plain::plain;
use crate::breaker::half_open::{Close, Permits};
use crate::breaker::settings::{Boundary, LateResults, OnCancel, Settings};
use crate::breaker::trip::Trip;
use crate::breaker::window::Window;
use crate::settings;
use crate::settings::{Fields, Like, Reader};
use crate::time::Duration;

settings! {
    /// The course, to the letter of its listings: failures are counted up whatever succeeds between
    /// them, and the count is cleared on closing alone. The wait is measured from the last failure.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct CoursePrinted {
        /// `failure_threshold`.
        failures: u32 [.at_least(1.0)] = 5,
        /// `reset_timeout`.
        open: Duration [.above(0.0)] = Duration::from_secs(60),
        /// `half_open_max_calls`: configured, and never read.
        permits: u32 [.at_least(1.0)] = 1,
        /// `success_threshold`: configured, and never read.
        successes: u32 [.at_least(1.0)] = 2,
    }
    warns never_read;
}

fn never_read(_own: &CoursePrinted, fields: &Fields<'_>, reader: &mut Reader<'_>) {
    for key in ["permits", "successes"] {
        if fields.node(key).is_some() {
            let message = format!("`{key}` has no effect as the course prints it");
            let mistake = reader.no_effect(&fields.place_of(key), message);
            mistake.help = Some("it has one in `course-meant`".to_owned());
        }
    }
}

impl Like<Settings> for CoursePrinted {
    fn settings(&self) -> Settings {
        let trip = Trip::Count { failures: self.failures, window: Window::All };
        plain(trip, self.open).with(|settings| {
            // `time_since(last_failure) > reset_timeout`
            settings.boundary = Boundary::Refuses;
            settings.half_open.permits = Permits::Concurrent(u32::MAX);
            settings.late = LateResults::Extend;
            settings.on_cancel = OnCancel::Forget;
        })
    }
}

settings! {
    /// The course, as its text explains the listings (exercise 2.1, appendix B): "open after 5
    /// failures in a row, wait 60 seconds, try one request". A probe may take as long as it takes.
    /// What the text leaves open is set as is usual.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct CourseMeant {
        /// `failure_threshold`.
        failures: u32 [.at_least(1.0)] = 5,
        /// `reset_timeout_seconds`, `timeout_seconds`.
        open: Duration [.above(0.0)] = Duration::from_secs(60),
        /// `half_open_max_calls`: at a time, for appendix B has 3 successes of 1 call.
        permits: u32 [.at_least(1.0)] = 1,
        /// `success_threshold`.
        successes: u32 [.at_least(1.0)] = 1,
    }
}

impl Like<Settings> for CourseMeant {
    fn settings(&self) -> Settings {
        Settings::of(Trip::failures(self.failures), self.open).with(|settings| {
            settings.half_open.permits = Permits::Concurrent(self.permits);
            settings.half_open.close = Close::Successes(self.successes);
        })
    }
}

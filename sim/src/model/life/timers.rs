//! Which timer is whose: all of lives are of one kind of event, by number.

/// How many timers a process has.
const OF_PROCESS: u32 = 6;

/// How the timers are numbered: those of processes, of savers, and then of requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timers {
    savers: u32,
    requests: u32,
}

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// The supervisor of a process.
    Supervisor(u32),
    /// The health check of a process.
    Health(u32),
    /// The probe of a process that has not been answered.
    Probe(u32),
    /// A process crashes by itself.
    Crash(u32),
    /// A process has started.
    Start(u32),
    /// What leaks has filled a process.
    Full(u32),
    /// A saver.
    Saver(u32),
    /// What a task waits for is over.
    Task(u32),
}

impl Timers {
    pub(super) fn new(processes: usize, savers: usize) -> Self {
        let first = OF_PROCESS * processes as u32;
        Self { savers: first, requests: first + savers as u32 }
    }

    /// The number of a timer.
    pub(super) fn number(self, timer: Timer) -> u32 {
        match timer {
            Timer::Supervisor(process) => OF_PROCESS * process,
            Timer::Health(process) => OF_PROCESS * process + 1,
            Timer::Probe(process) => OF_PROCESS * process + 2,
            Timer::Crash(process) => OF_PROCESS * process + 3,
            Timer::Start(process) => OF_PROCESS * process + 4,
            Timer::Full(process) => OF_PROCESS * process + 5,
            Timer::Saver(saver) => self.savers + saver,
            Timer::Task(request) => self.requests + request,
        }
    }

    /// Which timer has a number.
    pub(super) fn timer(self, number: u32) -> Timer {
        if self.requests <= number {
            return Timer::Task(number - self.requests);
        }
        if self.savers <= number {
            return Timer::Saver(number - self.savers);
        }
        let process = number / OF_PROCESS;
        match number % OF_PROCESS {
            0 => Timer::Supervisor(process),
            1 => Timer::Health(process),
            2 => Timer::Probe(process),
            3 => Timer::Crash(process),
            4 => Timer::Start(process),
            _ => Timer::Full(process),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_timer_has_a_number_of_its_own() {
        let timers = Timers::new(3, 2);
        let of_process = [
            Timer::Supervisor,
            Timer::Health,
            Timer::Probe,
            Timer::Crash,
            Timer::Start,
            Timer::Full,
        ];
        let mut all: Vec<Timer> = Vec::new();
        for process in 0..3 {
            all.extend(of_process.map(|timer| timer(process)));
        }
        all.extend([Timer::Saver(0), Timer::Saver(1), Timer::Task(0), Timer::Task(70)]);
        let mut numbers: Vec<u32> = all.iter().map(|timer| timers.number(*timer)).collect();
        for (timer, number) in all.iter().zip(&numbers) {
            assert_eq!(timers.timer(*number), *timer);
        }
        numbers.dedup();
        assert_eq!(numbers.len(), all.len());
    }
}

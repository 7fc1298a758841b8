//! What is kept of a run of a sweep, as bytes, and back from them to the last bit.

use sim::Stop;

use crate::bytes::{Bytes, put, put_all_times, put_samples, put_text, put_times};
use crate::measured::{Measured, TaskTimes};
use crate::repairs::Repairs;
use crate::series::Pieces;

/// What is kept of a run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What was measured.
    pub run: Measured,
    /// What piled up in it first, if something did.
    pub pile_up: Option<String>,
    /// What was measured of its pieces.
    pub pieces: Pieces,
}

impl Kept {
    /// All of it as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { run, pile_up, pieces } = self;
        let mut out = Vec::new();
        for number in [run.seed, run.fingerprint, run.events] {
            put(&mut out, number);
        }
        let (stop, by) = stop_number(run.stopped);
        put(&mut out, stop);
        put(&mut out, by);
        put(&mut out, run.faults_removed.map_or(0, |by| u64::from(by) + 1));
        put_samples(&mut out, &run.samples);
        put_all_times(&mut out, &run.times);
        put(&mut out, run.tasks.len() as u64);
        for (name, TaskTimes { ok, failed }) in &run.tasks {
            put_text(&mut out, name);
            put_times(&mut out, ok);
            put_times(&mut out, failed);
        }
        put(&mut out, run.repairs.len() as u64);
        for Repairs { ended, open, faults, unclear } in &run.repairs {
            for times in [ended, open, faults] {
                put_times(&mut out, times);
            }
            put(&mut out, *unclear);
        }
        put_text(&mut out, pile_up.as_deref().unwrap_or_default());
        pieces.put(&mut out);
        out
    }

    /// What [`to_bytes`](Self::to_bytes) has written; none if it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let from = &mut Bytes(bytes);
        let [seed, fingerprint, events] = [from.number()?, from.number()?, from.number()?];
        let stopped = match (from.number()?, from.number()?) {
            (0, _) => None,
            (number, by) => Some(stop_of(number, by)?),
        };
        let faults_removed = from.number()?.checked_sub(1).map(|by| by as u32);
        let (samples, times) = (from.samples()?, from.all_times()?);
        let groups = from.length()?;
        let tasks = (0..groups).map(|_| {
            let (name, ok, failed) = (from.text()?, from.times()?, from.times()?);
            Some((name, TaskTimes { ok, failed }))
        });
        let tasks = tasks.collect::<Option<_>>()?;
        let groups = from.length()?;
        let repairs = (0..groups).map(|_| {
            let (ended, open, faults) = (from.times()?, from.times()?, from.times()?);
            Some(Repairs { ended, open, faults, unclear: from.number()? })
        });
        let repairs = repairs.collect::<Option<_>>()?;
        let run = Measured {
            seed,
            fingerprint,
            events,
            stopped,
            faults_removed,
            samples,
            times,
            tasks,
            repairs,
        };
        let pile_up = Some(from.text()?).filter(|text| !text.is_empty());
        let pieces = Pieces::take(from)?;
        from.0.is_empty().then_some(Self { run, pile_up, pieces })
    }
}

fn stop_number(stop: Option<Stop>) -> (u64, u64) {
    match stop {
        None => (0, 0),
        Some(Stop::TimeStandsStill) => (1, 0),
        Some(Stop::TooManyOpen) => (2, 0),
        Some(Stop::TooManyEvents) => (3, 0),
        Some(Stop::Interrupted) => (4, 0),
        Some(Stop::Aborted(by)) => (5, by.into()),
    }
}

fn stop_of(number: u64, by: u64) -> Option<Stop> {
    match number {
        1 => Some(Stop::TimeStandsStill),
        2 => Some(Stop::TooManyOpen),
        3 => Some(Stop::TooManyEvents),
        4 => Some(Stop::Interrupted),
        5 => Some(Stop::Aborted(by as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use patterns::Duration;
    use sim::measure::Sample;
    use sim::observe::Histogram;

    use super::*;

    fn times(nanos: impl IntoIterator<Item = u64>) -> Histogram {
        let mut times = Histogram::default();
        nanos.into_iter().for_each(|nanos| times.add(Duration::from_nanos(nanos)));
        times
    }

    fn kept() -> Kept {
        let floats = [0.0, -0.0, 1.0, 0.1, 9.007_199_254_740_993e15, -3.0, f64::INFINITY, 1e300];
        let samples = floats.map(|part| Sample { part, of: 1.0 });
        let all =
            [times([]), times([0]), times((0..4000).map(|n| n * n * n)), times([u64::MAX; 9])];
        let run = Measured {
            seed: u64::MAX,
            fingerprint: 0x80,
            events: 127,
            stopped: Some(Stop::Aborted(7)),
            faults_removed: Some(0),
            samples: samples.to_vec(),
            times: all.to_vec(),
            tasks: vec![("a".to_owned(), TaskTimes { ok: times([5, 300]), failed: times([]) })],
            repairs: vec![Repairs {
                ended: times([7, 7]),
                open: times([1 << 40]),
                faults: times([3]),
                unclear: 1,
            }],
        };
        let mut pieces = Vec::new();
        put(&mut pieces, 1);
        put(&mut pieces, 60_000_000_000);
        put(&mut pieces, u64::MAX);
        put_samples(&mut pieces, &samples);
        put_all_times(&mut pieces, &all);
        let pieces = Pieces::take(&mut Bytes(&pieces)).unwrap();
        Kept { run, pile_up: Some("größer".to_owned()), pieces }
    }

    #[test]
    fn a_run_comes_back_to_the_last_bit() {
        let mut kept = kept();
        for stop in [Some(Stop::Aborted(7)), Some(Stop::TooManyEvents), None] {
            kept.run.stopped = stop;
            assert_eq!(Kept::from_bytes(&kept.to_bytes()).as_ref(), Some(&kept));
        }
        // Not even zero loses its sign, nor what is not a number its kind.
        kept.run.samples.push(Sample::UNDEFINED);
        let bytes = kept.to_bytes();
        assert_eq!(Kept::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn what_is_cut_short_or_goes_on_is_no_run() {
        let bytes = kept().to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Kept::from_bytes(&bytes[..end]), None, "{end} of {}", bytes.len());
        }
        assert_eq!(Kept::from_bytes(&[&bytes[..], &[0]].concat()), None);
    }
}

//! What is kept of a run of a sweep, as bytes, and back from them to the last bit.
//!
//! Numbers are written with seven bits a byte, the lowest first (LEB128); of a float, a whole
//! number as its double, and any other as a 1 and its eight bytes. A histogram is its sum, its
//! ends, and its buckets that are not empty, each by how far it is behind the one before.

use patterns::Duration;
use patterns::stats::Scale;
use sim::Stop;
use sim::measure::Sample;
use sim::observe::Histogram;

use crate::measured::Measured;
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
        put_times(&mut out, &run.latency);
        put_text(&mut out, pile_up.as_deref().unwrap_or_default());
        pieces.put(&mut out);
        out
    }

    /// What [`to_bytes`](Self::to_bytes) has written; none if it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let from = &mut Bytes(bytes);
        let [seed, fingerprint, events] = [from.number()?, from.number()?, from.number()?];
        let stopped = stop_of(from.number()?, from.number()?)?;
        let faults_removed = from.number()?.checked_sub(1).map(|by| by as u32);
        let run = Measured {
            seed,
            fingerprint,
            events,
            stopped,
            faults_removed,
            samples: from.samples()?,
            times: from.all_times()?,
            latency: from.times()?,
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

fn stop_of(number: u64, by: u64) -> Option<Option<Stop>> {
    Some(match number {
        0 => None,
        1 => Some(Stop::TimeStandsStill),
        2 => Some(Stop::TooManyOpen),
        3 => Some(Stop::TooManyEvents),
        4 => Some(Stop::Interrupted),
        5 => Some(Stop::Aborted(by as u32)),
        _ => return None,
    })
}

pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while 0x7f < number {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_float(out: &mut Vec<u8>, float: f64) {
    // Above it not every whole number is a float.
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    let whole = float as u64;
    if float < WHOLE_MAX && (whole as f64).to_bits() == float.to_bits() {
        put(out, whole << 1);
    } else {
        out.push(1);
        out.extend(float.to_le_bytes());
    }
}

pub(crate) fn put_samples(out: &mut Vec<u8>, samples: &[Sample]) {
    put(out, samples.len() as u64);
    for Sample { part, of } in samples {
        put_float(out, *part);
        put_float(out, *of);
    }
}

pub(crate) fn put_all_times(out: &mut Vec<u8>, all: &[Histogram]) {
    put(out, all.len() as u64);
    all.iter().for_each(|times| put_times(out, times));
}

fn put_times(out: &mut Vec<u8>, times: &Histogram) {
    put(out, times.buckets().count() as u64);
    let (Some(shortest), Some(longest)) = (times.min(), times.max()) else { return };
    let sum = times.sum_nanos();
    let ends = [shortest.as_nanos(), longest.as_nanos()];
    for number in [sum as u64, (sum >> 64) as u64].into_iter().chain(ends) {
        put(out, number);
    }
    let mut before = 0;
    for (bucket, count) in times.buckets() {
        let at = Scale::<PARTS>::bucket(bucket.shortest);
        put(out, (at - before) as u64);
        put(out, count);
        before = at;
    }
}

/// Of the scale of [`Histogram`].
const PARTS: u64 = 128;

fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend(text.as_bytes());
}

/// Bytes that are still to be read.
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn some(&mut self, length: usize) -> Option<&'a [u8]> {
        let (some, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(some)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0..10 {
            let byte = *self.some(1)?.first()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn float(&mut self) -> Option<f64> {
        match self.number()? {
            1 => Some(f64::from_le_bytes(self.some(8)?.try_into().ok()?)),
            whole => Some((whole >> 1) as f64),
        }
    }

    /// A number of things, of which each takes at least a byte.
    pub(crate) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|length| *length <= self.0.len())
    }

    pub(crate) fn samples(&mut self) -> Option<Vec<Sample>> {
        let length = self.length()?;
        (0..length).map(|_| Some(Sample { part: self.float()?, of: self.float()? })).collect()
    }

    pub(crate) fn all_times(&mut self) -> Option<Vec<Histogram>> {
        let length = self.length()?;
        (0..length).map(|_| self.times()).collect()
    }

    fn times(&mut self) -> Option<Histogram> {
        let buckets = self.length()?;
        if buckets == 0 {
            return Some(Histogram::default());
        }
        let sum = u128::from(self.number()?) | u128::from(self.number()?) << 64;
        let ends = (self.number()?, self.number()?);
        let ends = (Duration::from_nanos(ends.0), Duration::from_nanos(ends.1));
        let mut at = 0_usize;
        let counts = (0..buckets).map(|_| {
            at = at.checked_add(self.number()? as usize)?;
            let length = (at < Scale::<PARTS>::BUCKETS).then(|| Scale::<PARTS>::lengths(at));
            Some((length?.shortest, self.number()?))
        });
        let counts: Vec<(Duration, u64)> = counts.collect::<Option<_>>()?;
        Some(Histogram::of_counts(counts, sum, ends))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.length()?;
        String::from_utf8(self.some(length)?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
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
            latency: times([5, 5, 300]),
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

//! Numbers, texts and histograms as bytes, and back from them to the last bit.
//!
//! Numbers are written with seven bits a byte, the lowest first (LEB128); of a float, a whole
//! number as its double, and any other as a 1 and its eight bytes. A histogram is its sum, its
//! ends, and its buckets that are not empty, each by how far it is behind the one before.

use patterns::Duration;
use patterns::stats::Scale;
use sim::measure::Sample;
use sim::observe::Histogram;

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

pub(crate) fn put_times(out: &mut Vec<u8>, times: &Histogram) {
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

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend(text.as_bytes());
}

/// Bytes that are still to be read.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

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

    pub(crate) fn times(&mut self) -> Option<Histogram> {
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

    pub(crate) fn text(&mut self) -> Option<String> {
        let length = self.length()?;
        String::from_utf8(self.some(length)?.to_vec()).ok()
    }
}

//! A rate that is a straight line in each of several pieces of time.

use patterns::{Duration, Time};

use super::super::stream::RngStream;

/// The pieces of a rate, the first of which begins at zero.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pieces(Box<[Piece]>);

/// A straight line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    from: Time,
    /// The rate per second when it begins.
    rate: f64,
    /// By how much the rate rises in a second.
    slope: f64,
    /// The highest rate in it.
    most: f64,
    /// The lowest rate in it.
    least: f64,
}

impl Piece {
    pub(super) fn flat(from: Duration, rate: f64) -> Self {
        Self { from: Time::ZERO + from, rate, slope: 0.0, most: rate, least: rate }
    }

    pub(super) fn sloped(from: Duration, over: Duration, rate: f64, to: f64) -> Self {
        let slope = (to - rate) / over.as_secs_f64();
        Self { from: Time::ZERO + from, rate, slope, most: rate.max(to), least: rate.min(to) }
    }

    pub(super) fn is_usable(&self) -> bool {
        self.least >= 0.0 && self.most.is_finite()
    }

    pub(super) fn most(&self) -> f64 {
        self.most
    }

    fn at(&self, time: Time) -> f64 {
        let rate = self.rate + self.slope * time.since(self.from).as_secs_f64();
        rate.clamp(self.least, self.most)
    }

    /// The next time in it, of a piece whose rate is not zero throughout.
    fn next(&self, now: Time, end: Time, stream: &mut RngStream) -> Option<Time> {
        let mut time = now;
        loop {
            time = time + Duration::from_secs_f64(stream.exponential() / self.most);
            if time >= end {
                return None;
            }
            if self.slope == 0.0 || stream.uniform() * self.most < self.at(time) {
                return Some(time);
            }
        }
    }
}

impl Pieces {
    pub(super) fn new(mut pieces: Vec<Piece>) -> Self {
        if pieces.first().is_none_or(|first| first.from > Time::ZERO) {
            pieces.insert(0, Piece::flat(Duration::ZERO, 0.0));
        }
        Self(pieces.into())
    }

    /// When each piece but the first one begins.
    pub(super) fn changes(&self) -> impl Iterator<Item = Time> {
        self.0.iter().skip(1).map(|piece| piece.from)
    }

    /// The piece that holds at a time; of two that begin at once the later one.
    fn index(&self, time: Time) -> usize {
        self.0.partition_point(|piece| piece.from <= time).saturating_sub(1)
    }

    fn end(&self, index: usize) -> Time {
        self.0.get(index + 1).map_or(Time::MAX, |next| next.from)
    }

    pub(super) fn next(&self, now: Time, stream: &mut RngStream) -> Option<Time> {
        let mut time = now;
        for index in self.index(now)..self.0.len() {
            let (piece, end) = (&self.0[index], self.end(index));
            if piece.most > 0.0
                && let Some(next) = piece.next(time, end, stream)
            {
                return Some(next);
            }
            // What would come in a later piece is drawn anew there: nothing has memory.
            time = end;
        }
        None
    }

    pub(super) fn rate_at(&self, time: Time) -> f64 {
        self.0[self.index(time)].at(time)
    }

    pub(super) fn expected(&self, end: Time) -> f64 {
        let mut count = 0.0;
        for (index, piece) in self.0.iter().enumerate() {
            let lasts = self.end(index).min(end).since(piece.from).as_secs_f64();
            count += lasts * (piece.rate + piece.slope * lasts / 2.0);
        }
        count
    }
}

//! Counting: the fields in which a layer counts, and what is collected from them.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};

use super::info::{CounterId, Report};
use crate::time::Time;

/// How often what happened: one number for each counter of a layer. The macro
/// [`report!`](crate::report!) names the type of a kind of layer.
pub struct Counters<C, const N: usize>([u64; N], PhantomData<C>);

impl<C, const N: usize> Counters<C, N> {
    /// Adds them to what is collected.
    pub fn add_to(&self, counts: &mut Counts) {
        for (place, number) in (0..).zip(self.0) {
            counts.add(CounterId(place), u128::from(number));
        }
    }
}

impl<C, const N: usize> Default for Counters<C, N> {
    fn default() -> Self {
        Self([0; N], PhantomData)
    }
}

impl<C, const N: usize> Clone for Counters<C, N> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<C, const N: usize> fmt::Debug for Counters<C, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<C: Into<CounterId>, const N: usize> Index<C> for Counters<C, N> {
    type Output = u64;

    #[inline]
    fn index(&self, counter: C) -> &u64 {
        let CounterId(place) = counter.into();
        &self.0[usize::from(place)]
    }
}

impl<C: Into<CounterId>, const N: usize> IndexMut<C> for Counters<C, N> {
    #[inline]
    fn index_mut(&mut self, counter: C) -> &mut u64 {
        let CounterId(place) = counter.into();
        &mut self.0[usize::from(place)]
    }
}

/// A number that goes up and down, such as permits in use, and its integral over time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    value: u64,
    /// The time of each fall less the time of each rise, modulo 2^128: so a step costs an addition.
    moment: u128,
}

impl Level {
    /// From now on it is larger by one.
    #[inline]
    pub fn rise(&mut self, now: Time) {
        self.value += 1;
        self.moment = self.moment.wrapping_sub(now.as_nanos().into());
    }

    /// From now on it is smaller by one.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[inline]
    pub fn fall(&mut self, now: Time) {
        self.value = self.value.checked_sub(1).expect("what falls was risen before");
        self.moment = self.moment.wrapping_add(now.as_nanos().into());
    }

    /// From now on it is `value`.
    #[inline]
    pub fn set(&mut self, value: u64, now: Time) {
        if value != self.value {
            let integral = self.integral(now);
            self.value = value;
            self.moment = integral.wrapping_sub(self.area(now));
        }
    }

    /// Its integral over time from the beginning until now, in nanoseconds.
    #[inline]
    pub fn integral(&self, now: Time) -> u128 {
        self.moment.wrapping_add(self.area(now))
    }

    /// What the integral would be if it had always been as it is.
    fn area(&self, now: Time) -> u128 {
        u128::from(self.value) * u128::from(now.as_nanos())
    }
}

/// What layers of one kind have counted, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(Vec<u128>);

impl Counts {
    /// Nothing yet, of a kind of layer with this report.
    pub fn of(report: &Report) -> Self {
        Self(vec![0; report.counters.len()])
    }

    /// Adds to a counter.
    ///
    /// # Panics
    ///
    /// If it is the counter of another kind of layer.
    pub fn add(&mut self, counter: impl Into<CounterId>, number: u128) {
        let CounterId(place) = counter.into();
        self.0[usize::from(place)] += number;
    }

    /// What was counted since `earlier`.
    ///
    /// # Panics
    ///
    /// If a counter has gone down.
    pub fn subtract(&mut self, earlier: &Self) {
        for (now, then) in self.0.iter_mut().zip(&earlier.0) {
            *now = now.checked_sub(*then).expect("counters never go down");
        }
    }

    /// Adds what another one has counted, of the same kind of layer.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }

    /// All numbers, in the order of the report.
    pub fn all(&self) -> &[u128] {
        &self.0
    }
}

//! What the faults that are on do to a service together: all that can be done to requests.

use patterns::{Class, Duration, Outcome};

use crate::kernel::{split_mix, unit};

/// What the faults that are on do to a service together. Requests ask it at every turn.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    /// How many faults let nothing move.
    hanging: u32,
    /// How many faults shut the service down.
    down: u32,
    /// Whether work takes another time than it does by itself.
    is_slow: bool,
    factor: f64,
    extra: Duration,
    /// A request is refused by the first of these that hits it.
    refusals: Vec<Hit>,
    /// A request fails at its end by the first failure of these that hits it, and has a wrong value
    /// if there is none and another hits it.
    endings: Vec<Hit>,
}

/// A fault that hits a share of requests.
#[derive(Clone, Copy, Debug)]
struct Hit {
    /// How a request ends that it hits.
    ending: Outcome,
    share: f64,
    /// A number of the fault's own.
    salt: u64,
}

impl Hit {
    /// Whether it hits a request with these random bits. The bits are drawn once for each request,
    /// and each fault makes a draw of its own of them: so a further fault changes nothing for the
    /// others.
    #[inline]
    fn hits(&self, bits: u64) -> bool {
        unit(split_mix(bits ^ self.salt, 0)) < self.share
    }
}

impl Default for Health {
    fn default() -> Self {
        Self {
            hanging: 0,
            down: 0,
            is_slow: false,
            factor: 1.0,
            extra: Duration::ZERO,
            refusals: Vec::new(),
            endings: Vec::new(),
        }
    }
}

impl Health {
    /// How a request with these random bits is refused, if it is.
    #[inline]
    pub(crate) fn refusal(&self, bits: u64) -> Option<Outcome> {
        self.refusals.iter().find(|hit| hit.hits(bits)).map(|hit| hit.ending)
    }

    /// How a request with these random bits ends that would end so without faults.
    #[inline]
    pub(crate) fn ending(&self, bits: u64, by_itself: Outcome) -> Outcome {
        if self.endings.is_empty() { by_itself } else { self.hit_ending(bits, by_itself) }
    }

    #[inline(never)]
    fn hit_ending(&self, bits: u64, by_itself: Outcome) -> Outcome {
        let mut ending = by_itself;
        for hit in self.endings.iter().filter(|hit| hit.hits(bits)) {
            if !ending.is_ok() {
                break;
            }
            ending = if hit.ending.is_ok() { ending.with_value_of(hit.ending) } else { hit.ending };
        }
        ending
    }

    /// Whether nothing moves.
    #[inline]
    pub(crate) fn is_hanging(&self) -> bool {
        self.hanging > 0
    }

    /// How long work takes that begins now.
    #[inline]
    pub(crate) fn slowed(&self, work: Duration) -> Duration {
        if self.is_slow { self.scaled(work) } else { work }
    }

    #[expect(clippy::float_cmp, reason = "a factor of exactly 1 changes nothing")]
    fn scaled(&self, work: Duration) -> Duration {
        let scaled = if self.factor == 1.0 { work } else { work.scale(self.factor) };
        scaled + self.extra
    }

    /// Whether it answers nothing.
    pub(super) fn is_down(&self) -> bool {
        self.down > 0 || self.hanging > 0
    }

    /// Whether some requests are hit and others are not, so that there must be draws.
    pub(super) fn hits_some(&self) -> bool {
        self.refusals.iter().chain(&self.endings).any(|hit| hit.share < 1.0)
    }

    /// As it is without faults; what was allocated is kept.
    pub(super) fn clear(&mut self) {
        let (mut refusals, mut endings) =
            (core::mem::take(&mut self.refusals), core::mem::take(&mut self.endings));
        refusals.clear();
        endings.clear();
        *self = Self { refusals, endings, ..Self::default() };
    }

    /// For a fault that adds to it, which has a number of its own.
    pub(super) fn adding(&mut self, salt: u64) -> Adding<'_> {
        Adding { health: self, salt }
    }

    /// What it is the sum of, to be compared.
    pub(super) fn sum(&self) -> (u32, u32, u64, Duration, usize, usize) {
        let (refusals, endings) = (self.refusals.len(), self.endings.len());
        (self.hanging, self.down, self.factor.to_bits(), self.extra, refusals, endings)
    }
}

/// Takes what a fault that is on does to a service, beside what others do.
#[derive(Debug)]
pub struct Adding<'h> {
    health: &'h mut Health,
    salt: u64,
}

impl Adding<'_> {
    /// The service is down: every request is refused at once ([`Class::Network`]).
    pub fn go_down(&mut self) {
        self.health.down += 1;
        self.refuse(1.0, Class::Network);
    }

    /// Nothing moves: requests are taken and never answered, work stands still.
    pub fn hang(&mut self) {
        self.health.hanging += 1;
    }

    /// A share of requests is refused at once.
    pub fn refuse(&mut self, share: f64, class: Class) {
        let ending = Outcome::failed(class);
        self.health.refusals.push(Hit { ending, share, salt: self.salt });
    }

    /// A share of requests fails when their work is done.
    ///
    /// Each fault hits requests independently of the others; one that several hit fails as by the
    /// first.
    pub fn fail(&mut self, share: f64, class: Class) {
        let ending = Outcome::failed(class);
        self.health.endings.push(Hit { ending, share, salt: self.salt });
    }

    /// A share of requests that end well has a wrong value, which nothing shows.
    ///
    /// What the same fault fails as well is of that share: each fault makes one draw for a request.
    pub fn mislead(&mut self, share: f64) {
        let ending = Outcome::Ok.wrong();
        self.health.endings.push(Hit { ending, share, salt: self.salt });
    }

    /// Work that begins takes this many times as long. Factors multiply.
    pub fn slow(&mut self, factor: f64) {
        self.health.factor *= factor;
        self.health.is_slow = true;
    }

    /// Work that begins takes this much longer, after all factors.
    pub fn delay(&mut self, time: Duration) {
        self.health.extra += time;
        self.health.is_slow = true;
    }
}

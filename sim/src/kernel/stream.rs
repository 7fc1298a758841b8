//! Streams of random numbers, one for each purpose, by name.

use core::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::split_mix::split_mix;
use super::stream_name::StreamName;
use super::ziggurat;

/// All the random streams of one run.
///
/// A stream depends on the seed and on its name, and on nothing else: a new agent, or another
/// setting of a breaker, does not change what others draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RngStreams {
    seed: u64,
}

/// Random numbers for one purpose.
///
/// They come from `ChaCha` with eight rounds (D. J. Bernstein, 2008), which is the same on every
/// platform. A stream is 304 bytes and costs some 60 ns to make: one for each thing and purpose
/// is right, one for each call is not.
#[derive(Clone)]
pub struct RngStream(ChaCha8Rng);

impl RngStreams {
    /// The streams of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of this name, from its beginning.
    ///
    /// The key of `ChaCha` is 32 bytes, four words of 64 bits in little-endian order: the first two
    /// numbers of [`split_mix`] begun at the seed, then those begun at the hash of the name. So
    /// different pairs of seed and hash have different keys.
    pub fn stream(&self, name: impl Into<StreamName>) -> RngStream {
        let mut key = [0; 32];
        let words = [self.seed, name.into().0]
            .into_iter()
            .flat_map(|seed| [0, 1].map(|n| split_mix(seed, n)));
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        RngStream(ChaCha8Rng::from_seed(key))
    }
}

impl RngStream {
    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform draw from `[0, 1)`: a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ziggurat::uniform(&mut self.0)
    }

    /// An exponential draw of mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(&mut self.0)
    }

    /// A normal draw of mean 0 and variance 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(&mut self.0)
    }
}

impl patterns::Rng for RngStream {
    fn uniform(&mut self) -> f64 {
        Self::uniform(self)
    }
}

impl fmt::Debug for RngStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RngStream(at word {})", self.0.get_word_pos())
    }
}

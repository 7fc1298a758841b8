//! Streams of random numbers, one for each purpose, by name.

use core::fmt;

use rand_chacha::ChaCha8Core;
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::rand_core::block::Generator;

use super::split_mix::split_mix;
use super::stream_name::StreamName;
use super::ziggurat::{self, Bits};

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
/// platform. A stream is 24 bytes, and 312 more once something is drawn from it, which then costs
/// some 60 ns: one for each thing and purpose is right, one for each call is not.
#[derive(Clone)]
pub struct RngStream(State);

/// Where a stream stands. What is read at each draw is small, so that two of them and what they
/// belong to find room in a line of the cache.
#[derive(Clone)]
enum State {
    /// Nothing has been drawn.
    New {
        seed: u64,
        name: StreamName,
    },
    Begun(Begun),
}

#[derive(Clone)]
struct Begun {
    /// Which number of the blocks comes next.
    at: u32,
    blocks: Box<Blocks>,
}

/// Four blocks of `ChaCha`, and what makes the next ones.
#[derive(Clone)]
struct Blocks {
    words: [u32; 2 * NUMBERS],
    next: ChaCha8Core,
    /// How many numbers of 64 bits were drawn from earlier blocks.
    drawn: u64,
}

/// Numbers of 64 bits in four blocks.
const NUMBERS: usize = 32;

impl RngStreams {
    /// The streams of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of this name, from its beginning.
    pub fn stream(&self, name: impl Into<StreamName>) -> RngStream {
        RngStream(State::New { seed: self.seed, name: name.into() })
    }
}

impl RngStream {
    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let Begun { at, blocks } = match &mut self.0 {
            State::Begun(begun) if (begun.at as usize) < NUMBERS => begun,
            _ => self.next_blocks(),
        };
        let place = *at as usize % NUMBERS;
        *at += 1;
        blocks.number(place)
    }

    /// The next 64 bits, if they have been made; to have them read before they are needed.
    #[inline]
    pub(crate) fn peek(&self) -> u64 {
        match &self.0 {
            State::New { .. } => 0,
            State::Begun(begun) => begun.blocks.number(begun.at as usize % NUMBERS),
        }
    }

    #[inline(never)]
    fn next_blocks(&mut self) -> &mut Begun {
        if let State::New { seed, name } = self.0 {
            let next = ChaCha8Core::from_seed(key(seed, name));
            let blocks = Box::new(Blocks { words: [0; 2 * NUMBERS], next, drawn: 0 });
            self.0 = State::Begun(Begun { at: 0, blocks });
        }
        let State::Begun(begun) = &mut self.0 else { unreachable!("it has just begun") };
        let Blocks { words, next, drawn } = &mut *begun.blocks;
        next.generate(words);
        *drawn += u64::from(begun.at);
        begun.at = 0;
        begun
    }

    /// A uniform draw from `[0, 1)`: a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ziggurat::uniform(self)
    }

    /// An exponential draw of mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential(self)
    }

    /// A normal draw of mean 0 and variance 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(self)
    }
}

impl Blocks {
    #[inline]
    fn number(&self, place: usize) -> u64 {
        let [low, high] = [self.words[2 * place], self.words[2 * place + 1]];
        u64::from(low) | u64::from(high) << 32
    }
}

impl Bits for RngStream {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.next_u64()
    }
}

impl patterns::Rng for RngStream {
    fn uniform(&mut self) -> f64 {
        Self::uniform(self)
    }
}

impl fmt::Debug for RngStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawn = match &self.0 {
            State::New { .. } => 0,
            State::Begun(begun) => begun.blocks.drawn + u64::from(begun.at),
        };
        write!(f, "RngStream(at word {})", 2 * drawn)
    }
}

/// The key of `ChaCha` is 32 bytes, four words of 64 bits in little-endian order: the first two
/// numbers of [`split_mix`] begun at the seed, then those begun at the hash of the name. So
/// different pairs of seed and hash have different keys.
fn key(seed: u64, name: StreamName) -> [u8; 32] {
    let mut key = [0; 32];
    let words = [seed, name.0].into_iter().flat_map(|of| [0, 1].map(|n| split_mix(of, n)));
    for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::Rng;

    use super::*;

    #[test]
    fn a_stream_is_that_of_the_generator_with_its_key() {
        assert_eq!(size_of::<RngStream>(), 24, "before anything is drawn");
        for (seed, name) in [(0, ""), (42, "work/shop"), (u64::MAX, "demand/a -> b")] {
            let mut stream = RngStreams::new(seed).stream(name);
            let mut expected = ChaCha8Rng::from_seed(key(seed, name.into()));
            for drawn in 0..5_000 {
                if drawn % 77 == 0 {
                    // A copy goes on by itself where the original is.
                    let (mut copy, mut original) = (stream.clone(), expected.clone());
                    (0..70).for_each(|_| assert_eq!(copy.next_u64(), original.next_u64()));
                }
                assert_eq!(stream.next_u64(), expected.next_u64(), "{seed} {name} {drawn}");
            }
            let position = expected.get_word_pos();
            assert_eq!(format!("{stream:?}"), format!("RngStream(at word {position})"));
        }
    }
}

//! Names of random streams: what each is for, in parts.

/// The name of a stream: what it is for, then for what, part by part.
///
/// Lists of parts that differ have different names, whatever letters are in them: `["a", "b"]` is
/// not `["ab"]`, nor is the number 1 the text `"1"`. (A name is kept as a hash of 64 bits: of a
/// million names two are the same with a probability of 3 in 100 million.)
///
/// # Example
///
/// ```
/// use sim::kernel::StreamName;
///
/// let of_agent = StreamName::of("arrivals").text("research").number(2);
/// assert_ne!(of_agent, StreamName::of("arrivals").text("research#2"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(pub(super) u64);

// Bytes that no text has stand before each further part, and a number has always eight bytes: so
// parts can be told apart, and a number is no text.
const TEXT: u8 = 0xff;
const NUMBER: u8 = 0xfe;

impl StreamName {
    /// The streams of one purpose.
    pub fn of(purpose: &str) -> Self {
        Self(0xcbf2_9ce4_8422_2325).bytes(purpose.bytes())
    }

    /// One of them, by a name.
    #[must_use]
    pub fn text(self, part: &str) -> Self {
        self.bytes([TEXT]).bytes(part.bytes())
    }

    /// One of them, by a number.
    #[must_use]
    pub fn number(self, part: u64) -> Self {
        self.bytes([NUMBER]).bytes(part.to_le_bytes())
    }

    /// The name as a number, for what is to be drawn from numbers and not from a stream.
    pub fn hash(self) -> u64 {
        self.0
    }

    /// The 64-bit FNV-1a hash (Fowler, Noll and Vo), carried on.
    fn bytes(self, bytes: impl IntoIterator<Item = u8>) -> Self {
        Self(bytes.into_iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }
}

impl From<&str> for StreamName {
    fn from(purpose: &str) -> Self {
        Self::of(purpose)
    }
}

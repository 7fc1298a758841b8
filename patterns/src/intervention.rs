//! What can be done to a layer by hand, beside its calls.

/// Something that is done to a layer by hand: by an operator, or by a fault.
///
/// Which of them a kind of layer takes, its [`Report`](crate::report::Report) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intervention {
    /// What it keeps for calls to come is dropped: the answers of a cache.
    Flush,
    /// It is as at the beginning, but for calls that are open, and for what it has counted. What is
    /// held stays held.
    Reset,
    /// It is held so, until it is released or held otherwise.
    Hold(Hold),
    /// It is held no longer, and goes on as after a reset. What is not held is left as it is.
    Release,
}

/// How a layer is held that lets calls pass or refuses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It refuses every call.
    Open,
    /// It lets probes pass, and nothing follows from their results.
    HalfOpen,
    /// It lets every call pass, and records nothing.
    Closed,
}

impl Intervention {
    /// What a layer must be able to do for it: `be flushed`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Flush => "be flushed",
            Self::Reset => "be reset",
            Self::Hold(Hold::Open) => "be held open",
            Self::Hold(Hold::HalfOpen) => "be held half-open",
            Self::Hold(Hold::Closed) => "be held closed",
            Self::Release => "be released",
        }
    }
}

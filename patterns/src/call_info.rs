//! What a layer may know of a call, whoever made it.

use crate::time::Time;

/// What is known of a call. It goes down with each attempt, from layer to layer.
///
/// Small, so that it is handed on by copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallInfo {
    /// From when on an answer is not awaited any more; [`Time::MAX`] if there is no such time.
    ///
    /// Layers lower it by [`Context::shorten_deadline`](crate::Context::shorten_deadline), and
    /// nothing raises it.
    pub deadline: Time,
    /// What is asked for: calls of one service with equal keys ask for the same. Caches and
    /// coalescing go by it.
    pub key: u32,
    /// Who calls, by number: partitions and limits for each caller go by it.
    pub caller: u16,
    /// How important it is; 0 comes first.
    pub priority: u8,
    /// Whether a layer above sent this call in addition to a first attempt: a retry or a hedge.
    pub is_extra: bool,
    /// Whether it may be sent more than once: what it does is harmless when done twice.
    pub is_idempotent: bool,
}

impl Default for CallInfo {
    /// A first attempt of a call of which nothing is known: no deadline, idempotent.
    fn default() -> Self {
        Self {
            deadline: Time::MAX,
            key: 0,
            caller: 0,
            priority: 0,
            is_extra: false,
            is_idempotent: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small() {
        assert_eq!(size_of::<CallInfo>(), 24);
    }
}

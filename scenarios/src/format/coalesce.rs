//! Coalescing, as an author writes it.

use patterns::coalesce::{self, Settings};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Limit;
use super::like::choices;

/// Calls that ask for the same at the same time are sent once, and share the answer. Only steps
/// with `keys` ask for the same more than once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Coalesce {
    /// Calls that may wait for the answer to another; more are refused as rejected. Default
    /// "unlimited".
    max_followers: Option<Limit>,
    /// What those who wait do when the call that was sent is given up; default `promote`.
    leader_gone: Option<LeaderGone>,
}

choices!(
    /// What those who wait do when the call that was sent is given up: one of them is sent, or all
    /// fail as rejected.
    LeaderGone for coalesce::LeaderGone { Promote, FailAll }
);

impl From<Coalesce> for Settings {
    fn from(coalesce: Coalesce) -> Self {
        Self {
            max_followers: Limit::or(coalesce.max_followers.as_ref(), Limit::NONE),
            leader_gone: coalesce.leader_gone.unwrap_or_default().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::settings_of;

    fn read(text: &str) -> Result<Settings, String> {
        settings_of(text, |coalesce: Coalesce, _| Some(Ok(coalesce.into())))
    }

    #[test]
    fn nothing_is_enough() {
        let leader_gone = coalesce::LeaderGone::Promote;
        assert_eq!(read(""), Ok(Settings { max_followers: u32::MAX, leader_gone }));
        assert_eq!(read("max-followers = 'unlimited'"), read(""));
    }

    #[test]
    fn every_knob_can_be_written() {
        let leader_gone = coalesce::LeaderGone::FailAll;
        let expected = Settings { max_followers: 0, leader_gone };
        assert_eq!(read("max-followers = 0\nleader-gone = 'fail-all'"), Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert!(read("max-followers = -1").expect_err("too few").contains("out of range"));
        assert!(read("leader-gone = 'fail'").is_err());
        assert!(read("followers = 3").is_err());
    }
}

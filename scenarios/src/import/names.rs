//! Names of other worlds, as parts of a scenario may have them.

use core::str::Chars;
use std::collections::{BTreeMap, BTreeSet};

use crate::format::is_name;

/// More characters are cut off.
const LENGTH_MAX: usize = 80;

/// Names that are taken.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
    /// By a name, the numbers up to which all with a number behind it are taken.
    numbers: BTreeMap<String, usize>,
}

impl Names {
    /// Takes a name that a part may have, unlike all that are taken.
    pub(crate) fn take(&mut self, theirs: &str) -> String {
        let kept: String = theirs.chars().map(|c| if is_kept(c) { c } else { '-' }).collect();
        let kept: String = kept.replace("->", "-").trim().chars().take(LENGTH_MAX).collect();
        let kept = kept.trim().to_owned();
        let name = if is_name(&kept).is_ok() { kept } else { "unnamed".to_owned() };
        if name != CALLER && self.taken.insert(name.clone()) {
            return name;
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        loop {
            *number += 1;
            let numbered = format!("{name}-{number}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// The group of agents that calls all services.
pub(crate) const CALLER: &str = "caller";

/// Whether a character can stand in a name, in a path and in a text of TOML as it is.
fn is_kept(c: char) -> bool {
    let is_shown = |c: char| c.escape_debug().eq(Chars::clone(&c.to_string().chars()));
    c.is_ascii_alphanumeric() || "-_./:|*+ ".contains(c) || (c.is_alphanumeric() && is_shown(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_used_and_is_there_once() {
        let mut names = Names::default();
        assert_eq!(["api", "api-2"].map(|name| names.take(name)), ["api", "api-2"]);
        for (theirs, expected) in [
            ("backendA", "backendA"),
            ("api", "api-3"),
            ("caller", "caller-2"),
            ("a -> \"b\"\n", "a -- -b--"),
            ("  ", "unnamed"),
            ("größe", "größe"),
            ("api", "api-4"),
            ("e\u{301}\u{200b}", "e--"),
        ] {
            assert_eq!(names.take(theirs), expected, "{theirs}");
        }
    }
}

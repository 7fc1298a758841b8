//! Names of other worlds, as parts of a scenario may have them.

use core::str::Chars;

use crate::format::is_name;

/// More characters are cut off.
const LENGTH_MAX: usize = 80;

/// A name that a part may have, unlike all that are taken.
pub(crate) fn name_of(theirs: &str, taken: &[String]) -> String {
    let kept: String = theirs.chars().map(|c| if is_kept(c) { c } else { '-' }).collect();
    let kept: String = kept.replace("->", "-").trim().chars().take(LENGTH_MAX).collect();
    let kept = kept.trim().to_owned();
    let name = if is_name(&kept).is_ok() { kept } else { "unnamed".to_owned() };
    if !taken.contains(&name) && name != CALLER {
        return name;
    }
    let numbered = (2_usize..).map(|number| format!("{name}-{number}"));
    { numbered }.find(|name| !taken.contains(name)).unwrap_or_default()
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
        let taken = ["api".to_owned(), "api-2".to_owned()];
        for (theirs, expected) in [
            ("backendA", "backendA"),
            ("api", "api-3"),
            ("caller", "caller-2"),
            ("a -> \"b\"\n", "a -- -b--"),
            ("  ", "unnamed"),
            ("größe", "größe"),
            ("e\u{301}\u{200b}", "e--"),
        ] {
            assert_eq!(name_of(theirs, &taken), expected, "{theirs}");
        }
    }
}

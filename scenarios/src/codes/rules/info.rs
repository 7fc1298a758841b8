//! What is known of a rule.

/// A rule of `lint`: what fights what, why, and what removes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its stable name, as messages show it.
    pub name: &'static str,
    /// Why it is a contradiction, in a sentence or two.
    pub meaning: &'static str,
    /// The change that removes it.
    pub change: &'static str,
    /// Where the course has it: the number of the slip, of the claim, or of the chapter.
    pub source: &'static str,
}

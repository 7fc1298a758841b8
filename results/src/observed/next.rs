//! Which measurement would tell most.

use super::compared::Compared;

/// The measurement that would tell most.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    /// The place of what it would tell among all that was compared.
    pub place: usize,
    /// How many it takes beside those that are there.
    pub more: u64,
    /// The same in a sentence.
    pub text: String,
}

impl Next {
    /// Of all that is compared and not settled, what is widest where a difference that matters is
    /// 1; the first of equals. None if all is settled, or nothing can be told of the rest.
    pub fn of(compared: &[Compared]) -> Option<Self> {
        let open = compared.iter().enumerate().filter(|(_, one)| !one.is_settled());
        let open = open.filter(|(_, one)| one.width.is_finite());
        let (place, one) = open.reduce(|a, b| if a.1.width < b.1.width { b } else { a })?;
        let settled_at = one.settled_at?;
        let n = one.measured.n;
        // What is unclear may need more of what is simulated as well.
        let more = settled_at.saturating_sub(n).max(1);
        let (path, part) = (&one.path, &one.part);
        let text = format!(
            "Beside the {n} that are there, {} of `{part}` would tell most, about `{path}`: \
             measured {}, simulated {}. A difference {} is then told in 80 of 100 cases.",
            one.effort_shown(more),
            one.measured_shown(),
            one.simulated_shown(),
            one.difference,
        );
        Some(Self { place, more, text })
    }
}

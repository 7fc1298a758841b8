//! What is drawn for a task: it follows from which task of its agent it is, so that it is the same
//! whatever else happens in a run.

use crate::kernel::split_mix;

/// What a task draws from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Luck(pub(super) u64);

impl Luck {
    /// That of a task of an agent with this salt, by its number among those of the agent.
    pub(super) fn of(salt: u64, number: u64) -> Self {
        Self(split_mix(salt, number))
    }

    /// A draw from `[0, 1)` at a step: the same each time it is made for the same `pass`.
    pub(super) fn draw(self, step: u16, pass: u64) -> f64 {
        let bits = split_mix(split_mix(self.0, step.into()), pass);
        // The upper 53 bits: as many as a number below 1 has.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_spread_evenly_and_do_not_depend_on_each_other() {
        let mean = |draw: &dyn Fn(u64) -> f64| (0..10_000).map(draw).sum::<f64>() / 10_000.0;
        let by_task = mean(&|number| Luck::of(7, number).draw(3, 0));
        let by_pass = mean(&|pass| Luck::of(7, 1).draw(3, pass));
        let product = mean(&|number| {
            let luck = Luck::of(7, number);
            (luck.draw(3, 0) - 0.5) * (luck.draw(4, 0) - 0.5)
        });
        // Four standard errors of the mean of 10,000 uniform draws, and of products of two.
        assert!((by_task - 0.5).abs() < 4.0 * 0.2887 / 100.0, "{by_task}");
        assert!((by_pass - 0.5).abs() < 4.0 * 0.2887 / 100.0, "{by_pass}");
        assert!(product.abs() < 4.0 * 0.0833 / 100.0, "{product}");
    }
}

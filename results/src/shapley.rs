//! Who did it: a total shared out among those who made it together.
//!
//! A game says what each group of players comes to together. The share of a player is what he adds
//! to those who came before him, on average over all orders in which they may come (L. S. Shapley,
//! A Value for n-Person Games, 1953): the only shares that add up to what all come to more than
//! none (efficiency), are equal for players who add the same to every group (symmetry), zero for
//! one who adds nothing to any (null player), and of a sum of games the sums of the shares.
//!
//! Groups are numbers, in which player `p` has the bit `1 << p`.

use crate::pooled::Weighted;

/// What a player adds to groups, each with what it counts.
pub(crate) type Terms = Vec<Weighted>;

/// The groups without a player.
fn groups_without(players: usize, player: usize) -> impl Iterator<Item = usize> {
    (0..1_usize << players).filter(move |group| group & (1 << player) == 0)
}

/// What a player adds to each group, with a weight that depends on how many there are before.
fn added(players: usize, player: usize, weight: impl Fn(usize) -> f64) -> Terms {
    let term = |from: usize| {
        let before = from.count_ones() as usize;
        Weighted { weight: weight(before), to: from | 1 << player, from }
    };
    groups_without(players, player).map(term).collect()
}

/// The share of a player: |S|! (n − |S| − 1)! / n! of what he adds to each group S.
pub(crate) fn share(players: usize, player: usize) -> Terms {
    // The same as 1 / (n · C(n − 1, |S|)).
    let orders = |before: usize| {
        (0..before).fold(1.0, |ways, i| ways * (players - 1 - i) as f64 / (i + 1) as f64)
    };
    added(players, player, |before| 1.0 / (players as f64 * orders(before)))
}

/// The main effect of a player: what he adds to a group on average over all groups, as factorial
/// designs have it (R. A. Fisher, The Design of Experiments, 1935).
pub(crate) fn main_effect(players: usize, player: usize) -> Terms {
    added(players, player, |_| 1.0 / (1_usize << (players - 1)) as f64)
}

/// What a player adds to all others together.
pub(crate) fn to_all_others(players: usize, player: usize) -> Terms {
    let all = (1 << players) - 1;
    vec![Weighted { weight: 1.0, to: all, from: all & !(1 << player) }]
}

/// What a player comes to alone.
pub(crate) fn alone(player: usize) -> Terms {
    vec![Weighted { weight: 1.0, to: 1 << player, from: 0 }]
}

/// What all come to more than none.
pub(crate) fn total(players: usize) -> Terms {
    vec![Weighted { weight: 1.0, to: (1 << players) - 1, from: 0 }]
}

/// The shares of all players in a game, given what each group comes to.
///
/// ```
/// // Alone neither comes to anything; together they come to 6.
/// assert_eq!(results::shapley::shares(&[0.0, 0.0, 0.0, 6.0]), [3.0, 3.0]);
/// ```
///
/// # Panics
///
/// If the groups are not those of so many players.
pub fn shares(game: &[f64]) -> Vec<f64> {
    assert!(game.len().is_power_of_two(), "every group comes to something");
    let players = game.len().trailing_zeros() as usize;
    let sum = |terms: Terms| -> f64 {
        terms.iter().map(|term| term.weight * (game[term.to] - game[term.from])).sum()
    };
    (0..players).map(|player| sum(share(players, player))).collect()
}

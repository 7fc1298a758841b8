//! Who did it: shares of parts are Shapley's, and numbers with their intervals.

use proptest::prelude::*;
use results::SweepResult;
use results::ablation::{Ablation, Effects, table};
use results::chart::shares;
use results::shapley;

use crate::of_sweeps::{Runs, ablated, of_few, says, title, weather};

/// What every group of up to five players comes to.
fn games() -> impl Strategy<Value = Vec<f64>> {
    (1_usize..=5)
        .prop_flat_map(|players| proptest::collection::vec(-100.0..100.0_f64, 1 << players))
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

proptest! {
    #[test]
    fn shares_add_up_to_what_all_come_to_more_than_none(game in games()) {
        let sum: f64 = shapley::shares(&game).iter().sum();
        prop_assert!(is_near(sum, game[game.len() - 1] - game[0]));
    }

    #[test]
    fn shares_are_what_players_add_on_average_over_all_orders(game in games()) {
        let players = game.len().trailing_zeros() as usize;
        let orders = orders(players);
        for (player, share) in shapley::shares(&game).into_iter().enumerate() {
            let added = orders.iter().map(|order| {
                let before = order.iter().take_while(|other| **other != player);
                let before = before.fold(0, |group, other| group | 1 << other);
                game[before | 1 << player] - game[before]
            });
            prop_assert!(is_near(share, added.sum::<f64>() / orders.len() as f64));
        }
    }

    #[test]
    fn shares_are_equal_of_players_who_add_the_same(game in games()) {
        // Groups count by how many they are.
        let by_number = |group: usize| game[group.count_ones() as usize];
        let even: Vec<f64> = (0..game.len()).map(by_number).collect();
        let shares = shapley::shares(&even);
        prop_assert!(shares.iter().all(|share| is_near(*share, shares[0])));
    }

    #[test]
    fn shares_are_exactly_zero_of_players_who_add_nothing(game in games(), player in 0_usize..5) {
        let players = game.len().trailing_zeros() as usize;
        let null = player % players;
        let idle: Vec<f64> = (0..game.len()).map(|group| game[group & !(1 << null)]).collect();
        prop_assert_eq!(shapley::shares(&idle)[null].to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn shares_of_a_sum_of_games_are_the_sums_of_their_shares(game in games(), factor in -3.0..3.0) {
        let other: Vec<f64> = game.iter().rev().map(|value| value * factor).collect();
        let sum: Vec<f64> = game.iter().zip(&other).map(|(a, b)| a + b).collect();
        let (one, two) = (shapley::shares(&game), shapley::shares(&other));
        for (share, (a, b)) in shapley::shares(&sum).into_iter().zip(one.iter().zip(two)) {
            prop_assert!(is_near(share, a + b));
        }
    }
}

/// All orders of so many players.
fn orders(players: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for player in 0..players {
        let with = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, player);
                order
            })
        };
        all = all.into_iter().flat_map(with).collect();
    }
    all
}

/// A retry that is worth half a point alone and nothing beside the fallback, a fallback that is
/// worth ten, and a breaker that does nothing.
const THREE: Runs<'_> = &|_, places, run| {
    let has = |part: usize| places[part] == 0;
    let success = match (has(0), has(1)) {
        (_, true) => 0.95 + 0.001 * weather(run),
        (true, false) => 0.90 + 0.002 * weather(run),
        (false, false) => 0.85 + 0.003 * weather(run),
    };
    [success, 10.0 * success, 1.0]
};

fn three() -> SweepResult {
    ablated(&["retry", "fallback", "breaker"], THREE)
}

fn part<'a>(ablation: &'a Ablation, name: &str) -> &'a Effects {
    ablation.parts.iter().find(|part| part.name == name).unwrap()
}

#[test]
fn effects_of_a_part_are_shapley_s_share_the_main_effect_and_what_it_does_beside_all_and_alone() {
    let found = Ablation::of(&three(), 0);
    // On average the weather is 2.
    let (none, retry, fallback) = (0.856, 0.904, 0.952);
    assert!(is_near(found.with_none.mean, none) && is_near(found.with_all.mean, fallback));
    assert!(is_near(found.total.mean, fallback - none));
    let of = |name: &str| part(&found, name).all().map(|(_, of)| of.mean);
    let is = |name: &str, expected: [f64; 4]| {
        let found = of(name);
        assert!(found.iter().zip(expected).all(|(a, b)| is_near(*a, b)), "{name}: {found:?}");
    };
    let gain = retry - none;
    is("retry", [gain / 2.0, gain / 2.0, 0.0, gain]);
    let (alone, beside) = (fallback - none, fallback - retry);
    is("fallback", [f64::midpoint(alone, beside), f64::midpoint(alone, beside), beside, alone]);
    for (effect, of) in part(&found, "breaker").all() {
        let bits = [of.mean, of.low, of.high].map(f64::to_bits);
        assert_eq!(bits, [0.0_f64.to_bits(); 3], "{effect} of the breaker");
    }
}

#[test]
fn shares_of_a_measure_add_up_to_the_total_and_are_told_as_parts_of_it() {
    for measure in 0..2 {
        let found = Ablation::of(&three(), measure);
        let sum: f64 = found.parts.iter().map(|part| part.share.mean).sum();
        assert!(is_near(sum, found.total.mean), "{sum}");
        let portions = found.parts.iter().map(|part| found.portion(part).unwrap());
        assert!(is_near(portions.sum(), 1.0));
    }
    let idle = Ablation::of(&three(), 2);
    assert!(idle.parts.iter().all(|part| idle.portion(part).is_none()));
}

#[test]
fn an_interval_of_a_share_is_that_of_its_mean_over_runs() {
    let found = Ablation::of(&three(), 0);
    // In each run the share of the retry is half of what it adds alone.
    let shares = (0..20).map(|run| {
        let runs = [[1, 1, 1], [0, 1, 1]].map(|places: [usize; 3]| THREE(0, &places, run)[0]);
        (runs[1] - runs[0]) / 2.0
    });
    let shares: Vec<f64> = shares.collect();
    let mean = shares.iter().sum::<f64>() / 20.0;
    let squares: f64 = shares.iter().map(|share| (share - mean) * (share - mean)).sum();
    // The 97.5 % quantile of Student's t with 19 degrees of freedom.
    let half = 2.093_024 * (squares / 19.0 / 20.0).sqrt();
    let share = part(&found, "retry").share;
    assert!(is_near(share.mean, mean));
    assert!((share.low - (mean - half)).abs() < half / 50.0, "{share:?} {half}");
    assert!(share.high >= mean + half * 0.999 && share.high < mean + half * 1.2, "{share:?}");
    assert_eq!(share.n, 20);
}

#[test]
fn a_table_of_an_ablation_has_each_effect_of_each_part_and_the_levels() {
    let result = three();
    let all = [Ablation::of(&result, 0), Ablation::of(&result, 2)];
    let text = String::from_utf8(table(&all, Vec::new()).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * (3 + 3 * 4));
    assert!(lines[4].starts_with("agents.a.success,share,retry,share,20,0.02"), "{}", lines[4]);
    let has = |line: &str| assert!(lines.contains(&line), "{line} in {text}");
    has("agents.a.success,share,breaker,alone,20,0,0,0,yes,,");
}

#[test]
fn a_picture_of_shares_says_who_did_most_and_who_nothing() {
    let result = three();
    let scene = shares(&result, &Ablation::of(&result, 0)).unwrap();
    let title = title(&scene);
    let (begin, end) = (
        "Success of a: 85.6 % with none of the parts, 95.2 % with all; fallback +7.2 points [",
        "; no clear share: breaker",
    );
    assert!(title.starts_with(begin) && title.ends_with(end), "{title}");
    assert!(title.contains("75 % of it; retry +2.4 points ["), "{title}");
    let idle = shares(&result, &Ablation::of(&result, 2)).unwrap();
    let says = "no part changes it in a way that can be shown";
    assert!(idle.title().ends_with(says), "{}", idle.title());
}

#[test]
fn with_few_runs_nothing_is_impossible_and_nothing_is_taken_for_no_change() {
    let wild: Runs<'_> = &|_, places, run| {
        let has = |part: usize| places[part] == 0;
        let success = if has(0) == (run % 2 == 0) { 0.05 } else { 0.95 };
        [success, success, 1.0]
    };
    let result = of_few(&["retry"], 2, wild);
    let found = Ablation::of(&result, 0);
    for (effect, of) in found.parts.iter().flat_map(Effects::all).chain([("total", &found.total)]) {
        assert!(-1.0 <= of.low && of.high <= 1.0, "{effect}: {of:?}");
    }
    let scene = shares(&result, &found).unwrap();
    let title = title(&scene);
    assert!(title.ends_with("there are too few runs to rely on any share"), "{title}");
    let says = says(&scene);
    assert!(says.iter().any(|text| text == "too few runs to tell"), "{says:?}");
    assert!(!says.iter().any(|text| text == "no clear change"), "{says:?}");
}

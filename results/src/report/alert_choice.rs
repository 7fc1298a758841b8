//! Of all rules for alerts that are tried the ones that find most, soonest, with the fewest false
//! alarms.

use patterns::{Duration, Time};
use sim::measure::Measure;

use super::alerts::{Alert, FOUND, Finds, LEAST, Of, Rule, SILENT, Under, Watched, onsets};

/// Shares of good outcomes below which an alert is tried; and one for no outcome at all.
const BELOW: [f64; 9] = [SILENT, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98];

/// Pieces over which it is tried.
const WINDOWS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// False alarms that are allowed in a month.
const FALSE_MAX: f64 = 1.0;

/// How many rules are tried of each signal.
pub(super) const RULES: usize = BELOW.len() * WINDOWS.len();

/// Of each signal the alert that finds most faults, and finds them soonest, among those that fire
/// at most once a month where nothing is wrong; and one that fires where nothing is seen any more,
/// if that finds a fault which the other one does not, or later.
pub fn choose(
    signals: &[Measure],
    (every, warmup): (Duration, Time),
    quiet: &[Watched],
    under: &[Under],
) -> Vec<Alert> {
    let hours: f64 =
        quiet.iter().map(|run| run.pieces.len() as f64).sum::<f64>() * every.as_secs_f64() / 3600.0;
    let of_signal = |(place, signal): (usize, &Measure)| {
        let rules = WINDOWS
            .iter()
            .flat_map(|window| BELOW.iter().map(|below| Rule { below: *below, window: *window }));
        let tried = rules.map(|rule| {
            let onsets = quiet.iter().map(|run| onsets(&run.firing(place, rule)).len());
            let outcomes = quiet.iter().map(|run| run.outcomes(place, rule.window)).sum::<f64>();
            let finds = under.iter().map(|one| found(one, place, rule, (every, warmup)));
            Alert {
                signal: signal.clone(),
                below: rule.below,
                window: every * rule.window as u64,
                least: LEAST,
                outcomes: outcomes / quiet.len().max(1) as f64,
                false_alarms: onsets.sum(),
                hours,
                finds: finds.collect(),
            }
        });
        let tried: Vec<Alert> = tried.collect();
        let longest = tried.last().cloned();
        // A rule that mostly has too few outcomes to fire would be silent by chance.
        let is_allowed = |alert: &Alert| alert.a_month().0 <= FALSE_MAX && LEAST <= alert.outcomes;
        let finds_some = |alert: &Alert| alert.finds.iter().any(|one| FOUND <= one.share);
        let working = tried.into_iter().filter(|alert| is_allowed(alert) && finds_some(alert));
        let (silent, shares): (Vec<Alert>, Vec<Alert>) =
            working.partition(|alert| alert.below == SILENT);
        let best = |all: Vec<Alert>| {
            let best = |a: &Alert, b: &Alert| rank(a).partial_cmp(&rank(b)).expect("numbers");
            all.into_iter().min_by(best)
        };
        let (share, silent) = (best(shares), best(silent));
        let is_new = |finds: &Finds| {
            let half = |one: &Finds| one.after[0].unwrap_or(Duration::MAX);
            let of_shares = share.iter().flat_map(|share| &share.finds);
            let mut known = of_shares.filter(|one| one.fault == finds.fault && FOUND <= one.share);
            FOUND <= finds.share && !known.any(|one| half(one) <= half(finds))
        };
        let silent = silent.filter(|alert| alert.finds.iter().any(is_new));
        let none = longest.filter(|_| share.is_none() && silent.is_none());
        let none = none.map(|longest| Alert { finds: Vec::new(), below: BELOW[1], ..longest });
        [share, silent, none].into_iter().flatten().collect::<Vec<Alert>>()
    };
    signals.iter().enumerate().flat_map(of_signal).collect()
}

/// What is better comes first: more faults found, sooner, less often for nothing.
fn rank(alert: &Alert) -> (f64, f64, f64) {
    let found = alert.finds.iter().filter(|one| FOUND <= one.share);
    let (number, time) = found.fold((0.0, 0.0), |(number, time), one| {
        (number + 1.0, time + one.after[0].map_or(0.0, Duration::as_secs_f64))
    });
    (-number, time, alert.false_alarms as f64)
}

/// How well a rule finds a fault.
fn found(under: &Under, signal: usize, rule: Rule, (every, warmup): (Duration, Time)) -> Finds {
    let runs = under.runs.iter().map(|run| (run, run.firing(signal, rule)));
    let of_times = |(run, firing): (&Watched, Vec<bool>)| {
        let times = run.times(&under.hits);
        let found = times.iter().map(|(first, last)| {
            // What fires later than a window after the end of the fault has not found it.
            let late = if under.is_followed { 0 } else { rule.window };
            let last = firing.len().min(last + late + 1);
            let fires = (*first..last).find(|piece| firing[*piece]);
            // When it began is not known of what was there when the run began to be counted.
            let time = |piece: usize| (0 < *first).then(|| every * (piece - first + 1) as u64);
            fires.map(time)
        });
        found.collect::<Vec<_>>()
    };
    let (all, of): (Vec<Option<Option<Duration>>>, Of) = match under.once {
        Some(once) => {
            // What fires later than a window after its end has not found it; nor has what finds
            // another one that follows it.
            let late = if under.is_followed { Duration::ZERO } else { every * rule.window as u64 };
            let once = (once.0, once.1 + late);
            let found = runs.map(|(_, firing)| found_once(&firing, once, (every, warmup)));
            (found.map(|after| after.map(Some)).collect(), Of::Runs(under.runs.len()))
        }
        None => {
            let all: Vec<_> = runs.clone().flat_map(of_times).collect();
            if all.is_empty() {
                // Nothing shows when it is on: it may be at any time.
                let fires = |(_, firing): (_, Vec<bool>)| firing.contains(&true).then_some(None);
                (runs.map(fires).collect(), Of::Runs(under.runs.len()))
            } else {
                let of = Of::Times(all.len());
                (all, of)
            }
        }
    };
    let number = all.len().max(1);
    let share = all.iter().flatten().count() as f64 / number as f64;
    let mut times: Vec<Duration> = all.into_iter().flatten().flatten().collect();
    times.sort_unstable();
    let at = |share: f64| {
        // Those that were not found are longer than any.
        let place = (share * number as f64).ceil() as usize;
        times.get(place.saturating_sub(1)).copied()
    };
    Finds { fault: under.fault.clone(), share, of, after: [at(0.5), at(0.95)] }
}

/// How long after the beginning of a fault that comes once an alert begins to fire, if it finds it.
fn found_once(
    firing: &[bool],
    (begins, last): (Time, Time),
    (every, warmup): (Duration, Time),
) -> Option<Duration> {
    let end = |piece: usize| warmup + every * (piece as u64 + 1);
    let at = onsets(firing).into_iter().map(end).find(|at| begins < *at)?;
    (at <= last).then(|| at.since(begins))
}

//! Arrivals whose rate changes: by the time, or at random.

use core::f64::consts::TAU;

use patterns::{Duration, Time};
use sim::kernel::{BurstState, Bursts, Distribution, RateProfile, RngStreams};
use sim::model::system::{Arrivals, System};

use crate::support::{Estimate, RUNS, counted, rate, replicate, seed, stream_to, time_average};
use crate::table::case;
use crate::tank::{self, at, secs};

/// What comes until `end`, each time rising, by independent runs.
fn runs(
    seeds: u64,
    end: Duration,
    mut times: impl FnMut(u64) -> Box<dyn FnMut(Time) -> Option<Time>>,
) -> Vec<Vec<f64>> {
    let run = |index| {
        let mut next = times(seed(seeds, index));
        let mut came = Vec::new();
        let mut now = Time::ZERO;
        while let Some(time) = next(now).filter(|time| *time < at(end)) {
            assert!(time >= now);
            came.push(time.as_secs_f64());
            now = time;
        }
        came
    };
    (0..RUNS).map(run).collect()
}

fn of_profile(profile: &RateProfile, seeds: u64, end: Duration) -> Vec<Vec<f64>> {
    runs(seeds, end, |seed| {
        let profile = profile.clone();
        let mut stream = RngStreams::new(seed).stream("arrivals");
        Box::new(move |now| profile.next(now, &mut stream))
    })
}

/// A thinned Poisson process has in every time as many arrivals as the integral of its rate says.
fn has_its_mean_in_every_part(
    shape: &str,
    profile: &RateProfile,
    seeds: u64,
    end: u64,
    sharpness: f64,
) {
    const PARTS: u64 = 5;
    let came = of_profile(profile, seeds, secs(end));
    for part in 0..PARTS {
        let [from, to] = [part, part + 1].map(|n| secs(end * n / PARTS));
        let theory = profile.expected(at(to)) - profile.expected(at(from));
        let within = |time: &&f64| **time >= from.as_secs_f64() && **time < to.as_secs_f64();
        let counts: Vec<f64> =
            came.iter().map(|run| run.iter().filter(within).count() as f64).collect();
        if theory == 0.0 {
            assert!(counts.iter().all(|count| *count == 0.0), "part {part}: {counts:?}");
        } else {
            Estimate::of(seeds, &counts).is(
                &format!("arrivals, {shape}, part {} of {PARTS}", part + 1),
                theory,
                sharpness,
            );
        }
    }
}

#[test]
fn a_rate_by_day_and_night_brings_as_many_as_its_integral_says() {
    case!();
    let wave = RateProfile::wave(10.0, 0.9, secs(1000), secs(300)).unwrap();
    has_its_mean_in_every_part("wave", &wave, 801, 1000, 0.05);
    // The integral itself, by the rates in the middle of each second.
    let half = Duration::from_millis(500);
    let sum: f64 = (0..700).map(|n| wave.rate_at(at(secs(n) + half))).sum();
    assert!((sum - wave.expected(at(secs(700)))).abs() < 1e-2, "{sum}");
}

#[test]
fn a_ramp_brings_as_many_as_its_integral_says() {
    case!();
    let up = RateProfile::ramp(0.0, 20.0, secs(200), secs(600)).unwrap();
    has_its_mean_in_every_part("ramp up", &up, 802, 1000, 0.1);
    // A straight line from 0 to 20 in 600 s, and 200 s at 20.
    assert!((up.expected(at(secs(1000))) - 10_000.0).abs() < 1e-6);
    let down = RateProfile::ramp(20.0, 0.0, Duration::ZERO, secs(800)).unwrap();
    has_its_mean_in_every_part("ramp down", &down, 803, 1000, 0.1);
}

#[test]
fn a_spike_and_steps_bring_as_many_as_their_integrals_say() {
    case!();
    let spike = RateProfile::spike(2.0, 10.0, secs(400), secs(200)).unwrap();
    has_its_mean_in_every_part("spike", &spike, 804, 1000, 0.1);
    assert!((spike.expected(at(secs(1000))) - 5600.0).abs() < 1e-6);
    let steps = [(100, 5.0), (300, 0.0), (600, 1.0), (700, 30.0), (800, 0.0)];
    let steps = steps.map(|(from, rate)| (secs(from), rate));
    let steps = RateProfile::steps(&steps).unwrap();
    has_its_mean_in_every_part("steps", &steps, 805, 1000, 0.2);
}

/// The times at which the integral of the rate has risen by one more unit are those of a Poisson
/// process of rate 1: gaps of mean 1 and variance 1, independent of each other.
#[test]
fn a_thinned_process_is_poisson_in_the_time_of_its_integral() {
    case!();
    let wave = RateProfile::wave(5.0, 1.0, secs(100), Duration::ZERO).unwrap();
    let came = of_profile(&wave, 806, secs(5000));
    let mut measured: [Vec<f64>; 3] = Default::default();
    for run in came {
        let scaled = |time: &f64| wave.expected(at(Duration::from_secs_f64(*time)));
        let scaled: Vec<f64> = run.iter().map(scaled).collect();
        let gaps: Vec<f64> = scaled.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / gaps.len() as f64;
        measured[0].push(mean(&mut gaps.iter().copied()));
        measured[1].push(mean(&mut gaps.iter().map(|gap| (gap - 1.0) * (gap - 1.0))));
        let products = gaps.windows(2).map(|pair| (pair[0] - 1.0) * (pair[1] - 1.0));
        // One is added, so that the interval can be compared with what theory says.
        measured[2].push(1.0 + mean(&mut products.into_iter()));
    }
    let names = ["mean gap", "variance of gaps", "1 + covariance of gaps that follow"];
    for (values, name) in measured.iter().zip(names) {
        Estimate::of(806, values).is(name, 1.0, 0.02);
    }
}

#[test]
fn no_task_comes_where_the_rate_is_zero_for_ever() {
    case!();
    let mut stream = RngStreams::new(1).stream("arrivals");
    let steps = RateProfile::steps(&[(secs(0), 5.0), (secs(10), 0.0)]).unwrap();
    assert_eq!(steps.next(at(secs(10)), &mut stream), None);
    let down = RateProfile::ramp(5.0, 0.0, secs(0), secs(10)).unwrap();
    assert_eq!(down.next(at(secs(10)), &mut stream), None);
    let mut system = stream_to(tank::service("s", 1, 0, rate(1.0)), rate(1.0), secs(1000));
    system.agents[0].arrivals = Arrivals::Varying(steps);
    system.warmup = Time::ZERO;
    let [came] = replicate(&system, 807, |record| [record.services[0].requests.issued as f64]);
    came.is("arrivals", 50.0, 0.15);
}

/// How many requests there are in a window, by the whole engine.
fn with_arrivals(arrivals: Arrivals, from: u64, to: u64) -> System {
    let service = tank::service("service", u32::MAX, 0, rate(0.05));
    let mut system = stream_to(service, Distribution::constant(secs(1)), secs(to));
    system.agents[0].arrivals = arrivals;
    system.agents[0].slots = u32::MAX;
    (system.warmup, system.horizon) = (at(secs(from)), at(secs(to)));
    system
}

/// M(t)/M/∞: how many are served follows the rate with a lag, and swings less.
///
/// S. G. Eick, W. A. Massey and W. Whitt, "M(t)/G/∞ queues with sinusoidal arrival rates",
/// Management Science 39 (2), 1993, section 4.
#[test]
fn a_service_without_line_follows_the_rate_with_a_lag() {
    case!();
    let (mean, amplitude, period, work) = (20.0, 0.8, 200.0, 0.05);
    let wave = RateProfile::wave(mean, amplitude, secs(200), Duration::ZERO).unwrap();
    let omega = TAU / period;
    let lag = libm::atan(omega / work);
    let swing = amplitude * libm::cos(lag);
    // The mean of 1 + swing * cos(omega t − lag) from 1000 + a to 1000 + b.
    let theory = |a: f64, b: f64| {
        let sine = |t: f64| libm::sin(omega * t - lag) / omega;
        mean / work * (1.0 + swing * (sine(b) - sine(a)) / (b - a))
    };
    for (seeds, [from, to]) in [(808, [1000, 1050]), (809, [1090, 1150])] {
        let system = with_arrivals(Arrivals::Varying(wave.clone()), from, to);
        let [busy, came] = replicate(&system, seeds, |record| {
            let service = &record.services[0];
            [time_average(service.busy, record), service.requests.issued as f64 / counted(record)]
        });
        busy.is(
            &format!("requests in work, seconds {from} to {to}"),
            theory(from as f64, to as f64),
            0.05,
        );
        let came_in = wave.expected(at(secs(to))) - wave.expected(at(secs(from)));
        came.is(&format!("arrivals, seconds {from} to {to}"), came_in / (to - from) as f64, 0.1);
    }
}

fn of_bursts(bursts: &Bursts, seeds: u64, end: Duration) -> Vec<Vec<f64>> {
    runs(seeds, end, |seed| {
        let bursts = bursts.clone();
        let mut stream = RngStreams::new(seed).stream("arrivals");
        let mut state: BurstState = bursts.begin(&mut stream);
        Box::new(move |now| bursts.next(&mut state, now, &mut stream))
    })
}

/// Mean and variance of the number that comes in a time, by the closed form.
///
/// W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
/// Performance Evaluation 18 (2), 1993, section 2.
#[test]
fn bursts_have_the_mean_and_the_dispersion_of_the_closed_form() {
    case!();
    // In units of a second: the rates, the mean stays.
    let (low, high, low_stay, high_stay) = (0.5, 20.0, 30.0, 5.0);
    let bursts = Bursts::new(low, high, secs(30), secs(5)).unwrap();
    let came = of_bursts(&bursts, 810, secs(200_000));
    let mean = (low * low_stay + high * high_stay) / (low_stay + high_stay);
    let rates: Vec<f64> = came.iter().map(|run| run.len() as f64 / 200_000.0).collect();
    Estimate::of(810, &rates).is("rate of arrivals", mean, 0.02);

    let (leave_low, leave_high): (f64, f64) = (1.0 / low_stay, 1.0 / high_stay);
    let both = leave_low + leave_high;
    let apart = (high - low) * (high - low) * leave_low * leave_high;
    let between = low * leave_high + high * leave_low;
    for (span, sharpness) in [(1_u32, 0.05), (10, 0.05), (200, 0.1)] {
        let t = f64::from(span);
        let theory = 1.0 + 2.0 * apart / (both * both * between)
            - 2.0 * apart / (both * both * both * between * t) * (1.0 - libm::exp(-both * t));
        let closed = bursts.index_of_dispersion(secs(span.into()));
        assert!((closed - theory).abs() < 1e-9 * theory, "{closed} {theory}");
        let dispersion = |run: &Vec<f64>| {
            let mut counts = vec![0.0_f64; 200_000 / span as usize];
            for time in run {
                counts[(*time / t) as usize] += 1.0;
            }
            let expected = mean * t;
            let squares = counts.iter().map(|count| (count - expected) * (count - expected));
            squares.sum::<f64>() / counts.len() as f64 / expected
        };
        let measured: Vec<f64> = came.iter().map(dispersion).collect();
        Estimate::of(810, &measured).is(
            &format!("dispersion of counts of {span} s"),
            theory,
            sharpness,
        );
    }
}

/// Through the whole engine, and from the beginning of the run: a source is in each of its states
/// with the chance of the long run.
#[test]
fn bursts_begin_as_they_go_on() {
    case!();
    let bursts = Bursts::new(0.0, 50.0, secs(30), secs(10)).unwrap();
    let mut system = with_arrivals(Arrivals::Bursts(bursts), 0, 2);
    system.agents[0].count = 400;
    let [came] = replicate(&system, 811, |record| [record.services[0].requests.issued as f64]);
    came.is("arrivals", 400.0 * 2.0 * 12.5, 0.1);
}

#[test]
fn a_trace_is_played_by_each_agent() {
    let times = [0, 500, 500, 2500, 7000].map(|at| Time::ZERO + Duration::from_millis(at));
    let arrivals = Arrivals::Trace(times.into());
    assert_eq!(arrivals.expected(at(secs(7))), Some(4.0));
    let mut system = with_arrivals(arrivals, 0, 5);
    system.agents[0].count = 3;
    let record = sim::run(&system, 1, sim::Watch::Counts);
    assert_eq!(record.services[0].requests.issued, 12);
    system.warmup = at(secs(1));
    assert_eq!(sim::run(&system, 1, sim::Watch::Counts).services[0].requests.issued, 3);
    system.horizon = at(secs(100));
    assert_eq!(sim::run(&system, 1, sim::Watch::Counts).services[0].requests.issued, 6);
}

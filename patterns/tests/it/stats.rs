//! Statistics are what a list of everything that ever happened says.

use patterns::stats::{Align, CallWindow, MovingAverage, TimeWindow, faded};
use patterns::{Duration, Time};
use proptest::prelude::*;

const fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

const fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

/// What happens to a window of time.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Add(u64),
    /// Counts of a call that began so long ago.
    AddAt(u64, u64),
    Pass(u64),
    Back(u64),
    Clear,
    Restart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (1..9_u64).prop_map(Happening::Add),
        2 => (1..9_u64, 0..40_u64).prop_map(|(count, ago)| Happening::AddAt(count, ago)),
        5 => (0..30_u64).prop_map(Happening::Pass),
        1 => (0..30_u64).prop_map(Happening::Back),
        1 => Just(Happening::Clear),
        1 => Just(Happening::Restart),
    ]
}

/// A window as a list of everything that was added: when its bucket begins, and how much.
struct List {
    align: Align,
    size: u64,
    width: u64,
    origin: u64,
    latest: u64,
    added: Vec<(u64, u64)>,
}

impl List {
    fn new(size: u64, align: Align) -> Self {
        let (size, width) = match align {
            Align::Exact => (size, 1),
            Align::Grid { buckets } | Align::FirstEvent { buckets } => {
                let width = size.div_ceil(buckets.into());
                (width * u64::from(buckets), width)
            }
        };
        Self { align, size, width, origin: 0, latest: 0, added: Vec::new() }
    }

    fn add(&mut self, count: u64, at: u64) {
        if at < self.origin {
            return;
        }
        let begins = match self.align {
            Align::Exact => at,
            Align::Grid { .. } => at - (at - self.origin) % self.width,
            Align::FirstEvent { .. } => {
                let covers = |begins: &u64| *begins <= at && at < begins + self.width;
                // Of two that overlap the later one takes it.
                self.left().map(|(begins, _)| begins).filter(covers).max().unwrap_or(at)
            }
        };
        if self.latest < begins + self.size {
            self.added.push((begins, count));
        }
    }

    fn left(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.added.iter().copied().filter(|(begins, _)| self.latest < begins + self.size)
    }

    /// All buckets in order: when they begin, and how much is in them.
    fn buckets(&self) -> Vec<(u64, u64)> {
        let mut buckets = std::collections::BTreeMap::<u64, u64>::new();
        for (begins, count) in self.left() {
            *buckets.entry(begins).or_default() += count;
        }
        buckets.into_iter().collect()
    }
}

fn aligns() -> impl Strategy<Value = Align> {
    prop_oneof![
        Just(Align::Exact),
        (1..7_u32).prop_map(|buckets| Align::Grid { buckets }),
        (1..7_u32).prop_map(|buckets| Align::FirstEvent { buckets }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn time_window_is_what_a_list_of_all_counts_says(
        size in 1..40_u64,
        align in aligns(),
        story in prop::collection::vec(happening(), 1..80),
    ) {
        let mut window = TimeWindow::<u64>::new(nanos(size), align);
        let mut list = List::new(size, align);
        let mut now = 0;
        for happening in story {
            let closed: Vec<u64> = window.closed().collect();
            let has_changed = match happening {
                Happening::Pass(_) | Happening::Back(_) => {
                    now = match happening {
                        Happening::Pass(nanos) => now + nanos,
                        Happening::Back(nanos) => now.saturating_sub(nanos),
                        _ => now,
                    };
                    list.latest = list.latest.max(now);
                    window.advance(at(now))
                }
                Happening::Add(count) => {
                    list.latest = list.latest.max(now);
                    list.add(count, list.latest);
                    window.add(count, at(now))
                }
                // Which of two overlapping buckets takes an old count is not promised.
                Happening::AddAt(..) if matches!(align, Align::FirstEvent { .. }) => continue,
                Happening::AddAt(count, ago) => {
                    list.latest = list.latest.max(now);
                    let then = now.saturating_sub(ago);
                    list.add(count, then);
                    window.add_at(count, at(then), at(now))
                }
                Happening::Clear => {
                    list.added.clear();
                    window.clear();
                    true
                }
                Happening::Restart => {
                    list.added.clear();
                    list.latest = list.latest.max(now);
                    list.origin = now;
                    window.restart(at(now));
                    true
                }
            };
            let buckets = list.buckets();
            let is_open = |(begins, _): &(u64, u64)| list.latest < begins + list.width;
            let expected: Vec<u64> =
                buckets.iter().filter(|bucket| !is_open(bucket)).map(|(_, count)| *count).collect();
            let open = buckets.iter().find(|bucket| is_open(bucket)).map(|(_, count)| *count);
            prop_assert_eq!(window.sum(), buckets.iter().map(|(_, count)| count).sum::<u64>());
            let closed_now: Vec<u64> = window.closed().collect();
            prop_assert!(has_changed || closed_now == closed, "a change was not announced");
            prop_assert_eq!(closed_now, expected);
            prop_assert_eq!(window.open(), open);
        }
    }

    #[test]
    fn call_window_is_the_end_of_a_list(
        size in 1..150_u32,
        marks in prop::collection::vec((any::<bool>(), any::<bool>()), 1..400),
        clear_at in 0..400_usize,
    ) {
        let mut window = CallWindow::new(size);
        let mut list: Vec<[bool; 2]> = Vec::new();
        for (index, (failed, slow)) in marks.into_iter().enumerate() {
            if index == clear_at {
                window.clear();
                list.clear();
            }
            window.add([failed, slow]);
            list.push([failed, slow]);
            let latest = &list[list.len().saturating_sub(size as usize)..];
            let marked = [0, 1].map(|of| latest.iter().filter(|marks| marks[of]).count() as u64);
            prop_assert_eq!(window.calls(), latest.len() as u64);
            prop_assert_eq!(window.marked(), marked);
            prop_assert_eq!(window.results(), list.len() as u64);
            prop_assert_eq!(window.is_full(), size as usize <= list.len());
        }
    }

    /// The weight of each sample is what the later ones have left of it.
    #[test]
    fn moving_average_weighs_each_sample_by_those_after_it(
        samples in prop::collection::vec((0.0..100.0, 0.0..=1.0), 1..40),
        start in prop::option::of(0.0..100.0),
    ) {
        let mut average = start.map_or_else(MovingAverage::new, MovingAverage::starting_at);
        let first = start.unwrap_or(samples[0].0);
        for count in 1..=samples.len() {
            let (sample, weight) = samples[count - 1];
            average.add(sample, weight);
            let left = |from: usize| samples[from..count].iter().map(|(_, w)| 1.0 - w).product::<f64>();
            let expected = first * left(0)
                + (0..count).map(|at| samples[at].0 * samples[at].1 * left(at + 1)).sum::<f64>();
            let value = average.value().expect("a sample has come");
            prop_assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
        }
    }
}

#[test]
fn time_window_with_buckets_never_grows() {
    for align in [Align::Grid { buckets: 10 }, Align::FirstEvent { buckets: 10 }] {
        for size in [10, 13, 40] {
            let mut window = TimeWindow::<u64>::new(nanos(size), align);
            let mut now = 0;
            for step in [1, 2, 3, 5, 7, 100] {
                for _ in 0..100 {
                    now += step;
                    window.add(1, at(now));
                    let buckets = window.closed().count() + usize::from(window.open().is_some());
                    assert!(buckets <= 10, "{align:?}");
                }
            }
        }
    }
}

#[test]
fn time_window_at_the_end_of_time_overflows_nothing() {
    for align in [Align::Exact, Align::Grid { buckets: 3 }, Align::FirstEvent { buckets: 3 }] {
        let mut window = TimeWindow::<u64>::new(Duration::MAX, align);
        for now in [Time::MAX, Time::ZERO, Time::MAX] {
            window.add(1, now);
            window.add_at(1, Time::ZERO, now);
        }
        assert!(window.sum() <= 6);
    }
}

#[test]
fn moving_average_forgets_by_the_time_between() {
    let mut average = MovingAverage::starting_at(1.0);
    assert_eq!(average.age(at(5)), Duration::ZERO, "nothing came before");
    assert_eq!(average.age(at(3)), Duration::ZERO, "the clock was set back");
    assert_eq!(average.age(at(7)), nanos(2));
    average.add(0.0, faded(1.0));
    let value = average.value().expect("it began with one");
    assert!((value - libm::exp(-1.0)).abs() < 1e-15);
    average.clear();
    assert_eq!(average.value(), None);
    average.add(3.0, 0.0);
    assert_eq!(average.value(), Some(3.0), "the first sample is the value");
}

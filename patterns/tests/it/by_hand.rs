//! What is done to layers by hand.

use patterns::breaker::{self, Breaker, Mode, Trip};
use patterns::cache::{self, Cache};
use patterns::settings::{ConfiguredLayer, LayerSettings};
use patterns::testing::Driver;
use patterns::{Action, Class, Duration, Hold, Intervention, Outcome};

const SECOND: Duration = Duration::from_secs(1);
const ALL: [Intervention; 6] = [
    Intervention::Flush,
    Intervention::Reset,
    Intervention::Hold(Hold::Open),
    Intervention::Hold(Hold::HalfOpen),
    Intervention::Hold(Hold::Closed),
    Intervention::Release,
];
const FAILED: Outcome = Outcome::failed(Class::Network);

fn breaker(change: impl FnOnce(&mut breaker::Settings)) -> Driver<Breaker> {
    let settings = breaker::Settings::of(Trip::failures(1), SECOND * 10).with(change);
    Driver::new(Breaker::new(settings).expect("valid"), &[])
}

fn cache() -> Driver<Cache> {
    Driver::new(Cache::new(cache::Settings::of(SECOND * 60)).expect("valid"), &[])
}

/// A call, which ends so if it is let through.
fn call(driver: &mut Driver<impl ConfiguredLayer>, outcome: Outcome) -> bool {
    let is_sent = driver.call(0) == Action::Send;
    if is_sent {
        let _answer = driver.reply(0, outcome);
    }
    is_sent
}

/// A layer takes what its report says, and nothing else.
fn is_as_reported<L: ConfiguredLayer>(make: impl Fn() -> Driver<L>) {
    let report = <L::Settings as LayerSettings>::REPORT;
    for intervention in ALL {
        assert_eq!(make().intervene(intervention), report.takes(intervention), "{intervention:?}");
    }
}

#[test]
fn layers_take_what_their_reports_say() {
    is_as_reported(|| breaker(|_| {}));
    is_as_reported(cache);
    let timeout = patterns::timeout::Settings::of(SECOND);
    is_as_reported(|| {
        Driver::new(patterns::timeout::Timeout::with_settings(timeout).expect("valid"), &[])
    });
}

#[test]
fn a_cache_that_is_flushed_asks_again_for_all_it_had() {
    for intervention in [Intervention::Flush, Intervention::Reset] {
        let mut driver = cache();
        for key in 0..100 {
            driver.info.key = key;
            assert!(call(&mut driver, Outcome::Ok));
            assert!(!call(&mut driver, Outcome::Ok), "it is kept");
        }
        assert!(driver.intervene(intervention));
        assert!(driver.layer.is_empty());
        for key in 0..100 {
            driver.info.key = key;
            assert!(call(&mut driver, Outcome::Ok));
            assert!(!call(&mut driver, Outcome::Ok), "it is kept anew");
        }
        let misses = driver.counts().into_iter().find(|(name, _)| *name == "misses");
        assert_eq!(misses, Some(("misses", 200)), "what it has counted stays");
    }
}

#[test]
fn a_breaker_that_is_held_open_refuses_until_it_is_released() {
    let mut driver = breaker(|_| {});
    assert!(driver.intervene(Intervention::Hold(Hold::Open)));
    driver.pass(SECOND * 1000);
    assert!(!call(&mut driver, Outcome::Ok), "no wait ends it");
    assert!(driver.intervene(Intervention::Reset), "it stays held");
    assert!(!call(&mut driver, Outcome::Ok));
    assert!(driver.layer.close(driver.now).is_err());
    assert!(driver.intervene(Intervention::Release));
    assert!(call(&mut driver, Outcome::Ok));
    assert_eq!(driver.states(), ["forced-open", "closed"]);
    let counted = driver.counts();
    assert_eq!(counted[..4], [("opens", 0), ("reopens", 0), ("closes", 0), ("refused", 2)]);
}

#[test]
fn a_breaker_that_is_held_closed_never_opens() {
    let mut driver = breaker(|_| {});
    assert!(driver.intervene(Intervention::Hold(Hold::Closed)));
    for _ in 0..9 {
        assert!(call(&mut driver, FAILED));
    }
    assert!(driver.intervene(Intervention::Release));
    assert!(call(&mut driver, FAILED), "those failures are not counted");
    assert!(!call(&mut driver, FAILED), "this one is");
}

#[test]
fn a_breaker_that_is_held_half_open_lets_probes_pass_and_learns_nothing() {
    for outcome in [Outcome::Ok, FAILED, Outcome::failed(Class::RateLimit)] {
        let mut driver = breaker(|settings| {
            settings.half_open.half_open_timeout = Some(SECOND);
            settings.half_open.on_ignored = breaker::OnIgnored::Open;
        });
        assert!(driver.intervene(Intervention::Hold(Hold::HalfOpen)));
        for _ in 0..3 {
            assert_eq!(driver.call(0), Action::Send);
            driver.pass(SECOND * 2);
            assert!(matches!(driver.call(1), Action::Reply(_)), "one at a time");
            let _answer = driver.reply(0, outcome);
        }
        assert_eq!(driver.states(), ["half-open"]);
        assert!(driver.layer.close(driver.now).is_err());
        assert!(driver.intervene(Intervention::Release));
        assert_eq!(driver.states(), ["half-open", "closed"]);
        let counted = driver.counts();
        assert_eq!(counted[..3], [("opens", 0), ("reopens", 0), ("closes", 0)]);
    }
}

#[test]
fn a_breaker_that_is_reset_is_as_its_mode_says_and_has_forgotten_failures() {
    let mut driver = breaker(|settings| settings.trip = Trip::failures(2));
    assert!(call(&mut driver, FAILED));
    assert!(driver.intervene(Intervention::Reset));
    assert!(call(&mut driver, FAILED) && call(&mut driver, FAILED));
    assert!(!call(&mut driver, FAILED), "open after two more");
    assert!(driver.intervene(Intervention::Reset));
    assert!(call(&mut driver, Outcome::Ok), "closed");
    let mut held = breaker(|settings| settings.mode = Mode::ForcedOpen);
    assert!(held.intervene(Intervention::Release) && held.intervene(Intervention::Reset));
    assert!(!call(&mut held, Outcome::Ok), "its mode holds it");
}

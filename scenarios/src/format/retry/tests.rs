//! What is written becomes what is meant.

use patterns::Duration;
use patterns::backoff::{CapWhen, Curve, Jitter};
use patterns::budget::Kind;
use patterns::preset::Library;
use patterns::retry::{Retry as Machine, Settings};

use super::*;

fn read(text: &str) -> Result<Settings, String> {
    let retry: Retry = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let settings = retry.settings().map_err(|invalid| invalid.to_string())?;
    Machine::new(settings.clone()).map_err(|invalid| invalid.to_string())?;
    Ok(settings)
}

fn constant(secs: u64) -> backoff::Settings {
    let curve = Curve::Constant(Duration::from_secs(secs));
    let (cap_when, jitter) = (CapWhen::BeforeJitter, Jitter::None);
    backoff::Settings { curve, cap: None, cap_when, jitter }
}

#[test]
fn rules_are_by_class_and_the_others_share_one() {
    let read = read("network = '3 x 60s'\nvalidation = 'never'\nothers = '1 x 2s'");
    let rules = read.expect("well written").rules;
    let rule =
        |retries, secs| Rule { retries, backoff: constant(secs), retry_after: RetryAfter::Floor };
    assert_eq!(rules.len(), 7);
    assert_eq!(rules[&Class::Network], rule(3, 60));
    assert_eq!(rules[&Class::Timeout], rule(1, 2));
    assert!(!rules.contains_key(&Class::Validation));
}

#[test]
fn every_knob_can_be_written() {
    let settings = read(
        "network = 'forever x fibonacci(1s, cap=5s, cap-when=after, jitter=20%)'
         max-retries = 7
         max-elapsed = '1min'
         too-late = 'clip'
         retry-after = 'clamp(5s)'
         max-retry-after = '60s'
         only-idempotent = false
         budget = 'share(20%, least=3)'
         account = 'sent'",
    )
    .expect("well written");
    let backoff = backoff::Settings {
        curve: Curve::Fibonacci { first: Duration::from_secs(1) },
        cap: Some(Duration::from_secs(5)),
        cap_when: CapWhen::AfterJitter,
        jitter: Jitter::Between(0.8, 1.2),
    };
    let retry_after = RetryAfter::Clamp(Duration::from_secs(5));
    let expected = Settings {
        rules: [(Class::Network, Rule { retries: FOREVER, backoff, retry_after })].into(),
        max_retries: Some(7),
        max_elapsed: Some(Duration::from_secs(60)),
        too_late: TooLate::Clip,
        max_retry_after: Some(Duration::from_secs(60)),
        only_idempotent: false,
        budget: Some(budget::Settings::of(Kind::Share { share: 0.2, least: 3 })),
        account: Account::Sent,
    };
    assert_eq!(settings, expected);
}

#[test]
fn jitter_of_each_kind_can_be_written() {
    let jitter = |text: &str| {
        let rule = format!("network = '1 x exponential(1s, jitter={text})'");
        read(&rule).map(|settings| settings.rules[&Class::Network].backoff.jitter)
    };
    for (text, expected) in [
        ("none", Jitter::None),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
        ("polly", Jitter::Polly),
        ("25%", Jitter::Between(0.75, 1.25)),
        ("between(0.75, 1)", Jitter::Between(0.75, 1.0)),
    ] {
        assert_eq!(jitter(text), Ok(expected), "{text}");
    }
    assert!(jitter("ful").is_err_and(|told| told.contains("did you mean `full`?")));
    assert!(jitter("between(2, 1)").is_err_and(|told| told.contains("`jitter`")));
}

#[test]
fn a_preset_is_taken_as_it_is_or_changed() {
    for library in Library::ALL {
        let told = "`like` must be a library that retries".to_owned();
        assert_eq!(read(&format!("like = '{library}'")), library.retry().ok_or(told));
    }
    let openai = Library::Openai.retry().expect("it retries");
    let changed =
        read("like = 'openai'\nmax-retries = 5\nvalidation = '1 x 1s'\ntimeout = 'never'");
    let changed = changed.expect("well written");
    assert_eq!(changed.max_retries, Some(5));
    assert_eq!(changed.rules[&Class::Network], openai.rules[&Class::Network]);
    assert_eq!(changed.rules[&Class::Validation].backoff, constant(1));
    assert!(!changed.rules.contains_key(&Class::Timeout));
    let heeding = read("like = 'openai'\nretry-after = 'ignore'").expect("well written");
    assert!(heeding.rules.values().all(|rule| rule.retry_after == RetryAfter::Ignore));
}

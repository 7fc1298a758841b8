//! `like = "LIBRARY"` is that library, also when one of its own numbers is changed.

use patterns::budget;
use patterns::preset::Library;
use patterns::retry::{Account, Retry, Rule, Settings};
use patterns::settings::LayerSettings;
use patterns::{CallInfo, Class, Duration, Outcome, Time, backoff};

use crate::retry_settings::{read, well};

const NETWORK: Outcome = Outcome::failed(Class::Network);
const LIMITED: Outcome = Outcome::failed(Class::RateLimit);
const TIMEOUT: Outcome = Outcome::failed(Class::Timeout);
const VALIDATION: Outcome = Outcome::failed(Class::Validation);

fn says(class: Class, millis: u64) -> Outcome {
    Outcome::failed_until(class, Duration::from_millis(millis))
}

fn like(library: &str, numbers: &[(&str, &str)]) -> Settings {
    well(&[&[("like", library)], numbers].concat())
}

/// The times in milliseconds at which the attempts of one call are sent that end at once, the last
/// outcome again and again.
fn sent(settings: Settings, draw: f64, outcomes: &[Outcome]) -> Vec<f64> {
    let mut retry = Retry::new(settings).expect("valid");
    let mut attempts = retry.start(Time::ZERO, CallInfo::default());
    let mut now = Time::ZERO;
    let mut times = vec![0.0];
    let last = outcomes.last().copied().expect("at least one");
    for outcome in outcomes.iter().copied().chain(core::iter::repeat_n(last, 20)) {
        let again = retry.after_with(&mut attempts, outcome, now, &mut || draw);
        let Some(at) = again.filter(|at| retry.may_send(&mut attempts, *at)) else { break };
        now = at;
        times.push(now.as_nanos() as f64 / 1e6);
    }
    times
}

/// The waits in milliseconds.
fn waits(settings: Settings, draw: f64, outcomes: &[Outcome]) -> Vec<f64> {
    let times = sent(settings, draw, outcomes);
    let gaps = times.windows(2).map(|pair| ((pair[1] - pair[0]) * 1e6).round() / 1e6);
    gaps.collect()
}

/// The tokens that are left after calls that ended so.
fn tokens(retry: &mut Retry, outcomes: &[Outcome]) -> String {
    for outcome in outcomes {
        let mut attempts = retry.start(Time::ZERO, CallInfo::default());
        if retry.after_with(&mut attempts, *outcome, Time::ZERO, &mut || 0.5).is_some() {
            retry.cancel(&mut attempts, Time::ZERO);
        }
    }
    left(retry)
}

/// What is left of the budget.
fn left(retry: &Retry) -> String {
    retry.budget().expect("it has one").figures(Time::ZERO).left.to_string()
}

fn is_retried(retry: &mut Retry, outcome: Outcome) -> bool {
    let mut attempts = retry.start(Time::ZERO, CallInfo::default());
    retry.after_with(&mut attempts, outcome, Time::ZERO, &mut || 0.5).is_some()
}

fn grpc() -> Retry {
    Retry::new(Library::Grpc.retry().expect("grpc retries")).expect("valid")
}

/// A failure that the policy would not retry costs no token (gRPC A6, "Throttling";
/// grpc/proposal#12).
#[test]
fn malformed_questions_do_not_throttle_retries() {
    let mut retry = grpc();
    for _ in 0..6 {
        assert!(!is_retried(&mut retry, VALIDATION));
    }
    assert!(is_retried(&mut retry, NETWORK), "the ten tokens are all there");
}

/// A fifth of 25 requests under way are 5 (Envoy's `RetryBudget`, envoyproxy/envoy#9069): a call
/// that is retried is one request under way, not two.
#[test]
fn a_fifth_of_twenty_five_is_five() {
    let rule = Rule::of(1, backoff::Settings::constant(Duration::from_millis(1)));
    let mut settings = Settings::of([(Class::Network, rule)].into());
    settings.budget = Library::Envoy.budget();
    let mut retry = Retry::new(settings).expect("valid");
    let mut calls: Vec<_> = (0..25).map(|_| retry.start(Time::ZERO, CallInfo::default())).collect();
    let mut granted = 0;
    for call in &mut calls {
        match retry.after(call, NETWORK, Time::ZERO) {
            Some(_) => granted += 1,
            // Another call takes its place, so that 25 stay under way.
            None => drop(retry.start(Time::ZERO, CallInfo::default())),
        }
    }
    assert_eq!(granted, 5);
}

/// A pushback of zero asks to come again at once (gRPC A6, "Pushback"; grpc/proposal#18, #43); it
/// is not the same as no pushback.
#[test]
fn a_hint_of_zero_is_a_hint() {
    let mut retry = grpc();
    let mut call = retry.start(Time::ZERO, CallInfo::default());
    let failure = Outcome::failed_until(Class::Network, Duration::ZERO);
    let again = retry.after_with(&mut call, failure, Time::ZERO, &mut || 0.5);
    assert_eq!(again, Some(Time::ZERO));
}

/// resilience4j `RetryConfig`, `IntervalFunction`: capped after jitter; one count.
#[test]
fn retries_of_resilience4j() {
    let of = |numbers: &[(&str, &str)], draw| {
        waits(like("resilience4j", numbers), draw, &[NETWORK, TIMEOUT, LIMITED])
    };
    assert_eq!(of(&[], 0.5), [500.0, 500.0]);
    assert_eq!(of(&[("max-attempts", "1")], 0.5), [0.0; 0]);
    let growing = [("factor", "1.5"), ("max-attempts", "4")];
    assert_eq!(of(&growing, 0.5), [500.0, 750.0, 1125.0]);
    assert_eq!(of(&[("backoff", "exponential"), ("max-attempts", "4")], 0.5), of(&growing, 0.5));
    let spread = [&growing[..], &[("jitter", "50%")]].concat();
    assert_eq!(of(&spread, 0.0), [250.0, 375.0, 562.5]);
    assert_eq!(of(&spread, 0.5), [500.0, 750.0, 1125.0]);
    let capped = [("factor", "2"), ("jitter", "50%"), ("cap", "1s"), ("max-attempts", "4")];
    assert_eq!(of(&capped, 0.0), [250.0, 500.0, 1000.0]);
    assert_eq!(of(&capped, 0.5), [500.0, 1000.0, 1000.0]);
    assert_eq!(of(&capped, 0.75), [625.0, 1000.0, 1000.0], "before jitter it would be 1250");
}

/// Polly `RetryHelper`: one switch for two kinds of jitter, capped after it.
#[test]
fn retries_of_polly() {
    let of =
        |numbers: &[(&str, &str)], draw| waits(like("polly", numbers), draw, &[NETWORK, LIMITED]);
    assert_eq!(of(&[], 0.0), [2000.0; 3]);
    assert_eq!(of(&[("backoff", "linear"), ("base", "1s")], 0.0), [1000.0, 2000.0, 3000.0]);
    let exponential = [("backoff", "exponential"), ("base", "1s")];
    assert_eq!(of(&exponential, 0.0), [1000.0, 2000.0, 4000.0]);
    assert_eq!(of(&[("jitter", "true")], 0.0), [1500.0; 3]);
    assert_eq!(of(&[("jitter", "true")], 0.5), [2000.0; 3]);
    assert_eq!(of(&[("jitter", "true"), ("cap", "2s")], 0.75), [2000.0; 3], "not 2250");
    let tenths = |waits: Vec<f64>| -> Vec<f64> { waits.iter().map(|w| w.round()).collect() };
    let spread = [&exponential[..], &[("jitter", "true")]].concat();
    assert_eq!(tenths(of(&spread, 0.0)), [0.0, 1377.0, 1460.0]);
    assert_eq!(tenths(of(&spread, 0.5)), [897.0, 1093.0, 2036.0]);
    let capped = [&spread[..], &[("cap", "1200ms")]].concat();
    assert_eq!(tenths(of(&capped, 0.5)), [897.0, 1093.0, 1200.0]);
    assert_eq!(of(&[("max-retries", "forever")], 0.0).len(), 22, "as long as it was tried");
}

/// failsafe-go `retrypolicy/builder.go`, `retryexecutor.go`.
#[test]
fn retries_of_failsafe_go() {
    let of = |numbers: &[(&str, &str)], draw| waits(like("failsafe-go", numbers), draw, &[NETWORK]);
    assert_eq!(of(&[], 0.5), [0.0, 0.0]);
    let growing = [("base", "1s"), ("cap", "3s"), ("max-retries", "4")];
    assert_eq!(of(&growing, 0.5), [1000.0, 2000.0, 3000.0, 3000.0]);
    let spread = [&growing[..], &[("jitter", "25%")]].concat();
    assert_eq!(of(&spread, 0.0), [750.0, 1500.0, 2250.0, 2250.0]);
    let most = of(&spread, 0.999_999_999);
    assert!((3749.0..=3750.0).contains(&most[3]), "the cap is before jitter: {most:?}");
    assert_eq!(of(&[("base", "1s"), ("jitter", "100ms")], 0.0), [900.0, 900.0]);
    // maxDuration cuts the last wait short.
    let limited = [("base", "1s"), ("max-elapsed", "2500ms"), ("max-retries", "9")];
    assert_eq!(of(&limited, 0.5), [1000.0, 1000.0, 500.0]);
    // The budget is asked when the wait is over.
    let budget = [("base", "1s"), ("budget", "rate(20%, least=3)")];
    assert_eq!(like("failsafe-go", &budget).account, Account::Sent);
    let reported = read::<Settings>(&[("like", "failsafe-go"), ("factor", "3")]).1;
    assert_eq!(reported, ["`factor` must be left out without a `cap`: waits do not grow then"]);
}

/// Envoy `backoff_strategy.cc` since `doubling_limit_`: U[0, min(base · 2ⁿ, max)), max 10 · base.
#[test]
fn retries_of_envoy() {
    let of = |numbers: &[(&str, &str)]| waits(like("envoy", numbers), 0.5, &[NETWORK]);
    assert_eq!(of(&[]), [12.5]);
    let five = ("max-retries", "5");
    assert_eq!(of(&[five]), [12.5, 25.0, 50.0, 100.0, 125.0]);
    assert_eq!(of(&[five, ("base", "100ms")]), [50.0, 100.0, 200.0, 400.0, 500.0]);
    assert_eq!(waits(like("envoy", &[]), 0.5, &[LIMITED]), [0.0; 0], "never after a 429");
    let reported = read::<Settings>(&[("like", "envoy"), ("base", "1s"), ("cap", "1ms")]).1;
    assert_eq!(reported, ["`cap` must be no shorter than `base`"]);
    let fixed = budget::Settings::of(budget::Kind::Fixed(3));
    assert_eq!(like("envoy", &[]).budget, Some(fixed));
}

/// gRPC A6: `maxAttempts` above 5 are 5; ± 20 % after the cap.
#[test]
fn retries_of_grpc() {
    let of = |numbers: &[(&str, &str)], draw| sent(like("grpc", numbers), draw, &[NETWORK]);
    assert_eq!(of(&[], 0.0), [0.0, 80.0, 240.0, 560.0]);
    assert_eq!(of(&[], 0.5), [0.0, 100.0, 300.0, 700.0]);
    // Without the throttle, which ends it at the fifth failure as well.
    let entries = [("like", "grpc"), ("max-attempts", "9"), ("budget", "none")];
    let (settings, reported) = read::<Settings>(&entries);
    assert_eq!(reported, ["`max-attempts` above 5 is 5 in gRPC"]);
    let times = sent(settings.expect("only warned"), 0.5, &[NETWORK]);
    assert_eq!(times, [0.0, 100.0, 300.0, 700.0, 1500.0]);
    let reported = read::<Settings>(&[("like", "grpc"), ("max-attempts", "1")]).1;
    assert_eq!(reported, ["`max-attempts` must be at least 2, not 1"]);
}

/// gRPC A6, "Pushback" and items 2 and 5 of its summary; grpc-java. That a pushback is obeyed
/// whatever the code is a key of its own: grpc-go and grpc-core ask the code first.
#[test]
fn pushback_of_grpc() {
    let of = |outcomes: &[Outcome]| sent(like("grpc", &[]), 0.5, outcomes);
    let network = |millis| says(Class::Network, millis);
    assert_eq!(of(&[NETWORK, network(30), NETWORK]), [0.0, 100.0, 130.0, 230.0]);
    assert_eq!(of(&[network(0), NETWORK]), [0.0, 0.0, 100.0, 300.0]);
    assert_eq!(of(&[network(5000), network(7), NETWORK]), [0.0, 5000.0, 5007.0, 5107.0]);
    assert_eq!(of(&[VALIDATION]), [0.0]);
    let malformed = says(Class::Validation, 50);
    assert_eq!(of(&[malformed, Outcome::Ok]), [0.0, 50.0]);
    let code_first = [("retry-after-overrules", "false")];
    assert_eq!(sent(like("grpc", &code_first), 0.5, &[malformed, Outcome::Ok]), [0.0]);
    assert_eq!(of(&[Outcome::failed_for_good(Class::Network)]), [0.0]);

    let left_after = |outcomes: &[Outcome]| tokens(&mut grpc(), outcomes);
    assert_eq!(left_after(&[Outcome::failed_for_good(Class::Network)]), "9");
    assert_eq!(left_after(&[Outcome::failed_for_good(Class::Validation)]), "9");
    assert_eq!(left_after(&[VALIDATION, malformed, LIMITED, TIMEOUT]), "10");
}

/// gRPC A6, "Throttling": more than half of the tokens; the token is paid first.
#[test]
fn throttle_of_grpc() {
    let mut retry = grpc();
    let _left = tokens(&mut retry, &[NETWORK; 3]);
    assert!(is_retried(&mut retry, NETWORK), "6 are more than half");
    assert!(!is_retried(&mut retry, NETWORK), "5 are not");
    assert_eq!(tokens(&mut retry, &[Outcome::Ok; 10]), "6");
    assert!(!is_retried(&mut retry, NETWORK), "6 - 1");
    assert_eq!(tokens(&mut retry, &[Outcome::Ok; 11]), "6.1");
    assert!(is_retried(&mut retry, NETWORK), "5.1");
    // What is retried is what counts.
    let settings = like("grpc", &[("retry-on", "[timeout]")]);
    let mut timeouts = Retry::new(settings).expect("valid");
    assert_eq!(tokens(&mut timeouts, &[NETWORK, TIMEOUT]), "9");
    let layer = well::<budget::Settings>(&[("like", "grpc"), ("retry-on", "[timeout]")]);
    let mut layer = budget::Budget::new(layer).expect("valid");
    layer.record_first(NETWORK, Time::ZERO);
    layer.record_first(TIMEOUT, Time::ZERO);
    assert_eq!(layer.figures(Time::ZERO).left.to_string(), "9");
}

/// botocore `retries/standard.py` and `quota.py`.
#[test]
fn retries_of_aws() {
    let of = |numbers: &[(&str, &str)], draw, outcomes: &[Outcome]| {
        sent(like("aws", numbers), draw, outcomes)
    };
    assert_eq!(of(&[], 0.0, &[NETWORK]), [0.0; 3]);
    assert_eq!(of(&[], 0.5, &[NETWORK]), [0.0, 500.0, 1500.0]);
    assert_eq!(of(&[], 0.5, &[NETWORK, LIMITED]), [0.0, 500.0, 1500.0], "one backoff");
    let seven = [("max-attempts", "7")];
    let times = [0.0, 500.0, 1500.0, 3500.0, 7500.0, 15_500.0, 25_500.0];
    assert_eq!(of(&seven, 0.5, &[NETWORK]), times);

    let mut retry = Retry::new(like("aws", &[])).expect("valid");
    let mut call = retry.start(Time::ZERO, CallInfo::default());
    for (outcome, after) in [(TIMEOUT, "490"), (NETWORK, "485"), (Outcome::Ok, "490")] {
        let _again = retry.after_with(&mut call, outcome, Time::ZERO, &mut || 0.5);
        assert_eq!(left(&retry), after);
    }
    assert_eq!(tokens(&mut retry, &[Outcome::Ok]), "491");
    for (outcome, retries) in [(NETWORK, 100), (TIMEOUT, 50)] {
        let mut retry = Retry::new(like("aws", &[])).expect("valid");
        let granted = (0..200).take_while(|_| is_retried(&mut retry, outcome)).count();
        assert_eq!(granted, retries);
    }
}

/// openai-python and anthropic-sdk-python `_constants.py`, `_calculate_retry_timeout`: one number
/// of retries, one backoff, and a hint of 0 < a <= 60 s.
#[test]
fn retries_of_openai_and_anthropic() {
    for library in ["openai", "anthropic"] {
        let of = |numbers: &[(&str, &str)], outcomes: &[Outcome]| {
            waits(like(library, numbers), 0.5, outcomes)
        };
        assert_eq!(of(&[], &[NETWORK]), [437.5, 875.0]);
        assert_eq!(waits(like(library, &[]), 0.0, &[NETWORK]), [375.0, 750.0]);
        assert_eq!(of(&[], &[NETWORK, LIMITED]), [437.5, 875.0]);
        let five = of(&[("max-retries", "5")], &[LIMITED]);
        assert_eq!(five, [437.5, 875.0, 1750.0, 3500.0, 7000.0], "six requests");
        let limited = |millis| says(Class::RateLimit, millis);
        assert_eq!(of(&[], &[limited(20_000), NETWORK]), [20_000.0, 875.0]);
        let first = [60_000, 61_000, 0, 1].map(|millis| of(&[], &[limited(millis), NETWORK])[0]);
        assert_eq!(first.to_vec(), [60_000.0, 437.5, 437.5, 1.0]);
        assert_eq!(of(&[("max-retries", "0")], &[NETWORK]), [0.0; 0]);
        assert_eq!(of(&[], &[VALIDATION]), [0.0; 0]);
        // `x-should-retry: false`.
        assert_eq!(of(&[], &[Outcome::failed_for_good(Class::Network)]), [0.0; 0]);
    }
}

/// typescript-sdk `_getNextReconnectionDelay`.
#[test]
fn retries_of_mcp() {
    assert_eq!(sent(like("mcp", &[]), 0.5, &[NETWORK]), [0.0, 1000.0, 2500.0]);
    let hinted = [says(Class::Network, 250), NETWORK];
    assert_eq!(sent(like("mcp", &[]), 0.5, &hinted), [0.0, 250.0, 1750.0]);
    assert_eq!(sent(like("mcp", &[]), 0.5, &[LIMITED]), [0.0]);
}

/// Finagle `RetryPolicy.tries`, and its `RetryBudget`.
#[test]
fn retries_of_finagle() {
    let of = |numbers: &[(&str, &str)]| waits(like("finagle", numbers), 0.5, &[NETWORK]);
    assert_eq!(of(&[]), [5.0, 10.0]);
    let slow = [("base", "100ms"), ("cap", "1s"), ("max-attempts", "6")];
    assert_eq!(of(&slow), [100.0, 200.0, 400.0, 700.0, 850.0]);
    let of = |jitter| of(&[&slow[..], &[("jitter", jitter)]].concat());
    assert_eq!(of("exponential"), [100.0, 100.0, 200.0, 1000.0, 1000.0]);
    assert_eq!(of("equal"), [100.0, 150.0, 300.0, 600.0, 1000.0]);
    let share =
        budget::Kind::Deposits { share: 0.2, least_per_sec: 10, ttl: Duration::from_secs(10) };
    assert_eq!(like("finagle", &[]).budget, Some(budget::Settings::of(share)));
    let reported = read::<budget::Settings>(&[("like", "finagle"), ("ttl", "61s")]).1;
    assert_eq!(reported, ["`ttl` must be from 1s to 1min, not 61s"]);
}

/// tenacity `wait_exponential`, `stop_after_delay`, `stop_after_attempt`.
#[test]
fn retries_of_tenacity() {
    let of = |numbers: &[(&str, &str)]| sent(like("tenacity", numbers), 0.5, &[NETWORK]);
    assert_eq!(of(&[("max-elapsed", "5s")]), [0.0, 1000.0, 3000.0, 7000.0]);
    assert_eq!(of(&[("max-elapsed", "3s")]), [0.0, 1000.0, 3000.0]);
    let stop = [("max-elapsed", "5s"), ("too-late", "stop")];
    assert_eq!(of(&stop), [0.0, 1000.0, 3000.0]);
    assert_eq!(of(&[("max-attempts", "3")]), [0.0, 1000.0, 3000.0]);
}

/// A course's rules are its own, one for each class.
#[test]
fn retries_of_the_course() {
    let of = |library, draw, outcomes: &[Outcome]| sent(like(library, &[]), draw, outcomes);
    let seconds = |times: Vec<f64>| times.into_iter().map(|t| t / 1e3).collect::<Vec<_>>();
    let printed = seconds(of("course-printed", 0.5, &[NETWORK]));
    assert_eq!(printed, [0.0, 1.0, 3.0, 7.0, 15.0]);
    let meant = seconds(of("course-meant", 0.5, &[NETWORK]));
    assert_eq!(meant, [0.0, 0.5, 1.5, 3.5, 7.5, 15.5]);
    let limited = |secs: u64| says(Class::RateLimit, secs * 1000);
    let ignored = seconds(of("course-printed", 0.5, &[limited(5)]));
    assert_eq!(ignored, [0.0, 60.0, 120.0, 180.0]);
    let first = [5, 90].map(|secs| seconds(of("course-meant", 0.5, &[limited(secs)]))[1]);
    assert_eq!(first.to_vec(), [60.0, 90.0]);
    let both = [("network", "1 x 1s"), ("max-retries", "2")];
    let settings = like("course-meant", &both);
    assert_eq!(sent(settings, 0.5, &[NETWORK, TIMEOUT]), [0.0, 1000.0, 1500.0]);
}

/// One rule for all classes cannot be set for one of them; that was without any effect.
#[test]
fn a_library_of_one_policy_has_no_rules_for_classes() {
    for preset in Settings::presets() {
        let course = preset.library.starts_with("course");
        for key in ["network", "rate-limit", "others"] {
            let reported = read::<Settings>(&[("like", preset.library), (key, "5 x 1s")]).1;
            let expected =
                format!("`{key}` cannot be set: this library has one rule for all classes");
            assert_eq!(reported.contains(&expected), !course, "{}: {reported:?}", preset.library);
        }
        let never = [("like", preset.library), ("timeout", "never")];
        assert_eq!(well::<Settings>(&never).rules[Class::Timeout], None);
        if preset.own_keys().iter().any(|key| key.name() == "max-attempts") {
            let both = [("like", preset.library), ("max-attempts", "3"), ("max-retries", "2")];
            let reported = read::<Settings>(&both).1;
            let expected = "`max-retries` is `max-attempts` less one: write one of them";
            assert_eq!(reported, [expected], "{}", preset.library);
        }
    }
}

#[test]
fn every_library_can_be_written_back_and_needs_no_number() {
    for preset in Settings::presets() {
        let settings = preset.plain().expect("it has defaults");
        assert!(Retry::new(settings).is_ok(), "{}", preset.library);
        assert!(Library::from_name(preset.library).is_some(), "{}", preset.library);
    }
    for preset in budget::Settings::presets() {
        let settings = preset.plain().expect("it has defaults");
        assert!(budget::Budget::new(settings).is_ok(), "{}", preset.library);
    }
}

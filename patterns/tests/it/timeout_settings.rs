//! What is written for a timeout is what is meant, and the libraries' limits.

use patterns::Duration;
use patterns::preset::Library;
use patterns::settings::{LayerSettings, Node, Reader, Setting, Value, read_layer};
use patterns::timeout::Settings;

use crate::settings_reading::{Callers, good, presets_are_sound, read, text};

#[test]
fn a_timeout_is_a_length_or_a_table() {
    let five = Settings::of(Duration::from_secs(5));
    let propagates = [("limit", text("5s")), ("propagates", Value::Bool(true))];
    assert_eq!(good::<Settings>(&propagates), five.with(|s| s.propagates = true));
    let mut names = Callers;
    let mut reader = Reader::new(&mut names);
    let read = read_layer::<Settings>(&Node::new(0..4, text("5s")), &mut reader);
    assert_eq!((read, reader.finish()), (Some(five), vec![]));
}

/// `TimeLimiterConfig` of resilience4j, `TimeoutStrategyOptions` of Polly,
/// `HystrixCommandProperties`, `RouteAction.timeout` of Envoy, `_constants.py` of the SDKs,
/// `DEFAULT_REQUEST_TIMEOUT_MSEC` of MCP, session 1 of the course.
#[test]
fn libraries_wait_as_long_as_they_do() {
    presets_are_sound::<Settings>();
    let expected = [
        ("resilience4j", 1),
        ("polly", 30),
        ("hystrix", 1),
        ("envoy", 15),
        ("openai", 600),
        ("anthropic", 600),
        ("mcp", 60),
        ("course-printed", 30),
        ("course-meant", 30),
    ];
    let names: Vec<&str> = Settings::presets().iter().map(|preset| preset.library).collect();
    assert_eq!(names, expected.map(|(name, _)| name));
    for (name, secs) in expected {
        let limit = Settings::of(Duration::from_secs(secs));
        let library = Library::from_name(name).expect("known");
        assert_eq!(library.timeout(), Some(limit), "{name}");
    }
    assert_eq!(Library::Gobreaker.timeout(), None);
    let like = |library: &str, limit: &str| {
        read::<Settings>(&[("like", text(library)), ("limit", text(limit))])
    };
    // `Timeout` of Polly: 10 ms to 1 day.
    let said = like("polly", "9ms").1;
    assert_eq!(said, ["limit, mistake: `limit` must be from 10ms to 1d, not 9ms"]);
    assert_eq!(like("polly", "10ms").1, Vec::<String>::new());
    assert_eq!(like("polly", "1d").1, Vec::<String>::new());
    assert_eq!(like("polly", "25h").1.len(), 1);
    let unlimited = like("envoy", "unlimited").0.expect("0 there");
    assert_eq!(unlimited.limit, Duration::MAX);
    assert_eq!(unlimited.write().to_string(), "{ limit = \"unlimited\" }");
    let said = read::<Settings>(&[("like", text("gobreaker"))]).1;
    assert_eq!(said, ["like, mistake: there is no library `gobreaker` with a timeout"]);
}

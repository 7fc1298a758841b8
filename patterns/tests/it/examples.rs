//! The examples do what they say.

use std::error::Error;
use std::time::Duration;

use expect_test::expect;

#[path = "../../examples/own_pattern.rs"]
mod own_pattern;
#[path = "../../examples/real_clock.rs"]
mod real_clock;
#[path = "../../examples/with_tokio.rs"]
mod with_tokio;

#[test]
fn a_pattern_of_ones_own_is_driven() {
    own_pattern::main();
}

#[test]
fn machines_are_driven_by_hand_on_the_real_clock() -> Result<(), Box<dyn Error>> {
    let report = real_clock::run()?;
    assert_eq!(report.answers, [3, 4, 5, 6, 7, 8], "two attempts have failed, and no call has");
    assert_eq!(report.sent, 8);
    assert_eq!(report.states, ["open", "half-open", "closed"]);
    // Two of eight go at once, the others each 10 ms later.
    assert!(Duration::from_millis(60) <= report.took, "{:?}", report.took);
    real_clock::main()
}

/// With paused time it takes none, and is the same each time.
#[tokio::test(start_paused = true)]
async fn machines_are_shared_by_tasks() -> Result<(), Box<dyn Error>> {
    let story = with_tokio::run().await?.join("\n");
    expect![[r#"
        5ms: a call fails: the service is busy; open
        5ms: a call fails: the circuit is open until 55ms; open
        75ms: the probe has ended: false; its place is free: true
        75ms: the next probe is good: true; closed
        75ms: one of four calls is good: true
        85ms: one of four calls is good: true
        95ms: one of four calls is good: true
        105ms: one of four calls is good: true
        105ms: calls under way: 0"#]]
    .assert_eq(&story);
    Ok(())
}

/// In real time its lines depend on how busy the machine is, but it comes to its end.
#[test]
fn machines_are_shared_by_tasks_in_real_time() -> Result<(), Box<dyn Error>> {
    with_tokio::main()
}

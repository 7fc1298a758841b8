//! A pattern of one's own: a token bucket in front of a service.

use patterns::testing::Driver;
use patterns::{Action, CallId, Class, Context, Duration, Layer, Outcome, Time};

/// Admits a burst of calls, and after that one for each `every`.
struct TokenBucket {
    burst: u32,
    every: Duration,
    /// When the bucket will be full again; each call puts this off by `every`.
    full_at: Time,
}

impl Layer for TokenBucket {
    fn on_call(&mut self, _call: CallId, cx: &mut Context<'_>) -> Action {
        let full_at = self.full_at.max(cx.now) + self.every;
        let missing = full_at.since(cx.now);
        let room = self.every * u64::from(self.burst);
        if room < missing {
            return Action::Reply(Outcome::failed_until(Class::Rejected, missing - room));
        }
        self.full_at = full_at;
        Action::Send
    }

    fn on_reply(&mut self, _call: CallId, outcome: Outcome, _cx: &mut Context<'_>) -> Action {
        Action::Reply(outcome)
    }
}

pub(crate) fn main() {
    let every = Duration::from_secs(10);
    let mut driver = Driver::new(TokenBucket { burst: 2, every, full_at: Time::ZERO }, &[]);
    assert_eq!([0, 1].map(|call| driver.call(call)), [Action::Send; 2]);
    driver.pass(Duration::from_secs(3));
    let refused = Outcome::failed_until(Class::Rejected, Duration::from_secs(7));
    assert_eq!(driver.call(2), Action::Reply(refused));
    driver.pass(Duration::from_secs(7));
    assert_eq!(driver.call(2), Action::Send);
    assert_eq!(driver.reply(2, Outcome::Ok), Action::Reply(Outcome::Ok));
}

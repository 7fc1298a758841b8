//! Hedging, as an author writes it.

use std::borrow::Cow;

use patterns::hedge::{self, Delay, Recent, Settings};
use patterns::{Class, Classes, Duration, Invalid};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::layer::{ClassName, classes};
use super::like::{LibraryName, choices, no_such, set};
use super::{Length, from_text};
use crate::text::{Argument, CallSyntax, ParseError, number};

/// Further attempts while the first is still under way; the first good answer wins. Calls that are
/// not idempotent are sent once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Hedge {
    /// A library whose defaults these settings change: resilience4j, polly, failsafe-go or grpc.
    like: Option<LibraryName>,
    /// How long to wait for an answer before another attempt: a length, a quantile of recent
    /// answers such as `p95`, `mean(factor=1.5, plus=0s)` of them, or `never`.
    delay: Option<DelayText>,
    /// Attempts that may follow the first, 0 to 1000; default 1.
    max_hedges: Option<u32>,
    /// Where the delay begins after an attempt that came early; default `last-launch`.
    counts_from: Option<CountsFrom>,
    /// What follows when an attempt fails; default `next-at-once`.
    on_failure: Option<OnFailure>,
    /// The classes of failure that end the call at once; default validation.
    fatal: Option<Vec<ClassName>>,
    /// Whether a `Retry-After` moves the next attempt to that time; default `heeded`.
    pushback: Option<Pushback>,
    /// The classes of failure by which layers below refuse an attempt, if they come in the instant
    /// in which it was sent; default rejected.
    refusals: Option<Vec<ClassName>>,
    /// What follows when a further attempt was refused; default `no-more`.
    on_refusal: Option<OnRefusal>,
    /// Which failure is the answer when all attempts have failed; default `last`.
    all_failed: Option<AllFailed>,
    /// With a quantile or a mean: how many of the last answers count, 1 to 65536; default 100.
    window: Option<u32>,
    /// With a quantile or a mean: how old an answer may be to count; default: as old as it is.
    max_age: Option<Length>,
    /// With a quantile or a mean: which answers count; default `good`.
    measured: Option<Measured>,
    /// With a quantile or a mean: how many answers it takes before the delay goes by them; default
    /// 10, or the window if that is smaller.
    min_samples: Option<u32>,
    /// With a quantile or a mean: the delay until then; default: no further attempts until then.
    initial_delay: Option<Length>,
    /// With a quantile or a mean: the shortest delay; default 1 ms.
    min_delay: Option<Length>,
}

choices!(
    /// Where the delay begins after an attempt that came early, since another had failed.
    CountsFrom for hedge::CountsFrom { LastLaunch, FirstLaunch }
);
choices!(
    /// What follows when an attempt fails: the next one at once, the next one when it would have
    /// come, no more but those under way, or the end of the call.
    OnFailure for hedge::OnFailure { NextAtOnce, KeepsTime, NoMore, Ends }
);
choices!(
    /// Whether a `Retry-After` moves the next attempt.
    Pushback for hedge::Pushback { Heeded, Ignored }
);
choices!(
    /// What follows when a further attempt was refused: no more, the next one when it would have
    /// come, or the end of the call.
    OnRefusal for hedge::OnRefusal { NoMore, Skipped, Ends }
);
choices!(
    /// Which failure is the answer when all attempts have failed.
    AllFailed for hedge::AllFailed { Last, First }
);
choices!(
    /// Which answers count for the delay: good ones, or failures too.
    Measured for hedge::Measured { Good, All }
);

/// How long to wait before another attempt.
#[derive(Clone, Copy, Debug)]
enum DelayText {
    Never,
    Fixed(Duration),
    Quantile(f64),
    Mean { factor: f64, plus: Duration },
}

from_text!(
    DelayText,
    delay,
    "A length of time; a quantile of recent answers such as p95; mean(factor=1.5, plus=0s) of \
     them; or never: the next attempt follows on a failure.",
    ["2s", "p95", "mean(factor=1.5)", "never"]
);

fn delay(text: &str) -> Result<DelayText, ParseError> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Duration::read(text).map(DelayText::Fixed);
    }
    if let Some(percent) = text.strip_prefix('p') {
        let percent =
            number(percent).map_err(|_| format!("`{text}` is no quantile such as p95"))?;
        let valid = 0.0 < percent && percent <= 100.0;
        return valid
            .then_some(DelayText::Quantile(percent / 100.0))
            .ok_or_else(|| format!("`{text}` must be above p0 and at most p100"));
    }
    let mut syntax = CallSyntax::parse(text)?;
    let delay = match syntax.name {
        "never" => DelayText::Never,
        "mean" => {
            let factor = syntax.optional("factor")?.unwrap_or(1.0);
            if factor < 0.0 {
                return Err("`factor` must be at least 0".to_owned());
            }
            DelayText::Mean { factor, plus: syntax.optional("plus")?.unwrap_or(Duration::ZERO) }
        }
        name => return Err(no_such(name, &["2s", "p95", "mean(factor=1.5)", "never"])),
    };
    syntax.finish()?;
    Ok(delay)
}

impl Hedge {
    /// The settings, or which of them do not go together.
    pub(crate) fn settings(self) -> Result<Settings, Invalid> {
        let mut settings = match self.like {
            None => Settings {
                delay: Delay::Fixed(Duration::MAX),
                max_hedges: 1,
                counts_from: hedge::CountsFrom::LastLaunch,
                on_failure: hedge::OnFailure::NextAtOnce,
                fatal: Classes::NONE.with(Class::Validation),
                pushback: hedge::Pushback::Heeded,
                refusals: Classes::NONE.with(Class::Rejected),
                on_refusal: hedge::OnRefusal::NoMore,
                all_failed: hedge::AllFailed::Last,
            },
            Some(LibraryName(library)) => {
                library.hedge().ok_or(Invalid::new("like", "a library that hedges"))?
            }
        };
        set(&mut settings.delay, self.delay()?);
        if settings.delay == Delay::Fixed(Duration::MAX) {
            return Err(Invalid::new("delay", "given"));
        }
        set(&mut settings.max_hedges, self.max_hedges);
        set(&mut settings.counts_from, self.counts_from.map(Into::into));
        set(&mut settings.on_failure, self.on_failure.map(Into::into));
        set(&mut settings.fatal, self.fatal.as_ref().map(|fatal| classes(fatal)));
        set(&mut settings.pushback, self.pushback.map(Into::into));
        set(&mut settings.refusals, self.refusals.as_ref().map(|refusals| classes(refusals)));
        set(&mut settings.on_refusal, self.on_refusal.map(Into::into));
        set(&mut settings.all_failed, self.all_failed.map(Into::into));
        Ok(settings)
    }

    fn delay(&self) -> Result<Option<Delay>, Invalid> {
        let window = self.window.unwrap_or(100);
        let recent = Recent {
            window,
            max_age: self.max_age.map(|Length(age)| age),
            measured: self.measured.unwrap_or_default().into(),
            min_samples: self.min_samples.unwrap_or(window.min(10)),
            initial_delay: self.initial_delay.map(|Length(delay)| delay),
            min_delay: self.min_delay.map_or(Duration::from_millis(1), |Length(least)| least),
        };
        let delay = match self.delay {
            Some(DelayText::Quantile(quantile)) => Some(Delay::Quantile { quantile, recent }),
            Some(DelayText::Mean { factor, plus }) => Some(Delay::Mean { factor, plus, recent }),
            Some(DelayText::Never) => Some(Delay::Never),
            Some(DelayText::Fixed(delay)) => Some(Delay::Fixed(delay)),
            None => None,
        };
        if let Some(Delay::Quantile { .. } | Delay::Mean { .. }) = delay {
            return Ok(delay);
        }
        let written = [
            (self.window.is_some(), "window"),
            (self.max_age.is_some(), "max_age"),
            (self.measured.is_some(), "measured"),
            (self.min_samples.is_some(), "min_samples"),
            (self.initial_delay.is_some(), "initial_delay"),
            (self.min_delay.is_some(), "min_delay"),
        ];
        match written.into_iter().find(|(is_written, _)| *is_written) {
            Some((_, setting)) => {
                Err(Invalid::new(setting, "left out unless `delay` goes by recent answers"))
            }
            None => Ok(delay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::settings_of;

    fn read(text: &str) -> Result<Settings, String> {
        settings_of(text, |hedge: Hedge, _| Some(hedge.settings()))
    }

    fn plain(delay: Delay) -> Settings {
        Settings {
            delay,
            max_hedges: 1,
            counts_from: hedge::CountsFrom::LastLaunch,
            on_failure: hedge::OnFailure::NextAtOnce,
            fatal: Classes::NONE.with(Class::Validation),
            pushback: hedge::Pushback::Heeded,
            refusals: Classes::NONE.with(Class::Rejected),
            on_refusal: hedge::OnRefusal::NoMore,
            all_failed: hedge::AllFailed::Last,
        }
    }

    const RECENT: Recent = Recent {
        window: 100,
        max_age: None,
        measured: hedge::Measured::Good,
        min_samples: 10,
        initial_delay: None,
        min_delay: Duration::from_millis(1),
    };

    #[test]
    fn little_is_enough() {
        let two = Duration::from_secs(2);
        assert_eq!(read("delay = '2s'"), Ok(plain(Delay::Fixed(two))));
        assert_eq!(read("delay = 'never'"), Ok(plain(Delay::Never)));
        let quantile = |quantile| Ok(plain(Delay::Quantile { quantile, recent: RECENT }));
        assert_eq!(read("delay = 'p95'"), quantile(0.95));
        assert_eq!(read("delay = 'p100'"), quantile(1.0));
        let mean = |factor, plus| Ok(plain(Delay::Mean { factor, plus, recent: RECENT }));
        assert_eq!(read("delay = 'mean'"), mean(1.0, Duration::ZERO));
        assert_eq!(read("delay = 'mean(1.5, plus=2s)'"), mean(1.5, two));
        let few = Recent { window: 4, min_samples: 4, ..RECENT };
        let expected = plain(Delay::Quantile { quantile: 0.5, recent: few });
        assert_eq!(read("delay = 'p50'\nwindow = 4"), Ok(expected));
    }

    #[test]
    fn every_knob_can_be_written() {
        let all = "
            delay = 'p99.5'
            max-hedges = 3
            counts-from = 'first-launch'
            on-failure = 'keeps-time'
            fatal = ['network']
            pushback = 'ignored'
            refusals = ['breaker-open', 'bulkhead-full']
            on-refusal = 'skipped'
            all-failed = 'first'
            window = 50
            max-age = '1min'
            measured = 'all'
            min-samples = 5
            initial-delay = '3s'
            min-delay = '20ms'
        ";
        let recent = Recent {
            window: 50,
            max_age: Some(Duration::from_secs(60)),
            measured: hedge::Measured::All,
            min_samples: 5,
            initial_delay: Some(Duration::from_secs(3)),
            min_delay: Duration::from_millis(20),
        };
        let expected = Settings {
            delay: Delay::Quantile { quantile: 0.995, recent },
            max_hedges: 3,
            counts_from: hedge::CountsFrom::FirstLaunch,
            on_failure: hedge::OnFailure::KeepsTime,
            fatal: Classes::NONE.with(Class::Network),
            pushback: hedge::Pushback::Ignored,
            refusals: Classes::NONE.with(Class::BreakerOpen).with(Class::BulkheadFull),
            on_refusal: hedge::OnRefusal::Skipped,
            all_failed: hedge::AllFailed::First,
        };
        assert_eq!(read(all), Ok(expected));
    }

    #[test]
    fn a_preset_is_taken_with_other_numbers() {
        let polly = patterns::preset::Library::Polly.hedge().expect("it hedges");
        assert_eq!(read("like = 'polly'"), Ok(polly));
        let expected = Settings { max_hedges: 4, delay: Delay::Never, ..polly };
        assert_eq!(read("like = 'polly'\ndelay = 'never'\nmax-hedges = 4"), Ok(expected));
        let told = read("like = 'gobreaker'");
        assert_eq!(told, Err("`like` must be a library that hedges".to_owned()));
    }

    #[test]
    fn what_is_missing_or_does_not_go_together_is_told() {
        let missing = Err("`delay` must be given".to_owned());
        for text in ["", "like = 'resilience4j'", "like = 'failsafe-go'"] {
            assert_eq!(read(text), missing, "{text}");
        }
        let windowed = ["window = 9", "max-age = '1s'", "measured = 'good'", "min-samples = 1"];
        for text in windowed.into_iter().chain(["initial-delay = '1s'", "min-delay = '1s'"]) {
            for base in ["delay = '2s'", "delay = 'never'", "like = 'polly'"] {
                let told = read(&format!("{base}\n{text}")).expect_err(text);
                let name = text.split(' ').next().unwrap_or_default().replace('-', "_");
                let start = format!("`{name}` must be left out");
                assert!(told.starts_with(&start), "{told}");
            }
        }
    }

    #[test]
    fn delays_that_make_no_sense_are_told() {
        for text in ["p0", "p101", "px", "p", "mean(factor=-1)", "mean(facto=1)", "nevr", ""] {
            assert!(read(&format!("delay = '{text}'")).is_err(), "{text}");
        }
        let told = read("delay = 'nevr'").expect_err("no such delay");
        assert!(told.contains("did you mean `never`?"), "{told}");
    }
}

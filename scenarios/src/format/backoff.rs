//! Back-offs, as an author writes them.

use patterns::Duration;
use patterns::backoff::{Backoff, CapWhen, Curve, Jitter, Settings};

use super::like::no_such;
use crate::text::{Argument, CallSyntax, ParseError, choice, number};

/// A back-off: `60s`, `exponential(1s, …)`, `linear(1s, …)`, `fibonacci(1s)`, `list(1s, 5s)`.
pub(crate) fn waits(text: &str) -> Result<Settings, ParseError> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(settings(Curve::Constant(Duration::read(text)?), None, Jitter::None));
    }
    let mut syntax = CallSyntax::parse(text)?;
    let curve = match syntax.name {
        "constant" => Curve::Constant(syntax.required("wait")?),
        "exponential" => {
            let first = syntax.required("first")?;
            Curve::Exponential { first, factor: syntax.optional("factor")?.unwrap_or(2.0) }
        }
        "linear" => {
            let first: Duration = syntax.required("first")?;
            Curve::Linear { first, step: syntax.optional("step")?.unwrap_or(first) }
        }
        "fibonacci" => Curve::Fibonacci { first: syntax.required("first")? },
        "list" => {
            let waits = syntax.all().into_iter().map(|(_, wait)| Duration::read(wait));
            Curve::List(waits.collect::<Result<_, _>>()?)
        }
        name => {
            let known = ["exponential", "linear", "fibonacci", "list", "constant"];
            let advice = match crate::diagnostic::nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: a length such as 60s, {}", known.join(", ")),
            };
            return Err(format!("there is no back-off `{name}`; help: {advice}"));
        }
    };
    let cap = syntax.optional("cap")?;
    let jitter =
        syntax.optional("jitter")?.map_or(Ok(Jitter::None), |text: String| jitter(&text))?;
    let cap_when =
        syntax.optional("cap-when")?.map_or(Ok(CapWhen::BeforeJitter), |text: String| {
            choice(&text, &[("before", CapWhen::BeforeJitter), ("after", CapWhen::AfterJitter)])
        })?;
    syntax.finish()?;
    let settings = Settings { cap_when, ..settings(curve, cap, jitter) };
    Backoff::new(settings.clone()).map_err(|error| error.to_string())?;
    Ok(settings)
}

fn jitter(text: &str) -> Result<Jitter, ParseError> {
    if text.ends_with('%') {
        let share = number(text)?;
        return Ok(Jitter::Between(1.0 - share, 1.0 + share));
    }
    let mut syntax = CallSyntax::parse(text)?;
    let jitter = match syntax.name {
        "none" => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        "polly" => Jitter::Polly,
        "between" => Jitter::Between(syntax.required("from")?, syntax.required("to")?),
        name => {
            let known =
                ["none", "full", "equal", "decorrelated", "polly", "20%", "between(0.75, 1)"];
            return Err(no_such(name, &known));
        }
    };
    syntax.finish()?;
    Ok(jitter)
}

fn settings(curve: Curve, cap: Option<Duration>, jitter: Jitter) -> Settings {
    Settings { curve, cap, cap_when: CapWhen::BeforeJitter, jitter }
}

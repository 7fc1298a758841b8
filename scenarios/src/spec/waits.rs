//! Back-offs, as an author writes them.

use patterns::Span;
use patterns::backoff::{Backoff, CapWhen, Curve, Jitter, Settings};

use super::like::no_such;
use crate::text::{Argument, Form, Unread, choice, number};

/// A back-off: `60s`, `exponential(1s, …)`, `linear(1s, …)`, `fibonacci(1s)`, `list(1s, 5s)`.
pub(crate) fn waits(text: &str) -> Result<Settings, Unread> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(settings(Curve::Constant(Span::read(text)?), None, Jitter::None));
    }
    let mut form = Form::parse(text)?;
    let curve = match form.name {
        "constant" => Curve::Constant(form.required("wait")?),
        "exponential" => {
            let first = form.required("first")?;
            Curve::Exponential { first, factor: form.optional("factor")?.unwrap_or(2.0) }
        }
        "linear" => {
            let first: Span = form.required("first")?;
            Curve::Linear { first, step: form.optional("step")?.unwrap_or(first) }
        }
        "fibonacci" => Curve::Fibonacci { first: form.required("first")? },
        "list" => {
            let waits = form.all().into_iter().map(|(_, wait)| Span::read(wait));
            Curve::List(waits.collect::<Result<_, _>>()?)
        }
        name => {
            let known = ["exponential", "linear", "fibonacci", "list", "constant"];
            let advice = match crate::problem::nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is: a length such as 60s, {}", known.join(", ")),
            };
            return Err(format!("there is no back-off `{name}`; help: {advice}"));
        }
    };
    let cap = form.optional("cap")?;
    let jitter = form.optional("jitter")?.map_or(Ok(Jitter::None), |text: String| jitter(&text))?;
    let cap_when =
        form.optional("cap-when")?.map_or(Ok(CapWhen::BeforeJitter), |text: String| {
            choice(&text, &[("before", CapWhen::BeforeJitter), ("after", CapWhen::AfterJitter)])
        })?;
    form.finish()?;
    let settings = Settings { cap_when, ..settings(curve, cap, jitter) };
    Backoff::new(settings.clone()).map_err(|error| error.to_string())?;
    Ok(settings)
}

fn jitter(text: &str) -> Result<Jitter, Unread> {
    if text.ends_with('%') {
        let share = number(text)?;
        return Ok(Jitter::Between(1.0 - share, 1.0 + share));
    }
    let mut form = Form::parse(text)?;
    let jitter = match form.name {
        "none" => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        "polly" => Jitter::Polly,
        "between" => Jitter::Between(form.required("from")?, form.required("to")?),
        name => {
            let known =
                ["none", "full", "equal", "decorrelated", "polly", "20%", "between(0.75, 1)"];
            return Err(no_such(name, &known));
        }
    };
    form.finish()?;
    Ok(jitter)
}

fn settings(curve: Curve, cap: Option<Span>, jitter: Jitter) -> Settings {
    Settings { curve, cap, cap_when: CapWhen::BeforeJitter, jitter }
}

//! The small language of texts such as `lognormal(median=1.2s, p99=8s)`.

use core::str::FromStr;

use patterns::{Duration, Invalid};

use crate::diagnostic::nearest;

/// A name with arguments: `name(first, key=value)`.
pub(crate) struct CallSyntax<'a> {
    pub(crate) name: &'a str,
    arguments: Vec<(Option<&'a str>, &'a str)>,
    used: Vec<bool>,
    known: Vec<&'static str>,
}

/// Why a text cannot be read; what follows `; help: ` is advice.
pub(crate) type ParseError = String;

impl<'a> CallSyntax<'a> {
    /// Reads `name(…)`; a text without parentheses has no arguments.
    pub(crate) fn parse(text: &'a str) -> Result<Self, ParseError> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return Ok(Self { name: text, arguments: vec![], used: vec![], known: vec![] });
        };
        let inside = rest.trim_end().strip_suffix(')');
        let inside = inside.ok_or_else(|| format!("`{text}` lacks its closing parenthesis"))?;
        let arguments: Vec<_> = split(inside)
            .into_iter()
            .map(|part| match part.split_once('=') {
                Some((key, value)) => (Some(key.trim()), value.trim()),
                None => (None, part.trim()),
            })
            .collect();
        let used = vec![false; arguments.len()];
        Ok(Self { name: name.trim(), arguments, used, known: vec![] })
    }

    /// The argument of this key, or the first one without a key that was not taken yet.
    fn take(&mut self, key: &'static str) -> Option<&'a str> {
        self.known.push(key);
        let named = self.arguments.iter().position(|(name, _)| *name == Some(key));
        let bare =
            || (0..self.arguments.len()).find(|i| self.arguments[*i].0.is_none() && !self.used[*i]);
        let index = named.or_else(bare)?;
        self.used[index] = true;
        Some(self.arguments[index].1)
    }

    /// An argument that may be left out.
    pub(crate) fn optional<T: Argument>(
        &mut self,
        key: &'static str,
    ) -> Result<Option<T>, ParseError> {
        self.take(key)
            .map(|text| T::read(text).map_err(|why| format!("`{key}`: {why}")))
            .transpose()
    }

    /// An argument that must be there.
    pub(crate) fn required<T: Argument>(&mut self, key: &'static str) -> Result<T, ParseError> {
        let value = self.optional(key)?;
        value.ok_or_else(|| {
            let written = self.arguments.iter().filter_map(|(name, _)| *name);
            let meant = written.into_iter().find(|name| nearest(name, &[key]).is_some());
            let help = meant.map_or(String::new(), |name| {
                format!("; help: `{name}` should perhaps be `{key}`")
            });
            format!("`{}` needs `{key}`{help}", self.name)
        })
    }

    /// All arguments, for forms that take any number.
    pub(crate) fn all(&mut self) -> Vec<(Option<&'a str>, &'a str)> {
        self.used.fill(true);
        self.arguments.clone()
    }

    /// Every argument must have been taken.
    pub(crate) fn finish(&self) -> Result<(), ParseError> {
        let Some(index) = self.used.iter().position(|used| !used) else { return Ok(()) };
        let (key, value) = self.arguments[index];
        let argument = key.unwrap_or(value);
        let advice = match nearest(argument, &self.known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes: {}", self.known.join(", ")),
        };
        Err(format!("`{}` takes no `{argument}`; help: {advice}", self.name))
    }
}

/// Splits at commas that are in no inner parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() || !parts.is_empty() {
        parts.push(&text[start..]);
    }
    parts
}

/// Something that can stand as an argument.
pub(crate) trait Argument: Sized {
    fn read(text: &str) -> Result<Self, ParseError>;
}

impl Argument for Duration {
    fn read(text: &str) -> Result<Self, ParseError> {
        text.parse().map_err(|error| format!("{error}"))
    }
}

impl Argument for f64 {
    fn read(text: &str) -> Result<Self, ParseError> {
        number(text)
    }
}

impl Argument for u32 {
    fn read(text: &str) -> Result<Self, ParseError> {
        Self::from_str(text).map_err(|_| format!("`{text}` is not a whole number"))
    }
}

impl Argument for String {
    fn read(text: &str) -> Result<Self, ParseError> {
        Ok(text.to_owned())
    }
}

/// A number, or a percentage.
pub(crate) fn number(text: &str) -> Result<f64, ParseError> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits, 100.0),
        None => (text, 1.0),
    };
    let value = digits.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    // Divided, so that 70% is the number written 0.7.
    value.map(|value| value / scale).ok_or_else(|| format!("`{text}` is not a number"))
}

/// The text for settings that make no sense.
pub(crate) fn invalid(name: &str) -> impl Fn(Invalid) -> ParseError + '_ {
    move |error| format!("`{name}`: {error}")
}

/// One of a list of names.
pub(crate) fn choice<T: Copy>(text: &str, choices: &[(&'static str, T)]) -> Result<T, ParseError> {
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.trim()) {
        return Ok(*value);
    }
    let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
    let advice = match nearest(text, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is: {}", names.join(", ")),
    };
    Err(format!("there is no choice `{text}` here; help: {advice}"))
}

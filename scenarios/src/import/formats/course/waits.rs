//! The waits between tries: of what the keys of a policy say, nothing is dropped in silence.

use patterns::settings::{Code, Entry, Node};

use crate::diagnostic::Diagnostic;
use crate::import::draft::Draft;
use crate::import::section::Taken;
use crate::import::times::Times;
use crate::import::unit::Unit;
use crate::import::words::loose;

const SECONDS: Unit = Unit::Time(Times::Seconds);
const MILLIS: Unit = Unit::Time(Times::Millis);

/// The key that says how often; a table with it is a policy.
pub(super) const RETRIES: &str = "max_retries";

/// What a wait is called: one for all tries, the first of some that grow, the longest.
const FIXED: [(&str, Unit); 2] = [("delay_ms", MILLIS), ("delay_seconds", SECONDS)];
const FIRST: [(&str, Unit); 4] = [
    ("initial_delay_ms", MILLIS),
    ("initial_delay_seconds", SECONDS),
    ("base_delay_ms", MILLIS),
    ("base_delay_seconds", SECONDS),
];
const LONGEST: [(&str, Unit); 2] = [("max_delay_ms", MILLIS), ("max_delay_seconds", SECONDS)];

/// How waits grow.
const CURVES: &[(&str, &str)] = &[
    ("exponential", "exponential"),
    ("exponential_backoff", "exponential"),
    ("fixed", "constant"),
    ("fixed_delay", "constant"),
    ("constant", "constant"),
    ("linear", "linear"),
    ("linear_backoff", "linear"),
];
const CURVE: [&str; 4] = ["backoff", "backoff_type", "backoff_strategy", "strategy"];
const HINT: &str = "respect_retry_after_header";
const FACTOR: [&str; 2] = ["backoff_multiplier", "multiplier"];

/// Reads all that is written, so that what is wrong is told whatever comes of it.
pub(super) fn check(taken: &Taken<'_>, draft: &mut Draft) {
    let times = [&FIXED[..], &FIRST, &LONGEST].concat();
    let others = CURVE.map(|key| (key, Unit::Word(CURVES))).into_iter();
    let others = others.chain(FACTOR.map(|key| (key, Unit::Factor)));
    let flags = ["jitter", HINT].map(|key| (key, Unit::Flag));
    for (key, unit) in times.into_iter().chain(others).chain(flags) {
        let _read = taken.value(key, unit, draft);
    }
}

/// The waits of a policy.
pub(super) struct Waits<'a, 't> {
    taken: &'t Taken<'a>,
    /// The keys that have said something.
    used: Vec<&'static str>,
    /// What nobody said.
    assumed: Vec<String>,
}

impl<'a, 't> Waits<'a, 't> {
    pub(super) fn of(taken: &'t Taken<'a>) -> Self {
        Self { taken, used: Vec::new(), assumed: Vec::new() }
    }

    /// The first of these keys that is written.
    fn first(
        &mut self,
        keys: impl IntoIterator<Item = (&'static str, Unit)>,
        draft: &mut Draft,
    ) -> Option<Node> {
        let mut keys = keys.into_iter();
        let (key, unit) = keys.find(|(key, _)| self.taken.entry(key).is_some())?;
        self.used.push(key);
        self.taken.value(key, unit, draft)
    }

    fn time(&mut self, keys: &[(&'static str, Unit)], draft: &mut Draft) -> Option<String> {
        self.first(keys.iter().copied(), draft)?.text().map(str::to_owned)
    }

    /// The waits as our settings write them, and what of them is assumed.
    pub(super) fn read(mut self, policy: &Entry, draft: &mut Draft) -> (String, Vec<String>) {
        let named = self.first(CURVE.map(|key| (key, Unit::Word(CURVES))), draft);
        let is_written = |key: &str| self.taken.entry(key).is_some();
        let grows = FACTOR.into_iter().any(is_written);
        let grows = grows || LONGEST.into_iter().any(|(key, _)| is_written(key));
        let curve = named.as_ref().and_then(Node::text).map_or_else(
            || {
                let curve = if grows { "exponential" } else { "constant" };
                self.assumed.push(format!("that waits are {curve}"));
                curve.to_owned()
            },
            str::to_owned,
        );
        let keys = if curve == "constant" { [&FIXED[..], &FIRST] } else { [&FIRST[..], &FIXED] };
        let wait = self.time(&keys.concat(), draft).unwrap_or_else(|| {
            self.no_wait(policy, draft);
            "1s".to_owned()
        });
        let mut text = format!("{curve}({wait}");
        if curve == "exponential"
            && let Some(factor) = self.first(FACTOR.map(|key| (key, Unit::Factor)), draft)
        {
            text += &format!(", factor={factor}");
        }
        if curve != "constant"
            && let Some(cap) = self.time(&LONGEST, draft)
        {
            text += &format!(", cap={cap}");
        }
        let is_on = |node: Option<Node>| node.map(|node| node.to_string() == "true");
        if is_on(self.first([("jitter", Unit::Flag)], draft)) == Some(true) {
            text += ", jitter=full";
        }
        let hint = self.first([(HINT, Unit::Flag)], draft);
        if let Some(respects) = is_on(hint) {
            text += if respects { ", retry-after=floor" } else { ", retry-after=ignore" };
        }
        text.push(')');
        let why = format!("it has no effect on waits that are {curve}, or another key says it");
        self.leave_others(&why, draft);
        (text, self.assumed)
    }

    /// Leaves out all keys that have said nothing.
    fn leave_others(&self, why: &str, draft: &mut Draft) {
        for entry in self.taken.entries() {
            let is_used = self.used.iter().any(|used| *used == entry.key);
            if !is_used && entry.key != RETRIES {
                draft.leave_entry(entry, why);
            }
        }
    }

    /// Where nothing is tried again, no wait has an effect.
    pub(super) fn leave_all(&self, draft: &mut Draft) {
        self.leave_others("nothing is tried again", draft);
    }

    /// There is no wait that is known. One that is not may not be dropped for another.
    fn no_wait(&mut self, policy: &Entry, draft: &mut Draft) {
        let known = [&FIXED[..], &FIRST, &LONGEST].concat();
        let is_wait = |entry: &&Entry| {
            let name = loose(&entry.key);
            let says = ["delay", "wait", "interval", "seconds"].iter().any(|it| name.contains(it));
            says && known.iter().all(|(key, _)| entry.key != *key)
        };
        let entries = policy.node.entries().unwrap_or_default();
        match entries.iter().find(is_wait) {
            Some(entry) => {
                let message = format!("`{}` is no wait that is known", entry.key);
                let wrong = Diagnostic::new(entry.key_at.clone(), Code::UnknownName, message);
                let names = [&FIXED[..], &FIRST].concat();
                let names: Vec<String> = names.iter().map(|(key, _)| format!("`{key}`")).collect();
                draft.wrong(wrong.help(format!("write it as one of {}", names.join(", "))));
            }
            None => self.assumed.push("the wait of 1 s".to_owned()),
        }
    }
}

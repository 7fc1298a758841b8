//! What libraries have in common that know one retry policy for all failures.

use super::super::rules::{FOREVER, RetryAfter, Rule, Rules};
use super::super::settings::Settings;
use crate::backoff;
use crate::outcome::Classes;
use crate::settings::{Code, Fields, Reader};

/// One count and one backoff over all failures that are retried at all. Whether a call may be
/// repeated no such library knows: who uses it has to.
pub(super) fn single(
    retry_on: Classes,
    max_retries: u32,
    backoff: &backoff::Settings,
    retry_after: RetryAfter,
) -> Settings {
    let rules = Rules::alike(retry_on, &Rule::of(FOREVER, backoff.clone()));
    let mut settings = Settings::of(rules);
    settings.max_retries = max_retries;
    settings.per_class = false;
    settings.retry_after = retry_after;
    settings.only_idempotent = false;
    settings
}

/// Tells of keys that the library cannot have.
pub(super) fn one_policy(fields: &Fields<'_>, reader: &mut Reader<'_>) {
    let classes = crate::outcome::Class::ALL.map(crate::outcome::Class::name);
    for key in classes.into_iter().chain(["others"]) {
        let is_rule = fields.node(key).is_some_and(|node| node.text() != Some("never"));
        if is_rule {
            let message =
                format!("`{key}` cannot be set: this library has one rule for all classes");
            let mistake = reader.mistake(&fields.place_of(key), Code::Conflict, message);
            let help = "its own numbers change that rule, and `retry-on` says which classes it has";
            mistake.help = Some(help.to_owned());
        }
    }
    if fields.node("max-attempts").is_some() && fields.node("max-retries").is_some() {
        let message = "`max-retries` is `max-attempts` less one: write one of them";
        reader.mistake(&fields.place_of("max-retries"), Code::Conflict, message);
    }
}

//! The rules of `lint`, by families. Their names are stable.

mod configuration;
mod info;
mod report;

pub use info::RuleInfo;

const COUNT: usize = configuration::RULES.len() + report::RULES.len();

/// All rules: first those for configurations, then those for reports.
pub static RULES: [RuleInfo; COUNT] = {
    let mut all = [configuration::RULES[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        let first = configuration::RULES.len();
        all[at] = if at < first { configuration::RULES[at] } else { report::RULES[at - first] };
        at += 1;
    }
    all
};

/// The rule of this name.
pub(crate) fn rule(name: &str) -> Option<&'static RuleInfo> {
    RULES.iter().find(|rule| rule.name == name)
}

//! The codes of mistakes: what each means, and how it is mended.

/// A code, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// Its stable name, as messages show it.
    pub name: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// Lines of a file that have the mistake.
    pub wrong: &'static str,
    /// The same lines mended.
    pub right: &'static str,
    /// Whether the file can be run all the same.
    pub is_warning: bool,
}

const fn error(
    name: &'static str,
    meaning: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> CodeInfo {
    CodeInfo { name, meaning, wrong, right, is_warning: false }
}

/// The code of this name.
pub(crate) fn find(name: &str) -> Option<&'static CodeInfo> {
    CODES.iter().find(|code| code.name == name)
}

/// All codes: first those of settings, then those of whole files.
pub static CODES: [CodeInfo; 17] = [
    error(
        "unknown-key",
        "There is no key of this name here. The message names the nearest key that there is, or \
         all of them.",
        "timeout = { limt = \"30s\" }",
        "timeout = { limit = \"30s\" }",
    ),
    error(
        "renamed",
        "A key, a word or a kind of layer has another name than in earlier versions. The message \
         names it.",
        "steps = [{ call = \"api\", repeatable = false }]",
        "steps = [{ call = \"api\", idempotent = false }]",
    ),
    error(
        "missing",
        "Something is left out that has no default.",
        "timeout = {}",
        "timeout = { limit = \"30s\" }",
    ),
    error(
        "wrong-type",
        "A value is of another type than its key wants, such as a number where a length of time \
         is written as text.",
        "timeout = { limit = 30 }",
        "timeout = { limit = \"30s\" }",
    ),
    error(
        "out-of-range",
        "A number, a length of time or the length of a list is outside its range. The message \
         gives the range.",
        "timeout = { limit = \"0s\" }",
        "timeout = { limit = \"30s\" }",
    ),
    error(
        "unreadable",
        "A text is not of the form that its key wants. The message says what is wrong with it.",
        "latency = \"exponential(2 sec)\"",
        "latency = \"exponential(2s)\"",
    ),
    error(
        "unknown-word",
        "A word is none of those that its key knows: a choice, a form, a class of failure or a \
         library.",
        "abandoned = \"stop\"",
        "abandoned = \"stops\"",
    ),
    error(
        "unknown-name",
        "No part of the scenario has this name. Names of services, agents and policies are \
         written as where they are defined.",
        "[services.github]\nlatency = \"1s\"\n\n[agents.agent]\nsteps = [{ call = \"gihtub\" }]",
        "[services.github]\nlatency = \"1s\"\n\n[agents.agent]\nsteps = [{ call = \"github\" }]",
    ),
    error(
        "twice",
        "The same thing is written twice, and only one of the two can hold.",
        "latency = \"exponential(mean=1s, mean=2s)\"",
        "latency = \"exponential(mean=2s)\"",
    ),
    error(
        "conflict",
        "Settings do not go together: each could be right alone. The message stands at one of \
         them and names the other.",
        "latency = \"lognormal(median=1s, p99=5s, sigma=1)\"",
        "latency = \"lognormal(median=1s, p99=5s)\"",
    ),
    CodeInfo {
        name: "no-effect",
        meaning: "A warning: something is written that changes nothing. The file can be run, but \
                  its author may have meant something else.",
        wrong: "[[faults]]\nhit = \"github\"\ndo  = \"hang\"\nat  = \"30min\"\nfor = \"0s\"",
        right: "[[faults]]\nhit = \"github\"\ndo  = \"hang\"\nat  = \"30min\"\nfor = \"10min\"",
        is_warning: true,
    },
    error(
        "not-toml",
        "The file is not TOML, so that nothing in it can be read from there on.",
        "title = \"A missing quote",
        "title = \"A missing quote\"",
    ),
    error(
        "bad-name",
        "A name cannot be used: it is empty, has quotes, `#` or `->` in it, or is taken already; \
         or the name of an edge is not `\"caller -> service\"`.",
        "[edges]\n\"agent to github\" = \"guarded\"",
        "[edges]\n\"agent -> github\" = \"guarded\"",
    ),
    error(
        "bad-path",
        "A path of a sweep, a variant or `--set` leads nowhere, or to something that cannot be \
         varied.",
        "[sweep]\n\"policies.guarded.timeout.limt\" = [\"10s\", \"30s\"]",
        "[sweep]\n\"policies.guarded.timeout.limit\" = [\"10s\", \"30s\"]",
    ),
    error(
        "circle",
        "A service calls itself, directly or by way of others; or a fallback leads back to the \
         service that it stands in for.",
        "[services.search]\nlatency = \"1s\"\nsteps   = [{ call = \"search\" }]",
        "[services.search]\nlatency = \"1s\"\nsteps   = [{ call = \"index\" }]",
    ),
    error(
        "too-large",
        "The sweep has more cells or runs than the program takes on. Fewer values on its axes, \
         or fewer replications, make it smaller.",
        "[sweep]\nreplications = 1_000_000",
        "[sweep]\nreplications = 100",
    ),
    error(
        "unused-edge",
        "An edge has a policy, but its caller never calls this service, so that the policy would \
         not be used.",
        "[edges]\n\"agent -> gitlab\" = \"guarded\"",
        "[edges]\n\"agent -> github\" = \"guarded\"",
    ),
];

#[cfg(test)]
mod tests {
    use patterns::settings::Code;

    use super::*;

    #[test]
    fn every_code_of_settings_is_explained() {
        for (code, info) in Code::ALL.iter().zip(&CODES) {
            assert_eq!((code.name(), code.is_warning()), (info.name, info.is_warning));
        }
    }

    #[test]
    fn codes_have_one_explanation_each_and_its_mistake_is_mended() {
        for (index, code) in CODES.iter().enumerate() {
            assert!(CODES[..index].iter().all(|other| other.name != code.name), "{}", code.name);
            assert_ne!(code.wrong, code.right, "{}", code.name);
            assert!(toml::from_str::<toml::Table>(code.right).is_ok(), "{}", code.name);
            assert_eq!(find(code.name), Some(code));
        }
    }
}

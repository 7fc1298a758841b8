//! What each code means, with the lines of a file that have the mistake and the same lines mended.

use patterns::settings::Code;

use super::code::{DiagnosticCode, FileCode};

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

const COUNT: usize = Code::ALL.len() + FileCode::ALL.len();

/// All codes: first those of settings, then those of whole files.
pub static CODES: [CodeInfo; COUNT] = {
    let mut all = [info(DiagnosticCode::Setting(Code::ALL[0])); COUNT];
    let mut at = 0;
    while at < COUNT {
        let code = if at < Code::ALL.len() {
            DiagnosticCode::Setting(Code::ALL[at])
        } else {
            DiagnosticCode::File(FileCode::ALL[at - Code::ALL.len()])
        };
        all[at] = info(code);
        at += 1;
    }
    all
};

/// The code of this name.
pub(crate) fn find(name: &str) -> Option<&'static CodeInfo> {
    CODES.iter().find(|code| code.name == name)
}

const fn info(code: DiagnosticCode) -> CodeInfo {
    let Explanation { meaning, wrong, right } = match code {
        DiagnosticCode::Setting(code) => of_setting(code),
        DiagnosticCode::File(code) => of_file(code),
        DiagnosticCode::Rule(_) => panic!("rules are explained by themselves"),
    };
    CodeInfo { name: code.name(), meaning, wrong, right, is_warning: code.is_warning() }
}

/// What is said of a code, beside its name.
struct Explanation {
    meaning: &'static str,
    wrong: &'static str,
    right: &'static str,
}

const fn of_setting(code: Code) -> Explanation {
    match code {
        Code::UnknownKey => UNKNOWN_KEY,
        Code::Renamed => RENAMED,
        Code::Missing => MISSING,
        Code::WrongType => WRONG_TYPE,
        Code::OutOfRange => OUT_OF_RANGE,
        Code::Unreadable => UNREADABLE,
        Code::UnknownWord => UNKNOWN_WORD,
        Code::UnknownName => UNKNOWN_NAME,
        Code::Twice => TWICE,
        Code::Conflict => CONFLICT,
        Code::NoEffect => NO_EFFECT,
    }
}

const fn of_file(code: FileCode) -> Explanation {
    match code {
        FileCode::NotToml => NOT_TOML,
        FileCode::BadName => BAD_NAME,
        FileCode::BadPath => BAD_PATH,
        FileCode::Circle => CIRCLE,
        FileCode::TooLarge => TOO_LARGE,
        FileCode::TooLong => TOO_LONG,
        FileCode::UnusedEdge => UNUSED_EDGE,
        FileCode::UnknownMeasure => UNKNOWN_MEASURE,
        FileCode::BadHypothesis => BAD_HYPOTHESIS,
    }
}

const UNKNOWN_KEY: Explanation = Explanation {
    meaning: "There is no key of this name here. The message names the nearest key that there is, \
              or all of them.",
    wrong: "timeout = { limt = \"30s\" }",
    right: "timeout = { limit = \"30s\" }",
};

const RENAMED: Explanation = Explanation {
    meaning: "A key, a word or a kind of layer has another name than in earlier versions. The \
              message names it.",
    wrong: "steps = [{ call = \"github\", repeatable = false }]",
    right: "steps = [{ call = \"github\", idempotent = false }]",
};

const MISSING: Explanation = Explanation {
    meaning: "Something is left out that has no default.",
    wrong: "timeout = {}",
    right: "timeout = { limit = \"30s\" }",
};

const WRONG_TYPE: Explanation = Explanation {
    meaning: "A value is of another type than its key wants, such as a number where a length of \
              time is written as text.",
    wrong: "timeout = { limit = 30 }",
    right: "timeout = { limit = \"30s\" }",
};

const OUT_OF_RANGE: Explanation = Explanation {
    meaning: "A number, a length of time or the length of a list is outside its range. The \
              message gives the range.",
    wrong: "timeout = { limit = \"0s\" }",
    right: "timeout = { limit = \"30s\" }",
};

const UNREADABLE: Explanation = Explanation {
    meaning: "A text is not of the form that its key wants. The message says what is wrong with \
              it.",
    wrong: "latency = \"exponential(2 sec)\"",
    right: "latency = \"exponential(2s)\"",
};

const UNKNOWN_WORD: Explanation = Explanation {
    meaning: "A word is none of those that its key knows: a choice, a form, a class of failure or \
              a library.",
    wrong: "abandoned = \"stop\"",
    right: "abandoned = \"stops\"",
};

const UNKNOWN_NAME: Explanation = Explanation {
    meaning: "No part of the scenario and no kind of layer has this name. Names of services, \
              agents and policies are written as where they are defined.",
    wrong: "[services.github]\nlatency = \"1s\"\n\n[agents.agent]\nsteps = [{ call = \"gihtub\" }]",
    right: "[services.github]\nlatency = \"1s\"\n\n[agents.agent]\nsteps = [{ call = \"github\" }]",
};

const TWICE: Explanation = Explanation {
    meaning: "The same thing is written twice, or two parts have the same name.",
    wrong: "latency = \"exponential(mean=1s, mean=2s)\"",
    right: "latency = \"exponential(mean=2s)\"",
};

const CONFLICT: Explanation = Explanation {
    meaning: "Settings do not go together: each could be right alone. The message stands at one \
              of them and names the other.",
    wrong: "latency = \"lognormal(median=1s, p99=5s, sigma=1)\"",
    right: "latency = \"lognormal(median=1s, p99=5s)\"",
};

const NO_EFFECT: Explanation = Explanation {
    meaning: "A warning: something is written that changes nothing. The file can be run, but its \
              author may have meant something else.",
    wrong: "[[faults]]\nhit = \"github\"\ndo  = \"hang\"\nat  = \"30min\"\nfor = \"0s\"",
    right: "[[faults]]\nhit = \"github\"\ndo  = \"hang\"\nat  = \"30min\"\nfor = \"10min\"",
};

const NOT_TOML: Explanation = Explanation {
    meaning: "The file is not TOML, so that nothing in it can be read from there on.",
    wrong: "title = \"A missing quote",
    right: "title = \"A missing quote\"",
};

const BAD_NAME: Explanation = Explanation {
    meaning: "A name cannot be used: it is empty, has spaces around it, or has quotes, `#`, `->` \
              or what cannot be seen in it, such as a change of direction; or a variant is called \
              `as written`; or the name of an edge is not `\"caller -> service\"`.",
    wrong: "[edges]\n\"agent to github\" = \"guarded\"",
    right: "[edges]\n\"agent -> github\" = \"guarded\"",
};

const BAD_PATH: Explanation = Explanation {
    meaning: "A path of a sweep, a variant or `--set` leads nowhere, or to something that cannot \
              be varied.",
    wrong: "[sweep]\n\"policies.garded.timeout.limit\" = [\"10s\", \"30s\"]",
    right: "[sweep]\n\"policies.guarded.timeout.limit\" = [\"10s\", \"30s\"]",
};

const CIRCLE: Explanation = Explanation {
    meaning: "A service calls itself, directly or by way of others; or a fallback or balance of \
              calls to a service leads back to it.",
    wrong: "[services.search]\nlatency = \"1s\"\nsteps   = [{ call = \"search\" }]",
    right: "[services.search]\nlatency = \"1s\"\nsteps   = [{ call = \"index\" }]",
};

const TOO_LARGE: Explanation = Explanation {
    meaning: "The sweep has more cells or results than the program takes on, or the system has \
              more parts, or needs more memory. Fewer values on the axes, fewer replications, and \
              fewer agents make it smaller.",
    wrong: "[sweep]\nreplications = 1_000_000\n\
        \"services.github.slots\" = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]",
    right: "[sweep]\nreplications = 100\n\
        \"services.github.slots\" = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]",
};

const TOO_LONG: Explanation = Explanation {
    meaning: "More tasks come before the horizon than a run has events, unless the command allows \
              more (`--max-events`): the run is stopped. A shorter horizon shows as much.",
    wrong: "horizon = \"365d\"\n[agents.agent]\narrivals = \"poisson(every=10ms)\"",
    right: "horizon = \"1d\"\n[agents.agent]\narrivals = \"poisson(every=10ms)\"",
};

const UNUSED_EDGE: Explanation = Explanation {
    meaning: "An edge has a policy, but its caller never calls this service, so that the policy \
              would not be used.",
    wrong: "[edges]\n\"agent -> gitlab\" = \"guarded\"",
    right: "[edges]\n\"agent -> github\" = \"guarded\"",
};

const UNKNOWN_MEASURE: Explanation = Explanation {
    meaning: "A hypothesis or the objective of a sweep names a measure that does not exist. \
              `wavetank explain measures` lists them.",
    wrong: "[[hypotheses]]\nthat = \"agents.agent.sucess >= 99%\"",
    right: "[[hypotheses]]\nthat = \"agents.agent.success >= 99%\"",
};

const BAD_HYPOTHESIS: Explanation = Explanation {
    meaning: "A hypothesis does not compare a measure with a number: it has none of the signs \
              `>=`, `>`, `<=` and `<`, or what follows the sign is not a number.",
    wrong: "[[hypotheses]]\nthat = \"agents.agent.success = 99%\"",
    right: "[[hypotheses]]\nthat = \"agents.agent.success >= 99%\"",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_one_explanation_each() {
        for (index, code) in CODES.iter().enumerate() {
            assert!(CODES[..index].iter().all(|other| other.name != code.name), "{}", code.name);
            assert_eq!(find(code.name), Some(code));
        }
    }
}

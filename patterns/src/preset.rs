//! Presets: the defaults of well-known libraries, to the boundary cases, and those of a course.
//!
//! ```
//! use patterns::preset::Library;
//!
//! let library = Library::from_name("resilience4j").expect("known");
//! let settings = library.breaker().expect("resilience4j has a breaker");
//! # let breaker = patterns::breaker::Breaker::new(settings);
//! # assert!(breaker.is_ok());
//! ```
//!
//! A library offers what it is known for and nothing else: [`Library::Envoy`] has no retry waits
//! of a fixed kind unless a route asks for retries, and then these are they. Each value is
//! documented where it is set, with the place in the library that it comes from. Defects of the
//! libraries are not copied.

use core::fmt;

use crate::settings::LayerSettings;

/// A library, a service's client or a rule book whose settings are known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Library {
    /// resilience4j 2 (Java): `af9e7c979`.
    Resilience4j,
    /// Polly 8 (.NET): `173d6d1d`.
    Polly,
    /// Polly 7 (.NET), whose policies are still there in version 8: `173d6d1d`.
    PollyV7,
    /// Netflix Hystrix (Java): `7c03bafe`.
    Hystrix,
    /// sony/gobreaker 2 (Go): `fed8e9e`.
    Gobreaker,
    /// failsafe-go: `5759a5e`.
    FailsafeGo,
    /// Twitter's Finagle (Scala): `4feb34c`.
    Finagle,
    /// jd/tenacity (Python): `299c057`.
    Tenacity,
    /// recloser (Rust): `435513a`.
    Recloser,
    /// Envoy proxy: data-plane API `84e84367`.
    Envoy,
    /// gRPC: proposals A6 and A50, `1fd061a`.
    Grpc,
    /// The standard mode of the AWS SDKs: botocore `0e6e2404b`.
    Aws,
    /// openai-python: `_constants.py` at `0444895`.
    Openai,
    /// anthropic-sdk-python: `_constants.py` at `1316de7`.
    Anthropic,
    /// The TypeScript SDK of the Model Context Protocol.
    Mcp,
    /// A course on reliability of agent systems, to the letter of its listings.
    CoursePrinted,
    /// The same course, as its text explains the listings.
    CourseMeant,
}

impl Library {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Resilience4j,
        Self::Polly,
        Self::PollyV7,
        Self::Hystrix,
        Self::Gobreaker,
        Self::FailsafeGo,
        Self::Recloser,
        Self::Finagle,
        Self::Tenacity,
        Self::Envoy,
        Self::Grpc,
        Self::Aws,
        Self::Openai,
        Self::Anthropic,
        Self::Mcp,
        Self::CoursePrinted,
        Self::CourseMeant,
    ];

    /// The name used in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resilience4j => "resilience4j",
            Self::Polly => "polly",
            Self::PollyV7 => "polly-v7",
            Self::Hystrix => "hystrix",
            Self::Gobreaker => "gobreaker",
            Self::FailsafeGo => "failsafe-go",
            Self::Recloser => "recloser",
            Self::Finagle => "finagle",
            Self::Tenacity => "tenacity",
            Self::Envoy => "envoy",
            Self::Grpc => "grpc",
            Self::Aws => "aws",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Mcp => "mcp",
            Self::CoursePrinted => "course-printed",
            Self::CourseMeant => "course-meant",
        }
    }

    /// Its settings for a kind of layer, if it has any without a number being given.
    pub fn of<S: LayerSettings>(self) -> Option<S> {
        S::presets().into_iter().find(|preset| preset.library == self.name())?.plain()
    }

    /// The library of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|library| library.name() == name)
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

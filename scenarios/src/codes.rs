//! The codes of mistakes: what each means, and how it is mended.

mod code;
mod info;
mod rules;

pub(crate) use code::{DiagnosticCode, FileCode};
pub(crate) use info::find;
pub use info::{CODES, CodeInfo};
pub(crate) use rules::rule;
pub use rules::{RULES, RuleInfo};

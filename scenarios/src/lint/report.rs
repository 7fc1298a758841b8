//! Rules for reliability reports in Markdown: lines, and the numbers in them.

mod agree;
mod code;
mod evidence;
mod experiment;
mod metrics;
mod number;
mod page;
mod phrases;
mod plain;
mod promises;
mod sentences;
mod services;
mod shape;
mod statements;
mod sums;
mod values;
mod waits;

pub(super) use page::configurations;

use crate::diagnostic::Diagnostic;
use page::Page;

/// Looks at a report, if it is one.
pub(super) fn look(text: &str, found: &mut Vec<Diagnostic>) -> Result<(), Diagnostic> {
    let page = Page::of(text);
    shape::is_report(&page, text)?;
    shape::look(&page, found);
    let statements = statements::statements(&page);
    metrics::look(&page, &statements, found);
    agree::look(&page, &statements, found);
    sums::look(&page, found);
    experiment::look(&page, found);
    waits::look(&page, found);
    promises::look(&page, found);
    plain::look(&page, found);
    services::look(&page, found);
    code::look(&page, found);
    values::look(&page, found);
    Ok(())
}

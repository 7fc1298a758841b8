//! The reliability engineering report of a system: words and tables that follow from its runs.
//!
//! What is said is a [`Document`], which is written as [Markdown](markdown()) and as a
//! [page](html()).
//! Every figure in it is a [`Figure`], which knows the command that makes it again.

mod advice;
mod alarms;
mod alert_choice;
pub mod alerts;
mod appendix;
mod beside;
mod chaos;
mod checklist;
mod covered;
mod deliverables;
mod document;
pub mod evidence;
mod facts;
mod failed;
mod families;
mod figures;
mod html;
mod judged;
mod markdown;
mod metrics;
mod patterns;
mod risks;
mod runbook;
mod signs;
mod summary;
mod verdict;
mod words;

pub use alarms::alerts_table;
pub use alert_choice::choose;
pub use deliverables::deliverables;
pub use document::{Block, Document, Table, code, plain, strong};
pub use facts::{Beside, Facts, Log, Promise, Said};
pub use figures::{Figure, Figures, table, within};
pub use html::html;
pub use markdown::markdown;
pub use words::counted;

/// The report of a system. Its figures are among those of the facts from then on.
pub fn document(facts: &Facts<'_>) -> Document {
    let title = format!("Reliability Engineering Report: {}", facts.title);
    let mut document = Document { title, ..Document::default() };
    let out = &mut document;
    summary::add(facts, out);
    chaos::add(facts, out);
    patterns::add(facts, out);
    metrics::add(facts, out);
    beside::add(facts, out);
    checklist::add(facts, out);
    risks::add(facts, out);
    advice::recommend(facts, out);
    advice::readiness(facts, out);
    runbook::add(facts, out);
    covered::add(facts, out);
    alarms::add(facts, out);
    appendix::add(facts, out);
    document
}

/// Whether a system keeps what its file says must hold, at least on the mean.
pub fn is_kept(facts: &Facts<'_>) -> bool {
    let all: Vec<&Promise> = facts.promises.iter().collect();
    !facts.promised(&all).iter().any(|target| facts.kept(0, target).is_missed())
}

/// Whether a system is ready, and why, in a line.
pub fn verdict(facts: &Facts<'_>) -> String {
    plain(&summary::verdict(facts))
}

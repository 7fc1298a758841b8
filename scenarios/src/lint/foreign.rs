//! Rules for what the JSON of a course says, in the words of the course: also for what import
//! leaves out, as it is no setting of a scenario.

mod settings;
mod traffic;

pub(super) use traffic::{CALLS, RETRIES, alert, bound, spent};

use patterns::settings::{Entry, Node, Value};

use crate::diagnostic::Diagnostic;

/// Looks at all documents.
pub(super) fn look(documents: &[Node], found: &mut Vec<Diagnostic>) {
    let mut all = Vec::new();
    for document in documents {
        walk(document, &mut all);
    }
    settings::look(&all, found);
    traffic::look(&all, found);
}

/// All entries of a tree, in the order of the file.
fn walk<'t>(node: &'t Node, all: &mut Vec<&'t Entry>) {
    match &node.value {
        Value::Table(entries) => {
            for entry in entries {
                all.push(entry);
                walk(&entry.node, all);
            }
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, all)),
        _ => {}
    }
}

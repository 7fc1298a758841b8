//! Finds out what a file is, and has the rules for it look at it.

use std::collections::BTreeSet;

use super::finding::pasted;
use super::proof::Proofs;
use super::{foreign, policies, report};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::import::{is_scenario, make};
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::source::Source;

/// Finds what in a file fights what: in the configuration of a library or of a course, a scenario,
/// or a reliability report in Markdown. `name` is what messages call the file; one that ends in
/// `.md` is a report.
///
/// # Errors
///
/// With everything that is wrong, if the file can be read as none of these.
///
/// ```
/// use scenarios::{LayerRegistry, lint};
///
/// let text = r#"{ "retry_policies": { "network_errors": {
///     "max_retries": 5, "backoff": "exponential", "initial_delay_ms": 1000, "max_delay_ms": 30000
/// } } }"#;
/// let found = lint("retry.json", text, &LayerRegistry::builtin()).unwrap();
/// assert_eq!(found.all()[0].code(), "cap-never-reached");
/// ```
pub fn lint(name: &str, text: &str, registry: &LayerRegistry) -> Result<Diagnostics, Diagnostics> {
    let source = Source::new(name, text);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let ending = ending.as_deref().unwrap_or_default();
    let is_report = match ending {
        "md" | "markdown" => true,
        _ => text.starts_with("# ") && text.contains("\n## "),
    };
    let mut found = Vec::new();
    if is_report {
        report::look(text, &mut found).map_err(|wrong| Diagnostics::new(&source, vec![wrong]))?;
        for kept in report::configurations(text) {
            // A piece of a report that cannot be read is not what the report is about.
            let source = Source::new(name, &kept);
            let _ = configuration(&source, &kept, registry, &mut found);
        }
    } else if ending == "toml" || is_scenario(text) {
        return ScenarioFile::parse(name, text)?.lint(registry);
    } else {
        configuration(&source, text, registry, &mut found)?;
    }
    Ok(Diagnostics::new(&source, found))
}

/// Looks at what a file of another format says, and at the scenario that is made of it.
fn configuration(
    source: &Source,
    text: &str,
    registry: &LayerRegistry,
    found: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostics> {
    let made = make(source, text, None, registry)?;
    let mut here = Vec::new();
    policies::look(&made.file, &made.system, &mut Proofs::new(registry), &mut here);
    let is_course = made.format == "course";
    let tables = if is_course { foreign::tables(&made.documents) } else { Vec::new() };
    let place = |one: &Diagnostic| (one.code(), one.place().start, one.place().end);
    let mut known: BTreeSet<_> = found.iter().map(place).collect();
    // One line there may be the origin of several policies: one finding is enough.
    for one in here {
        let origin = made.rendered.place(&one.place());
        // Import puts in a cap that the file does not have: nobody is told of that one.
        let written = source.text().get(origin.clone()).unwrap_or_default().to_lowercase();
        let is_written = ["max", "cap"].iter().any(|word| written.contains(word));
        if one.code() == "cap-never-reached" && !is_written {
            continue;
        }
        let one = one.at(origin);
        let one = match foreign::keys(&tables, &one) {
            Some(keys) => keys,
            None => pasted(one, "Once imported"),
        };
        if known.insert(place(&one)) {
            found.push(one);
        }
    }
    if is_course {
        foreign::look(&made.documents, found);
    }
    Ok(())
}

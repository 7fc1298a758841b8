//! Profiles of Spring: documents that count only where a profile is active.

use patterns::settings::{Node, Value};

use crate::import::draft::Draft;
use crate::import::section::get;

/// The settings of all documents that count, the last one first: it counts more. The others are
/// left out, with their profiles.
pub(super) fn roots<'a>(documents: &'a [Node], draft: &mut Draft) -> Vec<&'a Node> {
    let mut active: Vec<String> = documents
        .iter()
        .filter(|document| of(document).is_none())
        .filter_map(|document| get(document, "spring.profiles.active", true))
        .flat_map(names)
        .collect();
    // Where no profile is active, that of this name is.
    if active.is_empty() {
        active.push("default".to_owned());
    }
    let mut roots = Vec::new();
    for document in documents {
        let Some(root) = get(document, "resilience4j", true) else { continue };
        match of(document) {
            Some(profile) if !is_active(profile, &active) => {
                let said = format!("profile {}", names(profile).join(", "));
                let why = "the document counts only where this profile is active; \
                           `spring.profiles.active` in the first document makes it so";
                draft.leave(&root.at, said, why);
            }
            _ => roots.insert(0, root),
        }
    }
    roots
}

/// The profile for which a document is, if it is for one; before Spring Boot 2.4 it was written
/// where `active` and others stand else.
fn of(document: &Node) -> Option<&Node> {
    let old = get(document, "spring.profiles", true).filter(|node| node.entries().is_none());
    get(document, "spring.config.activate.on-profile", true).or(old)
}

/// Names in a list, or in a text with commas.
fn names(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => {
            let text = node.text().unwrap_or_default().split(',').map(str::trim);
            text.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        }
    }
}

/// Whether one of the names of a profile is active, or `!name` is not.
fn is_active(profile: &Node, active: &[String]) -> bool {
    let has = |name: &str| active.iter().any(|active| active == name);
    names(profile).iter().any(|name| match name.strip_prefix('!') {
        Some(other) => !has(other),
        None => has(name),
    })
}

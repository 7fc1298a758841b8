//! What faults are called.

use std::collections::BTreeSet;

use patterns::settings::{Node, Reader, Setting, Value};

use super::faults::Fault;
use super::names::FileNames;

/// The names of faults; that of one that cannot be read is empty. One without a name is called
/// after what it does and to whom, and not after its place: so a further fault does not change the
/// draws of the others.
pub(crate) fn fault_names(faults: &[Option<&Fault>], names: &FileNames) -> Vec<String> {
    let given = faults.iter().filter_map(|fault| fault.as_ref()?.name.clone());
    let mut taken: BTreeSet<String> = given.collect();
    let names = faults.iter().map(|fault| {
        let Some(fault) = fault else { return String::new() };
        fault.name.clone().unwrap_or_else(|| {
            let hits = fault.hit.0.iter().map(|hit| names.in_words(hit));
            let hits = hits.collect::<Vec<_>>().join(" + ");
            let name = format!("{hits}-{}", fault.effect.word());
            let mut names = (2..).map(|number| format!("{name}-{number}"));
            let name = if taken.contains(&name) {
                names.find(|name| !taken.contains(name)).unwrap_or_default()
            } else {
                name
            };
            taken.insert(name.clone());
            name
        })
    });
    names.collect()
}

/// The names of the faults of a file, as far as they can be read.
pub(crate) fn written_fault_names(root: &Node) -> Vec<String> {
    let Some(Value::List(items)) = root.get("faults").map(|node| &node.value) else {
        return Vec::new();
    };
    let mut names = FileNames::written(root);
    let mut reader = Reader::new(&mut names);
    let faults: Vec<Option<Fault>> =
        items.iter().map(|item| Fault::read(item, None, &mut reader)).collect();
    // What is wrong with them is said when the file is checked.
    let _said_then = reader.finish();
    fault_names(&faults.iter().map(Option::as_ref).collect::<Vec<_>>(), &names)
}

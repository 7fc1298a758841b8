//! Rules of keys that go with a word.

use patterns::settings::{Choice, Key};
use serde_json::{Map, Value, json};

/// What must stand and what cannot stand beside each word; nothing where the choice goes by the
/// keys alone.
pub(super) fn rules_by_word(choice: &Choice, is_partial: bool) -> Option<Vec<Value>> {
    let by = choice.by?;
    let all = choice.forms.iter().flat_map(|form| &form.keys);
    let mut all: Vec<String> = all.map(|key| key.name()).collect();
    all.sort();
    all.dedup();
    let rules = choice.forms.iter().map(|form| {
        let mut then = Map::new();
        let needed = form.keys.iter().filter(|key| key.is_required() && !is_partial);
        let needed: Vec<String> = needed.map(|key| key.name()).collect();
        if !needed.is_empty() {
            then.insert("required".to_owned(), needed.into());
        }
        let others = all.iter().filter(|name| !form.has(name));
        let others: Vec<Value> = others.map(|name| json!({ "required": [name] })).collect();
        if !others.is_empty() {
            then.insert("not".to_owned(), json!({ "anyOf": others }));
        }
        json!({ "if": is_word(by, &form.name), "then": then })
    });
    Some(rules.collect())
}

/// That a key has this word.
fn is_word(by: &Key, word: &str) -> Value {
    let name = by.name();
    let mut properties = Map::new();
    properties.insert(name.clone(), json!({ "const": word }));
    json!({ "properties": properties, "required": [name] })
}

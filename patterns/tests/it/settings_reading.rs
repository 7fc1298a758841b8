//! Settings of layers as they are read from files, with what is said about them.

use patterns::preset::Library;
use patterns::settings::{
    Code, Entry, LayerSettings, NameKind, Names, Node, Reader, Value, read_layer,
};

/// The callers `research` and `write`, in this order.
pub(crate) struct Callers;

impl Names for Callers {
    fn resolve(&mut self, kind: NameKind, name: &str) -> Result<u16, Vec<String>> {
        assert_eq!(kind, NameKind::Caller);
        let known = ["research", "write"];
        let found = known.iter().position(|other| *other == name);
        found.map(|index| index as u16).ok_or_else(|| known.map(str::to_owned).to_vec())
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(Node::word).collect())
}

pub(crate) fn table(entries: &[(&str, Value)]) -> Value {
    Value::Table(entries.iter().map(|(key, value)| entry(key, value, 0)).collect())
}

/// Every key has a hundred bytes, and its value begins after ten of them.
fn entry(key: &str, value: &Value, index: usize) -> Entry {
    let start = index * 100;
    let value = match value {
        // The keys of a table within have their own.
        Value::Table(entries) => Value::Table(
            entries
                .iter()
                .enumerate()
                .map(|(index, inner)| entry(&inner.key, &inner.node.value, 1_000 + index))
                .collect(),
        ),
        value => value.clone(),
    };
    let node = Node::new(start + 10..start + 100, value);
    Entry { key: key.to_owned(), key_at: start..start + 10, node }
}

/// The settings of a layer, and what is said: at which key, whether it is a warning, and what.
pub(crate) fn read<S: LayerSettings>(entries: &[(&str, Value)]) -> (Option<S>, Vec<String>) {
    let entries: Vec<Entry> =
        entries.iter().enumerate().map(|(index, (key, value))| entry(key, value, index)).collect();
    let mut names = Callers;
    let mut reader = Reader::new(&mut names);
    let node = Node::new(0..entries.len() * 100, Value::Table(entries.clone()));
    let settings = read_layer::<S>(&node, &mut reader);
    let said = reader.finish().into_iter().map(|mistake| {
        let at = entries.get(mistake.at.start / 100).filter(|_| mistake.at.len() < 100);
        let at = at.map_or_else(|| "here".to_owned(), |entry| entry.key.clone());
        let is_warning = mistake.code == Code::NoEffect;
        let kind = if is_warning { "warning" } else { "mistake" };
        format!("{at}, {kind}: {}", mistake.message)
    });
    let said = said.collect();
    (settings, said)
}

/// What is said about settings that can be used.
pub(crate) fn warnings<S: LayerSettings>(entries: &[(&str, Value)]) -> Vec<String> {
    let (settings, said) = read::<S>(entries);
    assert!(settings.is_some(), "{said:?}");
    said
}

/// The settings, of which there is nothing to say.
#[track_caller]
pub(crate) fn good<S: LayerSettings>(entries: &[(&str, Value)]) -> S {
    let (settings, said) = read::<S>(entries);
    assert_eq!(said, Vec::<String>::new());
    settings.expect("nothing was wrong")
}

/// What is written for settings is read as the same settings, and every preset is in order.
pub(crate) fn presets_are_sound<S: LayerSettings + PartialEq + core::fmt::Debug>() {
    for preset in S::presets() {
        let settings = preset.plain().expect("every number has a default");
        let mut found = patterns::settings::Findings::default();
        settings.check(&mut found);
        assert_eq!(found.into_all(), [], "{}", preset.library);
        let like = good::<S>(&[("like", text(preset.library))]);
        assert_eq!(like, settings, "{}", preset.library);
        let of = Library::from_name(preset.library).map(Library::of::<S>);
        assert!(of.is_none_or(|of| of == Some(settings)), "{}", preset.library);
        for key in preset.own_keys() {
            assert!(!key.doc().is_empty(), "{key}");
        }
    }
}

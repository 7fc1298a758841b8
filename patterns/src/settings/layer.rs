//! The settings of a layer as a whole: its kind, and the libraries it can be like.

use super::fields::Fields;
use super::group::{Group, entries_or_short};
use super::node::Node;
use super::reader::{Code, Reader};
use super::setting::Setting;
use super::shape::{GroupInfo, Key};
use crate::invalid::Invalid;
use crate::layer::Layer;
use crate::report::Report;

/// The settings of a layer.
pub trait LayerSettings: Group + Setting {
    /// The name of the layer in files.
    const KIND: &'static str;

    /// The key that a value alone stands for: `timeout = "30s"`.
    const SHORT: Option<&'static str> = None;

    /// The states that such a layer reports, and what it counts.
    const REPORT: &'static Report = &Report::NONE;

    /// The libraries and rule books that it can be `like`.
    fn presets() -> Vec<Preset<Self>> {
        Vec::new()
    }
}

/// A layer that is made from its settings: what a scenario file needs of a kind of layer.
pub trait ConfiguredLayer: Layer + Sized + 'static {
    /// Its settings.
    type Settings: LayerSettings + Send + Sync;

    /// The layer with these settings.
    ///
    /// # Errors
    ///
    /// If it cannot be set so.
    fn with_settings(settings: Self::Settings) -> Result<Self, Invalid>;

    /// About how many bytes at the most a layer with these settings keeps for its windows and logs
    /// and for what it remembers, beyond the kilobyte or two of any layer, if its calls ask for so
    /// many different things: that many [keys](crate::CallInfo::key). Who makes many asks this
    /// first.
    fn room(_settings: &Self::Settings, _keys: u64) -> u64 {
        0
    }
}

/// The settings of a library, in the library's own numbers. Each number sets everything here that
/// it stands for there.
pub trait Like<S>: Group {
    /// What the library does, in our settings.
    fn settings(&self) -> S;
}

/// A library whose settings a layer can have.
#[derive(Debug)]
pub struct Preset<S> {
    /// The name of the library in files.
    pub library: &'static str,
    /// What it does, and where that is written.
    pub about: &'static str,
    /// Adds the library's own numbers to those that were found so far.
    pub keys: fn(&mut Vec<&'static Key>),
    /// What its own numbers alone do not say.
    pub describe: fn(&mut GroupInfo),
    /// Reads the library's own numbers, and gives what follows from them.
    pub read: fn(&mut Fields<'_>, &mut Reader<'_>) -> Option<S>,
}

impl<S> Preset<S> {
    /// A library whose numbers are `P`.
    pub const fn of<P: Like<S>>(library: &'static str, about: &'static str) -> Self {
        Self { library, about, keys: P::keys, describe: P::describe, read: read_like::<P, S> }
    }

    /// Its settings if no number is changed.
    pub fn plain(&self) -> Option<S> {
        let mut names = super::reader::NoNames;
        let mut reader = Reader::new(&mut names);
        let settings = (self.read)(&mut Fields::none(0..0, self.library), &mut reader);
        settings.filter(|_| reader.finish().is_empty())
    }

    /// Which of the library's own numbers exclude each other, and the defaults of whole groups.
    pub fn group_info(&self) -> GroupInfo {
        let mut info = GroupInfo::default();
        (self.describe)(&mut info);
        info
    }

    /// The library's own numbers.
    pub fn own_keys(&self) -> Vec<&'static Key> {
        let mut keys = Vec::new();
        (self.keys)(&mut keys);
        keys
    }
}

fn read_like<P: Like<S>, S>(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Option<S> {
    let errors = reader.errors();
    let own = P::read_fields(fields, None, reader)?;
    // With a number out of range nothing follows from the others.
    (reader.errors() == errors).then(|| own.settings())
}

/// Reads the settings of a layer: those of a library if it is to be `like` one, with every key
/// changed that is written.
pub fn read_layer<S: LayerSettings>(node: &Node, reader: &mut Reader<'_>) -> Option<S> {
    read_nested(node, None, reader)
}

/// As [`read_layer`], for settings within others: without a library `base` is what holds already.
pub fn read_nested<S: LayerSettings>(
    node: &Node,
    base: Option<&S>,
    reader: &mut Reader<'_>,
) -> Option<S> {
    let mut alone = None;
    let Some(entries) = entries_or_short(node, S::SHORT, &mut alone) else {
        reader.within(S::KIND, |reader| reader.wrong_type(node, "a table of settings"));
        return None;
    };
    let mut fields = Fields::of_table(node.at.clone(), format!("`{}`", S::KIND), entries);
    let mut keys = vec![&LIKE];
    let base = match fields.take_node("like") {
        None => base.cloned(),
        Some(like) => {
            let preset = find_preset::<S>(like, reader);
            let Some(preset) = preset else {
                // Without a base all else would be missing.
                return None;
            };
            (preset.keys)(&mut keys);
            match (preset.read)(&mut fields, reader) {
                Some(base) => Some(base),
                None => preset.plain(),
            }
        }
    };
    let settings = S::read_fields(&mut fields, base.as_ref(), reader);
    S::keys(&mut keys);
    fields.finish(&keys, reader);
    settings
}

/// The keys of settings that may be `like` a library: that one, theirs, and the libraries' own.
pub fn keys_with_like<S: LayerSettings>(found: &mut Vec<&'static Key>) {
    found.push(&LIKE);
    S::keys(found);
    for key in S::presets().iter().flat_map(Preset::own_keys) {
        if found.iter().all(|other| other.name() != key.name()) {
            found.push(key);
        }
    }
}

/// The keys of settings that may be `like` a profile, which whoever reads them has put in: that
/// one, and theirs.
pub fn keys_with_profile<S: Group>(found: &mut Vec<&'static Key>) {
    static LIKE_PROFILE: Key = LIKE.example("\"azure-code\"");
    found.push(&LIKE_PROFILE);
    S::keys(found);
}

/// What the keys of settings that may be `like` a library do not say alone.
pub fn describe_with_like<S: LayerSettings>(found: &mut GroupInfo) {
    S::describe(found);
    let mut keys = Vec::new();
    S::keys(&mut keys);
    let ours = keys.len();
    keys.extend(S::presets().iter().flat_map(Preset::own_keys));
    for (index, key) in keys.iter().enumerate().skip(ours) {
        if keys[..index].iter().all(|other| other.name() != key.name()) {
            found.own_keys.push(key);
        }
    }
}

/// The libraries that settings may be `like`, each with what it does.
pub fn libraries<S: LayerSettings>() -> Vec<(&'static str, &'static str)> {
    S::presets().iter().map(|preset| (preset.library, preset.about)).collect()
}

fn find_preset<S: LayerSettings>(like: &Node, reader: &mut Reader<'_>) -> Option<Preset<S>> {
    let presets = S::presets();
    let known: Vec<String> = presets.iter().map(|preset| preset.library.to_owned()).collect();
    reader.within("like", |reader| {
        let Some(name) = like.text() else {
            reader.wrong_type(like, "the name of a library");
            if let Some(first) = known.first() {
                reader.suggest(&format!("for example: like = \"{first}\""));
            }
            return None;
        };
        let found = presets.into_iter().find(|preset| preset.library == name);
        if found.is_none() {
            let article = if S::KIND.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            let message = format!("there is no library `{name}` with {article} {}", S::KIND);
            let mistake = reader.mistake(&like.at, Code::UnknownWord, message);
            mistake.unknown = Some((name.to_owned(), known));
        }
        found
    })
}

/// The key that makes a layer like a library.
pub static LIKE: Key = Key::new(
    "like",
    &[" A library, or a profile, whose settings hold where nothing else is written."],
    <String as Setting>::shape,
);

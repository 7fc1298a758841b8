//! What is known of a kind of layer: what can be set, and which libraries it can be like.

use patterns::settings::{Key, LayerSettings, Setting, Shape};

/// A kind of layer, described.
#[derive(Clone, Debug)]
pub struct KindInfo {
    /// Its name in files.
    pub name: &'static str,
    /// What can be set: a table.
    pub shape: Shape,
    /// The key that a value alone stands for, if one does.
    pub short: Option<&'static str>,
    /// The libraries that it can be like.
    pub presets: Vec<PresetInfo>,
}

/// A library that a layer can be like, described.
#[derive(Clone, Debug)]
pub struct PresetInfo {
    /// Its name in files.
    pub library: &'static str,
    /// What it does, and where that is written.
    pub about: &'static str,
    /// The library's own numbers.
    pub keys: Vec<&'static Key>,
}

impl KindInfo {
    /// What is known of the layer with these settings.
    pub fn of<S: LayerSettings>() -> Self {
        let presets = S::presets().into_iter().map(|preset| PresetInfo {
            library: preset.library,
            about: preset.about,
            keys: preset.own_keys(),
        });
        Self {
            name: S::KIND,
            shape: <S as Setting>::shape(),
            short: S::SHORT,
            presets: presets.collect(),
        }
    }
}

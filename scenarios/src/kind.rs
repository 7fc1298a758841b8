//! What is known of a kind of layer: what can be set, and which libraries it can be like.

use patterns::report::Report;
use patterns::settings::{
    GroupInfo, Key, LayerSettings, Node, Setting, Shape, TableInfo, write_table,
};
use sim::measure::documented_of_layer;

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
    /// The states that it reports, and what it counts.
    pub report: &'static Report,
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
    /// Which of them exclude each other, and the defaults of whole groups.
    pub info: GroupInfo,
    /// The settings that follow from them, as a table of what is not the default.
    pub settings: Option<Node>,
}

impl KindInfo {
    /// What is known of the layers with these settings.
    pub fn of<S: LayerSettings>() -> Self {
        let presets = S::presets().into_iter().map(|preset| PresetInfo {
            library: preset.library,
            about: preset.about,
            keys: preset.own_keys(),
            info: preset.group_info(),
            settings: preset.plain().map(|settings| write_table(&settings)),
        });
        Self {
            name: S::KIND,
            shape: <S as Setting>::shape(),
            short: S::SHORT,
            presets: presets.collect(),
            report: S::REPORT,
        }
    }

    /// What is measured of such layers: each with its name, unit and meaning.
    pub fn measures(&self) -> Vec<(String, String, String)> {
        let named = documented_of_layer(self.name, self.report);
        let named = named.map(|(path, unit, text)| {
            let name = path.rsplit_once("\".").map_or("", |(_, name)| name);
            (name.to_owned(), unit.name().to_owned(), text)
        });
        named.collect()
    }

    /// The table of its settings; none if they are no table.
    pub fn table(&self) -> Option<TableInfo> {
        match self.shape {
            Shape::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// All that a scenario file may say, described.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    /// The keys at the top of a file: a table.
    pub(crate) head: Shape,
    /// The sections beside them, in order: `agents`, `policies`, `sweep`.
    pub(crate) sections: Vec<&'static Key>,
    /// The parts that have a reference page of their own, each with its name: `agents`, `steps`.
    pub(crate) parts: Vec<(&'static str, Shape)>,
    /// Who may share an instance of a layer: the key `per` of every layer.
    pub(crate) per: &'static Key,
    /// The kinds of layer.
    pub(crate) layers: Vec<KindInfo>,
    /// What keeps the processes of agents alive, as far as it can be like a library: keys of
    /// agents.
    pub(crate) processes: Vec<KindInfo>,
}

impl PresetInfo {
    /// What the library sets a key to; none if it leaves it as it is.
    pub fn value_of(&self, key: &Key) -> Option<&Node> {
        self.settings.as_ref()?.get(&key.name())
    }
}

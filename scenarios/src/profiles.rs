//! Profiles: what is known of services, of the traffic that they have, and of the frameworks that
//! call them, each value with its source. They are files beside the library, and read as a part of
//! the scenario that asks for them.

use core::ops::Range;
use std::sync::LazyLock;

use patterns::settings::{Code, Entry, Node, Value};
use toml::de::DeTable;

use crate::diagnostic::Diagnostic;
use crate::tree;

macro_rules! profiles {
    ($($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/", $name, ".toml")),
        )),+]
    };
}

/// The names and the texts of all files.
const FILES: &[(&str, &str)] = profiles![
    "openai-api",
    "anthropic-api",
    "mcp-stdio",
    "mcp-http",
    "mcp-browser",
    "github-rest",
    "search",
    "ttft-opus-4.6",
    "ttft-sonnet-4.6",
    "ttft-haiku-4.5",
    "ttft-gpt-4.1",
    "ttft-gpt-4o",
    "ttft-gpt-4o-mini",
    "ttft-deepseek-v3",
    "azure-conversation",
    "azure-code",
    "openai-python",
    "anthropic-python",
    "langgraph",
    "crewai",
    "openai-agents",
    "litellm",
    "temporal",
    "mcp-typescript",
    "mcp-python",
];

/// What can be like a profile.
pub(crate) const SECTIONS: [&str; 3] = ["services", "agents", "policies"];

/// The key that names one.
const LIKE: &str = "like";

/// What is known of a kind of service, of its traffic, or of a framework.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: String,
    /// As of when it is so.
    pub as_of: String,
    /// Whose data it is made from, and by which licence, if it is made from data.
    pub licence: Option<String>,
    /// What it says, by section of a file.
    pub parts: Vec<ProfilePart>,
}

/// What a profile says of one section of a file.
#[derive(Clone, Debug)]
pub struct ProfilePart {
    /// The section.
    pub section: &'static str,
    /// What is set, and from where that is known; layers have their kinds for keys.
    pub values: Vec<(String, Node, String)>,
}

static ALL: LazyLock<Vec<Profile>> = LazyLock::new(|| FILES.iter().map(read).collect());

/// All profiles.
pub fn profiles() -> &'static [Profile] {
    &ALL
}

/// The profiles of a section, each with what it is.
pub(crate) fn of_section(section: &str) -> Vec<(&'static str, &'static str)> {
    let has = |profile: &&Profile| profile.part(section).is_some();
    profiles().iter().filter(has).map(|profile| (profile.name, profile.about.as_str())).collect()
}

/// Those that a service can be like.
pub(crate) fn of_services() -> Vec<(&'static str, &'static str)> {
    of_section("services")
}

/// Those that agents can be like.
pub(crate) fn of_agents() -> Vec<(&'static str, &'static str)> {
    of_section("agents")
}

/// Those whose layers a policy can have.
pub(crate) fn of_policies() -> Vec<(&'static str, &'static str)> {
    of_section("policies")
}

/// Whether something of these names, profiles or libraries, may give a value to a key.
pub(crate) fn may_give(names: &[(&str, &str)], key: &str) -> bool {
    let gives = |part: &ProfilePart| part.values.iter().any(|(given, ..)| given == key);
    let may = |name: &str| named(name).is_none_or(|profile| profile.parts.iter().any(gives));
    names.iter().any(|(name, _)| may(name))
}

/// The profile of this name.
pub(crate) fn named(name: &str) -> Option<&'static Profile> {
    profiles().iter().find(|profile| profile.name == name)
}

impl Profile {
    /// What it says of a section.
    pub fn part(&self, section: &str) -> Option<&ProfilePart> {
        self.parts.iter().find(|part| part.section == section)
    }
}

/// Reads a file that comes with the program.
fn read((name, text): &(&'static str, &str)) -> Profile {
    let table = DeTable::parse(text).unwrap_or_else(|error| panic!("the profile {name}: {error}"));
    let root = tree::table(table.get_ref(), 0..0);
    let says = |key: &str| root.get(key).and_then(Node::text).map(str::to_owned);
    let must_say = |key: &str| says(key).unwrap_or_else(|| panic!("{name} has no `{key}`"));
    let parts = SECTIONS.iter().filter_map(|section| {
        let part = root.get(section)?;
        Some(ProfilePart { section, values: values(part.get("set")?, part.get("from")?) })
    });
    let (about, as_of) = (must_say("about"), must_say("as-of"));
    Profile { name, about, as_of, licence: says("licence"), parts: parts.collect() }
}

/// Values and their sources: keys by their names, layers in their order.
fn values(set: &Node, from: &Node) -> Vec<(String, Node, String)> {
    let text = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default().to_owned();
    match (&set.value, &from.value) {
        (Value::List(layers), Value::List(sources)) => {
            let sources = sources.iter().map(Some).chain(core::iter::repeat(None));
            let of = |(layer, source): (&Node, Option<&Node>)| {
                let [entry] = layer.entries()? else { return None };
                Some((entry.key.clone(), entry.node.clone(), text(source)))
            };
            layers.iter().zip(sources).filter_map(of).collect()
        }
        _ => {
            let of =
                |entry: &Entry| (entry.key.clone(), entry.node.clone(), text(from.get(&entry.key)));
            set.entries().unwrap_or_default().iter().map(of).collect()
        }
    }
}

fn find(section: &str, name: &str) -> Option<&'static ProfilePart> {
    named(name)?.part(section)
}

/// Where something stands that was not written but comes with a profile: in front of the name of
/// the profile, and no letter long, so that it is told from all that is written.
fn place(like: &Node) -> Range<usize> {
    like.at.start..like.at.start
}

/// A value of a profile at a place.
fn placed(value: &Node, at: &Range<usize>) -> Node {
    let mut node = value.clone();
    node.each_place(&mut |place| *place = at.clone());
    node
}

/// Whether something comes with a profile, and nothing of it was changed since.
fn is_of_profile(entry: &Entry) -> bool {
    entry.key_at.is_empty() && tree::places(&entry.node).iter().all(Range::is_empty)
}

/// Puts into a file what its profiles say, where nothing else is written; takes out what came with
/// others before.
pub(crate) fn expand(root: &mut Node) {
    let Value::Table(sections) = &mut root.value else { return };
    for Entry { key: section, node, .. } in sections {
        let Value::Table(parts) = &mut node.value else { continue };
        for Entry { node: part, .. } in parts {
            match &mut part.value {
                Value::List(layers) if section == "policies" => expand_policy(layers),
                Value::Table(entries) if section == "services" || section == "agents" => {
                    expand_part(section, entries);
                }
                _ => {}
            }
        }
    }
}

/// What some parts of which are to be left out keeps no profile that would bring one of them back,
/// and nothing of one that is itself left out.
pub(crate) fn leave_out(
    section: &str,
    entries: &mut Vec<Entry>,
    is_left_out: impl Fn(&Node) -> bool,
) {
    let like = entries.iter().find(|entry| entry.key == LIKE).map(|entry| entry.node.clone());
    let Some(like) = like else { return };
    if is_left_out(&like) {
        return entries.retain(|entry| !is_of_profile(entry));
    }
    let Some(part) = like.text().and_then(|name| find(section, name)) else { return };
    let gives = |entry: &Entry| part.values.iter().any(|(key, ..)| *key == entry.key);
    if entries.iter().any(|entry| gives(entry) && is_left_out(&entry.node)) {
        entries.retain(|entry| entry.key != LIKE);
    }
}

fn expand_part(section: &str, entries: &mut Vec<Entry>) {
    let like = entries.iter().find(|entry| entry.key == LIKE).map(|entry| entry.node.clone());
    let Some(like) = like else { return };
    entries.retain(|entry| !is_of_profile(entry));
    let Some(part) = like.text().and_then(|name| find(section, name)) else { return };
    let at = place(&like);
    for (key, value, _) in &part.values {
        if entries.iter().all(|entry| entry.key != *key) {
            let (key, node) = (key.clone(), placed(value, &at));
            entries.push(Entry { key, key_at: at.clone(), node });
        }
    }
}

/// In a policy the layers of a profile stand where it is named.
fn expand_policy(layers: &mut Vec<Node>) {
    let named = |layer: &Node| match layer.entries() {
        Some([only]) if only.key == LIKE => {
            let part = find("policies", only.node.text()?)?;
            Some((part, place(&only.node)))
        }
        _ => None,
    };
    let layer_of = |(key, value, at): (&String, &Node, &Range<usize>)| {
        let (key, node) = (key.clone(), placed(value, at));
        Node::new(at.clone(), Value::Table(vec![Entry { key, key_at: at.clone(), node }]))
    };
    *layers = core::mem::take(layers)
        .into_iter()
        .flat_map(|layer| match named(&layer) {
            Some((part, at)) => {
                let of = |(key, value, _): &(String, Node, String)| layer_of((key, value, &at));
                part.values.iter().map(of).collect()
            }
            None => vec![layer],
        })
        .collect();
}

/// What is left of a part to be read, without the name of its profile; and whether there is no such
/// profile.
pub(crate) fn without_like(section: &str, mut part: Node) -> (Node, bool) {
    let Value::Table(entries) = &mut part.value else { return (part, false) };
    let like = entries.iter().position(|entry| entry.key == LIKE);
    let like = like.map(|at| entries.remove(at).node);
    (part, like.is_some_and(|like| wrong(section, &like).is_some()))
}

/// Reports names of profiles that there are not, whatever else is wrong with a file.
pub(crate) fn check(root: &Node, found: &mut Vec<Diagnostic>) {
    for section in SECTIONS {
        for part in root.get(section).and_then(Node::entries).unwrap_or_default() {
            match &part.node.value {
                Value::List(layers) if section == "policies" => {
                    let likes = layers.iter().filter_map(|layer| match layer.entries() {
                        Some([only]) if only.key == LIKE => Some(&only.node),
                        _ => None,
                    });
                    found.extend(likes.filter_map(|like| wrong(section, like)));
                }
                Value::Table(_) if section != "policies" => {
                    let like = part.node.get(LIKE);
                    found.extend(like.and_then(|like| wrong(section, like)));
                }
                _ => {}
            }
        }
    }
}

/// What is wrong with the name of a profile.
fn wrong(section: &str, like: &Node) -> Option<Diagnostic> {
    let known = of_section(section);
    let Some(name) = like.text() else {
        let message = format!("`like` must be the name of a profile, not {}", like.kind());
        let message = Diagnostic::new(like.at.clone(), Code::WrongType, message);
        let first = known.first().map_or("", |(name, _)| name);
        return Some(message.help(format!("for example: like = \"{first}\"")));
    };
    let is_known = known.iter().any(|(known, _)| *known == name);
    let names = known.iter().map(|(name, _)| *name);
    (!is_known).then(|| Diagnostic::unknown(like.at.clone(), "profile", name, names))
}

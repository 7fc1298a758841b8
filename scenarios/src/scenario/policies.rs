//! Policies: stacks of layers.

use patterns::Intervention;
use patterns::settings::{Code, Entry, Node, Reader, Setting, Value};
use sim::model::system::{self, LayerFactory, Policy};

use crate::codes::FileCode;
use crate::describe::example_of_table;
use crate::diagnostic::Diagnostic;
use crate::format::{FileNames, PER, Per, PolicyNames, section_of};
use crate::kind::KindInfo;
use crate::registry::{LayerRegistry, ReadLayer};
use crate::scenario_file::ScenarioFile;

/// Layers of a policy beyond which it is refused: every call goes through all of them.
const LAYERS_MAX: usize = 1_000;

/// About how many bytes an instance of each layer takes beyond what any layer does, if its calls
/// ask for so many different things, by policy.
pub(super) type Rooms = Vec<Vec<Room>>;

type Room = Box<dyn Fn(u64) -> u64>;

/// All policies of a file, by name.
pub(super) fn read(
    file: &ScenarioFile,
    registry: &LayerRegistry,
    names: &FileNames,
    found: &mut Vec<Diagnostic>,
) -> (Vec<Policy>, Rooms) {
    let Some(node) = file.root.get("policies") else { return Default::default() };
    let Some(entries) = node.entries() else {
        found.push(Diagnostic::wrong_section(section_of("policies"), node, "a table"));
        return Default::default();
    };
    let mut policies: Vec<(Policy, Vec<Room>)> =
        entries.iter().map(|entry| policy(entry, registry, names, found)).collect();
    policies.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    policies.into_iter().unzip()
}

fn policy(
    entry: &Entry,
    registry: &LayerRegistry,
    names: &FileNames,
    found: &mut Vec<Diagnostic>,
) -> (Policy, Vec<Room>) {
    let mut rooms = Vec::new();
    let mut policy = Policy { name: entry.key.clone(), layers: Vec::new(), targets: Vec::new() };
    let Value::List(items) = &entry.node.value else {
        let message = format!("a policy is a list of layers, not {}", entry.node.kind());
        let message = Diagnostic::new(entry.node.at.clone(), Code::WrongType, message);
        found.push(message.help("for example: [{ breaker = { failures = 5, open = \"60s\" } }]"));
        return (policy, rooms);
    };
    if items.len() > LAYERS_MAX {
        let message = format!("a policy has at most {LAYERS_MAX} layers");
        found.push(Diagnostic::new(entry.key_at.clone(), FileCode::TooLarge, message));
        return (policy, rooms);
    }
    for item in items {
        let Some([Entry { key, key_at, node }]) = item.entries() else {
            let message = "a layer is a table with one key, its kind";
            let kinds: Vec<_> = registry.kinds().collect();
            let message = Diagnostic::new(item.at.clone(), Code::WrongType, message);
            found.push(message.help(format!("kinds are: {}", kinds.join(", "))));
            continue;
        };
        if let Some(new) = former_kind(key) {
            let message = format!("the layer `{key}` is called `{new}` now");
            found.push(Diagnostic::new(key_at.clone(), Code::Renamed, message));
            continue;
        }
        // A profile that there is not, which is reported elsewhere.
        if key == "like" {
            continue;
        }
        if registry.kind(key).is_none() {
            let kinds = registry.kinds();
            found.push(Diagnostic::unknown(key_at.clone(), "kind of layer", key, kinds));
            continue;
        }
        if node.text() != Some("off") {
            let targets = &mut policy.targets;
            let mut names = PolicyNames { file: names, targets };
            let mut reader = Reader::new(&mut names);
            let layer = layer(key, node, registry, &mut reader);
            let example = registry.kind(key).and_then(KindInfo::table);
            let example = example.map(|table| example_of_table(&table)).unwrap_or_default();
            found.extend(reader.finish().into_iter().map(|mut mistake| {
                if mistake.code == Code::WrongType && mistake.expected.is_none() {
                    let help = || format!("for example: {key} = {example}");
                    mistake.help.get_or_insert_with(help);
                }
                Diagnostic::from(mistake)
            }));
            if let Some((layer, room)) = layer {
                policy.layers.push(layer);
                rooms.push(room);
            }
        }
    }
    (policy, rooms)
}

fn layer(
    kind: &str,
    node: &Node,
    registry: &LayerRegistry,
    reader: &mut Reader<'_>,
) -> Option<(LayerFactory, Room)> {
    let mut settings = node.clone();
    let mut per = Some(system::Per::Agent);
    // Who shares a layer is for the simulator to know, and nothing to the layer itself.
    if let Value::Table(entries) = &mut settings.value
        && let Some(at) = entries.iter().position(|entry| entry.key == "per")
    {
        let written = entries.remove(at).node;
        per = reader
            .within("per", |reader| {
                reader.expecting(&PER, |reader| Per::read(&written, None, reader))
            })
            .map(Into::into);
    }
    let report = registry.kind(kind)?.report;
    let renews = [Intervention::Reset, Intervention::Flush];
    if per == Some(system::Per::Run) && !renews.iter().any(|one| report.takes(*one)) {
        let message = format!("a `{kind}` cannot be made as new, as `per = \"run\"` asks for");
        let mistake = reader.mistake(&node.at, Code::Conflict, message);
        mistake.help =
            Some("a `breaker` and a `cache` can; others have `per = \"agent\"`".to_owned());
        per = None;
    }
    let read = registry.read(kind, &settings, reader);
    let (per, ReadLayer { make, room }) = (per?, read?);
    Some((LayerFactory { kind: kind.to_owned(), report, per, make }, room))
}

/// What a kind of layer is called now.
fn former_kind(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "limiter" => "rate-limiter",
        "throttle" => "adaptive-throttle",
        "concurrency" => "adaptive-concurrency",
        "shed" => "load-shedder",
        "budget" => "retry-budget",
        _ => return None,
    })
}

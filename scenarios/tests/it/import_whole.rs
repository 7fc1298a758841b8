//! Every value of a configuration is taken over or named, wherever it stands: each file is written
//! anew with one value in a line, so that the place of a line is the place of a value.

use std::fs;
use std::path::PathBuf;

use saphyr_parser::{Event, Parser, ScalarStyle};
use scenarios::{LayerRegistry, import};
use serde_json::{Map, Value};

/// What says only what something is called, or where it is.
const NAMES: [&str; 28] = [
    "Logging",
    "@type",
    "address",
    "apiVersion",
    "baseConfig",
    "base-config",
    "cluster",
    "cluster_name",
    "domains",
    "gateways",
    "host",
    "hosts",
    "kind",
    "method",
    "model",
    "model_name",
    "name",
    "namespace",
    "path_separated_prefix",
    "port_value",
    "prefix",
    "priority",
    "service",
    "serviceName",
    "spring",
    "stat_prefix",
    "on-profile",
    "active",
];

/// The documents of a text, without places; nothing if it has anchors.
fn documents(text: &str) -> Option<Vec<Value>> {
    let mut documents = Vec::new();
    let mut open: Vec<(Value, Option<String>)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        let done = match event {
            Event::Scalar(text, style, 0, _) => match open.last_mut() {
                Some((Value::Object(_), key @ None)) => {
                    *key = Some(text.into_owned());
                    continue;
                }
                _ => scalar(&text, style),
            },
            Event::SequenceStart(0, _) => {
                open.push((Value::Array(Vec::new()), None));
                continue;
            }
            Event::MappingStart(0, _) => {
                open.push((Value::Object(Map::new()), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop()?.0,
            Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::MappingStart(..)
            | Event::Alias(_) => return None,
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(done),
            Some((Value::Array(items), _)) => items.push(done),
            Some((Value::Object(entries), key)) => {
                entries.insert(key.take()?, done);
            }
            Some(_) => return None,
        }
    }
    Some(documents)
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = serde_json::from_str::<Value>(text);
    match plain {
        Ok(value) if style == ScalarStyle::Plain => value,
        _ => Value::from(text),
    }
}

/// The text without comments of JSON.
fn without_comments(text: &str) -> String {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let lines = text.lines().filter(|line| !is_comment(line));
    lines.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// How far a line is indented.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines above in which the tables and lists begin that a line stands in, itself first.
fn above(lines: &[&str], at: usize) -> Vec<usize> {
    let mut places = vec![at];
    for other in (0..at).rev() {
        if indent(lines[other]) < indent(lines[places[places.len() - 1]]) {
            places.push(other);
        }
    }
    places
}

/// Whether another value makes another scenario: what several keys say together is told in one
/// line.
fn is_used(name: &str, text: &str, at: usize) -> bool {
    let made = |text: &str| {
        let imported = import(name, text, None, &LayerRegistry::builtin()).ok()?;
        let lines = imported.text.lines().map(|line| line.split(" # ").next().unwrap_or(line));
        let lines: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
        Some((lines.join("\n"), imported.left_out.len()))
    };
    ["", "\"zzz\""].iter().any(|word| made(text) != made(&changed(text, at, word)))
}

/// A text with another value in a line.
fn changed(text: &str, at: usize, word: &str) -> String {
    let lines = text.lines().enumerate().map(|(number, line)| {
        let comma = if line.ends_with(',') { "," } else { "" };
        let (key, value) = match line.trim_end_matches(',').rsplit_once(": ") {
            Some((key, value)) => (format!("{key}: "), value),
            None => (String::new(), line.trim_end_matches(',')),
        };
        match value.trim() {
            _ if number != at => line.to_owned(),
            "true" => format!("{key}false{comma}"),
            "false" => format!("{key}true{comma}"),
            // A key without a text is left out; a comma too much is none.
            text if text.starts_with('"') && word.is_empty() => String::new(),
            text if text.starts_with('"') => format!("{key}{word}{comma}"),
            number => format!("{key}{number}5{comma}"),
        }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// All values of a text with one in a line that are neither taken over nor named.
fn lost(name: &str, text: &str) -> Vec<String> {
    let imported = import(name, text, None, &LayerRegistry::builtin());
    let imported = imported.unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    let lines: Vec<&str> = text.lines().collect();
    let mut lost = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_value = !line.trim_end_matches(',').ends_with(['{', '[', '}', ']']);
        let places = above(&lines, at);
        let is_name = places.iter().any(|at| {
            let key = lines[*at].trim().split(':').next().unwrap_or_default().trim_matches('"');
            NAMES.contains(&key)
        });
        if line.starts_with("---") || !is_value || is_name {
            continue;
        }
        // A list of names is told where it begins.
        let is_item = places.get(1).is_some_and(|at| lines[*at].trim_end().ends_with('['));
        let is_told = places.iter().enumerate().any(|(depth, at)| {
            let place = format!("{name}:{} ", at + 1);
            let is_own = depth == 0 || depth == 1 && is_item;
            let is_left = |line: &str| line.starts_with("#   ");
            imported.text.lines().any(|line| line.contains(&place) && (is_own || is_left(line)))
        });
        if !is_told && !is_used(name, text, at) {
            lost.push(format!("{name}:{} {}", at + 1, line.trim()));
        }
    }
    lost
}

#[test]
fn every_value_of_every_file_is_taken_over_or_named() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let (mut seen, mut all) = (0, Vec::new());
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "toml" || ending == "properties") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        let text = if text.starts_with(['{', '[']) { without_comments(&text) } else { text };
        let Some(documents) = documents(&text) else { continue };
        let pretty = documents.iter().map(|one| serde_json::to_string_pretty(one).expect("JSON"));
        let pretty: Vec<String> = pretty.collect();
        all.extend(lost(&name, &(pretty.join("\n---\n") + "\n")));
        seen += 1;
    }
    assert!(seen >= 14, "{seen} files");
    assert!(all.is_empty(), "neither taken over nor named: {all:#?}");
}

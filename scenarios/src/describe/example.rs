//! An example of a value for every key.

use patterns::settings::{Key, Range, Shape, SumInfo, TableInfo, Unit, Variant};

use super::field::{Need, fields};
use super::json::from_toml;
use super::words::{arguments, bare, unit_of};

/// An example of a value, as it stands in a file: the one of the description, or one that follows
/// from what can be written.
pub(crate) fn example_of(key: &Key) -> String {
    let shape = key.shape();
    let written = key.example_text().filter(|text| !is_nothing(text, &shape));
    written.unwrap_or_else(|| of_shape(&shape, key.range(), 0))
}

/// An example of a table: what must be written, or its first key.
pub(crate) fn example_of_table(table: &TableInfo) -> String {
    of_table(table, 0)
}

/// Whether a value says that there is none, which is no good example.
fn is_nothing(text: &str, shape: &Shape) -> bool {
    let word = bare(text);
    match shape {
        Shape::Optional(_, words) => words.contains(&word.as_str()),
        Shape::Map(_) => word == "{}",
        _ => word == "unlimited",
    }
}

/// How deep examples go into tables and forms.
const DEPTH_MAX: usize = 4;

fn of_shape(shape: &Shape, range: Range, depth: usize) -> String {
    match shape {
        Shape::Bool => "true".to_owned(),
        Shape::Integer => format!("{}", number(range, &[3.0, 1.0, 10.0]).ceil()),
        Shape::Number => format!("{:?}", number(range, &[0.5, 2.0, 1.0])),
        Shape::Share => "\"20%\"".to_owned(),
        Shape::Duration => length(range),
        Shape::Text => "\"…\"".to_owned(),
        Shape::Form { example, .. } => match from_toml(example) {
            Some(_) => (*example).to_owned(),
            None => format!("\"{example}\""),
        },
        Shape::Name(_) => "\"github\"".to_owned(),
        Shape::Optional(inner, _) => of_shape(inner, range, depth),
        Shape::Either(all) => {
            all.first().map_or_else(String::new, |one| of_shape(one, range, depth))
        }
        Shape::List(of) => format!("[{}]", of_shape(&of(), Range::ALL, depth + 1)),
        Shape::Map(of) => format!("{{ name = {} }}", of_shape(&of(), Range::ALL, depth + 1)),
        Shape::Table(table) => of_table(table, depth),
        Shape::Sum(sum) => of_sum(sum, depth),
    }
}

fn number(range: Range, liked: &[f64]) -> f64 {
    let found = liked.iter().copied().find(|number| range.contains(*number));
    found.unwrap_or(match (range.min, range.max) {
        (Some((min, _)), Some((max, _))) => f64::midpoint(min, max),
        (Some((min, _)), None) => min + 1.0,
        (None, Some((max, _))) => max - 1.0,
        (None, None) => 1.0,
    })
}

fn length(range: Range) -> String {
    let nanos = number(range, &[3e10, 1e9, 1e6, 6e11]);
    let text = Range { min: Some((nanos, true)), max: None }.in_words(Unit::Nanos);
    format!("\"{}\"", text.trim_start_matches("at least "))
}

fn inner(key: &Key, depth: usize) -> String {
    let written = key.example_text().filter(|text| !is_nothing(text, &key.shape()));
    written.unwrap_or_else(|| {
        let range = unit_of(&key.shape()).map_or(Range::ALL, |_| key.range());
        of_shape(&key.shape(), range, depth + 1)
    })
}

fn of_table(table: &TableInfo, depth: usize) -> String {
    let fields = fields(table);
    if depth > DEPTH_MAX {
        return "{}".to_owned();
    }
    let needed = fields.iter().filter(|field| field.need == Need::Required);
    let mut keys: Vec<&Key> = needed.map(|field| field.key).collect();
    for choice in table.group_info().choices.iter().filter(|choice| !choice.has_default) {
        let form = match choice.by.map(|by| bare(&inner(by, depth))) {
            Some(word) => choice.forms.iter().find(|form| form.name == word),
            None => choice.forms.iter().find(|form| form.keys.iter().any(|key| key.is_required())),
        };
        let form = form.iter().flat_map(|form| &form.keys);
        keys.extend(form.copied().filter(|key| key.is_required()));
    }
    if keys.is_empty() {
        keys.extend(fields.first().map(|field| field.key));
    }
    let entries: Vec<String> =
        keys.iter().map(|key| format!("{key} = {}", inner(key, depth))).collect();
    format!("{{ {} }}", entries.join(", "))
}

fn of_sum(sum: &SumInfo, depth: usize) -> String {
    let variants = (sum.variants)();
    let literals = (sum.literals)();
    let extras = variants.first().map(arguments).unwrap_or_default();
    let is_alone = extras.iter().all(|key| !key.is_required());
    if let (Some(literal), true) = (literals.first(), is_alone) {
        return of_shape(literal, Range::ALL, depth);
    }
    let word = variants.iter().find(|variant| variant.keys.is_empty());
    let Some(variant) = word.or_else(|| variants.first()) else { return "\"…\"".to_owned() };
    if depth > DEPTH_MAX { format!("\"{}\"", variant.name) } else { of_variant(variant, depth) }
}

fn of_variant(variant: &Variant, depth: usize) -> String {
    let needed: Vec<&Key> = variant.keys.iter().copied().filter(|key| key.is_required()).collect();
    let times = needed.iter().find(|key| key.is_times());
    let times = times.map(|key| format!("{} x ", inner(key, depth))).unwrap_or_default();
    let values = needed.iter().filter(|key| !key.is_times());
    let values: Vec<(bool, String, String)> =
        values.map(|key| (key.is_rest(), key.name(), inner(key, depth))).collect();
    if values.iter().any(|(_, _, value)| value.starts_with(['[', '{'])) {
        return match &values[..] {
            [(true, _, value)] => format!("{{ {} = {value} }}", variant.name),
            _ => {
                let entries = values.iter().map(|(_, key, value)| format!("{key} = {value}"));
                let entries: Vec<String> = entries.collect();
                format!("{{ {} = {{ {} }} }}", variant.name, entries.join(", "))
            }
        };
    }
    if values.is_empty() {
        return format!("\"{times}{}\"", variant.name);
    }
    let values: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, (_, key, value))| match index {
            0 => bare(value),
            _ => format!("{key}={}", bare(value)),
        })
        .collect();
    format!("\"{times}{}({})\"", variant.name, values.join(", "))
}

//! Values of settings, drawn from what can be written for them.

use patterns::Class;
use patterns::settings::{
    Choice, GroupInfo, Key, NameKind, Range, Shape, SumInfo, TableInfo, Variant,
};
use scenarios::{PresetInfo, profiles};
use sim::kernel::{RngStream, RngStreams};

use crate::spelling::{Entry, bare, quoted, table_of};

/// Draws values, as they stand in a file.
pub(crate) struct Draw {
    pub(crate) rng: RngStream,
    /// The services that a value may name.
    pub(crate) services: Vec<String>,
    /// The agents and services that a value may name.
    pub(crate) callers: Vec<String>,
    /// The layers that a value may name.
    pub(crate) layers: Vec<String>,
    /// How likely a value is not what can be written.
    pub(crate) wrong: f64,
}

/// How deep tables and forms stand in each other, unless they must.
const DEPTH_MAX: usize = 3;

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        let rng = RngStreams::new(seed).stream("fuzz");
        Self { rng, services: Vec::new(), callers: Vec::new(), layers: Vec::new(), wrong: 0.0 }
    }

    pub(crate) fn chance(&mut self, of: f64) -> bool {
        self.rng.uniform() < of
    }

    /// A number from 0 on, below this one.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.rng.uniform() * count as f64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            let other = self.below(end + 1);
            all.swap(end, other);
        }
    }

    /// Keys of a table with their values, in any order.
    pub(crate) fn entries(
        &mut self,
        table: &TableInfo,
        presets: &[PresetInfo],
        depth: usize,
    ) -> Vec<Entry> {
        let info = table.group_info();
        // A layer's libraries are those of its kind, and those of a table within it its own.
        let libraries: Vec<&str> = match presets {
            [] => (table.libraries)().into_iter().map(|(name, _)| name).collect(),
            presets => presets.iter().map(|preset| preset.library).collect(),
        };
        let is_own = |key: &Key| info.own_keys.iter().any(|own| own.name() == key.name());
        let keys: Vec<&'static Key> =
            table.all_keys().into_iter().filter(|key| !key.is_named("like")).collect();
        let mut chosen: Vec<&'static Key> = Vec::new();
        let mut entries = Vec::new();
        let mut density = self.pick(&[0.05, 0.2, 0.5]).copied().unwrap_or_default();
        if depth > DEPTH_MAX {
            density = 0.0;
        }
        let like = if self.chance(0.6) { self.pick(&libraries).copied() } else { None };
        if let Some(library) = like {
            entries.push(("like".to_owned(), quoted(library)));
            match presets.iter().find(|preset| preset.library == library) {
                Some(preset) => {
                    let info = &preset.info;
                    self.choose(&preset.keys, info, 0.5, &mut chosen, &mut entries);
                }
                None => chosen.extend(info.own_keys.iter().filter(|_| self.chance(0.1))),
            }
            density = if self.chance(0.5) { 0.0 } else { 0.1 };
        }
        let keys: Vec<&'static Key> = keys.into_iter().filter(|key| !is_own(key)).collect();
        if let Some(name) = like {
            chosen.extend(keys.iter().filter(|key| key.is_required() && !is_given(name, key)));
        }
        if like.is_none() || density > 0.0 {
            self.choose(&keys, &info, density, &mut chosen, &mut entries);
        }
        chosen.sort_by_key(|key| key.name());
        chosen.dedup_by_key(|key| key.name());
        self.shuffle(&mut chosen);
        for key in chosen {
            let former = if self.chance(self.wrong / 4.0) { self.pick(key.former()) } else { None };
            let name = former.map_or_else(|| key.name(), |former| (*former).to_owned());
            let value = self.of_key(key, depth);
            entries.push((name, value));
        }
        entries
    }

    /// The layers of a profile, in a policy.
    pub(crate) fn layers_of_profile(&mut self, keys: &mut Vec<String>, text: &mut String) {
        let of_policies = profiles().iter().filter(|one| one.part("policies").is_some());
        let names: Vec<&str> = of_policies.map(|profile| profile.name).collect();
        let Some(name) = self.pick(&names) else { return };
        *keys = vec![format!("policies like {name}")];
        *text = format!("    {{ like = {} }},\n", quoted(name));
    }

    /// Which keys are written: of each choice those of one form, and of the others some. The word
    /// that names a form is written at once.
    fn choose(
        &mut self,
        keys: &[&'static Key],
        info: &GroupInfo,
        density: f64,
        chosen: &mut Vec<&'static Key>,
        entries: &mut Vec<Entry>,
    ) {
        for choice in &info.choices {
            if choice.has_default && self.chance(0.5) {
                continue;
            }
            let Some(form) = self.pick(&choice.forms) else { continue };
            if let Some(by) = choice.by.filter(|_| !self.chance(self.wrong)) {
                let word =
                    if self.chance(self.wrong) { self.wrong_value() } else { quoted(&form.name) };
                entries.push((by.name(), word));
            }
            for key in form.keys.iter().copied() {
                let often = if key.is_selecting() { 0.8 } else { 0.5 };
                let is_needed = key.is_required() && !self.chance(self.wrong);
                if is_needed || self.chance(often) {
                    chosen.push(key);
                }
            }
        }
        let has =
            |choice: &Choice, key: &Key| choice.forms.iter().any(|form| form.has(&key.name()));
        let is_word = |key: &Key| {
            let mut words = info.choices.iter().filter_map(|choice| choice.by);
            words.any(|by| by.name() == key.name())
        };
        for key in keys.iter().filter(|key| !is_word(key)) {
            if info.choices.iter().any(|choice| has(choice, key)) {
                if self.chance(self.wrong) {
                    chosen.push(key);
                }
                continue;
            }
            let is_needed = info.default_of(key).is_none() && !self.chance(self.wrong);
            if is_needed || self.chance(density) {
                chosen.push(key);
            }
        }
    }

    /// A value of a key.
    pub(crate) fn of_key(&mut self, key: &Key, depth: usize) -> String {
        if self.chance(self.wrong) {
            return self.wrong_value();
        }
        if key.has_unlimited() && self.chance(0.1) {
            return "\"unlimited\"".to_owned();
        }
        // Lists in lists come to an end: steps may have steps.
        let is_deep = depth > DEPTH_MAX && matches!(key.shape(), Shape::List(_));
        if is_deep && ["steps", "loop"].contains(&&*key.name()) {
            return "[{ work = \"1s\" }]".to_owned();
        }
        if (is_deep || self.chance(0.1))
            && let Some(example) = key.example_text()
            && !matches!(key.shape(), Shape::Name(_))
        {
            return example;
        }
        if key.is_share() && self.chance(0.3) {
            return format!("\"{}%\"", self.number(Range { min: None, max: None }, 1.0) * 100.0);
        }
        self.value(&key.shape(), key.range(), depth)
    }

    fn value(&mut self, shape: &Shape, range: Range, depth: usize) -> String {
        match shape {
            Shape::Bool => self.chance(0.5).to_string(),
            Shape::Integer => format!("{}", self.whole(range)),
            Shape::Number => format!("{:?}", self.number(range, 100.0)),
            Shape::Share if self.chance(0.5) => {
                format!("\"{}%\"", self.number(Range { min: None, max: None }, 1.0) * 100.0)
            }
            Shape::Share => format!("{:?}", self.number(Range { min: None, max: None }, 1.0)),
            Shape::Duration => quoted(&self.duration(range)),
            Shape::Text => quoted(&self.name()),
            Shape::Form { example, .. } if example.contains("->") => self.edge(),
            Shape::Form { what: "a layer", .. } => {
                let layer = self.pick(&self.layers.clone()).cloned();
                quoted(&layer.unwrap_or_default())
            }
            Shape::Form { example, .. } => self.form(example),
            Shape::Name(kind) => {
                let all = match kind {
                    NameKind::Service => self.services.clone(),
                    NameKind::Caller => self.callers.clone(),
                    NameKind::Agents => {
                        let is_one = |name: &&String| !self.services.contains(name);
                        self.callers.iter().filter(is_one).cloned().collect()
                    }
                };
                self.pick(&all).map_or_else(|| "\"nothing\"".to_owned(), |name| quoted(name))
            }
            Shape::Optional(_, words) if self.chance(0.2) => {
                self.pick(words).map_or_else(|| "\"none\"".to_owned(), |word| quoted(word))
            }
            Shape::Optional(inner, _) => self.value(inner, range, depth),
            Shape::Either(all) => {
                let one = self.pick(all).cloned();
                one.map_or_else(|| "true".to_owned(), |one| self.value(&one, range, depth))
            }
            Shape::List(of) => {
                let most = if depth > 1 { 3 } else { usize::MAX };
                let least = range.min.map_or(0, |(min, _)| min as usize);
                let count = self.items(range).min(most.max(least));
                let of = of();
                let items: Vec<String> =
                    (0..count).map(|_| self.value(&of, Range::ALL, depth + 1)).collect();
                format!("[{}]", items.join(", "))
            }
            Shape::Map(of) => self.map(&of(), depth),
            Shape::Table(table) => {
                if let Some(short) = table.short
                    && self.chance(0.3)
                    && let Some(key) = table.all_keys().into_iter().find(|key| key.is_named(short))
                {
                    return self.of_key(key, depth + 1);
                }
                table_of(&self.entries(table, &[], depth + 1))
            }
            Shape::Sum(sum) => self.sum(sum, depth),
        }
    }

    /// The way from some caller to some service, whether or not it calls it.
    fn edge(&mut self) -> String {
        let (callers, services) = (self.callers.clone(), self.services.clone());
        let [from, to] = [callers, services].map(|names| self.pick(&names).cloned());
        quoted(&format!("{} -> {}", from.unwrap_or_default(), to.unwrap_or_default()))
    }

    fn items(&mut self, range: Range) -> usize {
        let min = range.min.map_or(0, |(min, _)| min as usize);
        match self.below(20) {
            0 => min,
            1 => 20,
            _ => min.max(1) + self.below(3),
        }
    }

    fn map(&mut self, of: &Shape, depth: usize) -> String {
        // What the keys of a map are is no part of the description.
        let mut keys: Vec<String> = match of {
            Shape::Share => Class::ALL.map(|class| class.name().to_owned()).to_vec(),
            Shape::Duration => ["p0", "p100", "p50", "p99.9", "p0.001"].map(str::to_owned).to_vec(),
            _ => self.callers.clone(),
        };
        let count = self.items(Range::ALL).max(if matches!(of, Shape::Duration) { 2 } else { 0 });
        if !matches!(of, Shape::Duration) {
            self.shuffle(&mut keys);
        }
        keys.truncate(count);
        let entries = keys.into_iter().map(|key| (key, self.value(of, Range::ALL, depth + 1)));
        let mut entries: Vec<Entry> = entries.collect();
        self.shuffle(&mut entries);
        table_of(&entries)
    }

    fn sum(&mut self, sum: &SumInfo, depth: usize) -> String {
        let variants = (sum.variants)();
        let literals = (sum.literals)();
        let times = variants.iter().flat_map(|form| &form.keys).copied().find(|key| key.is_times());
        if !literals.is_empty() && (self.chance(0.3) || depth > DEPTH_MAX) {
            let literal = self.pick(&literals).cloned().unwrap_or(Shape::Duration);
            let value = self.value(&literal, Range::ALL, depth + 1);
            return match times {
                Some(key) => format!("\"{} x {}\"", bare(&self.of_key(key, depth)), bare(&value)),
                None => value,
            };
        }
        let simple: Vec<Variant> =
            variants.iter().filter(|form| form.keys.is_empty()).cloned().collect();
        let all = if depth > DEPTH_MAX && !simple.is_empty() { simple } else { variants };
        let Some(form) = self.pick(&all).cloned() else { return "\"…\"".to_owned() };
        self.variant(&form, depth)
    }

    fn variant(&mut self, form: &Variant, depth: usize) -> String {
        if form.keys.is_empty() {
            return quoted(&form.name);
        }
        let mut values: Vec<(&Key, String)> = Vec::new();
        for key in &form.keys {
            if (key.is_required() && !self.chance(self.wrong)) || self.chance(0.3) {
                values.push((key, self.of_key(key, depth + 1)));
            }
        }
        let is_deep = values.iter().any(|(_, value)| value.starts_with(['[', '{']));
        if is_deep || self.chance(0.3) {
            if let [(key, value)] = &values[..]
                && key.is_rest()
            {
                return format!("{{ {} = {value} }}", form.name);
            }
            let mut entries: Vec<Entry> =
                values.into_iter().map(|(key, value)| (key.name(), value)).collect();
            self.shuffle(&mut entries);
            return format!("{{ {} = {} }}", form.name, table_of(&entries));
        }
        let mut text = form.name.clone();
        let mut arguments = Vec::new();
        // Positions count from the first: behind one that is named, all are.
        let mut is_named = self.chance(0.3);
        for (index, (key, value)) in values.iter().enumerate() {
            if key.is_times() {
                text = format!("{} x {}", bare(value), form.name);
                continue;
            }
            let place = form.keys.iter().filter(|key| !key.is_times());
            let is_there = place.take(form.positional).any(|other| other.name() == key.name());
            is_named |= !is_there || (index > 0 && self.chance(0.5));
            let name = if is_named { format!("{}=", key.name()) } else { String::new() };
            arguments.push(name + &bare(value));
        }
        quoted(&format!("{text}({})", arguments.join(", ")))
    }
}

/// Whether a library, or a profile, says what a key is.
fn is_given(name: &str, key: &Key) -> bool {
    let Some(profile) = profiles().iter().find(|profile| profile.name == name) else { return true };
    profile.parts.iter().any(|part| part.values.iter().any(|(given, ..)| key.is_named(given)))
}

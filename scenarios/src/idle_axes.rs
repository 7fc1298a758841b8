//! What has no effect in a sweep: axes that change nothing in some variants, what they overrule,
//! and what has no effect in the file and in any of its changes.

use patterns::settings::{Code, Value};

use crate::axes::Varied;
use crate::diagnostic::Diagnostic;
use crate::path_keys;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::variants::{AS_WRITTEN, Change, Variant, places};

/// What has no effect in the file as it is written, nor with any change to it.
pub(crate) struct Idle(Vec<Diagnostic>);

impl Idle {
    /// What has no effect, out of all that was found; the rest is added to `found`.
    pub(crate) fn of(all: Vec<Diagnostic>, found: &mut Vec<Diagnostic>) -> Self {
        let (idle, rest) = all.into_iter().partition(is_idle);
        found.extend::<Vec<Diagnostic>>(rest);
        Self(idle)
    }

    /// Forgets what has an effect with these changes, of which all this was found. What has none
    /// because of a value that is written among them is added to `found`.
    pub(crate) fn look_at(
        &mut self,
        changes: &[Change<'_>],
        all: Vec<Diagnostic>,
        found: &mut Vec<Diagnostic>,
    ) {
        let Self(idle) = Self::of(all, found);
        self.0.retain(|one| idle.contains(one));
        let places = places(changes);
        found.extend(idle.into_iter().filter(|one| places.contains(&one.place())));
    }

    /// Warns of what is left.
    pub(crate) fn report(self, found: &mut Vec<Diagnostic>) {
        found.extend(self.0);
    }
}

fn is_idle(one: &Diagnostic) -> bool {
    one.code() == Code::NoEffect.name()
}

/// Warns of axes over a layer that is left out, and of values that an axis overrules.
pub(crate) fn warn_of_axes(
    file: &ScenarioFile,
    registry: &LayerRegistry,
    axes: &[Varied],
    variants: &[Variant],
    found: &mut Vec<Diagnostic>,
) {
    // Variants change nothing in variants, and there may be many of them.
    let mut alone = file.clone();
    if let Value::Table(sections) = &mut alone.root.value {
        sections.retain(|section| section.key != "variants");
    }
    for axis in axes {
        let path = &axis.path;
        warn_of_off(&alone, registry, axis, variants, found);
        let message = format!("the axis over `{path}` has values of its own");
        if let Some(at) = file.change_at(registry, path) {
            let help = "what is set here says only which cell is the file's own";
            found.push(Diagnostic::no_effect(at, message.clone()).help(help));
        }
        let changes = variants.iter().flat_map(Variant::changes);
        for (changed, at, _) in changes.filter(|(changed, ..)| is_below(changed, path)) {
            let help = format!("what the variant sets at `{changed}` is not used");
            found.push(Diagnostic::no_effect(at.clone(), message.clone()).help(help));
        }
    }
    for (place, axis) in axes.iter().enumerate() {
        if let Some(other) =
            axes[place + 1..].iter().find(|other| is_below(&axis.path, &other.path))
        {
            let message = format!("the axis over `{}` has values of its own", other.path);
            let help = "this axis comes before it, and changes nothing";
            found.push(Diagnostic::no_effect(axis.at.clone(), message).help(help));
        }
    }
}

/// Whether a path leads to the same place as another one, or to something within it.
fn is_below(path: &str, other: &str) -> bool {
    let keys = [path, other].map(path_keys::keys);
    matches!(keys, [Ok(path), Ok(other)] if path.starts_with(&other))
}

/// Warns of an axis over a layer that some variants leave out.
fn warn_of_off(
    file: &ScenarioFile,
    registry: &LayerRegistry,
    axis: &Varied,
    variants: &[Variant],
    found: &mut Vec<Diagnostic>,
) {
    let is_off_in = |variant: &&Variant| {
        let mut file = file.clone();
        let mut is_changed = true;
        for (path, at, value) in variant.changes() {
            is_changed &= file.set(registry, path, at, value.clone()).is_ok();
        }
        is_changed && file.is_off(registry, &axis.path)
    };
    let as_written = file.is_off(registry, &axis.path).then_some(AS_WRITTEN);
    let named = variants.iter().filter(is_off_in).map(|variant| variant.name.as_str());
    let off: Vec<String> =
        as_written.into_iter().chain(named).map(|name| format!("`{name}`")).collect();
    let path = &axis.path;
    let message = match off.len() {
        0 => return,
        all if all == variants.len() + 1 => format!("the layer of `{path}` is left out everywhere"),
        _ => format!("the layer of `{path}` is left out in {}", off.join(", ")),
    };
    let help = "there the axis changes nothing: its cells are all the same";
    found.push(Diagnostic::no_effect(axis.at.clone(), message).help(help));
}

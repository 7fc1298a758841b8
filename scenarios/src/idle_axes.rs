//! What has no effect in a sweep: axes that change nothing in some variants, what they overrule,
//! and what has no effect in the file and in any of its changes.

use patterns::settings::Code;

use crate::diagnostic::Diagnostic;
use crate::path_keys;
use crate::registry::LayerRegistry;
use crate::scenario_file::ScenarioFile;
use crate::variants::{AS_WRITTEN, Change, Variant, places};
use crate::variations::Variations;

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
    varied: &Variations,
    found: &mut Vec<Diagnostic>,
) {
    let Variations { axes, variants } = varied;
    warn_of_off(file, registry, varied, found);
    for axis in axes {
        let path = &axis.path;
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

/// Warns of axes over a layer that some variants leave out.
fn warn_of_off(
    file: &ScenarioFile,
    registry: &LayerRegistry,
    varied: &Variations,
    found: &mut Vec<Diagnostic>,
) {
    let Variations { axes, variants } = varied;
    let names = [AS_WRITTEN].into_iter().chain(variants.iter().map(|one| one.name.as_str()));
    let mut off = vec![Vec::new(); axes.len()];
    for (variant, name) in names.enumerate() {
        let Ok(file) = file.with(&varied.of_variant(variant), registry) else { continue };
        for (axis, off) in axes.iter().zip(&mut off) {
            if file.is_off(registry, &axis.path) {
                off.push(format!("`{name}`"));
            }
        }
    }
    for (axis, off) in axes.iter().zip(off) {
        let path = &axis.path;
        let message = match off.len() {
            0 => continue,
            all if all == variants.len() + 1 => {
                format!("the layer of `{path}` is left out everywhere")
            }
            _ => format!("the layer of `{path}` is left out in {}", off.join(", ")),
        };
        let help = "there the axis changes nothing: its cells are all the same";
        found.push(Diagnostic::no_effect(axis.at.clone(), message).help(help));
    }
}

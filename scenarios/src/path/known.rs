//! What is known of the places in a file that paths lead to.

use patterns::settings::{Key, Setting, Shape, Variant};

use crate::format::{Fault, Head, SECTIONS};
use crate::registry::LayerRegistry;

/// What is known of a place in a file.
#[derive(Clone, Debug)]
pub(crate) enum Known<'r> {
    /// The whole file.
    File,
    /// All policies.
    Policies,
    /// All faults.
    Faults,
    /// All edges.
    Edges,
    /// One policy.
    Policy,
    /// One element of a policy.
    Layer,
    /// The settings of a layer of this kind.
    Settings(&'r str),
    /// Anything that has a shape.
    Shape(Shape),
    /// The arguments of a form.
    Variant(Variant),
    /// Nothing.
    Nothing,
}

impl<'r> Known<'r> {
    /// What is known of what is below a key.
    pub(crate) fn below(&self, key: &str, registry: &'r LayerRegistry) -> Self {
        match self {
            Self::File if key == "policies" => Self::Policies,
            Self::File if key == "faults" => Self::Faults,
            Self::File if key == "edges" => Self::Edges,
            Self::File => keyed(&file_keys(), key),
            Self::Policies => Self::Policy,
            Self::Faults => Self::of(Fault::shape()),
            Self::Policy => Self::Layer,
            Self::Layer => {
                registry.kind(key).map_or(Self::Nothing, |kind| Self::Settings(kind.name))
            }
            Self::Settings(kind) => match registry.kind(kind).map(|kind| &kind.shape) {
                Some(Shape::Table(table)) => keyed(&table.all_keys(), key),
                _ => Self::Nothing,
            },
            Self::Shape(shape) => match shape {
                Shape::Table(table) => keyed(&table.all_keys(), key),
                Shape::Map(of) | Shape::List(of) => Self::of(of()),
                Shape::Sum(sum) => {
                    let found = (sum.variants)().into_iter().find(|form| form.name == key);
                    found.map_or(Self::Nothing, Self::Variant)
                }
                _ => Self::Nothing,
            },
            Self::Variant(variant) => keyed(&variant.keys, key),
            Self::Edges | Self::Nothing => Self::Nothing,
        }
    }

    /// What is known of a shape: of what may be left out, the thing itself.
    pub(crate) fn of(shape: Shape) -> Self {
        match shape {
            Shape::Optional(inner, _) => Self::of(*inner),
            Shape::Either(all) => {
                let mut all = all.into_iter();
                let is_deep = |one: &Shape| !matches!(one, Shape::Form { .. } | Shape::Share);
                all.find(is_deep).map_or(Self::Nothing, Self::of)
            }
            shape => Self::Shape(shape),
        }
    }

    /// The keys that there are, if they are known.
    pub(crate) fn keys(&self, registry: &LayerRegistry) -> Vec<&'static Key> {
        match self {
            Self::File => file_keys(),
            Self::Settings(kind) => match registry.kind(kind).map(|kind| &kind.shape) {
                Some(Shape::Table(table)) => table.all_keys(),
                _ => Vec::new(),
            },
            Self::Shape(Shape::Table(table)) => table.all_keys(),
            Self::Variant(variant) => variant.keys.clone(),
            _ => Vec::new(),
        }
    }

    /// The forms, if it is one of several.
    pub(crate) fn forms(&self) -> Vec<Variant> {
        match self {
            Self::Shape(Shape::Sum(sum)) => (sum.variants)(),
            Self::Variant(variant) => vec![variant.clone()],
            _ => Vec::new(),
        }
    }

    /// Whether the keys are the names of edges.
    pub(crate) fn is_edges(&self) -> bool {
        matches!(self, Self::Edges)
    }

    /// The keys of a table that a text of two halves stands for.
    pub(crate) fn halves(&self) -> Option<[String; 2]> {
        let Self::Shape(Shape::Table(table)) = self else { return None };
        let keys: Vec<String> = table.all_keys().into_iter().map(Key::name).collect();
        keys.try_into().ok().filter(|_| table.short.is_none())
    }

    /// The key that a value alone stands for.
    pub(crate) fn short(&self, registry: &LayerRegistry) -> Option<&'static str> {
        match self {
            Self::Settings(kind) => registry.kind(kind)?.short,
            Self::Shape(Shape::Table(table)) => table.short,
            _ => None,
        }
    }
}

fn file_keys() -> Vec<&'static Key> {
    let mut keys = Vec::new();
    <Head as patterns::settings::Group>::keys(&mut keys);
    keys.extend(SECTIONS.iter());
    keys
}

fn keyed<'r>(keys: &[&'static Key], name: &str) -> Known<'r> {
    let found = keys.iter().find(|key| key.is_named(name));
    found.map_or(Known::Nothing, |key| Known::of(key.shape()))
}

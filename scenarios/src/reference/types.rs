//! Which page describes which type.

use std::collections::BTreeMap;

use patterns::settings::Shape;

use crate::describe::{keys_in, path_of, types_in};
use crate::kind::Described;
use crate::schema::DefNames;

/// The page of forms that several pages refer to.
pub(super) const FORMS: &str = "forms";

/// A table or a sum that keys refer to.
#[derive(Clone, Debug)]
pub(super) struct Type {
    pub(super) shape: Shape,
    /// Its readable name.
    pub(super) name: String,
    /// The page that describes it.
    pub(super) page: String,
    /// Whether it is the subject of its page, so that it has no section of its own.
    pub(super) is_subject: bool,
}

/// All types, by path.
#[derive(Debug, Default)]
pub(super) struct Types {
    by_path: BTreeMap<&'static str, Type>,
    /// In the order in which they are met.
    order: Vec<&'static str>,
    names: DefNames,
}

impl Types {
    /// The types of all pages. What several pages use is on the page of forms.
    pub(super) fn of(described: &Described) -> Self {
        let mut types = Self::default();
        for kind in &described.layers {
            types.names.reserve(kind.name);
        }
        for (name, shape) in &described.parts {
            types.add(shape, name, true);
        }
        for (name, shape) in &described.parts {
            types.add_below(shape, name);
        }
        for kind in &described.layers {
            types.add(&kind.shape, kind.name, true);
            types.add_below(&kind.shape, kind.name);
            for key in kind.presets.iter().flat_map(|preset| &preset.keys) {
                types.add_all(&key.shape(), kind.name);
            }
        }
        types.settle();
        types
    }

    fn add_below(&mut self, shape: &Shape, page: &str) {
        for key in keys_in(shape) {
            self.add_all(&key.shape(), page);
        }
        if let Shape::Sum(sum) = shape {
            for literal in (sum.literals)() {
                self.add_all(&literal, page);
            }
        }
    }

    fn add_all(&mut self, shape: &Shape, page: &str) {
        for inner in types_in(shape) {
            if self.add(&inner, page, false) {
                self.add_below(&inner, page);
            }
        }
    }

    /// Adds a type; whether it was new to the page.
    fn add(&mut self, shape: &Shape, page: &str, is_subject: bool) -> bool {
        let Some(path) = path_of(shape) else { return false };
        if let Some(known) = self.by_path.get_mut(path) {
            if known.is_subject || known.page == page || known.page == FORMS {
                return false;
            }
            FORMS.clone_into(&mut known.page);
            return true;
        }
        let (shape, name, page) = (shape.clone(), self.names.name(path), page.to_owned());
        self.by_path.insert(path, Type { shape, name, page, is_subject });
        self.order.push(path);
        true
    }

    /// What a type on the page of forms refers to is there, too, unless it has a page of its own.
    fn settle(&mut self) {
        let shared = self.by_path.values().filter(|known| known.page == FORMS);
        let mut open: Vec<Shape> = shared.map(|known| known.shape.clone()).collect();
        while let Some(shape) = open.pop() {
            for inner in keys_in(&shape).iter().flat_map(|key| types_in(&key.shape())) {
                let known = path_of(&inner).and_then(|path| self.by_path.get_mut(path));
                if let Some(known) = known.filter(|known| !known.is_subject && known.page != FORMS)
                {
                    FORMS.clone_into(&mut known.page);
                    open.push(inner);
                }
            }
        }
    }

    /// The types that have a section on a page, in order.
    pub(super) fn on(&self, page: &str) -> impl Iterator<Item = &Type> {
        let all = self.order.iter().filter_map(|path| self.by_path.get(path));
        all.filter(move |known| known.page == page && !known.is_subject)
    }

    /// Where a type is described, seen from a page.
    pub(super) fn link(&self, shape: &Shape, from: &str) -> Option<String> {
        let Type { name, page, is_subject, .. } = self.by_path.get(path_of(shape)?)?;
        let file = if page == from { String::new() } else { format!("{page}.md") };
        let anchor = if *is_subject { String::new() } else { format!("#{}", anchor(name)) };
        Some(format!("[{name}]({file}{anchor})"))
    }
}

/// The anchor that Markdown renderers give a heading.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

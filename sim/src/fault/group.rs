//! What a fault does, as it is read, written and described: a word, and settings beside it.

use patterns::settings::{
    Choice, Entry, Fields, Findings, Form, Group, GroupInfo, Key, Node, Reader, Shape, SumInfo,
    Variant, choose_by, entry,
};

use super::effect::Effect;
use super::kinds::KINDS;

/// The word that says which kind is meant.
static DO: Key = Key::new("do", &[" What it does: the kind of fault."], words).example("\"hang\"");

fn words() -> Shape {
    Shape::Sum(SumInfo {
        path: "sim::fault::Effect",
        doc: &[" What a fault does."],
        variants,
        literals: Vec::new,
    })
}

fn variants() -> Vec<Variant> {
    let words = forms().into_iter().map(|Form { name, doc, .. }| Variant {
        name,
        doc,
        keys: Vec::new(),
        positional: 0,
    });
    words.collect()
}

fn forms() -> Vec<Form> {
    KINDS.iter().map(super::effect::FaultInfo::form).collect()
}

impl Group for Effect {
    fn keys(found: &mut Vec<&'static Key>) {
        found.push(&DO);
        for key in forms().into_iter().flat_map(|form| form.keys) {
            if found.iter().all(|other| other.name() != key.name()) {
                found.push(key);
            }
        }
    }

    fn read_fields(
        fields: &mut Fields<'_>,
        base: Option<&Self>,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        if let Some(base) = base.filter(|_| !fields.is_written("do")) {
            return Some(base.clone());
        }
        let read = |index: usize, fields: &mut Fields<'_>, reader: &mut Reader<'_>| {
            let _effect = (KINDS[index].read)(fields, reader);
        };
        let kind = &KINDS[choose_by(&DO, (&forms(), &read), fields, reader)?];
        fields.called(format!("`do = \"{}\"`", kind.name), |fields| (kind.read)(fields, reader))
    }

    fn write_fields(&self, out: &mut Vec<Entry>) {
        out.push(entry("do", Node::word(self.info().name)));
        self.write_settings(out);
    }

    fn check_fields(&self, found: &mut Findings) {
        self.check_settings(found);
    }

    fn describe(found: &mut GroupInfo) {
        found.choices.push(Choice { forms: forms(), has_default: false, by: Some(&DO) });
    }
}

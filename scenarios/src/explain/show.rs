//! Kinds of layer, parts, keys and forms, as text.

use patterns::settings::{Form, GroupInfo, Key, Shape, SumInfo, Variant};

use super::rows::{common_rows, key_row, type_line};
use super::sheet::Sheet;
use crate::describe::{
    Field, Need, arguments, clean, common_fields, default_of, doc_of, example_of, fields_of,
    fields_of_form, first_sentence, literals_of, own_fields, plain_field, range_of, signature,
    tagged, types_in,
};
use crate::kind::{Described, KindInfo, PresetInfo};

pub(super) fn kind(sheet: &mut Sheet, kind: &KindInfo, described: &Described) {
    sheet.title(kind.name);
    sheet.doc(&doc_of(kind));
    let mut rows: Vec<Vec<String>> = fields_of(kind).iter().map(key_row).collect();
    rows.extend(common_rows(kind, described));
    sheet.title("keys, defaults, meaning");
    sheet.rows(rows);
    if let Some(table) = kind.table() {
        choices(sheet, &table.group_info());
    }
    if let Some(short) = kind.short {
        sheet.paragraph(&format!("A value alone stands for `{short}`."));
    }
    libraries(sheet, kind);
    let measures = kind.measures();
    if !measures.is_empty() {
        sheet.title("measures of edges under a policy with it");
        sheet.rows(measures.into_iter().map(|(name, unit, text)| vec![name, unit, text]).collect());
    }
    sheet.paragraph(&format!("`explain {}.KEY` says more of a key.", kind.name));
}

/// The libraries that something can be like.
fn libraries(sheet: &mut Sheet, kind: &KindInfo) {
    if !kind.presets.is_empty() {
        sheet.title("libraries");
        let rows = kind.presets.iter();
        let rows = rows.map(|preset| vec![preset.library.to_owned(), clean(preset.about)]);
        sheet.rows(rows.collect());
    }
}

/// A kind of fault.
pub(super) fn fault(sheet: &mut Sheet, form: &Form) {
    sheet.title(&format!("do = \"{}\" in [[faults]]", form.name));
    sheet.doc(&clean(&form.doc()));
    if !form.keys.is_empty() {
        sheet.title("keys, defaults, meaning");
        sheet.rows(fields_of_form(form).iter().map(key_row).collect());
    }
    sheet.paragraph("`explain faults` says whom a fault can hit, and when it comes.");
}

fn choices(sheet: &mut Sheet, info: &GroupInfo) {
    for (by, form) in tagged(&info.choices) {
        sheet.title(&format!("{by} = \"{}\"", form.name));
        sheet.doc(&clean(&form.doc()));
        sheet.rows(fields_of_form(form).iter().map(key_row).collect());
    }
    for choice in info.choices.iter().filter(|choice| choice.by.is_none()) {
        let some = if choice.has_default { "at most" } else { "exactly" };
        sheet.paragraph(&format!("Of these groups of keys {some} one is written:"));
        let rows = choice.forms.iter().map(|form| {
            let keys: Vec<String> = form.keys.iter().map(|key| key.name()).collect();
            vec![keys.join(", "), first_sentence(&clean(&form.doc()))]
        });
        sheet.rows(rows.collect());
    }
}

pub(super) fn part(sheet: &mut Sheet, path: &str, shape: &Shape) {
    sheet.title(path);
    let doc = match shape {
        Shape::Table(table) => table.doc(),
        Shape::Sum(sum) => sum.doc(),
        _ => String::new(),
    };
    sheet.doc(&clean(&doc));
    if let Shape::Sum(sum) = shape {
        forms(sheet, sum);
    }
    keys_of(sheet, shape);
}

/// The keys of a table, each in a line.
pub(super) fn keys_of(sheet: &mut Sheet, shape: &Shape) {
    if let Shape::Table(table) = shape {
        sheet.rows(common_fields(table).iter().map(key_row).collect());
        choices(sheet, &table.group_info());
    }
}

/// All that is known of a key.
pub(super) fn key(
    sheet: &mut Sheet,
    path: &str,
    field: &Field,
    kind: Option<&KindInfo>,
    library: Option<&str>,
) {
    let key = field.key;
    sheet.title(path);
    sheet.doc(&clean(&field.doc));
    sheet.gap();
    sheet.fact("type", &type_line(key));
    if let Some(range) = range_of(key) {
        sheet.fact("range", &range.replace('`', ""));
    }
    if field.default.is_some() || field.need != Need::None {
        sheet.fact("default", &default_of(field).replace('`', ""));
    }
    sheet.fact("example", &format!("{key} = {}", example_of(key)));
    if !key.former().is_empty() {
        sheet.fact("formerly", &key.former().join(", "));
    }
    if let Some(library) = library {
        sheet.paragraph(&format!("A number of {library}: it is written beside `like`."));
    }
    for shape in types_in(&key.shape()) {
        match &shape {
            Shape::Sum(sum) => forms(sheet, sum),
            Shape::Table(table) => {
                sheet.title("keys, defaults, meaning");
                keys_of(sheet, &shape);
                if let Some(short) = table.short {
                    sheet.paragraph(&format!("A value alone stands for `{short}`."));
                }
            }
            _ => {}
        }
    }
    if let Some(kind) = kind.filter(|_| library.is_none()) {
        if key.is_named(kind.name) {
            libraries(sheet, kind);
        }
        presets_with(sheet, key, field, kind);
    }
}

/// What each library sets a key to.
fn presets_with(sheet: &mut Sheet, key: &Key, field: &Field, kind: &KindInfo) {
    let is_own = fields_of(kind).iter().any(|own| own.key.name() == key.name());
    if kind.presets.is_empty() || !is_own {
        return;
    }
    let rows = kind.presets.iter().map(|preset| {
        let value = match (preset.value_of(key), field.need) {
            (Some(value), _) => value.to_string(),
            // Some of its own numbers must be written.
            _ if preset.settings.is_none() => "what follows from its numbers".to_owned(),
            (None, Need::OfForm) => "not used".to_owned(),
            (None, _) => "the default".to_owned(),
        };
        vec![preset.library.to_owned(), value]
    });
    sheet.title("with `like`");
    sheet.rows(rows.collect());
}

/// The forms of a value.
fn forms(sheet: &mut Sheet, sum: &SumInfo) {
    sheet.title(if sum.is_choice() { "words" } else { "forms" });
    let literals = literals_of(sum).into_iter();
    let mut rows: Vec<Vec<String>> =
        literals.map(|literal| vec![literal, "Without a name.".to_owned()]).collect();
    let variants = (sum.variants)();
    rows.extend(
        variants
            .iter()
            .map(|variant| vec![signature(variant), first_sentence(&clean(&variant.doc()))]),
    );
    sheet.rows(rows);
    let extras = variants.first().map(arguments).unwrap_or_default();
    if !extras.is_empty() {
        sheet.title("arguments of every form");
        sheet.rows(extras.into_iter().map(|key| key_row(&plain_field(key))).collect());
    }
}

pub(super) fn form(sheet: &mut Sheet, path: &str, variant: &Variant) {
    sheet.title(path);
    sheet.doc(&clean(&variant.doc()));
    sheet.gap();
    sheet.fact("form", &signature(variant));
    if !variant.keys.is_empty() {
        sheet.title("arguments, defaults, meaning");
        sheet.rows(variant.keys.iter().map(|key| key_row(&plain_field(key))).collect());
    }
}

/// What a library's numbers are, and what follows from them.
pub(super) fn preset(sheet: &mut Sheet, preset: &PresetInfo) {
    if !preset.keys.is_empty() {
        sheet.title("its own numbers");
        sheet.rows(own_fields(preset).iter().map(key_row).collect());
        choices(sheet, &preset.info);
    }
    let entries = preset.settings.as_ref().and_then(|settings| settings.entries());
    if let Some(entries) = entries {
        sheet.title("what follows from them");
        sheet.rows(
            entries.iter().map(|entry| vec![entry.key.clone(), entry.node.to_string()]).collect(),
        );
    }
}

//! All pages: the index, one for each part of a file and kind of layer, forms and codes.

use patterns::settings::{Node, Shape};

use super::formats::{IMPORT, import_page};
use super::page::{Page, ReferencePage};
use super::types::{FORMS, Types};
use crate::codes::{CODES, CodeInfo, RULES, RuleInfo};
use crate::describe::{
    clean, doc_of, example_of, example_of_table, fields_of, first_sentence, own_fields, plain_field,
};
use crate::kind::{Described, KindInfo, PresetInfo};
use crate::profiles::{Profile, SECTIONS, profiles};

/// All pages, the index first.
pub(crate) fn pages(described: &Described) -> Vec<ReferencePage> {
    let types = Types::of(described);
    let mut pages = vec![index(described)];
    for (name, shape) in &described.parts {
        pages.push(part(name, shape, described, &types));
    }
    for kind in &described.layers {
        pages.push(layer(kind, described, &types));
    }
    pages.push(forms(&types));
    pages.push(all_profiles());
    pages.push(import_page());
    pages.push(codes());
    pages.push(rules());
    pages
}

fn index(described: &Described) -> ReferencePage {
    let mut page = Page::new("Reference");
    page.paragraph(
        "Every key of a scenario file, with its type, default, range and meaning. These pages \
         are made from the descriptions by which files are read; `wavetank explain` shows the \
         same in the terminal.",
    );
    page.heading(2, "The file");
    let sections = described.sections.iter().map(|key| {
        let has_page = described.parts.iter().any(|(name, _)| key.is_named(name));
        let name = if has_page { format!("[`{key}`]({key}.md)") } else { format!("`{key}`") };
        vec![name, first_sentence(&clean(&key.doc()))]
    });
    let is_section = |name: &str| described.sections.iter().any(|key| key.is_named(name));
    let others = described.parts.iter().filter(|(name, _)| !is_section(name));
    let others = others.map(|(name, shape)| {
        vec![format!("[{name}]({name}.md)"), first_sentence(&doc_of_shape(shape))]
    });
    page.table(&["part", "what it is"], others.chain(sections).collect());
    page.heading(2, "Layers");
    page.paragraph(
        "A policy is a list of layers, the outermost first: `guarded = [{ retry = { … } }, \
         { timeout = \"30s\" }]`. The value `\"off\"` leaves a layer out. Every layer has the \
         key `per`:",
    );
    page.fields(&[plain_field(described.per)], &Types::default(), "README");
    let layers = described.layers.iter().map(|kind| {
        let libraries: Vec<&str> = kind.presets.iter().map(|preset| preset.library).collect();
        let name = format!("[`{0}`]({0}.md)", kind.name);
        vec![name, first_sentence(&doc_of(kind)), libraries.join(", ")]
    });
    page.table(&["layer", "what it does", "`like`"], layers.collect());
    page.heading(2, "More");
    page.paragraph(&format!(
        "[Forms]({FORMS}.md) that several keys share, [profiles](profiles.md) of services, of \
         their traffic and of frameworks, the [formats]({IMPORT}.md) of libraries that can be \
         imported and exported, the [codes](codes.md) of mistakes, and the [rules](rules.md) of \
         `wavetank lint`.",
    ));
    page.finish("README")
}

fn doc_of_shape(shape: &Shape) -> String {
    match shape {
        Shape::Table(table) => clean(&table.doc()),
        Shape::Sum(sum) => clean(&sum.doc()),
        _ => String::new(),
    }
}

fn part(name: &str, shape: &Shape, described: &Described, types: &Types) -> ReferencePage {
    let mut page = Page::new(name);
    page.doc(&doc_of_shape(shape));
    let section = described.sections.iter().find(|key| key.is_named(name));
    if let Some(section) = section {
        page.paragraph(&match section.shape() {
            Shape::Map(_) => format!("In a file: `[{section}.NAME]`, once for each."),
            Shape::List(_) => format!("In a file: `[[{section}]]`, once for each."),
            _ => format!("In a file: `[{section}]`."),
        });
    }
    if let Shape::Table(table) = shape
        && !(table.libraries)().is_empty()
    {
        page.paragraph(
            "With `like = \"NAME\"`, a [profile](profiles.md) says what is not written here.",
        );
    }
    page.type_body(shape, types, name);
    page.types(types, name);
    page.finish(name)
}

fn layer(kind: &KindInfo, described: &Described, types: &Types) -> ReferencePage {
    let mut page = Page::new(kind.name);
    page.doc(&doc_of(kind));
    page.example(&layer_example(kind));
    let fields = fields_of(kind);
    if let Some(short) = kind.short
        && let Some(field) = fields.iter().find(|field| field.key.is_named(short))
    {
        let example = example_of(field.key);
        page.paragraph(&format!(
            "A value alone stands for `{short}`: `{name} = {example}` is `{name} = {{ {short} = \
             {example} }}`.",
            name = kind.name,
        ));
    }
    page.heading(2, "Keys");
    page.fields(&fields, types, kind.name);
    if let Some(table) = kind.table() {
        page.choices(&table.group_info());
    }
    page.paragraph(&format!(
        "Beside these, every layer has the key [`{per}`](README.md#layers), which says who shares \
         an instance of it.",
        per = described.per,
    ));
    page.details(&fields);
    measures(&mut page, kind);
    libraries(&mut page, kind, types);
    page.types(types, kind.name);
    page.finish(kind.name)
}

/// What is measured of a kind of layer.
fn measures(page: &mut Page, kind: &KindInfo) {
    let measures = kind.measures();
    let Some((example, ..)) = measures.first() else { return };
    page.heading(2, "Measures");
    page.paragraph(&format!(
        "Of each edge under a policy with this layer, as in `edges.\"FROM -> TO\".{example}`. \
         Where a policy has several such layers, `{kind}` stands for all of them together, and \
         `{kind}#1`, `{kind}#2` for each, from the outermost on. A layer that several edges share \
         has the same numbers on all of them. What happens counts from the end of the warm-up on.",
        kind = kind.name,
    ));
    let rows = measures
        .iter()
        .map(|(name, unit, text)| vec![format!("`{name}`"), unit.clone(), text.clone()]);
    page.table(&["measure", "unit", "meaning"], rows.collect());
}

/// A layer as it stands in a policy, with what must be written.
fn layer_example(kind: &KindInfo) -> String {
    let example = kind.table().map(|table| example_of_table(&table));
    format!("{{ {} = {} }}", kind.name, example.unwrap_or_else(|| "{}".to_owned()))
}

fn libraries(page: &mut Page, kind: &KindInfo, types: &Types) {
    if kind.presets.is_empty() {
        return;
    }
    page.heading(2, "Libraries");
    page.paragraph(
        "With `like`, the settings of a library hold where nothing else is written. Its own \
         numbers can be written too: what follows from them changes with them.",
    );
    for preset in &kind.presets {
        page.heading(3, &format!("`like = \"{}\"`", preset.library));
        page.doc(&clean(preset.about));
        if let Some(line) = sets(preset) {
            page.paragraph(&line);
        }
        if !preset.keys.is_empty() {
            page.paragraph("Its own numbers:");
            page.fields(&own_fields(preset), types, kind.name);
            page.choices(&preset.info);
        }
    }
}

/// What a library sets the keys to.
fn sets(preset: &PresetInfo) -> Option<String> {
    let entries = preset.settings.as_ref()?.entries()?;
    let set: Vec<String> =
        entries.iter().map(|entry| format!("`{} = {}`", entry.key, entry.node)).collect();
    Some(match &set[..] {
        [] => "It sets every key to its default.".to_owned(),
        set => format!("It sets {}.", set.join(", ")),
    })
}

/// Forms that several pages use.
fn forms(types: &Types) -> ReferencePage {
    let mut page = Page::new("Forms");
    page.paragraph(
        "Values of several forms are written as text, `exponential(1s, factor=2)`, or as a table \
         with the form as its key, `{ exponential = { base = \"1s\", factor = 2 } }`. Arguments \
         before an `=` go by name, the others by position.",
    );
    page.types(types, FORMS);
    page.finish(FORMS)
}

fn all_profiles() -> ReferencePage {
    let mut page = Page::new("Profiles");
    page.paragraph(
        "What is known of services, of their traffic and of the frameworks that call them. With \
         `like = \"NAME\"` in `[services.NAME]` or `[agents.NAME]`, the values of a profile hold \
         where nothing else is written; in a policy, `{ like = \"NAME\" }` stands for its layers. \
         Values change weekly, and some are assumptions: each says from where and from when it is.",
    );
    for section in SECTIONS {
        page.heading(2, &format!("Of {section}"));
        let of = profiles().iter().filter(|profile| profile.part(section).is_some());
        let row = |profile: &Profile| {
            vec![format!("`{}`", profile.name), profile.about.clone(), profile.as_of.clone()]
        };
        page.table(&["profile", "what it is", "as of"], of.map(row).collect());
    }
    for profile in profiles() {
        page.heading(2, &format!("`{}`", profile.name));
        page.paragraph(&format!("{}, as of {}.", profile.about, profile.as_of));
        if let Some(licence) = &profile.licence {
            page.paragraph(&format!("Licence: {licence}."));
        }
        for part in &profile.parts {
            page.heading(3, &format!("In `{}`", part.section));
            let row = |(key, value, from): &(String, Node, String)| {
                vec![format!("`{key}`"), format!("`{value}`"), from.clone()]
            };
            page.table(&["key", "value", "from"], part.values.iter().map(row).collect());
        }
    }
    page.finish("profiles")
}

fn codes() -> ReferencePage {
    let mut page = Page::new("Codes");
    page.paragraph(
        "Every message about a scenario file has a code. The codes are stable; the words of the \
         messages are not.",
    );
    for CodeInfo { name, meaning, wrong, right, .. } in &CODES {
        page.heading(2, &format!("`{name}`"));
        page.paragraph(meaning);
        page.example(&format!("# wrong\n{wrong}\n\n# right\n{right}"));
    }
    page.finish("codes")
}

fn rules() -> ReferencePage {
    let mut page = Page::new("Rules");
    page.paragraph(
        "What `wavetank lint` looks for in configurations, scenarios and reports. The names are \
         stable; the words of the findings are not. Numbers with L are those of slips in the \
         course, letters with numbers are its claims, and `7.6` is a rule for reports that is no \
         slip of the course.",
    );
    for RuleInfo { name, meaning, change, source } in &RULES {
        page.heading(2, &format!("`{name}`"));
        page.paragraph(meaning);
        page.paragraph(&format!("{change} ({source})"));
    }
    page.finish("rules")
}

//! Schema, reference and explanations of the layers that come with the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use expect_test::expect_file;
use scenarios::{LayerRegistry, ScenarioFile, explain, reference, schema};
use toml::{Table, Value};

/// `UPDATE_EXPECT=1` rewrites the pages.
#[test]
fn the_reference_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference");
    let mut names = BTreeSet::new();
    for page in reference(&LayerRegistry::builtin()) {
        expect_file![folder.join(&page.file)].assert_eq(&page.text);
        names.insert(page.file);
    }
    let files = fs::read_dir(&folder).expect("there is a folder of pages");
    for file in files {
        let name = file.expect("it can be read").file_name();
        let name = name.to_str().expect("names are plain");
        assert!(names.contains(name), "{name} is no page any more");
    }
}

/// Puts a case over the base: tables key by key, all else whole.
fn put(base: &mut Table, over: &Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => put(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The same cases are put to the schema by `schema_check.py`.
#[test]
fn the_reader_judges_the_cases_as_the_schema_does() {
    let cases: Table = toml::from_str(include_str!("../schema_cases.toml")).expect("it is TOML");
    let registry = LayerRegistry::builtin();
    for case in cases["cases"].as_array().expect("a list of cases") {
        let about = case["about"].as_str().expect("what it is about");
        let mut file = cases["base"].as_table().expect("a file").clone();
        put(&mut file, case["file"].as_table().expect("a table"));
        let text = toml::to_string(&file).expect("tables are TOML");
        let read = ScenarioFile::parse("case.toml", &text).expect("it is TOML").scenario(&registry);
        let is_read = read.is_ok();
        let why = read.err().map(|wrong| wrong.to_string()).unwrap_or_default();
        assert_eq!(case["reads"].as_bool(), Some(is_read), "{about}: {why}\n{text}");
    }
}

#[test]
fn every_kind_of_layer_is_in_schema_reference_and_explanations() {
    let registry = LayerRegistry::builtin();
    let schema: serde_json::Value =
        serde_json::from_str(&schema(&registry)).expect("the schema is JSON");
    let pages = reference(&registry);
    for kind in registry.kinds() {
        assert!(schema["$defs"][kind].is_object(), "{kind}");
        assert!(pages.iter().any(|page| page.file == format!("{kind}.md")), "{kind}");
        assert!(explain(kind, &registry).is_ok(), "{kind}");
    }
}

//! The pages have every key and code, and their links lead somewhere.

use super::{ReferencePage, pages, types};
use crate::codes::CODES;
use crate::describe::{default_of, fields_of, fixture};

/// The pages that links of a page lead to, each with its anchor.
fn links(page: &ReferencePage) -> Vec<(String, String)> {
    let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let own = targets.filter(|target| !target.starts_with("http"));
    own.map(|target| {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = if file.is_empty() { &page.file } else { file };
        (file.to_owned(), anchor.to_owned())
    })
    .collect()
}

fn anchors(page: &ReferencePage) -> Vec<String> {
    let headings = page.text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| types::anchor(line.trim_start_matches('#').trim())).collect()
}

#[test]
fn every_key_of_every_layer_has_a_line_with_its_default() {
    for described in fixture::worlds() {
        let pages = pages(&described);
        for kind in &described.layers {
            let page = pages.iter().find(|page| page.file == format!("{}.md", kind.name));
            let page = page.expect("every kind has a page");
            for field in fields_of(kind) {
                let line = format!("| `{}` | ", field.key);
                let line = page.text.lines().find(|text| text.starts_with(&line));
                let line = line.unwrap_or_else(|| panic!("{}.{}", kind.name, field.key));
                assert!(line.contains(&default_of(&field).replace('|', "\\|")), "{line}");
            }
            for preset in &kind.presets {
                assert!(page.text.contains(&format!("### `like = \"{}\"`", preset.library)));
            }
        }
    }
}

#[test]
fn links_lead_to_pages_and_headings() {
    for described in fixture::worlds() {
        let pages = pages(&described);
        for page in &pages {
            for (file, anchor) in links(page) {
                let target = pages.iter().find(|page| page.file == file);
                let target = target.unwrap_or_else(|| panic!("{} links to {file}", page.file));
                let is_there = anchor.is_empty() || anchors(target).contains(&anchor);
                assert!(is_there, "{} links to {file}#{anchor}", page.file);
            }
        }
    }
}

#[test]
fn lines_of_prose_are_short_and_names_of_files_differ() {
    for described in fixture::worlds() {
        let pages = pages(&described);
        for (index, page) in pages.iter().enumerate() {
            assert!(pages[..index].iter().all(|other| other.file != page.file), "{}", page.file);
            for line in page.text.lines().filter(|line| !line.starts_with(['|', '#'])) {
                let is_short = line.chars().count() <= 100 || !line.contains(' ');
                assert!(is_short, "{}: {line}", page.file);
            }
        }
    }
}

#[test]
fn every_code_has_a_section() {
    let pages = pages(&fixture::described());
    let page = pages.iter().find(|page| page.file == "codes.md").expect("there is one");
    for code in &CODES {
        assert!(page.text.contains(&format!("\n## `{}`\n", code.name)), "{}", code.name);
    }
}

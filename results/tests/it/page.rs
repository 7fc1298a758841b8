//! The page: well-formed whatever the names are, true to the numbers, and of a size that stays
//! usable.

use results::chart::{lines, svg};
use results::page::{CELLS_MAX, PICTURE_MAX, Page, Picture, Verdict, cells, of_cell, of_record};
use results::{Measured, SweepResult};
use roxmltree::{Document, Node};
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::measure::{Better, Measure};
use sim::{Watch, run};

use crate::markup::{HOSTILE, elements, parsed, text};
use crate::table;

fn rows<'a>(page: &'a Document<'_>, table: &str) -> Vec<Node<'a, 'a>> {
    let found = page.descendants().find(|node| node.attribute("id") == Some(table));
    let body = found.unwrap().descendants().find(|node| node.has_tag_name("tbody")).unwrap();
    body.children().filter(Node::is_element).collect()
}

fn hostile() -> Page {
    let [tag, end, quotes, foreign, turned, control] = HOSTILE.map(str::to_owned);
    let (mut result, _) = table::result(&["agents.a.latency.mean"]);
    result.design.axes[0].values = vec![tag.clone(), end.clone(), quotes.clone()];
    result.design.variants = vec![foreign.clone()];
    let mut tables = of_cell(&result, 1, &[]);
    tables.push(cells(&result, |_| HOSTILE.concat()));
    let all = HOSTILE.concat();
    let svg = svg(&lines(&result).unwrap());
    Page {
        title: all.clone(),
        about: end,
        command: quotes.clone(),
        warnings: vec![foreign, all.clone()],
        verdicts: vec![Verdict { text: tag, holds: Some(false), found: turned }],
        said: all.clone(),
        pictures: vec![Picture::new(&control, svg, vec![quotes])],
        tables,
        files: vec![all],
    }
}

/// What is left of a text in a page: signs that no page may have are replaced.
fn shown(text: &str) -> String {
    let kept = |c: char| !(c.is_control() || "\u{202e}\u{2066}\u{ffff}".contains(c));
    text.chars().map(|c| if kept(c) { c } else { '\u{fffd}' }).collect()
}

#[test]
fn a_page_is_well_formed_and_says_what_was_meant_whatever_the_names_are() {
    let html = hostile().html();
    assert_eq!(html, hostile().html(), "the same again");
    let page = parsed(&html);
    let all = shown(&HOSTILE.concat());
    assert_eq!(text(elements(&page, "h1")[0]), all);
    assert_eq!(text(elements(&page, "title")[0]), format!("{all} – Wavetank"));
    assert_eq!(text(elements(&page, "pre")[0]), all);
    assert_eq!(text(elements(&page, "code")[0]), HOSTILE[2]);
    let row = rows(&page, "cells")[1];
    assert_eq!(row.attribute("data-again"), Some(&*all));
    assert!(text(row).contains(HOSTILE[1]), "{}", text(row));
    assert_eq!(elements(&page, "script").len(), 1);
    for node in page.descendants() {
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{attribute:?}");
            let loads = ["src", "srcset", "data", "poster", "action"].contains(&attribute.name());
            assert!(!loads, "{attribute:?}");
        }
    }
    for loads in ["url(", "@import", "@font-face", "http-equiv=\"refresh\"", "<link", "<base"] {
        assert!(!html.contains(loads), "{loads}");
    }
}

/// Two pictures have letters in common, and each name is there once.
#[test]
fn pictures_keep_their_titles_and_follow_the_switch() {
    let (result, _) = table::result(&["agents.a.latency.mean"]);
    let scene = lines(&result).unwrap();
    let named = |name: &str| Picture::new(name, svg(&scene), vec![format!("{name}.svg")]);
    let page = Page { pictures: vec![named("one"), named("two")], ..Page::default() }.html();
    let parsed = parsed(&page);
    let mut ids: Vec<&str> = parsed.descendants().filter_map(|node| node.attribute("id")).collect();
    ids.sort_unstable();
    let number = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), number, "an id is there twice");
    assert_eq!(elements(&parsed, "figure").len(), 2);
    assert_eq!(elements(&parsed, "style").len(), 1, "styles are of the page");
    assert!(
        page.contains("@media screen{:root:has(#dark:checked){"),
        "the switch turns pictures dark"
    );
    // What two say is said once.
    let findings = parsed.descendants().find(|node| node.attribute("class") == Some("findings"));
    let findings: Vec<String> =
        findings.unwrap().children().filter(Node::is_element).map(text).collect();
    assert_eq!(findings, [scene.title()]);
}

#[test]
fn a_picture_that_is_too_large_stands_beside_the_page() {
    let (result, _) = table::result(&["agents.a.latency.mean"]);
    let mut drawn = svg(&lines(&result).unwrap());
    drawn += &" ".repeat(PICTURE_MAX);
    let picture = Picture::new("lines", drawn, vec!["lines.svg".to_owned()]);
    let title = picture.title.clone();
    let html = Page { pictures: vec![picture], ..Page::default() }.html();
    let page = parsed(&html);
    assert!(html.len() < PICTURE_MAX / 10, "{} bytes", html.len());
    let figure = elements(&page, "figure")[0];
    assert!(text(figure).contains(&title) && text(figure).contains("too large for this page"));
    assert!(figure.descendants().any(|node| node.attribute("href") == Some("lines.svg")));
}

/// Cell 2,099 has the best mean, and the file's own, which is the worst, is there all the same.
#[test]
fn of_too_many_cells_the_best_and_the_files_own_are_on_the_page() {
    let cells_there = CELLS_MAX + 100;
    let (system, slow) = (table::system(2), table::system(8));
    let measure = Measure::parse("agents.a.latency.mean", &system).unwrap();
    let design = SweepDesign {
        title: "Many".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![Axis {
            path: "services.s.latency".to_owned(),
            values: (0..cells_there).map(|value| format!("{value}")).collect(),
            role: AxisRole::Condition,
        }],
        default: Some(vec![7]),
        replications: 1,
        seed: 1,
        objective: measure.clone(),
        better: Better::Lower,
    };
    let mut result = SweepResult::new(design, vec![measure], "wavetank sweep it".to_owned());
    let [fast, slow] = [system, slow]
        .map(|system| Measured::of(&result.measures, &run(&system, 1, Watch::Counts)));
    for cell in 0..cells_there {
        result.add(cell, 0, if cell < 50 { &slow } else { &fast });
    }
    let again = |cell| format!("wavetank run many.toml --cell {cell}");
    let table = cells(&result, again);
    assert!(table.note.contains("the 2000 best of 2100 cells; all are in summary.csv"));
    let html = Page { tables: vec![table], ..Page::default() }.html();
    let page = parsed(&html);
    let keys: Vec<usize> = rows(&page, "cells")
        .iter()
        .map(|row| row.attribute("data-key").unwrap().parse().unwrap())
        .collect();
    // All are alike from 50 on, and the first of them are taken.
    let expected: Vec<usize> = [7].into_iter().chain(50..CELLS_MAX + 49).collect();
    assert_eq!(keys, expected);
    assert!(html.len() < CELLS_MAX * 1200, "{} bytes", html.len());
}

#[test]
fn every_measure_of_a_run_is_on_its_page_and_those_asked_for_come_first() {
    let system = table::system(4);
    let record = run(&system, 1, Watch::Counts);
    let all = Measure::all(&system);
    let asked = [Measure::parse("services.s.utilisation", &system).unwrap()];
    let tables = of_record(&all, &asked, &record);
    let html = Page { tables, ..Page::default() }.html();
    let page = parsed(&html);
    let key = rows(&page, "key-numbers");
    assert_eq!(key[0].attribute("data-key"), Some("services.s.utilisation"));
    assert!(key.iter().any(|row| row.attribute("data-key") == Some("agents.a.success")));
    let every = rows(&page, "all-numbers");
    assert_eq!(every.len(), all.len());
    for (row, measure) in every.iter().zip(&all) {
        assert_eq!(row.attribute("data-key"), Some(measure.path()));
        let number = row.descendants().find(|node| node.has_tag_name("data")).unwrap();
        let value: Option<f64> = number.attribute("value").unwrap().parse().ok();
        assert_eq!(value, Some(measure.of(&record)).filter(|value| value.is_finite()));
        assert!(text(*row).contains(measure.definition()));
    }
}

//! The report as a page and as Markdown: whole whatever the names are, and every figure in it can
//! be followed.

use std::collections::BTreeSet;
use std::path::Path;

use patterns::Duration;
use proptest::prelude::*;
use results::chart::{lines, svg};
use results::report::{
    Block, Document, Figure, Figures, alerts, choose, code, html, markdown, strong,
};
use results::{Measured, SweepResult};
use roxmltree::{Document as Xml, Node};
use sim::design::SweepDesign;
use sim::kernel::Distribution;
use sim::measure::{Better, Measure};
use sim::series::{SeriesDesign, run_in_pieces};
use sim::{Record, RunOptions, System, Watch, run};

use crate::markup::{HOSTILE, elements, parsed, text};
use crate::table;

/// The same, and what would break Markdown.
fn hostile() -> Vec<&'static str> {
    let more = [
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.of.agents",
        "| a | b |\n| --- | --- |\n```\n# no heading\r\n- no point [a](b) ![c](d) ``e`` **f** $g$ \\",
    ];
    HOSTILE.into_iter().chain(more).collect()
}

fn by_id<'a>(page: &'a Xml<'_>, id: &str) -> Node<'a, 'a> {
    let mut found = page.descendants().filter(|node| node.attribute("id") == Some(id));
    let first = found.next().unwrap_or_else(|| panic!("there is no {id}"));
    assert!(found.next().is_none(), "{id} is there twice");
    first
}

const MEASURES: [&str; 4] =
    ["agents.a.latency.mean", "agents.a.latency.p99", "agents.a.success", "services.s.utilisation"];

/// A sweep over variants, each of a service that takes a second more.
fn result(variants: &[&str]) -> SweepResult {
    let systems: Vec<_> = (2..).take(variants.len()).map(table::system).collect();
    let measure = |path: &&str| Measure::parse(path, &systems[0]).unwrap();
    let measures: Vec<Measure> = MEASURES.iter().map(measure).collect();
    let design = SweepDesign {
        title: "Support desk".to_owned(),
        variants: variants.iter().map(ToString::to_string).collect(),
        axes: Vec::new(),
        default: Some(Vec::new()),
        replications: 4,
        seed: 1,
        objective: measures[0].clone(),
        better: Better::Lower,
    };
    let command = format!("wavetank sweep desk.toml --seed 1 {}", variants.last().unwrap());
    let mut result = SweepResult::new(design, measures, command);
    for (cell, system) in systems.iter().enumerate() {
        for replication in 0..4 {
            let record = run(system, u64::from(replication) + 1, Watch::Counts);
            let one = Measured::of(&result.measures, &record);
            result.add(cell, replication, &one);
        }
    }
    result
}

/// A report as a client gets it, of a system whose parts have these names.
fn report(title: &str, names: &[&str]) -> (Document, Vec<Figure>) {
    let result = result(names);
    let figures = Figures::new(&result);
    let mut report = Document { title: title.to_owned(), ..Document::default() };
    let [all, first] = [names.concat(), names[0].to_owned()];
    report.say(format!(
        "{first} answers {} of its tasks, and takes {} for one in the middle. What follows was \
         measured in 4 runs of each of {} variants; every figure leads to the command that makes \
         it again.",
        figures.level(0, 2),
        figures.level(0, 0),
        names.len()
    ));
    let banner =
        format!("{} The service {} has no deadline.", strong("Not ready."), code(names[1]));
    report.blocks.push(Block::Banner(banner));
    report.heading(2, "What was asked");
    let point = |name: &&str| format!("{name}: the rules of {}", code(name));
    report.list(names.iter().map(point).collect());
    report.heading(4, format!("Of {}", code(&all)));
    report.say(format!("{all} is {}.", strong(&all)));
    report.blocks.push(Block::Log(vec![format!("00:00:01.250 {all}"), format!("2 {first}")]));
    report.heading(2, format!("What {first} comes to"));
    for level in [3, 3] {
        report.heading(level, "Each measure");
        let rows = names.iter().enumerate().map(|(variant, name)| {
            let levels = (0..MEASURES.len()).map(|measure| figures.level(variant, measure));
            let changes = (0..2).map(|measure| figures.change(variant, measure));
            [(*name).to_owned()].into_iter().chain(levels).chain(changes).collect()
        });
        let columns = ["", "Mean", "p99", "Success", names[0], "Mean: by how much", "p99"];
        report.table(format!("What each variant comes to, {first}"), &columns, rows.collect());
    }
    report.heading(2, "In pictures");
    let drawn = svg(&lines(&table::result(&MEASURES[..1]).0).unwrap());
    for name in [all.as_str(), "lines"] {
        let says = format!("{name} takes {}.", figures.level(1, 0));
        report.blocks.push(Block::Picture { name: name.to_owned(), svg: drawn.clone(), says });
    }
    (report, figures.all())
}

const READABLE: [&str; 5] = ["as written", "slow", "no-retries", "with-deadline", "cheap model"];

/// A page as it is looked at by `cli/tests/report_check.py`.
fn written(name: &str, html: &str) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, html).unwrap();
}

fn check(html: &str, figures: &[Figure]) {
    let page = parsed(html);
    let ids: Vec<&str> = page.descendants().filter_map(|node| node.attribute("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id is there twice");
    for link in elements(&page, "a").iter().chain(&elements(&page, "use")) {
        let to = link.attribute("href").unwrap().strip_prefix('#').unwrap();
        assert!(unique.contains(to), "there is no {to}");
        assert!(link.ancestors().skip(1).all(|node| !node.has_tag_name("a")), "a link in a link");
    }
    assert!(elements(&page, "script").is_empty());
    for attribute in page.descendants().flat_map(|node| node.attributes()) {
        let loads = ["src", "srcset", "data", "poster", "action"].contains(&attribute.name());
        assert!(!loads && !attribute.name().starts_with("on"), "{attribute:?}");
    }
    for loads in ["url(", "@import", "@font-face", "http-equiv=\"refresh\"", "<link", "<base"] {
        assert!(!html.contains(loads), "{loads}");
    }
    let level = |node: Node<'_, '_>| node.tag_name().name().strip_prefix('h')?.parse::<u8>().ok();
    let levels: Vec<u8> = page.descendants().filter_map(level).collect();
    assert_eq!(levels[0], 1);
    assert!(levels[1..].iter().all(|level| *level > 1), "only the title is of level 1");
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "a level is skipped: {levels:?}");
    for table in elements(&page, "table") {
        let caption = table.children().find(Node::is_element).unwrap();
        assert!(caption.has_tag_name("caption") && !text(caption).is_empty());
        let region = table.parent().unwrap();
        assert_eq!(region.attribute("tabindex"), Some("0"));
        assert_eq!(region.attribute("role"), Some("region"));
        assert!(region.attribute("aria-label").is_some_and(|label| !label.is_empty()));
        for row in table.descendants().filter(|node| node.has_tag_name("tr")) {
            let is_head = row.parent().unwrap().has_tag_name("thead");
            for (column, cell) in row.children().enumerate() {
                let expected = [None, Some("col"), Some("row")];
                let scope = match (is_head, column) {
                    (true, _) if !text(cell).trim().is_empty() => expected[1],
                    (false, 0) => expected[2],
                    _ => expected[0],
                };
                assert_eq!(cell.attribute("scope"), scope, "{}", text(cell));
            }
        }
    }
    can_be_followed(&page, figures);
}

/// Each figure is where it is shown, leads to its row by a link, and that row leads back.
fn can_be_followed(page: &Xml<'_>, figures: &[Figure]) {
    assert!(figures.len() > 20, "{} figures", figures.len());
    for (place, figure) in figures.iter().enumerate() {
        let number = place + 1;
        let link = by_id(page, &format!("n{number}"));
        assert_eq!(text(link), figure.shown);
        assert_eq!(link.attribute("href"), Some(&*format!("#from-{number}")));
        let Figure { variant, measure, command, .. } = figure;
        let said = link.attribute("title").unwrap();
        let row = by_id(page, &format!("from-{number}"));
        let group = row.ancestors().find(|node| node.has_tag_name("div")).unwrap();
        let again = group.prev_sibling_element().unwrap();
        for told in [said, &format!("{} {} {}", text(group), text(row), text(again))] {
            // Parsers make a space of each sign of a line in an attribute.
            let told = told.replace('\n', " ");
            for part in [variant, measure, command] {
                assert!(told.contains(&shown(part).replace('\n', " ")), "{part} in {told}");
            }
        }
        let back = format!("#n{number}");
        assert!(row.descendants().any(|node| node.attribute("href") == Some(&back)));
    }
}

/// What is left of a text in a page: signs that no page may have are replaced.
fn shown(text: &str) -> String {
    let is_kept =
        |c: char| c == '\n' || !(c.is_control() || "\u{202e}\u{2066}\u{ffff}".contains(c));
    text.chars().map(|c| if is_kept(c) { c } else { '\u{fffd}' }).collect()
}

#[test]
fn a_report_is_a_page_in_which_every_figure_can_be_followed() {
    let (document, figures) = report("How the support desk stands its outages", &READABLE);
    let html = html(&document, &figures);
    check(&html, &figures);
    written("report.html", &html);
    let page = parsed(&html);
    let contents: Vec<String> = by_id(&page, "contents")
        .parent()
        .unwrap()
        .descendants()
        .filter(|n| n.has_tag_name("a"))
        .map(text)
        .collect();
    assert_eq!(
        contents,
        [
            "1 What was asked",
            "1.1 Of as writtenslowno-retrieswith-deadlinecheap model",
            "2 What as written comes to",
            "2.1 Each measure",
            "2.2 Each measure",
            "3 In pictures",
            "4 Where each figure comes from",
        ]
    );
    let numbered = elements(&page, "caption").into_iter().map(text).filter(|t| t.contains("Table"));
    assert_eq!(numbered.count(), 2);
    // A figure that stands there twice has its name once, and leads to the same row.
    assert_eq!(html.matches("href=\"#from-3\"").count(), 2);
    assert!(html.len() < 1 << 20, "{} bytes", html.len());
}

#[test]
fn a_report_says_what_was_meant_whatever_the_names_are() {
    let names = hostile();
    let title = names.concat();
    let (document, figures) = report(&title, &names);
    let html = html(&document, &figures);
    check(&html, &figures);
    written("hostile-report.html", &html);
    written("hostile-report.md", &markdown(&document));
    let page = parsed(&html);
    assert_eq!(text(elements(&page, "h1")[0]), shown(&title).replace('\r', ""));
    assert!(text(elements(&page, "pre")[0]).contains(&shown(HOSTILE[1])));
    assert!(text(elements(&page, "aside")[0]).contains(HOSTILE[1]));
}

/// A figure that nobody knows is shown as it is, and one that stands nowhere leads nowhere.
#[test]
fn what_leads_nowhere_is_no_link() {
    let (_, mut figures) = report("It", &READABLE);
    figures.truncate(1);
    let mut document = Document { title: "It".to_owned(), ..Document::default() };
    document.say("\u{5}0\u{6}none\u{7} \u{5}2\u{6}unknown\u{7} \u{5}many\u{6}odd\u{7}");
    let html = html(&document, &figures);
    let page = parsed(&html);
    let said = elements(&page, "p")[0];
    assert_eq!(text(said), "none unknown odd");
    assert!(said.descendants().all(|node| !node.has_tag_name("a")));
    let row = by_id(&page, "from-1");
    assert!(row.descendants().all(|node| !node.has_tag_name("a")));
}

#[test]
fn a_report_without_figures_and_headings_has_no_lists_of_them() {
    let mut document = Document { title: "It".to_owned(), ..Document::default() };
    document.say("Nothing was run.");
    let html = html(&document, &[]);
    let page = parsed(&html);
    assert!(elements(&page, "nav").is_empty() && elements(&page, "table").is_empty());
    assert!(text(elements(&page, "main")[0]).contains("Nothing was run."));
}

fn of_one(block: Block) -> String {
    let document = Document { title: "It".to_owned(), blocks: vec![block] };
    let text = markdown(&document);
    text.strip_prefix("# It\n\n").unwrap().to_owned()
}

/// What would begin something else at the beginning of a line is escaped, and only there.
#[test]
fn paragraphs_and_points_stay_what_they_are() {
    let cases = [
        ("1. of all", "1\\. of all"),
        ("12) of all", "12\\) of all"),
        ("1.5 s", "1.5 s"),
        ("12 of 13. It", "12 of 13. It"),
        ("- 3 %", "\\- 3 %"),
        ("+ 3 %", "\\+ 3 %"),
        ("> 3 %", "\\> 3 %"),
        ("-", "\\-"),
        ("# no heading", "\\# no heading"),
        ("    no code", "no code"),
        ("a\n- b\r\n\tc", "a - b  c"),
        ("R&D &amp; $5", "R\\&D \\&amp; \\$5"),
        ("<b> a_b * [c](d) ~~e~~", "\\<b> a\\_b \\* \\[c\\](d) \\~\\~e\\~\\~"),
        ("\u{1b}[31m\u{202e}x", "\u{fffd}\\[31m\u{fffd}x"),
        ("\u{5}1\u{6}12\u{7}. It", "12\\. It"),
    ];
    for (said, expected) in cases {
        assert_eq!(of_one(Block::Paragraph(said.to_owned())), format!("{expected}\n"));
        let points = vec![said.to_owned(), "b".to_owned()];
        assert_eq!(of_one(Block::List(points)), format!("- {expected}\n- b\n"));
        assert_eq!(of_one(Block::Banner(said.to_owned())), format!("> {expected}\n"));
    }
}

#[test]
fn marks_of_texts_stay_whole() {
    let cases = [
        (code("a`b"), "``a`b``"),
        (code("`"), "`` ` ``"),
        (code(" a"), "`  a `"),
        (code("a\nb"), "`a b`"),
        (code(""), ""),
        (strong(" so "), "**so**"),
        (strong(""), ""),
        (strong("a*"), "**a\\***"),
    ];
    for (said, expected) in cases {
        assert_eq!(of_one(Block::Paragraph(said)), format!("{expected}\n"));
    }
    let (name, says) = ("a (b)/ü".to_owned(), "[c] ![d](e)".to_owned());
    let picture = Block::Picture { name, svg: String::new(), says };
    assert_eq!(of_one(picture), "![\\[c\\] !\\[d\\](e)](a%20%28b%29%2F%C3%BC.svg)\n");
    let log = Block::Log(vec!["a ```` b\r".to_owned(), "<c>\n# d".to_owned()]);
    assert_eq!(of_one(log), "`````text\na ```` b\u{fffd}\n<c>\n# d\n`````\n");
}

/// The fields of a row, as GitHub takes it apart: a bar ends a field unless it is escaped.
fn fields(row: &str) -> Vec<String> {
    let inner = row.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
    let mut fields = vec![String::new()];
    for c in inner.chars() {
        let field = fields.last_mut().unwrap();
        match c {
            '|' if field.ends_with('\\') => {
                field.pop();
                field.push('|');
            }
            '|' => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields.iter().map(|field| field.trim().to_owned()).collect()
}

/// What is left of a text without marks when it is read.
fn read(field: &str) -> String {
    let mut read = String::new();
    let mut rest = field.chars();
    while let Some(c) = rest.next() {
        read.push(if c == '\\' { rest.next().unwrap() } else { c });
    }
    read
}

proptest! {
    /// Whatever stands in a table, it has its rows and columns, and says the same.
    #[test]
    fn nothing_breaks_a_table(
        texts in prop::collection::vec(
            prop_oneof!["[|\\\\`*\n\r\t #<>a-c.1-]{0,12}", any::<String>()], 12),
        coded in any::<bool>(),
    ) {
        let clean = |text: &String| text.replace(|c| ('\u{1}'..='\u{7}').contains(&c), "");
        let texts: Vec<String> = texts.iter().map(clean).collect();
        let marked = |text: &String| if coded { code(text) } else { text.clone() };
        let rows: Vec<Vec<String>> =
            texts.chunks(3).map(|row| row.iter().map(marked).collect()).collect();
        let mut document = Document { title: texts.concat(), ..Document::default() };
        document.table(&texts[0], &["a", "b", "c"], rows);
        let written = markdown(&document);
        prop_assert_eq!(&written, &markdown(&document));
        let lines: Vec<&str> = written.split('\n').collect();
        prop_assert_eq!(lines.len(), 11, "{}", written);
        prop_assert_eq!(lines[4..6].to_vec(), ["| a | b | c |", "| --- | --- | --- |"]);
        for (line, row) in lines[6..10].iter().zip(texts.chunks(3)) {
            let found = fields(line);
            prop_assert_eq!(found.len(), 3, "{}", line);
            for (field, text) in found.iter().zip(row).filter(|_| !coded) {
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                let is_odd = |c: char| {
                    c.is_control() && !"\n\r\t".contains(c)
                        || ('\u{202a}'..='\u{202e}').contains(&c)
                        || ('\u{2066}'..='\u{2069}').contains(&c)
                };
                prop_assert_eq!(words(&read(field)), words(&text.replace(is_odd, "\u{fffd}")));
            }
        }
    }
}

/// A task that is overdue is one outcome, however many pieces of a run see that nothing has ended
/// it, and whether it ends then or not.
#[test]
fn what_is_overdue_is_one_outcome_of_all_pieces() {
    let mut system = table::system(40);
    // Of a queue that grows and grows only some have ended.
    system.agents[0].patience = Some(Distribution::constant(Duration::from_secs(15)));
    let (outcomes, ended, overdue) = outcomes(&system);
    assert!(0 < overdue && 10 < ended, "{overdue} {ended}");
    assert_eq!(outcomes, ended + overdue);
    // Without a time by which they must have ended nobody knows of those that have not.
    system.agents[0].patience = None;
    let (outcomes, ended, overdue) = self::outcomes(&system);
    assert!(0 < overdue, "{overdue}");
    assert_eq!(outcomes, ended);
}

/// How many outcomes alerts see in all pieces of a run; how many tasks ended, and are overdue.
fn outcomes(system: &System) -> (u64, u64, u64) {
    let watch = alerts::Watch::new(system);
    let every = alerts::every(system);
    let series = SeriesDesign { every, measures: watch.measures() };
    let (mut watched, mut pieces) = (alerts::Watched::default(), 0);
    let mut add = |piece: &Record| {
        watched.add(&watch, piece);
        pieces += 1;
    };
    let parts = series.parts(system);
    let record = run_in_pieces(system, 1, &RunOptions::default(), every, &parts, &mut add);
    let found = choose(&watch.signals, (every, system.warmup), &[watched], &[]);
    let signal = found.iter().find(|one| one.signal.path() == "agents.a.success").unwrap();
    let windows = f64::from(pieces) * every.as_secs_f64() / signal.window.as_secs_f64();
    let agents = &record.agents[0];
    let seen = (signal.outcomes * windows).round() as u64;
    (seen, agents.tasks.answered(), agents.overdue)
}

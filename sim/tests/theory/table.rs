//! The table of theory against simulation, `README.md`: what each comparison of each test says.
//!
//! A test opens its case with `case!()`. Each comparison leaves a row; at the end of the test they
//! must be the rows that the table has. `UPDATE_THEORY=1` writes them instead.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::support::RUNS;

/// By subject: the file of this folder, and its title.
const SUBJECTS: [(&str, &str); 22] = [
    ("queues", "Queues"),
    ("lines", "Order in line"),
    ("lives", "Agents with a life"),
    ("replicas", "Replicas"),
    ("patience", "Patience"),
    ("memory", "Stale writes"),
    ("losses", "Losses"),
    ("balance", "Little's law"),
    ("arrivals", "Arrivals"),
    ("availability", "Availability"),
    ("faults", "Size of faults"),
    ("fault_scope", "Scope of faults"),
    ("fault_reach", "Reach of faults"),
    ("fault_memory", "Memory of faults"),
    ("fault_kinds", "Kinds of fault"),
    ("windows", "Windows"),
    ("values", "Wrong answers"),
    ("layers", "Breaker and backoff"),
    ("races", "Races"),
    ("rates", "Rate limits"),
    ("spending", "Spending"),
    ("recoveries", "Recoveries"),
];

const COMMAND: &str = "cargo test --locked -p wavetank-sim --test theory";

const HEAD: &str = "\
# Theory against simulation

Each row is a comparison that a test of this folder makes: what a closed form says, and the mean of
independent runs with its 99 % confidence interval (Student's t). A test fails if theory lies
outside of the interval, if the interval is wide, or if its rows are not those of this page. With
other seeds, one row in a hundred would lie outside by chance. Where a measure is not exact (a
quantile is the middle of a bucket), the interval is wider by what that can be. Tests of what must
hold exactly in every run leave no row.

The command of a row repeats it, with the seeds that the row shows.
`UPDATE_THEORY=1 cargo test --locked -p wavetank-sim --test theory` writes this page.
";

const COLUMNS: &str = "\
| Case | Quantity | Theory | Simulation | 99 % interval | Runs | Seeds | Command |
|---|---|--:|--:|--:|--:|--:|---|
";

/// Rows by the path of their test, `subject::test`.
type Rows = BTreeMap<String, Vec<String>>;

thread_local! {
    /// The test that runs in this thread, and its rows so far.
    static OPEN: RefCell<Option<(String, Vec<String>)>> = const { RefCell::new(None) };
}

/// Held while the page is read and written.
static PAGE: Mutex<()> = Mutex::new(());

/// Opens the case of the test in which it stands.
macro_rules! case {
    () => {
        fn test() {}
        let _case = $crate::table::Case::open(std::any::type_name_of_val(&test));
    };
}
pub(crate) use case;

/// The case of a test, until it ends.
pub(crate) struct Case;

impl Case {
    /// Opens it; `within` is the path of something within the test.
    pub(crate) fn open(within: &str) -> Self {
        let path = within.split("::").collect::<Vec<_>>();
        let [.., subject, test, _] = path[..] else { panic!("{within}") };
        OPEN.set(Some((format!("{subject}::{test}"), Vec::new())));
        Self
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let (test, rows) = OPEN.take().expect("it is open");
        if std::thread::panicking() {
            return;
        }
        let _page = PAGE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = committed();
        if updates() {
            table.insert(test, rows);
            write(&table);
            return;
        }
        let listed = table.remove(&test).unwrap_or_default();
        let [listed, rows] = [listed, rows].map(|rows| rows.join("\n"));
        assert_eq!(rows, listed, "`README.md` has other rows: run with UPDATE_THEORY=1");
    }
}

/// A comparison as the table shows it.
pub(crate) struct Comparison<'a> {
    pub(crate) quantity: &'a str,
    pub(crate) theory: f64,
    pub(crate) mean: f64,
    pub(crate) half_width: f64,
    /// By which share of theory what is measured may be off.
    pub(crate) slack: f64,
    pub(crate) seeds: Range<u64>,
}

impl Comparison<'_> {
    /// Adds it to the open case.
    pub(crate) fn record(&self) {
        let Self { quantity, theory, mean, half_width, slack, seeds } = self;
        assert!(*theory > 0.0 && seeds.end - seeds.start == RUNS);
        let width = half_width + slack * theory;
        let digits = digits(*theory);
        let numbers = [*theory, *mean, mean - width, mean + width];
        let [theory, mean, low, high] = numbers.map(|number| format!("{number:.digits$}"));
        let (first, last) = (seeds.start, seeds.end - 1);
        OPEN.with_borrow_mut(|open| {
            let (test, rows) = open.as_mut().expect("a test opens its case with `case!()`");
            let case = words(test);
            rows.push(format!(
                "| {case} | {quantity} | {theory} | {mean} | {low} to {high} | {RUNS} | \
                 {first}–{last} | `{COMMAND} {test}` |"
            ));
        });
    }
}

/// How many decimals show five digits of a number.
fn digits(number: f64) -> usize {
    (4.0 - libm::floor(libm::log10(number))).max(0.0) as usize
}

/// The name of a test as a sentence.
fn words(test: &str) -> String {
    let name = test.split("::").last().unwrap_or_default().replace('_', " ");
    name[..1].to_uppercase() + &name[1..]
}

fn updates() -> bool {
    std::env::var_os("UPDATE_THEORY").is_some()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/theory")
}

fn page() -> String {
    fs::read_to_string(folder().join("README.md")).unwrap_or_default()
}

/// The rows of the page.
fn committed() -> Rows {
    let mut table = Rows::new();
    for row in page().lines() {
        let command = row.rsplit('`').nth(1).filter(|_| row.starts_with('|'));
        if let Some(test) = command.and_then(|command| command.rsplit(' ').next()) {
            table.entry(test.to_owned()).or_default().push(row.to_owned());
        }
    }
    table
}

fn write(table: &Rows) {
    fs::write(folder().join("README.md"), render(table)).expect("the folder can be written to");
}

/// The page: by subject what the sources say of it, the rows of its tests in their order, and what
/// the sources say of each.
fn render(table: &Rows) -> String {
    let mut page = HEAD.to_owned();
    for (subject, title) in SUBJECTS {
        let source = fs::read_to_string(folder().join(format!("{subject}.rs"))).expect("it exists");
        let about = comment(source.lines(), "//!");
        let _ = write!(page, "\n## {title}\n\n{about}\n\n{COLUMNS}");
        let mut notes = String::new();
        for (name, about) in tests(&source) {
            let test = format!("{subject}::{name}");
            let rows = table.get(&test).map_or(&[][..], Vec::as_slice);
            for row in rows {
                page.push_str(row);
                page.push('\n');
            }
            if !rows.is_empty() && !about.is_empty() {
                let _ = writeln!(notes, "- *{}*: {}", words(&test), about.replace("\n\n", " "));
            }
        }
        if !notes.is_empty() {
            page.push('\n');
            page.push_str(&notes);
        }
    }
    page
}

/// The tests of a source, each with what its comment says.
fn tests(source: &str) -> Vec<(&str, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut tests = Vec::new();
    for (place, _) in lines.iter().enumerate().filter(|(_, line)| **line == "#[test]") {
        let signature = lines[place + 1].strip_prefix("fn ").expect("a test follows");
        let name = signature.split('(').next().unwrap_or_default();
        let before = lines[..place].iter().rev().take_while(|line| line.starts_with("///")).count();
        let about = comment(lines[place - before..place].iter().copied(), "///");
        tests.push((name, about));
    }
    tests
}

/// The paragraphs of the comment that begins with these lines, each as one line.
fn comment<'a>(lines: impl Iterator<Item = &'a str>, mark: &str) -> String {
    let lines = lines.map_while(|line| line.strip_prefix(mark).map(str::trim));
    let text = lines.collect::<Vec<_>>().join("\n");
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// No row of a test that is gone, no comment of the sources as they once were.
#[test]
fn page_has_what_the_sources_say() {
    let _page = PAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let table = committed();
    if updates() {
        write(&table);
    }
    assert!(render(&table) == page(), "`README.md` is not up to date: run with UPDATE_THEORY=1");
}

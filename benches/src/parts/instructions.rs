//! Instructions and misses of the first cache, which repeat almost exactly on any machine.

use std::path::Path;
use std::process::Command;

use crate::measuring::Measuring;
use crate::measuring::timed;
use crate::table::Table;
use crate::workloads::{Side, WORKLOADS};

/// The hidden command that runs one side of a workload: its name, then their numbers and a size.
pub const CHILD: &str = "run-one";

/// Operations of the shorter and of the longer run.
const SIZES: [u64; 2] = [20_000, 60_000];

/// The caches that are simulated, whatever the machine has: size, ways, length of a line.
const CACHES: [&str; 3] = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"];

pub(super) fn measure(measuring: &Measuring) -> Table {
    let title = "INSTRUCTIONS and misses of a first-level data cache of 32 KB, an operation";
    let mut table = Table::new(
        title,
        &["", "bare", "full", "engine", "engine / full", "misses: bare", "full", "engine"],
    );
    if Command::new("valgrind").arg("--version").output().is_err() {
        table.note("not counted: valgrind is not there");
        return table;
    }
    let with_target = WORKLOADS.iter().enumerate().filter(|(_, one)| one.target.is_some());
    for (workload, name) in with_target.take(measuring.rounds(WORKLOADS.len() as u64) as usize) {
        let sides = Side::ALL.map(|side| each(measuring, workload, side));
        let [bare, full, engine] = sides;
        let mut cells = vec![name.name.to_owned()];
        cells.extend(sides.map(|side| format!("{:.0}", side.instructions)));
        cells.push(format!("{:.2}", engine.instructions / full.instructions));
        cells.extend([bare, full, engine].map(|side| format!("{:.1}", side.misses.max(0.0))));
        table.row(cells);
    }
    table.note("the difference of two runs by cachegrind, so that beginning and end do not count");
    table
}

/// What one operation takes.
#[derive(Clone, Copy)]
struct Counts {
    instructions: f64,
    misses: f64,
}

fn each(measuring: &Measuring, workload: usize, side: Side) -> Counts {
    let [short, long] =
        SIZES.map(|size| counted(&measuring.program, workload, side, measuring.size(size)));
    let operations = long.0 - short.0;
    Counts {
        instructions: (long.1.instructions - short.1.instructions) / operations,
        misses: (long.1.misses - short.1.misses) / operations,
    }
}

/// The operations of a whole run under cachegrind, and what it took.
fn counted(program: &Path, workload: usize, side: Side, operations: u64) -> (f64, Counts) {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=/dev/null"])
        .args(CACHES)
        .arg(program)
        .arg(CHILD)
        .args([workload as u64, side as u64, operations].map(|number| number.to_string()))
        .output()
        .expect("valgrind can be run");
    let [answer, report] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    let done = answer.trim().parse().unwrap_or_else(|_| panic!("{report}"));
    let total = |name: &str| total(&report, name).unwrap_or_else(|| panic!("{name}: {report}"));
    (done, Counts { instructions: total("I   refs:"), misses: total("D1  misses:") })
}

/// The first number behind a name in the report of cachegrind: `==12== D1  misses:  1,234  (…)`.
fn total(report: &str, name: &str) -> Option<f64> {
    let line = report.lines().find(|line| line.contains(name))?;
    let number = line.split_once(name)?.1.split_whitespace().next()?;
    number.replace(',', "").parse().ok()
}

/// Runs one side of a workload, as the arguments after [`CHILD`] say, and returns the number of
/// its operations.
pub fn child(arguments: &[String]) -> Option<u64> {
    let numbers: Vec<usize> = arguments.iter().map_while(|text| text.parse().ok()).collect();
    let [workload, side, operations] = *numbers.as_slice() else { return None };
    let run = WORKLOADS.get(workload)?.sides.get(side)?;
    Some(timed(run(operations as u64, 0)).1.operations)
}

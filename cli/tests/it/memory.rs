//! What a sweep holds in memory does not grow with its cells.

use std::fs;

use crate::tank::{Folder, started};

/// The most memory in kilobytes that a sweep of so many cells takes, as seen until its end.
fn peak(cells: usize, folder: &Folder) -> u64 {
    let values = |count: usize| (1..=count).map(|v| format!("\"{v}ms\"")).collect::<Vec<_>>();
    let text = format!(
        "title = \"f\"\nhorizon = \"3s\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"x\" }}]\n[services.x]\nlatency = \"1s\"\n[sweep]\n\
         replications = 1\nseries = []\n\"services.x.latency\" = [{}]\n\
         \"agents.a.patience\" = [{}]\n",
        values(cells / 20).join(", "),
        values(20).join(", ")
    );
    fs::write(folder.0.join("it.toml"), text).unwrap();
    let mut child = started(&["sweep", "it.toml", "--out", "o", "--quiet"], folder);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let seen = fs::read_to_string(&status).unwrap_or_default();
        let line = seen.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
    }
    assert!(child.wait().unwrap().success());
    let rows = fs::read_to_string(folder.0.join("o/runs.csv")).unwrap().lines().count();
    assert_eq!(rows, cells + 1);
    peak
}

#[test]
fn a_sweep_of_ten_times_the_cells_takes_no_more_memory() {
    let folder = Folder::new("memory");
    let [few, many] = [400, 4000].map(|cells| peak(cells, &folder));
    // Pictures of more cells take some; all samples and histograms would be 24 MB more.
    assert!(0 < few && many < few + 16_000, "{few} kB, and {many} kB with ten times the cells");
}

use super::*;
use crate::describe::fixture;

#[test]
fn dump() {
    let d = fixture::described();
    std::fs::write("/tmp/s2/schema.json", json_schema(&d)).unwrap();
    let _ = std::fs::create_dir("/tmp/s2/ref");
    for page in crate::reference::pages(&d) {
        std::fs::write(format!("/tmp/s2/ref/{}", page.file), page.text).unwrap();
    }
    for t in [
        "",
        "gauge",
        "gauge.network",
        "gauge.open",
        "gauge.network.exponential",
        "gauge.failure-threshold",
        "gauge.rate",
        "agents.steps.0.work",
        "steps",
        "codes",
        "missing",
        "like",
        "pressurelib",
        "policies.x.timeout.limit",
        "gauge.jiter",
        "edges",
        "agents.worker.count",
    ] {
        println!("=== {t}");
        match crate::explain::explain(t, &d, &[]) {
            Ok(x) => println!("{x}"),
            Err(n) => println!("? {n:?}"),
        }
    }
}

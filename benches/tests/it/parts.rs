//! All that the program prints can be measured.

use wavetank_benches::{Measuring, PARTS};

#[test]
fn every_part_has_its_table() {
    let program = env!("CARGO_BIN_EXE_wavetank-benches").into();
    let measuring = Measuring { is_trial: true, program };
    for part in PARTS {
        let table = (part.measure)(&measuring);
        let text = table.to_string();
        assert!(!table.is_empty() || text.contains("valgrind is not there"), "{text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

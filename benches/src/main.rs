//! Prints what the engine costs: against loops by hand, and as what it runs grows.
//!
//! `cargo run --release -p wavetank-benches [PART]...`; without a name, all parts.
#![expect(clippy::print_stdout, reason = "a table on standard output is what it is for")]

use std::env;
use std::error::Error;
use std::fs;
use std::thread;

use wavetank_benches::{CHILD, Measuring, PARTS, child};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some((CHILD, rest)) = arguments.split_first().map(|(first, rest)| (&**first, rest)) {
        println!("{}", child(rest).ok_or("no such workload")?);
        return Ok(());
    }
    let names = PARTS.map(|part| part.name);
    if let Some(unknown) = arguments.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no part `{unknown}`; there are: {}", names.join(", ")).into());
    }
    let measuring = Measuring { is_trial: false, program: env::current_exe()? };
    println!("{}", machine());
    for part in PARTS {
        if arguments.is_empty() || arguments.iter().any(|name| name == part.name) {
            print!("{}", (part.measure)(&measuring));
        }
    }
    Ok(())
}

/// The processor, where the system tells, and how many of them there are.
fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {count} processors", model.map_or("unknown processor", |(_, model)| model))
}

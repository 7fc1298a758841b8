//! What `run` and `sweep` have in common.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use scenarios::{Diagnostics, LayerRegistry, ScenarioFile};

use crate::failure::Failure;
use crate::source::Source;

/// What is run, and how it differs from the file.
#[derive(Args, Debug, Default)]
pub(crate) struct Common {
    /// The seed of all random numbers, such as 42 or 0x2a; default: the file's, or 1.
    #[arg(long, value_parser = scenarios::seed)]
    pub(crate) seed: Option<u64>,
    /// Put a value at a path of the file; may be given more than once.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
    /// The folder for what comes out; default: out/NAME.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

impl Common {
    /// Parses the file and puts in what was set on the command line.
    pub(crate) fn file(
        &self,
        registry: &LayerRegistry,
        source: &Source,
    ) -> Result<ScenarioFile, Failure> {
        let mut file = ScenarioFile::parse(&source.file, &source.text)?;
        for set in &self.sets {
            let Some((path, value)) = set.split_once('=') else {
                return Err(Failure::Request(format!("`--set {set}`: expected PATH=VALUE")));
            };
            file.set_text(registry, path.trim(), value.trim())?;
        }
        Ok(file)
    }

    /// Where the files go.
    pub(crate) fn folder(&self, source: &Source) -> PathBuf {
        self.out.clone().unwrap_or_else(|| PathBuf::from("out").join(&source.stem))
    }

    /// What to type to see it again, with this seed.
    pub(crate) fn again(&self, command: &str, source: &Source, seed: u64) -> String {
        let mut again = format!("wavetank {command} {} --seed 0x{seed:x}", quoted(&source.named));
        for set in &self.sets {
            again += &format!(" --set {}", quoted(set));
        }
        again
    }
}

fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "./_-=".contains(c));
    // Within quotes a shell takes everything as it is but the quote itself.
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Shows what was written and has no effect.
pub(crate) fn warn(warnings: &Diagnostics) {
    if !warnings.is_empty() {
        let colour = io::stderr().is_terminal();
        // A warning that cannot be shown stops nothing.
        let _ = writeln!(io::stderr(), "{}\n", warnings.render(colour));
    }
}

/// A flag that Ctrl-C sets.
pub(crate) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Without the handler Ctrl-C ends the program at once, which leaves a file named `.part`.
    let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    stop
}

//! `list` and `show`: what comes with the program.

use std::io::Write;

use clap::{Args, ValueEnum};
use scenarios::library::{self, FAULTS, Fault, How};
use scenarios::{LayerRegistry, Profile, ScenarioFile, profiles};

use crate::command::complete;
use crate::failure::{Failure, Verdict};
use crate::source::Source;

/// List what comes with the program: scenarios, faults, or profiles.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wavetank list\n  wavetank list faults\n  wavetank list profiles"
)]
pub(crate) struct List {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Scenarios)]
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The scenarios that come with the program.
    Scenarios,
    /// The kinds of fault that a scenario can inject, `do = "hang"`, and the catalogue of faults:
    /// how each is written, and the scenario that shows it.
    Faults,
    /// What services, agents and policies can be like, `like = "openai-api"`: each value with its
    /// source.
    Profiles,
}

impl List {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Verdict, Failure> {
        match self.what {
            What::Scenarios => Self::scenarios(out),
            What::Faults => Self::faults(out),
            What::Profiles => Self::profiles(out),
        }
    }

    fn faults(out: &mut dyn Write) -> Result<Verdict, Failure> {
        writeln!(out, "Kinds of fault, as `do` names them:\n")?;
        let width = scenarios::faults().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, what) in scenarios::faults() {
            writeln!(out, "  {name:width$}  {what}")?;
        }
        writeln!(out, "\nThe catalogue of faults, each with a scenario to run:\n")?;
        let shown = || FAULTS.iter().filter_map(Fault::scenario);
        let width = shown().map(|entry| entry.name.len()).max().unwrap_or(0);
        for Fault { number, name, how } in FAULTS {
            let (scenario, how) = match how {
                How::Written(how, entry) => (entry.name, (*how).to_owned()),
                How::Missing(why) => ("", format!("not yet: {why}")),
            };
            writeln!(out, "  {number:>2}  {scenario:width$}  {name}: {how}")?;
        }
        Ok(Verdict::Holds)
    }

    fn profiles(out: &mut dyn Write) -> Result<Verdict, Failure> {
        let width = profiles().iter().map(|profile| profile.name.len()).max().unwrap_or(0);
        for (section, how) in [
            ("services", "like = \"NAME\" in [services.X]"),
            ("agents", "like = \"NAME\" in [agents.X]"),
            ("policies", "{ like = \"NAME\" } in a policy"),
        ] {
            writeln!(out, "Of {section}, {how}:\n")?;
            for profile in profiles().iter().filter(|one| one.part(section).is_some()) {
                let Profile { name, about, as_of, .. } = profile;
                writeln!(out, "  {name:width$}  {as_of}  {about}")?;
            }
            writeln!(out)?;
        }
        writeln!(out, "each value with its source: `wavetank explain NAME`")?;
        Ok(Verdict::Holds)
    }

    fn scenarios(out: &mut dyn Write) -> Result<Verdict, Failure> {
        let width = library::LIBRARY.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        for library::Entry { name, text } in library::LIBRARY {
            let scenario = ScenarioFile::parse(name, text)?.scenario(&LayerRegistry::builtin())?;
            writeln!(out, "{name:width$}  {}", scenario.title)?;
        }
        let count = FAULTS.iter().filter_map(Fault::scenario).count();
        writeln!(out, "\nand {count} that show one fault each: `wavetank list faults`")?;
        Ok(Verdict::Holds)
    }
}

/// Print the file of a scenario, to be changed.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wavetank show shared-pool > mine.toml")]
pub(crate) struct Show {
    /// A name from `wavetank list`.
    #[arg(add = complete::library_names())]
    scenario: String,
}

impl Show {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Verdict, Failure> {
        out.write_all(Source::find(&self.scenario)?.text.as_bytes())?;
        Ok(Verdict::Holds)
    }
}

//! `completions` and `man`: what shells and `man` read of the command line.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Command, ValueEnum, ValueHint};
use clap_complete::env::Shells;
use clap_mangen::Man;

use crate::failure::{Failure, Verdict, shown};
use crate::output::{Unwritten, write_alone};

/// Print what a shell needs to complete commands, options and what they name.
///
/// The shell then asks the program itself: it offers scenario files and the names of the library,
/// the variants of the scenario that is named, and what can be explained.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  source <(wavetank completions bash)         # in ~/.bashrc
  source <(wavetank completions zsh)          # in ~/.zshrc, after compinit
  wavetank completions fish | source          # in ~/.config/fish/config.fish")]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// The variable by which a shell asks, which is that of the crate.
const ASKS: &str = "COMPLETE";

impl Completions {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Verdict, Failure> {
        let shell = self.shell.to_possible_value();
        let shell = shell.expect("all shells have a name");
        let shells = Shells::builtins();
        let shell = shells.completer(shell.get_name()).expect("it is one of the crate's");
        // As it is found by the shell: it may be installed anew elsewhere.
        shell.write_registration(ASKS, "wavetank", "wavetank", "wavetank", out)?;
        Ok(Verdict::Holds)
    }
}

/// Print the manual page, or write those of all commands, as `man` reads them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank man --to ~/.local/share/man/man1 && man wavetank-sweep
  wavetank man | man -l -")]
pub(crate) struct Manual {
    /// A folder for the pages of the program and of each of its commands.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    to: Option<PathBuf>,
}

impl Manual {
    pub(crate) fn execute(
        &self,
        program: Command,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        let mut program = program.disable_help_subcommand(true);
        program.build();
        let Some(folder) = &self.to else {
            Man::new(program).render(out)?;
            return Ok(Verdict::Holds);
        };
        fs::create_dir_all(folder).map_err(|error| Unwritten { path: folder.clone(), error })?;
        for command in [&program].into_iter().chain(program.get_subcommands()) {
            let page = Man::new(command.clone());
            let path = folder.join(page.get_filename());
            write_alone(&path, |file| page.render(file))?;
            writeln!(out, "{}", shown(&path))?;
        }
        Ok(Verdict::Holds)
    }
}

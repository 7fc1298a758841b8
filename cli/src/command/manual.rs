//! `completions` and `man`: what shells and `man` read of the command line.

use std::io::Write;

use clap::{Args, Command};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use crate::failure::{Failure, Verdict};

/// Print what a shell needs to complete commands, options and their values.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  wavetank completions bash > ~/.local/share/bash-completion/completions/wavetank
  wavetank completions zsh > _wavetank        # in a folder of $fpath
  wavetank completions fish > ~/.config/fish/completions/wavetank.fish")]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn execute(
        &self,
        mut program: Command,
        out: &mut dyn Write,
    ) -> Result<Verdict, Failure> {
        // It cannot fail on bytes, and would panic on what can.
        let mut text = Vec::new();
        generate(self.shell, &mut program, "wavetank", &mut text);
        out.write_all(&text)?;
        Ok(Verdict::Holds)
    }
}

/// Print the manual page, all commands included, as `man` reads it.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  wavetank man > ~/.local/share/man/man1/wavetank.1 && man wavetank")]
pub(crate) struct ManualPage;

impl ManualPage {
    pub(crate) fn execute(program: Command, out: &mut dyn Write) -> Result<Verdict, Failure> {
        let mut program = program;
        program.build();
        Man::new(program.clone()).render(out)?;
        let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
        for command in commands {
            let name = format!("wavetank {}", command.get_name());
            writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
            let page = Man::new(command.clone());
            page.render_description_section(out)?;
            page.render_options_section(out)?;
        }
        Ok(Verdict::Holds)
    }
}

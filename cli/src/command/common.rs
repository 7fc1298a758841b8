//! What `run` and `sweep` have in common.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
pub(crate) use results::report::counted;
use scenarios::{Diagnostics, LayerRegistry, ScenarioFile, plain};

use crate::command::limits::LimitArgs;
use crate::command::shown::Shown;
use crate::failure::{Failure, is_coloured, shown};
use crate::output::{Folder, write_alone};
use crate::source::Source;
use crate::{page, pictures};

/// How a scenario differs from its file.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Sets {
    /// A file whose sections take the place of those of the scenario: its faults, services, agents.
    /// What is asked (sweep, variants, hypotheses, claim) stays that of the scenario.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    with: Option<String>,
    /// Put a value at a path of the file; may be given more than once.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Take out a kind of layer, a key of agents or services, or what is at a path: retry,
    /// policies.guarded.retry.
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    without: Vec<String>,
    /// Do something by hand at a time of the run: an action and what it hits, or a recovery of the
    /// file, such as `"reset policies.guarded.breaker@30min"`, `"restart github takes=30s@30min"`
    /// or `clear-caches@30min`; may be given more than once.
    #[arg(long = "pull", value_name = "ACTION@TIME")]
    pulls: Vec<String>,
}

impl Sets {
    /// Parses the file, puts in what was set on the command line and what stands in files of
    /// traces, and takes out what is to be left out.
    pub(crate) fn file(
        &self,
        registry: &LayerRegistry,
        source: &Source,
    ) -> Result<ScenarioFile, Failure> {
        self.taken_out(registry, self.whole_file(registry, source)?)
    }

    /// Whether another system takes the place of that of the scenario.
    pub(crate) fn is_of_another(&self) -> bool {
        self.with.is_some()
    }

    /// Whether the file stays as it is.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { with, sets, without, pulls } = self;
        with.is_none() && sets.is_empty() && without.is_empty() && pulls.is_empty()
    }

    /// Whether something is to be left out.
    pub(crate) fn takes_out(&self) -> bool {
        !self.without.is_empty()
    }

    /// A file without what is to be left out.
    pub(crate) fn taken_out(
        &self,
        registry: &LayerRegistry,
        file: ScenarioFile,
    ) -> Result<ScenarioFile, Failure> {
        if self.takes_out() { Ok(file.taking_out(registry, &self.without)?) } else { Ok(file) }
    }

    /// The file with all that is to be left out.
    pub(crate) fn whole_file(
        &self,
        registry: &LayerRegistry,
        source: &Source,
    ) -> Result<ScenarioFile, Failure> {
        let parsed = |source: &Source| match scenarios::not_a_scenario(&source.file, &source.text) {
            Some(wrong) => Err(wrong),
            None => ScenarioFile::parse(&source.file, &source.text),
        };
        let mut file = parsed(source)?;
        let with = self.with.as_deref().map(Source::find).transpose()?;
        if let Some(with) = &with {
            let scenario = std::mem::replace(&mut file, parsed(with)?);
            file.ask(&scenario);
        }
        for set in &self.sets {
            let Some((path, value)) = set.split_once('=') else {
                return Err(Failure::Request(format!("`--set {set}`: expected PATH=VALUE")));
            };
            file.set_text(registry, path.trim(), value.trim())?;
        }
        for pull in &self.pulls {
            file.pull(pull)?;
        }
        let beside = with.as_ref().unwrap_or(source);
        file.read_traces(&mut |name| beside.beside(name));
        Ok(file)
    }
}

/// What is run, and where its files go.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Common {
    /// The seed of all random numbers, such as 42 or 0x2a; default: the file's, or 1.
    #[arg(long, allow_negative_numbers = true, value_parser = scenarios::seed)]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) sets: Sets,
    /// The folder for what comes out: a new or an empty one, or that of an earlier output of the
    /// same command, which is replaced; default: out/NAME/ and the name of the command.
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
    /// Open the page of what comes out, `index.html`, in the browser.
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

impl Common {
    /// Where the files go: these tables, and pictures.
    pub(crate) fn folder(
        &self,
        source: &Source,
        command: &'static str,
        tables: &[&str],
    ) -> Result<Folder, Failure> {
        let own = || PathBuf::from("out").join(&source.stem).join(command);
        let path = self.out.clone().unwrap_or_else(own);
        let pictures = pictures::all_files();
        let files = tables.iter().copied().chain([page::FILE]);
        let files = files.chain(pictures.iter().map(String::as_str));
        Ok(Folder::open(path, command, &source.path(), files)?)
    }

    /// The same with its files in another folder, and nothing printed.
    pub(crate) fn in_folder(&self, out: PathBuf) -> Self {
        let shown = Shown::silent();
        Self { out: Some(out), open: false, shown, ..self.clone() }
    }

    /// Opens the page, if that is wanted; says so if it cannot be done.
    pub(crate) fn open(&self, folder: &Folder, out: &mut dyn Write) -> io::Result<()> {
        if self.open { page::open(&folder.path().join(page::FILE), out) } else { Ok(()) }
    }

    /// What to type to see it again, with this seed.
    pub(crate) fn again(&self, command: &str, source: &Source, seed: u64) -> String {
        let out = self.out.as_ref().map(|out| format!(" --out {}", quoted(&out.to_string_lossy())));
        self.begun(command, source, seed) + &out.unwrap_or_default() + &self.limits.again()
    }

    /// The same for something of it, which has a folder of its own.
    pub(crate) fn elsewhere(&self, command: &str, source: &Source, seed: u64) -> String {
        self.begun(command, source, seed) + &self.limits.again()
    }

    fn begun(&self, command: &str, source: &Source, seed: u64) -> String {
        let mut begun = format!("wavetank {command} {} --seed 0x{seed:x}", quoted(&source.named));
        if let Some(with) = &self.sets.with {
            begun += &format!(" --with {}", quoted(with));
        }
        for set in &self.sets.sets {
            begun += &format!(" --set {}", quoted(set));
        }
        if !self.sets.without.is_empty() {
            begun += &format!(" --without {}", quoted(&self.sets.without.join(",")));
        }
        for pull in &self.sets.pulls {
            begun += &format!(" --pull {}", quoted(pull));
        }
        begun
    }
}

/// Writes a text that was made of a source to a file, which must be another one.
pub(crate) fn write_made_of(source: &Source, path: &Path, text: &str) -> Result<(), Failure> {
    let is_same = |own: PathBuf| path.canonicalize().is_ok_and(|path| path == own);
    if Path::new(&source.named).canonicalize().is_ok_and(is_same) {
        let why = format!("`--out {}` is the file that is read", path.display());
        return Err(Failure::Request(why));
    }
    Ok(write_alone(path, |file| file.write_all(text.as_bytes()))?)
}

/// A text as a shell takes it for one word.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "./_-=".contains(c);
    if text.contains(char::is_control) {
        return dollar_quoted(text);
    }
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // Within quotes a shell takes everything as it is but the quote itself.
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The same with control characters as escapes, since a terminal would obey them
/// (POSIX.1-2024, Shell Command Language, 2.2.4 Dollar-Single-Quotes).
fn dollar_quoted(text: &str) -> String {
    let mut quoted = "$'".to_owned();
    for c in text.chars() {
        if c.is_control() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                quoted += &format!("\\{byte:03o}");
            }
        } else {
            if matches!(c, '\'' | '\\') {
                quoted.push('\\');
            }
            quoted.push(c);
        }
    }
    quoted.push('\'');
    quoted
}

/// Which pictures were drawn, when there was no time for all.
pub(crate) fn drawn(folder: &Folder) -> String {
    let svg = |path: &PathBuf| Some(path.file_name()?.to_str()?.strip_suffix(".svg")?.to_owned());
    let names: Vec<String> = folder.written().iter().filter_map(svg).collect();
    match names.len() {
        0 => "nothing was drawn".to_owned(),
        _ => format!("only some pictures were drawn ({})", names.join(", ")),
    }
}

/// Shows what was written and has no effect.
pub(crate) fn warn(warnings: &Diagnostics) {
    if !warnings.is_empty() {
        let colour = is_coloured(&io::stderr());
        // A warning that cannot be shown stops nothing.
        let _ = writeln!(io::stderr(), "{}\n", warnings.render(colour));
    }
}

/// Says which files were written, and whose they replace. A picture has several files, which go by
/// its name.
pub(crate) fn name_files(wrote: &str, folder: &Folder, out: &mut dyn Write) -> io::Result<()> {
    let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    let mut files: Vec<String> = folder.written().iter().filter_map(name).collect();
    let endings = [".svg", ".png", "-dark.png"];
    let of = |picture: &str| endings.map(|ending| format!("{picture}{ending}"));
    let named = files.iter().filter_map(|file| Some(file.strip_suffix(endings[0])?.to_owned()));
    let is_whole = |name: &String| of(name).iter().all(|file| files.contains(file));
    let pictures: Vec<String> = named.filter(is_whole).collect();
    files.retain(|file| !pictures.iter().any(|picture| of(picture).contains(file)));
    writeln!(out, "{wrote}{}: {}", shown(folder.path()), files.join(", "))?;
    if !pictures.is_empty() {
        let indent = if wrote.ends_with("  ") { wrote.len() } else { 2 };
        writeln!(out, "{:indent$}pictures ({}): {}", "", endings.join(", "), pictures.join(", "))?;
    }
    if let Some(other) = folder.replaced() {
        let other = plain(other);
        writeln!(out, "these files replace those of {other}: `--out` names another folder")?;
    }
    Ok(())
}

//! Neither files nor rooms of a crate form a circle: the `use` lines and paths of all files are
//! read, and no file may lead back to itself by the files that it names.
//!
//! A room is a top-level module of a crate. What a file re-exports it names, so a child that takes
//! something by way of its own facade closes a circle; a child takes it from its sibling instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::tidy::root;

const CRATES: [&str; 6] = ["patterns", "sim", "scenarios", "results", "cli", "benches"];

/// Which rooms of the engine a room may know, as `ARCHITECTURE.md` draws them.
const ROOMS_OF_SIM: [(&str, &[&str]); 10] = [
    ("kernel", &[]),
    ("call", &["kernel"]),
    ("observe", &[]),
    ("fault", &["kernel"]),
    ("model", &["kernel", "call", "observe", "fault"]),
    ("measure", &["model", "observe"]),
    ("causes", &["measure", "model"]),
    ("series", &["model", "observe", "measure"]),
    ("design", &["kernel", "measure"]),
    ("trial", &[]),
];

#[test]
fn no_file_leads_back_to_itself() {
    assert_no_circles(|house| circles(&house.edges));
}

#[test]
fn no_room_leads_back_to_itself() {
    assert_no_circles(|house| circles(&house.rooms()));
}

#[test]
fn rooms_of_the_engine_know_only_what_they_may() {
    let rooms = Crate::read("sim").rooms();
    let drawn: BTreeSet<&str> = ROOMS_OF_SIM.iter().map(|(room, _)| *room).collect();
    let there: BTreeSet<&str> = rooms.keys().map(String::as_str).collect();
    assert_eq!(there.difference(&drawn).copied().collect::<Vec<_>>(), ["lib"]);
    for (room, may_know) in ROOMS_OF_SIM {
        for known in &rooms[room] {
            assert!(may_know.contains(&known.as_str()), "`{room}` must not know `{known}`");
        }
    }
}

#[track_caller]
fn assert_no_circles(of: impl Fn(&Crate) -> Vec<Vec<String>>) {
    let found = CRATES.into_iter().flat_map(|name| {
        let found = of(&Crate::read(name));
        found.into_iter().map(move |circle| format!("\n  {name}: {}", circle.join(" <-> ")))
    });
    let found: String = found.collect();
    assert!(found.is_empty(), "circles:{found}");
}

/// The files of a crate, each by its module (`kernel::queue`; `lib` is the root), with the files
/// that it names.
#[derive(Default)]
struct Crate {
    /// The tokens of each file.
    files: BTreeMap<Vec<String>, Vec<String>>,
    /// Where each macro that a crate exports is defined.
    macros: BTreeMap<String, Vec<String>>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Crate {
    fn read(name: &str) -> Self {
        let mut read = Self::default();
        read.open(&root().join(name).join("src/lib.rs"), Vec::new());
        for module in read.files.keys().cloned().collect::<Vec<_>>() {
            let known = Walk::of(&read, &module);
            read.edges.insert(shown(&module), known);
        }
        assert!(read.files.len() > 2, "the sources are where this test looks for them");
        read
    }

    /// Reads a file and the modules that it declares; those of tests are left out.
    fn open(&mut self, path: &Path, module: Vec<String>) {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let tokens = without_tests(&tokens(&text));
        let folder = if module.is_empty() {
            path.parent().unwrap().to_owned()
        } else {
            path.with_extension("")
        };
        for window in tokens.windows(3) {
            if window[0] == "mod" && window[2] == ";" {
                let child: PathBuf = folder.join(format!("{}.rs", window[1]));
                self.open(&child, [&module[..], &window[1..2]].concat());
            }
            if window[0] == "macro_rules" {
                self.macros.insert(window[2].clone(), module.clone());
            }
        }
        self.files.insert(module, tokens);
    }

    /// The same by room.
    fn rooms(&self) -> BTreeMap<String, BTreeSet<String>> {
        let room = |file: &str| file.split("::").next().unwrap_or_default().to_owned();
        let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, known) in &self.edges {
            let known = known.iter().map(|known| room(known)).filter(|known| *known != room(file));
            rooms.entry(room(file)).or_default().extend(known);
        }
        rooms
    }
}

fn shown(module: &[String]) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("::") }
}

/// A walk through the tokens of one file.
struct Walk<'a> {
    house: &'a Crate,
    file: &'a [String],
    tokens: &'a [String],
    /// Modules inside the file, each with the depth of braces at which it ends.
    inner: Vec<(String, usize)>,
    known: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// The files that a file names.
    fn of(house: &'a Crate, file: &'a [String]) -> BTreeSet<String> {
        let tokens = &house.files[file];
        let mut walk = Self { house, file, tokens, inner: Vec::new(), known: BTreeSet::new() };
        let (mut at, mut depth) = (0, 0);
        while at < tokens.len() {
            match walk.token(at) {
                "mod" if walk.token(at + 2) == "{" => {
                    walk.inner.push((tokens[at + 1].clone(), depth));
                    at += 1;
                }
                // `impl Trait + use<'a>` names no file.
                "use" if walk.token(at + 1) != "<" => at = walk.tree(at + 1, &[]),
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    walk.inner.pop_if(|(_, ends)| *ends == depth);
                }
                _ => at = walk.path(at),
            }
            at += 1;
        }
        walk.known.remove(&shown(file));
        walk.known
    }

    fn token(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", String::as_str)
    }

    /// Reads a tree of a `use` line, and returns where it ends.
    fn tree(&mut self, mut at: usize, before: &[String]) -> usize {
        let mut path = before.to_vec();
        loop {
            match self.token(at) {
                "{" => {
                    at += 1;
                    while self.token(at) != "}" {
                        assert!(at < self.tokens.len(), "a list in `use` that ends: {before:?}");
                        at = self.tree(at, &path);
                        at += usize::from(self.token(at) == ",");
                    }
                    return at + 1;
                }
                "," | "}" | ";" | "" => {
                    self.note(&path, false);
                    return at;
                }
                "as" => at += 1,
                "::" | "*" => {}
                name => path.push(name.to_owned()),
            }
            at += 1;
        }
    }

    /// Reads a path that stands in the code, if one begins here, and returns its last token.
    fn path(&mut self, at: usize) -> usize {
        let before = at.checked_sub(1).map_or("", |before| self.token(before));
        if self.token(at + 1) != "::" || before == "::" || before == "$" {
            return at;
        }
        let mut path = vec![self.token(at).to_owned()];
        let mut end = at;
        while self.token(end + 1) == "::" && is_name(self.token(end + 2)) {
            path.push(self.token(end + 2).to_owned());
            end += 2;
        }
        self.note(&path, self.token(end + 1) == "!");
        end
    }

    /// Takes down the file that a path leads to, if it is one of this crate.
    fn note(&mut self, path: &[String], is_macro: bool) {
        let here = self.inner.iter().map(|(name, _)| name.clone());
        let mut module: Vec<String> = self.file.iter().cloned().chain(here).collect();
        let mut rest = path;
        match rest.first().map(String::as_str) {
            Some("crate") => module.clear(),
            Some("self") => {}
            Some("super") => drop(module.pop()),
            Some(child) if self.house.files.contains_key(&[&module[..], &rest[..1]].concat()) => {
                module.push(child.to_owned());
            }
            _ => return,
        }
        rest = &rest[1..];
        while let [first, ..] = rest
            && first == "super"
        {
            module.pop();
            rest = &rest[1..];
        }
        if let ([name], true) = (rest, is_macro)
            && let Some(file) = self.house.macros.get(name)
        {
            self.known.insert(shown(file));
            return;
        }
        module.extend(rest.iter().cloned());
        while !self.house.files.contains_key(&module) {
            module.pop();
        }
        self.known.insert(shown(&module));
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The names and signs of a text, without comments, strings and characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            3 + raw.find("\"#").unwrap() + 2
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            1 + end.unwrap() + 1
        } else if c == '\'' {
            // A character, or else the name of a lifetime.
            let character = if rest[1..].starts_with('\\') {
                rest[3..].find('\'').map(|end| 3 + end + 1)
            } else {
                let quoted = rest[1..].chars().next().unwrap().len_utf8();
                rest[1 + quoted..].starts_with('\'').then_some(1 + quoted + 1)
            };
            character.unwrap_or(1)
        } else if is_part(c) {
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// Leaves out what stands below `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let marker = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].iter().map(String::as_str).take(marker.len()).eq(marker) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        loop {
            at += 1;
            match tokens[at].as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 && ["}", ";"].contains(&tokens[at].as_str()) {
                break;
            }
        }
        at += 1;
    }
    kept
}

/// What leads back to itself, all that lead to each other together, each in alphabetical order.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            let known = edges.get(next).into_iter().flatten();
            open.extend(known.filter(|known| reached.insert((*known).clone())));
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        edges.keys().map(|from| (from, reached(from))).collect();
    let mut circles = BTreeSet::new();
    for (from, there) in reached.iter().filter(|(from, there)| there.contains(**from)) {
        let back = there.iter().filter(|to| reached.get(to).is_some_and(|to| to.contains(*from)));
        circles.insert(back.cloned().collect());
    }
    circles.into_iter().collect()
}

#[test]
fn a_circle_is_seen_through_groups_facades_and_paths() {
    let mut house = Crate::default();
    for (module, text) in [
        ("", "pub mod a; pub use a::A;"),
        ("a", "//! [`crate::b`]\nmod x; mod y; pub use x::{X, Y as Z};"),
        (
            "a::x",
            "use super::{y::{self, Y}}; #[cfg(test)] mod tests { use super::*; use crate::b; }",
        ),
        ("a::y", "mod inner { use super::super::super::b::B; } const C: char = '\\'';"),
        ("b", "use std::{fmt, io}; fn b<'a>() -> impl Sized + use<'a> { \"crate::c\" }"),
        ("c", "fn c() { crate::b::B::new(); crate::made!(); }"),
        ("d", "macro_rules! made { () => { $crate::a::A } }"),
    ] {
        let module = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned);
        house.files.insert(module.collect(), without_tests(&tokens(text)));
    }
    house.macros.insert("made".to_owned(), vec!["d".to_owned()]);
    let known = |file: &[&str]| {
        let file: Vec<String> = file.iter().map(|name| (*name).to_owned()).collect();
        Walk::of(&house, &file).into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(known(&[]), "a");
    assert_eq!(known(&["a"]), "a::x");
    assert_eq!(known(&["a", "x"]), "a::y");
    assert_eq!(known(&["a", "y"]), "b");
    assert_eq!(known(&["b"]), "");
    assert_eq!(known(&["c"]), "b d");
    assert_eq!(known(&["d"]), "");

    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "d"), ("c", "e")];
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in edges {
        graph.entry(from.to_owned()).or_default().insert(to.to_owned());
    }
    assert_eq!(circles(&graph), [vec!["b", "c"], vec!["d"]]);
}

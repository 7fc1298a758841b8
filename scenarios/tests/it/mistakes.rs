//! Mistakes in every setting there is, made from the descriptions: each is reported at its exact
//! place, whatever else is wrong beside it.

use patterns::settings::{Choice, Form, Key, Shape, SumInfo, TableInfo, Unit, Variant};
use scenarios::{Diagnostics, KindInfo, LayerRegistry, ScenarioFile};

/// One key and its value, as they are written on a line of their own.
type Line = (String, String);

/// A scenario with some lines in one of its tables.
struct Place {
    before: String,
    after: String,
}

impl Place {
    fn layer(kind: &str) -> Self {
        let before = format!("{}\n[policies]\np = [{{ {kind} = {{\n", system("", ""));
        Self { before, after: "} }]\n[edges]\n\"a -> s\" = \"p\"\n".to_owned() }
    }

    fn section(name: &str) -> Self {
        let whole = |before: String| Self { before: before + "\n", after: String::new() };
        match name {
            "agents" => whole(format!("{}\n[agents.b]", system("", ""))),
            "services" => whole(format!("{}\n[services.z]", system("", ""))),
            // One that another can follow, and a layer that can be hit.
            "faults" => {
                let policies = "[policies]\nq = [{ breaker = { failures = 1, open = \"1s\" } }]\n\
                                [edges]\n\"a -> s\" = \"q\"";
                let first = "hit = \"github\"\ndo = \"down\"\nat = \"1s\"\nfor = \"1s\"";
                let before = system("", "");
                whole(format!("{before}\n{policies}\n[[faults]]\n{first}\n[[faults]]"))
            }
            "budgets" => whole(format!("{}\n[budgets.b]", system("", ""))),
            // One that another hands over to, and someone who does it.
            "recoveries" => {
                let policies = "[policies]\nguarded = [{ cache = \"1s\" }, { breaker = { failures = \
                                1, open = \"1s\" } }]\n[edges]\n\"a -> s\" = \"guarded\"";
                let first = "name = \"call-someone\"\nwhen = \"by-hand\"\nhit = \"s\"\n\
                             do = \"restart\"\n[humans.oncall]\nresponse = \"1min\"";
                let before = system("", "");
                whole(format!("{before}\n{policies}\n[[recoveries]]\n{first}\n[[recoveries]]"))
            }
            "humans" => {
                let by = "name = \"x\"\nwhen = \"by-hand\"\nhit = \"s\"\ndo = \"restart\"\n\
                          human = \"oncall\"";
                let before = system("", "");
                whole(format!("{before}\n[[recoveries]]\n{by}\n[humans.oncall]"))
            }
            "aborts" => whole(format!("{}\n[[aborts]]", system("", ""))),
            "steps" => Self {
                before: format!(
                    "{}\n[agents.b]\narrivals = \"every(1s)\"\nsteps = [{{\n",
                    system("", "")
                ),
                after: "}]\n".to_owned(),
            },
            other => panic!("no place for {other}"),
        }
    }

    fn text(&self, lines: &[Line]) -> String {
        let mut text = self.before.clone();
        let comma = if self.after.starts_with('}') { "," } else { "" };
        for (key, value) in lines {
            text += &format!("{key} = {value}{comma}\n");
        }
        text + &self.after
    }

    /// The line of the first of the lines, from 1.
    fn first_line(&self) -> usize {
        self.before.matches('\n').count() + 1
    }
}

fn system(agents: &str, services: &str) -> String {
    // The names that examples use.
    let names = ["archive", "filesystem", "github", "llm", "mirror", "spare", "tool"];
    let others = names.map(|name| format!("[services.{name}]\nlatency = \"1s\"\n")).concat();
    let agents = ["research", "write"]
        .map(|name| {
            format!(
                "[agents.{name}]\narrivals = \"every(1s)\"\n\
                 steps = [{{ call = \"s\", tokens = 1, usd = 1 }}, \
                 {{ call = \"github\", keys = 10 }}, \
                 {{ loop = [{{ work = \"1s\" }}], limit = 2 }}, {{ checkpoint = \"1s\" }}]\n"
            )
        })
        .concat()
        + agents;
    format!(
        "title = \"t\"\nhorizon = \"1h\"\n[agents.a]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"s\" }}]\n{agents}[services.s]\nlatency = \"1s\"\n\
         {others}{services}"
    )
}

fn diagnose(text: &str) -> Option<Diagnostics> {
    let registry = LayerRegistry::builtin();
    let read = ScenarioFile::parse("it.toml", text).and_then(|file| file.scenario(&registry));
    read.err()
}

/// Adds what is missing until nothing is: a message about something missing has an example.
fn complete(
    place: &Place,
    what: &str,
    (key, value): (&str, &str),
    like: Option<&str>,
    word: Option<&Line>,
) -> Result<Vec<Line>, String> {
    let written = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let mut lines = vec![written((key, value))];
    lines.extend(word.cloned());
    // What can be stuck or broken there.
    let has_hit = word.is_some_and(|(_, kind)| ["\"stuck\"", "\"corrupt\""].contains(&&**kind));
    if has_hit {
        lines.push(written(("hit", "\"write\"")));
    }
    lines.extend(like.map(|like| ("like".to_owned(), format!("{like:?}"))));
    let others = beside(what, key).iter().filter(|(other, _)| *other != key);
    let others = others.filter(|(other, _)| !has_hit || *other != "hit");
    lines.extend(others.copied().map(written));
    loop {
        let text = place.text(&lines);
        let Some(found) = diagnose(&text) else { return Ok(lines) };
        let shown = found.render(false);
        let example = shown.lines().find_map(|line| line.split_once("for example: "));
        let example = example.and_then(|(_, example)| example.split_once(" = "));
        match example.filter(|(missing, _)| lines.iter().all(|(key, _)| key != missing)) {
            Some(example) => lines.push(written(example)),
            None => return Err(format!("{what}: `{key} = {value}` cannot be written:\n{shown}")),
        }
    }
}

/// What must stand beside keys that make no sense alone.
fn beside(what: &str, key: &str) -> &'static [(&'static str, &'static str)] {
    match (what, key) {
        ("faults", "at" | "after") => &[("for", "\"1s\"")],
        ("faults", "for" | "takes") => &[("at", "\"1s\"")],
        ("faults", "up" | "mtbf") => &[("mttr", "\"1s\"")],
        ("faults", "down" | "mttr") => &[("mtbf", "\"1s\"")],
        ("faults", "chance") => &[("at", "\"1s\""), ("for", "\"1s\""), ("every", "\"2s\"")],
        ("faults", "state") => {
            &[("hit", "\"policies.q.breaker\""), ("at", "\"1s\""), ("for", "\"1s\"")]
        }
        ("faults", "each") => &[("hit", "\"research\""), ("at", "\"1s\""), ("for", "\"1s\"")],
        ("faults", "again") => {
            &[("hit", "\"research\""), ("at", "\"1s\""), ("for", "\"1s\""), ("each", "\"1h\"")]
        }
        ("recoveries", "each") => &[("hit", "\"research\""), ("for", "\"1s\"")],
        ("recoveries", "again") => {
            &[("hit", "\"research\""), ("for", "\"1s\""), ("each", "\"1h\"")]
        }
        ("recoveries", "takes") => &[("hit", "\"github\"")],
        ("recoveries", "hit") => &[("do", "\"flush\"")],
        ("recoveries", "do") => &[("for", "\"1s\""), ("hit", "\"github\"")],
        ("recoveries", "state") => &[("hit", "\"policies.guarded.breaker\""), ("for", "\"1s\"")],
        ("recoveries", "tries") => {
            &[("hit", "\"github\""), ("for", "\"1s\""), ("then", "\"call-someone\"")]
        }
        ("recoveries", _) => &[("hit", "\"github\""), ("for", "\"1s\"")],
        ("faults", _) => &[("at", "\"1s\""), ("for", "\"1s\"")],
        ("breaker", "within") => &[("failures", "3")],
        ("breaker", "window" | "min-calls" | "compare") => {
            &[("rate", "\"50%\""), ("window", "\"30s\"")]
        }
        ("breaker", "slow-rate") => &[("slow", "\"2s\""), ("window", "\"30s\"")],
        ("breaker like failsafe-go", "probes") => &[("successes", "2")],
        ("retry like resilience4j", "cap") => &[("factor", "2.0")],
        ("retry like failsafe-go", "factor") => &[("cap", "\"30s\"")],
        ("fallback", "then") => &[("to", "\"mirror\"")],
        ("breaker like gobreaker", "bucket-period") => &[("interval", "\"60s\"")],
        ("balance", "slow-start") => &[("eject", "{ consecutive = 3 }")],
        _ => &[],
    }
}

/// A value of the wrong type for a key.
fn wrong_type(key: &Key) -> &'static str {
    wrong_for(&key.shape())
}

fn wrong_for(shape: &Shape) -> &'static str {
    match shape {
        Shape::Optional(inner, _) => wrong_for(inner),
        Shape::Bool | Shape::Number | Shape::Share | Shape::Integer => "[\"neither\"]",
        Shape::Sum(sum) if matches!((sum.literals)().as_slice(), [Shape::Bool]) => "[\"neither\"]",
        _ => "true",
    }
}

/// A value out of the range of a key, if there is one that can be written.
fn out_of_range(key: &Key) -> Option<String> {
    fn unit(shape: &Shape) -> Option<(Unit, bool)> {
        match shape {
            Shape::Optional(inner, _) => unit(inner),
            Shape::Integer => Some((Unit::Plain, true)),
            Shape::Number | Shape::Share => Some((Unit::Plain, false)),
            Shape::Duration => Some((Unit::Nanos, true)),
            Shape::List(_) => Some((Unit::Items, true)),
            _ => None,
        }
    }
    let (unit, is_whole) = unit(&key.shape())?;
    let range = key.range();
    match (unit, range.min, range.max) {
        (Unit::Items, Some((min, true)), _) if min >= 1.0 => Some("[]".to_owned()),
        (Unit::Nanos, Some((min, false)), _) => Some(format!("\"{min}ns\"")),
        (Unit::Nanos, Some((min, true)), _) if min >= 1.0 => Some(format!("\"{}ns\"", min - 1.0)),
        (Unit::Plain, Some((min, false)), _) => Some(min.to_string()),
        (Unit::Plain, Some((min, true)), _) => Some((min - 1.0).to_string()),
        (Unit::Plain, None, _) if is_whole => Some("-1".to_owned()),
        (Unit::Plain, _, Some((max, true))) => Some((max + 1.0).to_string()),
        (Unit::Plain, _, Some((max, false))) => Some(max.to_string()),
        _ => None,
    }
}

/// What was expected to be reported, and was not.
#[derive(Default)]
struct Missed(Vec<String>);

impl Missed {
    /// A mistake must be reported at exactly this line and column.
    fn expect(&mut self, text: &str, (line, column): (usize, usize), codes: &[&str], what: &str) {
        let Some(found) = diagnose(text) else {
            self.0.push(format!("{what}: nothing is reported"));
            return;
        };
        let at = |one: &&scenarios::Diagnostic| {
            found.line_and_column(one) == (line, column) && codes.contains(&one.code())
        };
        if !found.all().iter().any(|one| at(&one)) {
            let shown = found.render(false);
            self.0.push(format!("{what}: no {codes:?} at {line}:{column}\n{shown}"));
        }
    }

    /// Whatever is of another type, or is missing, is answered with an example.
    fn expect_examples(&mut self, found: Option<&Diagnostics>, what: &str) {
        let all = found.map(Diagnostics::all).unwrap_or_default();
        let of_types = all.iter().filter(|one| ["wrong-type", "missing"].contains(&one.code()));
        for one in of_types {
            if !one.help_text().is_some_and(|help| help.contains("for example: ")) {
                self.0.push(format!("{what}: no example behind `{}`", one.message()));
            }
        }
    }

    #[track_caller]
    fn none(self) {
        let count = self.0.len();
        assert!(self.0.is_empty(), "{}\n{count} missed", self.0.join("\n\n"));
    }
}

/// Every mistake that one key allows, at its exact place.
fn mistakes_of(place: &Place, key: &Key, like: Option<&str>, what: &str, missed: &mut Missed) {
    mistakes_beside(place, key, like, None, what, missed);
}

/// The same for a key that stands beside a word that names a form.
fn mistakes_beside(
    place: &Place,
    key: &Key,
    like: Option<&str>,
    word: Option<&Line>,
    what: &str,
    missed: &mut Missed,
) {
    let name = key.name();
    let example = scenarios::example(key);
    let lines = match complete(place, what, (&name, &example), like, word) {
        Ok(lines) => lines,
        Err(why) => return missed.0.push(why),
    };
    let first = place.first_line();
    let column = name.len() + 4;
    let with = |value: &str, more: &[Line]| {
        let mut lines = lines.clone();
        value.clone_into(&mut lines[0].1);
        lines.extend_from_slice(more);
        place.text(&lines)
    };
    let what = format!("{what}.{name}");
    // Another type.
    let wrong = wrong_type(key);
    let types = ["wrong-type", "unreadable", "unknown-word"];
    let text = with(wrong, &[]);
    missed.expect(&text, (first, column), &types, &format!("{what} = {wrong}"));
    missed.expect_examples(diagnose(&text).as_ref(), &format!("{what} = {wrong}"));
    // Out of range.
    let bad = out_of_range(key);
    if let Some(bad) = &bad {
        let codes = ["out-of-range"];
        missed.expect(&with(bad, &[]), (first, column), &codes, &format!("{what} = {bad}"));
    }
    // Misspelt.
    let mut misspelt = lines.clone();
    misspelt[0].0 = format!("{name}q");
    let codes = ["unknown-key"];
    missed.expect(&place.text(&misspelt), (first, 1), &codes, &format!("{what} misspelt"));
    // Twice.
    let again = [(name.clone(), example.clone())];
    let second = first + lines.len();
    missed.expect(&with(&example, &again), (second, 1), &["not-toml"], &format!("{what} twice"));
    // Two mistakes in one table.
    let other = [("nonsense".to_owned(), "1".to_owned())];
    let text = with(bad.as_deref().unwrap_or(wrong), &other);
    let codes = ["out-of-range", "wrong-type", "unreadable", "unknown-word"];
    missed.expect(&text, (first, column), &codes, &format!("{what} beside nonsense"));
    missed.expect(&text, (second, 1), &["unknown-key"], &format!("nonsense beside {what}"));
    if let Some(sum) = sum_of(&key.shape()) {
        mistakes_of_forms(place, key, &sum, &lines, &what, missed);
    }
}

fn sum_of(shape: &Shape) -> Option<SumInfo> {
    match shape {
        Shape::Optional(inner, _) => sum_of(inner),
        Shape::Sum(sum) => Some(*sum),
        _ => None,
    }
}

/// A mistake in each argument of each form of a text is underlined alone.
fn mistakes_of_forms(
    place: &Place,
    key: &Key,
    sum: &SumInfo,
    lines: &[Line],
    what: &str,
    missed: &mut Missed,
) {
    for form in (sum.variants)() {
        for argument in &form.keys {
            if argument.is_rest() || argument.is_times() {
                continue;
            }
            let bad = "?bad?";
            let before = format!("{}{}(", times(&form), form.name);
            let value = format!("\"{before}{}={bad})\"", argument.name());
            let mut lines = lines.to_vec();
            lines[0].1.clone_from(&value);
            let column = key.name().len() + 5 + before.len() + argument.name().len() + 1;
            let codes = ["wrong-type", "unreadable", "unknown-word", "unknown-name"];
            if matches!(argument.shape(), Shape::Text | Shape::Name(_)) {
                continue;
            }
            let what = format!("{what} = {value}");
            missed.expect(&place.text(&lines), (place.first_line(), column), &codes, &what);
            // The key of an argument, misspelt.
            let value = format!("\"{before}{}q={bad})\"", argument.name());
            lines[0].1.clone_from(&value);
            let column = key.name().len() + 5 + before.len();
            let what = format!("{what}, then {value}");
            let at = (place.first_line(), column);
            missed.expect(&place.text(&lines), at, &["unknown-key"], &what);
        }
    }
}

/// The number that must stand before a form, if one must.
fn times(form: &Variant) -> &'static str {
    if form.keys.iter().any(|key| key.is_times()) { "3 x " } else { "" }
}

/// The forms that a word names, each with the key of the word.
fn words(choices: &[Choice]) -> impl Iterator<Item = (&Key, &Form)> {
    let named = choices.iter().filter_map(|choice| Some((choice.by?, choice)));
    named.flat_map(|(by, choice)| choice.forms.iter().map(move |form| (by, form)))
}

/// A key is reported beside every word whose form does not have it.
fn strays_of(place: &Place, key: &Key, choices: &[Choice], what: &str, missed: &mut Missed) {
    let name = key.name();
    for (by, form) in words(choices).filter(|(_, form)| !form.has(&name)) {
        let example = scenarios::example(key);
        let line = (by.name(), format!("{:?}", form.name));
        let mut lines = vec![(name.clone(), example), line];
        let needed = form.keys.iter().filter(|key| key.is_required());
        lines.extend(needed.map(|key| (key.name(), scenarios::example(key))));
        let written = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        lines.extend(beside(what, &name).iter().map(written));
        let at = (place.first_line(), name.len() + 4);
        let about = format!("{what}.{name} beside `{}`", form.name);
        missed.expect(&place.text(&lines), at, &["conflict"], &about);
    }
}

fn table(shape: &Shape) -> TableInfo {
    match shape {
        Shape::Table(table) => *table,
        other => panic!("{other:?} is no table"),
    }
}

#[test]
fn what_is_of_another_type_is_answered_with_an_example() {
    let registry = LayerRegistry::builtin();
    let mut missed = Missed::default();
    let mut check = |text: &str| {
        let file = ScenarioFile::parse("it.toml", text).unwrap_or_else(|e| panic!("{e}"));
        let found = file.sweep(&registry).expect_err(text);
        assert!(found.all().iter().any(|one| one.code() == "wrong-type"), "{text}\n{found}");
        missed.expect_examples(Some(&found), text);
    };
    let good = system("", "");
    for (name, shape) in scenarios::sections() {
        if !["file", "hypotheses", "sweep"].contains(&name) {
            continue;
        }
        for key in table(&shape).all_keys() {
            let line = format!("{} = {}\n", key.name(), wrong_type(key));
            check(&match name {
                "file" => {
                    let is_key = |line: &&str| line.starts_with(&format!("{} =", key.name()));
                    let rest: Vec<&str> = good.lines().filter(|line| !is_key(line)).collect();
                    line + &rest.join("\n")
                }
                "hypotheses" => format!("{good}[[hypotheses]]\n{line}"),
                _ => format!("{good}[sweep]\n{line}"),
            });
        }
    }
    for section in ["edges", "policies", "faults", "hypotheses", "aborts", "sweep", "variants"] {
        check(&format!("{section} = 1\n{good}"));
    }
    for section in ["faults", "hypotheses", "aborts"] {
        check(&format!("{section} = [1]\n{good}"));
    }
    for section in ["agents", "services"] {
        check(&format!("{section} = 1\ntitle = \"t\"\nhorizon = \"1h\"\n"));
        check(&good.replacen(
            &format!("[{section}."),
            &format!("[{section}]\nx = 1\n[{section}."),
            1,
        ));
    }
    check(&format!("{good}[policies]\np = 1\n"));
    check(&format!("{good}[policies]\np = [{{ breaker = 1 }}]\n"));
    check(&format!("{good}[policies]\np = [{{ breaker = {{ like = 1 }} }}]\n"));
    check(&format!("{good}[edges]\n\"a -> s\" = 1\n"));
    check(&format!("{good}[sweep]\n\"agents.a.count\" = 1\n"));
    check(&format!("{good}[variants]\nx = 1\n"));
    missed.none();
}

#[test]
fn every_setting_of_every_layer_reports_its_mistakes() {
    let registry = LayerRegistry::builtin();
    let (mut count, mut missed) = (0, Missed::default());
    for KindInfo { name, shape, .. } in registry.described() {
        let place = Place::layer(name);
        for key in table(shape).all_keys() {
            mistakes_of(&place, key, None, name, &mut missed);
            count += 1;
        }
    }
    missed.none();
    assert!(count > 100, "only {count} settings were found");
}

#[test]
fn every_number_of_every_library_reports_its_mistakes() {
    let registry = LayerRegistry::builtin();
    let (mut count, mut missed) = (0, Missed::default());
    for KindInfo { name, presets, .. } in registry.described() {
        let place = Place::layer(name);
        for preset in presets {
            for key in &preset.keys {
                let what = format!("{name} like {}", preset.library);
                mistakes_of(&place, key, Some(preset.library), &what, &mut missed);
                count += 1;
            }
        }
    }
    missed.none();
    assert!(count > 40, "only {count} numbers were found");
}

#[test]
fn every_key_of_every_section_reports_its_mistakes() {
    let mut missed = Missed::default();
    for (name, shape) in scenarios::sections() {
        // Those of sweeps and claims are read with all cells: `sweeps.rs`, `claims.rs`.
        if ["file", "hypotheses", "sweep", "claim"].contains(&name) {
            continue;
        }
        let place = Place::section(name);
        let choices = table(&shape).group_info().choices;
        for key in table(&shape).all_keys() {
            if words(&choices).all(|(_, form)| !form.has(&key.name())) {
                mistakes_of(&place, key, None, name, &mut missed);
            }
        }
        for (by, form) in words(&choices) {
            let word = (by.name(), format!("{:?}", form.name));
            for key in &form.keys {
                mistakes_beside(&place, key, None, Some(&word), name, &mut missed);
                strays_of(&place, key, &choices, name, &mut missed);
            }
        }
    }
    missed.none();
}

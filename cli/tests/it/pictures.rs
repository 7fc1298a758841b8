//! Every picture of every scenario of the library, and of one with hostile names: no two texts
//! overlap, and none is cut.

use results::chart::{
    Curve, OF_SWEEPS, Scene, TextBox, backoff, endings, heat_map, latency, lines,
    measures_over_time, run_over_time, states, svg, sweep_over_time, system, timeline, variants,
};
use results::measured::TaskTimes;
use results::series::{Pieces, SeriesWriter};
use results::{Measured, OverTime, SweepResult};
use scenarios::{LayerRegistry, ScenarioFile, library};
use sim::measure::Measure;
use sim::series::{Series, SeriesDesign, run_in_pieces};
use sim::{Record, RunOptions, Watch};

use crate::tank::{Folder, said, scenario, wavetank};

fn refused<T>(mistakes: &scenarios::Diagnostics) -> T {
    panic!("{}", mistakes.render(false))
}

/// All pictures of a sweep of so many runs a cell, and of its first run; `more` is said of each.
fn pictures(name: &str, text: &str, more: &str, replications: u32) -> Vec<(&'static str, Scene)> {
    let registry = LayerRegistry::builtin();
    let mut file = ScenarioFile::parse(name, text).unwrap_or_else(|mistakes| refused(&mistakes));
    file.set_replications(replications);
    let scenario = file.scenario(&registry).unwrap_or_else(|mistakes| refused(&mistakes));
    let sweep = file.sweep(&registry).unwrap_or_else(|mistakes| refused(&mistakes));
    let command = format!("wavetank sweep {name} --seed 0x1");
    let (design, measures) = (sweep.design.clone(), sweep.measures.clone());
    let first = design.objective.of_whom();
    let first = first.split(" -> ").next().unwrap();
    let all = Measure::all(&scenario.system);
    let drawn = measures_over_time(&all, first, &sweep.series.measures, 3);
    let (every, of_file) = (sweep.series.every, sweep.series.measures.len());
    let over_time = SeriesDesign { every, measures: drawn.clone() };
    let mut result = SweepResult::new(design, measures, command.clone());
    result.changes = sweep.changes();
    let own = (0..result.variants.len()).filter_map(|variant| result.default_cell(variant));
    let own: Vec<usize> = own.collect();
    let mut series = SeriesWriter::new(&result, drawn, of_file, own, Vec::new()).unwrap();
    for cell in 0..result.cells() {
        let system = sweep.cell(&registry, cell).system;
        let parts = over_time.parts(&system);
        for replication in 0..replications {
            let (mut pieces, seed) = (Pieces::default(), result.seed_of(replication));
            let mut add = |piece: &Record| pieces.add(&over_time.measures, piece);
            let options = RunOptions::default();
            let record = run_in_pieces(&system, seed, &options, every, &parts, &mut add);
            result.add(cell, replication, &Measured::of(&result.measures, &record));
            series.add(&result, cell, replication, &pieces).unwrap();
        }
    }
    let (_, kept) = series.finish(&result).unwrap();
    let kept = kept.into_iter().map(|(cell, of)| (result.variant(cell).to_owned(), of));
    let kept: Vec<(String, OverTime)> = kept.collect();
    let window = Some((scenario.system.warmup, scenario.system.horizon));
    let options = RunOptions { watch: Watch::Trace, window, ..RunOptions::default() };
    let record = sim::run_until(&scenario.system, result.seed_of(0), &options);
    let overviews = &record.trace.as_ref().unwrap().overviews;
    let shown = measures_over_time(&all, first, &[], usize::MAX);
    let (_, series) = Series::run(&scenario.system, 1, &RunOptions::default(), every, &all);
    let one = OverTime::of_run(&series, &all, &shown, 1);
    let by_variant: Vec<Curve> = (result.variants.iter().enumerate())
        .map(|(at, name)| Curve { name: name.clone(), times: result.latency(at).clone() })
        .collect();
    let by_group: Vec<Curve> = (record.agents.iter())
        .map(|agents| Curve { name: agents.name.clone(), times: TaskTimes::of(agents) })
        .collect();
    let about = &format!("{}{more}", scenario.title);
    let all = [
        ("heat map", heat_map(&result)),
        ("lines", lines(&result)),
        ("variants", variants(&result)),
        ("latency of the sweep", latency(about, &command, &by_variant)),
        ("latency of the run", latency(about, &command, &by_group)),
        ("over time in the sweep", sweep_over_time(about, &command, &kept, overviews.first())),
        ("over time in the run", run_over_time(about, &command, &one, overviews.first())),
        ("system", system(about, &command, &scenario.system, first)),
        ("states", states(about, &command, &record)),
        ("back-off", backoff(about, &command, &scenario.system)),
        ("endings", endings(about, &command, &record, first)),
        ("timeline", timeline(about, &command, &overviews[0], &record, first)),
        ("close-up", timeline(about, &command, &overviews[1], &record, first)),
    ];
    let of_sweeps = OF_SWEEPS.map(|(name, of)| (name, of(&result)));
    let all = all.into_iter().chain(of_sweeps);
    all.filter_map(|(name, scene)| Some((name, scene?))).collect()
}

/// What is wrong with the texts of a picture.
fn faults(scene: &Scene) -> Vec<String> {
    let (width, height) = scene.size();
    let texts: Vec<TextBox<'_>> = scene.texts().collect();
    let mut faults = Vec::new();
    for (index, one) in texts.iter().enumerate() {
        let TextBox { text, left, right, top, bottom } = *one;
        if left < 0.0 || width < right || top < 0.0 || height < bottom + 3.0 {
            faults.push(format!("beyond the sheet: {one:?}"));
        }
        for other in &texts[index + 1..] {
            let across = right.min(other.right) - left.max(other.left);
            let down = bottom.min(other.bottom) - top.max(other.top);
            if across > 0.5 && down > 0.5 {
                faults.push(format!("{text:?} over {:?}", other.text));
            }
        }
    }
    faults
}

#[test]
fn texts_of_the_library_neither_overlap_nor_are_cut() {
    let mut wrong = Vec::new();
    let mut number = 0;
    for scenario in library::LIBRARY {
        for (name, scene) in pictures(scenario.name, scenario.text, "", 2) {
            number += 1;
            let cut = scene.texts().filter(|text| text.text.ends_with('…'));
            let cut = cut.map(|text| format!("cut: {}", text.text)).collect::<Vec<_>>();
            let faults = faults(&scene).into_iter().chain(cut);
            wrong.extend(faults.map(|fault| format!("{}, {name}: {fault}", scenario.name)));
        }
    }
    assert!(number > 7 * library::LIBRARY.len(), "{number} pictures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As TOML has it; control characters by their numbers.
fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A scenario whose parts have these names.
fn named(group: &str, service: &str, variant: &str, title: &str) -> String {
    let [group, service, variant, title] = [group, service, variant, title].map(quoted);
    let edge = format!("{} -> {}", &group[1..group.len() - 1], &service[1..service.len() - 1]);
    format!(
        "title = {title}\nhorizon = \"10min\"\n[agents.{group}]\ncount = 3\n\
         arrivals = \"poisson(every=4s)\"\nsteps = [{{ call = {service} }}]\n[services.{service}]\n\
         latency = \"exponential(1s)\"\nslots = 2\nqueue = 20\n\
         [[policies.p]]\nbreaker = {{ failures = 3, open = \"20s\" }}\n\
         [[policies.p]]\ntimeout = \"5s\"\n[edges]\n\"{edge}\" = \"p\"\n\
         [[faults]]\nhit = {service}\ndo = \"hang\"\nat = \"3min\"\nfor = \"2min\"\n\
         [variants.{variant}]\n\"policies.p.breaker\" = \"off\"\n\
         [sweep]\n\
         \"policies.p.breaker.failures\" = [1, 3, 9, 50]\n\
         \"policies.p.breaker.open\" = [\"20s\", \"1min\"]\n"
    )
}

/// The same with two groups, variants that add to each other, and an axis over decades.
fn named_in_steps(group: &str, service: &str, variant: &str, title: &str) -> String {
    let [one, other] = [format!("{group}1"), format!("{group}3")].map(|name| quoted(&name));
    let variants = ["a", "b", "c"].map(|end| quoted(&format!("{variant}{end}")));
    let [title, service] = [title, service].map(quoted);
    let edge = |group: &String| {
        format!("{} -> {}", &group[1..group.len() - 1], &service[1..service.len() - 1])
    };
    let agents = [&one, &other].map(|group| {
        format!(
            "[agents.{group}]\ncount = 30\narrivals = \"every(1min)\"\ndeadline = \"50s\"\n\
             steps = [{{ call = {service} }}]\n"
        )
    });
    let edges = [&one, &other].map(|group| format!("\"{}\" = \"p\"\n", edge(group)));
    let retry = "\"policies.p.retry\" = { network = \"2 x 1s\" }\n";
    let more = "\"policies.p.timeout\" = \"2s\"\n";
    let last = "\"policies.p.bulkhead\" = { slots = 9, per = \"policy\" }\n";
    let [a, b, c] = variants;
    format!(
        "title = {title}\nhorizon = \"100s\"\n{}\
         [services.{service}]\nlatency = \"exponential(100ms)\"\nslots = 20\n\
         [policies]\np = [{{ retry = \"off\" }}, {{ bulkhead = \"off\" }}, {{ timeout = \"off\" }}]\n\
         [edges]\n{}[[faults]]\nhit = {service}\ndo = \"down\"\nat = \"1min\"\nfor = \"10s\"\n\
         [variants.{a}]\n{retry}[variants.{b}]\n{retry}{more}\
         [variants.{c}]\n{retry}{more}{last}\
         [sweep]\n\"faults.0.for\" = [\"100ms\", \"1s\", \"3s\", \"10s\"]\n",
        agents.concat(),
        edges.concat(),
    )
}

#[test]
fn texts_neither_overlap_nor_leave_the_sheet_whatever_the_names_are() {
    let long = "a-name-as-long-as-names-of-services-are-in-clusters-".repeat(6);
    let wide = "W".repeat(300);
    let spaced = "words and words and words ".repeat(400);
    for name in [
        long.as_str(),
        wide.as_str(),
        "שירות תשלומים ראשי",
        "خدمة الدفع الرئيسية",
        "🦀🦀🦀 crab 👩👧 family 🏳️🌈",
        "決済サービス・本番環境",
        "<b>&amp;</b>",
    ] {
        let title = format!("\u{1b}[31m{name:.200}\u{7} \" ' \\ \u{202e}");
        let files =
            [named, named_in_steps].map(|text| text(name, &format!("{name}2"), name, &title));
        let drawn = files.map(|text| pictures("hostile", &text, &spaced, 5));
        for kind in OF_SWEEPS.map(|(kind, _)| kind) {
            assert!(drawn.iter().flatten().any(|(other, _)| *other == kind), "there is no {kind}");
        }
        for (picture, scene) in drawn.into_iter().flatten() {
            let faults = faults(&scene);
            assert!(faults.is_empty(), "{picture} of {name}: {}", faults.join("\n"));
            let file = svg(&scene);
            assert!(file.len() < 400_000, "{picture} of {name}: {} bytes", file.len());
            assert!(!file.contains(['\u{0}', '\u{7}', '\u{1b}']));
        }
    }
}

/// What cannot be written is said once, with the names that it is in and the pictures.
#[test]
fn names_that_the_font_of_pictures_lacks_are_said_once_with_their_letters() {
    let folder = Folder::new("unknown-letters");
    let plain = named("worker", "api", "off", "It");
    std::fs::write(folder.0.join("plain.toml"), plain).unwrap();
    let foreign = named("決済", "שירות", "🦀 off", "It");
    std::fs::write(folder.0.join("foreign.toml"), foreign).unwrap();
    let warnings = |command: &str, file: &str| {
        let output = wavetank(&[command, file, "--out", command], &folder);
        let text = String::from_utf8(output.stderr).unwrap();
        std::fs::remove_dir_all(folder.0.join(command)).unwrap();
        // Others are of the file, with its place.
        let of_pictures = |line: &&str| line.starts_with("warning: ") || line.contains(".png");
        text.lines().filter(of_pictures).map(str::to_owned).collect::<Vec<_>>()
    };
    for command in ["run", "sweep"] {
        assert_eq!(warnings(command, "plain.toml"), [""; 0], "{command}");
        let lines = warnings(command, "foreign.toml");
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("warning: the font of pictures lacks "), "{lines:?}");
        for name in ["決", "済", "ש", "`決済`", "`שירות`"] {
            assert!(lines[0].contains(name), "{name} in {lines:?}");
        }
        let boxes = match command {
            "run" => ["timeline.png", "system.png"],
            _ => ["heat-map.png", "recovery.png"],
        };
        assert!(boxes.iter().all(|name| lines[1].contains(name)), "{lines:?}");
    }
    assert!(warnings("sweep", "foreign.toml")[0].contains("🦀"));
}

/// What is said of a picture in its file.
fn description(folder: &Folder, picture: &str) -> Option<String> {
    let file = std::fs::read_to_string(folder.0.join(picture)).ok()?;
    Some(file.split_once("<desc>")?.1.split_once("</desc>")?.0.to_owned())
}

/// A sweep whose axes leave out what the file says draws a run of the file all the same; with one
/// value on its only axis it shows its runs.
#[test]
fn pictures_of_a_sweep_say_whether_they_show_one_of_its_cells() {
    let folder = Folder::new("own-cell");
    let of = |name: &str, values: &str| {
        let text = format!("[sweep]\nreplications = 2\n\"services.x.latency\" = {values}\n");
        scenario(&folder, &format!("{name}.toml"), &text);
        let file = format!("{name}.toml");
        let output = wavetank(&["sweep", &file, "--out", name], &folder);
        assert!(output.status.success(), "{}", said(&output));
        let timeline = description(&folder, &format!("{name}/timeline.svg")).unwrap();
        let cell = std::fs::read_to_string(folder.0.join(name).join("index.html")).unwrap();
        (timeline, cell)
    };
    let (own, page) = of("own", "[\"1s\", \"2s\"]");
    assert!(own.contains("One run of the file's own cell."), "{own}");
    let note = "wavetank run own.toml --seed 0x1 --cell 1 --replication 0";
    let lines = std::fs::read_to_string(folder.0.join("own/lines.svg")).unwrap();
    assert!(lines.contains(&format!("\n{note}</title>")) && page.contains(note));
    let (other, _) = of("other", "[\"2s\", \"3s\"]");
    assert!(other.contains("no cell is its own."), "{other}");
    assert!(description(&folder, "own/variants.svg").is_none());
    of("one", "[\"1s\"]");
    assert!(description(&folder, "one/variants.svg").is_some());
}

/// What is drawn and kept of a run does not grow with it.
#[test]
fn files_of_a_run_do_not_grow_with_its_horizon() {
    let folder = Folder::new("horizon");
    let files = ["timeline.svg", "over-time.svg", "calls.csv"];
    let sizes = |horizon: &str| {
        let text = format!(
            "title = \"f\"\nhorizon = \"{horizon}\"\n[agents.a]\narrivals = \"poisson(every=5ms)\"\n\
             slots = \"unlimited\"\nsteps = [{{ call = \"x\" }}]\n[services.x]\n\
             latency = \"exponential(50ms)\"\nslots = 20\n"
        );
        std::fs::write(folder.0.join("it.toml"), text).unwrap();
        let output = wavetank(&["run", "it.toml", "--out", horizon], &folder);
        assert!(output.status.success(), "{}", said(&output));
        files.map(|file| std::fs::metadata(folder.0.join(horizon).join(file)).unwrap().len())
    };
    let [short, long] = ["300s", "3000s"].map(sizes);
    for ((file, short), long) in files.into_iter().zip(short).zip(long) {
        assert!(long < short + short / 2, "{file}: {short} bytes, then {long}");
    }
}

//! Charts: well-formed, within their sheet, the same for the same data, and honest titles.

use results::chart::{Curve, Scene, Theme, heat_map, latency, lines, png, svg, timeline, variants};
use results::{Measured, SweepResult};
use sim::design::{Axis, AxisRole, SweepDesign};
use sim::measure::{Better, Measure};
use sim::{Watch, run};

use crate::table;

fn scenes() -> Vec<Scene> {
    let (result, systems) = table::result(&["agents.a.latency.mean"]);
    let record = run(&systems[2], 1, Watch::Trace);
    let overview = &record.trace.as_ref().expect("it was asked for").overviews[0];
    let curves =
        [0].map(|cell| Curve { name: format!("cell {cell}"), times: result.latency(cell).clone() });
    vec![
        heat_map(&square()).expect("there are two axes"),
        lines(&result).expect("there is an axis"),
        latency("tasks", "wavetank sweep it", &curves).expect("there are tasks"),
        timeline("Something", "wavetank run it", overview, &record, "a").expect("there are lanes"),
    ]
}

/// Two axes with the same systems on the second.
fn square() -> SweepResult {
    let systems = [table::system(2), table::system(4)];
    let objective = Measure::parse("agents.a.latency.mean", &systems[0]).unwrap();
    let axis = |path: &str| Axis {
        path: path.to_owned(),
        values: ["1", "2"].map(str::to_owned).to_vec(),
        role: AxisRole::Choice,
    };
    let design = SweepDesign {
        title: "Two by two".to_owned(),
        variants: vec!["as written".to_owned()],
        axes: vec![axis("policies.p.latency"), axis("policies.at.all")],
        default: Some(vec![1, 0]),
        replications: 3,
        seed: 1,
        objective: objective.clone(),
        better: Better::Lower,
    };
    let mut result = SweepResult::new(design, vec![objective], "wavetank sweep square".to_owned());
    for cell in 0..4 {
        for replication in 0..3 {
            let record = run(&systems[cell / 2], u64::from(replication), Watch::Counts);
            result.add(cell, replication, &Measured::of(&result.measures, &record));
        }
    }
    result
}

#[test]
fn svg_is_well_formed_and_the_same_again() {
    for (one, two) in scenes().iter().zip(&scenes()) {
        let text = svg(one);
        assert_eq!(text, svg(two));
        let file = roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let title = file.descendants().find(|node| node.has_tag_name("title"));
        assert_eq!(title.and_then(|node| node.text()), Some(one.title()));
    }
}

#[test]
fn png_is_a_picture_of_twice_the_size_light_or_dark() {
    for scene in scenes() {
        let (light, dark) = (png(&scene, Theme::Light), png(&scene, Theme::Dark));
        assert_eq!(light, png(&scene, Theme::Light));
        assert_ne!(light, dark);
        assert_eq!(&light[1..4], b"PNG");
        let size = |at: usize| u32::from_be_bytes(light[at..at + 4].try_into().unwrap());
        assert_eq!((size(16), size(20)), (2560, 1440));
    }
}

/// What the marks of a picture stand for, as its file says it.
fn notes(scene: &Scene) -> Vec<String> {
    let text = svg(scene);
    let file = roxmltree::Document::parse(&text).unwrap();
    let titles = file.descendants().filter(|node| {
        node.has_tag_name("title") && node.parent().is_some_and(|parent| parent.has_tag_name("g"))
    });
    titles.filter_map(|node| Some(node.text()?.replace('\u{a0}', " "))).collect()
}

#[test]
fn each_mark_says_what_it_stands_for_and_which_command_runs_it() {
    let mut result = square();
    assert!(notes(&heat_map(&result).unwrap()).iter().all(|note| !note.contains("wavetank")));
    result.run_command = "wavetank run square --seed 0x1".to_owned();
    let of_cells = notes(&heat_map(&result).unwrap());
    assert_eq!(of_cells.len(), 4);
    for (cell, note) in of_cells.iter().enumerate() {
        let lines: Vec<&str> = note.lines().collect();
        let [of, is, again] = lines[..] else { panic!("{note}") };
        let place = ["1", "2"].map(|value| format!("latency {value}"))[cell / 2].clone();
        assert!(of.starts_with(&place), "{note}");
        let mean = result.estimate(cell, result.objective).mean;
        let start = format!("mean of the latency of a: {mean:.2}");
        assert!(is.starts_with(start.trim_end_matches('0')), "{note} and {start}");
        assert!(is.contains(" s [") && is.contains("95 % interval from 3 runs"), "{note}");
        let command = format!("wavetank run square --seed 0x1 --cell {cell} --replication 0");
        assert_eq!(again, command);
    }
    let of_lines = notes(&lines(&result).unwrap());
    assert_eq!(of_lines, of_cells);

    // Of variants every run is a mark, and their mean.
    let (result, _) = table::result(&["agents.a.latency.mean"]);
    let of_variants = notes(&variants(&result).unwrap());
    let of_runs = of_variants.iter().filter(|note| note.contains(" in run "));
    assert_eq!((of_runs.count(), of_variants.len()), (4, 5), "{of_variants:?}");
}

#[test]
fn titles_say_what_is_in_the_data() {
    let mut result = square();
    let title = heat_map(&result).unwrap().title().replace('\u{a0}', " ");
    assert!(title.starts_with("Latency 1, all 1 is the best"), "{title}");
    assert!(title.contains("1 other may be as good"), "{title}");

    // Turned round, the slow service is the best, and it is the file's own.
    result.design.better = Better::Higher;
    let title = heat_map(&result).unwrap().title().replace('\u{a0}', " ");
    assert!(title.contains("; it is the file's own"), "{title}");
}

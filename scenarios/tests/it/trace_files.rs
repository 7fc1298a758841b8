//! Traces that stand in a file of their own.

use scenarios::{Diagnostics, LayerRegistry, ScenarioFile};
use sim::model::system::Arrivals;

fn file(arrivals: &str) -> ScenarioFile {
    let text = format!(
        "title = \"x\"\nhorizon = \"2h\"\n[agents.a]\nsteps = [{{ call = \"s\" }}]\n\
         arrivals = {arrivals}\n[services.s]\nlatency = \"1s\"\n"
    );
    ScenarioFile::parse("it.toml", &text).unwrap_or_else(|e| panic!("{e}"))
}

/// The times in seconds, if the file `log.csv` has this text.
fn times(arrivals: &str, csv: &str) -> Result<Vec<f64>, Diagnostics> {
    let mut file = file(arrivals);
    file.read_traces(&mut |name| match name {
        "log.csv" => Ok(csv.to_owned()),
        _ => Err("there is no such file".to_owned()),
    });
    let scenario = file.scenario(&LayerRegistry::builtin())?;
    match &scenario.system.agents[0].arrivals {
        Arrivals::Trace(times) => Ok(times.iter().map(|time| time.as_secs_f64()).collect()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_gives_times_or_gaps() {
    let cases = [
        ("time\n0.5\n2s\n1min 3s\n", vec![0.5, 2.0, 63.0]),
        ("0.5\n2\n2\n", vec![0.5, 2.0, 2.0]),
        ("task, Time ,kind\r\n1, 0.5 ,a\r\n2,1500ms,\"b, c\"\r\n", vec![0.5, 1.5]),
        ("gap,task\n1s,x\n0.5,y\n0,z\n", vec![1.0, 1.5, 1.5]),
    ];
    for (csv, expected) in cases {
        for arrivals in ["{ trace = \"log.csv\" }", "\"trace(log.csv)\""] {
            let found = times(arrivals, csv).unwrap_or_else(|e| panic!("{csv}: {e}"));
            assert_eq!(found, expected, "{csv}");
        }
    }
}

#[test]
fn a_mistake_names_file_row_and_column() {
    let cases = [
        (
            "task,time\na,1\nb,3\nc,2\nd,soon\ne\n",
            vec![
                "`log.csv`, row 4, column 2 (`time`): the times must rise, and 2s comes after 3s",
                "`log.csv`, row 5, column 2 (`time`): `soon` is no time: ",
                "`log.csv`, row 6, column 2 (`time`): there is no such column in this row",
            ],
        ),
        ("1\n-2\n", vec!["`log.csv`, row 2, column 1: `-2` must be from 0 to 1e10 seconds"]),
        ("1\nnan\n", vec!["`log.csv`, row 2, column 1: `nan` must be from 0 to 1e10 seconds"]),
        ("at,task\n1,a\n", vec!["`log.csv`: row 1 names no column `time` or `gap`, but `at`, "]),
        (
            "time,note\n1,ok\n2,\"oops\n3,ok\n4,ok\n",
            vec!["`log.csv`, row 3, column 2: a quotation mark that opens here is not closed in"],
        ),
        // A decimal comma makes two fields of a number.
        (
            "1\n2,5\n",
            vec![
                "`log.csv`, row 2, column 2: `5` is in a column that row 1 does not have: it has 1",
            ],
        ),
        (
            "time,task\n1,a\n2,b,c\n",
            vec![
                "`log.csv`, row 3, column 3: `c` is in a column that row 1 does not have: it has 2",
            ],
        ),
        (
            "time,task,Gap\n1,a,1\n",
            vec![
                "`log.csv`, row 1, column 3 (`gap`): column 1 (`time`) says when tasks come, and \
                 only one column can",
            ],
        ),
        (
            "gap,gap\n1,1\n",
            vec![
                "`log.csv`, row 1, column 2 (`gap`): column 1 (`gap`) says when tasks come, and \
                 only one column can",
            ],
        ),
        ("time\n", vec!["`log.csv` has no times"]),
        ("", vec!["`log.csv` has no times"]),
    ];
    for (csv, expected) in cases {
        let found = times("{ trace = \"log.csv\" }", csv).expect_err(csv);
        assert_eq!(found.all().len(), expected.len(), "{csv}: {found}");
        for (one, message) in found.all().iter().zip(expected) {
            assert_eq!(found.line_and_column(one), (5, 22), "{found}");
            assert!(one.message().starts_with(message), "{found}");
        }
    }
    let many = "1\n".repeat(100_001);
    let found = times("{ trace = \"log.csv\" }", &many).expect_err("too many");
    assert_eq!(found.all()[0].message(), "`log.csv`, row 100001: more than 100000 times");
    let wrong = format!("1\n{}", "?\n".repeat(50));
    let found = times("{ trace = \"log.csv\" }", &wrong).expect_err("all wrong");
    assert_eq!(found.all().len(), 11, "{found}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_where_it_is_written() {
    let found = times("\"trace(other.csv)\"", "").expect_err("no such file");
    assert_eq!(found.line_and_column(&found.all()[0]), (5, 19), "{found}");
    assert_eq!(found.all()[0].message(), "`other.csv`: there is no such file");
    // Beside other times, and where nothing reads files.
    for arrivals in ["\"trace(1s, log.csv)\"", "{ trace = [\"log.csv\"] }"] {
        let found = times(arrivals, "1\n").expect_err(arrivals);
        assert!(found.all()[0].message().contains("only in `[agents]`"), "{found}");
    }
}

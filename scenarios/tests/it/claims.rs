//! Claims: each can be put to the test, and what is wrong with one is reported all at once.

use scenarios::library::CLAIMS;
use scenarios::{LayerRegistry, ScenarioFile};

fn file(claim: &str) -> String {
    format!(
        "title = \"x\"\nhorizon = \"10min\"\n[agents.agent]\narrivals = \"every(1s)\"\n\
         steps = [{{ call = \"mcp\" }}]\n[services.mcp]\nlatency = \"1s\"\n\
         [variants.slow]\n\"services.mcp.latency\" = \"2s\"\n\
         [sweep]\nreplications = 5\n\"services.mcp.slots\" = [1, 2]\n{claim}"
    )
}

fn mistakes(claim: &str) -> String {
    let text = file(claim);
    let file = ScenarioFile::parse("claim.toml", &text).expect("it is TOML");
    let found = file.sweep(&LayerRegistry::builtin());
    found
        .map(|sweep| assert!(sweep.claim.is_some()))
        .map_or_else(|e| e.to_string(), |()| String::new())
}

#[test]
fn every_claim_can_be_put_to_the_test_and_says_nothing_without_effect() {
    for entry in CLAIMS {
        let file = ScenarioFile::parse(entry.name, entry.text).unwrap();
        let sweep = file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"));
        assert!(sweep.warnings.is_empty(), "{}: {}", entry.name, sweep.warnings);
        let claim = sweep.claim.unwrap_or_else(|| panic!("{} claims nothing", entry.name));
        assert!(!claim.says.is_empty() && !claim.source.is_empty(), "{}", entry.name);
        assert!(sweep.design.replications >= 5, "{}: too few runs to rely on", entry.name);
    }
}

const SAYS: &str = "[claim]\nsays = \"a\"\nsource = \"b\"\n";

#[test]
fn a_claim_is_read_with_its_rules_and_figures() {
    let right = "[[claim.rules]]\nthat = \"agents.agent.success >= 95%\"\nagainst = \"slow\"\n\
                 [[claim.figures]]\nof = \"agents.agent.latency.mean\"\nis = \"1s\"\nwhy = \"c\"\n\
                 at = { \"services.mcp.slots\" = 2 }\n";
    assert_eq!(mistakes(&format!("{SAYS}{right}")), "");
}

#[test]
fn what_is_wrong_with_a_claim_is_reported_all_at_once() {
    let wrong = "[[claim.rules]]\nthat = \"agents.agent.sucess >= 95%\"\nagainst = \"slwo\"\n\
                 [[claim.rules]]\nthat = \"agents.agent.success\"\nin = [\"fast\"]\n\
                 [[claim.rules]]\nthat = \"agents.agent.success > 0\"\nagainst = \"slow\"\nin = [\"slow\"]\n\
                 [[claim.figures]]\nof = \"agents.agent.latency.mean\"\nis = \"95%\"\nwhy = \"c\"\n\
                 at = { \"services.mcp.slots\" = 3 }\n\
                 [[claim.figures]]\nof = \"agents.agent.latency.mean\"\nis = \"1s\"\nwhy = \"c\"\n";
    let found = mistakes(&format!("{SAYS}{wrong}"));
    for part in [
        "did you mean `success`?",
        "there is no variant `slwo`",
        "did you mean `slow`?",
        "`agents.agent.success` compares nothing",
        "there is no variant `fast`",
        "no variant is left that it could be asked of",
        "`95%` is no length of time",
        "`3` is no value of the axis `services.mcp.slots`",
        "it does not say in which cell it is",
    ] {
        assert!(found.contains(part), "`{part}` is not in:\n{found}");
    }
    let unknown = "[[claim.rules]]\nthat = \"agents.agent.success > 0\"\n\
                   [[claim.figures]]\nof = \"agents.agent.sucess\"\nis = \"95%\"\nwhy = \"c\"\n\
                   at = { \"services.mcp.slots\" = 1 }\n";
    let found = mistakes(&format!("{SAYS}{unknown}"));
    assert!(found.contains("of = \"agents.agent.sucess\"\n   |      ^"), "{found}");
    let empty = mistakes("[claim]\nsays = \"a\"\nrules = []\n");
    assert!(empty.contains("source") && empty.contains("rules"), "{empty}");
}

#[test]
fn what_a_claim_lacks_hides_no_other_mistake_in_it_and_neither_does_the_rest_of_the_file() {
    let wrong = "[[claim.rules]]\nthat = \"agents.agent.sucess >= 95%\"\nagainst = \"slwo\"\n\
                 at = { \"services.mcp.slots\" = [1, 4], \"services.mpc.slots\" = 1 }\n\
                 [[claim.figures]]\nof = \"agents.agent.latency.mean\"\nis = \"95%\"\n\
                 variant = \"fast\"\n\
                 at = { \"services.mcp.slots\" = 3, \"services.mcp.slot\" = 1 }\n\
                 [[claim.figures]]\nis = \"1s\"\nwhy = \"c\"\nvariant = \"sow\"\n";
    let parts = [
        "did you mean `success`?",
        "there is no variant `slwo`",
        "`4` is no value of the axis `services.mcp.slots`",
        "`services.mpc.slots` is no axis of this sweep",
        "`95%` is no length of time",
        "there is no variant `fast`",
        "`3` is no value of the axis `services.mcp.slots`",
        "`services.mcp.slot` is no axis of this sweep",
        "needs `why`",
        "needs `of`",
        "there is no variant `sow`",
    ];
    for more in ["", "[services.other]\nlatncy = \"1s\"\n"] {
        let found = mistakes(&format!("{SAYS}{wrong}{more}"));
        for part in parts {
            assert!(found.contains(part), "`{part}` is not in:\n{found}");
        }
        assert_eq!(found.contains("latncy"), !more.is_empty(), "{found}");
    }
}

#[test]
fn a_rule_is_asked_at_the_values_that_it_names() {
    let rule = "[[claim.rules]]\nthat = \"agents.agent.success >= 95%\"\n";
    let sweep = |at: &str| {
        let text = file(&format!("{SAYS}{rule}{at}"));
        let file = ScenarioFile::parse("claim.toml", &text).expect("it is TOML");
        file.sweep(&LayerRegistry::builtin()).unwrap_or_else(|e| panic!("{e}"))
    };
    let of = |at: &str| sweep(at).claim.unwrap().rules[0].at.clone();
    assert_eq!(of(""), []);
    assert_eq!(of("at = { \"services.mcp.slots\" = 2 }\n"), [(0, vec![1])]);
    assert_eq!(of("at = { \"services.mcp.slots\" = [2, 1] }\n"), [(0, vec![1, 0])]);
}

#[test]
fn a_figure_says_where_it_is_unless_the_file_s_own_values_are_in_the_sweep() {
    let figure = "[[claim.rules]]\nthat = \"agents.agent.success >= 95%\"\n\
                  [[claim.figures]]\nof = \"agents.agent.success\"\nis = \"95%\"\nwhy = \"c\"\n";
    let found = mistakes(&format!("{SAYS}{figure}"));
    let help = "help: name one in `at`, \"services.mcp.slots\" = …: 1, 2";
    assert!(found.contains(help) && found.contains("it does not say in which cell"), "{found}");
    // What is said for one axis is not asked for again.
    let of_one = format!("{figure}at = {{ \"services.mcp.slots\" = 1 }}\n");
    assert_eq!(mistakes(&format!("{SAYS}{of_one}")), "");
}

#[test]
fn sections_of_a_file_take_the_place_of_those_of_a_claim() {
    let claim = CLAIMS.iter().find(|entry| entry.name == "claims/A18").unwrap();
    let claim = ScenarioFile::parse(claim.name, claim.text).unwrap();
    let registry = LayerRegistry::builtin();
    let put = |text: &str| {
        let mut file = ScenarioFile::parse("mine.toml", text).unwrap();
        file.ask(&claim);
        file.sweep(&registry)
    };
    let faults = "[[faults]]\nhit = \"mcp\"\ndo = \"hang\"\nat = \"1min\"\nfor = \"10min\"\n";
    let sweep = put(faults).unwrap_or_else(|e| panic!("{e}"));
    assert!(sweep.claim.is_some());
    assert_eq!(sweep.design.cells(), 8);
    let system = sweep.cell(&registry, 0).system;
    assert_eq!(system.faults.len(), 1);
    assert!(format!("{:?}", system.faults[0].schedule).contains("60000000000"));
    // What the claim asks for must be there.
    let wrong = put("[services.other]\nlatency = \"1s\"\n").map(|_| ()).unwrap_err().to_string();
    assert!(wrong.contains("mcp") && wrong.contains("--> claims/A18:"), "{wrong}");
    // Mistakes are counted where they are: here all are in what the claim brings along.
    assert!(wrong.lines().last().unwrap().ends_with(" mistakes in claims/A18"), "{wrong}");
}

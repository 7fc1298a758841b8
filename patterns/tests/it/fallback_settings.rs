//! A fallback as it is written, with services by name.

use patterns::fallback::Then::{FirstFailure, LastFailure, Value};
use patterns::fallback::{Settings, Targets};
use patterns::settings::{Auto, Setting};
use patterns::{Class, Classes, Target};

use crate::written::{good, reported};

#[test]
fn fallback_needs_nothing_written() {
    let value = Settings::of(Targets::VALUE);
    for written in ["{}", "\"value\"", "{ to = \"value\" }", "{ then = \"auto\" }"] {
        assert_eq!(good::<Settings>(written), value, "{written}");
    }
    assert_eq!(value.last_resort(), Value);
    assert_eq!(good::<Settings>("{ then = \"value\" }").last_resort(), Value);
}

#[test]
fn fallback_names_one_service_or_several() {
    let spare = Settings::of(Target(0));
    for written in ["\"spare\"", "{ to = \"spare\" }", "{ to = [\"spare\"] }"] {
        assert_eq!(good::<Settings>(written), spare, "{written}");
    }
    assert_eq!(spare.last_resort(), LastFailure);
    let several = |written: &str| good::<Settings>(written).to;
    let two = Targets::from([Target(0), Target(1)]);
    assert_eq!(several("{ to = [\"spare\", \"tool\"] }"), two);
    assert_eq!(several("{ to = [\"spare\", \"spare\"] }"), Targets::from(vec![Target(0); 2]));
    // A service that is called as the word for a value stands in a list.
    assert_eq!(several("{ to = [\"value\"] }"), Targets::from(Target(2)));
}

#[test]
fn fallback_has_every_knob_in_files() {
    for (name, then) in
        [("value", Value), ("first-failure", FirstFailure), ("last-failure", LastFailure)]
    {
        let written = format!("{{ to = \"tool\", on = [\"network\"], then = \"{name}\" }}");
        let expected = Settings::of(Target(1)).with(|settings| {
            settings.on = Classes::NONE.with(Class::Network);
            settings.then = Auto::Is(then);
        });
        assert_eq!(good::<Settings>(&written), expected);
        let shown = "to = \"service-1\", on = [\"network\"], then";
        assert_eq!(expected.write().to_string(), format!("{{ {shown} = \"{name}\" }}"));
    }
    assert_eq!(Settings::of(Targets::VALUE).write().to_string(), "{}");
}

#[test]
fn fallback_reports_every_mistake_at_its_place() {
    assert_eq!(
        reported::<Settings>(
            "{ to = [\"spair\", \"tool\", \"tol\"], on = [], then = \"valu\", too = 1 }"
        ),
        [
            "\"spair\": there is no service `spair`",
            "\"tol\": there is no service `tol`",
            "[]: `on` must be a list of at least 1",
            "valu: `then` has no form `valu`",
            "too: `fallback` has no key `too`",
        ]
    );
    let name =
        "3: `to` must be the name of a service, a list of them, or \"value\", not a whole number";
    assert_eq!(reported::<Settings>("{ to = 3 }"), [name]);
    let empty = "[]: `to` must be a service, or several, or \"value\"";
    assert_eq!(reported::<Settings>("{ to = [] }"), [empty]);
    let nothing = "\"last-failure\": `then` must be `value` unless `to` names a service";
    assert_eq!(reported::<Settings>("{ then = \"last-failure\" }"), [nothing]);
}

//! How long it takes to recover, as a picture: of which runs, what it names, and what tells
//! variants apart.

use patterns::Duration;
use results::repairs::Repairs;

use crate::of_sweeps::{picture, recovering, says, title, weather};

#[test]
fn recovery_is_drawn_of_all_runs_or_not_at_all() {
    let runs = |_: usize, _: &[usize], run: u32| [0.5, weather(run), 1.0];
    let of = |unclear: u64, is_open: bool| {
        let repairs = |_: usize, run: u32| {
            let mut one = Repairs::default();
            let length = Duration::from_secs(10 + u64::from(run));
            if is_open { &mut one.open } else { &mut one.ended }.add(length);
            one.faults.add(Duration::from_secs(5));
            one.unclear = if run == 3 { unclear } else { 0 };
            one
        };
        picture(&recovering(1, &["as written"], &[], &runs, &repairs), "recovery")
    };
    let text = title(&of(0, false).unwrap());
    let is = "Median time to recover from the beginning of the fault on, as a sees it: 19 s [14 s, 24 s] \
              (as written)";
    assert_eq!(text, is);
    assert!(of(1, false).is_none(), "one had two faults");
    let never = of(0, true).unwrap();
    assert!(title(&never).ends_with("not before their end (as written)"), "{}", title(&never));
    let open = "Not well at the end: as written 20 of 20 runs.";
    assert!(says(&never).join(" ").contains(open), "{:?}", says(&never));
}

/// One that recovers after so many seconds; never, as far as it is seen, if there are none.
fn recovered(after: Option<u64>) -> Repairs {
    let mut one = Repairs::default();
    match after {
        Some(secs) => one.ended.add(Duration::from_secs(secs)),
        None => one.open.add(Duration::from_secs(100)),
    }
    one.faults.add(Duration::from_secs(5));
    one
}

#[test]
fn recovery_says_what_tells_variants_apart() {
    let runs = |_: usize, _: &[usize], run: u32| [0.5, weather(run), 1.0];
    let of = |repairs: &dyn Fn(usize, u32) -> Option<u64>| {
        let repairs = |variant: usize, run: u32| recovered(repairs(variant, run));
        let result = recovering(1, &["as written", "b"], &[], &runs, &repairs);
        picture(&result, "recovery").unwrap()
    };
    let text = title(&of(&|variant, run| [Some(10 + u64::from(run)), None][variant]));
    assert!(text.ends_with(": 19 s [14 s, 24 s] (as written); not before their end (b)"), "{text}");
    // Half of the runs of both never recover.
    let half = of(&|_, run| (run % 2 == 0).then_some(10 + u64::from(run)));
    let text = title(&half);
    assert!(text.contains("no upper end] (b); too few runs to tell"), "{text}");
    assert!(half.unknown().next().is_none(), "{:?}", half.unknown().collect::<Vec<_>>());
    let text = title(&of(&|variant, run| Some(10 + u64::from(run) + variant as u64)));
    assert!(text.ends_with("; the intervals overlap: undecided"), "{text}");
    // Half of the runs of one recover at once and half never, all of the other between.
    let text = title(&of(&|variant, run| match variant {
        0 => (run % 2 == 0).then_some(0),
        _ => Some(20),
    }));
    let is = "; clearly apart: at the start 50 % and 100 % have not recovered";
    assert!(text.ends_with(is), "{text}");
    assert!(!says(&of(&|_, run| Some(u64::from(run)))).join(" ").contains("upright stroke"));
}

#[test]
fn recovery_names_every_curve_and_what_is_left_out() {
    let runs = |_: usize, _: &[usize], run: u32| [0.5, weather(run), 1.0];
    let names = ["as written", "b", "c", "d", "e", "f", "g", "h"];
    let repairs = |variant: usize, run: u32| recovered(Some(10 + u64::from(run) + variant as u64));
    let scene = picture(&recovering(1, &names, &[], &runs, &repairs), "recovery").unwrap();
    let texts = says(&scene);
    for name in &names[..6] {
        assert!(texts.iter().any(|text| text == name), "{name} in {texts:?}");
    }
    assert!(texts.join(" ").contains("2 of 8 variants left out: g, h."), "{texts:?}");
    assert!(title(&scene).contains("fastest of 7 variants: "), "{}", title(&scene));
}

//! How long a retry rule waits before each retry, and how far jitter moves that.
//!
//! The layer itself is asked, by hand: no setting is read, so that what is drawn is what it does.

use patterns::{Action, CallId, CallInfo, Class, Context, Effects, Outcome, Rng, Time};
use sim::System;
use sim::model::system::{LayerFactory, Policy};

use super::font::Weight;
use super::paint::{Role, SERIES};
use super::plot::{self, Swatch};
use super::scale::{self, Scale, length, ticks};
use super::scene::{Anchor, Area, Scene, Text};

/// Retries that are drawn; some rules have no end.
const RETRIES_MAX: usize = 12;

/// Policies that can be read beside each other.
const PANELS_MAX: usize = 3;

/// The draws by which jitter waits shortest, as long as half of the time, and longest.
const DRAWS: [f64; 3] = [0.0, 0.5, 1.0 - f64::EPSILON];

/// Always the same draw.
#[derive(Debug)]
struct Always(f64);

impl Rng for Always {
    fn uniform(&mut self) -> f64 {
        self.0
    }
}

/// What a rule does after failures of some classes: the waits before the retries, in seconds, by
/// the three draws.
struct Curve {
    classes: Vec<Class>,
    waits: [Vec<f64>; 3],
}

/// The rules of a policy.
struct Rules<'a> {
    policy: &'a Policy,
    curves: Vec<Curve>,
}

/// The back-off of each policy that retries. None if none does.
pub fn backoff(about: &str, command: &str, system: &System) -> Option<Scene> {
    let used = |index: usize| system.edges.iter().any(|edge| edge.policy == Some(index));
    let policies = system.policies.iter().enumerate().filter(|(index, _)| used(*index));
    let rules = policies.filter_map(|(_, policy)| rules(policy));
    let rules: Vec<Rules<'_>> = rules.collect();
    let (shown, rest) = rules.split_at(rules.len().min(PANELS_MAX));
    let first = shown.first()?;
    let mut subtitle = format!(
        "{}. A point: how long is waited before that retry. A band: from the shortest to the \
         longest wait that jitter makes of it; lines are at its middle.",
        about.trim_end_matches('.'),
    );
    if !rest.is_empty() {
        let names: Vec<&str> = rest.iter().map(|rules| rules.policy.name.as_str()).collect();
        subtitle += &format!(" Without room here: {}.", names.join(", "));
    }
    let (mut scene, area) = Scene::framed(&title(first), &subtitle, command);
    let width = (area.width() + 30.0) / shown.len() as f64;
    for (index, rules) in shown.iter().enumerate() {
        let left = area.left + index as f64 * width;
        panel(&mut scene, rules, Area { left, right: left + width - 30.0, ..area });
    }
    Some(scene)
}

/// The rules of the outermost retry layer of a policy; none if it retries nothing.
fn rules(policy: &Policy) -> Option<Rules<'_>> {
    let factory = policy.layers.iter().find(|layer| layer.kind == "retry")?;
    let mut curves: Vec<Curve> = Vec::new();
    for class in Class::ALL {
        let waits = DRAWS.map(|draw| waits(factory, class, draw));
        if waits[0].is_empty() {
            continue;
        }
        match curves.iter_mut().find(|curve| curve.waits == waits) {
            Some(curve) => curve.classes.push(class),
            None => curves.push(Curve { classes: vec![class], waits }),
        }
    }
    curves.truncate(SERIES);
    (!curves.is_empty()).then_some(Rules { policy, curves })
}

/// How long a layer waits before each retry if every attempt fails at once, and every draw is this.
fn waits(factory: &LayerFactory, class: Class, draw: f64) -> Vec<f64> {
    let mut layer = (factory.make)();
    let (mut now, call) = (Time::ZERO, CallId(0));
    let (mut info, mut rng, mut effects) = (CallInfo::default(), Always(draw), Effects::default());
    let mut action = {
        let mut cx = Context::new(now, &mut info, &mut rng, &mut effects);
        layer.on_call(call, &mut cx)
    };
    let (mut waits, mut since) = (Vec::new(), Time::ZERO);
    let (mut attempts, mut wakes) = (0, 0);
    while waits.len() < RETRIES_MAX {
        let mut cx = Context::new(now, &mut info, &mut rng, &mut effects);
        match action {
            Action::Send => {
                if attempts > 0 {
                    waits.push(now.since(since).as_secs_f64());
                }
                attempts += 1;
                since = now;
                let mut cx = cx.of_attempt(attempts > 1);
                action = layer.on_reply(call, Outcome::failed(class), &mut cx);
            }
            Action::WaitUntil(time) if wakes < RETRIES_MAX * 4 => {
                wakes += 1;
                now = now.max(time);
                cx.now = now;
                action = layer.on_wake(call, &mut cx);
            }
            _ => break,
        }
    }
    waits
}

/// How often it is retried, and how long that may take in all.
fn title(rules: &Rules<'_>) -> String {
    let curve = &rules.curves[0];
    let retries = curve.waits[0].len();
    let [least, _, most] = [0, 1, 2].map(|draw: usize| curve.waits[draw].iter().sum::<f64>());
    let number = match retries {
        1 => "one retry".to_owned(),
        RETRIES_MAX => format!("{RETRIES_MAX} retries and more"),
        number => format!("{number} retries"),
    };
    let all = if length(least) == length(most) {
        length(least)
    } else {
        format!("{} to {}", length(least), length(most))
    };
    format!("{}: {number} after {}, with waits of {all} in all", rules.policy.name, classes(curve))
}

/// `network, timeout`
fn classes(curve: &Curve) -> String {
    let names: Vec<&str> = curve.classes.iter().map(|class| class.name()).collect();
    names.join(", ")
}

fn panel(scene: &mut Scene, rules: &Rules<'_>, area: Area) {
    let name = Text {
        x: area.left,
        y: area.top + 14.0,
        text: rules.policy.name.clone(),
        size: plot::NAME,
        paint: Role::Ink,
        anchor: Anchor::Start,
        weight: Weight::SemiBold,
    };
    scene.write_within(name, area.width());
    let key = rules.curves.iter().enumerate();
    let key: Vec<(Swatch, String)> =
        key.map(|(index, curve)| (Swatch::Line(Role::Series(index)), classes(curve))).collect();
    let area = plot::legend(scene, Area { top: area.top + 22.0, ..area }, &key);
    let inner = Area {
        left: area.left + 64.0,
        right: area.right - 10.0,
        top: area.top + 8.0,
        bottom: area.bottom - 44.0,
    };
    let all = || rules.curves.iter().flat_map(|curve| &curve.waits);
    let most = all().flatten().copied().fold(0.0, f64::max).max(1e-6);
    let number = all().map(Vec::len).max().unwrap_or(1).max(2);
    let vertical = Scale::new((0.0, most * 1.05), (inner.bottom, inner.top));
    let rows = ticks(0.0, most, 5).into_iter().map(|tick| (tick, length(tick)));
    plot::rows(scene, inner, &vertical, rows);
    let step = inner.width() / (number - 1) as f64;
    let across = |index: usize| inner.left + index as f64 * step;
    let places: Vec<(f64, String)> =
        (0..number).map(|index| (across(index), scale::digits((index + 1) as f64))).collect();
    plot::columns(scene, inner.bottom + 20.0, &places, step);
    let y = inner.bottom + 40.0;
    scene.text(inner.right, y, "retry →", plot::TICK, Role::Muted, Anchor::End);
    for (index, curve) in rules.curves.iter().enumerate() {
        let role = Role::Series(index);
        let [low, middle, high] = [0, 1, 2].map(|draw: usize| {
            let waits = curve.waits[draw].iter().enumerate();
            waits.map(|(at, wait)| (across(at), vertical.at(*wait))).collect::<Vec<_>>()
        });
        for (x, y) in &middle {
            scene.dot(*x, *y, 3.5, role);
        }
        if middle.len() > 1 {
            scene.area(low.into_iter().chain(high.into_iter().rev()).collect(), role.faint(0.18));
            scene.path(middle, role, 2.5);
        } else {
            // A band of one retry is a bar.
            let bar = low.into_iter().chain(high).collect();
            scene.path(bar, role.faint(0.35), 7.0);
        }
    }
}

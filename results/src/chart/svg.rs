//! A scene as SVG: one file for light and dark, readable by screen readers.

use std::fmt::Write;

use super::paint::{PALETTE, Paint, Role, Theme};
use super::scene::{Anchor, Item, Scene};

/// The scene as SVG. Colours follow what the viewer prefers, light or dark.
pub fn svg(scene: &Scene) -> String {
    let mut out = String::new();
    write_svg(scene, &mut out).expect("a string takes everything");
    out
}

fn write_svg(scene: &Scene, out: &mut String) -> std::fmt::Result {
    let Scene { width, height, title, description, items } = scene;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Inter, system-ui, sans-serif\" role=\"img\">"
    )?;
    writeln!(out, "<title>{}</title>", escape(title))?;
    writeln!(out, "<desc>{}</desc>", escape(description))?;
    let variables = |theme: usize| {
        let each =
            PALETTE.iter().map(|(name, colours)| format!("--{name}:#{:06x}", colours[theme]));
        each.collect::<Vec<_>>().join(";")
    };
    writeln!(
        out,
        "<style>:root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}</style>",
        variables(0),
        variables(1)
    )?;
    for item in items {
        write_item(item, out)?;
    }
    writeln!(out, "</svg>")
}

fn write_item(item: &Item, out: &mut String) -> std::fmt::Result {
    match item {
        Item::Rect { x, y, width, height, fill, stroke } => {
            let paint = shape(fill.as_ref(), stroke.as_ref());
            let [x, y, width, height] = [x, y, width, height].map(|value| short(*value));
            writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{paint}/>"
            )
        }
        Item::Path { points, paint, width } => writeln!(
            out,
            "<polyline points=\"{}\" stroke-linejoin=\"round\"{}/>",
            list(points),
            shape(None, Some(&(*paint, *width)))
        ),
        Item::Area { points, paint } => {
            writeln!(out, "<polygon points=\"{}\"{}/>", list(points), shape(Some(paint), None))
        }
        Item::Dot { x, y, radius, fill, stroke } => {
            let paint = shape(fill.as_ref(), stroke.as_ref());
            let [x, y, radius] = [x, y, radius].map(|value| short(*value));
            writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{paint}/>")
        }
        Item::Text { x, y, text, size, paint, anchor, bold } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let weight = if *bold { " font-weight=\"600\"" } else { "" };
            let paint = shape(Some(paint), None);
            let [x, y] = [x, y].map(|value| short(*value));
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{weight}\
                 {paint}>{}</text>",
                escape(text)
            )
        }
    }
}

fn shape(fill: Option<&Paint>, stroke: Option<&(Paint, f64)>) -> String {
    let mut out = match fill {
        Some(fill) => format!(" fill=\"{}\"{}", colour(fill.role), opacity("fill", fill.alpha)),
        None => " fill=\"none\"".to_owned(),
    };
    if let Some((paint, width)) = stroke {
        let colour = colour(paint.role);
        out += &format!(" stroke=\"{colour}\" stroke-width=\"{width}\"");
        out += &opacity("stroke", paint.alpha);
    }
    out
}

fn opacity(of: &str, alpha: f64) -> String {
    if alpha < 1.0 { format!(" {of}-opacity=\"{alpha}\"") } else { String::new() }
}

fn colour(role: Role) -> String {
    match role.place() {
        Some(place) => format!("var(--{})", PALETTE[place].0),
        None => {
            let (red, green, blue) = role.rgb(Theme::Light);
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
    }
}

fn list(points: &[(f64, f64)]) -> String {
    let points = points.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y)));
    points.collect::<Vec<_>>().join(" ")
}

/// A hundredth of a pixel is more than enough.
fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

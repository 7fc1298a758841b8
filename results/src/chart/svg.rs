//! A scene as SVG: one file for light and dark, readable by screen readers.
//!
//! Letters are outlines, so that a picture looks the same wherever it is opened, whichever fonts
//! there are; each is in the file once. What the font of the program lacks is left to the fonts of
//! the viewer, in the room that the layout gave it.

use core::convert::Infallible;
use core::fmt::Write;
use std::collections::BTreeSet;

use ab_glyph::{Font, GlyphId, OutlineCurve, Point};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

use super::draw::{Sheet, draw};
use super::font::{self, Weight};
use super::paint::{PALETTE, Theme};
use super::scene::{Anchor, Scene, Text};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Units of the outlines of letters in one em.
const EM: f64 = 1000.0;

/// A backend of plotters that writes SVG. Its coordinates are tenths of the units of a scene.
#[derive(Debug, Default)]
struct Svg {
    body: String,
    /// The letters that are used.
    letters: BTreeSet<(Weight, u16)>,
}

/// The scene as SVG. Colours follow what the viewer prefers, light or dark.
pub fn svg(scene: &Scene) -> String {
    let mut sheet = Svg::default();
    draw(scene, Theme::Light, &mut sheet).expect("a string takes everything");
    let (width, height) = scene.size();
    let (width, height) = (width * Svg::STEPS, height * Svg::STEPS);
    // Colours are those of the light, which every viewer knows; who can, puts those of the dark.
    let dark = PALETTE.iter().filter(|(light, dark)| light != dark).map(|(light, dark)| {
        format!(
            "svg [fill=\"#{light:06x}\"]{{fill:#{dark:06x}}}\
             svg [stroke=\"#{light:06x}\"]{{stroke:#{dark:06x}}}"
        )
    });
    let dark: String = dark.collect();
    let letters: String =
        sheet.letters.iter().map(|(weight, glyph)| letter(*weight, GlyphId(*glyph))).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>\n\
         <style>@media (prefers-color-scheme:dark){{{dark}}}</style>\n\
         <defs>\n{letters}</defs>\n{}</svg>\n",
        escape(scene.title()),
        escape(&scene.description),
        sheet.body,
    )
}

impl DrawingBackend for Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (u32::MAX, u32::MAX)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.shape(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\"{}/>", fill(color)));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        _: bool,
    ) -> Drawn {
        let (width, height, paint) = (right - left, bottom - top, fill(style.color()));
        self.shape(&format!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"{paint}/>"
        ));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let (width, color) = (style.stroke_width(), style.color());
        let paint = format!(" stroke=\"{}\"{}", name(color), opacity("stroke", color));
        self.shape(&format!(
            "<path d=\"{}\" fill=\"none\" stroke-linejoin=\"round\" \
             stroke-width=\"{width}\"{paint}/>",
            steps(path)
        ));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.shape(&format!("<path d=\"{}z\"{}/>", steps(vert), fill(style.color())));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _: bool,
    ) -> Drawn {
        let paint = fill(style.color());
        self.shape(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{paint}/>"));
        Ok(())
    }
}

impl Sheet for Svg {
    const STEPS: f64 = 10.0;

    /// All bars are one path, with no word too many.
    fn bars(&mut self, bars: &[(i32, i32, i32)], base: i32, color: BackendColor) -> Drawn {
        let mut path = String::new();
        let mut pen: Option<(i32, i32)> = None;
        for (left, right, top) in bars {
            let _ = match pen {
                Some((x, y)) if x == *left => write!(path, "v{}", top - y),
                Some(_) => write!(path, "V{base}zM{left} {base}V{top}"),
                None => write!(path, "M{left} {base}V{top}"),
            };
            let _ = write!(path, "h{}", right - left);
            pen = Some((*right, *top));
        }
        if !path.is_empty() {
            self.shape(&format!("<path d=\"{path}V{base}z\"{}/>", fill(color)));
        }
        Ok(())
    }

    fn note(&mut self, what: &str) {
        self.shape(&format!("<g><title>{}</title>", escape(what)));
    }

    fn end_note(&mut self) {
        self.shape("</g>");
    }

    fn write(&mut self, text: &Text, color: BackendColor) -> Drawn {
        let mut left = text.left();
        for (part, is_known) in parts(&text.text) {
            let text = Text { x: left, text: part, anchor: Anchor::Start, ..text.clone() };
            left += text.width();
            if is_known {
                self.outlines(&text, color);
            } else {
                // Viewers leave out spaces at the ends, and would stretch the rest.
                let bare = text.text.trim_start_matches(' ');
                let spaces = &text.text[..text.text.len() - bare.len()];
                let x = text.x + font::width_of(spaces, text.size, text.weight);
                let bare = bare.trim_end_matches(' ').to_owned();
                self.left_to_the_viewer(&Text { x, text: bare, ..text }, color);
            }
        }
        Ok(())
    }
}

impl Svg {
    /// Writes a text letter by letter.
    fn outlines(&mut self, text: &Text, color: BackendColor) {
        let [x, y, size] = [text.x, text.y, text.size].map(|value| (value * Self::STEPS).round());
        let (paint, weight, content) = (fill(color), text.weight, escape(&text.text));
        let scale = size / EM;
        let mut group = format!(
            "<g aria-label=\"{content}\" transform=\"translate({x} {y})scale({scale})\"{paint}>"
        );
        let seen =
            font::placed(&text.text, weight).filter(|letter| has_outline(weight, letter.glyph));
        for letter in seen {
            self.letters.insert((weight, letter.glyph.0));
            let (id, x) = (id(weight, letter.glyph), (letter.x * EM).round());
            let _ = if x > 0.0 {
                write!(group, "<use href=\"#{id}\" x=\"{x}\"/>")
            } else {
                write!(group, "<use href=\"#{id}\"/>")
            };
        }
        self.shape(&(group + "</g>"));
    }

    /// Leaves a text to the fonts of the viewer, in the room that it has.
    fn left_to_the_viewer(&mut self, text: &Text, color: BackendColor) {
        let [x, y, size] = [text.x, text.y, text.size].map(|value| (value * Self::STEPS).round());
        let (width, paint) = ((text.width() * Self::STEPS).floor(), fill(color));
        let bold = if text.weight == Weight::SemiBold { " font-weight=\"600\"" } else { "" };
        self.shape(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-family=\"sans-serif\"{bold} \
             textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"{paint}>{}</text>",
            escape(&text.text)
        ));
    }

    fn shape(&mut self, shape: &str) {
        self.body += shape;
        self.body.push('\n');
    }
}

/// The parts of a text that the font has, and those that it lacks. Spaces between two words that it
/// lacks are part of those, since their order may be from right to left.
fn parts(text: &str) -> Vec<(String, bool)> {
    let mut parts: Vec<(String, bool)> = Vec::new();
    for word in text.split_inclusive(' ') {
        let is_known = font::unknown(word).next().is_none();
        match parts.last_mut() {
            Some((part, was_known)) if *was_known == is_known => part.push_str(word),
            _ => parts.push((word.to_owned(), is_known)),
        }
    }
    parts
}

fn has_outline(weight: Weight, glyph: GlyphId) -> bool {
    font::font(weight).outline(glyph).is_some_and(|outline| !outline.curves.is_empty())
}

/// What the outline of a letter is called; the same in every picture, so that several can stand in
/// one page.
fn id(weight: Weight, glyph: GlyphId) -> String {
    let weight = match weight {
        Weight::Regular => 'r',
        Weight::SemiBold => 'b',
    };
    format!("{weight}{}", glyph.0)
}

/// The outline of a letter.
fn letter(weight: Weight, glyph: GlyphId) -> String {
    let outline = font::font(weight).outline(glyph);
    let curves = outline.map(|outline| outline.curves).unwrap_or_default();
    let em = font::em(weight);
    // Up is up in fonts.
    let at = |point: Point| {
        let whole = |value: f32| (f64::from(value) * EM / em).round() as i32;
        (whole(point.x), -whole(point.y))
    };
    let (mut path, mut pen) = (String::new(), None);
    for curve in curves {
        let (from, to, controls) = match curve {
            OutlineCurve::Line(from, to) => (from, to, vec![]),
            OutlineCurve::Quad(from, control, to) => (from, to, vec![control]),
            OutlineCurve::Cubic(from, first, second, to) => (from, to, vec![first, second]),
        };
        let (from, to) = (at(from), at(to));
        if pen != Some(from) {
            let _ = write!(path, "M{} {}", from.0, from.1);
        }
        path.push(['l', 'q', 'c'][controls.len()]);
        let points = controls.into_iter().map(at).chain([to]);
        let points = points.map(|(x, y)| format!("{} {}", x - from.0, y - from.1));
        path += &points.collect::<Vec<_>>().join(" ").replace(" -", "-");
        pen = Some(to);
    }
    format!("<path id=\"{}\" d=\"{path}\"/>\n", id(weight, glyph))
}

/// A path from point to point, in the shortest words.
fn steps(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let (mut path, mut pen) = (String::new(), None);
    for (x, y) in points {
        let _ = match pen {
            None => write!(path, "M{x} {y}"),
            Some(pen) if pen == (x, y) => Ok(()),
            Some((from, same)) if same == y => write!(path, "h{}", x - from),
            Some((same, from)) if same == x => write!(path, "v{}", y - from),
            Some(pen) => write!(path, "l{} {}", x - pen.0, y - pen.1),
        };
        pen = Some((x, y));
    }
    path
}

fn fill(color: BackendColor) -> String {
    format!(" fill=\"{}\"{}", name(color), opacity("fill", color))
}

fn opacity(of: &str, color: BackendColor) -> String {
    if color.alpha < 1.0 { format!(" {of}-opacity=\"{}\"", color.alpha) } else { String::new() }
}

fn name(BackendColor { rgb: (red, green, blue), .. }: BackendColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

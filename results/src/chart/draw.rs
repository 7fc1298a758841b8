//! A scene on a backend of plotters: the same shapes at the same places, whatever it draws.

use plotters_backend::{BackendColor, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::paint::{Paint, Theme};
use super::scene::{Item, Scene, Text};

/// What a scene can be drawn on: a backend, and its way to write.
pub(crate) trait Sheet: DrawingBackend {
    /// Steps of its coordinates in one unit of the scene.
    const STEPS: f64;

    /// Draws bars on a base: from where to where, and how far up.
    fn bars(
        &mut self,
        bars: &[(i32, i32, i32)],
        base: i32,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>>;

    /// Says what the shapes stand for that are drawn until the end of the note. They are the same,
    /// and at the same places, on a sheet that cannot say it.
    fn note(&mut self, _what: &str) {}

    /// Ends the last note.
    fn end_note(&mut self) {}

    /// Writes a text.
    fn write(
        &mut self,
        text: &Text,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>>;
}

/// How a shape is drawn.
#[derive(Clone, Copy)]
struct Style {
    color: BackendColor,
    stroke_width: u32,
}

impl BackendStyle for Style {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.stroke_width
    }
}

/// Draws all of a scene, in order.
pub(crate) fn draw<S: Sheet>(
    scene: &Scene,
    theme: Theme,
    sheet: &mut S,
) -> Result<(), DrawingErrorKind<S::ErrorType>> {
    scene.items.iter().try_for_each(|item| one(item, theme, sheet))
}

fn one<S: Sheet>(
    item: &Item,
    theme: Theme,
    sheet: &mut S,
) -> Result<(), DrawingErrorKind<S::ErrorType>> {
    let at = |(x, y): (f64, f64)| ((x * S::STEPS).round() as i32, (y * S::STEPS).round() as i32);
    let style = |paint: &Paint, width: f64| Style {
        color: color(*paint, theme),
        stroke_width: (width * S::STEPS).round().max(1.0) as u32,
    };
    match item {
        Item::Rect { x, y, width, height, fill } => {
            let (from, to) = (at((*x, *y)), at((x + width, y + height)));
            sheet.draw_rect(from, to, &style(fill, 1.0), true)
        }
        Item::Path { points, paint, width } => {
            sheet.draw_path(points.iter().map(|point| at(*point)), &style(paint, *width))
        }
        Item::Area { points, paint } => {
            sheet.fill_polygon(points.iter().map(|point| at(*point)), &style(paint, 1.0))
        }
        Item::Bars { left, base, step, tops, paint } => {
            let base = at((0.0, *base)).1;
            let edge = |index: usize| at((left + index as f64 * step, 0.0)).0;
            let mut bars = Vec::new();
            for (index, top) in tops.iter().map(|top| at((0.0, *top)).1).enumerate() {
                match bars.last_mut() {
                    Some((_, right, last)) if *last == top => *right = edge(index + 1),
                    _ => bars.push((edge(index), edge(index + 1), top)),
                }
            }
            bars.retain(|(_, _, top)| *top < base);
            sheet.bars(&bars, base, color(*paint, theme))
        }
        Item::Dot { x, y, radius, fill } => {
            let radius = (radius * S::STEPS).round() as u32;
            sheet.draw_circle(at((*x, *y)), radius, &style(fill, 1.0), true)
        }
        Item::Text(text) => sheet.write(text, color(text.paint.into(), theme)),
        Item::Note(what) => {
            sheet.note(what);
            Ok(())
        }
        Item::NoteEnd => {
            sheet.end_note();
            Ok(())
        }
    }
}

fn color(paint: Paint, theme: Theme) -> BackendColor {
    BackendColor { alpha: paint.alpha, rgb: paint.role.rgb(theme) }
}

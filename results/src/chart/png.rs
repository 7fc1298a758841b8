//! A scene as PNG, at twice its size in pixels, with the fonts that come with the program.

use std::sync::Once;

use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use super::paint::{Paint, Theme};
use super::scene::{Anchor, Item, Scene};

/// Inter (SIL Open Font License 1.1), cut down to the letters and signs that charts use.
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");
const FONT: &str = "Inter";
const BOLD: &str = "Inter SemiBold";

/// Pixels for each unit of the scene.
const SCALE: f64 = 2.0;

/// The rasteriser takes the height of a line for the size of a font, and Inter's lines are this
/// much higher than its size.
const LINE: f64 = 1.21;

/// How far below the place of a text its baseline comes, by size; measured.
const BASELINE: f64 = 0.605;

/// The scene as PNG.
pub fn png(scene: &Scene, theme: Theme) -> Vec<u8> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        for (name, bytes) in [(FONT, REGULAR), (BOLD, SEMI_BOLD)] {
            let registered = register_font(name, FontStyle::Normal, bytes);
            assert!(registered.is_ok(), "the fonts that come with the program are fonts");
        }
    });
    let (width, height) = scene.size();
    let size = ((width * SCALE) as u32, (height * SCALE) as u32);
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, size);
        for item in &scene.items {
            draw(&mut backend, item, theme);
        }
        backend.present().expect("a buffer takes everything");
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a vector takes everything");
    writer.write_image_data(&pixels).expect("the buffer has the size of the sheet");
    writer.finish().expect("a vector takes everything");
    out
}

fn draw(backend: &mut BitMapBackend<'_>, item: &Item, theme: Theme) {
    let drawn = match item {
        Item::Rect { x, y, width, height, fill, stroke } => {
            let (from, to) = (pixel(*x, *y), pixel(x + width, y + height));
            let filled = fill
                .map(|paint| backend.draw_rect(from, to, &style(paint, theme, 1.0).filled(), true));
            let framed = stroke.map(|(paint, line)| {
                // Four bars: the rasteriser's own corners are ragged.
                let style = style(paint, theme, 1.0).filled();
                let half = line / 2.0;
                let (left, right, top, bottom) = (*x, x + width, *y, y + height);
                let bars = [
                    (left - half, top - half, right + half, top + half),
                    (left - half, bottom - half, right + half, bottom + half),
                    (left - half, top + half, left + half, bottom - half),
                    (right - half, top + half, right + half, bottom - half),
                ];
                bars.into_iter().try_for_each(|(left, top, right, bottom)| {
                    backend.draw_rect(pixel(left, top), pixel(right, bottom), &style, true)
                })
            });
            filled.unwrap_or(Ok(())).and(framed.unwrap_or(Ok(())))
        }
        Item::Path { points, paint, width } => {
            let points = points.iter().map(|(x, y)| pixel(*x, *y));
            backend.draw_path(points, &style(*paint, theme, *width))
        }
        Item::Area { points, paint } => {
            let points = points.iter().map(|(x, y)| pixel(*x, *y));
            backend.fill_polygon(points, &style(*paint, theme, 1.0).filled())
        }
        Item::Dot { x, y, radius, fill, stroke } => {
            let radius = (radius * SCALE) as u32;
            let filled = fill.map(|paint| {
                let style = style(paint, theme, 1.0).filled();
                backend.draw_circle(pixel(*x, *y), radius, &style, true)
            });
            let framed = stroke.map(|(paint, line)| {
                backend.draw_circle(pixel(*x, *y), radius, &style(paint, theme, line), false)
            });
            filled.unwrap_or(Ok(())).and(framed.unwrap_or(Ok(())))
        }
        Item::Text { x, y, text, size, paint, anchor, bold } => {
            let (red, green, blue) = paint.role.rgb(theme);
            let across = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let name = if *bold { BOLD } else { FONT };
            let font = (name, size * SCALE * LINE).into_font();
            let color = RGBColor(red, green, blue);
            let style = TextStyle::from(font).color(&color).pos(Pos::new(across, VPos::Top));
            backend.draw_text(text, &style, pixel(*x, y - size * BASELINE))
        }
    };
    drawn.expect("a buffer takes everything");
}

fn pixel(x: f64, y: f64) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

fn style(paint: Paint, theme: Theme, width: f64) -> ShapeStyle {
    let (red, green, blue) = paint.role.rgb(theme);
    let color: RGBAColor = RGBColor(red, green, blue).mix(paint.alpha);
    ShapeStyle { color, filled: false, stroke_width: (width * SCALE).round() as u32 }
}

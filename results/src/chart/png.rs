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

/// Pixels for each unit of the scene.
const SCALE: f64 = 2.0;

/// How far the top of a line of text is above its baseline, by size.
const ASCENT: f64 = 0.97;

/// The scene as PNG.
pub fn png(scene: &Scene, theme: Theme) -> Vec<u8> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, SEMI_BOLD)] {
            let registered = register_font(FONT, style, bytes);
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
    writer.write_image_data(&pixels).expect("the buffer has the size that was told");
    writer.finish().expect("a vector takes everything");
    out
}

fn draw(backend: &mut BitMapBackend<'_>, item: &Item, theme: Theme) {
    let drawn = match item {
        Item::Rect { x, y, width, height, fill, stroke } => {
            let (from, to) = (pixel(*x, *y), pixel(x + width, y + height));
            let filled = fill
                .map(|paint| backend.draw_rect(from, to, &style(paint, theme, 1.0).filled(), true));
            let corners = [(*x, *y), (x + width, *y), (x + width, y + height), (*x, y + height)];
            let framed = stroke.map(|(paint, line)| {
                let around = corners.iter().chain(&corners[..2]).map(|(x, y)| pixel(*x, *y));
                backend.draw_path(around, &style(paint, theme, line))
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
            let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
            let font = (FONT, size * SCALE).into_font().style(weight);
            let color = RGBColor(red, green, blue);
            let style = TextStyle::from(font).color(&color).pos(Pos::new(across, VPos::Top));
            backend.draw_text(text, &style, pixel(*x, y - size * ASCENT))
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

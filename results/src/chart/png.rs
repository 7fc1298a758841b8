//! A scene as PNG, at twice its size in pixels.

use plotters::backend::BitMapBackend;
use plotters_backend::{BackendColor, DrawingBackend, DrawingErrorKind};

use super::draw::{Sheet, draw};
use super::font;
use super::paint::Theme;
use super::scene::{CAPITALS, Scene, Text};

impl Sheet for BitMapBackend<'_> {
    const STEPS: f64 = 2.0;

    fn bars(
        &mut self,
        bars: &[(i32, i32, i32)],
        base: i32,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        bars.iter().try_for_each(|(left, right, top)| {
            self.draw_rect((*left, *top), (*right, base), &color, true)
        })
    }

    fn write(
        &mut self,
        text: &Text,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        let size = text.size * Self::STEPS;
        for letter in font::placed(&text.text, text.weight) {
            let x = text.left() * Self::STEPS + letter.x * size;
            let at = (x, text.y * Self::STEPS);
            if letter.is_unknown() {
                boxed(self, at, (letter.width * size, CAPITALS * size), color)?;
                continue;
            }
            let Some(glyph) = font::outlined(letter.glyph, size, text.weight, at) else { continue };
            let corner = glyph.px_bounds().min;
            let corner = (corner.x as i32, corner.y as i32);
            let mut done = Ok(());
            glyph.draw(|x, y, covered| {
                let pixel = (corner.0 + x.cast_signed(), corner.1 + y.cast_signed());
                let alpha = color.alpha * f64::from(covered.min(1.0));
                let drawn = self.draw_pixel(pixel, BackendColor { alpha, ..color });
                if drawn.is_err() {
                    done = drawn;
                }
            });
            done?;
        }
        Ok(())
    }
}

/// A box for a letter that the font lacks, so that it is seen that there is one.
fn boxed(
    sheet: &mut BitMapBackend<'_>,
    (left, base): (f64, f64),
    (width, height): (f64, f64),
    color: BackendColor,
) -> Result<(), DrawingErrorKind<<BitMapBackend<'static> as DrawingBackend>::ErrorType>> {
    let line = (height * 0.1).round().max(1.0) as i32;
    let (gap, base) = (width * 0.1, base.round() as i32);
    let (from, to) = ((left + gap).round() as i32, (left + width - gap).round() as i32);
    let top = base - height.round() as i32;
    for (corner, other) in [
        ((from, top), (to, top + line)),
        ((from, base - line), (to, base)),
        ((from, top + line), (from + line, base - line)),
        ((to - line, top + line), (to, base - line)),
    ] {
        sheet.draw_rect(corner, other, &color, true)?;
    }
    Ok(())
}

/// The scene as PNG.
pub fn png(scene: &Scene, theme: Theme) -> Vec<u8> {
    let steps = <BitMapBackend<'_> as Sheet>::STEPS;
    let (width, height) = scene.size();
    let size = ((width * steps) as u32, (height * steps) as u32);
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, size);
        draw(scene, theme, &mut backend).expect("a buffer takes everything");
        backend.present().expect("a buffer takes everything");
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Sheets are mostly of one colour: more effort takes most of a command's time, for little.
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().expect("a vector takes everything");
    writer.write_image_data(&pixels).expect("the buffer has the size of the sheet");
    writer.finish().expect("a vector takes everything");
    out
}

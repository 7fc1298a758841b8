//! The letters of charts: their widths and outlines, from the font that comes with the program.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, OutlinedGlyph, PxScale, point};

/// Inter (SIL Open Font License 1.1), cut down to the letters and signs that charts use.
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");

/// The room of a letter that the font lacks: of an alphabet, or of a script with square signs.
const NARROW: f64 = 0.65;
const SQUARE: f64 = 1.1;

/// Where the squares begin: with the syllables of Korean.
const SQUARES: char = '\u{1100}';

/// What a text ends in that had no room.
const ELLIPSIS: char = '…';

/// One of the two weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// A letter of a text: which glyph, how far from the beginning, and its width, in ems.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) glyph: GlyphId,
    pub(crate) x: f64,
    pub(crate) width: f64,
}

impl Placed {
    /// Whether the font lacks it.
    pub(crate) fn is_unknown(&self) -> bool {
        self.glyph == GlyphId(0) && self.width > 0.0
    }
}

pub(crate) fn font(weight: Weight) -> &'static FontRef<'static> {
    static FONTS: OnceLock<[FontRef<'static>; 2]> = OnceLock::new();
    let read = |bytes| FontRef::try_from_slice(bytes).expect("the fonts of the program are fonts");
    let fonts = FONTS.get_or_init(|| [read(REGULAR), read(SEMI_BOLD)]);
    &fonts[usize::from(weight == Weight::SemiBold)]
}

/// Units of outlines and advances in one em.
pub(crate) fn em(weight: Weight) -> f64 {
    f64::from(font(weight).units_per_em().unwrap_or(1000.0))
}

fn advance(c: char, weight: Weight) -> f64 {
    let font = font(weight);
    match font.glyph_id(c) {
        GlyphId(0) => match c {
            // They only choose between forms of the sign before them.
            '\u{fe00}'..='\u{fe0f}' => 0.0,
            ..SQUARES => NARROW,
            _ => SQUARE,
        },
        glyph => f64::from(font.h_advance_unscaled(glyph)) / em(weight),
    }
}

/// The letters of a text that the font lacks.
pub(crate) fn unknown(text: &str) -> impl Iterator<Item = char> + '_ {
    // Both weights have the same.
    let is_unknown = |c: &char| font(Weight::Regular).glyph_id(*c) == GlyphId(0);
    text.chars().filter(is_unknown).filter(|c| advance(*c, Weight::Regular) > 0.0)
}

/// The letters of a text, side by side.
pub(crate) fn placed(text: &str, weight: Weight) -> impl Iterator<Item = Placed> + '_ {
    let mut x = 0.0;
    text.chars().map(move |c| {
        let (glyph, width) = (font(weight).glyph_id(c), advance(c, weight));
        let placed = Placed { glyph, x, width };
        x += width;
        placed
    })
}

/// How wide a text is.
pub(crate) fn width_of(text: &str, size: f64, weight: Weight) -> f64 {
    text.chars().map(|c| advance(c, weight)).sum::<f64>() * size
}

/// A letter as it is rasterised where its baseline begins; none if there is nothing to be seen.
pub(crate) fn outlined(
    glyph: GlyphId,
    size: f64,
    weight: Weight,
    (x, y): (f64, f64),
) -> Option<OutlinedGlyph> {
    let font = font(weight);
    // The scale is that of the height of a line.
    let scale = size * f64::from(font.height_unscaled()) / em(weight);
    let placed =
        glyph.with_scale_and_position(PxScale::from(scale as f32), point(x as f32, y as f32));
    font.outline_glyph(placed)
}

/// A text on one line: what would move the pen elsewhere is a space.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// As much of a text as fits, with a sign that there is more.
pub(crate) fn fitted(text: &str, size: f64, weight: Weight, room: f64) -> String {
    let (fits, _) = head(text, size, weight, room);
    if fits == text.len() { text.to_owned() } else { cut(text, size, weight, room) }
}

/// The beginning of a text of which something is left out, with a sign that there is more.
fn cut(text: &str, size: f64, weight: Weight, room: f64) -> String {
    let (fits, _) = head(text, size, weight, room - advance(ELLIPSIS, weight) * size);
    format!("{}{ELLIPSIS}", text[..fits].trim_end())
}

/// Breaks a text into at most so many lines that fit. A word that is longer than a line is broken;
/// what has no room is left out, with a sign that there is more.
pub(crate) fn wrapped(
    text: &str,
    size: f64,
    weight: Weight,
    room: f64,
    lines_max: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut width = 0.0;
    let space = advance(' ', weight) * size;
    for word in text.split(' ') {
        let mut word = word;
        while lines.len() <= lines_max {
            let before = if line.is_empty() { 0.0 } else { width + space };
            let (fits, its_width) = head(word, size, weight, room - before);
            if fits == word.len() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line += word;
                width = before + its_width;
                break;
            }
            if line.is_empty() {
                let (head, tail) = word.split_at(fits.max(first_letter(word)));
                lines.push(head.to_owned());
                word = tail;
            } else {
                lines.push(std::mem::take(&mut line));
            }
            width = 0.0;
        }
    }
    lines.push(line);
    if lines_max < lines.len() {
        lines.truncate(lines_max);
        if let Some(last) = lines.last_mut() {
            *last = cut(last, size, weight, room);
        }
    }
    lines
}

fn first_letter(word: &str) -> usize {
    word.chars().next().map_or(0, char::len_utf8)
}

/// How many bytes of a word fit, and how wide they are.
fn head(word: &str, size: f64, weight: Weight, room: f64) -> (usize, f64) {
    let mut width = 0.0;
    for (at, c) in word.char_indices() {
        let wider = width + advance(c, weight) * size;
        if room < wider {
            return (at, width);
        }
        width = wider;
    }
    (word.len(), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written into charts beside names.
    #[test]
    fn the_font_has_all_letters_of_the_sources_of_charts() {
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src/chart");
        for file in std::fs::read_dir(sources).unwrap() {
            let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code: Vec<char> = code.flat_map(str::chars).filter(|c| !c.is_ascii()).collect();
            let lacking: Vec<char> = unknown(&code.iter().collect::<String>()).collect();
            assert!(lacking.is_empty(), "{lacking:?}");
        }
    }
}

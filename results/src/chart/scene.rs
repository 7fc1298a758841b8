//! What a chart is made of before it is SVG or PNG, and the frame that all share.

use super::font::{self, Weight, fitted, on_one_line, wrapped};
use super::paint::{Paint, Role};

/// A picture: shapes and texts on a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) items: Vec<Item>,
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A shape or a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        fill: Paint,
    },
    Path {
        points: Vec<(f64, f64)>,
        paint: Paint,
        width: f64,
    },
    Area {
        points: Vec<(f64, f64)>,
        paint: Paint,
    },
    /// Bars side by side on a base, all of one width.
    Bars {
        left: f64,
        base: f64,
        step: f64,
        tops: Vec<f64>,
        paint: Paint,
    },
    Dot {
        x: f64,
        y: f64,
        radius: f64,
        fill: Paint,
    },
    Text(Text),
    /// What comes from here until the end of the note stands for something.
    Note(String),
    NoteEnd,
}

/// A text, which stands on its baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) text: String,
    pub(crate) size: f64,
    pub(crate) paint: Role,
    pub(crate) anchor: Anchor,
    pub(crate) weight: Weight,
}

impl Text {
    pub(crate) fn width(&self) -> f64 {
        font::width_of(&self.text, self.size, self.weight)
    }

    /// Where it begins.
    pub(crate) fn left(&self) -> f64 {
        match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - self.width() / 2.0,
            Anchor::End => self.x - self.width(),
        }
    }
}

/// A text and the room that it takes on the sheet, for those who check that it has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextBox<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where it begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
    /// The height of its capital letters.
    pub top: f64,
    /// Its baseline.
    pub bottom: f64,
}

/// The room that a chart has for its drawing, inside the frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Area {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

const WIDTH: f64 = 1280.0;
const MARGIN: f64 = 40.0;
const TITLE: f64 = 26.0;
const SUBTITLE: f64 = 16.0;
const FOOTNOTE: f64 = 12.0;

/// Lines that a title, a subtitle and a footnote may have.
const LINES_MAX: [usize; 3] = [3, 4, 3];

/// The height of capital letters, by size.
pub(crate) const CAPITALS: f64 = 0.73;

/// Whether a title has room on a sheet.
pub(crate) fn has_room(title: &str) -> bool {
    let (room, lines) = (WIDTH - 2.0 * MARGIN, LINES_MAX[0]);
    wrapped(&capital(&on_one_line(title)), TITLE, Weight::SemiBold, room, lines + 1).len() <= lines
}

impl Scene {
    /// An empty sheet with its title, subtitle and footnote, and the room that is left. The text
    /// alternative is the title and the subtitle, whole.
    pub(crate) fn framed(title: &str, subtitle: &str, footnote: &str) -> (Self, Area) {
        let title = capital(&on_one_line(title));
        let [subtitle, footnote] = [subtitle, footnote].map(on_one_line);
        let mut scene = Self {
            width: WIDTH,
            height: 720.0,
            title: title.clone(),
            description: format!("{subtitle} {footnote}"),
            items: Vec::new(),
        };
        let room = scene.width - 2.0 * MARGIN;
        scene.rect(0.0, 0.0, scene.width, scene.height, Role::Paper);
        let mut y = 52.0;
        for line in wrapped(&title, TITLE, Weight::SemiBold, room, LINES_MAX[0]) {
            scene.bold(MARGIN, y, &line, TITLE, Role::Ink, Anchor::Start);
            y += TITLE * 1.25;
        }
        for line in wrapped(&subtitle, SUBTITLE, Weight::Regular, room, LINES_MAX[1]) {
            scene.text(MARGIN, y, &line, SUBTITLE, Role::Muted, Anchor::Start);
            y += SUBTITLE * 1.4;
        }
        let foot = wrapped(&footnote, FOOTNOTE, Weight::Regular, room, LINES_MAX[2]);
        let mut bottom = scene.height - 20.0 - (foot.len() - 1) as f64 * FOOTNOTE * 1.3;
        let area = Area {
            left: MARGIN,
            right: scene.width - MARGIN,
            top: y + 2.0,
            bottom: bottom - 2.2 * FOOTNOTE,
        };
        for line in foot {
            scene.text(MARGIN, bottom, &line, FOOTNOTE, Role::Muted, Anchor::Start);
            bottom += FOOTNOTE * 1.3;
        }
        (scene, area)
    }

    pub(crate) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: impl Into<Paint>) {
        self.items.push(Item::Rect { x, y, width, height, fill: fill.into() });
    }

    /// The edge of a rectangle: four bars, since rasterisers draw ragged corners.
    pub(crate) fn frame(&mut self, x: f64, y: f64, size: (f64, f64), paint: Role, line: f64) {
        let (width, height) = size;
        let half = line / 2.0;
        self.rect(x - half, y - half, width + line, line, paint);
        self.rect(x - half, y + height - half, width + line, line, paint);
        self.rect(x - half, y + half, line, height - line, paint);
        self.rect(x + width - half, y + half, line, height - line, paint);
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Role, width: f64) {
        self.path(vec![from, to], paint, width);
    }

    pub(crate) fn path(&mut self, points: Vec<(f64, f64)>, paint: impl Into<Paint>, width: f64) {
        self.items.push(Item::Path { points, paint: paint.into(), width });
    }

    pub(crate) fn area(&mut self, points: Vec<(f64, f64)>, paint: impl Into<Paint>) {
        self.items.push(Item::Area { points, paint: paint.into() });
    }

    /// Bars in an area: how high each is, as a share of it. What there is can be seen.
    pub(crate) fn bars(&mut self, area: Area, step: f64, shares: &[f64], paint: Paint) {
        if shares.iter().all(|share| *share <= 0.0) {
            return;
        }
        let height = |share: &f64| match share * area.height() {
            height if height <= 0.0 => 0.0,
            height => ((height * 2.0).round() / 2.0).clamp(1.5, area.height()),
        };
        let tops = shares.iter().map(|share| area.bottom - height(share)).collect();
        let (left, base) = (area.left, area.bottom);
        self.items.push(Item::Bars { left, base, step, tops, paint });
    }

    pub(crate) fn dot(&mut self, x: f64, y: f64, radius: f64, fill: impl Into<Paint>) {
        self.items.push(Item::Dot { x, y, radius, fill: fill.into() });
    }

    /// Draws what stands for something, which a viewer can show.
    pub(crate) fn noted(&mut self, note: Option<String>, draw: impl FnOnce(&mut Self)) {
        let Some(note) = note else { return draw(self) };
        self.items.push(Item::Note(note));
        draw(self);
        self.items.push(Item::NoteEnd);
    }

    pub(crate) fn text(
        &mut self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        paint: Role,
        anchor: Anchor,
    ) {
        self.write(Text { x, y, text: text.into(), size, paint, anchor, weight: Weight::Regular });
    }

    pub(crate) fn bold(
        &mut self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        paint: Role,
        anchor: Anchor,
    ) {
        self.write(Text { x, y, text: text.into(), size, paint, anchor, weight: Weight::SemiBold });
    }

    /// Writes a text, as much of it as the room holds.
    pub(crate) fn write_within(&mut self, mut text: Text, room: f64) {
        text.text = fitted(&on_one_line(&text.text), text.size, text.weight, room);
        self.write(text);
    }

    fn write(&mut self, mut text: Text) {
        if !text.text.is_empty() {
            text.text = on_one_line(&text.text);
            self.items.push(Item::Text(text));
        }
    }

    /// Every text, with the room that it takes.
    pub fn texts(&self) -> impl Iterator<Item = TextBox<'_>> {
        self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(TextBox {
                text: &text.text,
                left: text.left(),
                right: text.left() + text.width(),
                top: text.y - text.size * CAPITALS,
                bottom: text.y,
            }),
            _ => None,
        })
    }

    /// The words with letters that the font of the program lacks, each with those. A PNG has boxes
    /// for them; SVG leaves them to the fonts of who looks at it.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Vec<char>)> {
        let texts = self.texts().map(|text| text.text);
        texts.flat_map(str::split_whitespace).filter_map(|word| {
            let letters: Vec<char> = font::unknown(word).collect();
            (!letters.is_empty()).then_some((word, letters))
        })
    }

    /// Width and height of the sheet.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// What the title says.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// A sentence begins with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

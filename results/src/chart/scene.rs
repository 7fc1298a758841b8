//! What a chart is made of before it is SVG or PNG, and the frame that all share.

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

/// A shape or a text. Texts stand on their baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        fill: Option<Paint>,
        stroke: Option<(Paint, f64)>,
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
    Dot {
        x: f64,
        y: f64,
        radius: f64,
        fill: Option<Paint>,
        stroke: Option<(Paint, f64)>,
    },
    Text {
        x: f64,
        y: f64,
        text: String,
        size: f64,
        paint: Paint,
        anchor: Anchor,
        bold: bool,
    },
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

const MARGIN: f64 = 40.0;
const TITLE: f64 = 26.0;
const SUBTITLE: f64 = 16.0;
const FOOTNOTE: f64 = 13.0;

impl Scene {
    /// An empty sheet with its title, subtitle and footnote, and the room that is left.
    pub(crate) fn framed(title: &str, subtitle: &str, footnote: &str) -> (Self, Area) {
        let title = capital(title);
        let mut scene = Self {
            width: 1280.0,
            height: 720.0,
            title: title.clone(),
            description: format!("{subtitle} {footnote}"),
            items: Vec::new(),
        };
        let room = scene.width - 2.0 * MARGIN;
        scene.rect(0.0, 0.0, scene.width, scene.height, Role::Paper);
        let mut y = 52.0;
        for line in wrap(&title, TITLE, true, room) {
            scene.text_as(MARGIN, y, &line, TITLE, Role::Ink, Anchor::Start, true);
            y += TITLE * 1.25;
        }
        for line in wrap(subtitle, SUBTITLE, false, room) {
            scene.text(MARGIN, y, &line, SUBTITLE, Role::Muted, Anchor::Start);
            y += SUBTITLE * 1.4;
        }
        let bottom = scene.height - 22.0;
        scene.text(MARGIN, bottom, footnote, FOOTNOTE, Role::Muted, Anchor::Start);
        let area = Area {
            left: MARGIN,
            right: scene.width - MARGIN,
            top: y + 4.0,
            bottom: bottom - 2.2 * FOOTNOTE,
        };
        (scene, area)
    }

    pub(crate) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: impl Into<Paint>) {
        let fill = Some(fill.into());
        self.items.push(Item::Rect { x, y, width, height, fill, stroke: None });
    }

    pub(crate) fn frame(&mut self, x: f64, y: f64, size: (f64, f64), paint: Role, line: f64) {
        let stroke = Some((paint.into(), line));
        let (width, height) = size;
        self.items.push(Item::Rect { x, y, width, height, fill: None, stroke });
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Role, width: f64) {
        self.items.push(Item::Path { points: vec![from, to], paint: paint.into(), width });
    }

    pub(crate) fn path(&mut self, points: Vec<(f64, f64)>, paint: Role, width: f64) {
        self.items.push(Item::Path { points, paint: paint.into(), width });
    }

    pub(crate) fn area(&mut self, points: Vec<(f64, f64)>, paint: Paint) {
        self.items.push(Item::Area { points, paint });
    }

    pub(crate) fn dot(&mut self, x: f64, y: f64, radius: f64, fill: Role) {
        self.items.push(Item::Dot { x, y, radius, fill: Some(fill.into()), stroke: None });
    }

    pub(crate) fn text(
        &mut self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        role: Role,
        anchor: Anchor,
    ) {
        self.text_as(x, y, text, size, role, anchor, false);
    }

    #[expect(clippy::too_many_arguments, reason = "they are what a text is")]
    pub(crate) fn text_as(
        &mut self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        role: Role,
        anchor: Anchor,
        bold: bool,
    ) {
        let (text, paint) = (text.to_owned(), role.into());
        self.items.push(Item::Text { x, y, text, size, paint, anchor, bold });
    }

    /// Where texts begin and end from left to right, for those who check that they fit.
    pub fn texts(&self) -> impl Iterator<Item = (&str, f64, f64, f64)> + '_ {
        self.items.iter().filter_map(|item| match item {
            Item::Text { x, y, text, size, anchor, bold, .. } => {
                let width = width_of(text, *size, *bold);
                let left = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                Some((text.as_str(), left, left + width, *y))
            }
            _ => None,
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

/// The width of a text in Inter, by the mean widths of kinds of letters: within a few per cent.
pub(crate) fn width_of(text: &str, size: f64, bold: bool) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.27,
            ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '·' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '→' | '…' => 0.90,
            'A'..='Z' => 0.68,
            '0'..='9' | '−' | '–' | '+' | '=' | '<' | '>' | '×' | '±' | '≥' | '≤' => 0.62,
            _ => 0.56,
        })
        .sum();
    ems * size * if bold { 1.05 } else { 1.0 }
}

/// Breaks a text into lines that fit.
fn wrap(text: &str, size: f64, bold: bool, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width_of(&longer, size, bold) <= room || line.is_empty() {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A sentence begins with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

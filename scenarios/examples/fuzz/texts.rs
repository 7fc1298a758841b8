//! Texts, ordinary and strange, and how they are written.

use crate::draw::Draw;
use crate::spelling::quoted;

impl Draw {
    pub(crate) fn wrong_value(&mut self) -> String {
        let all = [
            "true",
            "-1",
            "\"\"",
            "[]",
            "{}",
            "nan",
            "-inf",
            "\"-1s\"",
            "\"none\"",
            "9e999",
            "[[1]]",
            "\"a(b(c\"",
            "\"1000%\"",
            "{ a = { b = 1 } }",
            "1979-05-27",
            "\"\\u0000\"",
            "\"9999999999999999999999s\"",
            "-9223372036854775808",
            "\"∞\"",
            "\"3 x\"",
            "\"x(,)\"",
        ];
        self.pick(&all).map_or_else(String::new, |value| (*value).to_owned())
    }

    /// A form of a text, with other digits.
    pub(crate) fn form(&mut self, example: &str) -> String {
        let is_plain = self.chance(0.3);
        let mut text = String::new();
        for c in example.chars() {
            if c.is_ascii_digit() && !is_plain {
                text += &self.below(10).to_string();
            } else {
                text.push(c);
            }
        }
        if text.starts_with(['[', '{', '"']) { text } else { quoted(&text) }
    }

    /// A text, of which some are strange.
    pub(crate) fn name(&mut self) -> String {
        let all = [
            "a",
            "llm",
            "web-shop",
            "two words",
            "x.y",
            "ünï ☃",
            "0",
            "policies",
            "value",
            "none",
            "unlimited",
            "off",
            "e\u{301}",
            "a/b",
            "like",
            "=",
            "[x]",
            "🐳",
            "A->",
            "agents.a",
            "a,b",
            "(a)",
            "%",
            "\\",
            "per",
            "-",
            "_",
            "שמאל",
        ];
        let odd = [
            "",
            " a",
            "a -> b",
            "a#2",
            "\"q\"",
            "it's",
            "\u{7}",
            "a\nb",
            "'",
            "->",
            "\u{202e}left",
        ];
        match self.below(100) {
            0 => "long".repeat(1 + self.below(500)),
            1..3 if self.wrong > 0.0 => self.pick(&odd).map_or("", |name| *name).to_owned(),
            _ => self.pick(&all).map_or("", |name| *name).to_owned(),
        }
    }
}

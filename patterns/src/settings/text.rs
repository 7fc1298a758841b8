//! The small language of texts such as `5 x exponential(1s, factor=2, jitter=full)`.
//!
//! ```text
//! text      = [ word " x " ] ( word | name "(" [ argument { "," argument } ] ")" )
//! argument  = [ key "=" ] text
//! ```

use super::node::{Argument, Call, Node, Place, Value};
use super::reader::{Code, Reader};

impl Node {
    /// The call that a text or a word spells.
    ///
    /// # Errors
    ///
    /// Where the text is no call, and why.
    pub fn call(&self) -> Result<Option<Call>, (Place, String)> {
        match &self.value {
            Value::Text(text) => call(text, self.text_start(text), &self.at).map(Some),
            Value::Word(text) => call(text, Some(self.at.start), &self.at).map(Some),
            Value::Call(call) => Ok(Some(call.clone())),
            _ => Ok(None),
        }
    }

    /// Where the text within the quotes begins, if there are any and every byte of it stands in the
    /// file as it is.
    fn text_start(&self, text: &str) -> Option<usize> {
        match self.at.len().checked_sub(text.len())? {
            0 => Some(self.at.start),
            2 => Some(self.at.start + 1),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// The call that a text or a word spells, if it is one at all. One that cannot be read is a
    /// mistake, and nothing is returned.
    pub fn call(&mut self, node: &Node) -> Option<Option<Call>> {
        match node.call() {
            Ok(call) => Some(call),
            Err((at, why)) => {
                let message = format!("{}: {why}", self.subject());
                self.mistake(&at, Code::Unreadable, message);
                None
            }
        }
    }
}

/// A piece of a text that remembers where it stands.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    /// Where its first byte stands in the file; none if the file spells it in another way.
    start: Option<usize>,
    /// The place of the whole text.
    whole: &'a Place,
    /// In how many calls it stands.
    depth: usize,
}

/// Calls within calls beyond which a text is refused. No setting has more than a few.
const DEPTH_MAX: usize = 32;

/// Reads a call. `start` is where the first byte of the text stands in the file, if the file has
/// it byte for byte; `whole` is the place of all of it, quotes included.
pub(super) fn call(
    text: &str,
    start: Option<usize>,
    whole: &Place,
) -> Result<Call, (Place, String)> {
    Piece { text, start, whole, depth: 0 }.call()
}

impl Piece<'_> {
    fn slice(self, range: core::ops::Range<usize>) -> Self {
        let start = self.start.map(|start| start + range.start);
        Self { text: &self.text[range], start, ..self }
    }

    fn trim(self) -> Self {
        let from = self.text.len() - self.text.trim_start().len();
        let to = from + self.text.trim().len();
        self.slice(from..to)
    }

    fn at(self) -> Place {
        match self.start {
            Some(start) if !self.text.is_empty() => start..start + self.text.len(),
            _ => self.whole.clone(),
        }
    }

    fn word(self) -> Node {
        Node::new(self.at(), Value::Word(self.text.to_owned()))
    }

    fn call(self) -> Result<Call, (Place, String)> {
        if self.depth == DEPTH_MAX {
            return Err((self.at(), format!("more than {DEPTH_MAX} calls within each other")));
        }
        let piece = Self { depth: self.depth + 1, ..self.trim() };
        let inner = piece.text.find('(').unwrap_or(piece.text.len());
        if let Some(x) = piece.text[..inner].find(" x ") {
            let times = piece.slice(0..x).trim().word();
            let call = piece.slice(x + 3..piece.text.len()).call()?;
            if call.times.is_some() {
                return Err((piece.at(), format!("`{}` has more than one ` x `", piece.text)));
            }
            return Ok(Call { times: Some(Box::new(times)), ..call });
        }
        let Some(open) = piece.text.find('(') else {
            let name = piece.text.to_owned();
            let arguments = Vec::new();
            return Ok(Call {
                times: None,
                name,
                name_at: piece.at(),
                has_arguments: false,
                arguments,
            });
        };
        let Some(close) = piece.text.len().checked_sub(1).filter(|_| piece.text.ends_with(')'))
        else {
            return Err((piece.at(), format!("`{}` lacks its closing parenthesis", piece.text)));
        };
        let name = piece.slice(0..open).trim();
        let arguments = piece.slice(open + 1..close).arguments()?;
        Ok(Call {
            times: None,
            name: name.text.to_owned(),
            name_at: name.at(),
            has_arguments: true,
            arguments,
        })
    }

    /// The arguments between parentheses.
    fn arguments(self) -> Result<Vec<Argument>, (Place, String)> {
        let mut arguments = Vec::new();
        let (mut depth, mut start) = (0_usize, 0);
        for (index, c) in self.text.char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => {
                    let message = format!("`{}` has a parenthesis too many", self.text);
                    return Err((self.at(), message));
                }
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    arguments.push(self.slice(start..index).argument()?);
                    start = index + 1;
                }
                _ => {}
            }
        }
        if depth > 0 {
            return Err((self.at(), format!("`{}` lacks a closing parenthesis", self.text)));
        }
        if !self.text[start..].trim().is_empty() || !arguments.is_empty() {
            arguments.push(self.slice(start..self.text.len()).argument()?);
        }
        Ok(arguments)
    }

    fn argument(self) -> Result<Argument, (Place, String)> {
        let piece = self.trim();
        if piece.text.is_empty() {
            return Err((piece.at(), "an argument is missing beside a comma".to_owned()));
        }
        let open = piece.text.find('(').unwrap_or(piece.text.len());
        let Some(equals) = piece.text[..open].find('=') else {
            return Ok(Argument { key: None, node: piece.value()? });
        };
        let key = piece.slice(0..equals).trim();
        let value = piece.slice(equals + 1..piece.text.len()).trim();
        if key.text.is_empty() || value.text.is_empty() {
            return Err((piece.at(), format!("`{}` must be KEY=VALUE", piece.text)));
        }
        Ok(Argument { key: Some((key.text.to_owned(), key.at())), node: value.value()? })
    }

    /// A value within a call: a call with parentheses, or a word.
    fn value(self) -> Result<Node, (Place, String)> {
        if !self.text.contains('(') {
            return Ok(self.word());
        }
        Ok(Node::new(self.at(), Value::Call(self.call()?)))
    }
}

//! Texts: doc comments as prose, and lines of limited width.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Prose, in one line.
    Paragraph(String),
    /// Tables, lists, drawings and code, line by line.
    Verbatim(String),
}

/// A doc comment without links to code: names stay, as code.
pub(crate) fn clean(doc: &str) -> String {
    let mut text = String::with_capacity(doc.len());
    let mut rest = doc;
    while let Some(open) = rest.find("[`") {
        let Some(close) = rest[open..].find("`]").map(|close| open + close) else { break };
        text.push_str(&rest[..open]);
        text.push_str(&rest[open + 1..=close]);
        rest = &rest[close + 2..];
        // What follows in parentheses is where the link leads.
        if let Some(end) = rest.strip_prefix('(').and_then(|target| target.find(')')) {
            rest = &rest[end + 2..];
        }
    }
    text.push_str(rest);
    text
}

/// The parts of a text.
pub(crate) fn blocks(doc: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut in_code = false;
    let mut lines: Vec<&str> = Vec::new();
    for line in doc.lines() {
        let is_fence = line.trim_start().starts_with("```");
        if line.trim().is_empty() && !in_code {
            push(&mut blocks, &mut lines);
        } else {
            lines.push(line);
        }
        in_code ^= is_fence;
    }
    push(&mut blocks, &mut lines);
    blocks
}

fn push(blocks: &mut Vec<Block>, lines: &mut Vec<&str>) {
    if lines.is_empty() {
        return;
    }
    let is_set = |line: &&str| {
        ["|", "- ", "* ", "```", "    ", "> ", "#"].iter().any(|sign| line.starts_with(sign))
    };
    blocks.push(if lines.iter().any(is_set) {
        Block::Verbatim(lines.join("\n"))
    } else {
        Block::Paragraph(lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
    });
    lines.clear();
}

/// A doc comment as text in which every paragraph is a line.
pub(crate) fn prose(doc: &str) -> String {
    let blocks = blocks(&clean(doc)).into_iter().map(|block| match block {
        Block::Paragraph(text) | Block::Verbatim(text) => text,
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

/// The first sentence of a text, in one line.
pub(crate) fn first_sentence(doc: &str) -> String {
    let Some(Block::Paragraph(text)) = blocks(doc).into_iter().next() else {
        return String::new();
    };
    let ends = text.match_indices(". ").map(|(at, _)| at);
    let mut ends = ends.filter(|at| {
        let begins = |c: char| c.is_uppercase() || ['`', '"'].contains(&c);
        text[at + 2..].starts_with(begins) && text[..*at].matches('`').count() % 2 == 0
    });
    match ends.next() {
        Some(at) => text[..=at].to_owned(),
        None => text,
    }
}

/// A text in lines of at most `width` characters, the first after `first`, the others after
/// `others`. Longer words get a line of their own.
pub(crate) fn wrap(text: &str, first: &str, others: &str, width: usize) -> String {
    let mut out = String::from(first);
    let mut used = first.chars().count();
    let mut is_begun = false;
    for word in words(text) {
        let length = word.chars().count();
        if is_begun && used + 1 + length > width && !starts_block(&word) {
            out.push('\n');
            out.push_str(others);
            used = others.chars().count();
        } else if is_begun {
            out.push(' ');
            used += 1;
        }
        out.push_str(&word);
        used += length;
        is_begun = true;
    }
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// How long code is that is kept in a line.
const CODE_MAX: usize = 60;

/// The words of a text. Code in backticks is one word, unless it is long.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split_whitespace() {
        match words.last_mut().filter(|last| is_open && last.len() + word.len() < CODE_MAX) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// Whether a line that begins so would be no prose in Markdown.
fn starts_block(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
    ["-", "+", "*", ">", "="].contains(&word)
        || word.starts_with('#')
        || (digits.len() < word.len() && [".", ")"].contains(&digits))
}

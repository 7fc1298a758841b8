//! Pages as the XML that they are, and names that would break one.

use roxmltree::{Document, Node, ParsingOptions};

pub(crate) const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "</title></style></td>]]>-->",
    "\"quotes\" and 'quotes' onload=alert(1) &amp; &",
    "שלום 🌊 مرحبا",
    "\u{202e}turned\u{2066}",
    "\u{0}\u{1b}[31m\u{ffff}",
];

pub(crate) fn parsed(html: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(html, options).unwrap_or_else(|e| panic!("{e}\n{html}"))
}

/// What stands in an element, with all that is in it.
pub(crate) fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

pub(crate) fn elements<'a>(page: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    page.descendants().filter(|node| node.has_tag_name(name)).collect()
}

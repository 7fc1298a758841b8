//! Texts of two halves, which stand for tables of two keys: `95% constant(1s)`.

use patterns::settings::{Call, Node, Value};

/// Both halves of such a text, each at its own place as far as that is known.
pub(crate) fn halves(node: &Node) -> Option<[Node; 2]> {
    let call = node.call().ok()??;
    let (first, second) = call.name.split_once(' ')?;
    let second = second.trim_start();
    let (start, end) = (call.name_at.start, call.name_at.end);
    let is_written = call.name_at.len() == call.name.len();
    let [at_first, at_second] = if is_written {
        [start..start + first.len(), end - second.len()..end]
    } else {
        [call.name_at.clone(), call.name_at.clone()]
    };
    let first = Node::new(at_first, Value::Word(first.to_owned()));
    let second = if call.has_arguments {
        // As a whole it stands where all of it does: only its name has a place of its own.
        let law = Call { name: second.to_owned(), name_at: at_second, times: None, ..call };
        Node::new(node.at.clone(), Value::Call(law))
    } else {
        Node::new(at_second, Value::Word(second.to_owned()))
    };
    Some([first, second])
}

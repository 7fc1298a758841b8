//! Settings taken apart: waits, rules of retries.

use patterns::Class;
use patterns::settings::{Argument, Node, Value};

use super::layers::Layer;
use crate::import::{decimal, whole};

/// A name with arguments, such as `exponential(base=1s, factor=2)`.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) name: String,
    /// How often, of a rule.
    pub(crate) times: Option<Node>,
    arguments: Vec<Argument>,
}

impl Form {
    /// The form of a setting, if it has one.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        let call = node.call().ok()??;
        let times = call.times.map(|times| *times);
        Some(Self { name: call.name, times, arguments: call.arguments })
    }

    /// An argument, by its key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let is = |one: &&Argument| one.key.as_ref().is_some_and(|(name, _)| name == key);
        self.arguments.iter().find(is).map(|argument| &argument.node)
    }

    /// The first wait.
    pub(crate) fn base(&self) -> Option<Node> {
        self.get("wait").or(self.get("base")).cloned()
    }

    /// The first argument that has no key, as of a list of waits.
    pub(crate) fn first(&self) -> Option<Node> {
        let plain = self.arguments.iter().find(|argument| argument.key.is_none());
        plain.map(|argument| argument.node.clone())
    }

    /// Whether waits grow by a factor.
    pub(crate) fn grows(&self) -> bool {
        self.name == "exponential"
    }

    /// By how much waits grow, as it would be written.
    pub(crate) fn factor(&self) -> Node {
        let factor = self.get("factor").and_then(decimal);
        Node::unwritten(Value::Float(factor.unwrap_or(2.0)))
    }

    /// How much waits are spread up and down.
    pub(crate) fn spread(&self) -> Option<f64> {
        let jitter = Self::of(self.get("jitter")?)?;
        let number = |key: &str| jitter.get(key).and_then(decimal);
        let ends = number("to").zip(number("from")).filter(|_| jitter.name == "between");
        // Between two ends that are no binary fractions something is lost.
        ends.map(|(to, from)| ((to - from) / 2.0 * 1e9).round() / 1e9)
    }
}

/// A retry as most libraries know it: one rule for some classes.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    /// The classes that are tried again, as they would be written.
    pub(crate) on: Node,
    /// How often; without an end if nothing is said.
    pub(crate) retries: Option<i128>,
    pub(crate) waits: Form,
}

impl Retry {
    /// The rule of the first class that has one.
    pub(crate) fn of(layer: &Layer) -> Option<Self> {
        let ruled = Class::ALL.into_iter().filter_map(|class| {
            let form = Form::of(layer.get(class.name())?)?;
            form.times.is_some().then_some((class, form))
        });
        let ruled: Vec<(Class, Form)> = ruled.collect();
        let (_, waits) = ruled.first()?.clone();
        let of_rule = waits.times.as_ref().and_then(whole);
        let retries = layer.get("max-retries").and_then(whole).or(of_rule);
        let names = ruled.iter().map(|(class, _)| Node::word(class)).collect();
        let on = match ruled.len() {
            Class::COUNT => Node::word("all"),
            _ => Node::unwritten(Value::List(names)),
        };
        Some(Self { on, retries, waits })
    }
}

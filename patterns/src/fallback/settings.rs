//! What a fallback can be set to.

use crate::invalid::Findings;
use crate::layer::Target;
use crate::outcome::Classes;
use crate::settings;
use crate::settings::{Auto, Code, Node, Reader, Setting, Shape, Value};

settings! {
    /// Gives something else when a call fails: a value at hand, the answer of another service, or
    /// the first good answer of several.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Settings {
        /// The service to call instead, or several, which are called in this order until one of
        /// them answers; or `value`: something at hand, a constant, an empty list, an old copy.
        to: Targets [.example("\"mirror\"")] = Targets::VALUE,
        /// The classes of failure that it is for. A service that fails in another class is the
        /// last one asked.
        on: Classes [.at_least(1.0)] = Classes::ALL,
        /// What comes when all services of `to` have failed. `auto` is `last-failure`, or `value`
        /// where `to` is.
        then: Auto<Then> [.example("\"first-failure\"")] = Auto::Auto,
    }
    short "to";
    rules does_something;
}

settings! {
    /// What comes when no service has answered.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Then {
        /// A value at hand: the call ends degraded.
        Value,
        /// The failure with which it began: that of the callee (Hystrix: the exception tells of
        /// the failed command, and carries that of the fallback within).
        FirstFailure,
        /// The failure of the service that was called last (Polly's `FallbackAction`, failsafe's
        /// `Fallback`: what the action throws is what the caller gets).
        LastFailure,
    }
}

/// Services to call instead, in order; none for a value at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets(Vec<Target>);

impl Targets {
    /// Something at hand.
    pub const VALUE: Self = Self(Vec::new());

    /// The services, in order.
    pub fn targets(&self) -> &[Target] {
        &self.0
    }
}

impl From<Target> for Targets {
    fn from(target: Target) -> Self {
        Self(vec![target])
    }
}

impl From<Vec<Target>> for Targets {
    fn from(targets: Vec<Target>) -> Self {
        Self(targets)
    }
}

impl<const COUNT: usize> From<[Target; COUNT]> for Targets {
    fn from(targets: [Target; COUNT]) -> Self {
        Self(targets.into())
    }
}

/// The word for a value at hand. A service of this name has to stand in a list.
const VALUE: &str = "value";

impl Setting for Targets {
    fn shape() -> Shape {
        let value = Shape::Form { what: "a value at hand", example: VALUE };
        Shape::Either(vec![Target::shape(), Shape::List(Target::shape), value])
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.value {
            Value::List(services) if services.is_empty() => {
                let message =
                    format!("{} must be a service, or several, or \"value\"", reader.subject());
                reader.mistake(&node.at, Code::OutOfRange, message);
                None
            }
            Value::List(_) => Vec::read(node, None, reader).map(Self),
            _ if node.text() == Some(VALUE) => Some(Self::VALUE),
            _ if node.text().is_some() => Target::read(node, None, reader).map(Self::from),
            _ => {
                reader.wrong_type(node, "the name of a service, a list of them, or \"value\"");
                None
            }
        }
    }

    fn write(&self) -> Node {
        match &self.0[..] {
            [] => Node::word(VALUE),
            [target] => target.write(),
            _ => self.0.write(),
        }
    }
}

impl Settings {
    /// These services, in order, or a value at hand, for every failure.
    pub fn of(to: impl Into<Targets>) -> Self {
        Self { to: to.into(), on: Classes::ALL, then: Auto::Auto }
    }

    /// What comes when all services have failed.
    pub fn last_resort(&self) -> Then {
        let is_value = self.to.targets().is_empty();
        self.then.or(if is_value { Then::Value } else { Then::LastFailure })
    }
}

fn does_something(settings: &Settings, found: &mut Findings) {
    let does = !settings.to.targets().is_empty() || settings.last_resort() == Then::Value;
    found.unless(does, "then", "`value` unless `to` names a service");
}

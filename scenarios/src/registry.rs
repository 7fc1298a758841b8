//! The kinds of layer that a scenario file may name: ours, and those of others.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

use patterns::Layer;
use patterns::adaptive_concurrency::AdaptiveConcurrency;
use patterns::adaptive_throttle::AdaptiveThrottle;
use patterns::balance::Balance;
use patterns::breaker::Breaker;
use patterns::budget::RetryBudget;
use patterns::bulkhead::Bulkhead;
use patterns::cache::Cache;
use patterns::coalesce::Coalesce;
use patterns::deadline::Deadline;
use patterns::fallback::Fallback;
use patterns::hedge::Hedge;
use patterns::load_shedder::LoadShedder;
use patterns::rate_limiter::RateLimiter;
use patterns::retry::Retry;
use patterns::settings::{Code, ConfiguredLayer, LayerSettings, Node, Reader, Setting, read_layer};
use patterns::timeout::Timeout;

use crate::kind::KindInfo;

/// A layer as its settings have it.
pub(crate) struct ReadLayer {
    /// Makes an instance.
    pub(crate) make: Arc<dyn Fn() -> Box<dyn Layer> + Send + Sync>,
    /// About how many bytes an instance takes beyond what any layer does, if its calls ask for so
    /// many different things.
    pub(crate) room: Box<dyn Fn(u64) -> u64>,
}

struct Kind {
    info: KindInfo,
    read: fn(&Node, &mut Reader<'_>) -> Option<ReadLayer>,
    settings: fn(&Node, &mut Reader<'_>) -> Option<Node>,
}

/// Kinds of layer, each with its description and the way to make one from its settings.
///
/// # Example
///
/// ```
/// use patterns::settings::{ConfiguredLayer, LayerSettings};
/// use patterns::{Action, CallId, Context, Invalid, Layer, Outcome};
/// use scenarios::LayerRegistry;
///
/// patterns::settings! {
///     /// Lets every call pass.
///     #[derive(Clone, Debug)]
///     pub struct Settings {
///         /// How many calls it lets pass.
///         calls: u32 [.at_least(1.0)] = 10,
///     }
/// }
///
/// impl LayerSettings for Settings {
///     const KIND: &'static str = "pass";
/// }
///
/// struct Pass;
///
/// impl ConfiguredLayer for Pass {
///     type Settings = Settings;
///
///     fn with_settings(_: Settings) -> Result<Self, Invalid> {
///         Ok(Self)
///     }
/// }
///
/// impl Layer for Pass {
///     fn on_call(&mut self, _: CallId, _: &mut Context<'_>) -> Action {
///         Action::Send
///     }
///     fn on_reply(&mut self, _: CallId, outcome: Outcome, _: &mut Context<'_>) -> Action {
///         Action::Reply(outcome)
///     }
/// }
///
/// // From now on a policy may say `{ pass = { calls = 3 } }`.
/// let registry = LayerRegistry::builtin().register::<Pass>();
/// # assert!(scenarios::schema(&registry).contains("\"pass\""));
/// ```
pub struct LayerRegistry(BTreeMap<&'static str, Kind>);

impl LayerRegistry {
    /// The patterns of this project.
    pub fn builtin() -> Self {
        Self(BTreeMap::new())
            .register::<AdaptiveConcurrency>()
            .register::<AdaptiveThrottle>()
            .register::<Balance>()
            .register::<Breaker>()
            .register::<Bulkhead>()
            .register::<Cache>()
            .register::<Coalesce>()
            .register::<Deadline>()
            .register::<Fallback>()
            .register::<Hedge>()
            .register::<LoadShedder>()
            .register::<RateLimiter>()
            .register::<Retry>()
            .register::<RetryBudget>()
            .register::<Timeout>()
    }

    /// Adds a kind. Its settings may name services and callers, have presets, shares and lengths
    /// of time, as those of the built-in kinds do: they use nothing else.
    ///
    /// # Panics
    ///
    /// If there is a kind of this name already.
    #[must_use]
    pub fn register<L: ConfiguredLayer>(mut self) -> Self {
        let info = KindInfo::of::<L::Settings>();
        let name = info.name;
        let earlier = self.0.insert(name, Kind { info, read: read::<L>, settings: settings::<L> });
        assert!(earlier.is_none(), "`{name}` is registered twice");
        self
    }

    /// The names of all kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }

    /// What is known of each kind.
    pub fn described(&self) -> impl Iterator<Item = &KindInfo> {
        self.0.values().map(|kind| &kind.info)
    }

    /// What is known of one kind.
    pub(crate) fn kind(&self, name: &str) -> Option<&KindInfo> {
        self.0.get(name).map(|kind| &kind.info)
    }

    /// Reads the settings of a layer of a kind that there is.
    pub(crate) fn read(
        &self,
        kind: &str,
        node: &Node,
        reader: &mut Reader<'_>,
    ) -> Option<ReadLayer> {
        (self.0.get(kind)?.read)(node, reader)
    }
}

/// All settings of a layer, those of its library and the defaults too, as they would be written.
fn settings<L: ConfiguredLayer>(node: &Node, reader: &mut Reader<'_>) -> Option<Node> {
    read_layer::<L::Settings>(node, reader).map(|settings| settings.write())
}

/// Reads the settings of a layer, tries them, and gives what makes instances of it.
fn read<L: ConfiguredLayer>(node: &Node, reader: &mut Reader<'_>) -> Option<ReadLayer> {
    let errors = reader.errors();
    let settings: L::Settings = read_layer(node, reader)?;
    if reader.errors() > errors {
        return None;
    }
    // Reading has checked all that is described; a layer may have further rules.
    if let Err(invalid) = L::with_settings(settings.clone()) {
        let kind = <L::Settings as LayerSettings>::KIND;
        let place = node.get(&invalid.setting).map_or(&node.at, |node| &node.at);
        reader.mistake(place, Code::Conflict, format!("{kind}: {invalid}"));
        return None;
    }
    let of_room = settings.clone();
    let room = Box::new(move |keys| L::room(&of_room, keys));
    let make = Arc::new(move || -> Box<dyn Layer> {
        let layer = L::with_settings(settings.clone()).expect("these settings were tried before");
        Box::new(layer)
    });
    Some(ReadLayer { make, room })
}

impl LayerRegistry {
    /// All settings of a layer of a kind that there is, as they would be written.
    pub(crate) fn settings(
        &self,
        kind: &str,
        node: &Node,
        reader: &mut Reader<'_>,
    ) -> Option<Node> {
        (self.0.get(kind)?.settings)(node, reader)
    }
}

impl fmt::Debug for LayerRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

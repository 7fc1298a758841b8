//! The kinds of layer that a scenario file may name: ours, and those of others.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

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
use patterns::timeout::Timeout;
use patterns::{Invalid, Layer, Target};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::Diagnostic;
use crate::format;
use crate::read::read;

/// Makes an instance of a layer.
pub(crate) type Factory = Arc<dyn Fn() -> Box<dyn Layer> + Send + Sync>;

type Read = dyn Fn(&Spanned<DeValue<'_>>, &mut Names<'_>, &mut Vec<Diagnostic>) -> Option<Factory>;

struct Kind {
    read: Box<Read>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

/// Kinds of layer, each with the way to make one from its settings in a file.
///
/// # Example
///
/// ```
/// use patterns::{CallId, Context, Invalid, Layer, Outcome, Action};
/// use scenarios::LayerRegistry;
///
/// #[derive(Clone, serde::Deserialize, schemars::JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {}
///
/// /// Lets everything pass.
/// struct Open;
///
/// impl Open {
///     fn new(_: Settings) -> Result<Self, Invalid> {
///         Ok(Self)
///     }
/// }
///
/// impl Layer for Open {
///     fn on_call(&mut self, _: CallId, _: &mut Context<'_>) -> Action {
///         Action::Send
///     }
///     fn on_reply(&mut self, _: CallId, outcome: Outcome, _: &mut Context<'_>) -> Action {
///         Action::Reply(outcome)
///     }
/// }
///
/// // From now on a policy may say `{ open = {} }`.
/// let registry = LayerRegistry::builtin().register("open", Open::new);
/// # assert!(scenarios::schema(&registry).contains("\"open\""));
/// ```
pub struct LayerRegistry(BTreeMap<&'static str, Kind>);

impl LayerRegistry {
    /// The patterns of this project.
    pub fn builtin() -> Self {
        Self(BTreeMap::new())
            .register("breaker", |breaker: format::breaker::Breaker| {
                Breaker::new(breaker.settings()?)
            })
            .register("retry-budget", |guard: format::retry_budget::RetryBudget| {
                RetryBudget::new(guard.settings()?)
            })
            .register("deadline", |check: format::retry_budget::Deadline| {
                Deadline::new(check.into())
            })
            .register("adaptive-concurrency", |limit: format::rate_limiter::AdaptiveConcurrency| {
                AdaptiveConcurrency::new(limit.into())
            })
            .register("rate-limiter", |limiter: format::rate_limiter::RateLimiter| {
                RateLimiter::new(limiter.settings()?)
            })
            .register("retry", |retry: format::retry::Retry| Retry::new(retry.settings()?))
            .register("load-shedder", |shed: format::adaptive_throttle::LoadShedder| {
                LoadShedder::new(shed.into())
            })
            .register(
                "adaptive-throttle",
                |throttle: format::adaptive_throttle::AdaptiveThrottle| {
                    AdaptiveThrottle::new(throttle.settings()?)
                },
            )
            .register("timeout", |timeout: format::layer::Timeout| {
                Timeout::new(timeout.settings()?)
            })
            .register("cache", |cache: format::cache::Cache| Cache::new(cache.settings()?))
            .register("coalesce", |coalesce: format::coalesce::Coalesce| {
                Ok(Coalesce::new(coalesce.into()))
            })
            .register("hedge", |hedge: format::hedge::Hedge| Hedge::new(hedge.settings()?))
            .register_with_names(
                "balance",
                format::balance::Balance::settings,
                |(settings, over)| Balance::over(settings, &over),
            )
            .register_with_names("bulkhead", format::bulkhead::Bulkhead::settings, Bulkhead::new)
            .register_with_names("fallback", format::fallback::Fallback::settings, Fallback::new)
    }

    /// Adds a kind; `make` builds the layer from its settings.
    ///
    /// # Panics
    ///
    /// If there is a kind of this name already.
    #[must_use]
    pub fn register<S, L>(self, kind: &'static str, make: fn(S) -> Result<L, Invalid>) -> Self
    where
        S: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static,
        L: Layer + 'static,
    {
        self.register_with_names(kind, |settings: S, _: &mut Names<'_>| Some(Ok(settings)), make)
    }

    /// Adds a kind whose settings name other parts of the scenario; nothing if there are no such
    /// parts, and then it has told so.
    fn register_with_names<S, T, L>(
        mut self,
        kind: &'static str,
        settings: fn(S, &mut Names<'_>) -> Option<Result<T, Invalid>>,
        make: fn(T) -> Result<L, Invalid>,
    ) -> Self
    where
        S: DeserializeOwned + JsonSchema + 'static,
        T: Clone + Send + Sync + 'static,
        L: Layer + 'static,
    {
        let read = move |value: &Spanned<DeValue<'_>>,
                         names: &mut Names<'_>,
                         diagnostics: &mut Vec<Diagnostic>| {
            let before = diagnostics.len();
            let written: S = read(value, diagnostics)?;
            if diagnostics.len() > before {
                return None;
            }
            let tried = settings(written, names)?;
            let tried = tried.and_then(|settings| make(settings.clone()).map(|_| settings));
            let settings = match tried {
                Ok(settings) => settings,
                Err(invalid) => {
                    diagnostics.push(out_of_range(value, invalid));
                    return None;
                }
            };
            let factory = move || {
                let layer = make(settings.clone()).expect("these settings were tried before");
                Box::new(layer) as Box<dyn Layer>
            };
            Some(Arc::new(factory) as Factory)
        };
        let kind_of = Kind { read: Box::new(read), schema: schema_of::<S> };
        let earlier = self.0.insert(kind, kind_of);
        assert!(earlier.is_none(), "`{kind}` is registered twice");
        self
    }

    /// The names of all kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }

    /// Reads the settings of a layer.
    pub(crate) fn read(
        &self,
        kind: &str,
        value: &Spanned<DeValue<'_>>,
        names: &mut Names<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Factory> {
        let found = self.0.get(kind).expect("whoever asks has seen that there is such a kind");
        let before = diagnostics.len();
        let factory = (found.read)(value, names, diagnostics);
        for diagnostic in &mut diagnostics[before..] {
            *diagnostic = diagnostic.clone().within(kind);
        }
        factory
    }

    /// The schema of the settings of each kind.
    pub(crate) fn schemas(&self, generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
        self.0.iter().map(|(name, kind)| (*name, (kind.schema)(generator))).collect()
    }
}

impl fmt::Debug for LayerRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

fn schema_of<S: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<S>()
}

/// The parts of a scenario that the settings of a layer may name.
pub(crate) struct Names<'a> {
    pub(crate) agents: &'a [&'a str],
    pub(crate) services: &'a [&'a str],
    /// The services that targets of the policy stand for.
    pub(crate) targets: &'a mut Vec<usize>,
    /// Names that nothing has.
    pub(crate) unknown: Vec<Diagnostic>,
}

impl Names<'_> {
    /// The target that stands for a service.
    pub(crate) fn target(&mut self, name: &Spanned<String>) -> Option<Target> {
        let known = self.services.iter().copied();
        let Some(service) = known.clone().position(|service| service == name.get_ref()) else {
            self.unknown.push(Diagnostic::unknown(name.span(), "service", name.get_ref(), known));
            return None;
        };
        let index =
            self.targets.iter().position(|target| *target == service).unwrap_or_else(|| {
                self.targets.push(service);
                self.targets.len() - 1
            });
        Some(Target(index as u16))
    }

    /// The number by which layers know an agent or a service that calls.
    pub(crate) fn caller(&mut self, name: &Spanned<String>) -> Option<u16> {
        let known = self.agents.iter().chain(self.services).copied();
        let found = known.clone().position(|known| known == name.get_ref());
        if found.is_none() {
            let told = "agent or service";
            self.unknown.push(Diagnostic::unknown(name.span(), told, name.get_ref(), known));
        }
        found.map(|index| index as u16)
    }
}

/// A setting out of its range, shown where it is written.
fn out_of_range(value: &Spanned<DeValue<'_>>, invalid: Invalid) -> Diagnostic {
    let key = invalid.setting.replace('_', "-");
    let mut places = Vec::new();
    let mut here = vec![value];
    while places.is_empty() && !here.is_empty() {
        let tables = here.iter().filter_map(|value| value.get_ref().as_table());
        let within: Vec<_> = tables.flat_map(|table| table.iter()).collect();
        let found = within.iter().filter(|(name, _)| name.get_ref() == key.as_str());
        places.extend(found.map(|(_, value)| value.span()));
        here = within.into_iter().map(|(_, value)| value).collect();
    }
    // Of several that are as deep, nobody knows which one is meant.
    let span = if let [place] = &places[..] { place.clone() } else { value.span() };
    Diagnostic::new(span, format!("`{key}` must be {}", invalid.must_be))
}

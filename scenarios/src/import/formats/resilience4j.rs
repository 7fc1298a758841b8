//! resilience4j: `application.yml` of Spring Boot.
//!
//! Keys and defaults: `CommonCircuitBreakerConfigurationProperties` and its neighbours in
//! `resilience4j-framework-common`, and <https://resilience4j.readme.io/docs/getting-started-3>.
//! An instance without `baseConfig` takes what `configs.default` says. The order of the layers is
//! that of the aspects: `Retry(CircuitBreaker(RateLimiter(TimeLimiter(Bulkhead(f)))))`.

mod breaker;
mod others;
mod profiles;

use std::collections::{BTreeMap, BTreeSet};

use patterns::settings::{Entry, Node};

use crate::import::dotted::undotted;
use crate::import::draft::{Draft, From, Layer};
use crate::import::importer::Importer;
use crate::import::parts::service;
use crate::import::section::{get, leave_unknown, same, take};
use crate::import::shape::check;
use crate::import::table::{Format, Section};

pub(crate) static FORMAT: Format = Format {
    name: "resilience4j",
    about: "`resilience4j` in `application.yml` or `application.properties` of Spring Boot",
    order: "retry, breaker, rate-limiter, timeout, bulkhead",
    source: "resilience4j-framework-common, `Common…ConfigurationProperties`; the order is that of \
             the aspects in <https://resilience4j.readme.io/docs/getting-started-3>",
    relaxed: true,
    sections: &[
        &others::RETRY,
        &breaker::BREAKER,
        &others::RATE_LIMITER,
        &others::TIME_LIMITER,
        &others::BULKHEAD,
        &others::THREAD_POOL,
    ],
};

pub(crate) static IMPORTER: Importer = Importer { format: &FORMAT, is, read };

/// A module: its name, its table, and what its keys say together.
type Module = (&'static str, &'static Section, Option<fn(&[&Node], From, &mut Draft) -> Layer>);

/// The outermost first.
static MODULES: [Module; 6] = [
    ("retry", &others::RETRY, Some(others::retry)),
    ("circuitbreaker", &breaker::BREAKER, Some(breaker::breaker)),
    ("ratelimiter", &others::RATE_LIMITER, None),
    ("timelimiter", &others::TIME_LIMITER, None),
    ("bulkhead", &others::BULKHEAD, None),
    ("thread-pool-bulkhead", &others::THREAD_POOL, Some(others::thread_pool)),
];

/// The tables of all modules.
const SHAPES: [&str; 3] = [
    "resilience4j/{}",
    "resilience4j/retry|circuitbreaker|ratelimiter|timelimiter|bulkhead|thread-pool-bulkhead/\
     instances|backends|configs/*/{}",
    "resilience4j/retry|circuitbreaker|ratelimiter|timelimiter|bulkhead|thread-pool-bulkhead/\
     instances|backends|configs/*/baseConfig/$",
];

fn is(documents: &[Node]) -> bool {
    let root = "resilience4j";
    documents.iter().filter_map(Node::entries).flatten().any(|entry| {
        same(&entry.key, root, true) || entry.key.to_lowercase().starts_with("resilience4j.")
    })
}

fn read(documents: &[Node], draft: &mut Draft) {
    let documents: Vec<Node> =
        documents.iter().map(|document| undotted(document, &mut draft.wrong)).collect();
    for document in &documents {
        check(document, &SHAPES, true, draft);
    }
    let roots = profiles::roots(&documents, draft);
    for root in &roots {
        for entry in root.entries().unwrap_or_default() {
            if MODULES.iter().all(|(name, ..)| !same(name, &entry.key, true)) {
                let known = MODULES.iter().map(|(name, ..)| *name);
                leave_unknown(entry, known, "resilience4j", draft);
            }
        }
    }
    leave_of_modules(&roots, draft);
    let configs = named(&roots, "configs");
    for all in [&named(&roots, "instances"), &configs] {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let each = all.iter().flat_map(|of_module| &of_module.all);
        let each = each.filter(|entry| names.insert(&entry.key));
        for entry in each {
            instance(all, &configs, &entry.key, draft);
        }
        // Configurations stand for themselves only where nothing takes them.
        if !names.is_empty() {
            break;
        }
    }
    draft.about = format!("{} of resilience4j", counted(draft.services.len(), "instance"));
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The entries of `instances` or `configs` of a module; before 1.0 instances were `backends`.
fn entries<'a>(roots: &[&'a Node], module: &str, key: &str) -> Vec<&'a Entry> {
    let keys: &[&str] = if key == "instances" { &["instances", "backends"] } else { &["configs"] };
    let modules = roots.iter().filter_map(|root| get(root, module, true));
    let tables = modules.flat_map(|module| keys.iter().filter_map(|key| get(module, key, true)));
    tables.filter_map(Node::entries).flatten().collect()
}

/// The instances of a module, or its configurations.
struct Named<'a> {
    all: Vec<&'a Entry>,
    /// The first of each name.
    first: BTreeMap<&'a str, &'a Entry>,
}

/// Those of all modules, in the order of these.
fn named<'a>(roots: &[&'a Node], key: &str) -> Vec<Named<'a>> {
    let of_module = |(module, ..): &Module| {
        let all = entries(roots, module, key);
        // The first one stays, as it comes last.
        let first = all.iter().rev().map(|entry| (entry.key.as_str(), *entry)).collect();
        Named { all, first }
    };
    MODULES.iter().map(of_module).collect()
}

/// Leaves out what a module says beside its instances.
fn leave_of_modules(roots: &[&Node], draft: &mut Draft) {
    for (module, ..) in &MODULES {
        let tables = roots.iter().filter_map(|root| get(root, module, true));
        for entry in tables.filter_map(Node::entries).flatten() {
            let is_known = |key: &&str| same(key, &entry.key, true);
            if ["instances", "backends", "configs"].iter().any(is_known) {
                continue;
            }
            if entry.key.to_lowercase().replace('-', "").ends_with("aspectorder") {
                let why = "the layers stand in the usual order; change it in the policy by hand";
                draft.leave_entry(entry, why);
            } else if ["metrics", "tags", "micrometer"].iter().any(is_known) {
                draft.leave_entry(entry, "it says what is shown, not what is done");
            } else {
                leave_unknown(entry, ["instances", "configs"].into_iter(), module, draft);
            }
        }
    }
}

/// A service for an instance, with a policy of the modules that name it.
fn instance(all: &[Named<'_>], configs: &[Named<'_>], theirs: &str, draft: &mut Draft) {
    let mut layers = Vec::new();
    let mut first = None;
    for ((_, section, make), (named, configs)) in MODULES.iter().zip(all.iter().zip(configs)) {
        let Some(entry) = named.first.get(theirs) else { continue };
        let from = From::Written(entry.key_at.clone(), section.place.replace("NAME", theirs));
        first.get_or_insert(from.clone());
        let mut tables = vec![&entry.node];
        inherit(configs, &entry.node, &mut tables, draft);
        layers.push(match make {
            Some(make) => make(&tables, from, draft),
            None => take(section, &tables, true, from, draft).layer,
        });
    }
    let Some(from) = first else { return };
    service(draft, theirs, from, layers);
}

/// Adds what a table inherits: its `baseConfig`, and what that inherits, or `configs.default`.
fn inherit<'a>(configs: &Named<'a>, table: &Node, tables: &mut Vec<&'a Node>, draft: &mut Draft) {
    let mut base = get(table, "baseConfig", true);
    let mut seen: Vec<String> = Vec::new();
    while let Some(node) = base {
        let Some(name) = node.text() else { break };
        if seen.iter().any(|seen| seen == name) {
            break;
        }
        seen.push(name.to_owned());
        match configs.first.get(name) {
            Some(entry) => {
                tables.push(&entry.node);
                base = get(&entry.node, "baseConfig", true);
            }
            None => {
                draft.wrong(breaker::no_config(node, name, &configs.all));
                return;
            }
        }
    }
    let default = configs.first.get("default");
    if seen.is_empty()
        && let Some(default) = default.filter(|default| default.node.at != table.at)
    {
        tables.push(&default.node);
    }
}

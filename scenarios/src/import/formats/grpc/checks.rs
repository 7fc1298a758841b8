//! What gRPC asks of a configuration as a whole.

use patterns::settings::{Code, Node, Value};

use crate::diagnostic::Diagnostic;
use crate::import::draft::Draft;
use crate::import::section::{find, get};
use crate::import::shape::check;

/// What must be a table, a list or a text.
const SHAPES: [&str; 6] = [
    "methodConfig/[]/name/[]/service|method/$",
    "methodConfig/[]/retryPolicy|hedgingPolicy/{}",
    "retryThrottling/{}",
    "loadBalancingConfig/[]/outlier_detection|outlier_detection_experimental/{}",
    "loadBalancingConfig/[]/outlier_detection/successRateEjection|failurePercentageEjection/{}",
    "loadBalancingConfig/[]/{}",
];

/// Keys without which a table is not taken.
const NEEDED: [(&str, &[&str]); 3] = [
    (
        "retryPolicy",
        &[
            "maxAttempts",
            "initialBackoff",
            "maxBackoff",
            "backoffMultiplier",
            "retryableStatusCodes",
        ],
    ),
    ("hedgingPolicy", &["maxAttempts"]),
    ("retryThrottling", &["maxTokens", "tokenRatio"]),
];

/// Reports what gRPC does not take, beside single values.
pub(super) fn whole(root: &Node, draft: &mut Draft) {
    check(root, &SHAPES, true, draft);
    needed(root, draft);
    let Some(Value::List(methods)) = get(root, "methodConfig", true).map(|node| &node.value) else {
        return;
    };
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for method in methods {
        needed(method, draft);
        if let (Some(_), Some(hedging)) =
            (find(method, "retryPolicy", true), find(method, "hedgingPolicy", true))
        {
            let message = "`hedgingPolicy` may not stand beside `retryPolicy`: gRPC takes one";
            draft.wrong(Diagnostic::new(hedging.key_at.clone(), Code::Conflict, message));
        }
        if let Some(codes) = get(method, "retryPolicy.retryableStatusCodes", true)
            && codes.value == Value::List(Vec::new())
        {
            let message = "`retryableStatusCodes` must have at least one code";
            draft.wrong(Diagnostic::new(codes.at.clone(), Code::Missing, message));
        }
        names(method, &mut seen, draft);
    }
}

/// Each service, and each method of it, may be named once.
fn names<'a>(method: &'a Node, seen: &mut Vec<(&'a str, &'a str)>, draft: &mut Draft) {
    let Some(Value::List(names)) = get(method, "name", true).map(|node| &node.value) else {
        return;
    };
    for name in names.iter().filter(|name| name.entries().is_some()) {
        let text = |key: &str| get(name, key, true).and_then(Node::text).unwrap_or_default();
        let both = (text("service"), text("method"));
        if both.0.is_empty() && !both.1.is_empty() {
            let message = format!("the method `{}` has no `service`", both.1);
            draft.wrong(Diagnostic::new(name.at.clone(), Code::Missing, message));
        } else if seen.contains(&both) {
            let shown = match both {
                ("", _) => "the name of all methods".to_owned(),
                (service, "") => format!("the service `{service}`"),
                (service, method) => format!("the method `{service}/{method}`"),
            };
            let message = format!("{shown} is written twice");
            draft.wrong(Diagnostic::new(name.at.clone(), Code::Twice, message));
        } else {
            seen.push(both);
        }
    }
}

fn needed(node: &Node, draft: &mut Draft) {
    for (table, keys) in NEEDED {
        let Some(entry) = find(node, table, true).filter(|one| one.node.entries().is_some()) else {
            continue;
        };
        for key in keys.iter().filter(|key| find(&entry.node, key, true).is_none()) {
            let message = format!("`{table}` has no `{key}`, which gRPC needs");
            draft.wrong(Diagnostic::new(entry.key_at.clone(), Code::Missing, message));
        }
    }
}

//! What it all rests on: parameters, commands, limits.

use sim::measure::Unit;
use sim::model::system::{Arrivals, BudgetThen, RateLimit, RateRule, Service};
use sim::observe::{Currency, NANO_USD};

use super::document::{Document, code, with_code};
use super::facts::Facts;
use super::words;
use crate::chart::level;

pub(super) fn add(facts: &Facts<'_>, out: &mut Document) {
    out.heading(2, "Appendix");
    parameters(facts, out);
    sources(facts, out);
    out.heading(3, "Definitions");
    super::metrics::definitions(facts, out);
    commands(facts, out);
    limits_of_model(facts, out);
}

fn parameters(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Parameters");
    let rows = facts.system.agents.iter().map(|agents| {
        let arrivals = match &agents.arrivals {
            Arrivals::Open(gap) => {
                format!("a task every {} each", level(gap.mean_secs(), Unit::Seconds))
            }
            Arrivals::Closed { think, .. } => {
                format!("the next task {} after the last", level(think.mean_secs(), Unit::Seconds))
            }
            Arrivals::Varying(_) => "tasks at a rate that varies".to_owned(),
            Arrivals::Bursts(bursts) => {
                format!("tasks in bursts, {:.1} an hour", 3600.0 * bursts.mean_rate())
            }
            Arrivals::Trace(times) => {
                format!("{} as recorded", words::counted(times.len(), "task"))
            }
        };
        let limit = agents.limit().filter(|limit| *limit < patterns::Duration::MAX);
        let limit = limit.map_or("no limit".to_owned(), |limit| limit.to_string());
        vec![code(&agents.name), agents.count.to_string(), arrivals, limit]
    });
    let caption = format!("Agents of {}.", code(facts.source));
    out.table(caption, &["Agents", "Number", "Work", "Must be done in"], rows.collect());
    let unlimited = |number: u32| {
        if number == u32::MAX { "unlimited".to_owned() } else { number.to_string() }
    };
    let rows = facts.system.services.iter().map(|service| {
        let errors = service
            .errors
            .iter()
            .map(|(class, share)| format!("{} {}", class.name(), level(*share, Unit::Share)));
        let errors: Vec<String> = errors.collect();
        vec![
            code(&service.name),
            level(service.latency.mean_secs(), Unit::Seconds),
            unlimited(service.slots),
            unlimited(service.queue),
            or_none(&errors),
            or_none(&limits(service)),
        ]
    });
    let caption = format!("Services of {}.", code(facts.source));
    let columns = ["Service", "Mean work", "Slots", "Queue", "Errors of its own", "Rate limits"];
    out.table(caption, &columns, rows.collect());
    let rows = facts.system.budgets.iter().map(|budget| {
        let amount = budget.amount as f64;
        let amount = match budget.currency {
            Currency::Tokens => format!("{amount} tokens"),
            Currency::Usd => format!("{} USD", amount / NANO_USD as f64),
            Currency::Calls => format!("{amount} calls"),
            Currency::Time => patterns::Duration::from_nanos(budget.amount).to_string(),
        };
        let groups = budget.groups.iter().map(|group| code(&facts.system.agents[*group].name));
        let every = budget.every.map_or("never full again".to_owned(), |every| every.to_string());
        let then = match budget.then {
            BudgetThen::Fail => "the call fails",
            BudgetThen::Wait => "the call waits",
            BudgetThen::Skip => "the call is left out",
        };
        let groups = words::listed(&groups.collect::<Vec<_>>());
        vec![code(&budget.name), amount, every, groups, then.to_owned()]
    });
    let caption = format!("Budgets of {}.", code(facts.source));
    let columns = ["Budget", "Amount", "Full again every", "Spent by", "When it is used up"];
    out.table(caption, &columns, rows.collect());
}

fn or_none(all: &[String]) -> String {
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// Sources beyond which no more are told.
const SOURCES_MAX: usize = 60;

/// Where numbers are from, as far as the file says that.
fn sources(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Sources");
    let source = code(facts.source);
    let lines = words::counted(facts.unsaid, "setting");
    if facts.said.is_empty() {
        out.say(format!(
            "{lines} of {source}, and not one with a comment that says where it is from: \
             what was measured, what a document says, and what is assumed cannot be told apart."
        ));
        return;
    }
    let more = match facts.said.len().saturating_sub(SOURCES_MAX) {
        0 => String::new(),
        more => format!(" {more} more are in the file."),
    };
    let caption = format!(
        "What {source} says of where its settings are from; {lines} of it have no such \
         comment.{more}"
    );
    let rows = facts.said.iter().take(SOURCES_MAX);
    let rows = rows.map(|one| vec![code(&one.place), code(&one.setting), one.text.clone()]);
    out.table(caption, &["Line", "Setting", "From"], rows.collect());
}

/// The rate limits of a service, in words.
fn limits(service: &Service) -> Vec<String> {
    let limit = |of: &RateLimit, what: &str| {
        let whose = if of.shared { "" } else { " for each caller" };
        match of.rule {
            RateRule::Bucket { every, burst } => {
                format!("a {what} every {every}, {burst} at once{whose}")
            }
            RateRule::Window { limit, length } => format!("{limit} {what}s in {length}{whose}"),
        }
    };
    let requests = service.rate_limit.iter().map(|of| limit(of, "request"));
    requests.chain(service.token_limits.iter().map(|of| limit(of, "token"))).collect()
}

fn commands(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Made again");
    let result = facts.figures.result();
    out.say(format!(
        "This report: {}. All its figures: {}, whose summary.csv has a row for each variant and \
         measure; numbers.csv says which row each figure is, and the command that makes it alone.",
        code(&facts.command),
        code(&result.command),
    ));
    let worst = (0..result.replications).min_by(|a, b| {
        let value = |replication: &u32| {
            let mut values = result.values(0, result.objective);
            let value = values.nth(*replication as usize).unwrap_or(f64::NAN);
            result.better.sign() * value
        };
        value(a).total_cmp(&value(b))
    });
    if let Some(worst) = worst {
        out.say(format!(
            "The worst run by {}: {}.",
            words::measure(&result.measures[result.objective]),
            code(result.run_again(0, worst))
        ));
    }
    for said in &facts.lint {
        out.say(format!("The linter says of {}: {}", code(facts.source), with_code(said)));
    }
}

/// What the model of this system leaves out.
fn limits_of_model(facts: &Facts<'_>, out: &mut Document) {
    out.heading(3, "Limits of the model");
    let system = facts.system;
    let mut points = Vec::new();
    let free: Vec<String> = system
        .services
        .iter()
        .filter(|service| service.slots == u32::MAX)
        .map(|service| {
            let is_limited = !limits(service).is_empty();
            let limited =
                if is_limited { ", which refuses what is beyond its rate limit" } else { "" };
            format!("{}{limited}", code(&service.name))
        })
        .collect();
    if !free.is_empty() {
        points.push(format!("no load slows down {}: slots are unlimited", words::listed(&free)));
    }
    let fixed: Vec<String> = facts
        .faults()
        .into_iter()
        .filter(|fault| fault.schedule.fixed_times(system.horizon).is_some())
        .filter(|fault| !words::is_throughout(system, fault))
        .map(|fault| code(&fault.name))
        .collect();
    if !fixed.is_empty() {
        points.push(format!(
            "when {} comes was placed by hand: losses are for that many in a run, and no rate \
             follows from them",
            words::listed(&fixed)
        ));
    }
    let is_wrong = |name: &str| {
        let place = facts.figures.of_group(name, "wrong");
        place.is_some_and(|place| 0.0 < facts.figures.estimate(0, place).mean)
    };
    if !system.agents.iter().any(|agents| is_wrong(&agents.name)) {
        let names: Vec<String> = system.services.iter().map(|one| code(&one.name)).collect();
        points.push(format!("no answer of {} is ever wrong", words::listed(&names)));
    }
    points.push(format!(
        "work of {} is drawn anew for each request, independent of the one before",
        words::listed(&system.services.iter().map(|one| code(&one.name)).collect::<Vec<_>>())
    ));
    out.list(points);
}

//! Steps laid out in a row, one after the other, with what leads from one to another.

use sim::model::system::{self, Flow, LoopEnd};

use super::steps::{LimitEnd, Step};

/// The steps, as they are run.
pub(super) fn laid_out(steps: &[Step]) -> Vec<system::Step> {
    let mut out = Vec::new();
    flatten(steps, 0, &mut out);
    out
}

/// Writes steps behind those that there are, which are in so many loops.
fn flatten(steps: &[Step], depth: usize, out: &mut Vec<system::Step>) {
    for step in steps {
        let begin = out.len();
        if step.chance() < 1.0 {
            let flow = Flow::Chance { share: step.chance(), to: 0 };
            out.push(system::Step::Flow(flow));
        }
        let optional = out.len();
        if step.is_optional() {
            out.push(system::Step::Flow(Flow::Optional { until: 0 }));
        }
        if step.risk() > 0.0 {
            out.push(system::Step::Flow(Flow::RiskAhead));
        }
        out.extend(step.plain());
        if step.risk() > 0.0 {
            out.push(system::Step::Flow(Flow::Crash(step.risk())));
        }
        structure(step, depth, out);
        let end = out.len();
        if step.is_optional() {
            out[optional] = system::Step::Flow(Flow::Optional { until: end });
        }
        if step.chance() < 1.0 {
            let flow = Flow::Chance { share: step.chance(), to: end };
            out[begin] = system::Step::Flow(flow);
        }
    }
}

/// The same, of what is neither a call nor work.
fn structure(step: &Step, depth: usize, out: &mut Vec<system::Step>) {
    match step {
        Step::Call { .. } | Step::Work { .. } => {}
        Step::Parallel { parallel, need, .. } => {
            let fork = out.len();
            out.push(system::Step::Flow(Flow::Join));
            let mut branches = Vec::with_capacity(parallel.len());
            for branch in parallel {
                branches.push(out.len());
                flatten(std::slice::from_ref(branch), depth, out);
                out.push(system::Step::Flow(Flow::Join));
            }
            let need = need.unwrap_or(parallel.len() as u32);
            let end = out.len();
            out[fork] = system::Step::Flow(Flow::Parallel { branches, need, end });
        }
        Step::Loop { r#loop, escape, limit, at_limit, .. } => {
            let to = out.len();
            flatten(r#loop, depth + 1, out);
            let at_limit = match at_limit {
                LimitEnd::Fail => LoopEnd::Fail,
                LimitEnd::GoOn => LoopEnd::GoOn,
            };
            let (escape, limit) = (*escape, *limit);
            out.push(system::Step::Flow(Flow::Again { to, depth, escape, limit, at_limit }));
        }
        Step::Steps { steps, .. } => flatten(steps, depth, out),
        Step::Result { result, within, fresh, wait, changes, .. } => {
            out.push(system::Step::Flow(Flow::Needs(system::Needs {
                group: result.0,
                within: *within,
                fresh: *fresh,
                wait: *wait,
                changes: *changes,
            })));
        }
        Step::Checkpoint { checkpoint } => {
            out.push(system::Step::Flow(Flow::Checkpoint(checkpoint.sampler())));
        }
    }
}

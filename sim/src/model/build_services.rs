//! Building services, and the patience of who sends tasks.

use patterns::{Duration, Outcome};

use super::balancer::Balancer;
use super::build::Builder;
use super::patience::Patience;
use super::rate_limit::Limits;
use super::role::{Role, RoleKind, Service};
use super::system::{self, Caller};
use super::tracer::Replica;
use super::who::Who;
use crate::fault::Health;
use crate::observe::{Track, TrackId};

impl Builder<'_> {
    /// The patience of the next group of agents, if it is drawn or some give up.
    pub(super) fn patience(&self, agents: &system::Agents) -> Option<Box<Patience>> {
        let distribution = agents.patience.clone()?;
        if distribution.as_constant().is_some() && !agents.gives_up {
            return None;
        }
        let (group, is_alone) = (agents.name.as_str(), agents.count == 1);
        let stream =
            |number| self.streams.stream(Who::Agent { group, number, is_alone }.stream("patience"));
        Some(Box::new(Patience {
            distribution,
            gives_up: agents.gives_up,
            first: self.stations.len(),
            streams: (0..agents.count).map(stream).collect(),
        }))
    }

    pub(super) fn service(&mut self, service: usize) {
        let settings = &self.system.services[service];
        for replica in 0..settings.replicas.count {
            self.replica(service, replica);
        }
        if let Some(tracer) = &mut self.recorder.tracer {
            let id = TrackId::Service(settings.name.clone());
            tracer.tracks.push(Track { id, intervals: Vec::new() });
        }
    }

    fn replica(&mut self, service: usize, replica: u32) {
        let settings = &self.system.services[service];
        let caller = Caller::Service(service);
        let role = Role {
            kind: RoleKind::Service(self.services.len() as u32),
            program: self.program(caller, &settings.steps, true),
            priority: 0,
            deadline: Duration::MAX,
            patience: None,
            caller: self.callers[self.system.agents.len() + service],
        };
        let index = self.roles.len() as u32;
        self.roles.push(role);
        self.stations.add(index, settings.slots, settings.queue, self.edges.len() as u32);
        self.stations.order_line(settings.order, settings.overflow);
        let is_alone = settings.replicas.count == 1;
        let who = Who::Service { name: &settings.name, number: replica, is_alone };
        if let Some(tracer) = &mut self.recorder.tracer {
            tracer.replicas.push(Replica::new(service as u32, who.label()));
        }
        self.edges(caller, who, None);
        self.work.push(self.streams.stream(who.stream("work")));
        self.spender(caller, who);
        let is_balanced = replica == 0 && !is_alone;
        self.services.push(Service {
            number: service as u32,
            replica,
            latency: settings.latency.clone(),
            endings: endings(settings),
            rate_limiter: Limits::of_service(self.system, service),
            health: Health::default(),
            abandoned: settings.abandoned,
            is_plain: settings.steps.is_empty() && !self.memories.has(service),
            remembers: self.memories.has(service),
            balancer: is_balanced.then(|| Box::new(Balancer::new(settings.replicas))),
        });
    }
}

/// How requests end of themselves, each way with the draw below which they do.
fn endings(settings: &system::Service) -> Box<[(Outcome, f64)]> {
    let mut below = 0.0;
    let errors = settings.errors.iter().map(|(class, share)| {
        below += share;
        (Outcome::failed(*class), below)
    });
    let mut endings: Vec<(Outcome, f64)> = errors.collect();
    if settings.wrong > 0.0 {
        endings.push((Outcome::Ok.wrong(), below + (1.0 - below) * settings.wrong));
    }
    endings.into()
}

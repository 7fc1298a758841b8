//! Building services.

use patterns::{Duration, Outcome};

use super::balancer::Balancer;
use super::build::Builder;
use super::rate_limit::Limits;
use super::role::{Role, RoleKind, Service};
use super::system::{self, Caller};
use super::who::Who;
use crate::fault::Health;
use crate::observe::{Track, TrackId};

impl Builder<'_> {
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
            caller: self.callers[self.system.agents.len() + service],
        };
        let index = self.roles.len() as u32;
        self.roles.push(role);
        self.stations.add(index, settings.slots, settings.queue, self.edges.len() as u32);
        self.stations.order_line(settings.order, settings.overflow);
        let is_alone = settings.replicas.count == 1;
        let who = Who::Service { name: &settings.name, number: replica, is_alone };
        self.edges(caller, who, None);
        self.work.push(self.streams.stream(who.stream("work")));
        let edges = self.system.edges.iter().enumerate();
        let callers = edges.filter(|(_, edge)| edge.to == service).map(|(index, _)| index);
        let is_balanced = replica == 0 && !is_alone;
        self.services.push(Service {
            number: service as u32,
            replica,
            latency: settings.latency.clone(),
            endings: endings(settings),
            rate_limiter: settings.rate_limit.as_ref().map(|limit| Limits::new(limit, callers)),
            health: Health::default(),
            abandoned: settings.abandoned,
            is_plain: settings.steps.is_empty(),
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

//! What is still open: counted at some moments, and cut off at the end.

use super::overdue::OpenTask;
use super::recorder::Recorder;
use super::request::{BRANCH, Request, State};
use super::role::RoleKind;
use super::world::World;
use crate::call::Open;
use crate::observe::OpenAt;

impl World {
    /// Counts what is open now, for one of the moments at which it is counted.
    pub(super) fn count_open(&mut self, moment: impl Fn(&mut OpenAt) -> &mut u64) {
        let Recorder { agents, services, .. } = &mut self.recorder;
        for request in self.stations.all_requests().filter(|request| request.leaf != BRANCH) {
            let role = self.stations.role(request.station);
            let open = match self.roles[role as usize].kind {
                RoleKind::Agents(group) => &mut agents[group as usize].open,
                RoleKind::Service(replica) => {
                    &mut services[self.services[replica as usize].number as usize].open
                }
            };
            *moment(open) += 1;
        }
    }

    /// Adds up the time of what is still open at the end, and finds what has failed though it is
    /// open.
    pub(super) fn note_open(&self, recorder: &mut Recorder) {
        let mut open = Vec::new();
        for request in self.stations.all_requests() {
            let role = self.stations.role(request.station);
            match self.roles[role as usize].kind {
                RoleKind::Agents(_) if request.leaf == BRANCH => {}
                RoleKind::Agents(group) => {
                    let &Request { arrived, demand, station: agent, .. } = request;
                    open.push(OpenTask { arrived, demand, group, agent });
                    if request.state == State::InLine {
                        continue;
                    }
                    let time = recorder.counted_since(request.started);
                    recorder.agents[group as usize].busy += time;
                    recorder.track(request.station, request.started, "working");
                    if request.state == State::Calling {
                        recorder.track(request.station, request.since, "waiting");
                    }
                }
                RoleKind::Service(replica) => {
                    let service = self.services[replica as usize].number;
                    recorder.note_open_request(service, request);
                }
            }
        }
        if let Some(lives) = &self.lives {
            lives.note_open(recorder);
        }
        let mut calls = Vec::new();
        for Open { edge, began, is_call, is_own, is_attempt } in self.calls.open() {
            let record = recorder.record_of[edge as usize];
            if is_call {
                let traced = (is_own && recorder.tracer.is_some()).then_some(edge);
                calls.push((began, record, traced));
            }
            if is_attempt {
                recorder.note_open_attempt(record, began);
            }
        }
        self.note_open_recoveries(recorder);
        recorder.note_overdue(&open);
        recorder.note_overdue_calls(&calls);
        recorder.add_up();
    }
}

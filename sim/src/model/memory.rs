//! What services remember: a record for each thing they can be asked for, with a version.
//!
//! A write that says which version its caller has seen is a compare-and-set (M. Herlihy, "Wait-free
//! synchronization", ACM TOPLAS 13 (1), 1991; in HTTP an `If-Match`, RFC 9110, 13.1.1). Both reads
//! and writes take effect in the instant in which the work on them ends.

use patterns::Time;

use super::request::Request;
use super::role::{Op, Role};
use super::station::Stations;
use super::system::{Does, System};
use super::who::first_key;
use crate::call::Calls;

/// The records of all services, and who knows of which version.
#[derive(Debug, Default)]
pub(super) struct Memories {
    /// By service, those that have records.
    all: Vec<Option<Records>>,
    /// By request, what it knows.
    seen: Vec<Option<Seen>>,
    /// By leaf, what a request that was made of it is about.
    asked: Vec<Option<Asked>>,
}

/// The records of a service.
#[derive(Debug)]
struct Records {
    first_key: u32,
    versions: Vec<u32>,
    refuses_stale: bool,
}

/// What a request knows that calls.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// When the request came, since another one takes its place later.
    arrived: Time,
    key: u32,
    version: u32,
}

/// What a request at a service is about.
#[derive(Clone, Copy, Debug)]
struct Asked {
    is_write: bool,
    key: u32,
    /// The version that its caller knows.
    version: u32,
}

/// What has come of a request at a service that remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing, or it is read.
    None,
    /// It is written.
    Written,
    /// It is written over what its caller has not seen.
    Overwritten,
    /// It is not written: its caller has not seen the present version.
    Refused,
}

impl Memories {
    pub(super) fn of(system: &System) -> Self {
        let services = system.services.iter().zip(system.records()).enumerate();
        let all = services.map(|(index, (service, records))| {
            let (first_key, refuses_stale) = (first_key(index), service.refuses_stale);
            let versions = vec![0; records as usize];
            (!versions.is_empty()).then_some(Records { first_key, versions, refuses_stale })
        });
        Self { all: all.collect(), ..Self::default() }
    }

    /// Whether a service has records.
    pub(super) fn has(&self, service: usize) -> bool {
        self.all[service].is_some()
    }

    /// What a request that came at this time has seen last of the records from this key on.
    fn seen_by(&self, index: u32, request: &Request, keys: (u32, u32)) -> Option<Seen> {
        let seen = self.seen.get(index as usize).copied().flatten()?;
        let is_of_service = (keys.0..keys.0 + keys.1).contains(&seen.key);
        (seen.arrived == request.arrived && is_of_service).then_some(seen)
    }

    /// The key of a write of a request: the one that it has read.
    pub(super) fn key_of_write(
        &self,
        index: u32,
        request: &Request,
        keys: (u32, u32),
    ) -> Option<u32> {
        self.seen_by(index, request, keys).map(|seen| seen.key)
    }

    /// An attempt comes to a service that has records.
    #[inline(never)]
    pub(super) fn ask(&mut self, leaf: u32, calls: &Calls, stations: &Stations, roles: &[Role]) {
        let asked = calls.caller(leaf).and_then(|caller| {
            let request = stations.request(caller);
            let role = &roles[stations.role(request.station) as usize];
            let op = role.program.get(usize::from(request.step));
            let Some(Op::Call(step) | Op::Costly(step, _)) = op else { return None };
            let (key, is_write) = (calls.call_of(leaf).0, step.does == Does::Write);
            let seen = self.seen_by(caller, request, (key, 1));
            let version = seen.map_or(0, |seen| seen.version);
            (step.does != Does::Other).then_some(Asked { is_write, key, version })
        });
        *place(&mut self.asked, leaf) = asked;
    }

    /// A request is about the same as another one.
    pub(super) fn copy(&mut self, from: u32, to: u32) {
        let asked = self.asked.get(from as usize).copied().flatten();
        *place(&mut self.asked, to) = asked;
    }

    /// The work on a request at a service ends well. `caller` is who called, if it still waits.
    pub(super) fn take_effect(
        &mut self,
        service: u32,
        leaf: u32,
        caller: Option<(u32, Time)>,
    ) -> Effect {
        let Some(asked) = self.asked.get(leaf as usize).copied().flatten() else {
            return Effect::None;
        };
        let Asked { is_write, key, version: known } = asked;
        let Some(records) = &mut self.all[service as usize] else { return Effect::None };
        let place_of_key = key.wrapping_sub(records.first_key) as usize;
        // What was diverted from another service is about a record of that one.
        let Some(version) = records.versions.get_mut(place_of_key) else { return Effect::None };
        let effect = match is_write {
            false => Effect::None,
            true if *version == known => Effect::Written,
            true if records.refuses_stale => return Effect::Refused,
            true => Effect::Overwritten,
        };
        *version = version.wrapping_add(u32::from(is_write));
        let version = *version;
        if let Some((caller, arrived)) = caller {
            *place(&mut self.seen, caller) = Some(Seen { arrived, key, version });
        }
        effect
    }
}

/// The place of an index, which may be the first one so large.
fn place<T: Clone>(all: &mut Vec<Option<T>>, index: u32) -> &mut Option<T> {
    let index = index as usize;
    if all.len() <= index {
        all.resize(index + 1, None);
    }
    &mut all[index]
}

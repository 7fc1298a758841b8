//! Stations: where requests come in, wait in line for a slot, and leave. An agent is one, and a
//! service is one.

use patterns::Time;

use super::line::Line;
use super::request::{BRANCH, NONE, Request, Requests, State};
use super::system::{Order, Overflow};

/// All stations and what is under way at them.
#[derive(Debug, Default)]
pub(super) struct Stations {
    all: Vec<Station>,
    requests: Requests,
    /// Of the stations whose lines go by another order.
    lines: Vec<Line>,
}

/// One agent or service.
///
/// A request that is here is in a slot or in line. All are linked: first those in a slot, in the
/// order in which they got it, and then those in line, in the order in which they will.
#[derive(Debug)]
#[repr(align(64))]
struct Station {
    /// What it does: its group of agents, or its service.
    role: u32,
    /// The first of its edges; those of one role have them in the same order.
    edges: u32,
    /// How many requests can be in work at a time, and how many if faults left it alone.
    slots: u32,
    all_slots: u32,
    busy: u32,
    queue: u32,
    waiting: u32,
    first: u32,
    last: u32,
    /// The first in line.
    next_up: u32,
    /// Its line among those that go by another order than first in, first out.
    line: u32,
    /// Whether requests are linked: not where there is a slot for each and no fault hits them.
    is_linked: bool,
}

/// A station that something comes to.
pub(super) struct Entry<'a> {
    number: u32,
    place: &'a mut Station,
    requests: &'a mut Requests,
    lines: &'a mut Vec<Line>,
}

/// What has come of the end of a request.
pub(super) struct Finished<'a> {
    /// How many requests have a slot at the station now.
    pub(super) busy: u32,
    /// The one that has got the slot.
    pub(super) next: Option<(u32, &'a mut Request)>,
}

impl Stations {
    /// Adds a station of a role, with slots, a queue, and edges from this one on.
    pub(super) fn add(&mut self, role: u32, slots: u32, queue: u32, edges: u32) {
        self.all.push(Station {
            role,
            edges,
            slots,
            all_slots: slots,
            busy: 0,
            queue,
            waiting: 0,
            first: NONE,
            last: NONE,
            next_up: NONE,
            line: NONE,
            is_linked: true,
        });
    }

    /// The line of the station added last goes by this order.
    pub(super) fn order_line(&mut self, order: Order, overflow: Overflow) {
        if order != Order::Fifo
            && let Some(station) = self.all.last_mut()
        {
            station.line = self.lines.len() as u32;
            self.lines.push(Line::new(order, overflow));
        }
    }

    /// Adds an agent, whose tasks something may happen to or not.
    pub(super) fn add_agent(&mut self, group: u32, slots: u32, edges: u32, lives: bool) {
        self.add(group, slots, u32::MAX, edges);
        if let Some(agent) = self.all.last_mut() {
            agent.is_linked = slots < u32::MAX || lives;
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.all.len() as u32
    }

    #[inline]
    pub(super) fn role(&self, station: u32) -> u32 {
        self.all[station as usize].role
    }

    /// The first of the edges of a station.
    #[inline]
    pub(super) fn edges(&self, station: u32) -> u32 {
        self.all[station as usize].edges
    }

    /// A station that something comes to.
    #[inline]
    pub(super) fn entry(&mut self, station: u32) -> Entry<'_> {
        let place = &mut self.all[station as usize];
        let (requests, lines) = (&mut self.requests, &mut self.lines);
        Entry { number: station, place, requests, lines }
    }

    /// The last in line at a station, if it has to go for a request of this priority that comes.
    #[inline(never)]
    pub(super) fn gives_way(&self, station: u32, priority: u8) -> Option<u32> {
        let Station { line, last, waiting, .. } = self.all[station as usize];
        let last = some(last).filter(|_| waiting > 0)?;
        self.lines[line as usize].gives_way(&self.requests[last], priority).then_some(last)
    }

    /// How many requests are at a station, in slots and in line.
    pub(super) fn load(&self, station: u32) -> u32 {
        let station = &self.all[station as usize];
        station.busy + station.waiting
    }

    #[inline]
    pub(super) fn request(&self, index: u32) -> &Request {
        &self.requests[index]
    }

    #[inline]
    pub(super) fn request_mut(&mut self, index: u32) -> &mut Request {
        &mut self.requests[index]
    }

    /// A request that has a slot leaves: the first in line gets the slot.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn finish(&mut self, index: u32) -> Finished<'_> {
        debug_assert_ne!(self.requests[index].state, State::InLine, "it has a slot");
        let (station, neighbours) = self.requests.free(index);
        let station = &mut self.all[station as usize];
        debug_assert!(0 < station.busy && station.busy <= station.all_slots, "{station:?}");
        station.unlink(neighbours, &mut self.requests);
        let next = station.next_up;
        if next == NONE || station.busy > station.slots {
            station.busy -= 1;
            return Finished { busy: station.busy, next: None };
        }
        if station.line != NONE {
            self.lines[station.line as usize].leave(next, &self.requests);
        }
        let first = &mut self.requests[next];
        station.waiting -= 1;
        station.next_up = first.next;
        Finished { busy: station.busy, next: Some((next, first)) }
    }

    /// A station has no more slots than these, until it is said again. Those that are taken stay
    /// so; if some get free, they are still to be [filled](Self::fill).
    pub(super) fn limit_slots(&mut self, station: u32, most: u32) {
        let station = &mut self.all[station as usize];
        station.slots = station.all_slots.min(most);
    }

    /// Gives a free slot to the first in line.
    pub(super) fn fill(&mut self, station: u32) -> Option<(u32, u32, &mut Request)> {
        let station = &mut self.all[station as usize];
        let next = some(station.next_up).filter(|_| station.busy < station.slots)?;
        if let Some(line) = self.lines.get_mut(station.line as usize) {
            line.leave(next, &self.requests);
        }
        let first = &mut self.requests[next];
        station.busy += 1;
        station.waiting -= 1;
        station.next_up = first.next;
        Some((next, station.busy, first))
    }

    /// How many requests have a slot.
    pub(super) fn busy(&self, station: u32) -> u32 {
        self.all[station as usize].busy
    }

    /// The first in line.
    pub(super) fn next_up(&self, station: u32) -> Option<u32> {
        some(self.all[station as usize].next_up)
    }

    /// The station added last may have to hold up what comes, though it has a slot for all.
    pub(super) fn link_last(&mut self) {
        if let Some(station) = self.all.last_mut() {
            station.is_linked = true;
        }
    }

    /// A request leaves the line.
    pub(super) fn drop_waiting(&mut self, index: u32) {
        let Request { station, state, .. } = self.requests[index];
        debug_assert_eq!(state, State::InLine, "it has no slot");
        if let Some(line) = self.lines.get_mut(self.all[station as usize].line as usize) {
            line.leave(index, &self.requests);
        }
        let (station, neighbours) = self.requests.free(index);
        let station = &mut self.all[station as usize];
        station.unlink(neighbours, &mut self.requests);
        station.waiting -= 1;
        if station.next_up == index {
            station.next_up = neighbours[1];
        }
    }

    /// Empties a station. What was there is still to be [forgotten](Self::forget), one by one, from
    /// the first, which is returned, to the last.
    pub(super) fn clear(&mut self, station: u32) -> Option<u32> {
        let first = self.first(station);
        let station = &mut self.all[station as usize];
        (station.busy, station.waiting) = (0, 0);
        if let Some(line) = self.lines.get_mut(station.line as usize) {
            line.clear();
        }
        (station.first, station.last, station.next_up) = (NONE, NONE, NONE);
        first
    }

    /// Frees a request of a station that was [cleared](Self::clear).
    pub(super) fn forget(&mut self, index: u32) {
        self.requests.free(index);
    }

    /// The first of the requests at a station to which faults may happen: in slots and then in
    /// line.
    pub(super) fn first(&self, station: u32) -> Option<u32> {
        debug_assert!(self.all[station as usize].is_linked, "its requests are linked");
        some(self.all[station as usize].first)
    }

    /// The request that is next at its station.
    pub(super) fn after(&self, index: u32) -> Option<u32> {
        some(self.requests[index].next)
    }

    /// The request that is admitted next.
    pub(super) fn next_request(&self) -> u32 {
        self.requests.next()
    }

    /// A branch of a task at a station begins: it takes no slot, and is in no line.
    pub(super) fn branch(&mut self, station: u32, leaf: u32, now: Time) -> &mut Request {
        let request = self.requests.take(station, leaf, now);
        (request.previous, request.next) = (NONE, NONE);
        request
    }

    /// How many requests there is room for by now.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.requests.room()
    }

    /// Whether it is still this task that is there, at this station and since this time.
    pub(super) fn is_there(&self, index: u32, station: u32, arrived: Time) -> bool {
        let request = &self.requests[index];
        let is_it = request.station == station && request.arrived == arrived;
        is_it && request.state != State::Gone && (request.leaf == NONE || request.leaf == BRANCH)
    }

    /// All requests at all stations.
    pub(super) fn all_requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter()
    }
}

impl<'a> Entry<'a> {
    /// What the station does.
    #[inline]
    pub(super) fn role(&self) -> u32 {
        self.place.role
    }

    /// The first of its edges.
    #[inline]
    pub(super) fn edges(&self) -> u32 {
        self.place.edges
    }

    /// How many requests have a slot.
    #[inline]
    pub(super) fn busy(&self) -> u32 {
        self.place.busy
    }

    /// The request that is admitted next.
    #[inline]
    pub(super) fn next_request(&self) -> u32 {
        self.requests.next()
    }

    /// Whether a request that comes now gets neither a slot nor a place in line.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        let Station { slots, busy, queue, waiting, .. } = *self.place;
        busy >= slots && waiting >= queue
    }

    /// Whether its line does not go first in, first out.
    #[inline]
    pub(super) fn has_order(&self) -> bool {
        self.place.line != NONE
    }

    /// A request comes: it gets a slot if one is free, or else waits in line.
    #[expect(clippy::inline_always, reason = "on the way of every call: some 20 instructions each")]
    #[inline(always)]
    pub(super) fn admit(self, leaf: u32, priority: u8, now: Time) -> (u32, bool, &'a mut Request) {
        let has_slot = self.place.busy < self.place.slots;
        let Self { number, place, requests, lines } = self;
        let index = requests.next();
        let [mut previous, mut next] = [NONE; 2];
        if !has_slot && place.line != NONE {
            [previous, next] = place.line_up(index, priority, requests, lines);
        } else if place.is_linked {
            previous = std::mem::replace(&mut place.last, index);
            if previous == NONE {
                place.first = index;
            } else {
                requests[previous].next = index;
            }
        }
        if has_slot {
            debug_assert_eq!(place.waiting, 0, "a slot is free only if none waits");
            place.busy += 1;
        } else {
            if place.waiting == 0 {
                place.next_up = index;
            }
            place.waiting += 1;
        }
        let request = requests.take(number, leaf, now);
        request.priority = priority;
        request.previous = previous;
        request.next = next;
        (index, has_slot, request)
    }
}

impl Station {
    /// A request comes into a line that does not go first in, first out; says who its neighbours
    /// are.
    #[inline(never)]
    fn line_up(
        &mut self,
        index: u32,
        priority: u8,
        requests: &mut Requests,
        lines: &mut [Line],
    ) -> [u32; 2] {
        let next = lines[self.line as usize].enter(index, priority, self.next_up, requests);
        let previous = if next == NONE { self.last } else { requests[next].previous };
        if next == self.next_up {
            self.next_up = index;
        }
        *if previous == NONE { &mut self.first } else { &mut requests[previous].next } = index;
        *if next == NONE { &mut self.last } else { &mut requests[next].previous } = index;
        [previous, next]
    }

    /// Closes the gap between the neighbours of a request that is gone.
    #[inline]
    fn unlink(&mut self, [previous, next]: [u32; 2], requests: &mut Requests) {
        if !self.is_linked {
            return;
        }
        if previous == NONE {
            self.first = next;
        } else {
            requests[previous].next = next;
        }
        if next == NONE {
            self.last = previous;
        } else {
            requests[next].previous = previous;
        }
    }
}

/// An index, if it is one.
fn some(index: u32) -> Option<u32> {
    (index != NONE).then_some(index)
}

//! Coalescing itself.

use super::report::Counters;
use super::settings::{LeaderGone, Settings};
use crate::index::Index;
use crate::invalid::Invalid;
use crate::layer::{CallId, PerCall};
use crate::outcome::{Class, Outcome};
use crate::permit::{Reason, Rejected};
use crate::settings::check;

/// Calls for the same, sent once.
///
/// # Example
///
/// ```
/// use patterns::coalesce::{Coalesce, Joined, Settings, Turn};
/// use patterns::{CallId, Outcome};
///
/// # fn main() -> Result<(), patterns::Invalid> {
/// let mut coalesce = Coalesce::new(Settings::default())?;
/// let [first, second, other] = [0, 1, 2].map(CallId);
/// assert_eq!(coalesce.join(first, 7), Ok(Joined::Leads));
/// assert_eq!(coalesce.join(second, 7), Ok(Joined::Follows));
/// assert_eq!(coalesce.join(other, 8), Ok(Joined::Leads));
///
/// let mut woken = Vec::new();
/// coalesce.record(first, Outcome::Ok, |follower| woken.push(follower));
/// assert_eq!(woken, [second]);
/// assert_eq!(coalesce.turn(second), Turn::Answer(Outcome::Ok));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Coalesce {
    settings: Settings,
    /// The leader of each key that is on the way.
    leaders: Index,
    calls: PerCall<Member>,
    /// For the layer alone.
    pub(super) counters: Counters,
}

/// What is remembered of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    key: u32,
    role: Role,
    /// The line of followers is a ring with their leader in it, at its beginning and its end.
    before: u32,
    behind: u32,
    /// Of a leader, how many follow it.
    followers: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// It has nothing to do with the others, or is gone.
    #[default]
    Apart,
    Leads,
    /// It leads in place of another, and has not been sent yet.
    Promoted,
    Follows,
    Answered(Outcome),
}

/// What becomes of a call that comes to a [`Coalesce`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is to be sent.
    Leads,
    /// It waits for the answer of another.
    Follows,
}

/// What a call is to do that was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It leads now, and is to be sent. This is said once.
    Send,
    /// There is an answer for it. This is said once.
    Answer(Outcome),
    /// Nothing.
    Wait,
}

impl Coalesce {
    /// No call is on the way.
    ///
    /// # Errors
    ///
    /// None so far: all settings are valid.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        check(&settings)?;
        Ok(Self {
            settings,
            leaders: Index::default(),
            calls: PerCall::default(),
            counters: Counters::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A call for this key comes. What its id stood for before is forgotten, so that call must
    /// have ended or been cancelled.
    ///
    /// # Errors
    ///
    /// If as many follow already as may.
    pub fn join(&mut self, call: CallId, key: u32) -> Result<Joined, Rejected> {
        let Some(leader) = self.leaders.get(key).map(CallId) else {
            self.leaders.set(key, call.0);
            self.calls.open(call, Member::alone(key, Role::Leads, call));
            return Ok(Joined::Leads);
        };
        let Member { before: last, followers, .. } = self.calls[leader];
        if self.settings.max_followers <= followers {
            self.stay_apart(call);
            return Err(Rejected { reason: Reason::Full, until: None });
        }
        self.calls.open(call, Member::alone(key, Role::Follows, call));
        self.link(CallId(last), call);
        self.link(call, leader);
        self.calls[leader].followers += 1;
        Ok(Joined::Follows)
    }

    /// A call comes that has nothing to do with the others.
    pub(super) fn stay_apart(&mut self, call: CallId) {
        self.calls.open(call, Member::default());
    }

    /// The attempt of a call has ended. If it leads, its followers are woken in the order in which
    /// they came, to look at their [`turn`](Self::turn).
    pub fn record(&mut self, call: CallId, outcome: Outcome, wake: impl FnMut(CallId)) {
        if matches!(self.role(call), Role::Leads | Role::Promoted) {
            self.answer_all(call, outcome, wake);
        }
    }

    /// A call is given up. Those that have something to do in turn are woken.
    pub fn cancel(&mut self, call: CallId, mut wake: impl FnMut(CallId)) {
        match self.role(call) {
            Role::Apart => {}
            Role::Answered(_) => self.calls[call].role = Role::Apart,
            Role::Follows => self.unfollow(call),
            Role::Leads | Role::Promoted => {
                let Member { behind, followers, .. } = self.calls[call];
                if 0 < followers && self.settings.leader_gone == LeaderGone::Promote {
                    self.promote(CallId(behind), call);
                    wake(CallId(behind));
                } else {
                    self.answer_all(call, Outcome::failed(Class::Rejected), wake);
                }
            }
        }
    }

    /// What a call is to do that was woken.
    pub fn turn(&mut self, call: CallId) -> Turn {
        match self.role(call) {
            Role::Promoted => {
                self.calls[call].role = Role::Leads;
                Turn::Send
            }
            Role::Answered(outcome) => {
                self.calls[call].role = Role::Apart;
                Turn::Answer(outcome)
            }
            Role::Apart | Role::Leads | Role::Follows => Turn::Wait,
        }
    }

    /// How many calls follow the leader of this key; none if it has no leader.
    pub fn followers(&self, key: u32) -> Option<u32> {
        self.leaders.get(key).map(|leader| self.calls[CallId(leader)].followers)
    }

    fn role(&self, call: CallId) -> Role {
        self.calls.get(call).map_or(Role::Apart, |member| member.role)
    }

    /// Ends the flight of a leader.
    fn answer_all(&mut self, leader: CallId, outcome: Outcome, mut wake: impl FnMut(CallId)) {
        let Member { key, behind, followers, .. } = self.calls[leader];
        self.leaders.remove(key);
        self.calls[leader] = Member::default();
        let mut next = CallId(behind);
        for _ in 0..followers {
            let follower = next;
            next = CallId(self.calls[follower].behind);
            self.calls[follower] = Member::alone(key, Role::Answered(outcome), follower);
            wake(follower);
        }
    }

    /// Takes a follower out of the ring.
    fn unfollow(&mut self, call: CallId) {
        let Member { key, before, behind, .. } = self.calls[call];
        self.calls[call] = Member::default();
        self.link(CallId(before), CallId(behind));
        if let Some(leader) = self.leaders.get(key) {
            self.calls[CallId(leader)].followers -= 1;
        }
    }

    /// Puts the first follower in the place of its leader, which leaves.
    fn promote(&mut self, first: CallId, leader: CallId) {
        self.unfollow(first);
        let Member { key, before: last, behind: next, followers, .. } = self.calls[leader];
        self.calls[leader] = Member::default();
        self.calls[first] = Member { followers, ..Member::alone(key, Role::Promoted, first) };
        if 0 < followers {
            self.link(first, CallId(next));
            self.link(CallId(last), first);
        }
        self.leaders.set(key, first.0);
    }

    fn link(&mut self, before: CallId, behind: CallId) {
        self.calls[before].behind = behind.0;
        self.calls[behind].before = before.0;
    }
}

impl Member {
    /// A ring of one.
    fn alone(key: u32, role: Role, call: CallId) -> Self {
        Self { key, role, before: call.0, behind: call.0, followers: 0 }
    }
}

//! Coalescing: calls that ask for the same at the same time are sent once, and share the answer.
//!
//! ```text
//!         nobody is on the way for this key
//!  call ──┬──────────────► leader ──► send ──► answer ──► passed on ─┐
//!         │ a leader is                                              │ the same answer
//!         ├──────────────► follower ──► waits ◄──────────────────────┘
//!         │ too many follow it
//!         └──────────────► refused: rejected
//! ```
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `max_followers` | calls; 0 for none | exactly so many may follow one leader |
//! | `leader_gone` | [`LeaderGone`] | what the followers do when their leader is given up |
//!
//! Also called single flight (Go's `singleflight`, whose `Do` shares values and errors alike);
//! opossum and tower-resilience call it `coalesce`. Whatever the leader's attempt ends in is the
//! answer of all of them, a failure too. The flight ends in that instant: a call that comes later
//! in it is sent anew, and nothing is kept. To keep answers, put a [`cache`](crate::cache) above.
//!
//! A follower that is given up leaves the others alone. Calls that are not idempotent do something,
//! each for itself: they are sent without looking at the others.
//!
//! # What a follower takes on
//!
//! The attempt is the leader's: it has its deadline, its caller and its priority. A follower that
//! came late, or has more time, gets the leader's `timeout` all the same; so bound the time *below*
//! this layer, where it is the same for all, rather than above. A hedge from above would follow its
//! own first attempt and never help, so put hedging below, too.

use crate::index::Index;
use crate::layer::{Action, CallId, Context, Layer, PerCall};
use crate::outcome::{Class, Outcome};

/// The settings of a [`Coalesce`]; all of them are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many calls may follow one leader; 0 for none, so that only one call for each key is
    /// let through at a time.
    pub max_followers: u32,
    /// What the followers do when their leader is given up.
    pub leader_gone: LeaderGone,
}

/// What the followers do when their leader is given up, and its attempt with it.
///
/// There is no way to let the attempt of the leader go on for the others, as Go's `singleflight`
/// does: what is open below a call ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaderGone {
    /// The first of them becomes the leader, and sends anew; the others follow it.
    Promote,
    /// All of them fail, as [`Class::Rejected`].
    FailAll,
}

/// Calls for the same, sent once.
///
/// # Example
///
/// ```
/// use patterns::coalesce::{Coalesce, Joined, LeaderGone, Settings, Turn};
/// use patterns::{CallId, Outcome};
///
/// let settings = Settings { max_followers: 100, leader_gone: LeaderGone::Promote };
/// let mut coalesce = Coalesce::new(settings);
/// let [first, second, other] = [0, 1, 2].map(CallId);
/// assert_eq!(coalesce.join(first, 7), Joined::Leads);
/// assert_eq!(coalesce.join(second, 7), Joined::Follows);
/// assert_eq!(coalesce.join(other, 8), Joined::Leads);
///
/// let mut told = Vec::new();
/// coalesce.end(first, Outcome::Ok, |follower| told.push(follower));
/// assert_eq!(told, [second]);
/// assert_eq!(coalesce.turn(second), Turn::Answer(Outcome::Ok));
/// ```
#[derive(Clone, Debug)]
pub struct Coalesce {
    settings: Settings,
    /// The leader of each key that is on the way.
    leaders: Index,
    calls: PerCall<Member>,
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
    /// It is refused: too many follow already.
    Full,
}

/// What a call is to do that was told to look again.
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
    /// Nobody is on the way.
    pub fn new(settings: Settings) -> Self {
        Self { settings, leaders: Index::default(), calls: PerCall::default() }
    }

    /// A call for this key comes. What its id stood for before is forgotten, so that call must
    /// have ended or left.
    pub fn join(&mut self, call: CallId, key: u32) -> Joined {
        let Some(leader) = self.leaders.get(key).map(CallId) else {
            self.leaders.set(key, call.0);
            self.calls.open(call, Member::alone(key, Role::Leads, call));
            return Joined::Leads;
        };
        let Member { before: last, followers, .. } = self.calls[leader];
        if self.settings.max_followers <= followers {
            self.calls.open(call, Member::default());
            return Joined::Full;
        }
        self.calls.open(call, Member::alone(key, Role::Follows, call));
        self.link(CallId(last), call);
        self.link(call, leader);
        self.calls[leader].followers += 1;
        Joined::Follows
    }

    /// The attempt of a call has ended. If it leads, its followers are told to look again by
    /// [`turn`](Self::turn), in the order in which they came.
    pub fn end(&mut self, call: CallId, outcome: Outcome, told: impl FnMut(CallId)) {
        if matches!(self.role(call), Role::Leads | Role::Promoted) {
            self.answer_all(call, outcome, told);
        }
    }

    /// A call is given up. Whoever has something to do in turn is told to look again.
    pub fn leave(&mut self, call: CallId, mut told: impl FnMut(CallId)) {
        match self.role(call) {
            Role::Apart => {}
            Role::Answered(_) => self.calls[call].role = Role::Apart,
            Role::Follows => self.unfollow(call),
            Role::Leads | Role::Promoted => {
                let Member { behind, followers, .. } = self.calls[call];
                if 0 < followers && self.settings.leader_gone == LeaderGone::Promote {
                    self.promote(CallId(behind), call);
                    told(CallId(behind));
                } else {
                    self.answer_all(call, Outcome::failed(Class::Rejected), told);
                }
            }
        }
    }

    /// What a call is to do that was told to look again.
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

    /// How many calls follow the leader of this key; nothing if nobody leads.
    pub fn followers(&self, key: u32) -> Option<u32> {
        self.leaders.get(key).map(|leader| self.calls[CallId(leader)].followers)
    }

    fn role(&self, call: CallId) -> Role {
        self.calls.get(call).map_or(Role::Apart, |member| member.role)
    }

    /// Ends the flight of a leader.
    fn answer_all(&mut self, leader: CallId, outcome: Outcome, mut told: impl FnMut(CallId)) {
        let Member { key, behind, followers, .. } = self.calls[leader];
        self.leaders.remove(key);
        self.calls[leader] = Member::default();
        let mut next = CallId(behind);
        for _ in 0..followers {
            let follower = next;
            next = CallId(self.calls[follower].behind);
            self.calls[follower] = Member::alone(key, Role::Answered(outcome), follower);
            told(follower);
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

impl Layer for Coalesce {
    fn on_call(&mut self, call: CallId, cx: &mut Context<'_>) -> Action {
        let info = cx.info();
        if !info.is_idempotent {
            self.calls.open(call, Member::default());
            return Action::Send;
        }
        match self.join(call, info.key) {
            Joined::Leads => Action::Send,
            Joined::Follows => Action::Wait,
            Joined::Full => Action::Reply(Outcome::failed(Class::Rejected)),
        }
    }

    fn on_reply(&mut self, call: CallId, outcome: Outcome, cx: &mut Context<'_>) -> Action {
        self.end(call, outcome, |follower| cx.wake(follower));
        Action::Reply(outcome)
    }

    fn on_wake(&mut self, call: CallId, _cx: &mut Context<'_>) -> Action {
        match self.turn(call) {
            Turn::Send => Action::Send,
            Turn::Answer(outcome) => Action::Reply(outcome),
            Turn::Wait => Action::Wait,
        }
    }

    fn on_cancel(&mut self, call: CallId, cx: &mut Context<'_>) {
        self.leave(call, |other| cx.wake(other));
    }
}

//! Waiting calls: by class and share, each row in the order of arrival, and any of them can leave
//! at once.

use crate::layer::{CallId, PerCall};

/// Rows of calls, linked through one array by call, so that leaving from the middle is as cheap
/// as from an end and nothing is allocated once warm.
#[derive(Clone, Debug)]
pub(super) struct WaitQueue {
    links: PerCall<Link>,
    /// A row for each class and share, those of one class side by side.
    rows: Vec<Row>,
    /// How many wait in each class.
    by_class: Vec<u32>,
    shares: u32,
    len: u32,
    /// How many have come so far.
    came: u64,
}

/// Where a call waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) class: u8,
    pub(super) share: u32,
}

/// Which end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Oldest,
    Newest,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    oldest: Option<CallId>,
    newest: Option<CallId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Link {
    older: Option<CallId>,
    newer: Option<CallId>,
    /// How many came before it.
    number: u64,
}

impl End {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Oldest => Self::Newest,
            Self::Newest => Self::Oldest,
        }
    }
}

impl WaitQueue {
    pub(super) fn new(classes: u8, shares: u32) -> Self {
        let rows = usize::from(classes) * shares as usize;
        Self {
            links: PerCall::default(),
            rows: vec![Row::default(); rows],
            by_class: vec![0; classes.into()],
            shares,
            len: 0,
            came: 0,
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Puts a call that does not wait behind all others of its rank.
    pub(super) fn push(&mut self, call: CallId, rank: Rank) {
        let row = self.row(rank);
        let newest = self.rows[row].newest.replace(call);
        self.links.open(call, Link { older: newest, newer: None, number: self.came });
        match newest {
            Some(newest) => self.links[newest].newer = Some(call),
            None => self.rows[row].oldest = Some(call),
        }
        self.by_class[usize::from(rank.class)] += 1;
        self.came += 1;
        self.len += 1;
    }

    /// Takes out a call that waits with this rank.
    pub(super) fn remove(&mut self, call: CallId, rank: Rank) {
        let row = self.row(rank);
        let Link { older, newer, .. } = self.links[call];
        match older {
            Some(older) => self.links[older].newer = newer,
            None => self.rows[row].oldest = newer,
        }
        match newer {
            Some(newer) => self.links[newer].older = older,
            None => self.rows[row].newest = older,
        }
        self.by_class[usize::from(rank.class)] -= 1;
        self.len -= 1;
    }

    /// A number that no other call in the queue has had or will have.
    pub(super) fn number(&self, call: CallId) -> u64 {
        self.links[call].number
    }

    /// Whose turn is next when this end goes first: of the highest class with a call whose
    /// share has room.
    pub(super) fn next(&self, end: End, has_room: impl Fn(u32) -> bool) -> Option<(CallId, Rank)> {
        self.classes().find_map(|class| self.at_end(class, end, &has_room))
    }

    /// The lowest class with a waiting call.
    pub(super) fn lowest_class(&self) -> Option<u8> {
        self.classes().next_back()
    }

    /// The oldest or newest of a class among the shares that count.
    pub(super) fn at_end(
        &self,
        class: u8,
        end: End,
        counts: impl Fn(u32) -> bool,
    ) -> Option<(CallId, Rank)> {
        let ranks = (0..self.shares).map(|share| Rank { class, share });
        let ends = ranks.filter(|rank| counts(rank.share)).filter_map(|rank| {
            let Row { oldest, newest } = self.rows[self.row(rank)];
            Some((if end == End::Oldest { oldest } else { newest }?, rank))
        });
        let number = |(call, _): &(CallId, Rank)| self.links[*call].number;
        match end {
            End::Oldest => ends.min_by_key(number),
            End::Newest => ends.max_by_key(number),
        }
    }

    /// The classes with waiting calls, the highest first.
    fn classes(&self) -> impl DoubleEndedIterator<Item = u8> {
        let classes = self.by_class.iter().enumerate();
        classes.filter(|(_, waiting)| **waiting > 0).map(|(class, _)| class as u8)
    }

    fn row(&self, rank: Rank) -> usize {
        usize::from(rank.class) * self.shares as usize + rank.share as usize
    }
}

//! The latest calls, with a few marks each.

/// The latest calls up to a number, each with yes-or-no marks: failed, slow, and the like. A mark
/// takes one bit.
///
/// # Example
///
/// ```
/// use patterns::stats::CallWindow;
///
/// let mut window = CallWindow::new(2);
/// for failed in [true, true, false] {
///     window.add([failed]);
/// }
/// assert_eq!((window.calls(), window.marked()), (2, [1]));
/// ```
#[derive(Clone, Debug)]
pub struct CallWindow<const MARKS: usize> {
    bits: Box<[[u64; MARKS]]>,
    size: usize,
    /// Where the next call goes; the oldest lies there once the window is full.
    next: usize,
    marked: [u64; MARKS],
    calls: u64,
    results: u64,
}

impl<const MARKS: usize> CallWindow<MARKS> {
    /// A window of this number of calls, at least 1; it makes all its room now.
    ///
    /// # Panics
    ///
    /// If it is to have no calls.
    pub fn new(size: u32) -> Self {
        assert!(0 < size, "a window has at least one call");
        let size = size as usize;
        Self {
            bits: vec![[0; MARKS]; size.div_ceil(64)].into_boxed_slice(),
            size,
            next: 0,
            marked: [0; MARKS],
            calls: 0,
            results: 0,
        }
    }

    /// Adds a call; the oldest leaves if the window is full.
    #[inline]
    pub fn add(&mut self, marks: [bool; MARKS]) {
        let leaves = self.is_full();
        let (word, bit) = (&mut self.bits[self.next / 64], self.next % 64);
        for ((word, count), mark) in word.iter_mut().zip(&mut self.marked).zip(marks) {
            let before = *word >> bit & 1;
            *word = *word & !(1 << bit) | u64::from(mark) << bit;
            *count += u64::from(mark);
            if leaves {
                *count -= before;
            }
        }
        self.calls += u64::from(!leaves);
        self.results = self.results.saturating_add(1);
        self.next += 1;
        if self.next == self.size {
            self.next = 0;
        }
    }

    /// How many calls are in it.
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// How many of them have each mark.
    pub const fn marked(&self) -> [u64; MARKS] {
        self.marked
    }

    /// How many calls were added since it was made or cleared, those that have left it included.
    pub const fn results(&self) -> u64 {
        self.results
    }

    /// Whether the next call makes the oldest leave.
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.calls == self.size as u64
    }

    /// Forgets all calls.
    pub fn clear(&mut self) {
        // What the bits say is not read before it is written again.
        (self.next, self.calls, self.results) = (0, 0, 0);
        self.marked = [0; MARKS];
    }
}

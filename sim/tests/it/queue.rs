//! Pending keys come smallest first, whatever is pushed when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;
use sim::kernel::Queue;

/// What can happen to a queue.
#[derive(Clone, Debug)]
enum Happening {
    /// A number of keys, each beyond the last popped by a random number of up to this many bits.
    Push(usize, u32),
    /// One key, wherever it falls.
    PushAnywhere(u128),
    Pop(usize),
    Peek,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let many = prop_oneof![4 => 1..20_usize, 1 => 100..900_usize];
    let bits = prop_oneof![Just(3_u32), Just(20), Just(66), Just(90), 0..127_u32];
    let one = prop_oneof![
        6 => (many.clone(), bits).prop_map(|(many, bits)| Happening::Push(many, bits)),
        1 => any::<u128>().prop_map(Happening::PushAnywhere),
        6 => many.prop_map(Happening::Pop),
        1 => Just(Happening::Peek),
    ];
    prop::collection::vec(one, 1..60)
}

/// Numbers that look random enough to spread keys.
fn scatter(state: &mut u128) -> u128 {
    *state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
    *state ^ (*state >> 64)
}

proptest! {
    /// It gives the keys that the standard heap gives.
    #[test]
    fn the_smallest_comes_first(story in happenings(), mut state: u128) {
        let mut queue = Queue::new();
        let mut model = BinaryHeap::new();
        let mut last = 0_u128;
        for happening in story {
            match happening {
                Happening::Push(many, bits) => for _ in 0..many {
                    let key = last.saturating_add(scatter(&mut state) & ((1 << bits) - 1));
                    queue.push(key);
                    model.push(Reverse(key));
                },
                Happening::PushAnywhere(key) => {
                    queue.push(key);
                    model.push(Reverse(key));
                }
                Happening::Pop(many) => for _ in 0..many {
                    let expected = model.pop().map(|Reverse(key)| key);
                    prop_assert_eq!(queue.pop(), expected);
                    last = expected.unwrap_or(last);
                },
                Happening::Peek => {
                    prop_assert_eq!(queue.peek(), model.peek().map(|&Reverse(key)| key));
                }
            }
            prop_assert_eq!(queue.len(), model.len());
            prop_assert_eq!(queue.is_empty(), model.is_empty());
        }
        while let Some(Reverse(key)) = model.pop() {
            prop_assert_eq!(queue.pop(), Some(key));
        }
        prop_assert_eq!(queue.pop(), None);
    }
}

#[test]
fn the_greatest_key_is_a_key_like_others() {
    let mut queue = Queue::new();
    let mut keys: Vec<u128> = (0..80).map(|key| u128::MAX - key / 2).chain([0]).collect();
    for &key in &keys {
        queue.push(key);
    }
    keys.reverse();
    let popped: Vec<u128> = std::iter::from_fn(|| queue.pop()).collect();
    assert_eq!(popped, keys);
}

/// A bucket so wide that all which comes later falls into it, and many that do.
#[test]
fn many_keys_before_a_lonely_one_come_in_order() {
    let mut queue = Queue::new();
    queue.push(1 << 100);
    assert_eq!(queue.peek(), Some(1 << 100));
    let mut state = 1;
    for _ in 0..200_000 {
        queue.push(scatter(&mut state) >> 40);
    }
    let mut last = 0;
    for left in (0..200_001).rev() {
        let key = queue.pop().expect("not all are popped");
        assert!(key >= last);
        assert_eq!(queue.len(), left);
        last = key;
    }
    assert_eq!(last, 1 << 100);
}

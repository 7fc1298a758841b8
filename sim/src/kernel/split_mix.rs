//! Seeds from seeds.

/// The `index`th number, from 0, of `SplitMix64` begun at a seed (G. L. Steele, D. Lea and
/// C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
pub fn split_mix(seed: u64, index: u64) -> u64 {
    let steps = index.wrapping_add(1);
    let state = seed.wrapping_add(steps.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

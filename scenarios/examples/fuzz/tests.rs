//! The generator draws all that there is to write.

use std::collections::BTreeSet;
use std::thread;

use scenarios::LayerRegistry;

use crate::file::Author;
use crate::oracle::is_right;

/// All that can be written: keys of sections and of layers, libraries and their numbers.
fn all_keys(registry: &LayerRegistry) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for section in ["file", "agents", "services", "budgets", "faults", "sweep", "claim"] {
        let (_, shape) = scenarios::sections()
            .into_iter()
            .find(|(name, _)| *name == section)
            .expect("it is described");
        let patterns::settings::Shape::Table(table) = shape else { panic!("it is a table") };
        all.extend(table.all_keys().iter().map(|key| format!("{section}.{key}")));
    }
    for kind in registry.described() {
        let table = kind.table().expect("it is a table");
        let is_own = |name: &str| {
            kind.presets.iter().any(|preset| preset.keys.iter().any(|key| key.is_named(name)))
        };
        let keys = table.all_keys().into_iter().map(patterns::settings::Key::name);
        let own = table.group_info().own_keys;
        let keys = keys.filter(|key| !own.iter().any(|own| own.is_named(key)) || !is_own(key));
        all.extend(keys.map(|key| format!("{}.{key}", kind.name)));
        for preset in &kind.presets {
            let like = format!("{} like {}", kind.name, preset.library);
            all.extend(preset.keys.iter().map(|key| format!("{like}.{key}")));
            all.insert(like);
        }
    }
    all
}

/// Files of which it is counted how many can be run: a number of whole rounds.
const COUNTED: u64 = 512;

/// Threads that look at files, and how many each does in a round.
const THREADS: u64 = 4;
const BATCH: u64 = 16;

#[test]
fn the_fuzzer_draws_every_key_in_a_file_that_can_be_run_and_half_of_its_files_can() {
    let registry = LayerRegistry::builtin();
    let mut missing = all_keys(&registry);
    assert!(missing.len() > 200, "only {} keys are described", missing.len());
    let (mut drawn, mut right) = (0, 0);
    while drawn < COUNTED || (!missing.is_empty() && drawn < 10_000) {
        // To look at a file takes longer than to draw it: later ones need something new.
        let looks = |seed: u64| {
            let mut author = Author::new(seed, &registry);
            let text = author.file();
            let keys = author.parts().iter().flat_map(|part| part.keys.clone());
            let keys: Vec<String> = keys.collect();
            let is_asked = seed < COUNTED || keys.iter().any(|key| missing.contains(key));
            (is_asked && is_right(&text, &registry)).then_some(keys)
        };
        let looks = &looks;
        let found: Vec<Option<Vec<String>>> = thread::scope(|scope| {
            let begin = |part: u64| {
                let seeds = drawn + part * BATCH..drawn + (part + 1) * BATCH;
                scope.spawn(move || seeds.map(looks).collect::<Vec<_>>())
            };
            let threads: Vec<_> = (0..THREADS).map(begin).collect();
            threads.into_iter().flat_map(|one| one.join().expect("it ends")).collect()
        });
        right += if drawn < COUNTED { found.iter().flatten().count() } else { 0 };
        for key in found.into_iter().flatten().flatten() {
            missing.remove(&key);
        }
        drawn += THREADS * BATCH;
    }
    assert!(missing.is_empty(), "never drawn in {drawn} files: {missing:#?}");
    let share = right as f64 / COUNTED as f64;
    assert!((0.4..0.7).contains(&share), "{share} of the files can be run");
}

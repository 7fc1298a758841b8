//! Draws configurations of other worlds: real ones with pieces changed, moved or left out.
//!
//! Whatever is imported must be a scenario that can be run; whatever is not must say why, at a place
//! in the text. What is exported of it must come back.

use scenarios::{LayerRegistry, ScenarioFile, export, export_formats, import, import_formats};

use crate::oracle::places;

/// Files to begin with.
static FILES: [&str; 16] = [
    include_str!("../../tests/import/course.json"),
    include_str!("../../tests/import/course-session.json"),
    include_str!("../../tests/import/course-slides.json"),
    include_str!("../../tests/import/envoy.yaml"),
    include_str!("../../tests/import/envoy-cluster.json"),
    include_str!("../../tests/import/grpc.json"),
    include_str!("../../tests/import/grpc-outliers.json"),
    include_str!("../../tests/import/istio.yaml"),
    include_str!("../../tests/import/istio-list.yaml"),
    include_str!("../../tests/import/litellm.yaml"),
    include_str!("../../tests/import/litellm-policy.yaml"),
    include_str!("../../tests/import/polly.json"),
    include_str!("../../tests/import/polly-pipelines.json"),
    include_str!("../../tests/import/resilience4j.yml"),
    include_str!("../../tests/import/resilience4j-short.properties"),
    "a: 1\n",
];

/// What is put in place of a word.
static WORDS: [&str; 28] = [
    "0",
    "1",
    "-1",
    "5",
    "1e9",
    "99999999999999999999",
    "0.5",
    "1.5",
    "true",
    "null",
    "~",
    "[]",
    "{}",
    "\"\"",
    "10s",
    "PT5M",
    "500ms",
    "00:00:10",
    "\u{e9}\u{301}\u{200b}",
    "&a x",
    "*a",
    "<<",
    "- 1",
    "\t",
    "\n",
    "#",
    "${X:7}",
    "a -> \"b\"",
];

/// Draws by a seed.
struct Draw(u64);

impl Draw {
    /// A number below another.
    fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

/// A configuration.
pub(crate) fn text(seed: u64) -> String {
    let mut draw = Draw(seed);
    let mut text = FILES[draw.below(FILES.len())].to_owned();
    for _ in 0..draw.below(6) {
        text = changed(&text, &mut draw);
    }
    text
}

/// The text with one piece changed.
fn changed(text: &str, draw: &mut Draw) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = draw.below(lines.len());
    if lines.is_empty() {
        return String::new();
    }
    match draw.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[draw.below(lines.len())].clone()),
        2 => {
            let other = draw.below(lines.len());
            lines.swap(at, other);
        }
        3 => lines[at].insert_str(0, "  "),
        // A line of another file.
        4 => {
            let other = FILES[draw.below(FILES.len())];
            let all: Vec<&str> = other.lines().collect();
            lines.insert(at, all[draw.below(all.len())].to_owned());
        }
        _ => {
            let is_end = |c: char| " ,:\"[]{}".contains(c);
            let words: Vec<&str> =
                lines[at].split(is_end).filter(|word| !word.is_empty()).collect();
            if let Some(word) = words.get(draw.below(words.len())) {
                lines[at] = lines[at].replacen(*word, WORDS[draw.below(WORDS.len())], 1);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// What does not hold of a configuration, and whether it was imported.
pub(crate) fn judge(text: &str, seed: u64, registry: &LayerRegistry) -> (bool, Vec<String>) {
    let mut failures = Vec::new();
    let formats: Vec<&str> = import_formats().map(|(name, _)| name).collect();
    let from = seed.is_multiple_of(4).then(|| formats[(seed / 4) as usize % formats.len()]);
    let imported = match import("fuzz.yml", text, from, registry) {
        Ok(imported) => imported,
        Err(found) => {
            places(text, &found, &mut failures);
            if found.errors() == 0 {
                failures.push("it is refused, and nothing is wrong".to_owned());
            }
            return (false, failures);
        }
    };
    let file = ScenarioFile::parse("fuzz.toml", &imported.text);
    let checked = file.and_then(|file| file.scenario(registry).map(|_| file));
    match checked {
        Ok(file) => comes_back(&file, seed, registry, &mut failures),
        Err(wrong) => failures.push(format!("what is imported is wrong:\n{wrong}")),
    }
    (true, failures)
}

/// What is exported, and comes back, is exported without loss.
fn comes_back(
    file: &ScenarioFile,
    seed: u64,
    registry: &LayerRegistry,
    failures: &mut Vec<String>,
) {
    let formats: Vec<&str> = export_formats().collect();
    let to = formats[(seed / 7) as usize % formats.len()];
    let Ok(first) = export(file, to, None, None, registry) else { return };
    let Ok(back) = import("back", &first.text, Some(to), registry) else { return };
    let back = ScenarioFile::parse("back.toml", &back.text);
    let second = back.and_then(|back| export(&back, to, None, None, registry));
    match second {
        Ok(second) if second.left_out.is_empty() => {}
        Ok(second) => failures.push(format!("{to}: {:#?}\n{}", second.left_out, first.text)),
        // A service without a single layer.
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_imported_and_come_back_or_say_why_not() {
        let registry = LayerRegistry::builtin();
        let mut taken = 0;
        for seed in 0..300 {
            let text = text(seed);
            let (is_imported, failures) = judge(&text, seed, &registry);
            taken += u32::from(is_imported);
            assert!(failures.is_empty(), "seed {seed}:\n{}\n{text}", failures.join("\n"));
        }
        assert!((50..250).contains(&taken), "{taken} of 300 are imported");
    }
}

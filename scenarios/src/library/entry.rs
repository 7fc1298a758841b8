//! What a scenario is that comes with the program.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; its file is `scenarios/library/NAME.toml`.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

macro_rules! entry {
    ($name:expr) => {
        Entry {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/library/", $name, ".toml")),
        }
    };
}
pub(super) use entry;

//! How keys and values are written in a file.

/// What is written for a key.
pub(crate) type Entry = (String, String);

/// A table on one line.
pub(crate) fn table_of(entries: &[Entry]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(key, value)| format!("{} = {value}", key_of(key))).collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A key, in quotes if it needs them.
pub(crate) fn key_of(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { quoted(key) }
}

/// A text in TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04x}", c as u32),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A value as it stands within a call.
pub(crate) fn bare(value: &str) -> String {
    value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(value).to_owned()
}

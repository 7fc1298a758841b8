//! A path as a list of keys: `edges."a -> b".breaker`.

/// The keys of a path.
pub(crate) fn keys(path: &str) -> Result<Vec<String>, String> {
    let (keys, is_whole) = split(path);
    if !is_whole || keys.iter().any(String::is_empty) {
        return Err(format!("`{path}` is not a path: keys with dots between"));
    }
    Ok(keys)
}

/// A name as a key of a path: in quotes, unless it is a word.
pub(crate) fn path_key(name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || "-_".contains(c);
    if name.chars().all(is_word) { name.to_owned() } else { format!("\"{name}\"") }
}

/// What stands between the dots of a path, and whether each quote is closed; a key in quotes may
/// have dots.
pub(crate) fn split(path: &str) -> (Vec<String>, bool) {
    let mut keys = vec![String::new()];
    let mut quote = None;
    for c in path.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('.', None) => keys.push(String::new()),
            (c, _) => keys.last_mut().expect("there is always a last key").push(c),
        }
    }
    (keys, quote.is_none())
}

/// Keys as a path: those with dots, spaces or quotes in quotes.
pub(crate) fn path_of(keys: &[impl AsRef<str>]) -> String {
    let quoted = |key: &str| match key {
        key if !key.contains(['.', ' ', '\'', '"']) => key.to_owned(),
        key if key.contains('\'') => format!("\"{key}\""),
        key => format!("'{key}'"),
    };
    let keys: Vec<String> = keys.iter().map(|key| quoted(key.as_ref())).collect();
    keys.join(".")
}

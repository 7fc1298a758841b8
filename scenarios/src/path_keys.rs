//! A path as a list of keys: `edges."a -> b".breaker`.

/// The keys of a path.
pub(crate) fn keys(path: &str) -> Result<Vec<String>, String> {
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
    if quote.is_some() || keys.iter().any(String::is_empty) {
        return Err(format!("`{path}` is not a path: keys with dots between"));
    }
    Ok(keys)
}

//! What all pages have in common: how they begin, what they may load, and the switch of colours.

use super::html::escape;

/// A switch between light and dark that is made of CSS alone.
pub(crate) const SWITCH: &str = "\
<fieldset id=\"theme\"><legend>Colours</legend>
<label><input type=\"radio\" name=\"theme\" id=\"auto\" checked=\"checked\"/>system</label>
<label><input type=\"radio\" name=\"theme\" id=\"light\"/>light</label>
<label><input type=\"radio\" name=\"theme\" id=\"dark\"/>dark</label></fieldset>";

/// A page up to its body, with what it adds to the style of the house. It loads nothing, and runs
/// scripts only if a source of them is named.
pub(crate) fn head(title: &str, scripts: Option<&str>, styles: &[&str]) -> String {
    let title = escape(title);
    let scripts = scripts.map(|from| format!("; script-src {from}")).unwrap_or_default();
    let (house, own) = (include_str!("house.css"), styles.concat());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'{scripts}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{title} – Wavetank</title>\n\
         <style>/*<![CDATA[*/\n{house}{own}/*]]>*/</style>\n</head>\n<body>\n"
    )
}

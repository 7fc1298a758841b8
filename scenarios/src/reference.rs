//! Reference pages in Markdown, from the descriptions that the reader goes by.

mod formats;
mod page;
mod pages;
#[cfg(test)]
mod tests;
mod types;

pub use page::ReferencePage;
pub(crate) use pages::pages;

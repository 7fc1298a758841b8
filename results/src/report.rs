//! The reliability engineering report of a system: words and tables that follow from its runs.
//!
//! What is said is a [`Document`], which is written as [Markdown](markdown()) and as a
//! [page](html()).
//! Every figure in it is a [`Figure`], which knows the command that makes it again.

mod document;
mod figures;
mod html;
mod markdown;

pub use document::{Block, Document, Table, code, plain, strong};
pub use figures::{Figure, Figures, table, within};
pub use html::html;
pub use markdown::markdown;

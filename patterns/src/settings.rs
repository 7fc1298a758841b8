//! Settings, described once: everything that a reader, a schema, a reference page or a sweep has
//! to know of a setting follows from its one description.
//!
//! Begin with the macro [`settings!`](crate::settings!), which makes a type and its description.
//! A description costs nothing where it is not used: it is constants and functions that are not
//! called.
//!
//! ```text
//!  what was written ──► Node ──┐
//!                              ├─► Fields ──► Setting::read ──► settings, or mistakes with places
//!  preset or defaults ─────────┘                  │
//!                                                 └── Setting::write ──► Node ──► text
//!  Setting::shape ──► Shape ──► schema, reference pages, completion
//! ```

mod classes;
mod containers;
mod fields;
mod group;
mod key;
mod layer;
mod macros;
mod node;
mod range;
mod reader;
mod setting;
mod shape;
mod sum;
mod tagged;
mod text;

pub use crate::invalid::Findings;
pub use containers::Auto;
pub use fields::Fields;
pub use group::{
    Group, KeyReader, ReadKey, check, check_field, choose, describe_group, read_key, read_table,
    write_field, write_table,
};
pub use layer::{
    ConfiguredLayer, LIKE, LayerSettings, Like, Preset, describe_with_like, keys_with_like,
    keys_with_profile, libraries, read_layer, read_nested,
};
pub use node::{Argument, Call, Entry, Node, Place, Value, entry};
pub use range::{Range, Unit};
pub use reader::{Code, Mistake, Names, NoNames, Reader};
pub use setting::{CallerId, Setting, Share};
pub use shape::{
    Choice, Form, GroupInfo, Key, NameKind, Shape, SumInfo, TableInfo, Variant, kebab,
};
pub use sum::{Sum, checked_literal, found_by, read_sum, write_sum};
pub use tagged::{ReadForm, choose_by};

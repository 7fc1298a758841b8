//! Descriptions of settings in words and as JSON: what schema, reference and terminal share.

mod example;
mod field;
#[cfg(test)]
pub(crate) mod fixture;
mod json;
mod shapes;
mod text;
mod words;

pub(crate) use example::{example_of, example_of_table};
pub(crate) use field::{
    Field, Need, common_fields, doc_of, fields, fields_of, fields_of_form, has, own_fields,
    plain_field, section_field, tagged,
};
pub(crate) use json::{from_node, from_toml};
pub(crate) use shapes::{keys_in, path_of, types_in};
pub(crate) use text::{Block, blocks, clean, first_sentence, prose, wrap};
pub(crate) use words::{arguments, default_of, literals_of, range_of, signature, type_of};

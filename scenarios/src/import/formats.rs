//! The formats, each with its tables.

mod course;
mod envoy;
mod exceptions;
mod grpc;
mod istio;
mod litellm;
mod polly;
mod resilience4j;

use super::importer::Importer;

/// All of them, in the order in which a file is tried.
pub(crate) static FORMATS: [&Importer; 7] = [
    &resilience4j::IMPORTER,
    &istio::IMPORTER,
    &envoy::IMPORTER,
    &grpc::IMPORTER,
    &litellm::IMPORTER,
    &course::IMPORTER,
    &polly::IMPORTER,
];

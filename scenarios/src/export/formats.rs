//! The formats, each with what its keys are made of.

mod course;
mod envoy;
mod grpc;
mod litellm;
mod polly;
mod resilience4j;

use super::exporter::Exporter;

/// All of them.
pub(crate) static FORMATS: [&Exporter; 6] = [
    &resilience4j::EXPORTER,
    &envoy::EXPORTER,
    &grpc::EXPORTER,
    &polly::EXPORTER,
    &litellm::EXPORTER,
    &course::EXPORTER,
];

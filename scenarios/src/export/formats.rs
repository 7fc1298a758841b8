//! The formats, each with what its keys are made of.

mod course;
mod envoy;
mod grpc;
mod istio;
mod litellm;
mod polly;
mod resilience4j;

use super::exporter::Exporter;

/// All of them.
pub(crate) static FORMATS: [&Exporter; 7] = [
    &resilience4j::EXPORTER,
    &envoy::EXPORTER,
    &istio::EXPORTER,
    &grpc::EXPORTER,
    &polly::EXPORTER,
    &litellm::EXPORTER,
    &course::EXPORTER,
];

//! All sides of each workload, measured with criterion.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wavetank_benches::{Side, WORKLOADS, timed};

/// Operations in one run.
const SIZE: u64 = 200_000;

fn ratio(criterion: &mut Criterion) {
    for workload in WORKLOADS {
        let mut group = criterion.benchmark_group(workload.name);
        group.sample_size(20).throughput(Throughput::Elements(SIZE));
        for (which, side) in Side::ALL.into_iter().zip(workload.sides) {
            group.bench_function(which.name(), |bencher| {
                bencher.iter_custom(|runs| (0..runs).map(|seed| timed(side(SIZE, seed)).0).sum());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, ratio);
criterion_main!(benches);

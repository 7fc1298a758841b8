//! Backoff: how long to wait before each further try.
//!
//! A wait is made in three parts: the curve gives a length that grows with the tries, the cap
//! bounds it, and the jitter spreads it so that callers who failed together do not come back
//! together. With `n` the number of waits before this one, `prev` the wait before, and `r` a
//! uniform draw from `[0, 1)`:
//!
//! | curve | length `d` |
//! |---|---|
//! | `Constant(d)` | `d` |
//! | `Linear { base, step }` | `base + n · step` |
//! | `Exponential { base, factor }` | `base · factorⁿ` |
//! | `Fibonacci { base }` | `base · F(n)`: 1, 1, 2, 3, 5, … |
//! | `List(waits)` | `waits[n]`, the last one for all that follow |
//! | `Drawn(points)` | where straight lines between the points have the share `r`; one draw |
//! | `DrawnExponential { mean }` | `−mean · ln(1 − r)`; one draw, as below |
//! | `DrawnLognormal { median, p99 }` | `median · (p99 / median)^(z(r) / z(0.99))`, `z` of normal |
//! | `DrawnWeibull { shape, scale }` | `scale · (−ln(1 − r))^(1 / shape)` |
//! | `DrawnPareto { shape, least }` | `least · (1 − r)^(−1 / shape)` |
//!
//! | jitter | wait | draws |
//! |---|---|---|
//! | `None` | `d` | 0 |
//! | `Full` | `r · d` | 1 |
//! | `Equal` | `d / 2 + r · d / 2` | 1 |
//! | `Between { from, to }` | `d · (from + r · (to − from))` | 1 |
//! | `PlusMinus(by)` | `d + by · (2r − 1)`, at least zero | 1 |
//! | `Decorrelated` | `base + r · (factor · prev − base)`, at first with `prev = base` | 1 |
//! | `Polly` | `(N(n + r) − N before) · base / 1.4`, with `N(t) = 2ᵗ · tanh √(4t)` | 1 |
//! | `FinagleDecorrelated` | `prev + r · (min(factor · prev, cap) − prev)` | 1 |
//! | `FinagleExponential` | `r · prev · factorⁿ`, or the cap from where that is longer | 1 |
//! | `FinagleEqual` | `h + r · h`, `h = base · factorⁿ⁻¹`; once at the cap, it for ever | 1 |
//!
//! Full, equal and decorrelated are those of Marc Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog, 2015; there, decorrelated jitter has the factor 3. `Polly` is
//! Polly's for exponential waits, "decorrelated jitter V2" (`RetryHelper.cs`): waits grow smoothly
//! by 2 and depend on each other, so that callers stay apart. Finagle's are those of its `Backoff`;
//! there the first wait is always `base`, which takes a draw all the same. Much of what libraries
//! have is a `Between`:
//!
//! | library | jitter | as |
//! |---|---|---|
//! | resilience4j, cenkalti/backoff | ± 50 % | `between(0.5, 1.5)` |
//! | Polly, constant and linear waits | ± 25 % | `between(0.75, 1.25)` |
//! | gRPC | ± 20 % | `between(0.8, 1.2)` |
//! | backon | up to 100 % more | `between(1.0, 2.0)` |
//! | the SDKs of OpenAI and Anthropic | up to 25 % less | `between(0.75, 1.0)` |
//! | failsafe, a wait between `a` and `b` | any | `constant(b)`, `between(a / b, 1.0)` |
//!
//! | knob | unit | at the boundary |
//! |---|---|---|
//! | `cap` | time, or none | nothing capped is longer, a wait of exactly this length may be |
//! | `cap_when` | [`CapWhen`] | see below |
//!
//! Capped before jitter, `d` is capped and then spread, so that waits stay spread at the cap (AWS,
//! failsafe); `Between` with a multiple above 1 then goes above the cap by as much (gRPC, backon).
//! Capped after jitter, the spread wait is capped, so that many waits are exactly the cap (Polly,
//! resilience4j). Polly's jitter is capped last in either case.
//!
//! Lengths are rounded to the nearest nanosecond and end at
//! [`Duration::MAX`](crate::Duration::MAX).

mod curve;
mod law;
mod machine;
mod quantiles;
mod settings;

pub use curve::Curve;
pub use machine::{Backoff, Progress};
pub use quantiles::Quantile;
pub use settings::{CapWhen, Jitter, Settings};

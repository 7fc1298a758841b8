//! Pictures that explain themselves: the title states what is to be seen, computed from the data.
//!
//! A chart is first a [`Scene`]: rectangles, lines and texts in colours that are named by their
//! role. A scene becomes one SVG that serves light and dark, or a PNG in either.

mod ablation;
mod backoff;
mod draw;
mod endings;
mod finding;
mod font;
mod heat_map;
mod lanes;
mod latency;
mod lines;
mod notes;
mod numbers;
mod of_sweeps;
mod optimum;
mod outcomes;
mod over_time;
mod paint;
mod panels;
mod pareto_front;
mod phase_diagram;
mod phrases;
mod plane;
mod plot;
mod png;
mod recovery;
mod region;
mod s_curve;
mod scale;
mod scene;
mod shares;
mod starvation;
mod states;
mod story;
mod svg;
mod system;
mod threshold_roc;
mod timeline;
mod variants;
mod waterfall;
mod words;

pub use backoff::backoff;
pub use endings::endings;
pub use finding::{Told, told};
pub use heat_map::heat_map;
pub use latency::{Curve, latency, sweep_latency};
pub use lines::lines;
pub use of_sweeps::{OF_SWEEPS, OfSweep, is_drawn_in_all};
pub use over_time::{measures_over_time, run_over_time, sweep_over_time};
pub use paint::Theme;
pub use png::png;
pub use region::region;
pub(crate) use scale::{difference as difference_in_unit, value as in_unit};
pub use scene::{Scene, TextBox};
pub use shares::{change, finding as finding_of_shares, level, level_like, shares};
pub use states::states;
pub use svg::svg;
pub use system::system;
pub use timeline::timeline;
pub use variants::variants;
pub use words::counted;

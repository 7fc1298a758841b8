//! Pictures that explain themselves: the title states what is to be seen, computed from the data.
//!
//! A chart is first a [`Scene`]: rectangles, lines and texts in colours that are named by their
//! role. A scene becomes one SVG that serves light and dark, or a PNG in either.

mod finding;
mod heat_map;
mod latency;
mod lines;
mod paint;
mod png;
mod scale;
mod scene;
mod svg;
mod timeline;

pub use heat_map::heat_map;
pub use latency::{Curve, latency};
pub use lines::lines;
pub use paint::Theme;
pub use png::png;
pub(crate) use scale::{difference as difference_in_unit, value as in_unit};
pub use scene::Scene;
pub use svg::svg;
pub use timeline::timeline;

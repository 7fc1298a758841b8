//! The macro by which a kind of layer declares its states and counters.

/// Declares the states and the counters of a kind of layer.
///
/// Of each state: its name in code, its name in files and charts, its
/// [`Severity`](crate::report::Severity). Of each counter: its two names, its
/// [`Quantity`](crate::report::Quantity), and which direction is [`Better`](crate::report::Better)
/// if that is clear. The comment above says what it means. Behind them stands what can be done to
/// such a layer [by hand](crate::Intervention). Each part may be left out.
///
/// It makes an enum of the states, which [`Context::enter_state`](crate::Context::enter_state)
/// takes; an enum of the counters, and the type `Counters` to count in; and the constant `REPORT`.
/// See the [module](mod@crate::report) for an example.
#[macro_export]
macro_rules! report {
    (
        $(states $State:ident {
            $($(#[doc = $state_doc:literal])+
            $state:ident = $state_name:literal, $severity:ident;)+
        })?
        $(counters $Counter:ident {
            $($(#[doc = $counter_doc:literal])+
            $counter:ident = $counter_name:literal, $quantity:ident $(, $better:ident)?;)+
        })?
        $(interventions [$($intervention:expr),+ $(,)?])?
    ) => {
        /// The states and counters of this kind of layer.
        pub(crate) const REPORT: $crate::report::Report = $crate::report::Report {
            states: &[$($($crate::report::StateInfo {
                name: $state_name,
                severity: $crate::report::Severity::$severity,
                meaning: concat!($($state_doc),+).trim_ascii(),
            }),+)?],
            counters: &[$($($crate::report::CounterInfo {
                name: $counter_name,
                quantity: $crate::report::Quantity::$quantity,
                better: $crate::report!(@better $($better)?),
                meaning: concat!($($counter_doc),+).trim_ascii(),
            }),+)?],
            interventions: &[$($($intervention),+)?],
        };

        $(
            /// The states that this kind of layer reports.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $State {
                $($(#[doc = $state_doc])+ $state,)+
            }

            impl $State {
                /// Its name in tables and charts.
                pub const fn name(self) -> &'static str {
                    REPORT.states[self as usize].name
                }
            }

            impl From<$State> for $crate::report::StateId {
                fn from(state: $State) -> Self {
                    Self(state as u8)
                }
            }
        )?

        $(
            /// What this kind of layer counts.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $Counter {
                $($(#[doc = $counter_doc])+ $counter,)+
            }

            impl From<$Counter> for $crate::report::CounterId {
                #[inline]
                fn from(counter: $Counter) -> Self {
                    Self(counter as u8)
                }
            }

            /// How often what happened.
            pub(crate) type Counters =
                $crate::report::Counters<$Counter, { REPORT.counters.len() }>;
        )?
    };
    (@better) => { None };
    (@better $better:ident) => { Some($crate::report::Better::$better) };
}

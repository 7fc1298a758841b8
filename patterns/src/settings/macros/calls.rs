//! A named form with further arguments.

/// A part of [`settings!`](crate::settings!).
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_calls {
    (
        $(#[$($meta:tt)*])*
        $vis:vis call struct $name:ident {
            $(#[doc = $fdoc:literal])*
            $first:ident : $fty:ty
            $(,
                $(#[doc = $doc:literal])*
                $field:ident : $ty:ty $([$($attr:tt)*])? $(= $default:expr)?
            )* $(,)?
        }
        $(none [$($none:literal),*];)?
        $(rules $rules:expr;)?
        $(warns $warns:expr;)?
    ) => {
        $(#[$($meta)*])*
        $vis struct $name {
            $(#[doc = $fdoc])* $vis $first: $fty,
            $( $(#[doc = $doc])* $vis $field: $ty, )*
        }

        impl $name {
            /// These settings with some of them changed.
            #[must_use]
            $vis fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
                change(&mut self);
                self
            }

            fn __rest(
                first: Option<$fty>,
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                errors: usize,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                fields.end_positions();
                let _ = (&base, errors);
                $(
                    let $field = $crate::__settings_field!(
                        read fields, base.map(|base| &base.$field), reader;
                        [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    );
                )*
                let value = Self { $first: first?, $($field: $field?),* };
                if reader.errors() == errors {
                    $( fields.report($crate::settings::found_by(&value, $rules), reader); )?
                    $( let warn: fn(
                           &Self,
                           &$crate::settings::Fields<'_>,
                           &mut $crate::settings::Reader<'_>,
                       ) = $warns;
                       warn(&value, fields, reader); )?
                }
                Some(value)
            }
        }

        impl $crate::settings::Sum for $name {
            fn variants() -> Vec<$crate::settings::Variant> {
                let mut variants = <$fty as $crate::settings::Sum>::variants();
                for variant in &mut variants {
                    let _ = &variant;
                    $( variant.keys.push($crate::__settings_field!(
                        key;
                        [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    )); )*
                }
                variants
            }

            fn literals() -> Vec<$crate::settings::Shape> {
                <$fty as $crate::settings::Sum>::literals()
            }

            fn read_variant(
                index: usize,
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let errors = reader.errors();
                let held = base.map(|base| &base.$first);
                let first =
                    <$fty as $crate::settings::Sum>::read_variant(index, fields, held, reader);
                Self::__rest(first, fields, base, errors, reader)
            }

            fn read_literal(
                node: &$crate::settings::Node,
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let errors = reader.errors();
                let held = base.map(|base| &base.$first);
                let first =
                    <$fty as $crate::settings::Sum>::read_literal(node, fields, held, reader);
                Self::__rest(first, fields, base, errors, reader)
            }

            fn index(&self) -> usize {
                $crate::settings::Sum::index(&self.$first)
            }

            fn write_arguments(&self, out: &mut Vec<$crate::settings::Entry>) {
                $crate::settings::Sum::write_arguments(&self.$first, out);
                $( $crate::__settings_field!(
                    write &self.$field, out;
                    [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
            }

            fn check_arguments(&self, found: &mut $crate::settings::Findings) {
                $crate::settings::Sum::check_arguments(&self.$first, found);
                $( $crate::__settings_field!(
                    check &self.$field, found;
                    [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }
        }

        $crate::__settings_sum!($name [$(#[$($meta)*])*] [] [$($($none),*)?]);
    };
}

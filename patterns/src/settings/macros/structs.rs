//! A table: each field is a key.

/// A part of [`settings!`](crate::settings!).
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_structs {
    (
        $(#[$($meta:tt)*])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(@$flat:ident)? $field:ident : $ty:ty $([$($attr:tt)*])? $(= $default:expr)?
            ),* $(,)?
        }
        $(short $short:literal;)?
        $(none [$($none:literal),*];)?
        $(rules $rules:expr;)?
        $(warns $warns:expr;)?
        $(like $like:ident;)?
        $(profiles $profiles:path;)?
    ) => {
        $(#[$($meta)*])*
        $vis struct $name {
            $( $(#[doc = $doc])* $vis $field: $ty, )*
        }

        impl $name {
            /// These settings with some of them changed.
            #[must_use]
            $vis fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
                change(&mut self);
                self
            }
        }

        impl $crate::settings::Group for $name {
            fn keys(found: &mut Vec<&'static $crate::settings::Key>) {
                let _ = &found;
                $( $crate::__settings_field!(
                    keys found;
                    $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
            }

            fn read_fields(
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let _ = (&base, &fields);
                let errors = reader.errors();
                $(
                    let $field = $crate::__settings_field!(
                        read fields, base.map(|base| &base.$field), reader;
                        $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    );
                )*
                let value = Self { $($field: $field?),* };
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

            fn write_fields(&self, out: &mut Vec<$crate::settings::Entry>) {
                let _ = &out;
                $( $crate::__settings_field!(
                    write &self.$field, out;
                    $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
            }

            fn check_fields(&self, found: &mut $crate::settings::Findings) {
                let _ = &found;
                $( $crate::__settings_field!(
                    check &self.$field, found;
                    $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }

            fn describe(found: &mut $crate::settings::GroupInfo) {
                let _ = &found;
                $( $crate::__settings_field!(
                    describe found;
                    $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                ); )*
            }
        }

        $crate::__settings_table!(
            $name [$(#[$($meta)*])*] [$($short)?] [$($($none),*)?] $([$like])? $(@ $profiles)?
        );
    };
}

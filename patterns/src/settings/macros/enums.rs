//! One of several named forms.

/// A part of [`settings!`](crate::settings!).
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_enums {
    (
        $(#[$($meta:tt)*])*
        $vis:vis enum $name:ident {
            $(
                $(#[$($vmeta:tt)*])*
                $variant:ident
                $({ $(
                    $(#[doc = $doc:literal])*
                    $(@$flat:ident)? $field:ident : $ty:ty $([$($attr:tt)*])? $(= $default:expr)?
                ),* $(,)? })?
                $((
                    $(#[doc = $tdoc:literal])*
                    $tfield:ident : $tty:ty $([$($tattr:tt)*])? $(= $tdefault:expr)? $(,)?
                ))?
            ),* $(,)?
        }
        $(none [$($none:literal),*];)?
        $(rules $rules:expr;)?
        $(literals { $($literal:ty => $make:expr),* $(,)? })?
    ) => {
        $(#[$($meta)*])*
        $vis enum $name {
            $(
                $(#[$($vmeta)*])*
                $variant
                $({ $( $(#[doc = $doc])* $field: $ty ),* })?
                $(( $(#[doc = $tdoc])* $tty ))?
            ),*
        }

        impl $crate::settings::Sum for $name {
            fn variants() -> Vec<$crate::settings::Variant> {
                vec![$({
                    let mut keys: Vec<&'static $crate::settings::Key> = Vec::new();
                    let found = &mut keys;
                    let _ = &found;
                    $($( $crate::__settings_field!(
                        keys found;
                        $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    ); )*)?
                    $( $crate::__settings_field!(
                        keys found;
                        [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                    ); )?
                    $crate::settings::Variant {
                        name: $crate::settings::kebab(stringify!($variant)),
                        doc: $crate::__settings_docs!([] $(#[$($vmeta)*])*),
                        positional: keys.len(),
                        keys,
                    }
                }),*]
            }

            fn literals() -> Vec<$crate::settings::Shape> {
                vec![$($(<$literal as $crate::settings::Setting>::shape()),*)?]
            }

            fn read_variant(
                index: usize,
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let _ = (&fields, &base);
                let errors = reader.errors();
                let name = [$(stringify!($variant)),*][index];
                let mut value = None;
                $(
                    if name == stringify!($variant) {
                        $($( let $field = $crate::__settings_field!(
                            read fields,
                            {
                                match base {
                                    Some(Self::$variant { $field, .. }) => Some($field),
                                    _ => None,
                                }
                            },
                            reader;
                            $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        ); )*)?
                        $( let $tfield = $crate::__settings_field!(
                            read fields,
                            {
                                match base {
                                    Some(Self::$variant($tfield)) => Some($tfield),
                                    _ => None,
                                }
                            },
                            reader;
                            [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                        ); )?
                        value = Some(Self::$variant $({ $($field: $field?),* })? $(($tfield?))?);
                    }
                )*
                let value = value?;
                if reader.errors() == errors {
                    $( fields.report($crate::settings::found_by(&value, $rules), reader); )?
                }
                Some(value)
            }

            fn read_literal(
                node: &$crate::settings::Node,
                _fields: &mut $crate::settings::Fields<'_>,
                _base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let _ = &node;
                let mut tried = Vec::new();
                $($(
                    let read = <$literal as $crate::settings::Setting>::read;
                    match reader.tentative(|reader| read(node, None, reader)) {
                        Ok(value) => {
                            let make: fn($literal) -> Self = $make;
                            let value = make(value);
                            return Some($crate::settings::checked_literal(value, node, reader));
                        }
                        Err(mistakes) => tried.push(mistakes),
                    }
                )*)?
                reader.no_literal(&mut tried);
                None
            }

            fn index(&self) -> usize {
                let name = match self { $(Self::$variant { .. } => stringify!($variant)),* };
                [$(stringify!($variant)),*].iter().position(|other| *other == name).unwrap_or(0)
            }

            fn write_arguments(&self, out: &mut Vec<$crate::settings::Entry>) {
                let _ = &out;
                match self {$(
                    Self::$variant $({ $($field),* })? $(($tfield))? => {
                        $($( $crate::__settings_field!(
                            write $field, out;
                            $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        ); )*)?
                        $( $crate::__settings_field!(
                            write $tfield, out;
                            [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                        ); )?
                    }
                )*}
            }

            fn check_arguments(&self, found: &mut $crate::settings::Findings) {
                let _ = &found;
                match self {$(
                    Self::$variant $({ $($field),* })? $(($tfield))? => {
                        $($( $crate::__settings_field!(
                            check $field, found;
                            $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        ); )*)?
                        $( $crate::__settings_field!(
                            check $tfield, found;
                            [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                        ); )?
                    }
                )*}
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }
        }

        $crate::__settings_sum!($name [$(#[$($meta)*])*] [] [$($($none),*)?]);
    };
}

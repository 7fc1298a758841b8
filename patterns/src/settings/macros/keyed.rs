//! An enum whose form follows from the keys that are written.

/// A part of [`settings!`](crate::settings!).
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_keyed {
    (
        $(#[$($meta:tt)*])*
        $vis:vis keyed enum $name:ident {
            $(
                $(#[$($vmeta:tt)*])*
                $variant:ident
                $({ $(
                    $(#[doc = $doc:literal])*
                    $field:ident : $ty:ty $([$($attr:tt)*])? $(= $default:expr)?
                ),* $(,)? })?
                $((
                    $(#[doc = $tdoc:literal])*
                    $tfield:ident : $tty:ty $([$($tattr:tt)*])? $(= $tdefault:expr)? $(,)?
                ))?
            ),* $(,)?
        }
        $(rules $rules:expr;)?
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

        impl $name {
            fn __forms() -> Vec<$crate::settings::Form> {
                vec![$($crate::settings::Form {
                    name: $crate::settings::kebab(stringify!($variant)),
                    doc: $crate::__settings_docs!([] $(#[$($vmeta)*])*),
                    keys: vec![
                    $($( $crate::__settings_field!(
                        key;
                        [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    ) ),*)?
                    $( $crate::__settings_field!(
                        key;
                        [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                    ) )?
                    ],
                }),*]
            }

            fn __readers() -> Vec<$crate::settings::KeyReader> {
                vec![$(
                    $($( ($crate::__settings_field!(
                        key;
                        [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                    ), $crate::settings::read_key::<$ty> as $crate::settings::ReadKey), )*)?
                    $( ($crate::__settings_field!(
                        key;
                        [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                    ), $crate::settings::read_key::<$tty> as $crate::settings::ReadKey), )?
                )*]
            }
        }

        impl $crate::settings::Group for $name {
            fn keys(found: &mut Vec<&'static $crate::settings::Key>) {
                for key in Self::__forms().into_iter().flat_map(|form| form.keys) {
                    if found.iter().all(|other| other.name() != key.name()) {
                        found.push(key);
                    }
                }
            }

            fn read_fields(
                fields: &mut $crate::settings::Fields<'_>,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let errors = reader.errors();
                let names = [$(stringify!($variant)),*];
                let named = |value: &Self| match value {
                    $(Self::$variant { .. } => stringify!($variant)),*
                };
                let held = base.and_then(|base| names.iter().position(|name| *name == named(base)));
                let (forms, readers) = (Self::__forms(), Self::__readers());
                let index = $crate::settings::choose(&forms, &readers, held, fields, reader)?;
                let mut value = None;
                $(
                    if names[index] == stringify!($variant) {
                        $($( let $field = $crate::__settings_field!(
                            read fields,
                            {
                                match base {
                                    Some(Self::$variant { $field, .. }) => Some($field),
                                    _ => None,
                                }
                            },
                            reader;
                            [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
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

            fn write_fields(&self, out: &mut Vec<$crate::settings::Entry>) {
                let before = out.len();
                let mut all: Vec<$crate::settings::Entry> = Vec::new();
                let names = [$(stringify!($variant)),*];
                let name = match self {$(
                    Self::$variant $({ $($field),* })? $(($tfield))? => {
                        $($( $crate::__settings_field!(
                            write $field, out;
                            [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        );
                             $crate::__settings_field!(
                                 all $field, all;
                                 [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                             ); )*)?
                        $( $crate::__settings_field!(
                            write $tfield, out;
                            [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                        );
                           $crate::__settings_field!(
                               all $tfield, all;
                               [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]
                           ); )?
                        stringify!($variant)
                    }
                )*};
                // Without any key it would be read as the first form.
                if out.len() == before && name != names[0] {
                    out.extend(all.into_iter().next());
                }
            }

            fn check_fields(&self, found: &mut $crate::settings::Findings) {
                let _ = &found;
                match self {$(
                    Self::$variant $({ $($field),* })? $(($tfield))? => {
                        $($( $crate::__settings_field!(
                            check $field, found;
                            [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
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

            fn describe(found: &mut $crate::settings::GroupInfo) {
                let forms = Self::__forms();
                found.choices.push($crate::settings::Choice {
                    forms,
                    has_default: false,
                    by: None,
                });
            }
        }

        $crate::__settings_table!($name [$(#[$($meta)*])*] [] []);
    };
}

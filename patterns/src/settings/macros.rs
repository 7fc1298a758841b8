//! The macro by which settings are described: once, and everything else follows.

/// Describes settings: the type itself, and with it its keys in files, their meaning, ranges and
/// defaults, reading with every mistake at its place, checking, writing, schema and reference.
///
/// | form | what it makes |
/// |---|---|
/// | `pub struct` | a table: each field is a key (`min_calls` is `min-calls`) |
/// | `pub enum` | one of several named forms: `exponential(1s, factor=2)`, or a word |
/// | `pub keyed enum` | an enum whose form follows from the keys that are written; its keys stand in the table around it |
/// | `pub call struct` | a named form (its first field, an enum) with further arguments |
///
/// A field is `name: Type [attributes] = default`. All three parts of it but the name and type may
/// be left out; without a default something must be written. Attributes are calls on
/// [`Key`](crate::settings::Key): `[.at_least(1.0).example("5")]`. A field marked `@flat` has its
/// keys in the same table, or among the arguments of the same form.
///
/// After the braces may follow, in this order:
/// - `short "limit";` a value alone stands for this key;
/// - `none ["never"];` words that stand for nothing where the type is optional;
/// - `rules PATH;` a `fn(&Self, &mut Findings)` that notes what does not go together;
/// - `warns PATH;` a `fn(&Self, &Fields, &mut Reader)` that tells what has no effect;
/// - `like presets;` a table with a key `like`, and the presets of its
///   [`LayerSettings`](crate::settings::LayerSettings);
/// - `literals { Type => function, … }` what may be written without a name.
///
/// # Example
///
/// ```
/// use patterns::settings::{NoNames, Node, Reader, Setting, Value};
///
/// patterns::settings! {
///     /// Lets one of so many calls pass.
///     #[derive(Clone, Debug, PartialEq)]
///     pub struct Settings {
///         /// One of how many.
///         one_of: u32 [.at_least(1.0)] = 2,
///     }
///     short "one-of";
/// }
///
/// let written = Node::unwritten(Value::Integer(0));
/// let mut names = NoNames;
/// let mut reader = Reader::new(&mut names);
/// let read = reader.within("pass", |reader| Settings::read(&written, None, reader));
/// assert_eq!(read, Some(Settings { one_of: 0 }));
/// assert_eq!(reader.finish()[0].message, "`one-of` must be at least 1, not 0");
/// ```
#[macro_export]
macro_rules! settings {
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
                $( $crate::__settings_field!(keys found; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
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
                    $( let warn: fn(&Self, &$crate::settings::Fields<'_>, &mut $crate::settings::Reader<'_>) = $warns;
                       warn(&value, fields, reader); )?
                }
                Some(value)
            }

            fn write_fields(&self, out: &mut Vec<$crate::settings::Entry>) {
                let _ = &out;
                $( $crate::__settings_field!(write &self.$field, out; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
            }

            fn check_fields(&self, found: &mut $crate::settings::Findings) {
                let _ = &found;
                $( $crate::__settings_field!(check &self.$field, found; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }

            fn describe(found: &mut $crate::settings::GroupInfo) {
                let _ = &found;
                $( $crate::__settings_field!(describe found; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
            }
        }

        $crate::__settings_table!(
            $name [$(#[$($meta)*])*] [$($short)?] [$($($none),*)?] $([$like])?
        );
    };

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
                $variant $({ $( $(#[doc = $doc])* $field: $ty ),* })? $(( $(#[doc = $tdoc])* $tty ))?
            ),*
        }

        impl $crate::settings::Sum for $name {
            fn variants() -> Vec<$crate::settings::Variant> {
                vec![$({
                    let mut keys: Vec<&'static $crate::settings::Key> = Vec::new();
                    let found = &mut keys;
                    let _ = &found;
                    $($( $crate::__settings_field!(keys found; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*)?
                    $( $crate::__settings_field!(keys found; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]); )?
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
                            { if let Some(Self::$variant { $field, .. }) = base { Some($field) } else { None } },
                            reader;
                            $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        ); )*)?
                        $( let $tfield = $crate::__settings_field!(
                            read fields,
                            { if let Some(Self::$variant($tfield)) = base { Some($tfield) } else { None } },
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
                    match reader.tentative(|reader| <$literal as $crate::settings::Setting>::read(node, None, reader)) {
                        Ok(value) => {
                            let make: fn($literal) -> Self = $make;
                            return Some($crate::settings::checked_literal(make(value), node, reader));
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
                        $($( $crate::__settings_field!(write $field, out; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*)?
                        $( $crate::__settings_field!(write $tfield, out; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]); )?
                    }
                )*}
            }

            fn check_arguments(&self, found: &mut $crate::settings::Findings) {
                let _ = &found;
                match self {$(
                    Self::$variant $({ $($field),* })? $(($tfield))? => {
                        $($( $crate::__settings_field!(check $field, found; $(@$flat)? [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*)?
                        $( $crate::__settings_field!(check $tfield, found; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]); )?
                    }
                )*}
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }
        }

        $crate::__settings_sum!($name [$(#[$($meta)*])*] [] [$($($none),*)?]);
    };

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
                $variant $({ $( $(#[doc = $doc])* $field: $ty ),* })? $(( $(#[doc = $tdoc])* $tty ))?
            ),*
        }

        impl $name {
            fn __forms() -> Vec<$crate::settings::Form> {
                vec![$($crate::settings::Form {
                    name: $crate::settings::kebab(stringify!($variant)),
                    doc: $crate::__settings_docs!([] $(#[$($vmeta)*])*),
                    keys: vec![
                    $($( $crate::__settings_field!(key; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]) ),*)?
                    $( $crate::__settings_field!(key; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]) )?
                    ],
                }),*]
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
                let named = |value: &Self| match value { $(Self::$variant { .. } => stringify!($variant)),* };
                let held = base.and_then(|base| names.iter().position(|name| *name == named(base)));
                let index = $crate::settings::choose(&Self::__forms(), held, fields, reader)?;
                let mut value = None;
                $(
                    if names[index] == stringify!($variant) {
                        $($( let $field = $crate::__settings_field!(
                            read fields,
                            { if let Some(Self::$variant { $field, .. }) = base { Some($field) } else { None } },
                            reader;
                            [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]
                        ); )*)?
                        $( let $tfield = $crate::__settings_field!(
                            read fields,
                            { if let Some(Self::$variant($tfield)) = base { Some($tfield) } else { None } },
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
                        $($( $crate::__settings_field!(write $field, out; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]);
                             $crate::__settings_field!(all $field, all; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*)?
                        $( $crate::__settings_field!(write $tfield, out; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]);
                           $crate::__settings_field!(all $tfield, all; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]); )?
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
                        $($( $crate::__settings_field!(check $field, found; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*)?
                        $( $crate::__settings_field!(check $tfield, found; [$($tdoc)*] $tfield: $tty [$($($tattr)*)?] [$($tdefault)?]); )?
                    }
                )*}
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }

            fn describe(found: &mut $crate::settings::GroupInfo) {
                let forms = Self::__forms();
                found.choices.push($crate::settings::Choice { forms, has_default: false });
            }
        }

        $crate::__settings_table!($name [$(#[$($meta)*])*] [] []);
    };

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
                    $( let warn: fn(&Self, &$crate::settings::Fields<'_>, &mut $crate::settings::Reader<'_>) = $warns;
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
                    $( variant.keys.push($crate::__settings_field!(key; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?])); )*
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
                let first = <$fty as $crate::settings::Sum>::read_variant(index, fields, held, reader);
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
                let first = <$fty as $crate::settings::Sum>::read_literal(node, fields, held, reader);
                Self::__rest(first, fields, base, errors, reader)
            }

            fn index(&self) -> usize {
                $crate::settings::Sum::index(&self.$first)
            }

            fn write_arguments(&self, out: &mut Vec<$crate::settings::Entry>) {
                $crate::settings::Sum::write_arguments(&self.$first, out);
                $( $crate::__settings_field!(write &self.$field, out; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
            }

            fn check_arguments(&self, found: &mut $crate::settings::Findings) {
                $crate::settings::Sum::check_arguments(&self.$first, found);
                $( $crate::__settings_field!(check &self.$field, found; [$($doc)*] $field: $ty [$($($attr)*)?] [$($default)?]); )*
                $( let rules: fn(&Self, &mut $crate::settings::Findings) = $rules;
                   rules(self, found); )?
            }
        }

        $crate::__settings_sum!($name [$(#[$($meta)*])*] [] [$($($none),*)?]);
    };
}

/// One field of [`settings!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_field {
    (key; [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {{
        const KEY: $crate::settings::Key = $crate::settings::Key::new(
            stringify!($field),
            &[$($doc),*],
            <$ty as $crate::settings::Setting>::shape,
        ) $($attr)* $(.or(|| {
            let default: $ty = $default;
            <$ty as $crate::settings::Setting>::write(&default)
        }))?;
        const REF: &'static $crate::settings::Key = &KEY;
        REF
    }};
    (keys $found:ident; @$flat:ident [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {
        <$ty as $crate::settings::Group>::keys($found)
    };
    (keys $found:ident; $($rest:tt)*) => {
        $found.push($crate::__settings_field!(key; $($rest)*))
    };
    (read $fields:expr, $base:expr, $reader:expr; @$flat:ident [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {{
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        let held: Option<&$ty> = $base;
        <$ty as $crate::settings::Group>::read_fields($fields, held.or(default.as_ref()), $reader)
    }};
    (read $fields:expr, $base:expr, $reader:expr; [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {{
        let key = $crate::__settings_field!(key; [$($doc)*] $field: $ty [$($attr)*] [$($default)?]);
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        let held: Option<&$ty> = $base;
        $fields.take::<$ty>(key, held.or(default.as_ref()), $reader)
    }};
    (describe $found:ident; @$flat:ident [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {{
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        $found.add::<$ty>(default.as_ref());
    }};
    (describe $found:ident; $($rest:tt)*) => {};
    (write $value:expr, $out:expr; @$flat:ident [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {
        <$ty as $crate::settings::Group>::write_fields($value, $out)
    };
    (write $value:expr, $out:expr; $($rest:tt)*) => {
        $crate::settings::write_field($crate::__settings_field!(key; $($rest)*), $value, $out)
    };
    (all $value:expr, $out:expr; [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {
        $out.push($crate::settings::entry(
            &$crate::__settings_field!(key; [$($doc)*] $field: $ty [$($attr)*] [$($default)?]).name(),
            <$ty as $crate::settings::Setting>::write($value),
        ))
    };
    (check $value:expr, $found:expr; @$flat:ident [$($doc:literal)*] $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]) => {
        <$ty as $crate::settings::Group>::check_fields($value, $found)
    };
    (check $value:expr, $found:expr; $($rest:tt)*) => {
        $crate::settings::check_field($crate::__settings_field!(key; $($rest)*), $value, $found)
    };
}

/// The default of a field, if it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_default {
    () => {
        None
    };
    ($default:expr) => {
        Some($default)
    };
}

/// The lines of a doc comment among other attributes.
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_docs {
    ([$($done:literal)*]) => { &[$($done),*] };
    ([$($done:literal)*] #[doc = $doc:literal] $($rest:tt)*) => {
        $crate::__settings_docs!([$($done)* $doc] $($rest)*)
    };
    ([$($done:literal)*] #[$($other:tt)*] $($rest:tt)*) => {
        $crate::__settings_docs!([$($done)*] $($rest)*)
    };
}

/// A group that stands in a table of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_table {
    (@keys) => { <Self as $crate::settings::Group>::keys };
    (@keys $like:ident) => { $crate::settings::keys_with_like::<Self> };
    (@describe) => { <Self as $crate::settings::Group>::describe };
    (@describe $like:ident) => { $crate::settings::describe_with_like::<Self> };
    (@libraries) => { Vec::new };
    (@libraries $like:ident) => { $crate::settings::libraries::<Self> };
    (@read [$node:ident $base:ident $short:ident $reader:ident]) => {
        $crate::settings::read_table($node, $base, $short, $reader)
    };
    (@read [$node:ident $base:ident $short:ident $reader:ident] $like:ident) => {{
        let _short = $short;
        $crate::settings::read_nested($node, $base, $reader)
    }};
    ($name:ident [$($meta:tt)*] [$($short:literal)?] [$($none:literal),*] $([$like:ident])?) => {
        impl $crate::settings::Setting for $name {
            fn shape() -> $crate::settings::Shape {
                $crate::settings::Shape::Table($crate::settings::TableInfo {
                    path: concat!(module_path!(), "::", stringify!($name)),
                    doc: $crate::__settings_docs!([] $($meta)*),
                    keys: $crate::__settings_table!(@keys $($like)?),
                    describe: $crate::__settings_table!(@describe $($like)?),
                    short: $crate::__settings_default!($($short)?),
                    libraries: $crate::__settings_table!(@libraries $($like)?),
                })
            }

            fn read(
                node: &$crate::settings::Node,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                let short: Option<&str> = $crate::__settings_default!($($short)?);
                $crate::__settings_table!(@read [node base short reader] $($like)?)
            }

            fn write(&self) -> $crate::settings::Node {
                $crate::settings::write_table(self)
            }

            fn check(&self, found: &mut $crate::settings::Findings) {
                <Self as $crate::settings::Group>::check_fields(self, found);
            }

            fn none_words() -> &'static [&'static str] {
                &[$($none,)* "none"]
            }
        }
    };
}

/// Something of several named forms.
#[doc(hidden)]
#[macro_export]
macro_rules! __settings_sum {
    ($name:ident [$($meta:tt)*] [] [$($none:literal),*]) => {
        impl $crate::settings::Setting for $name {
            fn shape() -> $crate::settings::Shape {
                $crate::settings::Shape::Sum($crate::settings::SumInfo {
                    path: concat!(module_path!(), "::", stringify!($name)),
                    doc: $crate::__settings_docs!([] $($meta)*),
                    variants: <Self as $crate::settings::Sum>::variants,
                    literals: <Self as $crate::settings::Sum>::literals,
                })
            }

            fn read(
                node: &$crate::settings::Node,
                base: Option<&Self>,
                reader: &mut $crate::settings::Reader<'_>,
            ) -> Option<Self> {
                $crate::settings::read_sum(node, base, reader)
            }

            fn write(&self) -> $crate::settings::Node {
                $crate::settings::write_sum(self)
            }

            fn check(&self, found: &mut $crate::settings::Findings) {
                <Self as $crate::settings::Sum>::check_arguments(self, found);
            }

            fn none_words() -> &'static [&'static str] {
                &[$($none,)* "none"]
            }
        }
    };
}

//! The macro by which settings are described: once, and everything else follows.

mod calls;
mod enums;
mod keyed;
mod structs;

/// Describes settings: the type itself, and with it its keys in files, their meaning, ranges and
/// defaults, reading with every mistake at its place, checking, writing, schema and reference.
///
/// | form | what it makes |
/// |---|---|
/// | `pub struct` | a table: each field is a key (`min_calls` is `min-calls`) |
/// | `pub enum` | one of several named forms: `exponential(1s, factor=2)`, or a word |
/// | `pub keyed enum` | an enum whose form follows from the keys that are written around it |
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
///     /// Lets one of a number of calls pass.
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
    ($(#[$($meta:tt)*])* $vis:vis struct $($rest:tt)*) => {
        $crate::__settings_structs! { $(#[$($meta)*])* $vis struct $($rest)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis enum $($rest:tt)*) => {
        $crate::__settings_enums! { $(#[$($meta)*])* $vis enum $($rest)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis keyed enum $($rest:tt)*) => {
        $crate::__settings_keyed! { $(#[$($meta)*])* $vis keyed enum $($rest)* }
    };
    ($(#[$($meta:tt)*])* $vis:vis call struct $($rest:tt)*) => {
        $crate::__settings_calls! { $(#[$($meta)*])* $vis call struct $($rest)* }
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
    (
        keys $found:ident;
        @$flat:ident [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {
        <$ty as $crate::settings::Group>::keys($found)
    };
    (keys $found:ident; $($rest:tt)*) => {
        $found.push($crate::__settings_field!(key; $($rest)*))
    };
    (
        read $fields:expr, $base:expr, $reader:expr;
        @$flat:ident [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {{
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        let held: Option<&$ty> = $base;
        <$ty as $crate::settings::Group>::read_fields($fields, held.or(default.as_ref()), $reader)
    }};
    (
        read $fields:expr, $base:expr, $reader:expr;
        [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {{
        let key = $crate::__settings_field!(key; [$($doc)*] $field: $ty [$($attr)*] [$($default)?]);
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        let held: Option<&$ty> = $base;
        $fields.take::<$ty>(key, held.or(default.as_ref()), $reader)
    }};
    (
        describe $found:ident;
        @$flat:ident [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {{
        let default: Option<$ty> = $crate::__settings_default!($($default)?);
        $crate::settings::describe_group::<$ty>($found, default.as_ref());
    }};
    (describe $found:ident; $($rest:tt)*) => {};
    (
        write $value:expr, $out:expr;
        @$flat:ident [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {
        <$ty as $crate::settings::Group>::write_fields($value, $out)
    };
    (write $value:expr, $out:expr; $($rest:tt)*) => {
        $crate::settings::write_field($crate::__settings_field!(key; $($rest)*), $value, $out)
    };
    (
        all $value:expr, $out:expr;
        [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {
        $out.push($crate::settings::entry(
            &$crate::__settings_field!(
                key;
                [$($doc)*] $field: $ty [$($attr)*] [$($default)?]
            ).name(),
            <$ty as $crate::settings::Setting>::write($value),
        ))
    };
    (
        check $value:expr, $found:expr;
        @$flat:ident [$($doc:literal)*]
        $field:ident : $ty:ty [$($attr:tt)*] [$($default:expr)?]
    ) => {
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
    (@keys @ $profiles:path) => { $crate::settings::keys_with_profile::<Self> };
    (@describe) => { <Self as $crate::settings::Group>::describe };
    (@describe $like:ident) => { $crate::settings::describe_with_like::<Self> };
    (@libraries) => { Vec::new };
    (@libraries $like:ident) => { $crate::settings::libraries::<Self> };
    (@libraries @ $profiles:path) => { $profiles };
    (@read [$node:ident $base:ident $short:ident $reader:ident]) => {
        $crate::settings::read_table($node, $base, $short, $reader)
    };
    (@read [$node:ident $base:ident $short:ident $reader:ident] $like:ident) => {{
        let _short = $short;
        $crate::settings::read_nested($node, $base, $reader)
    }};
    (
        $name:ident [$($meta:tt)*] [$($short:literal)?] [$($none:literal),*] $([$like:ident])?
        $(@ $profiles:path)?
    ) => {
        impl $crate::settings::Setting for $name {
            fn shape() -> $crate::settings::Shape {
                $crate::settings::Shape::Table($crate::settings::TableInfo {
                    path: concat!(module_path!(), "::", stringify!($name)),
                    doc: $crate::__settings_docs!([] $($meta)*),
                    keys: $crate::__settings_table!(@keys $($like)? $(@ $profiles)?),
                    describe: $crate::__settings_table!(@describe $($like)?),
                    short: $crate::__settings_default!($($short)?),
                    libraries: $crate::__settings_table!(@libraries $($like)? $(@ $profiles)?),
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

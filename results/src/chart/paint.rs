//! Colours by role, light and dark.
//!
//! Series are in the colours of Okabe and Ito, which people with any colour vision can distinguish;
//! the scale of heat maps is viridis, which is even in grey, too.

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white.
    Light,
    /// Light on black.
    Dark,
}

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    Paper,
    Ink,
    Muted,
    Grid,
    Series(usize),
    /// The same in light and dark.
    Fixed(u8, u8, u8),
}

/// A role, and how opaque.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paint {
    pub(crate) role: Role,
    pub(crate) alpha: f64,
}

impl From<Role> for Paint {
    fn from(role: Role) -> Self {
        Self { role, alpha: 1.0 }
    }
}

impl Role {
    pub(crate) fn faint(self, alpha: f64) -> Paint {
        Paint { role: self, alpha }
    }
}

/// The colours of roles in light and dark.
pub(crate) const PALETTE: [(u32, u32); 10] = [
    (0xff_ff_ff, 0x12_15_1c),
    (0x1f_24_30, 0xe8_ea_ef),
    (0x5c_65_75, 0x9d_a6_b5),
    (0xe1_e4_ea, 0x2c_31_3c),
    (0x00_72_b2, 0x56_b4_e9),
    (0xd5_5e_00, 0xf5_79_3a),
    (0x00_9e_73, 0x2f_c7_9a),
    (0xcc_79_a7, 0xe5_9a_c3),
    (0xb0_7d_00, 0xf0_c2_4b),
    (0x5c_65_75, 0x9d_a6_b5),
];

/// Series that can be distinguished.
pub(crate) const SERIES: usize = 6;

impl Role {
    /// Its place in the palette; none if it is the same in light and dark.
    pub(crate) fn place(self) -> Option<usize> {
        match self {
            Self::Paper => Some(0),
            Self::Ink => Some(1),
            Self::Muted => Some(2),
            Self::Grid => Some(3),
            Self::Series(index) => Some(4 + index % SERIES),
            Self::Fixed(..) => None,
        }
    }

    /// Red, green and blue.
    pub(crate) fn rgb(self, theme: Theme) -> (u8, u8, u8) {
        match (self, self.place()) {
            (Self::Fixed(red, green, blue), _) => (red, green, blue),
            (_, place) => {
                let place = place.expect("every role but a fixed one has a place");
                let (light, dark) = PALETTE[place];
                let colour = if theme == Theme::Light { light } else { dark };
                ((colour >> 16) as u8, (colour >> 8) as u8, colour as u8)
            }
        }
    }
}

/// Viridis (Smith and van der Walt, 2015) at a share from 0, dark, to 1, bright.
pub(crate) fn viridis(share: f64) -> Role {
    const STOPS: [(f64, f64, f64); 9] = [
        (68.0, 1.0, 84.0),
        (71.0, 44.0, 122.0),
        (59.0, 81.0, 139.0),
        (44.0, 113.0, 142.0),
        (33.0, 144.0, 141.0),
        (39.0, 173.0, 129.0),
        (92.0, 200.0, 99.0),
        (170.0, 220.0, 50.0),
        (253.0, 231.0, 37.0),
    ];
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (at as usize).min(STOPS.len() - 2);
    let (from, to, part) = (STOPS[below], STOPS[below + 1], at - below as f64);
    let mix = |a: f64, b: f64| (a + (b - a) * part + 0.5) as u8;
    Role::Fixed(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Nearly black or white, whichever is easier to read on a colour (relative luminance of WCAG 2).
pub(crate) fn on(colour: Role) -> Role {
    let Role::Fixed(red, green, blue) = colour else { return Role::Ink };
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        share * share
    };
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    if luminance > 0.25 { Role::Fixed(16, 18, 24) } else { Role::Fixed(254, 254, 254) }
}

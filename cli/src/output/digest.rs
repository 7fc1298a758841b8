//! A digest of a file, by which it is known again.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The 64-bit FNV-1a hash (Fowler, Noll, Vo; RFC 9923) of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The digest of a file, if it is one that can be read; links are none.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if !path.symlink_metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut file = File::open(path)?;
        let mut digest = Self::default();
        let mut bytes = vec![0; 1 << 16];
        loop {
            match file.read(&mut bytes)? {
                0 => return Ok(digest),
                read => digest.add(&bytes[..read]),
            }
        }
    }

    /// That of some bytes, as text.
    pub(crate) fn of_bytes(bytes: &[u8]) -> String {
        let mut digest = Self::default();
        digest.add(bytes);
        digest.to_string()
    }

    pub(super) fn bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_rfc() {
        let of = |text: &str| {
            let mut digest = Digest::default();
            text.bytes().for_each(|byte| digest.add(&[byte]));
            digest.to_string()
        };
        // RFC 9923, appendix C.
        assert_eq!(
            [of(""), of("a"), of("foobar")],
            ["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"]
        );
        assert_eq!(Digest::parse(&of("a")).map(|digest| digest.to_string()), Some(of("a")));
    }
}

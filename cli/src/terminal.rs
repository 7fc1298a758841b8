//! What a command prints: a reader who goes away changes nothing.

use std::io::{self, Write};

/// The standard output of a command. Writing to it never fails: a command ends as it would have
/// ended, and writes its files, whoever reads what it prints. [`finish`](Self::finish) tells.
#[derive(Debug)]
pub(crate) struct Terminal<W> {
    out: W,
    failed: Option<io::Error>,
}

impl<W: Write> Terminal<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, failed: None }
    }

    /// Prints what is held back; says why nothing could be printed from some point on, unless the
    /// reader (`| head`) has seen enough.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self.failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_none() {
            self.failed = self.out.flush().err();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails from the third write on.
    struct Failing(io::ErrorKind, usize);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1 < 3 { Ok(bytes.len()) } else { Err(self.0.into()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_command_does_not_notice_that_its_reader_is_gone() {
        let end = |kind| {
            let mut out = Terminal::new(Failing(kind, 0));
            for _ in 0..5 {
                out.write_all(b"a line\n").unwrap();
            }
            out.finish().map_err(|error| error.kind())
        };
        assert_eq!(end(io::ErrorKind::BrokenPipe), Ok(()));
        assert_eq!(end(io::ErrorKind::StorageFull), Err(io::ErrorKind::StorageFull));
    }
}

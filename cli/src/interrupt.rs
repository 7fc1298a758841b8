//! Ctrl-C and TERM end the program at once, whatever it does, and leave no half-written file.

/// From now on they do.
#[cfg(unix)]
pub(crate) fn end_on_signal() {
    use std::io::{self, Write};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};

    use crate::output;

    // 128 and the number of the signal, as shells have it.
    let code = |signal| 128 + signal;
    let is_clean = Arc::new(AtomicBool::new(false));
    // Without a handler a signal ends the program all the same; what is half-written then goes with
    // the next command in the folder.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    for signal in [SIGINT, SIGTERM] {
        // A second one does not even wait until the message is read.
        let _ = flag::register_conditional_shutdown(signal, code(signal), Arc::clone(&is_clean));
    }
    thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        let _none_is_made_any_more = output::remove_all();
        is_clean.store(true, Ordering::SeqCst);
        let kept = match output::runs_kept() {
            0 => String::new(),
            runs => format!("; the same command goes on after {runs} runs"),
        };
        let _ = writeln!(io::stderr(), "stopped: no half-written file is left{kept}");
        low_level::exit(code(signal));
    });
}

/// Elsewhere they end the program as they end any other. What is half-written then goes with the
/// next command in the folder.
#[cfg(not(unix))]
pub(crate) fn end_on_signal() {}

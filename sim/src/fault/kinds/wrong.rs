//! Wrong answers: they look as good as any, and are not right.

use patterns::Class;
use patterns::report::Severity;
use patterns::settings::{Fields, Reader};

use crate::fault::adding::Adding;
use crate::fault::kind::FaultKind;

patterns::settings! {
    /// A `share` of requests that end well has a wrong value: made up, cut short, of another time.
    /// No layer can see it, and what is made of it is wrong too; a cache that has kept it gives it
    /// again.
    #[derive(Clone, Debug)]
    pub struct Wrong {
        /// The share of requests whose answer is wrong.
        share: f64 [.share().example("0.05")],
        /// The share of wrong answers that are found out, by their form: these fail as
        /// `validation`, and layers see it.
        detect: f64 [.share().example("0.8")] = 0.0,
    }
    warns Self::warns;
}

impl Wrong {
    fn warns(&self, fields: &Fields<'_>, reader: &mut Reader<'_>) {
        if self.share <= 0.0 {
            reader.no_effect(&fields.place_of("share"), "a share of 0 makes no answer wrong");
        }
    }
}

impl FaultKind for Wrong {
    const NAME: &'static str = "wrong";
    const SEVERITY: Severity = Severity::Limited;

    fn add(&self, health: &mut Adding<'_>) {
        if self.detect > 0.0 {
            health.fail(self.share * self.detect, Class::Validation);
        }
        health.mislead(self.share);
    }
}

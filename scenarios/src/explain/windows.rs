//! Windows, as the terminal explains them.

use super::sheet::Sheet;

/// Every form of a window, and what it is.
const FORMS: [(&str, &str); 7] = [
    ("from 10min until 20min", "Between two times of the run."),
    ("from 10min", "From a time of the run to its end; `until 20min`: from its beginning on."),
    (
        "before fault \"github-hang\"",
        "From the end of the warm-up until the fault begins for the first time.",
    ),
    ("during fault \"github-hang\"", "While the fault is on: all its times together."),
    (
        "after fault \"github-hang\"",
        "From the end of the fault until it begins again, or the run ends.",
    ),
    (
        "from 20s after fault \"github-hang\"",
        "A part of that: `from` and `until` count from where it begins.",
    ),
    ("from 20s until 5min after fault \"github-hang\"", "Both of them; so before `during`, too."),
];

/// What windows stand behind.
const EXAMPLE: &str = "[[hypotheses]]
that = 'agents.research.success >= 99% before fault \"github-hang\"'
[[hypotheses]]
that = 'agents.research.success >= 50% during fault \"github-hang\"'
[[hypotheses]]
that = 'agents.research recovers within 2min after fault \"github-hang\"'
[[hypotheses]]
that = 'services.github.queue.drain < 5min after fault \"github-hang\"'
[[hypotheses]]
that = 'services.github.queue < 1 from 5min until 30min'

[sweep]
objective = 'agents.research.goodput from 5min after fault \"github-hang\"'";

pub(super) fn show(sheet: &mut Sheet) {
    sheet.title("Windows");
    sheet.paragraph(
        "A window is the part of a run that is measured. It stands behind the measure or the bound \
         of a hypothesis, and behind the objective of a sweep. Times have a unit; the name of a \
         fault stands in quotation marks.",
    );
    sheet.rows(FORMS.map(|(form, what)| vec![form.to_owned(), what.to_owned()]).to_vec());
    sheet.example("in a file:", EXAMPLE);
    sheet.paragraph(
        "It counts what ends in it, and the time that lies in it. What comes after a fault that \
         ended in the warm-up is not measured. A window that never comes is a mistake; one that by \
         chance does not come in a run is undefined there, and nothing holds of it.",
    );
    sheet.paragraph(
        "What is open at the end of a window is judged at that end, as at the end of a run: a task \
         may be overdue there that ends well later. So overdue tasks, frozen time and availability \
         of windows, and of the pieces of series.csv, do not add up to those of the whole run.",
    );
}

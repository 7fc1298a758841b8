//! All libraries that retry.

use super::super::settings::Settings;
use super::clients::{Aws, Envoy, Grpc, Mcp, ModelClient};
use super::course::{CourseMeant, CoursePrinted};
use super::libraries::{FailsafeGo, Finagle, Polly, Resilience4j, Tenacity};
use crate::preset::Library;
use crate::settings::Preset;

/// All of them.
pub(crate) fn all() -> Vec<Preset<Settings>> {
    vec![
        Preset::of::<Resilience4j>("resilience4j", "`RetryConfig`: 3 attempts, 500 ms apart"),
        Preset::of::<Polly>("polly", "`RetryStrategyOptions`: 3 retries, 2 s apart"),
        Preset::of::<FailsafeGo>(
            "failsafe-go",
            "`RetryPolicy`: 3 attempts without a wait. Its `maxDuration` is `max-elapsed`, which \
             cuts the last wait short. There a refusal by the budget ends the call with an error \
             of its own, here with the last failure",
        ),
        Preset::of::<Finagle>("finagle", "`RetryPolicy.tries`: 3 attempts, 5 ms to 200 ms apart"),
        Preset::of::<Tenacity>(
            "tenacity",
            "`wait_exponential` from 1 s, without a limit; `max-elapsed` is `stop_after_delay`",
        ),
        Preset::of::<Envoy>(
            "envoy",
            "`RetryPolicy`: 1 retry after up to 25 ms, 3 at a time. The `retry_budget` of a \
             cluster takes the place of the 3: `budget = \"share(20%, least=3)\"`",
        ),
        Preset::of::<Grpc>(
            "grpc",
            "A6: 4 attempts from 100 ms, 10 tokens. A pushback is obeyed whatever the code, as in \
             A6 (item 5 of its summary) and grpc-java; grpc-go and grpc-core ask the code first, \
             which is `retry-after-overrules = false`",
        ),
        Preset::of::<Aws>("aws", "botocore, standard mode: 3 attempts from 1 s, and a quota"),
        Preset::of::<ModelClient>("openai", "openai-python: 2 retries from 500 ms, hints obeyed"),
        Preset::of::<ModelClient>("anthropic", "anthropic-sdk-python: as that of OpenAI"),
        Preset::of::<Mcp>("mcp", "typescript-sdk: 2 reconnections from 1 s"),
        Preset::of::<CoursePrinted>("course-printed", "a course, to the letter of its listings"),
        Preset::of::<CourseMeant>("course-meant", "the same course, as its text explains them"),
    ]
}

impl Library {
    /// Its retries, if it retries.
    pub fn retry(self) -> Option<Settings> {
        self.of()
    }
}

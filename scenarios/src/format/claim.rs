//! What somebody claims, and how it is put to the test.

use patterns::settings::{Node, Reader, Setting, Shape};

patterns::settings! {
    /// Something that is said of systems such as that of the file, put to the test: the sweep of
    /// the file asks, its rules decide.
    ///
    /// A rule is decided cell by cell, by the 95 % interval of what all runs of a cell say. The
    /// claim *holds* if all its rules do in every cell, *fails* if in none, and else *holds where*
    /// they do.
    #[derive(Clone, Debug)]
    pub(crate) struct Claim {
        /// What is claimed, in a sentence.
        says: String [.example("\"Five failures in a row are sensitive enough\"")],
        /// Who says so, and where.
        source: String [.example("\"exercise 2.1\"")],
        /// What has to be so for it to hold.
        rules: Vec<Rule> [.at_least(1.0).example("[{ that = \"agents.agent.success >= 95%\" }]")],
        /// Figures that follow from theory, and have to come out.
        figures: Option<Vec<Figure>> [
            .example("[{ of = \"agents.agent.success\", is = \"50%\", why = \"by symmetry\" }]")
        ] = None,
        /// What the verdict rests on, and where it may be another.
        caveat: Option<String> = None,
    }
}

patterns::settings! {
    /// Something that has to be so for a claim to hold.
    #[derive(Clone, Debug)]
    pub(crate) struct Rule {
        /// A comparison of a measure, as in a hypothesis: of what all runs of a cell say together.
        that: String [.example("\"agents.agent.success >= 95%\"")],
        /// A variant: the measure is then how much more it is than in that one, with the same
        /// values on all axes and the same seeds, and that variant is not asked itself.
        against: Option<String> [.example("\"no breaker\"")] = None,
        /// The variants that are asked; with `none`, all are.
        r#in: Option<Vec<String>> [.example("[\"breaker\"]")] = None,
        /// With which values on the axes it is asked, one or a list of some for each; with all
        /// values on axes that are not named.
        at: Option<Anything> [.example("{ \"policies.p.retry.network\" = \"3 x 1s\" }")] = None,
    }
}

patterns::settings! {
    /// A figure that follows from theory.
    #[derive(Clone, Debug)]
    pub(crate) struct Figure {
        /// A measure, as in a hypothesis.
        of: String [.example("\"agents.agent.success\"")],
        /// Its value: `50%`, `110s`, `2.5`.
        is: String [.example("\"50%\"")],
        /// In which variant; with `none`, in the file as it is written.
        variant: Option<String> [.example("\"inside\"")] = None,
        /// With which values on the axes; what is not named has that of the file, which must then
        /// be one of the axis.
        at: Option<Anything> [.example("{ \"policies.p.retry.network\" = \"3 x 1s\" }")] = None,
        /// What it follows from.
        why: String [.example("\"three calls of 30 s, and waits of 1 s and 2 s\"")],
    }
}

/// Values by paths, which are read where the paths are known.
#[derive(Clone, Debug)]
pub(crate) struct Anything(pub(crate) Node);

impl Anything {
    fn one() -> Shape {
        Shape::Either(vec![Shape::Number, Shape::Bool, Shape::Text])
    }
}

impl Setting for Anything {
    fn shape() -> Shape {
        Shape::Map(|| {
            let one = [Shape::Number, Shape::Bool, Shape::Text];
            Shape::Either(one.into_iter().chain([Shape::List(Self::one)]).collect())
        })
    }

    fn read(node: &Node, _base: Option<&Self>, reader: &mut Reader<'_>) -> Option<Self> {
        if node.entries().is_none() {
            reader.wrong_type(node, "a table of paths and their values");
            return None;
        }
        Some(Self(node.clone()))
    }

    fn write(&self) -> Node {
        self.0.clone()
    }
}

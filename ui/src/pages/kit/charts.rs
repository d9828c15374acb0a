//! Charts.

use leptos::prelude::*;

use super::Sample;
use crate::components::{Bar, Bars, Line, LineChart, Lines, Stroke};

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Lines">
            <LineChart id="kit-lines" title="Uses by day" lines=week() />
        </Sample>
        <Sample name="Lines, with a gap and a single value">
            <LineChart id="kit-lines-gap" title="Uses by day, with a gap" lines=gap() />
        </Sample>
        <Sample name="Lines, nothing known">
            <LineChart id="kit-lines-none" title="Uses by day, none" lines=none() />
        </Sample>
        <Sample name="Bars">
            <Bars label="Uses by country" bars=countries() />
        </Sample>
        <Sample name="Bars, none">
            <Bars label="Uses by city" bars=Vec::new() />
        </Sample>
    }
    .into_any()
}

fn days() -> Vec<String> {
    ["16 Nov", "17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov"]
        .map(str::to_owned)
        .to_vec()
}

fn line(name: &str, stroke: Stroke, values: [u64; 7]) -> Line {
    Line {
        name: name.to_owned(),
        stroke,
        values: values.map(Some).to_vec(),
    }
}

fn week() -> Lines {
    Lines {
        labels: days(),
        lines: vec![
            line("Applied", Stroke::First, [120, 180, 160, 240, 310, 290, 350]),
            line("Refused", Stroke::Second, [20, 35, 28, 40, 62, 51, 44]),
            line("The week before", Stroke::Before, [90, 140, 150, 170, 220, 260, 240]),
        ],
        summary: "1,650 uses in seven days, most of them on 22 Nov.".to_owned(),
    }
}

fn gap() -> Lines {
    let values = [Some(120), Some(180), None, Some(240), None, Some(290), Some(350)];
    Lines {
        labels: days(),
        lines: vec![Line {
            name: "Applied".to_owned(),
            stroke: Stroke::First,
            values: values.to_vec(),
        }],
        summary: "1,180 uses; two days are not known.".to_owned(),
    }
}

fn none() -> Lines {
    Lines {
        summary: "No uses in these days.".to_owned(),
        ..Lines::default()
    }
}

fn countries() -> Vec<Bar> {
    let bar = |name: &str, code: &str, value, filled, note: &str| Bar {
        name: name.to_owned(),
        code: code.to_owned(),
        value,
        filled,
        note: note.to_owned(),
    };
    vec![
        bar("Uruguay", "UY", 1_204, 1_173, "1,173 applied, 97 %"),
        bar("Argentina", "AR", 618, 309, "309 applied, 50 %"),
        bar("Not said", "", 97, 0, "None applied"),
    ]
}

//! Tables, and texts to copy.

use leptos::prelude::*;

use super::Sample;
use crate::components::{Badge, CodeBlock, Copyable, DataTable, NumberTable, Tone};

/// What a shop would send.
const REQUEST: &str = concat!(
    "curl https://api.example/v1/promotions/summer-10/evaluate \\\n",
    "  --header 'Authorization: Bearer key_live_4f1d0a' \\\n",
    "  --data '{\"total\": 120}'",
);

pub(super) fn samples() -> AnyView {
    view! {
        <Sample name="Table">{table()}</Sample>
        <Sample name="Table of numbers">
            <NumberTable caption="Uses by country" columns=columns() rows=rows() />
        </Sample>
        <Sample name="Table of numbers, empty">
            <NumberTable caption="Uses by city" columns=columns() rows=Vec::new() />
        </Sample>
        <Sample name="Table that opens">
            <DataTable summary="Show as a table" caption="Uses by age" columns=columns() rows=rows() />
        </Sample>
        <Sample name="Text to copy">
            <Copyable id="kit-copyable" label="App key" text="key_live_4f1d0a" />
        </Sample>
        <Sample name="Program to copy">
            <CodeBlock label="A request" text=REQUEST />
        </Sample>
    }
    .into_any()
}

/// Columns of any kind: on a phone each row becomes a card, where a cell's label stands before it.
fn table() -> impl IntoView {
    view! {
        <div class="table-box">
            <table>
                <caption>"Promotions"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Promotion"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="number">"Uses"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"Summer sale" <span class="code">"summer-10"</span></th>
                        <td data-label="State"><Badge tone=Tone::Good>"Active"</Badge></td>
                        <td data-label="Uses" class="number">"1,204"</td>
                    </tr>
                    <tr>
                        <th scope="row">"Winter sale" <span class="hint">"Ended yesterday"</span></th>
                        <td data-label="State"><Badge tone=Tone::Neutral>"Expired"</Badge></td>
                        <td data-label="Uses" class="number">"87"</td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

fn columns() -> Vec<String> {
    ["Country", "Uses", "Refused"].map(str::to_owned).to_vec()
}

fn rows() -> Vec<Vec<String>> {
    let rows = [
        ["Uruguay", "1,204", "31"],
        ["Argentina", "618", "12"],
        ["Chile", "97", "0"],
    ];
    rows.map(|cells| cells.map(str::to_owned).to_vec()).to_vec()
}

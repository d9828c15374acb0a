//! Charts of measurements over time, as SVG that reads on light and dark pages.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 160.0;
/// Around a panel, for its title and figures.
const MARGIN: f64 = 40.0;
/// Of the lines, in their order: blue and orange are told apart by every kind of sight.
const COLOURS: [&str; 2] = ["#2f6fde", "#d9730d"];

/// Lines over the same seconds.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    /// Each by seconds.
    pub(crate) lines: Vec<Vec<(f64, f64)>>,
}

/// Panels below each other.
pub(crate) fn draw(panels: &[Panel]) -> String {
    let step = HEIGHT + 2.0 * MARGIN;
    let (width, height) = (WIDTH + 2.0 * MARGIN, step * panels.len() as f64);
    let points = || panels.iter().flat_map(|panel| panel.lines.iter().flatten());
    let seconds = points().map(|(at, _)| *at).fold(1.0, f64::max);
    let titles: Vec<_> = panels.iter().map(|panel| panel.title).collect();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"sans-serif\" \
         font-size=\"12\" fill=\"#808080\"><title>{}</title>\n",
        titles.join("; ")
    );
    for (number, panel) in panels.iter().enumerate() {
        // Writing to memory does not fail.
        _ = writeln!(
            svg,
            "<g transform=\"translate({MARGIN} {})\">",
            step * number as f64 + MARGIN
        );
        draw_panel(&mut svg, panel, seconds);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_panel(svg: &mut String, Panel { title, lines }: &Panel, seconds: f64) {
    let most = lines.iter().flatten().map(|(_, value)| *value).fold(1.0, f64::max);
    _ = writeln!(svg, "<text y=\"-10\">{title}</text>");
    _ = writeln!(
        svg,
        "<text x=\"{WIDTH}\" y=\"-10\" text-anchor=\"end\">at most {most:.0}</text>"
    );
    _ = writeln!(
        svg,
        "<path d=\"M0 0V{HEIGHT}H{WIDTH}\" fill=\"none\" stroke=\"#808080\"/>"
    );
    _ = writeln!(
        svg,
        "<text x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{seconds:.0} s</text>",
        HEIGHT + 16.0
    );
    for (line, colour) in lines.iter().zip(COLOURS) {
        let point =
            |(at, value): &(f64, f64)| format!("{:.1},{:.1}", at / seconds * WIDTH, HEIGHT * (1.0 - value / most));
        let points: Vec<_> = line.iter().map(point).collect();
        _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"/>",
            points.join(" ")
        );
    }
}

//! Numbers over time, as lines.

use leptos::prelude::*;
use leptos::svg::Svg;

use super::scale::{SIDE, across, area, down, labelled, line, part_at, ticks};
use crate::browser::format_number;
use crate::i18n::reports as text;

/// Labels below a chart: as many as a phone has room for, and twice as many elsewhere.
const LABELS: usize = 12;

/// How a line is drawn: each differs from the others in colour and in dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// Whole, with what is below it.
    First,
    Second,
    /// What the first is compared with.
    Before,
}

impl Stroke {
    const fn class(self) -> &'static str {
        match self {
            Self::First => "stroke-first",
            Self::Second => "stroke-second",
            Self::Before => "stroke-before",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) stroke: Stroke,
    /// One for each label; `None` where nothing is known, which interrupts the line.
    pub(crate) values: Vec<Option<u64>>,
}

/// What a chart shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// The times, in their order.
    pub(crate) labels: Vec<String>,
    pub(crate) lines: Vec<Line>,
    /// All of it in a sentence.
    pub(crate) summary: String,
}

impl Lines {
    fn most(&self) -> u64 {
        let values = self.lines.iter().flat_map(|line| &line.values);
        values.copied().flatten().max().unwrap_or_default()
    }

    /// One time in words.
    fn point(&self, index: usize) -> Option<String> {
        let label = self.labels.get(index)?;
        let values = self.lines.iter().filter_map(|line| {
            let value = line.values.get(index).copied().flatten()?;
            Some(text::value_of(&line.name, &format_number(value)))
        });
        let values: Vec<_> = values.collect();
        Some(text::point(label, &values.join(" · ")))
    }
}

/// A chart with its legend, and a line that tells the time that is pointed at.
#[component]
pub(crate) fn LineChart(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(into)] lines: Signal<Lines>,
) -> impl IntoView {
    let plot = NodeRef::<Svg>::new();
    let pointed = RwSignal::new(None::<usize>);
    let point_at = move |event: leptos::ev::PointerEvent| {
        let bounds = plot.get_untracked().map(|plot| plot.get_bounding_client_rect());
        let at = bounds.and_then(|bounds| {
            let distance = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
            part_at(distance, lines.with_untracked(|lines| lines.labels.len()))
        });
        pointed.set(at);
    };
    let told = move || lines.with(|lines| pointed.get().and_then(|index| lines.point(index)));
    let (title_id, summary_id) = (format!("{id}-title"), format!("{id}-summary"));
    let (labelled_by, described_by) = (title_id.clone(), summary_id.clone());
    view! {
        <figure class="chart">
            <figcaption class="chart-legend">{move || lines.with(legend)}</figcaption>
            <div class="chart-body">
                <div class="chart-y" aria-hidden="true">{move || lines.with(heights)}</div>
                <svg
                    class="chart-plot"
                    node_ref=plot
                    role="img"
                    aria-labelledby=labelled_by
                    aria-describedby=described_by
                    on:pointermove=point_at
                    on:pointerdown=point_at
                    on:pointerleave=move |_| pointed.set(None)
                >
                    <title id=title_id>{title}</title>
                    {move || lines.with(drawing)}
                    {move || pointed.get().map(|index| cursor(index, lines.with(|lines| lines.labels.len())))}
                </svg>
                <svg class="chart-x" aria-hidden="true" focusable="false">{move || lines.with(times)}</svg>
            </div>
            <p class="chart-told hint" id=summary_id>
                {move || told().unwrap_or_else(|| lines.with(|lines| lines.summary.clone()))}
            </p>
        </figure>
    }
}

fn legend(lines: &Lines) -> impl IntoView + use<> {
    let items = lines.lines.iter().map(|line| {
        view! {
            <li>
                <svg class="chart-key" aria-hidden="true" focusable="false">
                    <line class=line.stroke.class() x1="2" x2="100%" y1="50%" y2="50%"></line>
                </svg>
                {line.name.clone()}
            </li>
        }
    });
    view! { <ul class="plain">{items.collect_view()}</ul> }
}

/// The numbers at the side, from the top down.
fn heights(lines: &Lines) -> impl IntoView + use<> {
    let ticks = ticks(lines.most()).into_iter().rev();
    ticks
        .map(|tick| view! { <span>{format_number(tick)}</span> })
        .collect_view()
}

fn drawing(lines: &Lines) -> impl IntoView + use<> {
    let ticks = ticks(lines.most());
    let top = ticks.last().copied().unwrap_or(1);
    let grid = ticks.into_iter().map(|tick| {
        let height = format!("{:.2}%", down(tick, top));
        view! { <line class="chart-grid" x1="0" x2="100%" y1=height.clone() y2=height></line> }
    });
    // The first is drawn last, above the others.
    let paths = lines.lines.iter().rev().map(|drawn| {
        let below = (drawn.stroke == Stroke::First)
            .then(|| view! { <path class="chart-area" d=area(&drawn.values, top)></path> });
        view! {
            {below}
            <path class=drawn.stroke.class() d=line(&drawn.values, top)></path>
        }
    });
    view! {
        {grid.collect_view()}
        <svg class="chart-lines" viewBox=format!("0 0 {SIDE} {SIDE}") preserveAspectRatio="none">
            {paths.collect_view()}
        </svg>
    }
}

/// The times below, of which a phone shows every other one.
fn times(lines: &Lines) -> impl IntoView + use<> {
    let count = lines.labels.len();
    let labels = labelled(count, LABELS)
        .into_iter()
        .enumerate()
        .filter_map(|(order, index)| {
            let label = lines.labels.get(index)?.clone();
            let class = if order % 2 == 0 {
                "chart-time"
            } else {
                "chart-time chart-time-wide"
            };
            let place = format!("{:.2}%", across(index, count));
            Some(view! { <text class=class x=place y="1em">{label}</text> })
        });
    labels.collect_view()
}

fn cursor(index: usize, count: usize) -> impl IntoView {
    let place = format!("{:.2}%", across(index, count));
    view! { <line class="chart-cursor" x1=place.clone() x2=place y1="0" y2="100%"></line> }
}

//! The operations of a group, each closed until it is asked for.

use leptos::html;
use leptos::prelude::*;

use super::document::{Answer, Body, Detail, Document, Group, Operation, Parameter};
use super::operation_path;
use super::schema::SchemaView;
use crate::components::{CodeBlock, Icon, IconMark, prose};
use crate::i18n::developers as text;

/// A group's operations; the wanted one is open and in sight.
#[component]
pub(super) fn Operations(document: Document, group: Group, wanted: Memo<Option<String>>) -> impl IntoView {
    let operations = group.operations.into_iter().map(|operation| {
        view! { <OperationView document=document.clone() operation=operation wanted=wanted /> }
    });
    view! {
        <h2>{group.name}</h2>
        {operations.collect_view()}
    }
    .into_any()
}

#[component]
fn OperationView(document: Document, operation: Operation, wanted: Memo<Option<String>>) -> impl IntoView {
    let element = NodeRef::<html::Details>::new();
    let is_open = RwSignal::new(false);
    let id = operation.id.clone();
    let is_wanted = Memo::new(move |_| wanted.with(|wanted| wanted.as_ref() == Some(&id)));
    Effect::new(move |_| {
        if is_wanted.get()
            && let Some(element) = element.get()
        {
            element.set_open(true);
            // Once its content is laid out.
            request_animation_frame(move || element.scroll_into_view());
        }
    });
    let method_class = format!("method method-{}", operation.method.to_lowercase());
    let element_id = format!("operation-{}", operation.id);
    let (title, own) = (operation.clone(), StoredValue::new((document, operation)));
    let content = move || {
        is_open.get().then(|| {
            let (document, operation) = own.get_value();
            let detail = document.detail(&operation);
            detail.map(|detail| view! { <DetailView document=document id=operation.id detail=detail /> })
        })
    };
    view! {
        <details
            class="operation"
            id=element_id
            node_ref=element
            on:toggle=move |_| is_open.set(element.get_untracked().is_some_and(|element| element.open()))
        >
            <summary>
                <span class=method_class>{title.method}</span>
                <code class="operation-path">{title.path}</code>
                <span class="operation-summary" lang="en">{prose(&title.summary)}</span>
            </summary>
            {content}
        </details>
    }
    .into_any()
}

#[component]
fn DetailView(document: Document, id: String, detail: Detail) -> impl IntoView {
    let (problems, answers): (Vec<_>, Vec<_>) = detail.answers.into_iter().partition(|answer| !answer.is_success());
    let answers = answers
        .into_iter()
        .map(|answer| answer_view(&document, answer))
        .collect_view();
    let path = operation_path(&id);
    let body = detail.body.map(|body| {
        view! { <h3>{text::body()} " " <code>{body.media_type.clone()}</code></h3> {body_view(&document, body)} }
    });
    view! {
        <div class="operation-body">
            <p class="hint">
                <a href=path><IconMark icon=Icon::Code /> " " <code>{id}</code></a>
            </p>
            <p>{credentials(&detail.credentials, detail.permission.as_deref())}</p>
            {parameters(&document, detail.parameters)}
            {body}
            <h3>{text::answers()}</h3>
            {answers}
            {problems_view(problems)}
        </div>
    }
    .into_any()
}

/// Who may call it.
fn credentials(names: &[String], permission: Option<&str>) -> AnyView {
    let known = names.iter().map(|name| match name.as_str() {
        "app_key" => text::credential_app_key().to_owned(),
        "user_token" => text::credential_user().to_owned(),
        "session_cookie" => text::credential_session().to_owned(),
        other => other.to_owned(),
    });
    let known: Vec<_> = known.collect();
    let who = if known.is_empty() {
        text::credential_none().to_owned()
    } else {
        known.join(", ")
    };
    let permission = permission.map(|word| view! { " " {text::permission()} " " <code>{word.to_owned()}</code> });
    view! { <strong>{text::credentials()}</strong> " " {who} {permission} }.into_any()
}

fn parameters(document: &Document, parameters: Vec<Parameter>) -> Option<AnyView> {
    if parameters.is_empty() {
        return None;
    }
    let rows = parameters.into_iter().map(|parameter| {
        let schema = parameter.schema;
        let shown = view! {
            <SchemaView document=document.clone() schema=schema description=parameter.description />
        };
        let required = parameter
            .is_required
            .then(|| view! { " " <span class="required">{text::required()}</span> });
        view! {
            <dt><code>{parameter.name}</code> " " <span class="hint">{parameter.place}</span> {required}</dt>
            <dd>{shown}</dd>
        }
    });
    let view = view! {
        <h3>{text::parameters()}</h3>
        <dl class="schema">{rows.collect_view()}</dl>
    };
    Some(view.into_any())
}

fn body_view(document: &Document, body: Body) -> AnyView {
    let example = body
        .example
        .map(|example| view! { <CodeBlock label=text::example() text=Signal::stored(example) /> });
    view! {
        <SchemaView document=document.clone() schema=body.schema is_open=true />
        {example}
    }
    .into_any()
}

fn answer_view(document: &Document, answer: Answer) -> AnyView {
    let body = answer.body.map(|body| {
        view! { <span class="hint">{body.media_type.clone()}</span> {body_view(document, body)} }
    });
    view! {
        <div class="answer">
            <p><strong>{answer.status}</strong> " " <span lang="en">{prose(&answer.description)}</span></p>
            {body}
        </div>
    }
    .into_any()
}

/// The answers that are problems: they are all of one form.
fn problems_view(problems: Vec<Answer>) -> Option<AnyView> {
    if problems.is_empty() {
        return None;
    }
    let rows = problems.into_iter().map(|problem| {
        view! { <dt>{problem.status}</dt><dd lang="en">{prose(&problem.description)}</dd> }
    });
    let view = view! {
        <h3>{text::problems()}</h3>
        <dl class="problems">{rows.collect_view()}</dl>
    };
    Some(view.into_any())
}

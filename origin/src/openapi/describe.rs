//! What a handler's signature says of its operation: who may call it, what it takes, what it answers.
//!
//! Every extractor and every answer of a public handler is described here or beside its type; a handler with another
//! one does not compile into the table.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::NoContent;
use engine::problem::ProblemType;
use schemars::JsonSchema;

use super::operation::Operation;
use crate::app::App;
use crate::auth::sign_in::Caller;
use crate::auth::{Allowed, Need, Principal, SameSite};
use crate::problem::Error;
use crate::routes::input::{Accepted, Created, JsonBody, JsonText, Path, Query};

/// An extractor or an answer.
pub(crate) trait Describe {
    fn describe(operation: &mut Operation<'_>);
}

/// A handler. `T` is that of [`axum::handler::Handler`].
pub(crate) trait DescribeHandler<T> {
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! functions {
    ($kind:ty; $($argument:ident)*) => {
        impl<F, Fut, Answer, M, $($argument),*> DescribeHandler<$kind> for F
        where
            F: FnOnce($($argument),*) -> Fut,
            Fut: Future<Output = Answer>,
            Answer: Describe,
            $($argument: Describe,)*
        {
            fn describe(operation: &mut Operation<'_>) {
                $($argument::describe(operation);)*
                Answer::describe(operation);
            }
        }
    };
}

impl<F, Fut, Answer> DescribeHandler<((),)> for F
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Answer>,
    Answer: Describe,
{
    fn describe(operation: &mut Operation<'_>) {
        Answer::describe(operation);
    }
}

functions! { (M, A); A }
functions! { (M, A, B); A B }
functions! { (M, A, B, C); A B C }
functions! { (M, A, B, C, D); A B C D }
functions! { (M, A, B, C, D, E); A B C D E }
functions! { (M, A, B, C, D, E, G); A B C D E G }

impl Describe for State<App> {
    fn describe(_: &mut Operation<'_>) {}
}

impl Describe for HeaderMap {
    fn describe(_: &mut Operation<'_>) {}
}

impl Describe for Caller {
    fn describe(_: &mut Operation<'_>) {}
}

impl Describe for SameSite {
    fn describe(operation: &mut Operation<'_>) {
        operation.problem(ProblemType::Forbidden);
    }
}

impl Describe for Principal {
    fn describe(operation: &mut Operation<'_>) {
        operation.needs_user(None);
    }
}

impl<N: Need> Describe for Allowed<N> {
    fn describe(operation: &mut Operation<'_>) {
        operation.needs_user(Some(N::PERMISSION));
    }
}

impl<T> Describe for Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.problem(ProblemType::NotFound);
    }
}

impl<T: JsonSchema> Describe for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_query::<T>();
    }
}

impl Describe for JsonBody {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_body();
    }
}

impl Describe for JsonText {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_body();
    }
}

impl<T: Describe, E: Describe> Describe for Result<T, E> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        E::describe(operation);
    }
}

impl Describe for Error {
    fn describe(_: &mut Operation<'_>) {}
}

impl<T: JsonSchema> Describe for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(200, "Done");
    }
}

impl<T: Describe> Describe for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        operation.moves_answer(200, 201, "Created");
    }
}

impl<T: Describe> Describe for Accepted<T> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        operation.moves_answer(200, 202, "Accepted");
    }
}

impl Describe for NoContent {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_nothing(204, "Done");
    }
}

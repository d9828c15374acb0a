//! The app's page at each of its addresses. Its files are served by the platform, which asks the Worker only for what is
//! no file: so a file of an earlier release, whose name holds another hash, is missed as such and not answered with a page.

use engine::problem::ProblemType;
use worker::{Method, Request, Response};

use crate::app::App;
use crate::problem::Failure;

/// The page, as the platform has it. The host is a name only: the request never leaves the platform.
const PAGE_URL: &str = "https://assets/";

/// The page, for an address that the app itself knows or shows as unknown.
///
/// Awaits the platform's files once and changes nothing.
pub(crate) async fn get_page(app: &App, path: &str) -> Result<Response, Failure> {
    if names_a_file(path) {
        return Err(Failure::rejection(
            ProblemType::NotFound,
            "There is no such file: load the page again.",
        ));
    }
    let page = async {
        let request = Request::new(PAGE_URL, Method::Get)?;
        app.bindings().assets()?.fetch_request(request).await
    };
    page.await
        .map_err(|error| Failure::fault(ProblemType::Unavailable, format!("the app's page: {error}")))
}

/// No address of the app has a dot in its last segment: codes of promotions have none.
fn names_a_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|segment| segment.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files() {
        let check = |path, expected| assert_eq!(names_a_file(path), expected, "{path}");
        check("/", false);
        check("/promotions/summer-10", false);
        check("/sign-in", false);
        check("/a.b/c", false);
        check("/app-0123.wasm", true);
        check("/robots.txt", true);
        check("/.env", true);
    }
}

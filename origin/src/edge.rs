//! Calls of the edge, signed with the secret that both share.

use std::time::Duration;

use anyhow::{Context, bail};
use engine::signature::{self, Call};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::clock::unix_secs;

/// Longest wait for an answer: the edge writes or reads at most 50 values.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The edge as jobs call it.
#[derive(Debug)]
pub(crate) struct Edge {
    app: App,
    client: Client,
}

impl Edge {
    /// The configured edge.
    pub(crate) fn new(app: &App) -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(CALL_TIMEOUT)
            .build()
            .context("the HTTP client cannot be set up")?;
        Ok(Self {
            app: app.clone(),
            client,
        })
    }

    /// Posts JSON to a path, and reads the answer's.
    pub(crate) async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<A> {
        let url = self.app.edge_url.join(path).context("EDGE_URL takes no path")?;
        let body = serde_json::to_vec(body)?;
        let secret = self.app.internal_secret.reveal();
        let header = signature::sign(secret, &Call::post(path, &body), unix_secs(self.app.clock.now()));
        let request = self.client.post(url).header(signature::HEADER, header);
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let response = request.send().await?;
        if !response.status().is_success() {
            bail!("the edge answered {}", response.status());
        }
        Ok(response.json().await?)
    }
}

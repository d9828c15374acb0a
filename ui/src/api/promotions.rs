//! Promotions, their versions, samples and previews.

use chrono::{DateTime, SecondsFormat, Utc};
use gloo_net::http::{Method, Response};
use serde_json::Value;

use super::{Answer, decode, get, list_path, post, segment, send, send_if, with_query};
use crate::forms::promotion_filters::Filters;
use crate::wire::promotions::{
    Duplicate, Evaluation, ListedPromotion, NewSample, PromotionsUsage, PublishedVersion, Sample, SampleChange, Tagged,
    Version,
};
use crate::wire::{Page, Promotion, Usage};

/// Ends a published promotion for good.
pub(crate) async fn archive_promotion(token: &str, code: &str) -> Answer<Promotion> {
    act(token, &format!("{}/archive", path(code))).await
}

/// Keeps a request with a promotion.
pub(crate) async fn create_sample(token: &str, code: &str, sample: &NewSample) -> Answer<Sample> {
    post(&format!("{}/samples", path(code)), Some(token), sample).await
}

/// Deletes a draft.
pub(crate) async fn delete_promotion(token: &str, code: &str) -> Answer<()> {
    send(Method::DELETE, &path(code), Some(token), None).await.map(drop)
}

pub(crate) async fn delete_sample(token: &str, code: &str, id: &str) -> Answer<()> {
    send(Method::DELETE, &sample_path(code, id), Some(token), None)
        .await
        .map(drop)
}

/// Makes a draft with the same terms and samples.
pub(crate) async fn duplicate_promotion(token: &str, code: &str, duplicate: &Duplicate) -> Answer<Promotion> {
    post(&format!("{}/duplicate", path(code)), Some(token), duplicate).await
}

/// A page of `limit` promotions, from 1 to 100; `cursor` is of a page with the same filters.
pub(crate) async fn list_promotions(
    token: &str,
    filters: &Filters,
    limit: u8,
    cursor: Option<&str>,
) -> Answer<Page<ListedPromotion>> {
    let mut query = filters.parameters();
    query.push(("limit", limit.to_string()));
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    get(&with_query("/v1/promotions", &query), token).await
}

/// What was evaluated of each promotion of a page, ever.
pub(crate) async fn promotions_usage(token: &str, codes: &[String]) -> Answer<PromotionsUsage> {
    let query = [("codes", codes.join(","))];
    get(&with_query("/v1/reports/promotions", &query), token).await
}

/// Makes a draft or a paused promotion active, if it is still at the revision `tag`.
pub(crate) async fn activate_revision(token: &str, code: &str, tag: &str) -> Answer<Tagged<Promotion>> {
    let path = format!("{}/activate", path(code));
    tagged(send_if(Some(tag), Method::POST, &path, Some(token), None).await?).await
}

/// Makes a draft of the terms in `body`.
pub(crate) async fn create_draft(token: &str, body: &Value) -> Answer<Tagged<Promotion>> {
    tagged(send(Method::POST, "/v1/promotions", Some(token), Some(body.to_string())).await?).await
}

/// A promotion with its revision.
pub(crate) async fn tagged_promotion(token: &str, code: &str) -> Answer<Tagged<Promotion>> {
    tagged(send(Method::GET, &path(code), Some(token), None).await?).await
}

/// Changes the fields in `body`, if the promotion is still at the revision `tag`.
pub(crate) async fn update_promotion(token: &str, code: &str, tag: &str, body: &Value) -> Answer<Tagged<Promotion>> {
    let body = Some(body.to_string());
    tagged(send_if(Some(tag), Method::PATCH, &path(code), Some(token), body).await?).await
}

/// What is kept of an evaluation.
pub(crate) async fn evaluation(token: &str, id: &str) -> Answer<Evaluation> {
    get(&format!("/v1/evaluations/{}", segment(id)), token).await
}

/// What came of a promotion's evaluations, since a time or since ever.
pub(crate) async fn promotion_usage(token: &str, code: &str, since: Option<DateTime<Utc>>) -> Answer<Usage> {
    let since = since.map(|since| since.to_rfc3339_opts(SecondsFormat::Secs, true));
    let since = since
        .map(|since| format!("&from={}", segment(&since)))
        .unwrap_or_default();
    get(&format!("/v1/reports/usage?promotion={}{since}", segment(code)), token).await
}

/// Makes the terms of a version the present ones.
pub(crate) async fn restore_version(token: &str, code: &str, version: u64) -> Answer<Promotion> {
    act(token, &format!("{}/versions/{version}/restore", path(code))).await
}

/// All samples of a promotion, the oldest first.
pub(crate) async fn samples(token: &str, code: &str) -> Answer<Page<Sample>> {
    get(&format!("{}/samples", path(code)), token).await
}

pub(crate) async fn update_sample(token: &str, code: &str, id: &str, change: &SampleChange) -> Answer<Sample> {
    let body = serde_json::to_string(change).unwrap_or_default();
    decode(send(Method::PATCH, &sample_path(code, id), Some(token), Some(body)).await?).await
}

pub(crate) async fn version(token: &str, code: &str, version: u64) -> Answer<PublishedVersion> {
    get(&format!("{}/versions/{version}", path(code)), token).await
}

/// A page of what was published of a promotion, newest first.
pub(crate) async fn versions(token: &str, code: &str, cursor: Option<&str>) -> Answer<Page<Version>> {
    get(&list_path(&format!("{}/versions", path(code)), cursor), token).await
}

async fn act(token: &str, path: &str) -> Answer<Promotion> {
    decode(send(Method::POST, path, Some(token), None).await?).await
}

fn path(code: &str) -> String {
    format!("/v1/promotions/{}", segment(code))
}

/// The answer with its `ETag`.
async fn tagged(response: Response) -> Answer<Tagged<Promotion>> {
    let tag = response.headers().get("ETag").unwrap_or_default();
    let value = decode(response).await?;
    Ok(Tagged { value, tag })
}

fn sample_path(code: &str, id: &str) -> String {
    format!("{}/samples/{}", path(code), segment(id))
}

//! Where evaluations and changes of the ledger are kept, and where they are counted.
//!
//! ```text
//! append (in the transaction of ingest) ─▶ raw rows + a batch that waits ─▶ roll_up ─▶ sums ─▶ usage
//!                                                └────────────▶ rebuild ───────────────┘
//! ```
//!
//! What is appended counts once, however often and in whatever order it comes. Sums follow from raw rows alone, so a
//! rebuild ends where the roll-up does. Ingest, the roll-up's job, the look-up of one record and the reports of usage know [`EvaluationStore`] alone; the test
//! `conformance` tells what another implementation has to do.

mod append;
mod columns;
mod postgres;
mod roll_up;

use chrono::{DateTime, Utc};
use engine::ids::{EvaluationId, OrganizationId, PromotionId};
use engine::wire::v1::{EvaluationRecord, LedgerEvent};

use crate::db::evaluations::EvaluationRow;
use crate::db::usage::{ResponseRow, UsageFilter, UsageRow};
use crate::problem::Error;
pub(crate) use postgres::PostgresStore;

/// The bounds of response times, in milliseconds: what took at most the bound at place n, and more than the one before, is
/// counted in bucket n; the last bucket is what took longer. The view `increments` holds the same.
pub(crate) const RESPONSE_BOUNDS_MS: [u32; 19] = [
    1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1_200, 2_000, 5_000, 30_000,
];

/// Keeps and counts evaluations.
pub(crate) trait EvaluationStore {
    /// A transaction of an organisation, in which more is written than what is appended.
    type Unit;

    /// Stores what is not there yet, and answers what that was. Safe to repeat.
    async fn append<'m>(
        &self,
        unit: &mut Self::Unit,
        entries: &Entries<'m>,
        now: DateTime<Utc>,
    ) -> Result<Entries<'m>, Error>;

    /// The next organisation behind one that has something waiting to be counted, in the order of identifiers.
    async fn find_waiting(&self, after: Option<OrganizationId>) -> Result<Option<OrganizationId>, Error>;

    /// Counts what waits of an organisation, up to a bound. Safe to repeat, and to be cut off anywhere.
    async fn roll_up(&self, organization: OrganizationId) -> Result<Turn, Error>;

    /// Counts all that is kept of an organisation anew. Safe to repeat, to be cut off anywhere, and while more is appended.
    async fn rebuild(&self, organization: OrganizationId) -> Result<(), Error>;

    /// When the oldest was received of what waits of the organisation to be counted.
    async fn waiting_since(&self, unit: &mut Self::Unit) -> Result<Option<DateTime<Utc>>, Error>;

    /// A record that is kept.
    async fn find(&self, unit: &mut Self::Unit, id: EvaluationId) -> Result<Option<EvaluationRow>, Error>;

    /// What is counted of some promotions, each by itself, in no order: from `from` until before `to`. One that nothing was
    /// counted of has no row.
    async fn usage_of_each(
        &self,
        unit: &mut Self::Unit,
        promotions: &[PromotionId],
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Vec<(PromotionId, UsageRow)>, Error>;

    /// What is counted.
    async fn usage(&self, unit: &mut Self::Unit, filter: &UsageFilter) -> Result<Usage, Error>;
}

/// Records and events of one organisation, each identifier once.
#[derive(Debug, Default)]
pub(crate) struct Entries<'m> {
    pub(crate) records: Vec<&'m EvaluationRecord>,
    pub(crate) events: Vec<&'m LedgerEvent>,
}

impl Entries<'_> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.records.is_empty() && self.events.is_empty()
    }
}

/// What a turn of the roll-up found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Another worker has the organisation's sums.
    Busy,
    /// All that waited is counted.
    Done,
    /// More may wait.
    More,
}

/// Sums of usage.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) rows: Vec<UsageRow>,
    pub(crate) responses: Vec<ResponseRow>,
}
